#include "nn/weights/layer_order.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>

#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

/// True if an Eulerian path from `start` uses every layer once: in-degree equals out-degree except at its two ends, and
/// the graph is connected.
bool can_be_passed(std::span<const LayerShape> layers, const std::vector<std::size_t>& rest, std::uint64_t start) {
  std::map<std::uint64_t, int> surplus{{start, -1}};  // times left less times reached; the start counts as reached
  for (const std::size_t i : rest) {
    ++surplus[layers[i].in];
    --surplus[layers[i].out];
  }
  // What is left is the end: -1 at one width, 0 elsewhere. They add up to -1, so it is enough that none is positive.
  if (std::any_of(surplus.begin(), surplus.end(), [](const auto& entry) { return entry.second > 0; })) return false;
  std::map<std::uint64_t, bool> reached{{start, true}};
  for (bool grows = true; grows;) {
    grows = false;
    for (const std::size_t i : rest) {
      if (reached[layers[i].in] && !reached[layers[i].out]) grows = reached[layers[i].out] = true;
    }
  }
  return std::all_of(rest.begin(), rest.end(), [&](std::size_t i) { return reached[layers[i].in]; });
}

std::vector<std::size_t> without(std::vector<std::size_t> positions, std::size_t position) {
  std::erase(positions, position);
  return positions;
}

/// The layers that may come next; `width` is the output of the last one, none at the start.
std::vector<std::size_t> next_layers(std::span<const LayerShape> layers, const std::vector<std::size_t>& rest,
                                     std::optional<std::uint64_t> width) {
  std::vector<std::size_t> next;
  for (const std::size_t i : rest) {
    if (width && layers[i].in != *width) continue;
    if (can_be_passed(layers, without(rest, i), layers[i].out)) next.push_back(i);
  }
  return next;
}

/// Runs of digits, and what stands between them: "net.10" is "net.", "10".
std::vector<std::string_view> number_parts(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string_view> parts;
  while (!name.empty()) {
    const bool digits = is_digit(name.front());
    const auto end = std::find_if(name.begin(), name.end(), [&](char c) { return is_digit(c) != digits; });
    const auto size = static_cast<std::size_t>(end - name.begin());
    parts.push_back(name.substr(0, size));
    name.remove_prefix(size);
  }
  return parts;
}

/// None if the first difference is not one of numbers.
std::optional<bool> comes_before(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    const auto x = number_from<std::uint64_t>(a[i]), y = number_from<std::uint64_t>(b[i]);
    return x && y && *x != *y ? std::optional(*x < *y) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool chains(std::span<const LayerShape> layers) {
  return std::adjacent_find(layers.begin(), layers.end(),
                            [](const LayerShape& a, const LayerShape& b) { return a.out != b.in; }) == layers.end();
}

std::vector<std::vector<std::size_t>> chain_orders(std::span<const LayerShape> layers) {
  std::vector<std::size_t> all(layers.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  // A walk that takes the first possible layer at each step, and one that turns off at the last step with a choice.
  struct Walk {
    std::vector<std::size_t> order, rest;
  };
  const auto width = [&](const Walk& walk) {
    return walk.order.empty() ? std::nullopt : std::optional(layers[walk.order.back()].out);
  };
  const auto finish = [&](Walk walk, std::optional<Walk>* fork) {
    while (!walk.rest.empty()) {
      const auto next = next_layers(layers, walk.rest, width(walk));
      if (next.empty()) return std::optional<std::vector<std::size_t>>();
      const auto take = [&](std::size_t i) {
        Walk taken{walk.order, without(walk.rest, i)};
        taken.order.push_back(i);
        return taken;
      };
      if (next.size() > 1 && fork != nullptr) *fork = take(next[1]);
      walk = take(next[0]);
    }
    return std::optional(walk.order);
  };
  std::vector<std::vector<std::size_t>> orders;
  std::optional<Walk> fork;
  if (auto order = finish({{}, all}, &fork)) orders.push_back(std::move(*order));
  if (fork) {
    if (auto order = finish(*fork, nullptr)) orders.push_back(std::move(*order));
  }
  return orders;
}

std::optional<std::vector<std::size_t>> numbered_order(std::span<const std::string> names) {
  std::vector<std::vector<std::string_view>> parts;
  for (const std::string& name : names) parts.push_back(number_parts(name));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!comes_before(parts[i], parts[j])) return std::nullopt;
    }
  }
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t i, std::size_t j) { return i != j && *comes_before(parts[i], parts[j]); });
  return order;
}

}  // namespace inforelay

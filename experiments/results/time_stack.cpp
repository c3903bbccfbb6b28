#include "experiments/results/time_stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <type_traits>
#include <variant>

#include "core/error.hpp"

namespace inforelay {
namespace {

std::size_t count_of(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

bool is_stacked(const ResultArray& array) {
  return !array.is_scale && !array.axes.empty() && array.axes.front() == time_axis;
}

// The layout of ArrayValues: two or more axes are [first, product of the rest].
std::size_t rows_of(const std::vector<std::size_t>& shape) { return shape.size() > 1 ? shape.front() : 1; }

// As many values of the type of `like`, in that layout.
ArrayValues values_like(const ArrayValues& like, const std::vector<std::size_t>& shape) {
  const std::size_t count = count_of(shape);
  return std::visit(
      [&](const auto& values) -> ArrayValues {
        using Values = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<Values, std::vector<std::string>>) {
          return Values(count);
        } else {
          const std::size_t rows = rows_of(shape);
          return Values(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(rows == 0 ? 0 : count / rows));
        }
      },
      like);
}

// Copies `count` values, the types are the same.
void copy_values(const ArrayValues& from, std::size_t from_first, ArrayValues& into, std::size_t into_first,
                 std::size_t count) {
  std::visit(
      [&](const auto& source) {
        auto& target = std::get<std::decay_t<decltype(source)>>(into);
        std::copy_n(source.data() + from_first, count, target.data() + into_first);
      },
      from);
}

}  // namespace

void TimeStack::add(std::size_t time, const ResultArrays& arrays) {
  const bool is_first = stacked_.arrays().empty() && stacked_.attributes().empty();
  if (is_first) {
    for (const auto& [path, array] : arrays.arrays()) {
      ResultArray all = array;
      if (!array.is_scale) {
        all.axes.insert(all.axes.begin(), time_axis);
        all.shape.insert(all.shape.begin(), times_);
        all.values = values_like(array.values, all.shape);
      }
      stacked_.put_array(path, std::move(all));
    }
    for (const auto& [path, attributes] : arrays.attributes()) {
      for (const auto& [name, value] : attributes) stacked_.put_attribute(path, name, value);
    }
  }
  std::size_t found = 0;
  for (const auto& [path, array] : arrays.arrays()) {
    ResultArray* all = stacked_.find(path);
    const bool fits =
        all != nullptr && all->values.index() == array.values.index() &&
        (array.is_scale ? all->shape == array.shape
                        : std::equal(all->shape.begin() + 1, all->shape.end(), array.shape.begin(), array.shape.end()));
    if (!fits || time >= times_)
      throw std::logic_error(fmt::format("'{}' at time {} differs from that at another time", path, time));
    ++found;
    if (array.is_scale) continue;
    const std::size_t count = count_of(array.shape);
    copy_values(array.values, 0, all->values, time * count, count);
  }
  if (found != stacked_.arrays().size())
    throw std::logic_error(fmt::format("time {} has {} arrays, expected {}", time, found, stacked_.arrays().size()));
}

ResultArrays at_time(const ResultView& view, std::size_t time) {
  ResultArrays result;
  const std::string prefix = view.group().empty() ? "" : view.group() + "/";
  const ResultArrays& all = view.all();
  for (auto each = all.arrays().lower_bound(prefix); each != all.arrays().end() && each->first.starts_with(prefix);
       ++each) {
    ResultArray array{each->second.units,   each->second.long_name, each->second.axes, each->second.shape, {},
                      each->second.is_scale};
    if (!is_stacked(each->second)) {
      array.values = each->second.values;
    } else {
      if (time >= array.shape.front())
        throw DataError("results: /{} has {} times, expected more than {}", each->first, array.shape.front(), time);
      array.axes.erase(array.axes.begin());
      array.shape.erase(array.shape.begin());
      array.values = values_like(each->second.values, array.shape);
      const std::size_t count = count_of(array.shape);
      copy_values(each->second.values, time * count, array.values, 0, count);
    }
    result.put_array(each->first, std::move(array));
  }
  for (const auto& [path, attributes] : all.attributes()) {
    if (path != view.group() && !path.starts_with(prefix)) continue;
    for (const auto& [name, value] : attributes) result.put_attribute(path, name, value);
  }
  return result;
}

}  // namespace inforelay

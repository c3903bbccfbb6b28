// The reference page of all settings.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/config/settings.hpp"
#include "core/text/byte_count.hpp"

namespace inforelay {
namespace {

using namespace setting;

template <class T>
std::string interval(Bounds<T> bounds) {
  using Limits = std::numeric_limits<T>;
  const bool low = bounds.low > Limits::lowest(), high = bounds.high < Limits::max();
  if (low && high) return fmt::format(" in [{}, {}]", bounds.low, bounds.high);
  if (low) return fmt::format(" >= {}", bounds.low);
  if (high) return fmt::format(" <= {}", bounds.high);
  return "";
}

std::string type(const Boolean&) { return "true or false"; }
std::string type(const Integer& kind) { return "integer" + interval(kind.bounds); }
std::string type(const Number& kind) { return "number" + interval(kind.bounds); }
std::string type(const Numbers& kind) { return "number or list of numbers" + interval(kind.bounds); }
std::string type(const Texts&) { return "list of texts"; }
std::string type(const Bytes& kind) {
  return fmt::format("bytes, from {} to {}: `8 GiB`, `500 MB`", byte_count_text(kind.bounds.low),
                     byte_count_text(kind.bounds.high));
}
std::string type(const Name&) { return "name: letters, digits, `_`, `-`"; }
std::string type(const Text&) { return "text"; }
std::string type(const Path&) { return "path"; }
std::string type(const Paths&) { return "list of paths"; }
std::string type(const Integers& kind) {
  return fmt::format("list of {} to {} integers{}", kind.length.low, kind.length.high, interval(kind.bounds));
}
std::string type(const Words&) { return "list of words"; }
std::string type(const Choice& kind) {
  return fmt::format("{}`{}`", kind.several ? "list of " : "", fmt::join(kind.words, "`, `"));
}
std::string type(const Series&) {
  return "map of paths of settings, each to one of `{values: [...]}`, `{range: {low: a, high: b, count: n}}` and "
         "`{log_range: {low: a, high: b, count: n}}`";
}
std::string type(const Assignments&) { return "list of maps of paths of settings to values"; }
std::string type(const Group&) { return "map"; }
std::string type(const OptionalGroup&) { return "map, may be left out"; }
std::string type(const NamedGroups&) { return "map of names to maps"; }

std::string type(const WordOr& kind) {
  return fmt::format("{}, or a {}", type(kind.word),
                     std::visit([](const auto& one) { return type(one); }, kind.other.front().kind));
}

std::string rows(const std::vector<Setting>& settings, const std::string& prefix) {
  std::string text;
  for (const auto& [key, about, kind] : settings) {
    const auto* maybe = std::get_if<OptionalGroup>(&kind);
    const auto* groups = std::get_if<NamedGroups>(&kind);
    const ConfigNode value = value_of(kind);
    const std::string shown = maybe && !maybe->is_there() ? "absent" : to_yaml(value);
    const bool given = value.kind != ConfigNode::Kind::null || shown == "absent";
    text += fmt::format("| `{}{}` | {} | {} | {} |\n", prefix, key,
                        std::visit([](const auto& one) { return type(one); }, kind),
                        given ? fmt::format("`{}`", shown) : "", about);
    text += groups ? rows(groups->add("NAME"), fmt::format("{}{}.NAME.", prefix, key))
                   : rows(members_of(kind, AbsentGroups::make), fmt::format("{}{}.", prefix, key));
  }
  return text;
}

}  // namespace

std::string settings_reference(const std::vector<Setting>& settings) {
  return "| key | value | default | meaning |\n| --- | --- | --- | --- |\n" + rows(settings, "");
}

}  // namespace inforelay

#include "experiments/config/config_difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/config/tree.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

ConfigNode tree_of(std::string_view config) {
  ConfigErrors errors;
  ConfigNode root = parse_config(config, "config.yaml", errors);
  return errors.empty() ? root : ConfigNode{};
}

void add_leaves(const ConfigNode& node, const std::string& path,
                std::vector<std::pair<std::string, std::string>>& leaves) {
  if (node.kind != ConfigNode::Kind::map || node.entries.empty()) {
    if (!path.empty()) leaves.emplace_back(path, to_yaml(node));
    return;
  }
  for (const auto& entry : node.entries)
    add_leaves(entry.value, path.empty() ? entry.key : path + "." + entry.key, leaves);
}

std::string value_at(const ConfigNode& root, const std::string& path) {
  const ConfigNode* node = root.find_path(path);
  return node == nullptr ? "" : to_yaml(*node);
}

}  // namespace

std::vector<SettingDifference> config_differences(std::string_view first, std::string_view second) {
  const ConfigNode a = tree_of(first), b = tree_of(second);
  std::vector<std::pair<std::string, std::string>> of_a, of_b;
  add_leaves(a, "", of_a);
  add_leaves(b, "", of_b);
  std::vector<SettingDifference> differences;
  for (const auto& [path, value] : of_a) {
    const std::string other = value_at(b, path);
    if (other != value) differences.push_back({path, value, other});
  }
  for (const auto& [path, value] : of_b) {
    if (a.find_path(path) == nullptr) differences.push_back({path, "", value});
  }
  return differences;
}

std::string differences_text(const std::vector<SettingDifference>& differences, std::size_t most) {
  std::string text;
  const auto value = [](const std::string& yaml) { return yaml.empty() ? std::string("not given") : one_line(yaml); };
  for (std::size_t i = 0; i < std::min(most, differences.size()); ++i) {
    const auto& [path, first, second] = differences[i];
    text += fmt::format("{}{} is {} there, {} here", i == 0 ? "" : "; ", one_line(path), value(first), value(second));
  }
  if (differences.size() > most) text += fmt::format("; and {} more", differences.size() - most);
  return text;
}

std::string setting_in(std::string_view config, std::string_view path) {
  return value_at(tree_of(config), std::string(path));
}

}  // namespace inforelay

// A configuration file as a tree of maps, lists and scalars in which every node knows where it was written.
//
// YAML is read through yaml-cpp's event interface, so that nothing is built before it is counted: size, depth and
// number of nodes (aliases expanded) are limited, duplicate keys are seen, and every error can name file:line:column.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace inforelay {

/// Where something in a configuration was written. Lines and columns count from 1.
struct ConfigPlace {
  std::shared_ptr<const std::filesystem::path> file;  ///< null: the command line
  std::string override_text;                          ///< "key.path=value" where file is null
  int line = 0;
  int column = 0;

  /// "configs/a.yaml:12:3", or "command line, 'seed=x'".
  std::string to_string() const;
};

struct ConfigNode {
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  std::string text;               ///< scalar
  bool quoted = false;            ///< scalar written in quotes: text, never a number
  std::vector<ConfigNode> items;  ///< list
  std::vector<Entry> entries;     ///< map, in the order written
  ConfigPlace place;

  const ConfigNode* find(std::string_view key) const;
  ConfigNode* find(std::string_view key);
  /// What stands at "networks.full.layers"; null where nothing does.
  const ConfigNode* find_path(std::string_view path) const;
  /// "a map", "a list", "'abc'", "nothing": for messages.
  std::string description() const;
};

struct ConfigNode::Entry {
  std::string key;
  ConfigPlace place;  ///< of the key
  ConfigNode value;
};

/// A node as YAML on one line, "[784, 20, 10]" or "{low: 0, high: 1}": reads back as the same node. Two nodes are equal
/// if their texts are.
std::string to_yaml(const ConfigNode& node);

/// Puts `value` at `path` ("networks.full.layers"), in place of what stood there; maps that are missing on the way are
/// made, as if written at `place`. A null value takes away what stood there. Returns what is wrong, empty if nothing:
/// something on the way is no map, or a key of the path is empty.
std::string assign(ConfigNode& root, std::string_view path, ConfigNode value, const ConfigPlace& place);

/// What throw_if_any throws: what() is whole lines, each with its place and "error:".
struct ConfigError : UsageError {
  using UsageError::UsageError;
};

/// The place of the deepest node on `path` that was written.
const ConfigPlace& place_of(const ConfigNode& root, std::string_view path);

/// All that is wrong with a configuration, one line each: "file:line:column: error: ...".
class ConfigErrors {
 public:
  void add(const ConfigPlace& place, std::string_view message);
  /// The same of the setting or group at `path`, "networks.full.train".
  void add(const ConfigPlace& place, std::string_view path, std::string_view message);
  /// True if an error was reported at `path`, below it, or at one of its ancestors, so that its value cannot be
  /// trusted. Errors without a path always match.
  bool concern(std::string_view path) const;
  /// A line that has its place already.
  void add_line(std::string line);
  bool empty() const { return lines_.empty(); }
  const std::vector<std::string>& lines() const { return lines_; }
  /// Throws ConfigError with all lines, if there are any.
  void throw_if_any() const;

 private:
  std::vector<std::string> lines_;
  std::vector<std::string> paths_;  // of those that have one
};

/// Reads `path`, follows `extends: [base.yaml, ...]` (paths relative to the file they stand in; maps are merged, lists
/// and scalars replaced, null removes what a base had set), then applies `overrides` ("key.path=value", value in YAML).
/// The root of the result is a map without `extends`. What is wrong is added to `errors`; a file that cannot be read at
/// all, too.
ConfigNode load_config(const std::filesystem::path& path, const std::vector<std::string>& overrides,
                       ConfigErrors& errors);

/// The same from text, for tests and fuzzing; `path` is what messages name.
ConfigNode parse_config(std::string_view yaml, const std::filesystem::path& path, ConfigErrors& errors);

/// The candidate nearest to `word`, where one is near enough to have been meant; else "".
std::string_view nearest_word(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace inforelay

// A configuration file as a tree of maps, lists and scalars; every node has its place in the file.
//
// YAML is read through yaml-cpp's event interface, so that nodes are counted before they are built: size, depth and
// number of nodes (aliases expanded) are limited, duplicate keys are detected, and every error can name
// file:line:column.
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
  std::string override_text;                          ///< "key.path=value" if file is null
  int line = 0;
  int column = 0;

  /// "configs/a.yaml:12:3", or "command line, 'seed=x'".
  std::string to_string() const;
};

struct ConfigNode {
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  std::string text;               ///< scalar; of null the word for it, empty if nothing was written
  bool quoted = false;            ///< scalar written in quotes: text, never a number
  std::vector<ConfigNode> items;  ///< list
  std::vector<Entry> entries;     ///< map, in the order written
  ConfigPlace place;

  const ConfigNode* find(std::string_view key) const;
  ConfigNode* find(std::string_view key);
  /// The node at "networks.full.layers"; null if there is none.
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

/// Sets the value at `path` ("networks.full.layers"), replacing an earlier one; missing maps on the path are created,
/// as if written at `place`. A null value removes the entry. Returns the error, empty if there is none: something on
/// the path is not a map, or a key of the path is empty.
std::string assign(ConfigNode& root, std::string_view path, ConfigNode value, const ConfigPlace& place);

/// Thrown by throw_if_any(): what() has one line for each error, with its place and "error:".
struct ConfigError : UsageError {
  using UsageError::UsageError;
};

/// The place of the deepest node on `path` that was written.
const ConfigPlace& place_of(const ConfigNode& root, std::string_view path);

/// The errors of a configuration, one line each: "file:line:column: error: ...".
class ConfigErrors {
 public:
  void add(const ConfigPlace& place, std::string_view message);
  /// The same for the setting or group at `path`, "networks.full.train".
  void add(const ConfigPlace& place, std::string_view path, std::string_view message);
  /// True if an error was reported at `path`, below it, or at one of its ancestors, so that its value cannot be
  /// trusted. Errors without a path always match.
  bool concern(std::string_view path) const;
  /// A line that includes its place.
  void add_line(std::string line);
  bool empty() const { return lines_.empty(); }
  const std::vector<std::string>& lines() const { return lines_; }
  /// Throws ConfigError with all lines, if there are any.
  void throw_if_any() const;

 private:
  std::vector<std::string> lines_;
  std::vector<std::string> paths_;  // of those that have one
};

/// Reads `path`, follows `extends: [base.yaml, ...]` (paths relative to the file that contains them; maps are merged,
/// lists and scalars replaced, null removes the value of a base), then applies `overrides` ("key.path=value", value in
/// YAML). The root of the result is a map without `extends`. Errors, also of files that cannot be read, are added to
/// `errors`. Limits: 1 MiB for each file, 100,000 nodes over all files with aliases expanded, 32 levels, 8 extended
/// files.
ConfigNode load_config(const std::filesystem::path& path, const std::vector<std::string>& overrides,
                       ConfigErrors& errors);

/// The same from text, for tests and fuzzing; `path` is the name in messages.
ConfigNode parse_config(std::string_view yaml, const std::filesystem::path& path, ConfigErrors& errors);

/// The candidate nearest to `word`; "" if none is near enough to be a likely correction.
std::string_view nearest_word(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace inforelay

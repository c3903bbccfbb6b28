#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "core/config/tree.hpp"
#include "core/files/data_folder.hpp"
#include "core/files/files.hpp"

namespace inforelay {
namespace fs = std::filesystem;

namespace {

// A hostile file must cost little.
constexpr std::size_t max_file_bytes = 1u << 20;
constexpr std::size_t max_nodes = 100'000;  // over all files, aliases expanded
constexpr std::size_t max_depth = 32, max_extends_depth = 8;

// Thrown inside the reader to leave yaml-cpp once a limit is passed; becomes a line of ConfigErrors.
struct Refused {
  ConfigPlace place;
  std::string message;
};

std::size_t count_nodes(const ConfigNode& node) {
  std::size_t count = 1;
  for (const ConfigNode& item : node.items) count += count_nodes(item);
  for (const auto& entry : node.entries) count += count_nodes(entry.value);
  return count;
}

// Builds ConfigNodes from yaml-cpp's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view yaml, const ConfigPlace& whole, ConfigErrors& errors, std::size_t& nodes)
      : yaml_(yaml), file_(whole.file), override_text_(whole.override_text), errors_(errors), nodes_(nodes) {}

  ConfigNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    ConfigNode node = make(ConfigNode::Kind::null, mark, "!");
    if (!is_empty_at(mark)) node.text = "null";
    add(std::move(node), anchor, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    ConfigNode node = make(ConfigNode::Kind::scalar, mark, tag);
    node.text = value;
    node.quoted = tag == "!";
    if (!node.quoted && (value == "~" || value == "null" || value.empty())) node.kind = ConfigNode::Kind::null;
    add(std::move(node), anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refused{place(mark), "an alias inside the node that it names"};
    nodes_ += count_nodes(found->second);
    check_limits(mark);
    add(found->second, 0, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(ConfigNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(ConfigNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    ConfigNode node;
    YAML::anchor_t anchor;
    std::optional<std::pair<std::string, ConfigPlace>> key;  // of a map: the key whose value comes next
  };

  ConfigPlace place(const YAML::Mark& mark) const {
    if (!file_) return {nullptr, override_text_, 0, 0};
    return {file_, {}, mark.line + 1, mark.column + 1};
  }

  ConfigNode make(ConfigNode::Kind kind, const YAML::Mark& mark, const std::string& tag) {
    ++nodes_;
    check_limits(mark);
    if (!tag.empty() && tag != "!" && tag != "?")
      throw Refused{place(mark), fmt::format("tags such as {} are not supported", tag)};
    ConfigNode node;
    node.kind = kind;
    node.place = place(mark);
    return node;
  }

  void check_limits(const YAML::Mark& mark) const {
    if (nodes_ > max_nodes) throw Refused{place(mark), fmt::format("more than {} values (aliases counted)", max_nodes)};
    if (open_.size() > max_depth) throw Refused{place(mark), fmt::format("nested deeper than {} levels", max_depth)};
  }

  void open(ConfigNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    open_.push_back({make(kind, mark, tag), anchor, std::nullopt});
  }

  void close() {
    Open finished = std::move(open_.back());
    open_.pop_back();
    const YAML::Mark mark;
    add(std::move(finished.node), finished.anchor, mark);
  }

  void add(ConfigNode node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == ConfigNode::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      if (node.kind == ConfigNode::Kind::map || node.kind == ConfigNode::Kind::list) {
        throw Refused{node.place, "a key must be a word, not a map or a list"};
      }
      parent.key.emplace(node.text, place(mark));
    } else {
      auto [key, key_place] = std::move(*parent.key);
      parent.key.reset();
      if (const ConfigNode* earlier = parent.node.find(key)) {
        errors_.add(key_place,
                    fmt::format("duplicate key '{}'; its first value is at {}", key, earlier->place.to_string()));
        return;
      }
      // yaml-cpp places what is not there at the next token.
      if (node.kind == ConfigNode::Kind::null && node.text.empty()) node.place = key_place;
      parent.node.entries.push_back({std::move(key), std::move(key_place), std::move(node)});
    }
  }

  // yaml-cpp tells no difference between a null that was written and nothing at all.
  bool is_empty_at(const YAML::Mark& mark) const {
    if (yaml_.find('\0') != std::string_view::npos) return false;  // UTF-16: positions are of other characters
    const auto position = static_cast<std::size_t>(std::max(0, mark.pos));
    const std::string_view rest = yaml_.substr(std::min(position, yaml_.size()));
    return std::none_of(null_words.begin(), null_words.end(), [&](std::string_view word) {
      constexpr std::string_view ends = " \t\r\n,]}#";
      return rest.starts_with(word) &&
             (rest.size() == word.size() || ends.find(rest[word.size()]) != std::string_view::npos);
    });
  }

  static constexpr std::array<std::string_view, 4> null_words{"~", "null", "Null", "NULL"};

  std::string_view yaml_;
  std::shared_ptr<const fs::path> file_;
  std::string override_text_;
  ConfigErrors& errors_;
  std::size_t& nodes_;
  ConfigNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, ConfigNode> anchors_;
};

ConfigNode parse(std::string_view yaml, const ConfigPlace& whole, ConfigErrors& errors, std::size_t& nodes) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (yaml.starts_with(byte_order_mark)) yaml.remove_prefix(byte_order_mark.size());
  TreeBuilder builder(yaml, whole, errors, nodes);
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      ConfigNode empty;
      empty.place = whole;
      return empty;
    }
    ConfigNode root = builder.take_root();
    TreeBuilder second(yaml, whole, errors, nodes);
    if (parser.HandleNextDocument(second)) throw Refused{second.take_root().place, "a second document in one file"};
    return root;
  } catch (const Refused& refused) {
    errors.add(refused.place, refused.message);
  } catch (const YAML::Exception& error) {
    ConfigPlace place = whole;
    if (whole.file && !error.mark.is_null()) {
      place.line = error.mark.line + 1;
      place.column = error.mark.column + 1;
    }
    const bool tab = yaml.find("\n\t") != yaml.npos || yaml.find(" \t") != yaml.npos || yaml.starts_with('\t');
    errors.add(place, fmt::format("not valid YAML: {}{}", error.msg,
                                  tab ? " (the file has a tab: YAML is indented with spaces)" : ""));
  }
  ConfigNode nothing;
  nothing.place = whole;
  return nothing;
}

// `over` on top of `base`: maps merge, everything else is replaced, null removes. Keys without a value stay, so that
// the reader can report them.
void merge(ConfigNode& base, const ConfigNode& over) {
  if (base.kind != ConfigNode::Kind::map || over.kind != ConfigNode::Kind::map) {
    base = over;
    return;
  }
  base.place = over.place;
  for (const auto& entry : over.entries) {
    const auto found =
        std::find_if(base.entries.begin(), base.entries.end(), [&](const auto& e) { return e.key == entry.key; });
    if (entry.value.kind == ConfigNode::Kind::null && !entry.value.text.empty()) {
      if (found != base.entries.end()) base.entries.erase(found);
    } else if (found == base.entries.end()) {
      base.entries.push_back(entry);
    } else {
      found->place = entry.place;
      merge(found->value, entry.value);
    }
  }
}

class Loader {
 public:
  Loader(ConfigErrors& errors) : errors_(errors) {}

  ConfigNode load(const fs::path& path, const ConfigPlace* asked_at) {
    ConfigPlace whole{std::make_shared<const fs::path>(path), {}, 0, 0};
    const ConfigPlace& place = asked_at ? *asked_at : whole;
    std::error_code ignored;
    const fs::path canonical = fs::weakly_canonical(path, ignored);
    if (std::find(chain_.begin(), chain_.end(), canonical) != chain_.end()) {
      errors_.add(place, fmt::format("'{}' extends itself", path.string()));
      return {};
    }
    if (chain_.size() > max_extends_depth) {
      errors_.add(place, fmt::format("more than {} files extend one another", max_extends_depth));
      return {};
    }
    const std::optional<std::string> text = read(path, place);
    if (!text) return {};
    chain_.push_back(canonical);
    ConfigNode root = parse(*text, whole, errors_, nodes_);
    ConfigNode result = with_bases(std::move(root), path);
    chain_.pop_back();
    return result;
  }

  void apply_override(ConfigNode& root, const std::string& text) {
    const ConfigPlace place{nullptr, text, 0, 0};
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      errors_.add(place, "expected key.path=value");
      return;
    }
    const std::size_t problems = errors_.lines().size();
    ConfigNode value = parse(std::string_view(text).substr(equals + 1), place, errors_, nodes_);
    if (errors_.lines().size() > problems) return;  // an invalid value replaces nothing
    if (value.kind == ConfigNode::Kind::null && value.text.empty()) {
      errors_.add(place, "nothing follows the '='; null removes a setting");
      return;
    }
    if (value.kind == ConfigNode::Kind::null) value.place = place;
    const std::string problem = assign(root, std::string_view(text).substr(0, equals), std::move(value), place);
    if (!problem.empty()) errors_.add(place, problem);
  }

  ConfigNode with_bases(ConfigNode root, const fs::path& path) {
    if (root.kind == ConfigNode::Kind::null) {
      root.kind = ConfigNode::Kind::map;
      return root;
    }
    if (root.kind != ConfigNode::Kind::map) {
      errors_.add(root.place, fmt::format("expected a map of settings, found {}", root.description()));
      return {};
    }
    ConfigNode merged;
    merged.kind = ConfigNode::Kind::map;
    merged.place = root.place;
    if (const ConfigNode* extends = root.find("extends")) {
      std::vector<ConfigNode> bases = extends->kind == ConfigNode::Kind::list ? extends->items : std::vector{*extends};
      for (const ConfigNode& base : bases) {
        if (base.kind != ConfigNode::Kind::scalar || base.text.empty()) {
          errors_.add(base.place, fmt::format("extends: expected the name of a file, found {}", base.description()));
          continue;
        }
        if (const std::string problem = unexpanded_problem(base.text); !problem.empty()) {
          errors_.add(base.place, fmt::format("extends: {}", problem));
          continue;
        }
        merge(merged, load(path.parent_path() / base.text, &base.place));
      }
      std::erase_if(root.entries, [](const auto& entry) { return entry.key == "extends"; });
    }
    merge(merged, root);
    return merged;
  }

 private:
  std::optional<std::string> read(const fs::path& path, const ConfigPlace& place) {
    try {
      const std::vector<std::uint8_t> bytes = read_file(path, max_file_bytes);
      return std::string(bytes.begin(), bytes.end());
    } catch (const DataError& error) {
      errors_.add(place, error.what());
      return std::nullopt;
    }
  }

  ConfigErrors& errors_;
  std::size_t nodes_ = 0;
  std::vector<fs::path> chain_;
};

}  // namespace

ConfigNode load_config(const fs::path& path, const std::vector<std::string>& overrides, ConfigErrors& errors) {
  Loader loader(errors);
  ConfigNode root = loader.load(path, nullptr);
  for (const std::string& text : overrides) loader.apply_override(root, text);
  return root;
}

ConfigNode parse_config(std::string_view yaml, const fs::path& path, ConfigErrors& errors) {
  if (yaml.size() > max_file_bytes) {
    errors.add({std::make_shared<const fs::path>(path), {}, 0, 0}, fmt::format("larger than {} bytes", max_file_bytes));
    return {};
  }
  std::size_t nodes = 0;
  ConfigNode root = parse(yaml, {std::make_shared<const fs::path>(path), {}, 0, 0}, errors, nodes);
  return Loader(errors).with_bases(std::move(root), path);
}

}  // namespace inforelay

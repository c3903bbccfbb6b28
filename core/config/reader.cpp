// From a tree of YAML to structs, with every check of single settings.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include "core/config/settings.hpp"
#include "core/config/synonyms.hpp"
#include "core/files/data_folder.hpp"
#include "core/text/byte_count.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

using namespace setting;
using NodeKind = ConfigNode::Kind;

template <class T>
std::string interval(Bounds<T> bounds) {
  using Limits = std::numeric_limits<T>;
  if (bounds.high == Limits::max()) return fmt::format("at least {}", bounds.low);
  if (bounds.low == Limits::lowest()) return fmt::format("at most {}", bounds.high);
  return fmt::format("in [{}, {}]", bounds.low, bounds.high);
}

template <class T>
std::optional<T> number_in(const ConfigNode& node) {
  // "010" is 8 in some parsers and 10 in others.
  if (node.kind != NodeKind::scalar || node.quoted || has_leading_zero(node.text)) return std::nullopt;
  return number_from<T>(node.text);
}

// std::regex recurses over the text, so that a long one could use up the stack.
bool matches(const std::string& text, const char* pattern) {
  constexpr std::size_t longest = 1000;
  return text.size() <= longest && std::regex_match(text, std::regex(pattern));
}

std::string unexpected(const ConfigNode& node, std::string_view expected) {
  return fmt::format("expected {}, found {}", expected, node.description());
}

// What was written for a setting: never null.
struct Written {
  const ConfigNode& node;
  std::string path;  // "networks.full.train"
  ConfigErrors& errors;

  Written item(const ConfigNode& its_node) const { return {its_node, path, errors}; }
  Written entry(const ConfigNode& its_node, std::string_view key) const {
    return {its_node, path.empty() ? std::string(key) : fmt::format("{}.{}", path, key), errors};
  }

  void fail(std::string_view problem) const { fail_at(node.place, problem); }
  void fail_at(const ConfigPlace& place, std::string_view problem) const {
    errors.add(place, path, fmt::format("{}: {}", path, problem));
  }
  void fail_expected(std::string_view expected) const { fail(unexpected(node, expected)); }
  // Of a value that is no text.
  void fail_expected_unquoted(std::string_view expected) const {
    fail(unexpected(node, expected) + (node.quoted ? " in quotes, which make it a text" : ""));
  }
  // True if there is a value; a key that nothing was written for is an error.
  bool has_value(std::string_view key, bool is_group) const {
    if (node.kind == NodeKind::null && node.text.empty()) {
      fail(fmt::format("nothing is written after '{}:'; write {}, or leave it out", key,
                       is_group ? fmt::format("'{}: {{}}' for the defaults", key) : "a value"));
    }
    return node.kind != NodeKind::null;
  }
  bool expect(NodeKind kind, std::string_view expected) const {
    if (node.kind != kind) fail_expected(expected);
    return node.kind == kind;
  }
  bool expect_length(Length length) const {
    const bool good = node.items.size() >= length.low && node.items.size() <= length.high;
    if (!good) fail(fmt::format("{} elements; their number must be {}", node.items.size(), interval(length)));
    return good;
  }

  // Keys other than the known ones are errors.
  void check_keys(const std::vector<std::string_view>& known) const {
    for (const auto& entry : node.entries) {
      if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
      const std::string_view synonym = known_synonym(entry.key, known);
      const std::string_view near = synonym.empty() ? nearest_word(entry.key, known) : synonym;
      // The error concerns the whole group: the key may have been meant for any of its settings.
      errors.add(entry.place, path.empty() ? entry.key : path,
                 fmt::format("unknown key '{}'{}{}", entry.key, path.empty() ? "" : fmt::format(" in {}", path),
                             near.empty()      ? fmt::format("; known are {}", fmt::join(known, ", "))
                             : synonym.empty() ? fmt::format("; did you mean '{}'?", near)
                                               : fmt::format("; it is called '{}' here", near)));
    }
  }
};

void read_group(const Written& map, const std::vector<Setting>& settings);

std::optional<std::int64_t> integer(const Written& written, Bounds<std::int64_t> bounds) {
  const auto value = number_in<std::int64_t>(written.node);
  if (!value) {
    written.fail_expected_unquoted("an integer (digits only, no leading zero)");
  } else if (*value < bounds.low || *value > bounds.high) {
    written.fail(fmt::format("{} is out of range: must be {}", *value, interval(bounds)));
  } else {
    return value;
  }
  return std::nullopt;
}

std::optional<std::filesystem::path> path(const Written& written) {
  if (!written.expect(NodeKind::scalar, "a path")) return std::nullopt;
  const std::string& text = written.node.text;
  if (text.empty() || text.find('\0') != std::string::npos) {
    written.fail("a path is not empty and cannot hold a zero byte");
    return std::nullopt;
  }
  if (const std::string problem = unexpanded_problem(text); !problem.empty()) {
    written.fail(problem);
    return std::nullopt;
  }
  if (names_data_folder(text)) return std::filesystem::path(text).lexically_normal();
  const auto& file = written.node.place.file;
  return std::filesystem::absolute((file ? file->parent_path() : "") / text).lexically_normal();
}

std::optional<std::size_t> word(const Written& written, const std::vector<std::string_view>& words) {
  const std::string one_of = fmt::format("one of {}", fmt::join(words, ", "));
  if (!written.expect(NodeKind::scalar, one_of)) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), written.node.text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const std::string_view near = means_another_thing(written.node.text) ? "" : nearest_word(written.node.text, words);
  written.fail(unexpected(written.node, one_of) + (near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  return std::nullopt;
}

// The elements of a list, each read by `parse`; those that could not be read are left out.
template <class T, class Parse>
void read_list(const Written& written, std::vector<T>& values, Parse parse) {
  values.clear();
  for (const ConfigNode& item : written.node.items) {
    if (auto value = parse(written.item(item))) values.push_back(std::move(*value));
  }
}

// The same; an element that repeats an earlier one is an error.
template <class T, class Parse>
void read_different(const Written& written, std::vector<T>& values, Parse parse) {
  read_list(written, values, [&](const Written& item) {
    std::optional<T> value = parse(item);
    if (!value || std::find(values.begin(), values.end(), *value) == values.end()) return value;
    item.fail(fmt::format("'{}' is listed twice", item.node.text));
    return std::optional<T>();
  });
}

void read(const Written& written, const Boolean& kind) {
  const ConfigNode& node = written.node;
  if (node.kind != NodeKind::scalar || node.quoted || (node.text != "true" && node.text != "false")) {
    return written.fail_expected_unquoted("true or false");
  }
  *kind.value = node.text == "true";
}

void read(const Written& written, const Integer& kind) {
  if (const auto number = integer(written, kind.bounds)) {
    std::visit([&](auto* value) { *value = static_cast<std::remove_pointer_t<decltype(value)>>(*number); }, kind.value);
  }
}

std::optional<double> finite_number(const Written& written, Bounds<double> bounds) {
  const auto number = number_in<double>(written.node);
  if (!number || !std::isfinite(*number)) {
    written.fail_expected_unquoted("a finite number");
  } else if (*number < bounds.low || *number > bounds.high) {
    written.fail(fmt::format("{} is out of range: must be {}", written.node.text, interval(bounds)));
  } else {
    return number;
  }
  return std::nullopt;
}

void read(const Written& written, const Number& kind) {
  const auto number = finite_number(written, kind.bounds);
  if (number) std::visit([&](auto* value) { *value = *number; }, kind.value);
}

void read(const Written& written, const Numbers& kind) {
  if (written.node.kind == NodeKind::scalar) {
    if (const auto number = finite_number(written, kind.bounds)) *kind.values = {*number};
  } else if (written.expect(NodeKind::list, "a number or a list of numbers") && written.expect_length(kind.length)) {
    read_list(written, *kind.values, [&](const Written& item) { return finite_number(item, kind.bounds); });
  }
}

void read(const Written& written, const Bytes& kind) {
  const auto bytes = written.node.kind == NodeKind::scalar ? byte_count_from(written.node.text) : std::nullopt;
  if (!bytes) return written.fail_expected("a number of bytes with its unit (8 GiB, 500 MB)");
  if (*bytes < kind.bounds.low || *bytes > kind.bounds.high) {
    return written.fail(fmt::format("'{}' is out of range: must be in [{}, {}]", written.node.text,
                                    byte_count_text(kind.bounds.low), byte_count_text(kind.bounds.high)));
  }
  *kind.value = *bytes;
}

void read(const Written& written, const Name& kind) {
  if (written.node.kind != NodeKind::scalar || !matches(written.node.text, name_pattern)) {
    return written.fail_expected("a name (letters, digits, '_' and '-', at most 100)");
  }
  *kind.value = written.node.text;
}

std::optional<std::string> text(const Written& written) {
  constexpr std::size_t longest = 200;
  if (!written.expect(NodeKind::scalar, "a text")) return std::nullopt;
  const std::string& text = written.node.text;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (!text.empty() && text.size() <= longest && std::none_of(text.begin(), text.end(), is_control)) return text;
  written.fail(fmt::format("must be one line of 1 to {} characters", longest));
  return std::nullopt;
}

void read(const Written& written, const Text& kind) { *kind.value = text(written).value_or(*kind.value); }

void read(const Written& written, const Texts& kind) {
  if (written.expect(NodeKind::list, "a list of texts")) read_different(written, *kind.values, text);
}

void read(const Written& written, const Path& kind) { *kind.value = path(written).value_or(*kind.value); }

void read(const Written& written, const Paths& kind) {
  if (written.expect(NodeKind::list, "a list of paths") && written.expect_length(kind.length)) {
    read_list(written, *kind.values, path);
  }
}

void read(const Written& written, const Integers& kind) {
  const std::string& text = written.node.text;
  const bool bare = written.node.kind == NodeKind::scalar && text.find(',') != std::string::npos;
  const std::string expected = bare ? fmt::format("a list of integers, written [{}]", text) : "a list of integers";
  if (written.expect(NodeKind::list, expected) && written.expect_length(kind.length)) {
    read_list(written, *kind.values, [&](const Written& item) { return integer(item, kind.bounds); });
  }
}

void read(const Written& written, const Words& kind) {
  if (!written.expect(NodeKind::list, "a list of words")) return;
  read_different(written, *kind.values, [](const Written& item) -> std::optional<std::string> {
    const std::string& text = item.node.text;
    const auto is_blank = [](unsigned char c) { return c <= 0x20 || c == 0x7f; };
    if (item.node.kind == NodeKind::scalar && !text.empty() && std::none_of(text.begin(), text.end(), is_blank)) {
      return text;
    }
    item.fail_expected("a word");
    return std::nullopt;
  });
}

// A text or a list of them.
std::vector<std::string> keys(const Written& written) {
  std::vector<std::string> texts;
  const auto add = [&](const Written& item) {
    std::string text;
    read(item, Text{&text});
    if (!text.empty()) texts.push_back(std::move(text));
  };
  if (written.node.kind == NodeKind::scalar) {
    add(written);
  } else if (written.expect(NodeKind::list, "a text or a list of texts") && written.expect_length({.low = 1})) {
    for (const ConfigNode& item : written.node.items) add(written.item(item));
  }
  return texts;
}

void read(const Written& written, const Keys& kind) {
  kind.values->clear();
  if (written.node.kind != NodeKind::map) return kind.values->emplace_back("", keys(written)), void();
  if (written.node.entries.empty()) written.fail("an empty map, expected a name with its key");
  for (const auto& [key, place, node] : written.node.entries) {
    if (!matches(key, name_pattern)) {
      written.fail_at(place, fmt::format("'{}' is not a name (letters, digits, '_' and '-', at most 100)", key));
    } else {
      kind.values->emplace_back(key, keys(written.entry(node, key)));
    }
  }
}

void read(const Written& written, const Choice& kind) {
  std::vector<std::size_t> chosen;
  if (!kind.several) {
    if (const auto index = word(written, kind.words)) kind.set({*index});
  } else if (written.expect(NodeKind::list, fmt::format("a list of {}", fmt::join(kind.words, ", ")))) {
    read_different(written, chosen, [&](const Written& item) { return word(item, kind.words); });
    kind.set(chosen);
  }
}

void read(const Written& written, const Parsed& kind) {
  if (!written.expect(NodeKind::scalar, fmt::format("one of {}", fmt::join(kind.words, ", ")))) return;
  try {
    kind.set(written.node.text);
  } catch (const UsageError& error) {
    written.fail(error.what());
  }
}

// low, high and perhaps count.
void read_range(const Written& written, ConfigSeries& series) {
  std::optional<double> low, high;
  const std::size_t problems = written.errors.lines().size();
  if (!written.expect(NodeKind::map, "a map of settings")) return;
  read_group(
      written,
      {{"low", "", Number{&low}}, {"high", "", Number{&high}}, {"count", "", Integer{&series.count, series_counts}}});
  if (written.errors.lines().size() > problems) return;
  if (!low || !high || !(*low < *high)) return written.fail("needs low and high, low less than high");
  if (series.kind == ConfigSeries::Kind::log_range && *low <= 0) {
    return written.fail(fmt::format("low is {}, expected more than 0", *low));
  }
  series.low = *low;
  series.high = *high;
}

void read_values(const Written& written, ConfigSeries& series) {
  if (!written.expect(NodeKind::list, "a list of values") || !written.expect_length({.low = 1})) return;
  series.values = written.node.items;
}

// None: an error was added.
std::optional<ConfigSeries> one_series(const Written& written, const ConfigPlace& place) {
  const std::size_t problems = written.errors.lines().size();
  if (!written.expect(NodeKind::map, "a map of one of values, range, log_range")) return std::nullopt;
  ConfigSeries series;
  series.place = place;
  int forms = 0;
  for (const auto& [form, word] : series_kind_names) {
    const ConfigNode* node = written.node.find(word);
    if (!node || node->kind == NodeKind::null) continue;
    ++forms;
    series.kind = form;
    (form == ConfigSeries::Kind::values ? read_values : read_range)(written.entry(*node, word), series);
  }
  const std::vector<std::string_view> words = words_of(series_kind_names);
  written.check_keys(words);
  if (forms != 1) written.fail_at(place, fmt::format("give one of {}", fmt::join(words, ", ")));
  return written.errors.lines().size() == problems ? std::optional(series) : std::nullopt;
}

void read(const Written& written, const Series& kind) {
  if (!written.expect(NodeKind::map, "a map of settings")) return;
  kind.values->clear();
  for (const auto& [key, place, node] : written.node.entries) {
    if (!matches(key, setting_path_pattern)) {
      written.fail_at(place, fmt::format("'{}' is not the path of a setting (networks.full.layers)", key));
    } else if (auto series = one_series(written.entry(node, key), place)) {
      series->path = key;
      kind.values->push_back(std::move(*series));
    }
  }
}

void read(const Written& written, const Assignments& kind) {
  if (!written.expect(NodeKind::list, "a list of maps of paths of settings to values")) return;
  read_list(written, *kind.values, [](const Written& item) -> std::optional<std::vector<ConfigAssignment>> {
    if (!item.expect(NodeKind::map, "a map of paths of settings to values")) return std::nullopt;
    if (item.node.entries.empty()) item.fail("an empty map would match every point");
    std::vector<ConfigAssignment> map;
    for (const auto& [key, place, node] : item.node.entries) map.push_back({key, node, place});
    return map;
  });
}

void read(const Written& written, const Group& kind) {
  if (written.expect(NodeKind::map, "a map of settings")) read_group(written, kind.settings);
}

void read(const Written& written, const OptionalGroup& kind) {
  if (written.expect(NodeKind::map, "a map of settings")) read_group(written, kind.settings());
}

void read(const Written& written, const NamedGroups& kind) {
  if (!written.expect(NodeKind::map, "a map of settings")) return;
  for (const auto& [key, place, node] : written.node.entries) {
    if (!matches(key, name_pattern)) {
      written.fail_at(place, fmt::format("'{}' is not a name (letters, digits, '_' and '-', at most 100)", key));
      continue;
    }
    const std::vector<Setting> settings = kind.add(key);
    const Written entry = written.entry(node, key);
    if (entry.has_value(key, true)) read(entry, Group{settings});
  }
}

void read(const Written& written, const WordOr& kind) {
  const auto& words = kind.word.words;
  const bool is_word = std::find(words.begin(), words.end(), written.node.text) != words.end();
  const bool may_be_number = std::holds_alternative<Numbers>(kind.other.front().kind);
  if (written.node.kind == NodeKind::scalar && may_be_number && !is_word && !number_in<double>(written.node)) {
    return written.fail_expected(fmt::format("a number, a list of numbers or {}", fmt::join(words, ", ")));
  }
  const bool may_be_list = std::holds_alternative<Integers>(kind.other.front().kind);
  if (written.node.kind == NodeKind::scalar && may_be_list && !is_word && number_in<std::int64_t>(written.node)) {
    return written.fail_expected(
        fmt::format("one of {}, or a list of integers, written [{}]", fmt::join(words, ", "), written.node.text));
  }
  if (written.node.kind == NodeKind::scalar && (is_word || !may_be_number)) return read(written, kind.word);
  std::visit([&](const auto& other) { read(written, other); }, kind.other.front().kind);
}

void read_group(const Written& map, const std::vector<Setting>& settings) {
  std::vector<std::string_view> known;
  for (const Setting& setting : settings) {
    known.push_back(setting.key);
    const ConfigNode* node = map.node.find(setting.key);
    if (!node) continue;
    const Written written = map.entry(*node, setting.key);
    if (std::holds_alternative<Group>(setting.kind) && node->kind == NodeKind::null) continue;  // the same as {}
    if (!written.has_value(setting.key, std::holds_alternative<OptionalGroup>(setting.kind))) continue;
    std::visit([&](const auto& kind) { read(written, kind); }, setting.kind);
  }
  map.check_keys(known);
}

}  // namespace

void read_settings(const ConfigNode& root, const std::vector<Setting>& settings, ConfigErrors& errors) {
  read_group({root, "", errors}, settings);
}

}  // namespace inforelay

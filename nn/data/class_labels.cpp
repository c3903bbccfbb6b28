#include "nn/data/class_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

template <class T>
std::vector<T> different(const std::vector<RawLabels>& sets) {
  std::vector<T> all;
  for (const RawLabels& set : sets) {
    const auto& labels = std::get<std::vector<T>>(set);
    all.insert(all.end(), labels.begin(), labels.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
  return all;
}

void check_count(std::size_t classes, std::string_view source) {
  if (classes < 2 || classes > max_symbols) {
    throw DataError("{}: {} different {}, expected from 2 to {}", source, classes, classes == 1 ? "label" : "labels",
                    max_symbols);
  }
}

// Words become names of classes, in tables and figures.
void check_word(const std::string& word, std::string_view source) {
  constexpr std::size_t longest = 200;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (word.empty()) throw DataError("{}: a label is empty", source);
  if (word.size() > longest || std::any_of(word.begin(), word.end(), is_control)) {
    throw DataError("{}: the label {} is no line of 1 to {} characters", source, quoted_name(word), longest);
  }
}

// The symbols of the labels, given the label of each class in order.
template <class T>
std::vector<std::vector<Symbol>> symbols(const std::vector<RawLabels>& sets, const std::vector<T>& classes) {
  std::map<T, Symbol> symbol_of;
  for (std::size_t c = 0; c < classes.size(); ++c) symbol_of.emplace(classes[c], static_cast<Symbol>(c));
  std::vector<std::vector<Symbol>> result;
  for (const RawLabels& set : sets) {
    std::vector<Symbol>& own = result.emplace_back();
    for (const T& label : std::get<std::vector<T>>(set)) own.push_back(symbol_of.at(label));
  }
  return result;
}

void check_different(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) throw UsageError("data.classes: {} is listed twice, expected once", quoted_name(*twice));
}

}  // namespace

std::size_t label_count(const RawLabels& labels) {
  return std::visit([](const auto& values) { return values.size(); }, labels);
}

ClassLabels classes_of(std::vector<RawLabels> sets, const std::vector<std::string>& names, std::string_view source) {
  check_different(names);
  const bool has_words = std::holds_alternative<std::vector<std::string>>(sets.front());
  for (const RawLabels& set : sets) {
    if (std::holds_alternative<std::vector<std::string>>(set) == has_words) continue;
    throw DataError("{}: the labels of one set are integers and those of the other words", source);
  }
  if (!has_words) {
    const std::vector<std::int64_t> labels = different<std::int64_t>(sets);
    check_count(labels.size(), source);
    std::vector<std::string> numbers;
    for (const std::int64_t label : labels) numbers.push_back(fmt::format("{}", label));
    if (!names.empty() && names.size() != labels.size()) {
      throw UsageError("data.classes: {} names, but {} has {} different labels: {}", names.size(), source,
                       labels.size(), listed(numbers));
    }
    return {symbols(sets, labels), names.empty() ? numbers : names};
  }
  const std::vector<std::string> words = different<std::string>(sets);
  check_count(words.size(), source);
  for (const std::string& word : words) check_word(word, source);
  if (names.empty()) return {symbols(sets, words), words};
  for (const std::string& word : words) {
    if (std::find(names.begin(), names.end(), word) != names.end()) continue;
    throw DataError("{}: the label {} is not among data.classes: {}", source, quoted_name(word), listed(names));
  }
  if (names.size() != words.size()) {
    const auto unused = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      return !std::binary_search(words.begin(), words.end(), name);
    });
    throw UsageError("data.classes: no sample of {} has the label '{}'", source, *unused);
  }
  return {symbols(sets, names), names};
}

}  // namespace inforelay

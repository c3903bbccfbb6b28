#include "experiments/sources/recording_symbols.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <type_traits>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

constexpr double largest_exact = 9007199254740992.0;  // 2^53

/// True if the text is UTF-8 without control characters (RFC 3629: no overlong forms, no surrogates).
bool is_plain_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    const unsigned first = byte(i);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    if (length == 0 || first > 0xf4 || (length == 1 && (first < 0x20 || first == 0x7f))) return false;
    unsigned point = length == 1 ? first : first & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
      point = point << 6 | (byte(i + k) & 0x3f);
    }
    if ((length == 3 && point < 0x800) || (length == 4 && (point < 0x10000 || point > 0x10ffff)) ||
        (point >= 0xd800 && point <= 0xdfff)) {
      return false;
    }
    i += length;
  }
  return true;
}

/// Integers before each other by value: names of integers are as std::to_string writes them.
void sort_names(std::vector<std::string>& names, bool are_integers) {
  if (!are_integers) return std::sort(names.begin(), names.end());
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return *number_from<std::int64_t>(a) < *number_from<std::int64_t>(b);
  });
}

template <class T>
std::string word_of(const T& value, const auto& fail) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (value.empty()) fail("is an empty word");
    if (!is_plain_utf8(value))
      fail(fmt::format("is {}, expected UTF-8 without control characters", quoted_name(value)));
    return value;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!(std::abs(static_cast<double>(value)) <= largest_exact) || std::floor(value) != value) {
      fail(fmt::format("is {}, expected an integer or a word", value));
    }
    return std::to_string(static_cast<std::int64_t>(value));
  } else {
    return std::to_string(value);
  }
}

}  // namespace

SampleWords sample_words(const FileArray& labels, const RecordingShape& shape, bool join_rows) {
  const bool joined = join_rows && labels.shape.size() == 2;
  const std::uint64_t columns = joined ? labels.shape[1] : 1;
  FileArray first{labels.shape, {}, labels.place};
  if (joined) first.shape.pop_back();
  const std::vector<std::uint64_t> positions = shape.label_positions(first);
  SampleWords result;
  result.are_integers = !std::holds_alternative<std::vector<std::string>>(labels.values) && columns == 1;
  std::map<std::string, std::uint32_t> numbers;
  std::vector<std::uint32_t> number(positions.size());
  std::visit(
      [&](const auto& values) {
        for (std::uint64_t n = 0; n < positions.size(); ++n) {
          const auto fail = [&](std::string_view problem) {
            throw DataError("{}: {} {}", labels.place, shape.sample_text(n), problem);
          };
          std::string word;
          for (std::uint64_t c = 0; c < columns; ++c) {
            word += (c > 0 ? "," : "") + word_of(values[positions[n] * columns + c], fail);
          }
          number[n] = numbers.emplace(std::move(word), static_cast<std::uint32_t>(numbers.size())).first->second;
        }
      },
      labels.values);
  for (const auto& [word, its_number] : numbers) result.words.push_back(word);
  sort_names(result.words, result.are_integers);
  std::vector<std::uint32_t> place_of(numbers.size());
  for (std::uint32_t i = 0; i < result.words.size(); ++i) place_of[numbers[result.words[i]]] = i;
  for (const std::uint32_t one : number) result.word.push_back(place_of[one]);
  return result;
}

NamedSymbols name_symbols(const SampleWords& input, const SampleWords& output, const std::string& place) {
  NamedSymbols symbols;
  symbols.names = input.words;
  symbols.names.insert(symbols.names.end(), output.words.begin(), output.words.end());
  std::sort(symbols.names.begin(), symbols.names.end());
  symbols.names.erase(std::unique(symbols.names.begin(), symbols.names.end()), symbols.names.end());
  sort_names(symbols.names, input.are_integers && output.are_integers);
  if (symbols.names.size() > max_symbols) {
    throw DataError("{}: {} different input and output symbols, expected at most {}", place, symbols.names.size(),
                    max_symbols);
  }
  const auto numbered = [&](const SampleWords& words) {
    std::map<std::string_view, Symbol> numbers;
    for (std::size_t i = 0; i < symbols.names.size(); ++i) numbers[symbols.names[i]] = static_cast<Symbol>(i);
    std::vector<Symbol> of_word, result;
    for (const std::string& word : words.words) of_word.push_back(numbers[word]);
    result.reserve(words.word.size());
    for (const std::uint32_t word : words.word) result.push_back(of_word[word]);
    return result;
  };
  symbols.input = numbered(input);
  symbols.output = numbered(output);
  return symbols;
}

}  // namespace inforelay

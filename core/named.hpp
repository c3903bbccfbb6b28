// Look-up in lists of named values, and tables of words for the values of an enum.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace inforelay {

/// The one called `name`; null if there is none.
template <class T>
const T* find_named(const std::vector<std::pair<std::string, T>>& list, std::string_view name) {
  for (const auto& [its_name, value] : list) {
    if (its_name == name) return &value;
  }
  return nullptr;
}

/// The words for the values of an enum, {value, word}; defined next to the enum.
template <class T, std::size_t N>
using WordTable = std::array<std::pair<T, std::string_view>, N>;

/// The word for `value`; empty if the table has none.
template <class T, std::size_t N>
constexpr std::string_view word_of(const WordTable<T, N>& table, std::type_identity_t<T> value) {
  for (const auto& [its_value, word] : table) {
    if (its_value == value) return word;
  }
  return {};
}

/// The value of the word; null if the table does not have it.
template <class T, std::size_t N>
const T* value_of(const WordTable<T, N>& table, std::string_view word) {
  for (const auto& [value, its_word] : table) {
    if (its_word == word) return &value;
  }
  return nullptr;
}

/// All words of a table {value, word}, in its order.
template <class Table>
std::vector<std::string_view> words_of(const Table& table) {
  std::vector<std::string_view> words;
  for (const auto& row : table) words.push_back(row.second);
  return words;
}

}  // namespace inforelay

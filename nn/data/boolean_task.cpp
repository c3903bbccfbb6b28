#include "nn/data/boolean_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

using Column = std::vector<std::uint8_t>;  // [2^n] values of an expression

struct BooleanGate {
  std::string_view name;
  bool is_of_all;  // may stand without arguments
  bool (*value)(std::size_t ones, std::size_t arguments);
};

constexpr std::array<BooleanGate, 6> gates{{
    {"not", false, [](std::size_t ones, std::size_t) { return ones == 0; }},
    {"and", true, [](std::size_t ones, std::size_t arguments) { return ones == arguments; }},
    {"or", true, [](std::size_t ones, std::size_t) { return ones > 0; }},
    {"xor", true, [](std::size_t ones, std::size_t) { return ones % 2 == 1; }},
    {"parity", true, [](std::size_t ones, std::size_t) { return ones % 2 == 1; }},
    {"maj", true, [](std::size_t ones, std::size_t arguments) { return 2 * ones > arguments; }},
}};

constexpr std::string_view gate_names = "not, and, or, xor, parity, maj and table";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// A recursive descent that computes values as it reads.
class ExpressionReader {
 public:
  ExpressionReader(std::string_view text, int inputs) : text_(text), inputs_(inputs) {}

  Column read() {
    if (text_.size() > longest_boolean_expression)
      fail(longest_boolean_expression,
           fmt::format("it has {} characters, expected at most {}", text_.size(), longest_boolean_expression));
    Column values = expression(1);
    skip_spaces();
    if (at_ < text_.size()) fail(at_, fmt::format("{} is left over after the expression", found()));
    return values;
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& problem) const {
    throw UsageError("the expression {}, character {}: {}", quoted_name(std::string(text_.substr(0, 80))), at + 1,
                     problem);
  }

  std::string found() const {
    return at_ < text_.size() ? quoted_name(std::string(1, text_[at_])) : std::string("the end");
  }
  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip_spaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  template <class Is>
  std::string_view word(const Is& is) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::size_t patterns() const { return std::size_t{1} << inputs_; }

  Column expression(std::size_t depth) {
    skip_spaces();
    if (depth > deepest_boolean_expression)
      fail(at_, fmt::format("it is nested deeper than {} levels", deepest_boolean_expression));
    const std::size_t begin = at_;
    if (at_ < text_.size() && is_digit(text_[at_])) return input_bit(begin);
    const std::string_view name = word(is_letter);
    if (name.empty()) fail(begin, fmt::format("{}, expected the number of a bit, or one of {}", found(), gate_names));
    if (name == "table") return table(begin, depth);
    for (const BooleanGate& gate : gates) {
      if (gate.name == name) return gate_value(gate, begin, depth);
    }
    fail(begin, fmt::format("{} is no function; these are {}", quoted_name(std::string(name)), gate_names));
  }

  Column input_bit(std::size_t begin) {
    const std::string_view digits = word(is_digit);
    int bit = 0;
    for (const char digit : digits) bit = std::min(10 * bit + (digit - '0'), 1000);
    if (bit < 1 || bit > inputs_)
      fail(begin, fmt::format("bit {} is out of range [1,{}]", digits.substr(0, 20), inputs_));
    Column values(patterns());
    for (std::size_t pattern = 0; pattern < values.size(); ++pattern)
      values[pattern] = static_cast<std::uint8_t>(pattern >> (bit - 1) & 1u);
    return values;
  }

  // The values of each argument up to the closing parenthesis, one by one: there may be hundreds, each with 2^n values.
  template <class Add>
  void each_argument(std::string_view name, std::size_t most, std::size_t depth, const Add& add) {
    std::size_t count = 0;
    do {
      if (count++ == most) fail(at_, fmt::format("'{}' has more than {} arguments", name, most));
      add(expression(depth + 1));
    } while (take(','));
    if (!take(')')) fail(at_, fmt::format("{}, expected ',' or ')'", found()));
  }

  Column gate_value(const BooleanGate& gate, std::size_t begin, std::size_t depth) {
    Column ones(patterns());
    std::size_t count = 0;
    if (take('(')) {
      each_argument(gate.name, most_arguments, depth, [&](const Column& values) {
        for (std::size_t pattern = 0; pattern < ones.size(); ++pattern)
          ones[pattern] = static_cast<std::uint8_t>(ones[pattern] + values[pattern]);
        ++count;
      });
    } else {
      if (!gate.is_of_all) fail(begin, fmt::format("'{}' needs an argument: {}(1)", gate.name, gate.name));
      for (std::size_t pattern = 0; pattern < ones.size(); ++pattern)
        ones[pattern] = static_cast<std::uint8_t>(std::popcount(pattern));
      count = static_cast<std::size_t>(inputs_);
    }
    if (gate.name == "not" && count != 1) fail(begin, fmt::format("'not' has {} arguments, expected 1", count));
    if (gate.name == "maj" && count % 2 == 0)
      fail(begin, fmt::format("'maj' has {} arguments, expected an odd number", count));
    for (std::uint8_t& value : ones) value = gate.value(value, count) ? 1 : 0;
    return ones;
  }

  Column table(std::size_t begin, std::size_t depth) {
    if (!take('(')) fail(at_, fmt::format("{}, expected '(' after 'table'", found()));
    skip_spaces();
    const std::size_t entries_at = at_;
    const std::string_view entries = word([](char c) { return c == '0' || c == '1'; });
    if (entries.empty() || !take(',')) fail(at_, fmt::format("{}, expected zeros and ones, then ','", found()));
    if (entries.size() > std::size_t{1} << most_table_arguments)
      fail(entries_at, fmt::format("the table has {} entries, expected at most {}", entries.size(),
                                   std::size_t{1} << most_table_arguments));
    std::vector<std::uint16_t> row(patterns());
    std::size_t count = 0;
    each_argument("table", most_table_arguments, depth, [&](const Column& values) {
      for (std::size_t pattern = 0; pattern < row.size(); ++pattern)
        row[pattern] = static_cast<std::uint16_t>(2 * row[pattern] + values[pattern]);
      ++count;
    });
    if (entries.size() != std::size_t{1} << count)
      fail(begin, fmt::format("the table has {} entries, expected {} for {} argument{}", entries.size(),
                              std::size_t{1} << count, count, count == 1 ? "" : "s"));
    Column values(patterns());
    for (std::size_t pattern = 0; pattern < values.size(); ++pattern)
      values[pattern] = entries[row[pattern]] == '1' ? 1 : 0;
    return values;
  }

  static constexpr std::size_t most_arguments = 255;  // their sum fits into a byte

  std::string_view text_;
  int inputs_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::uint8_t> boolean_values(std::string_view expression, int inputs) {
  check_bounded(inputs >= 1 && inputs <= most_boolean_inputs, "input bits", inputs,
                fmt::format("a number from 1 to {}", most_boolean_inputs));
  return ExpressionReader(expression, inputs).read();
}

}  // namespace inforelay

#include "experiments/compare/statement.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

constexpr std::string_view blanks = " \t", relations = "<>=";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

StatementTerm parse_term(std::string_view text) {
  StatementTerm term;
  if (const auto number = number_from<double>(text); number && std::isfinite(*number)) {
    term.constant = *number;
    return term;
  }
  std::string_view name = text;
  if (name.starts_with("abs(") && name.ends_with(")")) {
    term.absolute = true;
    name = trimmed(name.substr(4, name.size() - 5));
  }
  const bool plain = !name.empty() && name.find_first_of(" \t()") == std::string_view::npos;
  if (!plain) {
    throw UsageError(fmt::format("{}, expected a number, NETWORK.METRIC or abs(NETWORK.METRIC)",
                                 text.empty() ? "nothing on one side" : quoted_name(text)));
  }
  term.metric = name;
  return term;
}

}  // namespace

bool Statement::holds(double a, double b) const {
  if (relation == "<") return a < b;
  if (relation == "<=") return a <= b;
  if (relation == ">") return a > b;
  return a >= b;
}

Statement parse_statement(std::string_view text) {
  const std::size_t begin = text.find_first_of(relations), end = text.find_last_of(relations);
  const std::string_view relation = begin == std::string_view::npos ? "" : text.substr(begin, end - begin + 1);
  if (relation != "<" && relation != "<=" && relation != ">" && relation != ">=")
    throw UsageError(fmt::format("{}, expected two terms and one of <, <=, >, >= between them", quoted_name(text)));
  Statement statement{.left = parse_term(trimmed(text.substr(0, begin))),
                      .right = parse_term(trimmed(text.substr(end + 1))),
                      .relation = std::string(relation)};
  if (statement.left.is_constant() && statement.right.is_constant())
    throw UsageError(fmt::format("{}, expected NETWORK.METRIC on at least one side", quoted_name(text)));
  return statement;
}

}  // namespace inforelay

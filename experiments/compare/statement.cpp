#include "experiments/compare/statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/named.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

using Relation = Statement::Relation;

// The longer ones first: "<" begins "<=".
constexpr WordTable<Relation, 4> relations{
    {{Relation::at_most, "<="}, {Relation::at_least, ">="}, {Relation::less, "<"}, {Relation::greater, ">"}}};

[[noreturn]] void fail(std::string_view text) {
  throw UsageError(
      fmt::format("'{}' is not a statement: NETWORK.METRIC < NETWORK.METRIC or a number; also >, <=, >=, and abs(...) "
                  "of a metric",
                  text));
}

StatementTerm parse_term(std::string_view text, std::string_view statement) {
  text = trimmed(text);
  StatementTerm term;
  if (const auto number = number_from<double>(text); number && std::isfinite(*number)) {
    term.number = *number;
    return term;
  }
  term.absolute = text.starts_with("abs(") && text.ends_with(')');
  if (term.absolute) text = trimmed(text.substr(4, text.size() - 5));
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  const std::size_t dot = text.find('.');
  if (dot == 0 || dot >= text.size() - 1 || text.empty() || !std::all_of(text.begin(), text.end(), is_word))
    fail(statement);
  term.network = text.substr(0, dot);
  term.metric = text.substr(dot + 1);
  return term;
}

}  // namespace

bool Statement::holds(double left_value, double right_value) const {
  switch (relation) {
    case Relation::less:
      return left_value < right_value;
    case Relation::greater:
      return left_value > right_value;
    case Relation::at_most:
      return left_value <= right_value;
    case Relation::at_least:
      break;
  }
  return left_value >= right_value;
}

Statement parse_statement(std::string_view text) {
  for (const auto& [relation, word] : relations) {
    const std::size_t at = text.find(word);
    if (at == std::string_view::npos) continue;
    Statement statement{parse_term(text.substr(0, at), text), relation,
                        parse_term(text.substr(at + word.size()), text)};
    if (statement.left.is_number() && statement.right.is_number()) fail(text);
    return statement;
  }
  fail(text);
}

}  // namespace inforelay

// Labels as files have them, and the classes that they stand for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/recording.hpp"

namespace inforelay {

/// [N] integers of any range, or words.
using RawLabels = std::variant<std::vector<std::int64_t>, std::vector<std::string>>;

std::size_t label_count(const RawLabels& labels);

/// The class of each label of one or more sets, and the names [C] of the classes.
struct ClassLabels {
  std::vector<std::vector<Symbol>> sets;
  std::vector<std::string> names;
};

/// The classes are the different labels that occur in any of the `sets`, so that none is empty: integers in numerical
/// order, named by their numbers or, where `names` is given, by its words in that order; words in alphabetical order
/// (by bytes), or in the order of `names`, which must then list them all. Throws DataError that begins with `source` if
/// sets of integers and of words are mixed, a word is empty, no line of text, or not among `names`, or there are fewer
/// than two or more than max_symbols classes; UsageError if `names` has another number of names than there are classes.
ClassLabels classes_of(std::vector<RawLabels> sets, const std::vector<std::string>& names, std::string_view source);

}  // namespace inforelay

// Short labels that keep different names apart.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

/// Number of characters of a UTF-8 text.
std::size_t character_count(std::string_view text);

/// Labels of at most `longest` >= 12 characters for `names`, as many: equal for equal names, different for different
/// ones. Names that all fit are their own labels. Otherwise what all names begin or end with becomes "…"; if that is
/// not enough, labels begin with the number of the name in the list: "(3) learning_r…".
std::vector<std::string> distinct_labels(const std::vector<std::string>& names, std::size_t longest);

/// The shortest ends of dotted paths that are all different: {a.train.rate, b.train.rate} gives {a.train.rate,
/// b.train.rate}, {a.train.rate, a.layers} gives {rate, layers}. Paths are different and contain no empty parts.
std::vector<std::string> distinct_ends(const std::vector<std::string>& paths);

}  // namespace inforelay

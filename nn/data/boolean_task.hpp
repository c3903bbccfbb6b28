// Boolean functions of n bits, written as expressions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace inforelay {

/// An expression is at most this long, nested this deep, and a truth table in it has at most this many arguments.
inline constexpr std::size_t longest_boolean_expression = 1000, deepest_boolean_expression = 50;
inline constexpr std::size_t most_table_arguments = 10;
inline constexpr int most_boolean_inputs = 16;

/// The values of an expression for all 2^n inputs -> [2^n], each 0 or 1; bit i of the index is input bit i+1.
///
///   3                  input bit 3; the first is 1
///   not(x)             1 - x
///   and(x,...)         1 if all arguments are 1
///   or(x,...)          1 if one of them is
///   xor(x,...)         1 if an odd number of them are; parity(x,...) is the same
///   maj(x,...)         1 if more than half of them are, of an odd number of them
///   table(0110,x,y)    any function: the entry of the row x y of its truth table, in the order 00, 01, 10, 11, and so
///   on and                without arguments: of all input bits, also or, xor, parity, maj
///
/// Arguments are expressions; spaces are allowed between all parts. inputs: n in [1,most_boolean_inputs]. UsageError
/// with the expression and the character, from 1, for whatever else is written, a bit outside [1,n], a wrong number of
/// arguments or entries, and an expression beyond the limits above. Cost O(parts of the expression 2^n).
std::vector<std::uint8_t> boolean_values(std::string_view expression, int inputs);

}  // namespace inforelay

// Sets of hidden neurons. A set is also an index: the arrays [C,S] are addressed by NeuronSet::index().
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace inforelay {

/// A set of up to 32 neurons; bit k of bits() is neuron k.
class NeuronSet {
 public:
  static constexpr int max_neurons = 32;
  /// The widest layer for which all sets are computed: 2^24 sets x 10 classes are 640 MiB of float.
  static constexpr int max_exhaustive_neurons = 24;

  constexpr NeuronSet() = default;
  constexpr explicit NeuronSet(std::uint32_t bits) : bits_(bits) {}
  constexpr NeuronSet(std::initializer_list<int> neurons) {
    for (const int neuron : neurons) *this = with(neuron);
  }
  /// {0, ..., K-1}. 0 <= K <= 32.
  static constexpr NeuronSet all(int neurons) {
    assert(0 <= neurons && neurons <= max_neurons);
    return NeuronSet(neurons == max_neurons ? ~0u : (1u << neurons) - 1u);
  }

  constexpr std::uint32_t bits() const { return bits_; }
  constexpr std::uint32_t index() const { return bits_; }
  constexpr int size() const { return std::popcount(bits_); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool contains(int neuron) const { return (bits_ >> neuron & 1u) != 0; }
  constexpr NeuronSet with(int neuron) const { return NeuronSet(bits_ | 1u << neuron); }
  constexpr NeuronSet without(int neuron) const { return NeuronSet(bits_ & ~(1u << neuron)); }
  /// The neurons of `among` that are not in this set, e.g. Y_0 from Y_R.
  constexpr NeuronSet complement(NeuronSet among) const { return NeuronSet(among.bits_ & ~bits_); }
  constexpr bool operator==(const NeuronSet&) const = default;

  /// The neuron of the lowest number; of a set that is not empty.
  constexpr int lowest() const {
    assert(!empty());
    return std::countr_zero(bits_);
  }

  /// "0 9 17"; "" for the empty set.
  std::string to_string() const {
    std::string text;
    for (int neuron = 0; neuron < max_neurons; ++neuron) {
      if (!contains(neuron)) continue;
      if (!text.empty()) text += ' ';
      text += std::to_string(neuron);
    }
    return text;
  }

 private:
  std::uint32_t bits_ = 0;
};

/// Throws UsageError unless all of `set` are in [0,neurons): "knockout: set names unit 5, expected [0,5)"; "knockout"
/// is `what`. 0 <= neurons <= 32.
inline void check_inside(std::string_view what, NeuronSet set, int neurons) {
  const NeuronSet outside = NeuronSet::all(neurons).complement(set);
  if (!outside.empty()) throw UsageError("{}: set names unit {}, expected [0,{})", what, outside.lowest(), neurons);
}

}  // namespace inforelay

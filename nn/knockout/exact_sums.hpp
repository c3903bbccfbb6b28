// Exact signs of sums behind an output, however close to 0, for the few samples that sums of limited precision leave
// open.
#pragma once

#include <cstddef>
#include <span>

#include "core/axes.hpp"
#include "core/sets/neuron_set.hpp"
#include "nn/knockout/replacement.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// The product as it is: a double has room for all digits of the product of two floats.
inline double exact_product(float weight, float value) {
  return static_cast<double>(weight) * static_cast<double>(value);
}

/// -1, 0 or 1: the sign of the sum of `terms` as real numbers. Each is a product of two floats, or a float: so nothing
/// overflows or underflows. Shewchuk, Adaptive precision floating-point arithmetic, 1997. Cost: a few ns per term if a
/// sum in double is decisive, else O(terms^2).
int sign_of_sum(std::span<const double> terms);

/// Sums s_c = b_c + sum over kept k of w_ck h_ik + sum over knocked-out k of w_ck R_ik of the outputs of a layer, as
/// real numbers: results depend on nothing but the floats. Holds references. K <= NeuronSet::max_neurons.
class ExactSums {
 public:
  ExactSums(const DenseLayer& layer, const RowMatrix<float>& hidden, const Replacement& replacement)
      : layer_(&layer), hidden_(&hidden), replacement_(&replacement) {}

  /// s_c > 0.
  bool on(std::size_t sample, int output, NeuronSet knocked_out) const;
  /// The lowest c with the largest s_c.
  int argmax(std::size_t sample, NeuronSet knocked_out) const;

 private:
  float value(std::size_t sample, int neuron, NeuronSet knocked_out) const {
    return knocked_out.contains(neuron) ? (*replacement_)(sample, neuron)
                                        : (*hidden_)(static_cast<Eigen::Index>(sample), neuron);
  }

  const DenseLayer* layer_;
  const RowMatrix<float>* hidden_;
  const Replacement* replacement_;
};

}  // namespace inforelay

// Knockouts by plain forward passes in double, sample by sample: the reference for all faster methods.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nn/knockout/knockout.hpp"
#include "nn/knockout/replacement.hpp"

namespace inforelay::test {

/// What a forward pass with some neurons replaced finds.
struct ForwardKnockout {
  RowMatrix<std::uint32_t> counts;  ///< [C labels,C] samples of the label for which the output is on
  std::uint32_t doubtful = 0;       ///< samples with a sum or a difference of sums next to 0, where floats may differ

  double balanced_accuracy(int c) const {
    const double of_class = counts_of_label(c), others = total - of_class;
    const double right = counts(c, c), wrong = counts.col(c).sum() - right;
    return (right / of_class + 1 - wrong / others) / 2;
  }
  double overall_accuracy() const { return counts.diagonal().sum() / total; }
  /// By how much an accuracy may differ because of doubtful samples, and of rounding to float.
  double margin(int c) const { return 1e-6 + doubtful / std::min(counts_of_label(c), total - counts_of_label(c)); }
  double counts_of_label(int c) const { return sizes[static_cast<std::size_t>(c)]; }

  std::vector<double> sizes;
  double total = 0;
};

// Activations in double precision, by their definitions.
inline double activated(Activation activation, double x) {
  using Kind = Activation::Kind;
  const double p = static_cast<double>(activation.parameter), root_2_by_pi = 0.79788456080286535588;
  switch (activation.kind) {
    case Kind::tanh:
      return std::tanh(x);
    case Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Kind::relu:
      return std::max(x, 0.0);
    case Kind::leaky_relu:
      return x > 0 ? x : p * x;
    case Kind::elu:
      return x > 0 ? x : p * std::expm1(x);
    case Kind::gelu:
      return x * std::erfc(-x / std::sqrt(2.0)) / 2;
    case Kind::gelu_tanh:
      return x * (1 + std::tanh(root_2_by_pi * (x + 0.044715 * x * x * x))) / 2;
    case Kind::silu:
      return x / (1 + std::exp(-x));
    case Kind::softplus:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case Kind::identity:
    case Kind::softmax:  // of an output, whose order it keeps
      return x;
  }
  return x;
}

inline ForwardKnockout forward_knockout(const KnockoutSubject& subject, const Replacement& replacement, NeuronSet set,
                                        KnockoutFunction function, double doubt = 1e-5) {
  const int classes = subject.classes();
  ForwardKnockout result{.counts = RowMatrix<std::uint32_t>::Zero(classes, classes), .sizes = {}};
  result.sizes.assign(static_cast<std::size_t>(classes), 0);
  for (std::size_t i = 0; i < subject.labels.size(); ++i) {
    const Symbol label = subject.labels[i];
    result.total += 1;
    result.sizes[label] += 1;
    Eigen::VectorXd values(subject.neurons());
    for (int k = 0; k < subject.neurons(); ++k) {
      const float kept = subject.hidden(static_cast<Eigen::Index>(i), k);
      values(k) = static_cast<double>(k < NeuronSet::max_neurons && set.contains(k) ? replacement(i, k) : kept);
    }
    for (auto l = static_cast<std::size_t>(subject.layer); l < subject.network.layers.size(); ++l) {
      const DenseLayer& layer = subject.network.layers[l];
      values = (layer.weight.cast<double>() * values + layer.bias.cast<double>()).eval();
      if (l + 1 == subject.network.layers.size()) break;
      for (double& value : values) value = activated(layer.activation, value);
    }
    bool doubtful = false;
    if (function == KnockoutFunction::argmax) {
      int best = 0;
      for (int c = 1; c < classes; ++c) best = values(c) > values(best) ? c : best;
      for (int c = 0; c < classes; ++c) doubtful = doubtful || (c != best && values(best) - values(c) < doubt);
      ++result.counts(label, best);
    } else {
      for (int c = 0; c < classes; ++c) {
        doubtful = doubtful || std::abs(values(c)) < doubt;
        result.counts(label, c) += values(c) > 0;
      }
    }
    result.doubtful += doubtful;
  }
  return result;
}

}  // namespace inforelay::test

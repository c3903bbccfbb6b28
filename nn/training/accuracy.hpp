// Classification accuracy of outputs.
//
// An output neuron c predicts class c if its value exceeds decision_threshold() of its activation. Output c stands for
// label c, or bit c of the label (LabelKind); a network with a single output (a detector) answers for label 1 against
// the others.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/random.hpp"
#include "core/recording.hpp"

namespace inforelay {

/// Balanced accuracy of each output c, [C]:
///   ( #(label = c and on) / #(label = c) + #(label != c and off) / #(label != c) ) / 2      (paper, section 5)
/// and of bits the same with "bit c of the label is 1" in place of "label = c";
/// in [0,1], 0.5 is chance; exact over all samples. output [N,C], labels [N]. A NaN output is off.
/// Throws DataError if a class has no sample, or all of them.
std::vector<double> balanced_accuracy(const RowMatrix<float>& output, std::span<const Symbol> labels, float threshold,
                                      LabelKind kind = LabelKind::classes);

/// The samples on which the authors estimate the balanced accuracy of one class: n of the class and n others.
struct BalancedSample {
  std::vector<std::uint32_t> of_class, others;  ///< [n] each
};

/// For each of the classes [0,classes): a pool of n samples of every class is drawn once, without replacement;
/// `of_class` are the pool's n samples of the class, `others` n drawn without replacement from the rest of the pool.
/// Throws UsageError if n is 0 or greater than the number of samples of a class.
std::vector<BalancedSample> draw_balanced_samples(std::span<const Symbol> labels, int classes, std::size_t n,
                                                  RandomStream& random);

/// Balanced accuracy [C] on the given samples only, samples.size() == C.
std::vector<double> balanced_accuracy(const RowMatrix<float>& output, std::span<const BalancedSample> samples,
                                      float threshold);

/// Fraction of samples whose largest output (argmax) is that of the label. output [N,C], C >= 2.
double argmax_accuracy(const RowMatrix<float>& output, std::span<const Symbol> labels);

/// Fraction of samples for which every output [N,C] is on if and only if its bit of the label is 1; C = 1: if and only
/// if the label is 1.
double binary_accuracy(const RowMatrix<float>& output, std::span<const Symbol> labels, float threshold);

}  // namespace inforelay

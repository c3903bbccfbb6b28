#include "nn/knockout/knockout_checks.hpp"

#include <fmt/format.h>

#include "core/checks.hpp"
#include "core/error.hpp"

namespace inforelay {

void check_shapes(const KnockoutSubject& subject) {
  const auto& layers = subject.network.layers;
  if (subject.layer < 1 || static_cast<std::size_t>(subject.layer) >= layers.size()) {
    throw UsageError("knockouts: there is no hidden layer {}; the network has {} hidden layers", subject.layer,
                     layers.empty() ? 0 : layers.size() - 1);
  }
  if (subject.hidden.cols() != subject.neurons()) {
    throw DataError("knockouts: activations of {} neurons, but hidden layer {} has {}", subject.hidden.cols(),
                    subject.layer, subject.neurons());
  }
  if (static_cast<std::size_t>(subject.hidden.rows()) != subject.labels.size()) {
    throw DataError("knockouts: activations of {} samples, but {} labels", subject.hidden.rows(),
                    subject.labels.size());
  }
}

void check_finite(const KnockoutSubject& subject, const Replacement& replacement) {
  const auto check_values = [&](const RowMatrix<float>& values, std::string_view what) {
    check_finite<ComputeError>(values, fmt::format("knockouts: {} of hidden layer {}, neuron", what, subject.layer));
  };
  check_values(subject.hidden, "activation");
  check_values(replacement.values(), "replacement of an activation");
  for (auto l = static_cast<std::size_t>(subject.layer); l < subject.network.layers.size(); ++l) {
    const DenseLayer& layer = subject.network.layers[l];
    if (layer.weight.allFinite() && layer.bias.allFinite()) continue;
    throw ComputeError("knockouts: a weight or bias of layer {} is not finite", l + 1);
  }
}

std::vector<std::uint32_t> class_sizes(const KnockoutSubject& subject) {
  std::vector<std::uint32_t> sizes(static_cast<std::size_t>(subject.classes()));
  if (subject.kind == LabelKind::bits && sizes.size() > max_label_bits)
    throw UsageError("knockouts: {} output bits, expected at most {}", sizes.size(), max_label_bits);
  const int possible = subject.possible_labels();
  for (std::size_t i = 0; i < subject.labels.size(); ++i) {
    const Symbol label = subject.labels[i];
    if (label >= possible)
      throw DataError("knockouts: label {} of sample {} is out of range [0,{})", label, i, possible);
    for (std::size_t c = 0; c < sizes.size(); ++c) sizes[c] += is_labelled(label, c, subject.kind) ? 1 : 0;
  }
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    if (sizes[c] == 0 || sizes[c] == subject.labels.size()) {
      throw DataError(
          "knockouts: {} of {} samples are of class {}; its balanced accuracy needs at least "
          "one of the class and one other",
          sizes[c], subject.labels.size(), c);
    }
  }
  return sizes;
}

}  // namespace inforelay

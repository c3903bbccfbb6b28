#include "nn/training/composite.hpp"

#include <vector>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "nn/training/accuracy.hpp"

namespace inforelay {
namespace {

// Checks that the detectors fit together, and returns where the hidden neurons of each begin; last, their number.
std::vector<Eigen::Index> hidden_offsets(std::span<const Mlp> detectors) {
  if (detectors.empty()) throw UsageError("a composite network needs at least one detector");
  std::vector<Eigen::Index> offsets{0};
  for (std::size_t t = 0; t < detectors.size(); ++t) {
    const auto& layers = detectors[t].layers;
    const auto& first = detectors[0].layers;
    if (layers.size() != 2 || layers[1].out() != 1) {
      throw UsageError("detector {} has {} layers and {} outputs, expected one hidden layer and one output", t,
                       layers.size(), layers.empty() ? 0 : layers.back().out());
    }
    if (is_output_only(layers[1].activation)) {
      throw UsageError("detector {}: {} of one output is always 1, expected another activation", t,
                       to_string(layers[1].activation));
    }
    if (layers[0].in() != first[0].in()) {
      throw UsageError("detector {} takes {} inputs, detector 0 takes {}", t, layers[0].in(), first[0].in());
    }
    for (const std::size_t l : {std::size_t{0}, std::size_t{1}}) {
      if (layers[l].activation != first[l].activation) {
        throw UsageError("detector {}, layer {}: activation {}, but detector 0 has {}", t, l + 1,
                         to_string(layers[l].activation), to_string(first[l].activation));
      }
    }
    offsets.push_back(offsets.back() + layers[0].out());
  }
  return offsets;
}

}  // namespace

Mlp compose(std::span<const Mlp> detectors, double noise_stddev, RandomStream& random) {
  const std::vector<Eigen::Index> offsets = hidden_offsets(detectors);
  check_bounded(noise_stddev >= 0, "composite: noise_stddev", noise_stddev, "at least 0");
  const auto classes = static_cast<Eigen::Index>(detectors.size());
  const std::vector<DenseLayer>& first = detectors[0].layers;
  DenseLayer hidden{RowMatrix<float>(offsets.back(), first[0].in()), Eigen::VectorXf(offsets.back()),
                    first[0].activation};
  DenseLayer output{RowMatrix<float>::Zero(classes, offsets.back()), Eigen::VectorXf(classes), first[1].activation};
  if (noise_stddev > 0) {
    for (float& weight : output.weight.reshaped<Eigen::RowMajor>()) {
      weight = static_cast<float>(noise_stddev * random.normal());
    }
  }
  for (Eigen::Index t = 0; t < classes; ++t) {
    const auto& layers = detectors[static_cast<std::size_t>(t)].layers;
    const Eigen::Index begin = offsets[static_cast<std::size_t>(t)], count = layers[0].out();
    hidden.weight.middleRows(begin, count) = layers[0].weight;
    hidden.bias.segment(begin, count) = layers[0].bias;
    output.weight.row(t).segment(begin, count) = layers[1].weight.row(0);
    output.bias[t] = layers[1].bias[0];
  }
  return {{std::move(hidden), std::move(output)}};
}

Staircase staircase(const Mlp& composite, std::span<const Mlp> detectors, const Dataset& train, const Dataset& test,
                    Progress& progress) {
  const std::vector<Eigen::Index> offsets = hidden_offsets(detectors);
  const auto classes = static_cast<Eigen::Index>(detectors.size());
  if (composite.layers.size() != 2 || composite.layers[0].out() != offsets.back() ||
      composite.output_width() != classes) {
    throw UsageError("staircase: the composite is not made of these {} detectors", classes);
  }
  QuietProgress quiet(progress);
  const float threshold = decision_threshold(composite.layers[1].activation);
  Staircase result{RowMatrix<double>(classes, classes), RowMatrix<double>(classes, classes)};
  for (Eigen::Index step = 0; step < classes; ++step) {
    Mlp partial = composite;
    const Eigen::Index absent_outputs = classes - step - 1;
    const Eigen::Index absent_hidden = offsets.back() - offsets[static_cast<std::size_t>(step) + 1];
    partial.layers[0].weight.bottomRows(absent_hidden).setZero();
    partial.layers[0].bias.tail(absent_hidden).setZero();
    partial.layers[1].weight.rightCols(absent_hidden).setZero();
    partial.layers[1].weight.bottomRows(absent_outputs).setZero();
    partial.layers[1].bias.tail(absent_outputs).setZero();
    const auto measure = [&](const Dataset& data, RowMatrix<double>& accuracy) {
      const auto row =
          balanced_accuracy(forward_outputs(partial, data, quiet), data.labels(), threshold, data.label_kind());
      accuracy.row(step) = Eigen::Map<const Eigen::RowVectorXd>(row.data(), classes);
    };
    measure(train, result.accuracy_train);
    measure(test, result.accuracy_test);
    progress.report(static_cast<std::uint64_t>(step) + 1, static_cast<std::uint64_t>(classes));
  }
  return result;
}

}  // namespace inforelay

#include "nn/training/accuracy.hpp"

#include <algorithm>
#include <cassert>

#include "core/error.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {
namespace {

// The label, or its bit, that output c stands for.
std::size_t label_of(std::size_t output, std::size_t outputs, LabelKind kind) {
  return outputs == 1 && kind == LabelKind::classes ? 1 : output;
}

double ratio(std::size_t part, std::size_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

}  // namespace

std::vector<double> balanced_accuracy(const RowMatrix<float>& output, std::span<const Symbol> labels, float threshold,
                                      LabelKind kind) {
  assert(static_cast<std::size_t>(output.rows()) == labels.size());
  const auto outputs = static_cast<std::size_t>(output.cols());
  std::vector<std::size_t> on(outputs), on_and_label(outputs), label_sizes(outputs);
  for (std::size_t n = 0; n < labels.size(); ++n) {
    const float* y = output.data() + n * outputs;
    for (std::size_t c = 0; c < outputs; ++c) {
      const bool is_of = is_labelled(labels[n], label_of(c, outputs, kind), kind);
      const std::size_t is_on = y[c] > threshold ? 1 : 0;
      on[c] += is_on;
      on_and_label[c] += is_of ? is_on : 0;
      label_sizes[c] += is_of ? 1 : 0;
    }
  }
  std::vector<double> accuracy(outputs);
  for (std::size_t c = 0; c < outputs; ++c) {
    const std::size_t of_class = label_sizes[c], others = labels.size() - of_class;
    if (of_class == 0 || others == 0) {
      throw DataError("class {} has {} of {} samples: its balanced accuracy is undefined", label_of(c, outputs, kind),
                      of_class, labels.size());
    }
    const std::size_t off_and_other = others - (on[c] - on_and_label[c]);
    accuracy[c] = (ratio(on_and_label[c], of_class) + ratio(off_and_other, others)) / 2;
  }
  return accuracy;
}

std::vector<BalancedSample> draw_balanced_samples(std::span<const Symbol> labels, int classes, std::size_t n,
                                                  RandomStream& random) {
  const auto count = static_cast<std::size_t>(classes);
  std::vector<std::vector<std::uint32_t>> members(count);
  for (std::size_t i = 0; i < labels.size(); ++i) members[labels[i]].push_back(static_cast<std::uint32_t>(i));

  std::vector<std::uint32_t> pool;  // n of class 0, n of class 1, ...
  for (std::size_t c = 0; c < count; ++c) {
    if (n == 0 || n > members[c].size()) {
      throw UsageError("cannot draw {} samples of class {}: expected 1 to {}, which is all of them", n, c,
                       members[c].size());
    }
    for (const std::uint32_t i : sample_without_replacement(members[c].size(), n, random)) {
      pool.push_back(members[c][i]);
    }
  }

  std::vector<BalancedSample> samples(count);
  for (std::size_t c = 0; c < count; ++c) {
    const std::size_t begin = c * n;
    samples[c].of_class.assign(pool.begin() + static_cast<std::ptrdiff_t>(begin),
                               pool.begin() + static_cast<std::ptrdiff_t>(begin + n));
    for (const std::uint32_t i : sample_without_replacement(pool.size() - n, n, random)) {
      samples[c].others.push_back(pool[i < begin ? i : i + n]);
    }
  }
  return samples;
}

std::vector<double> balanced_accuracy(const RowMatrix<float>& output, std::span<const BalancedSample> samples,
                                      float threshold) {
  const auto outputs = static_cast<std::size_t>(output.cols());
  assert(samples.size() == outputs || (outputs == 1 && samples.size() == 2));
  std::vector<double> accuracy(outputs);
  for (std::size_t c = 0; c < outputs; ++c) {
    const BalancedSample& sample = samples[label_of(c, outputs, LabelKind::classes)];
    const auto is_on = [&](std::uint32_t n) { return output.data()[n * outputs + c] > threshold; };
    const auto on = static_cast<std::size_t>(std::ranges::count_if(sample.of_class, is_on));
    const auto off = sample.others.size() - static_cast<std::size_t>(std::ranges::count_if(sample.others, is_on));
    accuracy[c] = (ratio(on, sample.of_class.size()) + ratio(off, sample.others.size())) / 2;
  }
  return accuracy;
}

double argmax_accuracy(const RowMatrix<float>& output, std::span<const Symbol> labels) {
  assert(static_cast<std::size_t>(output.rows()) == labels.size() && output.cols() >= 2);
  const std::vector<Symbol> prediction = argmax(output);
  std::size_t right = 0;
  for (std::size_t n = 0; n < labels.size(); ++n) right += prediction[n] == labels[n] ? 1 : 0;
  return ratio(right, labels.size());
}

double binary_accuracy(const RowMatrix<float>& output, std::span<const Symbol> labels, float threshold) {
  assert(static_cast<std::size_t>(output.rows()) == labels.size());
  const std::vector<Symbol> prediction = decided_bits(output, threshold);
  std::size_t right = 0;
  for (std::size_t n = 0; n < labels.size(); ++n) right += prediction[n] == labels[n] ? 1 : 0;
  return ratio(right, labels.size());
}

}  // namespace inforelay

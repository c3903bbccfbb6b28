#include "nn/knockout/knockout_forward.hpp"

#include <cassert>

#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 1024;

}  // namespace

RowMatrix<std::uint32_t> count_on_forward(const Mlp& network, int layer, const RowMatrix<float>& hidden,
                                          NeuronSet knocked_out, std::span<const Symbol> group, int groups) {
  const auto samples = static_cast<std::size_t>(hidden.rows());
  assert(group.size() == samples);
  RowMatrix<std::uint32_t> counts = RowMatrix<std::uint32_t>::Zero(network.output_width(), groups);
  for (std::size_t block = 0; block < BlockRange::count(samples_per_block, samples); ++block) {
    const BlockRange range(block, samples_per_block, samples);
    RowMatrix<float> values =
        hidden.middleRows(static_cast<Eigen::Index>(range.begin), static_cast<Eigen::Index>(range.size()));
    for (int k = 0; k < static_cast<int>(values.cols()); ++k) {
      if (knocked_out.contains(k)) values.col(k).setZero();
    }
    for (auto next = static_cast<std::size_t>(layer); next < network.layers.size(); ++next) {
      const DenseLayer& dense = network.layers[next];
      RowMatrix<float> sums = values * dense.weight.transpose();
      sums.rowwise() += dense.bias.transpose();
      values = std::move(sums);
      if (next + 1 < network.layers.size()) {
        activate(dense.activation, values.data(), static_cast<std::size_t>(values.size()));
      }
    }
    for (std::size_t i = 0; i < range.size(); ++i) {
      for (int c = 0; c < network.output_width(); ++c) {
        counts(c, group[range.begin + i]) += values(static_cast<Eigen::Index>(i), c) > 0 ? 1u : 0u;
      }
    }
  }
  return counts;
}

}  // namespace inforelay

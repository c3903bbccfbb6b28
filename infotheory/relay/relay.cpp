#include "infotheory/relay/relay.hpp"

#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay {

using detail::RelayCell;

std::uint64_t detail::conditional_information(const StateTable& table, int contrast, StateWord given) {
  auto states = relay_states(table, contrast);
  for (auto& state : states) state.word &= given;
  sort_by_word(states);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < states.size();) {
    const StateWord word = states[i].word;
    RelayCell cell;
    for (; i < states.size() && states[i].word == word; ++i) cell += states[i].cell;
    sum += cell.information(table.n_log_n().data());
  }
  return sum;
}

std::uint64_t detail::information_given_all(const StateTable& table, int contrast) {
  const auto counts = table.contrast_counts(contrast);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < table.size(); ++i)
    sum += RelayCell(table.counts()[i], counts[i]).information(table.n_log_n().data());
  return sum;
}

std::vector<int> detail::checked_contrasts(const StateTable& table, std::span<const int> contrasts) {
  for (const int contrast : contrasts) {
    if (contrast < 0 || contrast >= table.contrast_count())
      throw UsageError("relay information: contrast {}, expected [0,{})", contrast, table.contrast_count());
  }
  std::vector<int> rows(contrasts.begin(), contrasts.end());
  if (rows.empty()) {
    rows.resize(static_cast<std::size_t>(table.contrast_count()));
    std::iota(rows.begin(), rows.end(), 0);
  }
  return rows;
}

double relay_information_bits(const StateTable& table, int contrast, NeuronSet relay) {
  detail::checked_contrasts(table, {&contrast, 1});
  if (!table.states().fits_words())
    throw UsageError("relay information of a set: {} units, expected at most {}", table.unit_count(),
                     NeuronSet::max_neurons);
  const NeuronSet all = NeuronSet::all(table.unit_count()), outside = all.complement(relay);
  if (!outside.empty())
    throw UsageError("relay information: set names unit {}, expected [0,{})", outside.to_string(), table.unit_count());
  return table.n_log_n().bits(detail::conditional_information(table, contrast, relay.complement(all).bits()) -
                              detail::information_given_all(table, contrast));
}

std::vector<double> total_relay_information_bits(const StateTable& table, std::span<const int> contrasts) {
  std::vector<double> total;
  for (const int contrast : detail::checked_contrasts(table, contrasts)) {
    RelayCell whole;
    for (std::size_t i = 0; i < table.size(); ++i)
      whole += RelayCell(table.counts()[i], table.contrast_counts(contrast)[i]);
    total.push_back(table.n_log_n().bits(whole.information(table.n_log_n().data()) -
                                         detail::information_given_all(table, contrast)));
  }
  return total;
}

RowMatrix<double> single_neuron_loss_bits(const StateTable& table, std::span<const int> contrasts, Progress& progress) {
  const std::vector<int> rows = detail::checked_contrasts(table, contrasts);
  const int units = table.unit_count();
  const std::uint64_t* f = table.n_log_n().data();
  RowMatrix<double> loss(static_cast<Eigen::Index>(rows.size()), units);
  const auto compute_row = [&](std::size_t block) {
    const auto counts = table.contrast_counts(rows[block]);
    RelayCell whole;
    std::vector<RelayCell> ones(static_cast<std::size_t>(units));  // of the states in which unit k is 1
    for (std::size_t i = 0; i < table.size(); ++i) {
      const RelayCell state(table.counts()[i], counts[i]);
      const auto row = table.states().row(i);
      whole += state;
      for (std::size_t k = 0; k < ones.size(); ++k) ones[k] += state.where((row[k / 64] >> k % 64 & 1u) != 0);
    }
    const std::uint64_t given_none = whole.information(f);
    // I(X_in; X_out | all units) is common to both terms of the difference.
    for (int k = 0; k < units; ++k) {
      const RelayCell& one = ones[static_cast<std::size_t>(k)];
      loss(static_cast<Eigen::Index>(block), k) =
          table.n_log_n().bits(given_none - one.information(f) - (whole - one).information(f));
    }
  };
  parallel_blocks(rows.size(), compute_row, progress);
  return loss;
}

}  // namespace inforelay

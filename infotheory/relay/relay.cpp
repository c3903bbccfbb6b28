#include "infotheory/relay/relay.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/level_partition.hpp"
#include "infotheory/relay/pair_sums.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay {

using detail::RelayCell;

namespace {

/// Calls visit(rows) for each group of the rows [0,count) that are equal in `order`.
template <class Order, class Visit>
void for_each_group(std::size_t count, const Order& order, const Visit& visit) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0u);
  std::sort(rows.begin(), rows.end(), order);
  for (std::size_t begin = 0; begin < count;) {
    std::size_t end = begin + 1;
    while (end < count && !order(rows[begin], rows[end])) ++end;
    visit(std::span<const std::uint32_t>(rows).subspan(begin, end - begin));
    begin = end;
  }
}

/// Of four units: the states added up by which of these are 1. So a state costs one addition for four units.
using PatternSums = std::array<RelayCell, 16>;

/// All states in which unit k of the four is 1.
RelayCell states_with(const PatternSums& sums, int k) {
  RelayCell cell;
  for (std::size_t pattern = 0; pattern < sums.size(); ++pattern) cell += sums[pattern].where((pattern >> k & 1u) != 0);
  return cell;
}

}  // namespace

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

std::vector<int> detail::units_outside(std::string_view what, int units, std::span<const int> relay) {
  std::vector<bool> inside(static_cast<std::size_t>(units), false);
  for (const int unit : relay) {
    if (unit < 0 || unit >= units) throw UsageError("{}: set names unit {}, expected [0,{})", what, unit, units);
    if (inside[static_cast<std::size_t>(unit)])
      throw UsageError("{}: set names unit {} twice, expected once", what, unit);
    inside[static_cast<std::size_t>(unit)] = true;
  }
  std::vector<int> outside;
  for (int unit = 0; unit < units; ++unit)
    if (!inside[static_cast<std::size_t>(unit)]) outside.push_back(unit);
  return outside;
}

std::vector<int> detail::checked_contrasts(int count, std::span<const int> contrasts) {
  for (const int contrast : contrasts) {
    if (contrast < 0 || contrast >= count)
      throw UsageError("relay information: contrast {}, expected [0,{})", contrast, count);
  }
  std::vector<int> rows(contrasts.begin(), contrasts.end());
  if (rows.empty()) {
    rows.resize(static_cast<std::size_t>(count));
    std::iota(rows.begin(), rows.end(), 0);
  }
  return rows;
}

double relay_information_bits(const StateTable& table, int contrast, NeuronSet relay) {
  detail::checked_contrasts(table, {&contrast, 1});
  if (!table.states().fits_words())
    throw UsageError("relay information of a set: {} units, expected at most {}", table.unit_count(),
                     NeuronSet::max_neurons);
  check_inside("relay information", relay, table.unit_count());
  const NeuronSet all = NeuronSet::all(table.unit_count());
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
    std::vector<PatternSums> patterns((static_cast<std::size_t>(units) + 3) / 4);
    for (std::size_t i = 0; i < table.size(); ++i) {
      const RelayCell state(table.counts()[i], counts[i]);
      const auto row = table.states().row(i);
      whole += state;
      for (std::size_t g = 0; g < patterns.size(); ++g) patterns[g][row[g / 16] >> g % 16 * 4 & 15u] += state;
    }
    const std::uint64_t given_none = whole.information(f);
    // I(X_in; X_out | all units) is common to both terms of the difference.
    for (int k = 0; k < units; ++k) {
      const RelayCell one = states_with(patterns[static_cast<std::size_t>(k / 4)], k % 4);
      loss(static_cast<Eigen::Index>(block), k) =
          table.n_log_n().bits(given_none - one.information(f) - (whole - one).information(f));
    }
  };
  parallel_blocks(rows.size(), compute_row, progress);
  return loss;
}

double wide_relay_information_bits(const StateTable& table, int contrast, std::span<const int> relay) {
  detail::checked_contrasts(table, {&contrast, 1});
  const std::vector<int> given = detail::units_outside("relay information", table.unit_count(), relay);
  const UnitStates& states = table.states();
  std::vector<std::uint64_t> mask(states.words_per_sample(), 0);
  for (const int unit : given) mask[static_cast<std::size_t>(unit / 64)] |= std::uint64_t{1} << unit % 64;
  const auto order = [&](std::uint32_t x, std::uint32_t y) {
    const auto a = states.row(x), b = states.row(y);
    for (std::size_t w = 0; w < mask.size(); ++w) {
      if ((a[w] & mask[w]) != (b[w] & mask[w])) return (a[w] & mask[w]) < (b[w] & mask[w]);
    }
    return false;
  };
  const auto counts = table.contrast_counts(contrast);
  std::uint64_t sum = 0;
  for_each_group(table.size(), order, [&](std::span<const std::uint32_t> rows) {
    RelayCell cell;
    for (const std::uint32_t row : rows) cell += RelayCell(table.counts()[row], counts[row]);
    sum += cell.information(table.n_log_n().data());
  });
  return table.n_log_n().bits(sum - detail::information_given_all(table, contrast));
}

std::uint64_t detail::information_given_all(const LevelTable& table, int contrast) {
  const NumberedPairs pairs(table, contrast);
  PairSums sums(pairs, table.n_log_n().data());
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < table.size(); ++row) {
    sums.add(row);
    sum += sums.information();
    sums.forget(row);
  }
  return sum;
}

double relay_information_bits(const LevelTable& table, int contrast, std::span<const int> relay) {
  detail::checked_contrasts(table.contrast_count(), {&contrast, 1});
  const std::vector<int> given = detail::units_outside("relay information", table.unit_count(), relay);
  const RowMatrix<std::uint8_t>& states = table.states();
  const auto order = [&](std::uint32_t x, std::uint32_t y) {
    for (const int unit : given) {
      if (states(x, unit) != states(y, unit)) return states(x, unit) < states(y, unit);
    }
    return false;
  };
  const detail::NumberedPairs pairs(table, contrast);
  detail::PairSums sums(pairs, table.n_log_n().data());
  std::uint64_t sum = 0;
  for_each_group(table.size(), order, [&](std::span<const std::uint32_t> rows) {
    for (const std::uint32_t row : rows) sums.add(row);
    sum += sums.information();
    for (const std::uint32_t row : rows) sums.forget(row);
  });
  return table.n_log_n().bits(sum - detail::information_given_all(table, contrast));
}

std::vector<double> total_relay_information_bits(const LevelTable& table, std::span<const int> contrasts) {
  std::vector<int> all(static_cast<std::size_t>(table.unit_count()));
  std::iota(all.begin(), all.end(), 0);
  std::vector<double> total;
  for (const int contrast : detail::checked_contrasts(table.contrast_count(), contrasts))
    total.push_back(relay_information_bits(table, contrast, all));
  return total;
}

RowMatrix<double> single_neuron_loss_bits(const LevelTable& table, std::span<const int> contrasts, Progress& progress) {
  const std::vector<int> rows = detail::checked_contrasts(table.contrast_count(), contrasts);
  std::vector<int> units(static_cast<std::size_t>(table.unit_count()));
  std::iota(units.begin(), units.end(), 0);
  RowMatrix<double> loss(std::ssize(rows), table.unit_count());
  const auto compute_row = [&](std::size_t block) {
    const detail::NumberedPairs pairs(table, rows[block]);
    detail::PairSums sums(pairs, table.n_log_n().data());
    for (std::size_t row = 0; row < table.size(); ++row) sums.add(row);
    const std::vector<std::uint64_t> given_one = detail::LevelPartition(table, rows[block]).totals_with(units);
    // I(X_in; X_out | all units) is common to both terms of the difference.
    for (std::size_t k = 0; k < units.size(); ++k)
      loss(static_cast<Eigen::Index>(block), units[k]) = table.n_log_n().bits(sums.information() - given_one[k]);
  };
  parallel_blocks(rows.size(), compute_row, progress);
  return loss;
}

}  // namespace inforelay

#include "infotheory/significance/permutation_test.hpp"

#include <algorithm>
#include <cassert>

#include "core/checks.hpp"
#include "core/parallel.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay {
namespace {

/// From the observed array and those of the permutations, all of the same shape.
NullTest summarise(const RowMatrix<double>& observed, const std::vector<RowMatrix<double>>& null) {
  constexpr auto levels = static_cast<Eigen::Index>(NullTest::quantile_levels.size());
  NullTest test{observed, RowMatrix<double>(observed.rows(), observed.cols()),
                RowMatrix<double>(observed.rows(), observed.cols() * levels)};
  std::vector<double> values(null.size());
  for (Eigen::Index c = 0; c < observed.rows(); ++c) {
    for (Eigen::Index k = 0; k < observed.cols(); ++k) {
      std::transform(null.begin(), null.end(), values.begin(), [&](const auto& array) { return array(c, k); });
      const auto above = std::count_if(values.begin(), values.end(), [&](double v) { return v >= observed(c, k); });
      test.p(c, k) = (1 + static_cast<double>(above)) / (1 + static_cast<double>(null.size()));
      for (Eigen::Index level = 0; level < levels; ++level)
        test.quantile(c, k * levels + level) =
            quantile(values, NullTest::quantile_levels[static_cast<std::size_t>(level)]);
    }
  }
  return test;
}

/// Symbols after a permutation. Permuting the states of R is the same as permuting input and output together.
struct PermutedSymbols {
  std::vector<Symbol> input, output;

  PermutedSymbols(const RelaySamples& samples, RelayNull null, std::span<const std::uint32_t> source)
      : input(null == RelayNull::no_relay ? symbols_of(samples.input, source)
                                          : std::vector<Symbol>(samples.input.begin(), samples.input.end())),
        output(symbols_of(samples.output, source)) {}
};

void check(const PermutationOptions& options) {
  check_bounded(options.permutations >= 1, "permutation test: permutations", options.permutations, "at least 1");
}

/// The table of all units after permutation `p`, Y_0 empty.
class PermutedTables {
 public:
  PermutedTables(const RelaySamples& samples, const PermutationOptions& options)
      : samples_(samples),
        options_(options),
        distinct_(distinct_states(samples.states)),
        permutation_(Permutation::of(options.exchange, samples.states.sample_count(), options.trial)) {}

  StateTable observed() const { return {distinct_, samples_.input, samples_.output, samples_.contrasts}; }
  StateTable permuted(std::size_t p) const {
    const PermutedSymbols symbols(samples_, options_.null, permutation_.source(options_.random.child(p)));
    return {distinct_, symbols.input, symbols.output, samples_.contrasts};
  }

 private:
  const RelaySamples& samples_;
  const PermutationOptions& options_;
  DistinctStates distinct_;
  Permutation permutation_;
};

/// The states with all units but `units` set to 0.
UnitStates states_of_units(const UnitStates& states, const std::vector<int>& units) {
  UnitStates kept(states.sample_count(), states.unit_count());
  for (std::size_t sample = 0; sample < states.sample_count(); ++sample) {
    for (const int unit : units) {
      if (states.bit(sample, unit)) kept.set(sample, unit);
    }
  }
  return kept;
}

}  // namespace

RelayTest relay_permutation_test(const RelaySamples& samples, const PermutationOptions& options, GreedyPart greedy,
                                 Progress& progress) {
  check(options);
  const PermutedTables tables(samples, options);
  const RelayStatistics observed = relay_statistics(tables.observed(), greedy);
  std::vector<RowMatrix<double>> total(options.permutations), single(total.size()), aggregated(total.size()),
      by_size(total.size());
  parallel_blocks(
      options.permutations,
      [&](std::size_t p) {
        RelayStatistics permuted = relay_statistics(tables.permuted(p), greedy);
        total[p] = std::move(permuted.total);
        single[p] = std::move(permuted.single);
        aggregated[p] = std::move(permuted.aggregated);
        by_size[p] = std::move(permuted.by_size);
      },
      progress);
  return {summarise(observed.total, total), summarise(observed.single, single),
          summarise(observed.aggregated, aggregated), summarise(observed.by_size, by_size)};
}

NullTest set_permutation_test(const RelaySamples& samples, std::span<const int> relay,
                              const PermutationOptions& options, Progress& progress) {
  check(options);
  const std::vector<int> others = detail::units_outside("permutation test", samples.states.unit_count(), relay);
  if (!others.empty() && options.exchange != Exchange::samples)
    throw UsageError(
        "permutation test: an exchange of whole trials or of times with {} units in Y_0, expected none: samples of "
        "equal Y_0 are exchanged one by one",
        others.size());
  const DistinctStates all = distinct_states(samples.states),
                       rest = distinct_states(states_of_units(samples.states, others));
  const Permutation permutation = others.empty()
                                      ? Permutation::of(options.exchange, samples.states.sample_count(), options.trial)
                                      : Permutation::within(rest.index);
  const auto information = [&](std::span<const Symbol> input, std::span<const Symbol> output) {
    const StateTable given_rest(rest, input, output, samples.contrasts),
        given_all(all, input, output, samples.contrasts);
    RowMatrix<double> result(given_all.contrast_count(), 1);
    for (int c = 0; c < given_all.contrast_count(); ++c)
      result(c, 0) = given_all.n_log_n().bits(detail::information_given_all(given_rest, c) -
                                              detail::information_given_all(given_all, c));
    return result;
  };
  const RowMatrix<double> observed = information(samples.input, samples.output);
  std::vector<RowMatrix<double>> null(options.permutations);
  parallel_blocks(
      options.permutations,
      [&](std::size_t p) {
        const PermutedSymbols symbols(samples, options.null, permutation.source(options.random.child(p)));
        null[p] = information(symbols.input, symbols.output);
      },
      progress);
  return summarise(observed, null);
}

MaximumTest maximum_permutation_test(const RelaySamples& samples, const PermutationOptions& options,
                                     Progress& progress) {
  check(options);
  const PermutedTables tables(samples, options);
  QuietProgress quiet(progress);
  const auto largest = [&](const StateTable& table) {
    ExhaustiveRelayScan scan(table, greedy_relay(table, {}, quiet), AllSetsTable::discard);
    run_whole(scan, quiet);
    return scan.result().best_information;
  };
  const auto over_sizes = [](const RowMatrix<double>& by_size) -> RowMatrix<double> {
    return by_size.rowwise().maxCoeff();
  };
  const RowMatrix<double> observed = largest(tables.observed());
  std::vector<RowMatrix<double>> by_size, any;
  for (std::size_t p = 0; p < options.permutations; ++p) {
    by_size.push_back(largest(tables.permuted(p)));
    any.push_back(over_sizes(by_size.back()));
    progress.report(p + 1, options.permutations);
  }
  return {summarise(observed, by_size), summarise(over_sizes(observed), any)};
}

}  // namespace inforelay

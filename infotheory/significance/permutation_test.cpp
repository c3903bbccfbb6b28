#include "infotheory/significance/permutation_test.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "core/checks.hpp"
#include "core/parallel.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/pair_sums.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay {
namespace {

/// From the observed array and the values [R,V] of the permutations, of which `block` is this array.
NullTest summarise(const RowMatrix<double>& observed, const RowMatrix<double>& permuted, const ValueBlock& block) {
  constexpr auto levels = static_cast<Eigen::Index>(NullTest::quantile_levels.size());
  const auto repeats = static_cast<double>(permuted.rows());
  NullTest test{observed, RowMatrix<double>(observed.rows(), observed.cols()),
                RowMatrix<double>(observed.rows(), observed.cols() * levels),
                RowMatrix<double>(observed.rows(), observed.cols())};
  std::vector<double> values(static_cast<std::size_t>(permuted.rows()));
  for (Eigen::Index c = 0; c < observed.rows(); ++c) {
    for (Eigen::Index k = 0; k < observed.cols(); ++k) {
      double sum = 0;
      for (std::size_t p = 0; p < values.size(); ++p)
        sum += values[p] = permuted(static_cast<Eigen::Index>(p), static_cast<Eigen::Index>(block.at(c, k)));
      const auto above = std::count_if(values.begin(), values.end(), [&](double v) { return v >= observed(c, k); });
      test.p(c, k) = (1 + static_cast<double>(above)) / (1 + repeats);
      test.mean(c, k) = sum / repeats;
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

const PermutationOptions& checked(const PermutationOptions& options) {
  check(options);
  return options;
}

/// The table of all units after a permutation, Y_0 empty.
AnyTable permuted_table(const RelaySamples& samples, const PermutationOptions& options,
                        const AnyDistinctStates& distinct, const Permutation& permutation, std::size_t p) {
  const PermutedSymbols symbols(samples, options.null, permutation.source(options.random.child(p)));
  return table_of(distinct, symbols.input, symbols.output, samples.contrasts);
}

/// The largest I_R of a set of each size -> [C,K+1].
RowMatrix<double> largest(const AnyTable& any_table, Progress& quiet) {
  return std::visit(
      [&](const auto& table) {
        ExhaustiveRelayScan scan(table, greedy_relay(table, {}, quiet), AllSetsTable::discard);
        run_whole(scan, quiet);
        return scan.result().best_information;
      },
      any_table);
}

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
RowMatrix<std::uint8_t> states_of_units(const RowMatrix<std::uint8_t>& states, const std::vector<int>& units) {
  RowMatrix<std::uint8_t> kept = RowMatrix<std::uint8_t>::Zero(states.rows(), states.cols());
  for (const int unit : units) kept.col(unit) = states.col(unit);
  return kept;
}

std::span<const std::uint32_t> index_of(const AnyDistinctStates& distinct) {
  return std::visit([](const auto& each) { return std::span<const std::uint32_t>(each.index); }, distinct);
}

/// I_R of each contrast, given the tables of Y_0 alone and of all units -> [C,1].
RowMatrix<double> information_between(const AnyTable& rest, const AnyTable& all) {
  return std::visit(
      [&](const auto& given_all) {
        const auto& given_rest = std::get<std::decay_t<decltype(given_all)>>(rest);
        RowMatrix<double> result(given_all.contrast_count(), 1);
        for (int c = 0; c < given_all.contrast_count(); ++c)
          result(c, 0) = given_all.n_log_n().bits(detail::information_given_all(given_rest, c) -
                                                  detail::information_given_all(given_all, c));
        return result;
      },
      all);
}

}  // namespace

RelayPermutations::RelayPermutations(const RelaySamples& samples, const PermutationOptions& options, RelayPart part)
    : samples_(samples),
      options_(checked(options)),
      part_(part),
      distinct_(distinct_states(samples.states)),
      table_(table_of(distinct_, samples.input, samples.output, samples.contrasts)),
      permutation_(Permutation::of(options.exchange, samples.states.sample_count(), options.trial)),
      observed_(relay_statistics(table_, part)),
      layout_(observed_.total.rows(), samples.states.unit_count(), part) {}

void RelayPermutations::compute(std::size_t repeat, std::span<double> values, Progress&) const {
  layout_.put(relay_statistics(permuted_table(samples_, options_, distinct_, permutation_, repeat), part_), values);
}

RelayTest RelayPermutations::test(const RowMatrix<double>& permuted) const {
  return {summarise(observed_.total, permuted, layout_.total), summarise(observed_.single, permuted, layout_.single),
          summarise(observed_.aggregated, permuted, layout_.aggregated),
          summarise(observed_.by_size, permuted, layout_.by_size)};
}

RelayTest relay_permutation_test(const RelaySamples& samples, const PermutationOptions& options, RelayPart part,
                                 Progress& progress) {
  const RelayPermutations permutations(samples, options, part);
  return permutations.test(run_repeats(permutations, progress));
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
  const AnyDistinctStates all = distinct_states(samples.states),
                          rest = std::visit(
                              [&](const auto*states) -> AnyDistinctStates {
                                const auto kept = states_of_units(*states, others);
                                return distinct_states(StatesView(kept));
                              },
                              samples.states.any());
  const Permutation permutation = others.empty()
                                      ? Permutation::of(options.exchange, samples.states.sample_count(), options.trial)
                                      : Permutation::within(index_of(rest));
  const auto information = [&](std::span<const Symbol> input, std::span<const Symbol> output) {
    return information_between(table_of(rest, input, output, samples.contrasts),
                               table_of(all, input, output, samples.contrasts));
  };
  const RowMatrix<double> observed = information(samples.input, samples.output);
  RowMatrix<double> null(static_cast<Eigen::Index>(options.permutations), observed.rows());
  parallel_blocks(
      options.permutations,
      [&](std::size_t p) {
        const PermutedSymbols symbols(samples, options.null, permutation.source(options.random.child(p)));
        null.row(static_cast<Eigen::Index>(p)) = information(symbols.input, symbols.output).transpose();
      },
      progress);
  return summarise(observed, null, {0, observed.rows(), 1});
}

MaximumPermutations::MaximumPermutations(const RelaySamples& samples, const PermutationOptions& options)
    : samples_(samples),
      options_(checked(options)),
      distinct_(distinct_states(samples.states)),
      table_(table_of(distinct_, samples.input, samples.output, samples.contrasts)),
      permutation_(Permutation::of(options.exchange, samples.states.sample_count(), options.trial)),
      by_size_{0, contrast_count(table_), samples.states.unit_count() + 1} {
  check_range("permutation test of the best of all sets: the number of units", samples.states.unit_count(), 1,
              NeuronSet::max_exhaustive_neurons);
}

void MaximumPermutations::compute(std::size_t repeat, std::span<double> values, Progress& progress) const {
  by_size_.put(largest(permuted_table(samples_, options_, distinct_, permutation_, repeat), progress), values);
}

MaximumTest MaximumPermutations::test(const RowMatrix<double>& observed, const RowMatrix<double>& permuted) const {
  const auto over_sizes = [](const RowMatrix<double>& by_size) -> RowMatrix<double> {
    return by_size.rowwise().maxCoeff();
  };
  RowMatrix<double> any(permuted.rows(), by_size_.rows);
  for (Eigen::Index p = 0; p < permuted.rows(); ++p) {
    const Eigen::Map<const RowMatrix<double>> by_size(permuted.row(p).data(), by_size_.rows, by_size_.columns);
    any.row(p) = over_sizes(by_size).transpose();
  }
  return {summarise(observed, permuted, by_size_), summarise(over_sizes(observed), any, {0, by_size_.rows, 1})};
}

MaximumTest maximum_permutation_test(const RelaySamples& samples, const PermutationOptions& options,
                                     Progress& progress) {
  const MaximumPermutations permutations(samples, options);
  QuietProgress quiet(progress);
  const RowMatrix<double> observed = largest(permutations.table(), quiet);
  return permutations.test(observed, run_repeats(permutations, progress));
}

}  // namespace inforelay

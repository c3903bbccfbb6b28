#include "nn/knockout/knockout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout_accuracy.hpp"
#include "nn/knockout/knockout_checks.hpp"
#include "nn/knockout/knockout_search.hpp"
#include "nn/knockout/knockout_terms.hpp"

namespace inforelay {
namespace {

constexpr std::size_t sets_per_block = 16;

bool by_threshold_of_last(const KnockoutSubject& subject, const KnockoutOptions& options) {
  return subject.last_hidden() && options.function == KnockoutFunction::threshold;
}

RowMatrix<float> by_terms(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                          const Replacement& replacement, const KnockoutAccuracy& accuracy, Progress& progress) {
  const int classes = subject.classes();
  RowMatrix<float> result(classes, static_cast<Eigen::Index>(sets.size()));
  for (int c = 0; c < classes; ++c) {
    const KnockoutTerms terms = knockout_terms(subject.network.layers.back(), c, subject.hidden, replacement);
    const std::size_t blocks = BlockRange::count(sets_per_block, sets.size());
    PartOfProgress part(progress, static_cast<std::uint64_t>(c) * blocks, static_cast<std::uint64_t>(classes) * blocks);
    parallel_blocks(
        blocks,
        [&](std::size_t block) {
          const BlockRange range(block, sets_per_block, sets.size());
          const auto counts =
              count_on(terms, sets.subspan(range.begin, range.size()), subject.labels, subject.possible_labels());
          for (std::size_t i = 0; i < range.size(); ++i) {
            const auto on_of = [&](std::size_t label) {
              return counts(static_cast<Eigen::Index>(label), static_cast<Eigen::Index>(i));
            };
            result(c, static_cast<Eigen::Index>(range.begin + i)) =
                accuracy.from_labels(static_cast<std::size_t>(c), sets[range.begin + i], on_of);
          }
        },
        part);
  }
  return result;
}

RowMatrix<float> by_counter(const KnockoutSubject& subject, std::span<const NeuronSet> sets, KnockoutFunction function,
                            const Replacement& replacement, const KnockoutAccuracy& accuracy, Progress& progress) {
  const auto counter = make_set_counter(subject, function, replacement);
  const int rows = subject.classes() + (function == KnockoutFunction::argmax ? 1 : 0);  // put_accuracies()
  RowMatrix<float> result(rows, static_cast<Eigen::Index>(sets.size()));
  parallel_blocks(
      sets.size(),
      [&](std::size_t i) {
        put_accuracies(accuracy, sets[i], counter->count(sets[i], 0, progress), 0, static_cast<Eigen::Index>(i),
                       result);
      },
      progress);
  return result;
}

}  // namespace

KnockoutFunction function_of_output(Activation output) {
  for (const std::string_view name : {"tanh", "sigmoid", "relu"}) {
    if (to_string(output) == name) return KnockoutFunction::threshold;
  }
  return is_output_only(output) || is_increasing(output) ? KnockoutFunction::argmax : KnockoutFunction::threshold;
}

std::string function_problem(KnockoutFunction function, Activation output) {
  if (function == KnockoutFunction::threshold && is_output_only(output))
    return fmt::format("outputs of {} have no threshold of their own; use argmax", to_string(output));
  if (function == KnockoutFunction::argmax && !is_output_only(output) &&
      (output == Activation::relu || !is_increasing(output))) {
    return fmt::format("the largest output of {} need not have the largest sum; use threshold", to_string(output));
  }
  return "";
}

RowMatrix<float> knockout_accuracy(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                                   const KnockoutOptions& options, const RandomStream& random, Progress& progress) {
  return knockout_accuracy_and_overall(subject, sets, options, random, progress).topRows(subject.classes());
}

RowMatrix<float> knockout_accuracy_and_overall(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                                               const KnockoutOptions& options, const RandomStream& random,
                                               Progress& progress) {
  check_shapes(subject);
  if (subject.neurons() > NeuronSet::max_neurons) {
    throw UsageError("knockouts: hidden layer {} has {} neurons; sets are possible for at most {}", subject.layer,
                     subject.neurons(), NeuronSet::max_neurons);
  }
  for (const NeuronSet set : sets) {
    if (subject.neurons() < NeuronSet::max_neurons && set.bits() >> subject.neurons() != 0) {
      throw UsageError("knockouts: the set {{{}}} holds neurons that hidden layer {} of {} neurons lacks",
                       set.to_string(), subject.layer, subject.neurons());
    }
  }
  const KnockoutAccuracy accuracy(subject, options, random);
  const Replacement replacement(subject.hidden, options, random);
  return by_threshold_of_last(subject, options)
             ? by_terms(subject, sets, replacement, accuracy, progress)
             : by_counter(subject, sets, options.function, replacement, accuracy, progress);
}

namespace {

// K; throws if the scan is not possible.
int checked_neurons(const KnockoutSubject& subject) {
  check_shapes(subject);
  if (subject.neurons() > NeuronSet::max_exhaustive_neurons) {
    throw UsageError("knockouts: hidden layer {} has {} neurons; all sets are possible for at most {}", subject.layer,
                     subject.neurons(), NeuronSet::max_exhaustive_neurons);
  }
  return subject.neurons();
}

}  // namespace

KnockoutScan::KnockoutScan(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random,
                           AllSetsTable keep)
    : collector_(checked_neurons(subject), std::vector<SubsetStatisticsCollector::Range>(
                                               static_cast<std::size_t>(subject.classes()), {.low = 0, .high = 1})),
      by_argmax_(options.function == KnockoutFunction::argmax) {
  search_ = by_threshold_of_last(subject, options) ? make_tree_search(subject, options, random)
                                                   : make_set_search(subject, options, random);
  if (keep == AllSetsTable::discard) return;
  const std::size_t sets = std::size_t{1} << subject.neurons();
  table_.resize(subject.classes(), static_cast<Eigen::Index>(sets));
  if (by_argmax_) overall_.resize(sets);
}

KnockoutScan::~KnockoutScan() = default;

std::size_t KnockoutScan::chunk_count() const { return search_->chunk_count(); }

std::string KnockoutScan::format_id() const { return search_->format_id(); }

void KnockoutScan::compute(std::span<const std::size_t> parts, const OnChunk& take, Progress& progress) const {
  search_->compute(parts, take, progress);
}

void KnockoutScan::add(std::size_t part, const ScanChunk& result) {
  if (part >= chunk_count() || !search_->fits(part, result) || !result.exact_totals.empty()) {
    throw DataError("knockouts: this is not the result of part {} of {}", part, chunk_count());
  }
  if (!by_argmax_) {
    collector_.add(result);
    if (table_.size() > 0) put_chunk(result, table_);
    return;
  }
  const Eigen::Index classes = result.values.rows() - 1;
  const float* const overall = result.values.row(classes).data();
  const auto is_fraction = [](float value) { return value >= 0 && value <= 1; };
  if (!std::all_of(overall, overall + result.values.cols(), is_fraction)) {
    throw DataError("knockouts: an overall accuracy of part {} is not in [0,1]", part);
  }
  const ScanChunk of_classes{
      .first_class = 0, .fixed = result.fixed, .free = result.free, .values = result.values.topRows(classes)};
  collector_.add(of_classes);
  if (table_.size() == 0) return;
  put_chunk(of_classes, table_);
  std::copy_n(overall, result.values.cols(), overall_.begin() + result.fixed.index());  // its sets follow one another
}

ExhaustiveKnockout KnockoutScan::result() {
  return {.accuracy = std::move(table_), .overall = std::move(overall_), .statistics = collector_.result()};
}

RowMatrix<float> exhaustive_knockout_accuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                              const RandomStream& random, Progress& progress) {
  KnockoutScan scan(subject, options, random);
  run_whole(scan, progress);
  return scan.result().accuracy;
}

}  // namespace inforelay

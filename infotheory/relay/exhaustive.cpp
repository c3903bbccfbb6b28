#include "infotheory/relay/exhaustive.hpp"

#include <cassert>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/exhaustive_cube.hpp"
#include "infotheory/relay/pair_sums.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/set_chunks.hpp"
#include "infotheory/relay/set_sums.hpp"

namespace inforelay {
namespace {

/// log2 of the sets of one chunk: enough to pay for the descent to its subtree, and about ten milliseconds of work.
constexpr int chunk_bits = 14;

/// Positions in the exact_totals of a chunk; those of set size n at best_relay + 2 n and best_set + 2 n.
enum TotalsPosition : std::size_t { above, above_as_published, best_relay, best_set };
constexpr std::int64_t no_set = -1;

/// Adds the counts of a chunk to those of others; takes over its best sets that are better, or as good and lower.
void merge_totals(const std::vector<std::int64_t>& from, std::vector<std::int64_t>& into) {
  if (into.empty()) {
    into = from;
    return;
  }
  into[above] += from[above];
  into[above_as_published] += from[above_as_published];
  for (std::size_t i = best_relay; i < into.size(); i += 2) {
    const std::int64_t relay = from[i], set = from[i + 1];
    if (set == no_set || (into[i + 1] != no_set && (into[i] > relay || (into[i] == relay && into[i + 1] < set)))) {
      continue;
    }
    into[i] = relay;
    into[i + 1] = set;
  }
}

/// The range of I_R. I(X_in; X_out | Y_0) is in [0, H(X_in)], and I(X_in; X_out | all units) is the same for all sets.
template <class Table>
std::vector<SubsetStatisticsCollector::Range> relay_ranges(const Table& table) {
  std::vector<SubsetStatisticsCollector::Range> ranges;
  const ExactNLogN& f = table.n_log_n();
  for (int c = 0; c < table.contrast_count(); ++c) {
    const double entropy = f.bits(detail::sum_given_none(table, c).input_entropy);
    const double given_all = f.bits(detail::information_given_all(table, c));
    ranges.push_back({-given_all, entropy > 0 ? entropy - given_all : 1});  // I_R = 0 if X_in is constant
  }
  return ranges;
}

/// K, once the arguments are checked.
template <class Table>
int checked_units(const Table& table, const GreedyRelay& greedy) {
  const int contrasts = table.contrast_count(), units = table.unit_count();
  if (units > NeuronSet::max_exhaustive_neurons)
    throw UsageError("exhaustive relay information: {} units, expected at most {}", units,
                     NeuronSet::max_exhaustive_neurons);
  if (greedy.information.rows() != contrasts || greedy.information.cols() != units)
    throw UsageError("exhaustive relay information: greedy search is [{},{}], expected [{},{}]",
                     greedy.information.rows(), greedy.information.cols(), contrasts, units);
  return units;
}

}  // namespace

class ExhaustiveRelayScan::Search {
 public:
  Search(const StateTable& table, const GreedyRelay& greedy)
      : Search(table, greedy, detail::cube_bits, "exhaustive relay 1") {
    source_ = std::make_unique<detail::BinarySetSums>(table, chunks_, detail::SetSumNeeds{.information = true});
  }
  Search(const LevelTable& table, const GreedyRelay& greedy)
      : Search(table, greedy, 1, "exhaustive relay of levels 1") {
    source_ = std::make_unique<detail::LevelSetSums>(table, chunks_, detail::SetSumNeeds{.information = true});
  }

  const std::string& format_id() const { return format_; }
  const ExactNLogN& n_log_n() const { return f_; }
  int contrasts() const { return static_cast<int>(given_all_.size()); }
  int units() const { return chunks_.units(); }
  std::size_t chunk_count() const { return given_all_.size() * chunks_.per_contrast(); }
  std::size_t totals_size() const { return best_relay + 2 * (static_cast<std::size_t>(units()) + 1); }

  /// A chunk without its values.
  ScanChunk place(std::size_t chunk) const {
    return {.first_class = chunks_.contrast_of(chunk),
            .fixed = chunks_.marginalised(chunk),
            .free = chunks_.free(),
            .values = {}};
  }

  ScanChunk compute(std::size_t chunk) const {
    const std::vector<std::uint64_t> totals = source_->compute(chunk).information;  // N I(X_in; X_out | Y_0)
    ScanChunk result = place(chunk);
    const std::uint64_t given_all = given_all_[static_cast<std::size_t>(result.first_class)];
    const auto greedy = greedy_.row(result.first_class);
    const std::vector<std::uint32_t>& leaves = chunks_.ascending();
    result.values.resize(1, std::ssize(leaves));
    std::vector<std::int64_t>& exact = result.exact_totals;
    exact.assign(totals_size(), 0);
    for (std::size_t i = best_set; i < exact.size(); i += 2) exact[i] = no_set;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const std::uint32_t leaf = leaves[i];
      const NeuronSet relay_set(result.fixed.bits() | chunks_.units_of_leaf(leaf));
      const int size = relay_set.size();
      const std::uint64_t relay = totals[leaf] - given_all;
      const double bits = f_.bits(relay);
      result.values.data()[i] = static_cast<float>(bits);
      std::int64_t* best = exact.data() + best_relay + std::ptrdiff_t{2} * size;
      if (best[1] == no_set || static_cast<std::int64_t>(relay) > best[0]) {  // the sets ascend
        best[0] = static_cast<std::int64_t>(relay);
        best[1] = relay_set.bits();
      }
      exact[above] += bits > greedy[size] ? 1 : 0;
      exact[above_as_published] += size > 0 && bits > greedy[size - 1] ? 1 : 0;
    }
    return result;
  }

 private:
  template <class Table>
  Search(const Table& table, const GreedyRelay& greedy, int least_bits, std::string format)
      : format_(std::move(format)),
        chunks_(detail::decision_order(table), least_bits, chunk_bits),
        f_(table.n_log_n()),
        greedy_(greedy_information_by_size(greedy, total_relay_information_bits(table))) {
    for (int c = 0; c < table.contrast_count(); ++c) given_all_.push_back(detail::information_given_all(table, c));
  }

  const std::string format_;
  const detail::SetChunks chunks_;
  const ExactNLogN& f_;
  const RowMatrix<double> greedy_;        // [C,K+1] by set size
  std::vector<std::uint64_t> given_all_;  // [C] N I(X_in; X_out | all units)
  std::unique_ptr<const detail::SetSumSource> source_;
};

ExhaustiveRelayScan::ExhaustiveRelayScan(const StateTable& table, const GreedyRelay& greedy, AllSetsTable keep)
    : search_((checked_units(table, greedy), std::make_unique<Search>(table, greedy))),
      collector_(table.unit_count(), relay_ranges(table)) {
  allocate(keep);
}

ExhaustiveRelayScan::ExhaustiveRelayScan(const LevelTable& table, const GreedyRelay& greedy, AllSetsTable keep)
    : search_((checked_units(table, greedy), std::make_unique<Search>(table, greedy))),
      collector_(table.unit_count(), relay_ranges(table)) {
  allocate(keep);
}

void ExhaustiveRelayScan::allocate(AllSetsTable keep) {
  if (keep == AllSetsTable::keep) result_.information.resize(search_->contrasts(), Eigen::Index{1} << search_->units());
  totals_.resize(static_cast<std::size_t>(search_->contrasts()));
}

ExhaustiveRelayScan::~ExhaustiveRelayScan() = default;

std::size_t ExhaustiveRelayScan::chunk_count() const { return search_->chunk_count(); }

std::string ExhaustiveRelayScan::format_id() const { return search_->format_id(); }

void ExhaustiveRelayScan::compute(std::span<const std::size_t> chunks, const OnChunk& on_chunk,
                                  Progress& progress) const {
  parallel_blocks(
      chunks.size(), [&](std::size_t i) { on_chunk(chunks[i], search_->compute(chunks[i])); }, progress);
}

void ExhaustiveRelayScan::add(std::size_t chunk, const ScanChunk& result) {
  const bool known = chunk < chunk_count();
  const ScanChunk place = known ? search_->place(chunk) : ScanChunk{};
  if (!known || result.first_class != place.first_class || result.values.rows() != 1 || result.fixed != place.fixed ||
      result.free != place.free || result.exact_totals.size() != search_->totals_size()) {
    throw DataError("exhaustive relay information: this is not the result of chunk {} of {}", chunk, chunk_count());
  }
  collector_.add(result);
  if (result_.information.size() > 0) put_chunk(result, result_.information);
  const std::lock_guard lock(mutex_);
  merge_totals(result.exact_totals, totals_[static_cast<std::size_t>(result.first_class)]);
}

ExhaustiveRelay ExhaustiveRelayScan::result() {
  const int contrasts = search_->contrasts(), units = search_->units();
  const double sets = std::ldexp(1.0, units);
  result_.statistics = collector_.result();
  result_.best_information.resize(contrasts, units + 1);
  result_.best_set.resize(contrasts, units + 1);
  for (std::size_t c = 0; c < static_cast<std::size_t>(contrasts); ++c) {
    const std::vector<std::int64_t>& total = totals_[c];
    assert(!total.empty());
    const auto row = static_cast<Eigen::Index>(c);
    for (Eigen::Index size = 0; size <= units; ++size) {
      const std::int64_t* best = total.data() + best_relay + 2 * size;
      result_.best_information(row, size) = search_->n_log_n().bits(static_cast<std::uint64_t>(best[0]));
      result_.best_set(row, size) = static_cast<std::uint32_t>(best[1]);
    }
    result_.above_greedy.push_back(static_cast<double>(total[above]) / sets);
    result_.above_greedy_as_published.push_back(static_cast<double>(total[above_as_published]) / sets);
  }
  return std::move(result_);
}

ExhaustiveRelay exhaustive_relay(const StateTable& table, const GreedyRelay& greedy, Progress& progress) {
  ExhaustiveRelayScan scan(table, greedy);
  run_whole(scan, progress);
  return scan.result();
}

ExhaustiveRelay exhaustive_relay(const LevelTable& table, const GreedyRelay& greedy, Progress& progress) {
  ExhaustiveRelayScan scan(table, greedy);
  run_whole(scan, progress);
  return scan.result();
}

}  // namespace inforelay

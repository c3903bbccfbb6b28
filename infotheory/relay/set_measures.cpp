#include "infotheory/relay/set_measures.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <numbers>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/exhaustive_cube.hpp"
#include "infotheory/relay/set_chunks.hpp"
#include "infotheory/relay/set_sums.hpp"

namespace inforelay {
namespace {

using detail::SetSum;

/// log2 of the sets of one chunk: about ten milliseconds of work for each quantity, up to seconds for several levels.
constexpr int binary_chunk_bits = 14, level_chunk_bits = 12;

/// The sums of one contrast that do not depend on the set, and what they are divided by.
struct Frame {
  SetSum none, all;  // no unit kept, all kept
  const ExactNLogN* f = nullptr;
};

/// A measure: what it needs, its value from the sums given B, and the range of its values, for the histogram of their
/// statistics.
struct SetMeasureRow {
  SetMeasure measure;
  detail::SetSumNeeds needs;
  double (*bits)(const Frame& frame, const SetSum& given);
  SubsetStatisticsCollector::Range (*range)(const Frame& frame);
};

double input_bits(const Frame& frame, const SetSum& given) {
  return frame.f->bits(frame.none.input_entropy - given.input_entropy);
}
double output_bits(const Frame& frame, const SetSum& given) {
  return frame.f->bits(frame.none.output_entropy - given.output_entropy);
}
double correction_bits(const Frame& frame, std::int64_t cells) {
  return static_cast<double>(cells) / (2 * static_cast<double>(frame.f->max_count()) * std::numbers::ln2);
}

const std::array<SetMeasureRow, 6> rows{{
    {SetMeasure::mutual_information_input,
     {.input_entropy = true},
     input_bits,
     [](const Frame& frame) -> SubsetStatisticsCollector::Range {
       return {0, frame.f->bits(frame.none.input_entropy)};
     }},
    {SetMeasure::mutual_information_output,
     {.output_entropy = true},
     output_bits,
     [](const Frame& frame) -> SubsetStatisticsCollector::Range {
       return {0, frame.f->bits(frame.none.output_entropy)};
     }},
    {SetMeasure::co_information,
     {.information = true},
     [](const Frame& frame, const SetSum& given) { return frame.f->bits(frame.none.information - given.information); },
     [](const Frame& frame) -> SubsetStatisticsCollector::Range {
       return {frame.f->bits(frame.none.information - frame.none.input_entropy), frame.f->bits(frame.none.information)};
     }},
    {SetMeasure::representation,
     {.input_entropy = true, .information = true},
     [](const Frame& frame, const SetSum& given) {  // H(a|b) - H(a|b,B), and H(a|b) = H(a) - I(a;b)
       return frame.f->bits(frame.none.input_entropy - frame.none.information - given.input_entropy +
                            given.information);
     },
     [](const Frame& frame) -> SubsetStatisticsCollector::Range {
       return {0, frame.f->bits(frame.none.input_entropy - frame.none.information)};
     }},
    {SetMeasure::intersection_information,
     {.input_entropy = true, .output_entropy = true},
     [](const Frame& frame, const SetSum& given) {
       return std::min({input_bits(frame, given), output_bits(frame, given), frame.f->bits(frame.none.information)});
     },
     [](const Frame& frame) -> SubsetStatisticsCollector::Range {
       return {0, frame.f->bits(frame.none.information)};
     }},
    {SetMeasure::miller_madow_correction,
     {.cells = true},
     [](const Frame& frame, const SetSum& given) {
       return correction_bits(frame, static_cast<std::int64_t>(given.cells - frame.all.cells));
     },
     // Of n samples in a state, K_a + K_b - K_ab - 1 is in (-n,n).
     [](const Frame& frame) -> SubsetStatisticsCollector::Range {
       const auto samples = static_cast<std::int64_t>(frame.f->max_count()),
                  all = static_cast<std::int64_t>(frame.all.cells);
       return {correction_bits(frame, -samples - all), correction_bits(frame, samples - all)};
     }},
}};

const SetMeasureRow& row_of(SetMeasure measure) {
  return *std::find_if(rows.begin(), rows.end(), [&](const SetMeasureRow& row) { return row.measure == measure; });
}

detail::SetSumNeeds operator|(detail::SetSumNeeds x, const detail::SetSumNeeds& y) {
  x.input_entropy |= y.input_entropy;
  x.output_entropy |= y.output_entropy;
  x.information |= y.information;
  x.cells |= y.cells;
  return x;
}

template <class Table>
const Table& checked(const Table& table, const std::vector<SetMeasure>& measures) {
  if (table.unit_count() > NeuronSet::max_exhaustive_neurons)
    throw UsageError("measures of all sets: {} units, expected at most {}", table.unit_count(),
                     NeuronSet::max_exhaustive_neurons);
  if (measures.empty()) throw UsageError("measures of all sets: no measures, expected at least 1");
  for (std::size_t i = 0; i < measures.size(); ++i) {
    if (std::find(measures.begin(), measures.begin() + static_cast<std::ptrdiff_t>(i), measures[i]) !=
        measures.begin() + static_cast<std::ptrdiff_t>(i))
      throw UsageError("measures of all sets: {} is listed twice", word_of(set_measure_names, measures[i]));
  }
  return table;
}

std::uint64_t at(const std::vector<std::uint64_t>& sums, std::uint32_t leaf) { return sums.empty() ? 0 : sums[leaf]; }

}  // namespace

class SetMeasureScan::Search {
 public:
  Search(const StateTable& table, const std::vector<SetMeasure>& measures)
      : chunks_(detail::decision_order(checked(table, measures)), detail::cube_bits, binary_chunk_bits),
        format_("set measures 1") {
    source_ = std::make_unique<detail::BinarySetSums>(table, chunks_, prepare(table, measures));
  }
  Search(const LevelTable& table, const std::vector<SetMeasure>& measures)
      : chunks_(detail::decision_order(checked(table, measures)), 1, level_chunk_bits),
        format_("set measures of levels 1") {
    source_ = std::make_unique<detail::LevelSetSums>(table, chunks_, prepare(table, measures));
  }

  const detail::SetChunks& chunks() const { return chunks_; }
  const std::vector<const SetMeasureRow*>& measures() const { return measures_; }
  const std::vector<Frame>& frames() const { return frames_; }
  const std::string& format_id() const { return format_; }
  std::size_t chunk_count() const { return frames_.size() * chunks_.per_contrast(); }

  /// A chunk without its values: its sets keep the units on the path that are not marginalised.
  ScanChunk place(std::size_t chunk) const {
    const NeuronSet decided = chunks_.free().complement(NeuronSet::all(chunks_.units()));
    return {.first_class = chunks_.contrast_of(chunk) * static_cast<int>(measures_.size()),
            .fixed = chunks_.marginalised(chunk).complement(decided),
            .free = chunks_.free(),
            .values = {}};
  }

  ScanChunk compute(std::size_t chunk) const {
    const detail::SetSums sums = source_->compute(chunk);
    const Frame& frame = frames_[static_cast<std::size_t>(chunks_.contrast_of(chunk))];
    const std::vector<std::uint32_t>& leaves = chunks_.ascending();
    ScanChunk result = place(chunk);
    result.values.resize(std::ssize(measures_), std::ssize(leaves));
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      // The sets kept ascend as those marginalised fall.
      const std::uint32_t leaf = leaves[leaves.size() - 1 - i];
      const SetSum given{at(sums.input_entropy, leaf), at(sums.output_entropy, leaf), at(sums.information, leaf),
                         at(sums.cells, leaf)};
      for (std::size_t q = 0; q < measures_.size(); ++q)
        result.values(static_cast<Eigen::Index>(q), static_cast<Eigen::Index>(i)) =
            static_cast<float>(measures_[q]->bits(frame, given));
    }
    return result;
  }

 private:
  /// What all of them need.
  template <class Table>
  detail::SetSumNeeds prepare(const Table& table, const std::vector<SetMeasure>& measures) {
    detail::SetSumNeeds needs;
    for (const SetMeasure measure : measures) {
      measures_.push_back(&row_of(measure));
      needs = needs | measures_.back()->needs;
      format_ += ' ';
      format_ += word_of(set_measure_names, measure);
    }
    for (int c = 0; c < table.contrast_count(); ++c)
      frames_.push_back({detail::sum_given_none(table, c), detail::sum_given_all(table, c), &table.n_log_n()});
    return needs;
  }

  detail::SetChunks chunks_;
  std::unique_ptr<const detail::SetSumSource> source_;
  std::vector<const SetMeasureRow*> measures_;
  std::vector<Frame> frames_;  // [C]
  std::string format_;
};

SetMeasureScan::SetMeasureScan(const StateTable& table, const std::vector<SetMeasure>& measures, AllSetsTable keep)
    : search_(std::make_unique<Search>(table, measures)) {
  prepare(keep);
}

SetMeasureScan::SetMeasureScan(const LevelTable& table, const std::vector<SetMeasure>& measures, AllSetsTable keep)
    : search_(std::make_unique<Search>(table, measures)) {
  prepare(keep);
}

SetMeasureScan::~SetMeasureScan() = default;

void SetMeasureScan::prepare(AllSetsTable keep) {
  const int units = search_->chunks().units();
  for (const SetMeasureRow* row : search_->measures()) {
    std::vector<SubsetStatisticsCollector::Range> ranges;
    for (const Frame& frame : search_->frames()) {
      ranges.push_back(row->range(frame));
      if (!(ranges.back().low < ranges.back().high)) ranges.back().high = ranges.back().low + 1;  // a constant measure
    }
    collectors_.push_back(std::make_unique<SubsetStatisticsCollector>(units, std::move(ranges)));
    results_.emplace_back().measure = row->measure;
    if (keep == AllSetsTable::keep)
      results_.back().values.resize(std::ssize(search_->frames()), Eigen::Index{1} << units);
  }
}

std::size_t SetMeasureScan::chunk_count() const { return search_->chunk_count(); }

std::string SetMeasureScan::format_id() const { return search_->format_id(); }

void SetMeasureScan::compute(std::span<const std::size_t> chunks, const OnChunk& on_chunk, Progress& progress) const {
  parallel_blocks(
      chunks.size(), [&](std::size_t i) { on_chunk(chunks[i], search_->compute(chunks[i])); }, progress);
}

void SetMeasureScan::add(std::size_t chunk, const ScanChunk& result) {
  const bool known = chunk < chunk_count();
  const ScanChunk place = known ? search_->place(chunk) : ScanChunk{};
  if (!known || result.first_class != place.first_class || result.values.rows() != std::ssize(results_) ||
      result.fixed != place.fixed || result.free != place.free) {
    throw DataError("measures of all sets: this is not the result of chunk {} of {}", chunk, chunk_count());
  }
  for (std::size_t q = 0; q < results_.size(); ++q) {
    const ScanChunk of_measure{.first_class = search_->chunks().contrast_of(chunk),
                               .fixed = result.fixed,
                               .free = result.free,
                               .values = result.values.row(static_cast<Eigen::Index>(q))};
    collectors_[q]->add(of_measure);
    if (results_[q].values.size() > 0) put_chunk(of_measure, results_[q].values);
  }
}

std::vector<MeasuredSets> SetMeasureScan::result() {
  for (std::size_t q = 0; q < results_.size(); ++q) results_[q].statistics = collectors_[q]->result();
  return std::move(results_);
}

namespace {

template <class Table>
auto bits_of_sets(const Table& table, int contrast, SetMeasure measure) {
  (void)detail::checked_contrasts(table.contrast_count(), {&contrast, 1});
  const Frame frame{detail::sum_given_none(table, contrast), detail::sum_given_all(table, contrast), &table.n_log_n()};
  return [&table, contrast, frame, row = &row_of(measure)](std::span<const int> units) {
    (void)detail::units_outside("measure of given sets", table.unit_count(), units);  // checks
    return row->bits(frame, detail::sum_given(table, contrast, units));
  };
}

}  // namespace

SetMeasureOfSets::SetMeasureOfSets(const StateTable& table, int contrast, SetMeasure measure)
    : bits_(bits_of_sets(table, contrast, measure)) {
  if (!table.states().fits_words())
    throw UsageError("measure of given sets: {} units, expected at most {}", table.unit_count(),
                     UnitStates::max_word_units);
}

SetMeasureOfSets::SetMeasureOfSets(const LevelTable& table, int contrast, SetMeasure measure)
    : bits_(bits_of_sets(table, contrast, measure)) {}

std::vector<MeasuredSets> measure_sets(const StateTable& table, const std::vector<SetMeasure>& measures,
                                       Progress& progress) {
  SetMeasureScan scan(table, measures);
  run_whole(scan, progress);
  return scan.result();
}

std::vector<MeasuredSets> measure_sets(const LevelTable& table, const std::vector<SetMeasure>& measures,
                                       Progress& progress) {
  SetMeasureScan scan(table, measures);
  run_whole(scan, progress);
  return scan.result();
}

}  // namespace inforelay

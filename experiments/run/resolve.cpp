#include "experiments/run/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/process/memory.hpp"
#include "core/ranks/ranks.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/compare/compare_checks.hpp"
#include "experiments/compare/set_tables.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/measures/each_time.hpp"
#include "experiments/run/run_directory.hpp"
#include "experiments/run/session.hpp"

namespace inforelay {
namespace {

// Code, libraries and tables of constants; stack and working memory of each thread.
constexpr double program_bytes = 22e6, thread_bytes = 1e6;

// Whether the tables fit is decided for this many threads and ranks, so that results do not depend on the actual
// numbers.
constexpr int many_threads = 64, many_ranks = 2;

double data_bytes(const DataSizes& sizes) {
  const double of_sample = static_cast<double>(sizes.inputs) * static_cast<double>(sizes.input_bytes) + 9;
  const auto values = [&](std::size_t samples, std::size_t steps) {
    return static_cast<double>(samples) * of_sample * static_cast<double>(std::max<std::size_t>(steps, 1));
  };
  return values(sizes.train + sizes.unused, sizes.train_steps) + values(sizes.test, sizes.test_steps);
}

// Two-dimensional samples as sequences, for recurrent networks: floats and states.
double row_bytes(const ExperimentConfig& config, const DataSizes& sizes) {
  const bool recurrent = std::any_of(config.networks.begin(), config.networks.end(),
                                     [](const auto& each) { return each.second.recurrent.has_value(); });
  if (!recurrent || sizes.are_sequences()) return 0;
  return 4 * static_cast<double>(sizes.train + sizes.test) * sizes.inputs;
}

double working_bytes(const MemoryNeed& need, int ranks) { return need.working + (ranks > 1 ? need.waiting : 0); }

constexpr WordTable<MemorySource, 5> memory_source_texts{
    {{MemorySource::asked, "max_memory"},
     {MemorySource::machine, "this machine (max_memory can allow more)"},
     {MemorySource::control_group, "the control group (container, batch job, service)"},
     {MemorySource::address_space, "'ulimit -v', without what is reserved but not in use"},
     {MemorySource::data, "'ulimit -d', without what is reserved but not in use"}}};

}  // namespace

double memory_limit(const ExperimentConfig& config) {
  return static_cast<double>(memory_limit(config.max_memory).bytes);
}

std::string memory_limit_text(const ExperimentConfig& config) {
  const MemoryLimit limit = memory_limit(config.max_memory);
  return fmt::format("{} of {}", bytes_text(static_cast<double>(limit.bytes)),
                     word_of(memory_source_texts, limit.source));
}

ResolvedExperiment::ResolvedExperiment(ExperimentConfig config, Progress& progress) : config_(std::move(config)) {
  files_ = read_external_files(config_, progress);
  recordings_ = read_recordings(config_, progress);
  published_ = read_published_tables(config_);
  for (const auto& [name, compare] : config_.compare) {
    if (compare.sets.empty()) continue;
    for (PublishedTable& table : read_set_tables(name, config_)) published_.push_back(std::move(table));
  }
  data_ = config_.networks.empty() ? no_data_plan() : plan_data(data_options(config_));
  // Only now are all widths, subsets and symbols known.
  if (!files_.networks.empty() || !files_.recurrent.empty() || !recordings_.empty()) {
    ConfigErrors errors;
    ConfigNode root;
    root.place.file = std::make_shared<const std::filesystem::path>(config_.name);
    check_comparisons(config_, root, errors, recordings_);
    errors.throw_if_any();
  }
  network_config_ = config_;
  RelayConfig& relay = network_config_.analysis.relay;
  for (auto* subsets : {&relay.subsets, &relay.exhaustive}) {
    std::erase_if(*subsets, [](const std::string& subset) { return !holds(data_subsets, subset); });
  }
  stages_ = plan_stages(network_config_, sizes(), recordings_);
  tables_ = choose_tables();
}

std::string ResolvedExperiment::identity() const {
  ExperimentConfig named = config_;
  named.data.path.clear();
  for (auto* set : {&named.data.train, &named.data.test}) {
    if (*set) *set = DataSetConfig{};
  }
  named.max_memory.reset();
  named.name = "run";
  named.figures.reset();
  for (auto& [name, network] : named.networks) {
    network.weights.clear();
    network.weights_out.clear();
    if (network.detectors) network.detectors->weights.clear();
  }
  for (auto& [name, recording] : named.recordings) recording.file.clear();
  for (auto& [name, compare] : named.compare) {
    compare.published.clear();
    for (auto& [network, files] : compare.sets) files.clear();
  }
  return run_hash(print_experiment_config(named),
                  data_.sha256() + files_.sha256() + sha256_of(recordings_) + sha256_of(published_));
}

MemoryPeak ResolvedExperiment::peak_with(AllSetsTable tables, int threads, int ranks) const {
  MemoryPeak peak;
  const double each_thread = thread_bytes + static_cast<double>(thread_stack_bytes());
  double kept = program_bytes + each_thread * threads + data_bytes(sizes()) + row_bytes(config_, sizes());
  peak = {kept, "data"};
  for (const Stage& stage : stages_) {
    const MemoryNeed need = memory_of(*stage.measure, stage.place, tables);
    const double own = need.kept + working_bytes(need, ranks);
    if (kept + own > peak.bytes) peak = {kept + own, stage.label};
    kept += need.kept;
  }
  return peak;
}

AllSetsTable ResolvedExperiment::choose_tables() const {
  const AnalysisConfig& analysis = config_.analysis;
  if (analysis.tables == SetTables::never) return AllSetsTable::discard;
  if (analysis.tables == SetTables::always || analysis.regression) return AllSetsTable::keep;
  const double limit = memory_limit(config_);
  const bool fits_with = peak_with(AllSetsTable::keep, many_threads, many_ranks).bytes <= limit;
  const bool fits_without = peak_with(AllSetsTable::discard, 1, 1).bytes <= limit;
  return !fits_with && fits_without ? AllSetsTable::discard : AllSetsTable::keep;
}

std::string ResolvedExperiment::tables_note() const {
  if (tables_ == AllSetsTable::keep || config_.analysis.tables == SetTables::never) return "";
  return fmt::format(
      "the tables of all sets are left out, and with them the figures that show every set: the run could need {} "
      "with them, more than the {}; statistics for each set size are kept (this is decided for {} threads, however "
      "many there are, so that the results do not depend on them)",
      bytes_text(peak_with(AllSetsTable::keep, many_threads, many_ranks).bytes), memory_limit_text(config_),
      many_threads);
}

std::string ResolvedExperiment::levels_note() const {
  const DiscretizeOptions& discretize = config_.analysis.discretize;
  if (level_count(discretize) == 2 || !config_.analysis.geometry) return "";
  const char* levels = discretize.method == Discretization::symbols
                           ? "units may have more than two levels (analysis.discretize: symbols; of units that are 0 "
                             "or 1, sign gives the same states)"
                           : "units have more than two levels (analysis.discretize)";
  return fmt::format(
      "{}: clusters, components and entropy of the states are left out, and with them the figures pca, clusters and "
      "entropy",
      levels);
}

// Advice for a run that would fit without the tables of all sets; "" if it would not.
std::string ResolvedExperiment::without_tables(int threads, int ranks) const {
  if (tables_ == AllSetsTable::discard) return "";
  if (peak_with(AllSetsTable::discard, threads, ranks).bytes > memory_limit(config_)) return "";
  return fmt::format("; or {}: then the tables of all sets are left out, and their statistics for each set size fit",
                     config_.analysis.regression ? "leave out analysis.regression (and what needs it), with "
                                                   "analysis.tables: auto"
                                                 : "analysis.tables: auto");
}

void ResolvedExperiment::check_memory(int threads, int ranks, const std::string& run) const {
  const MemoryPeak most = peak(threads, ranks);
  if (most.bytes <= memory_limit(config_)) return;
  const auto bytes_of = [&](const Stage& stage) {
    const MemoryNeed need = memory_of(*stage.measure, stage.place, tables_);
    return need.kept + working_bytes(need, ranks);
  };
  const auto stage = std::max_element(stages_.begin(), stages_.end(),
                                      [&](const Stage& a, const Stage& b) { return bytes_of(a) < bytes_of(b); });
  const MemoryNeed need = memory_of(*stage->measure, stage->place, tables_);
  const bool for_ranks = ranks > 1 && need.waiting > 0;
  throw UsageError(
      fmt::format("{} needs about {} of memory at '{}', more than the {}; '{}' alone takes {}{}; to take less: {}{}{}",
                  run.empty() ? "the run" : run, bytes_text(most.bytes), most.stage, memory_limit_text(config_),
                  stage->label, bytes_text(bytes_of(*stage)),
                  for_ranks ? fmt::format(", {} of it for results of other ranks", bytes_text(need.waiting)) : "",
                  need.smaller, for_ranks ? "; or no other ranks" : "", without_tables(threads, ranks)));
}

std::string describe_run(const ExperimentConfig& config, const CommandLine& line) {
  const ResolvedExperiment run(config);
  const std::string folder = folder_for(run.config(), line, run.identity()).string();
  const int ranks_here = ranks().size();
  const MemoryPeak peak = run.peak(thread_count(), ranks_here);
  const double limit = memory_limit(run.config());
  std::string text = fmt::format(
      "data     {} ({})\nfolder   {}\nthreads  {} ({})\nmemory   at most {}, at '{}'\n         limit {}{}\n\n",
      run.data().name(), run.data().origin(), folder, thread_count(), line.threads_source, bytes_text(peak.bytes),
      peak.stage, memory_limit_text(run.config()), peak.bytes > limit ? ": the run would be refused" : "");
  for (const std::string& note :
       {run.data().fallback_reason, run.data().remark(), run.tables_note(), run.levels_note()}) {
    if (!note.empty()) text += fmt::format("note: {}\n\n", note);
  }
  if (ranks_here > 1) text += fmt::format("note: {} ranks share the scans of all sets\n\n", ranks_here);
  const auto row = [&](std::string label, const std::string& sets, const std::string& kept,
                       const std::string& working) {
    constexpr std::size_t widest = 53;  // lines have at most 79 columns
    if (label.size() > widest) {        // on a line of its own
      text += label + "\n";
      label.clear();
    }
    text += fmt::format("{:<53}{:>9}{:>8}{:>9}\n", label, sets, kept, working);
  };
  row("stage", "sets", "kept", "working");
  double kept = 0;
  for (const Stage& stage : run.stages()) {
    const MemoryNeed need = memory_of(*stage.measure, stage.place, run.tables());
    const double working = working_bytes(need, ranks_here);
    row(stage.label, need.sets > 0 ? fmt::format("{:.0f}", need.sets) : "", bytes_text(need.kept),
        working > 0 ? bytes_text(working) : "");
    kept += need.kept;
  }
  row("all", "", bytes_text(kept), "");
  return text;
}

}  // namespace inforelay

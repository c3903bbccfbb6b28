#include "experiments/run/run_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/parallel.hpp"
#include "core/process/memory.hpp"
#include "core/ranks/ranks.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/run/pipeline.hpp"

namespace inforelay {
namespace {

// Code, libraries and tables of constants; stack and working memory of each thread.
constexpr double program_bytes = 22e6, thread_bytes = 1e6;

constexpr const char* data_label = "data";
constexpr const char* results_label = "results file";

std::string sets_text(double sets) { return sets > 0 ? fmt::format("{:.0f}", sets) : ""; }

std::vector<StageEstimate> plan_with(const PreparedExperiment& prepared, AllSetsTable tables) {
  const bool generated = prepared.data.source->is_generated();
  std::vector<StageEstimate> plan{{data_label, estimate_data(prepared.config, generated)}};
  double results = 0;
  for (StageEstimate& stage : Pipeline(prepared.config, prepared.data, prepared.inputs, tables).estimates()) {
    results += stage.cost.bytes;
    plan.push_back(std::move(stage));
  }
  plan.push_back({results_label, estimate_results(results)});
  if (prepared.config.figures) plan.push_back({"figures", estimate_figures(prepared.config, tables)});
  return plan;
}

// Whether tables fit is judged for so many, whatever a run has, so that results depend on neither.
constexpr int many_threads = 64, many_ranks = 2;

double working_bytes(const WorkEstimate& cost, int ranks) { return cost.working + (ranks > 1 ? cost.waiting : 0); }

double peak_with(const PreparedExperiment& prepared, AllSetsTable tables, int threads, int ranks = 1) {
  return peak_of(plan_with(prepared, tables), threads, ranks).bytes;
}

// "the 200 MB of max_memory"
std::string limit_text(const ExperimentConfig& config) {
  return fmt::format("the {} of {}", bytes_text(memory_limit(config)),
                     config.max_memory ? "max_memory" : "this machine (max_memory can allow more)");
}

// What would make a run fit that is too large with tables; "" where nothing about them would.
std::string without_tables(const PreparedExperiment& prepared, int threads, int ranks) {
  if (prepared.tables == AllSetsTable::discard) return "";
  if (peak_with(prepared, AllSetsTable::discard, threads, ranks) > memory_limit(prepared.config)) return "";
  return fmt::format("; or {}: then the tables of all sets are left out, and their summaries for each size fit",
                     prepared.config.analysis.regression ? "leave out analysis.regression (and what needs it), "
                                                           "with analysis.tables: auto"
                                                         : "analysis.tables: auto");
}

}  // namespace

std::vector<StageEstimate> plan_of(const PreparedExperiment& prepared) { return plan_with(prepared, prepared.tables); }

AllSetsTable choose_tables(const PreparedExperiment& prepared) {
  const AnalysisConfig& analysis = prepared.config.analysis;
  if (analysis.tables == SetTables::never) return AllSetsTable::discard;
  if (analysis.tables == SetTables::always || analysis.regression) return AllSetsTable::keep;
  const double limit = memory_limit(prepared.config);
  const bool fits_with = peak_with(prepared, AllSetsTable::keep, many_threads, many_ranks) <= limit;
  return !fits_with && peak_with(prepared, AllSetsTable::discard, 1) <= limit ? AllSetsTable::discard
                                                                              : AllSetsTable::keep;
}

std::string tables_note(const PreparedExperiment& prepared) {
  if (prepared.tables == AllSetsTable::keep || prepared.config.analysis.tables == SetTables::never) return "";
  return fmt::format(
      "the tables of all sets are left out, and with them the figures that show every set: they would take the run to "
      "{} (on {} threads of several ranks), more than {}; summaries for each size of the set are kept",
      bytes_text(peak_with(prepared, AllSetsTable::keep, many_threads, many_ranks)), many_threads,
      limit_text(prepared.config));
}

MemoryPeak peak_of(std::span<const StageEstimate> stages, int threads, int ranks) {
  MemoryPeak peak;
  double kept = program_bytes + thread_bytes * threads;
  for (const StageEstimate& stage : stages) {
    const double own = stage.cost.bytes + working_bytes(stage.cost, ranks);
    if (kept + own > peak.bytes) peak = {kept + own, stage.label};
    kept += stage.cost.bytes;
  }
  return peak;
}

RunCost cost_of(const PreparedExperiment& prepared, int threads) {
  const std::vector<StageEstimate> plan = plan_of(prepared);
  RunCost cost;
  for (const StageEstimate& stage : plan) {
    cost.work += stage.cost.work;
    cost.most += stage.cost.most;
  }
  cost.bytes = peak_of(plan, threads).bytes;
  return cost;
}

double memory_limit(const ExperimentConfig& config) {
  return static_cast<double>(config.max_memory ? *config.max_memory : machine_memory());
}

void check_memory(const PreparedExperiment& prepared, int threads, int ranks, const std::string& run) {
  const std::vector<StageEstimate> plan = plan_of(prepared);
  const MemoryPeak peak = peak_of(plan, threads, ranks);
  const double limit = memory_limit(prepared.config);
  if (peak.bytes <= limit) return;
  const auto bytes_of = [&](const StageEstimate& stage) { return stage.cost.bytes + working_bytes(stage.cost, ranks); };
  const auto stage = std::max_element(plan.begin(), plan.end(),
                                      [&](const auto& a, const auto& b) { return bytes_of(a) < bytes_of(b); });
  const bool for_ranks = ranks > 1 && stage->cost.waiting > 0;
  throw UsageError(fmt::format(
      "{}needs about {} of memory at '{}', more than {}; '{}' alone takes {}{}; to take less: {}{}{}",
      run.empty() ? "the run " : run + ": ", bytes_text(peak.bytes), peak.stage, limit_text(prepared.config),
      stage->label, bytes_text(bytes_of(*stage)),
      for_ranks ? fmt::format(", {} of it for results of other ranks", bytes_text(stage->cost.waiting)) : "",
      stage->cost.smaller, for_ranks ? "; or no other ranks" : "", without_tables(prepared, threads, ranks)));
}

std::string describe_plan(const ExperimentConfig& written, const CommandLine& line) {
  const PreparedExperiment prepared = prepare(written);
  const std::vector<StageEstimate> plan = plan_of(prepared);
  const MachineSpeed speed = measure_speed();
  const int threads = thread_count(), at_once = threads_at_once(threads);
  const int shared_by = ranks().size();
  const MemoryPeak peak = peak_of(plan, threads, shared_by);
  std::string text = fmt::format(
      "data     {} ({})\nfolder   {}\nthreads  {}{}\nmemory   at most {}, at '{}'; allowed are {}{}\n\n",
      prepared.data.name(), prepared.data.origin(), folder_for(prepared.config, line, prepared.identity()).string(),
      threads, at_once < threads ? fmt::format(", of which {} can run at once", at_once) : "", bytes_text(peak.bytes),
      peak.stage, bytes_text(memory_limit(prepared.config)),
      peak.bytes > memory_limit(prepared.config) ? ": the run would be refused" : "");
  if (const std::string note = tables_note(prepared); !note.empty()) text += fmt::format("note: {}\n\n", note);
  if (shared_by > 1) {
    text += fmt::format("note: {} ranks share the scans of all sets; times are those of this one alone\n\n", shared_by);
  }
  const auto row = [&](std::string_view label, std::string_view sets, double bytes, double working, const CpuWork& work,
                       std::string_view note) {
    const double seconds = speed.seconds(work);
    text += fmt::format("{:<66} {:>9} {:>9} {:>9} {:>12} {:>12} CPU{}{}\n", label, sets, bytes_text(bytes),
                        working > 0 ? bytes_text(working) : "", short_duration(seconds / at_once),
                        short_duration(seconds), note.empty() ? "" : "  ", note);
  };
  text += fmt::format("{:<66} {:>9} {:>9} {:>9} {:>12} {:>16}\n", "stage", "sets", "kept", "working", "time", "");
  CpuWork work, most;
  double bytes = 0;
  for (const StageEstimate& stage : plan) {
    row(stage.label, sets_text(stage.cost.sets), stage.cost.bytes, working_bytes(stage.cost, shared_by),
        stage.cost.work, stage.cost.note);
    work += stage.cost.work;
    most += stage.cost.most;
    bytes += stage.cost.bytes;
  }
  row("all", "", bytes, 0, work, "");
  if (speed.seconds(most) > speed.seconds(work)) {
    text += fmt::format("at most {}, where every training goes on to its last epoch\n",
                        short_duration(speed.seconds(most) / at_once));
  }
  return text + "Times are estimates for free cores, good to a factor of two but for the number of epochs.\n";
}

}  // namespace inforelay

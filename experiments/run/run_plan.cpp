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

// Code, libraries and constants; stack and working memory of each thread.
constexpr double program_bytes = 22e6, thread_bytes = 1e6;

std::vector<StageEstimate> plan_with(const PreparedExperiment& prepared, AllSetsTable tables) {
  const bool generated = prepared.data.kind == DataPlan::Kind::digits;
  std::vector<StageEstimate> plan{{"data", estimate_data(prepared.config, generated)}};
  for (StageEstimate& stage : Pipeline(prepared.config, prepared.data, prepared.inputs, tables).estimates()) {
    plan.push_back(std::move(stage));
  }
  if (prepared.config.figures) plan.push_back({"figures", {}});
  return plan;
}

// Tables must fit with this many, whatever a run has, so that results depend on neither.
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

// A hint for a run that is too large with tables and would fit without; otherwise "".
std::string without_tables(const PreparedExperiment& prepared, int threads, int ranks) {
  if (prepared.tables == AllSetsTable::discard) return "";
  if (peak_with(prepared, AllSetsTable::discard, threads, ranks) > memory_limit(prepared.config)) return "";
  return fmt::format("; or {}, to keep only statistics for each size in place of the tables of all sets",
                     prepared.config.analysis.regression ? "remove analysis.regression (and what needs it) and set "
                                                           "analysis.tables: auto"
                                                         : "set analysis.tables: auto");
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
      "the tables of all sets, and the figures that show every set, are left out: with them the run would need {} (on "
      "{} threads of several ranks), more than {}; statistics for each size of the set are kept",
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

double peak_bytes(const PreparedExperiment& prepared) { return peak_with(prepared, prepared.tables, 1); }

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
      "{}needs about {} of memory during '{}', more than {}; '{}' alone needs {}{}; to need less: {}{}{}",
      run.empty() ? "the run " : run + ": ", bytes_text(peak.bytes), peak.stage, limit_text(prepared.config),
      stage->label, bytes_text(bytes_of(*stage)),
      for_ranks ? fmt::format(", {} of it for results of other ranks", bytes_text(stage->cost.waiting)) : "",
      stage->cost.smaller, for_ranks ? "; or a single rank" : "", without_tables(prepared, threads, ranks)));
}

std::string describe_plan(const ExperimentConfig& written, const CommandLine& line) {
  const PreparedExperiment prepared = prepare(written);
  const std::vector<StageEstimate> plan = plan_of(prepared);
  const int threads = thread_count(), shared_by = ranks().size();
  const MemoryPeak peak = peak_of(plan, threads, shared_by);
  const double limit = memory_limit(prepared.config);
  std::string text = fmt::format(
      "data     {} ({})\nfolder   {}\nthreads  {}\nmemory   peak {} during '{}', limit {}{}\n\n", prepared.data.name(),
      prepared.data.origin(), folder_for(prepared.config, line, prepared.identity()).string(), threads,
      bytes_text(peak.bytes), peak.stage, bytes_text(limit), peak.bytes > limit ? ": the run would be refused" : "");
  if (const std::string note = tables_note(prepared); !note.empty()) text += fmt::format("note: {}\n\n", note);
  if (shared_by > 1) {
    text += fmt::format("note: {} ranks share the scans of all sets; the memory is that of rank 0\n\n", shared_by);
  }
  const auto number = [](double value, const std::string& shown) { return value > 0 ? shown : ""; };
  text += fmt::format("{:<66} {:>9} {:>9} {:>9}\n", "stage", "sets", "kept", "working");
  for (const auto& [label, cost] : plan) {
    const double working = working_bytes(cost, shared_by);
    text += fmt::format("{:<66} {:>9} {:>9} {:>9}\n", label, number(cost.sets, fmt::format("{:.0f}", cost.sets)),
                        number(cost.bytes, bytes_text(cost.bytes)), number(working, bytes_text(working)));
  }
  return text;
}

}  // namespace inforelay

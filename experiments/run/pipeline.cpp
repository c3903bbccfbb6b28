#include "experiments/run/pipeline.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/error.hpp"
#include "core/files/sha256.hpp"
#include "core/provenance.hpp"
#include "experiments/measures/each_time.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {
namespace {

// Adds network and measure to the errors of the libraries, which only name classes and epochs.
template <class Work>
void with_label(const std::string& label, Work&& work) {
  const auto named = [&](const Error& error) { return fmt::format("{}: {}", label, error.what()); };
  try {
    work();
  } catch (const ComputeError& error) {
    throw ComputeError(named(error));
  } catch (const ConfigError&) {
    throw;  // it names its keys
  } catch (const UsageError& error) {
    throw UsageError(named(error));
  }
}

}  // namespace

ExperimentResult run_stages(const ResolvedExperiment& run, const RunDirectory& directory, Console& console) {
  const ExperimentConfig& config = run.config();
  ExperimentResult result;
  result.experiment = config.name;
  RunData data(config, run.data());
  std::vector<System> systems;
  for (const auto& [name, network] : config.networks) {
    systems.emplace_back(config, name, run.files(), data);
    result.networks.push_back(name);
  }
  for (const LoadedRecording& recording : run.recordings()) {
    systems.emplace_back(recording);
    result.recordings.push_back(recording.name);
  }
  // Stages of another revision of the program are computed again.
  const std::string identity = fmt::format("{} {}", run.identity(), git_revision());
  std::vector<std::string> input_digest(systems.size(), "none");  // of the next stage of each system
  const ReadTables wanted = run.tables() == AllSetsTable::keep ? ReadTables::yes : ReadTables::no;
  for (const Stage& stage : run.stages()) {
    System& system = systems[stage.system];
    StageStore store(directory.stage(stage.id).parent_path(), stage.id, {identity, input_digest[stage.system]},
                     SaveInterval::from_environment(),
                     {.warn = [&](const std::string& text) { console.warning(text); },
                      .before_write = [&] { directory.verify_lock(); }});
    const std::string group = measure_group(*stage.measure, system.group(), stage.place);
    ResultArrays arrays(stage.measure->arrays);
    if (store.load([&](const Hdf5Reader& file) { arrays = read_finished(file, "", wanted); })) {
      console.kept_stage(stage.label, store.content().seconds);
    } else {
      console.check();
      console.begin_stage(stage.label);
      const std::string layer = stage.place.layer > 0 ? "/layers/" + stage.place.layer_name() : "";
      MeasureRun measured{stage.place,  system, result.arrays.view(system.group() + layer),
                          run.tables(), store,  console};
      with_label(stage.label, [&] { compute_measure(*stage.measure, measured, arrays); });
      store.save([&](Hdf5Writer& file) { write_arrays(file, arrays); });
      console.end_stage(store.content().seconds);
      console.detail(fmt::format("wrote '{}', SHA-256 {}", directory.stage(stage.id).string(), store.content().digest));
    }
    result.arrays.merge(group, std::move(arrays));
    input_digest[stage.system] = sha256_hex(input_digest[stage.system] + store.content().digest);
    result.stages.push_back({stage.label, store.content().seconds});
  }
  return result;
}

}  // namespace inforelay

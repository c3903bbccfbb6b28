#include "experiments/run/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files/sha256.hpp"
#include "core/provenance.hpp"
#include "core/random.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/config/data_checks.hpp"
#include "experiments/measures/analysis.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/sources/training.hpp"

namespace inforelay {
namespace {

// Where a stage's file keeps its result.
const std::string stage_group = "result";

bool holds(const std::vector<std::string>& subsets, std::string_view subset) {
  return std::find(subsets.begin(), subsets.end(), subset) != subsets.end();
}

}  // namespace

Pipeline::Pipeline(const ExperimentConfig& config, const DataPlan& plan, const ExternalFiles& inputs,
                   AllSetsTable tables)
    : config_(config), plan_(plan), inputs_(inputs), tables_(tables) {
  result_.experiment = config.name;
  // The closures of the stages refer to the networks' results: this vector never grows again.
  for (const auto& [name, network] : config.networks) result_.networks.emplace_back(name, NetworkResult{});
  for (std::size_t i = 0; i < config.networks.size(); ++i) add_network(i);
}

const DataPair& Pipeline::data(Progress& progress) {
  if (!data_) {
    data_ = load_data(plan_, progress);
    check_data(config_, *data_);  // what they cannot meet later is known now, before any work
  }
  return *data_;
}

void Pipeline::add_stage(std::size_t network, std::string id, std::string label, WorkEstimate cost, Compute compute,
                         std::function<void(Hdf5Writer&)> save, std::function<void(const Hdf5Reader&)> load) {
  stages_.push_back({network,
                     std::move(id),
                     {std::move(label), std::move(cost)},
                     std::move(compute),
                     std::move(save),
                     std::move(load)});
}

void Pipeline::add_network(std::size_t index) {
  const std::string& name = config_.networks[index].first;
  const NetworkConfig& network = config_.networks[index].second;
  NetworkResult& result = result_.networks[index].second;
  const AnalysisConfig& analysis = config_.analysis;
  const RandomStream random = RandomStream(static_cast<std::uint64_t>(config_.seed), "networks").child(name);
  const WorkSize size = work_size(config_, network);
  const std::string id = name + "-";
  const TableWanted wanted = tables_ == AllSetsTable::keep ? TableWanted::yes : TableWanted::no;

  const char* how = network.from_files() ? ": weights from files"
                    : network.detectors  ? ": training of the detectors"
                                         : ": training";
  add_stage(
      index, id + "model", name + how, estimate_training(size, network),
      [this, &name, &network, &result, random](StageStore& files, Progress& progress) {
        const auto input = inputs_.networks.find(name);
        result.model = input == inputs_.networks.end()
                           ? make_model(network, data(progress), random, files, progress)
                           : model_from_files(network, input->second, data(progress), random, progress);
      },
      [&result](Hdf5Writer& file) { write_model(file, stage_group, result.model); },
      [&result](const Hdf5Reader& file) { result.model = read_model(file, stage_group); });

  for (const std::string& subset : analysis.relay.subsets) {
    const Split split = split_of(subset);
    const std::string on = fmt::format(" ({} images)", to_string(split));
    const std::string suffix = fmt::format("-{}", to_string(split));
    add_stage(
        index, id + "states" + suffix, name + ": hidden states" + on, estimate_states(size, split),
        [this, &name, &result, split, random](StageStore&, Progress& progress) {
          const DataPair& pair = data(progress);
          result.states[split] =
              compute_states(name, result.model.network, split == Split::train ? pair.train : pair.test,
                             config_.analysis, random.child("states").child(to_string(split)), progress);
        },
        [&result, split](Hdf5Writer& file) { write_states(file, stage_group, result.states.at(split)); },
        [&result, split](const Hdf5Reader& file) { result.states[split] = read_states(file, stage_group); });

    const bool greedy = analysis.relay.greedy, exhaustive = holds(analysis.relay.exhaustive, subset);
    const char* what = exhaustive ? ": relay information of all sets"
                       : greedy   ? ": greedy relay search"
                                  : ": relay information of single neurons";
    add_stage(
        index, id + "relay" + suffix, name + what + on,
        estimate_relay(size, split, analysis.relay, exhaustive, tables_),
        [this, &result, &relay = analysis.relay, split, exhaustive](StageStore& files, Progress& progress) {
          result.relay[split] = compute_relay(result.states.at(split), relay, exhaustive, tables_, files, progress);
        },
        [&result, split](Hdf5Writer& file) { write_relay(file, stage_group, result.relay.at(split)); },
        [&result, split, wanted](const Hdf5Reader& file) {
          result.relay[split] = read_relay(file, stage_group, wanted);
        });

    if (analysis.knockout && holds(analysis.knockout->subsets, subset)) {
      const bool all = analysis.knockout->sets == KnockoutSets::exhaustive;
      add_stage(
          index, id + "knockout" + suffix,
          name + (all ? ": knockout of all sets" : ": knockout of single neurons") + on,
          estimate_knockout(size, split, *analysis.knockout, tables_),
          [this, &result, split, random](StageStore& files, Progress& progress) {
            result.knockout[split] =
                compute_knockout(result.model.network, result.states.at(split), config_.analysis, tables_,
                                 random.child("knockout").child(to_string(split)), files, progress);
          },
          [&result, split](Hdf5Writer& file) { write_knockout(file, stage_group, result.knockout.at(split)); },
          [&result, split, wanted](const Hdf5Reader& file) {
            result.knockout[split] = read_knockout(file, stage_group, wanted);
          });
    }
  }

  if (analysis.regression) {
    const RegressionConfig which = *analysis.regression;
    add_stage(
        index, id + "regression", name + ": regression of function on information", estimate_regression(size),
        [&result, which](StageStore&, Progress& progress) {
          result.regression = compute_regression(result.relay.at(split_of(which.relay)),
                                                 result.knockout.at(split_of(which.knockout)), progress);
        },
        [&result](Hdf5Writer& file) { write_regression(file, stage_group, *result.regression); },
        [&result](const Hdf5Reader& file) { result.regression = read_regression(file, stage_group); });
  }

  if (size.neurons > NeuronSet::max_neurons) return;  // the appendix is about states that fit a word
  // The paper: shape of the hidden states on the test images, their entropy on the training images.
  const Split shape = holds(analysis.relay.subsets, "test") ? Split::test : Split::train;
  const Split entropy = holds(analysis.relay.subsets, "train") ? Split::train : Split::test;
  add_stage(
      index, id + "appendix", name + ": clusters, components and entropy of the hidden states",
      estimate_appendix(size, shape, entropy),
      [&result, shape, entropy, random](StageStore&, Progress& progress) {
        result.appendix =
            compute_appendix(result.states.at(shape), result.states.at(entropy), random.child("appendix"), progress);
      },
      [&result](Hdf5Writer& file) { write_appendix(file, stage_group, *result.appendix); },
      [&result](const Hdf5Reader& file) { result.appendix = read_appendix(file, stage_group); });
}

std::vector<StageEstimate> Pipeline::estimates() const {
  std::vector<StageEstimate> all;
  for (const Stage& stage : stages_) all.push_back(stage.estimate);
  return all;
}

void Pipeline::compute_stage(const Stage& stage, StageStore& files, Console& console) const {
  // The libraries speak of classes and epochs; which network these belong to is known here. Data speak for themselves.
  const auto named = [&](const Error& error) { return fmt::format("{}: {}", stage.estimate.label, error.what()); };
  try {
    stage.compute(files, console);
  } catch (const ComputeError& error) {
    throw ComputeError(named(error));
  } catch (const ConfigError&) {
    throw;  // names its keys itself
  } catch (const UsageError& error) {
    throw UsageError(named(error));
  }
}

ExperimentResult Pipeline::run(const RunDirectory& directory, const PipelineOptions& options, Console& console) {
  std::vector<std::string> input_digest(result_.networks.size(), "none");  // of the next stage of each network
  for (const Stage& stage : stages_) {
    StageStore files(directory.stage(stage.id).parent_path(), stage.id, {options.run, input_digest[stage.network]},
                     options.save_interval,
                     {.warn = [&](const std::string& text) { console.warning(text); },
                      .before_write = [&] { directory.verify_lock(); }});
    if (files.load(stage.load)) {
      console.kept_stage(stage.estimate.label, files.content().seconds);
    } else {
      console.check();
      console.begin_stage(stage.estimate.label);
      compute_stage(stage, files, console);
      files.save(stage.save);
      console.end_stage(files.content().seconds);
    }
    input_digest[stage.network] = sha256_hex(input_digest[stage.network] + files.content().digest);
    result_.stages.push_back({stage.estimate.label, files.content().seconds});
  }
  return std::move(result_);
}

}  // namespace inforelay

#include "nn/data/source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"
#include "nn/data/input_statistics.hpp"
#include "nn/data/user_files.hpp"

namespace inforelay {
namespace {

std::filesystem::path own_folder(const DataPlan& plan) { return plan.options.data_folder / plan.source->name; }

// The data are not available for this reason: the fallback, or an error.
DataPlan fall_back(DataPlan plan, const std::string& reason) {
  if (plan.options.fallback == no_fallback) {
    throw DataError("{} is not available: {}; set data.path to a folder with the files, or data.fallback: {}",
                    plan.source->title, reason, fmt::join(generated_data_sources(), " or "));
  }
  const DataSource& other = data_source(plan.options.fallback);
  plan.fallback_reason = fmt::format("{} stand in for {}: {}", other.title, plan.source->title, reason);
  plan.source = &other;
  return plan;
}

Dataset cut(Dataset data, std::size_t limit) {
  return limited(data.size(), limit) == data.size() ? std::move(data) : data.head(limit);
}

}  // namespace

std::size_t limited(std::size_t samples, std::size_t limit) { return limit == 0 ? samples : std::min(samples, limit); }

std::string DataPlan::origin() const {
  if (source->read) {
    if (!options.test_fraction) return facts.origin;
    return fmt::format("{}, split: {:.6g} of each class for the test", facts.origin, *options.test_fraction);
  }
  if (source->name == no_data_plan().source->name) return "recordings only";
  if (source->is_generated()) return fmt::format("generated, seed {}", options.seed);
  return needs_download() ? fmt::format("download into {}", own_folder(*this).string())
                          : files[0].parent_path().string();
}

std::string DataPlan::remark() const {
  if (!source->read || source->input_scale != 1 || options.inputs.scale) return "";
  if (facts.largest_byte <= 1) return "";
  return fmt::format(
      "the inputs in {} are {} up to {}, used as they are; with data.inputs: {{scale: 255}} they are "
      "from 0 to 1",
      facts.origin, facts.input_bytes == sizeof(std::uint8_t) ? "bytes" : "whole numbers, as of bytes,",
      facts.largest_byte);
}

DataSizes DataPlan::sizes() const { return source->read ? file_data_sizes(facts, options) : source->sizes(options); }

std::string DataPlan::sha256() const {
  return source->read ? file_data_sha256(facts, options) : source->sha256(options);
}

DataSizes data_sizes(const DataOptions& options) {
  const DataSource& source = data_source(options.dataset);
  return source.read ? file_data_sizes(facts_of(source, options), options) : source.sizes(options);
}

DataPlan plan_data(const DataOptions& options) {
  DataPlan plan{.options = options, .source = &data_source(options.dataset), .files = {}, .fallback_reason = {}};
  if (plan.source->read) plan.facts = facts_of(*plan.source, options);
  if (plan.source->is_generated() || plan.source->read) return plan;
  const auto found_in = [&](const std::filesystem::path& folder) {
    plan.files = locate_files(folder, plan.source->files).value_or(std::vector<std::filesystem::path>());
    return !plan.files.empty();
  };
  if (options.path) {
    if (found_in(*options.path)) return plan;
    std::vector<std::string_view> missing;
    for (const PublishedFile& file : missing_files(*options.path, plan.source->files)) missing.push_back(file.name);
    throw DataError("data.path {} lacks {} of {} (plain or .gz)", options.path->string(), fmt::join(missing, ", "),
                    plan.source->title);
  }
  if (options.environment_folder) {
    const std::filesystem::path folder = *options.environment_folder / plan.source->name;
    if (found_in(folder)) return plan;
    plan.searched = fmt::format("{} ($INFORELAY_DATA), ", folder.string());
  }
  plan.searched += own_folder(plan).string();
  if (found_in(own_folder(plan)) || options.download) return plan;
  return fall_back(plan, fmt::format("not in {}, and downloading is off", plan.searched));
}

DataPlan no_data_plan() {
  static const DataSource none{
      .name = "none",
      .title = "no data",
      .about = "for runs without networks",
      .note = "",
      .sizes = [](const DataOptions&) { return DataSizes{}; },
      .sha256 = [](const DataOptions&) { return std::string(); },
      .load = [](const DataPlan&, Progress&) -> DataPair { throw UsageError("this run has no data set"); }};
  return {.options = {}, .source = &none, .files = {}, .fallback_reason = {}};
}

DataPlan fetch_data(DataPlan plan, Progress& progress) {
  if (!plan.needs_download()) return plan;
  const std::filesystem::path folder = own_folder(plan);
  DownloadOptions transfer = plan.options.transfer;
  if (transfer.mirrors.empty()) transfer.mirrors.assign(plan.source->mirrors.begin(), plan.source->mirrors.end());
  try {
    download_files(folder, plan.source->files, transfer, progress);
  } catch (const Error& error) {
    // Nothing damaged is ever put in place, so any failure only means that the data are not available: no network, a
    // broken mirror, a folder that cannot be written.
    const std::string reason = fmt::format("not in {}, and {}", plan.searched, error.what());
    return fall_back(std::move(plan), reason);
  }
  const auto paths = locate_files(folder, plan.source->files);
  if (!paths) throw DataError("{} lost files during the download", folder.string());
  plan.files = *paths;
  return plan;
}

DataPair load_data(const DataPlan& planned, Progress& progress) {
  const DataPlan plan = fetch_data(planned, progress);
  if (plan.source->load_sequences) {
    throw UsageError("{} has sequences, which only recurrent networks read, and is no set of single samples",
                     plan.source->title);
  }
  const DataOptions& options = plan.options;
  DataPair data = plan.source->read ? load_file_data(plan, progress) : plan.source->load(plan, progress);
  data.train = cut(std::move(data.train), options.train_limit);
  data.test = cut(std::move(data.test), options.test_limit);
  data.scaling = scaling_for(options.inputs, plan.source->input_scale, data.train);
  data.train.scale_inputs(data.scaling);
  data.test.scale_inputs(data.scaling);
  data.name = plan.source->name;
  data.origin = plan.origin();
  data.sha256 = plan.sha256();
  return data;
}

SequencePair load_sequences(const DataPlan& plan, Progress& progress) {
  SequencePair data = plan.source->load_sequences(plan, progress);
  data.train.check();
  data.test.check();
  return data;
}

}  // namespace inforelay

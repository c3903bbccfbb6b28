#include "nn/data/source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"

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
  if (source->name == no_data_plan().source->name) return "recordings only";
  if (source->is_generated()) return fmt::format("generated, seed {}", options.seed);
  return needs_download() ? fmt::format("download into {}", own_folder(*this).string())
                          : files[0].parent_path().string();
}

DataPlan plan_data(const DataOptions& options) {
  DataPlan plan{.options = options, .source = &data_source(options.dataset), .files = {}, .fallback_reason = {}};
  if (plan.source->is_generated()) return plan;
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
  std::string places;
  if (options.environment_folder) {
    const std::filesystem::path folder = *options.environment_folder / plan.source->name;
    if (found_in(folder)) return plan;
    places = fmt::format("{} ($INFORELAY_DATA), ", folder.string());
  }
  if (found_in(own_folder(plan)) || options.download) return plan;
  return fall_back(plan, fmt::format("not in {}{}, and downloading is off", places, own_folder(plan).string()));
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
    return fall_back(std::move(plan), error.what());
  }
  const auto paths = locate_files(folder, plan.source->files);
  if (!paths) throw DataError("{} lost files during the download", folder.string());
  plan.files = *paths;
  return plan;
}

DataPair load_data(const DataPlan& planned, Progress& progress) {
  const DataPlan plan = fetch_data(planned, progress);
  DataPair data = plan.source->load(plan, progress);
  data.train = cut(std::move(data.train), plan.options.train_limit);
  data.test = cut(std::move(data.test), plan.options.test_limit);
  data.name = plan.source->name;
  data.origin = plan.origin();
  data.sha256 = plan.sha256();
  return data;
}

}  // namespace inforelay

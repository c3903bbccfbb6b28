#include "nn/data/source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files/sha256.hpp"
#include "nn/data/digits.hpp"

namespace inforelay {
namespace {

DigitsOptions digits_options(const DataOptions& options) {
  DigitsOptions digits;
  if (options.train_limit > 0) digits.train = std::min(digits.train, options.train_limit);
  if (options.test_limit > 0) digits.test = std::min(digits.test, options.test_limit);
  digits.seed = options.seed;
  return digits;
}

std::filesystem::path download_folder(const DataOptions& options) { return options.data_folder / "mnist"; }

std::string file_names(const std::vector<MnistFile>& files) {
  std::string names;
  for (const MnistFile& file : files) names += fmt::format("{}{}", names.empty() ? "" : ", ", file.name);
  return names;
}

/// MNIST is not to be had for this reason: the fallback, or an error.
DataPlan without_mnist(DataPlan plan, const std::string& reason) {
  if (plan.options.fallback == Fallback::none) {
    throw DataError(
        fmt::format("{}; data.path can name a folder that holds it, and data.fallback: digits does without", reason));
  }
  plan.kind = DataPlan::Kind::digits;
  plan.is_fallback = true;
  plan.fallback_reason = reason;
  return plan;
}

Dataset limited(Dataset data, std::size_t limit) {
  return limit == 0 || limit >= data.size() ? std::move(data) : data.head(limit);
}

}  // namespace

std::string DataPlan::name() const { return kind == Kind::digits ? "digits" : "mnist"; }

std::string DataPlan::origin() const {
  switch (kind) {
    case Kind::mnist_on_disk:
      return files[0].parent_path().string();
    case Kind::mnist_to_download:
      return fmt::format("download into {}", download_folder(options).string());
    case Kind::digits:
      break;
  }
  return fmt::format("generated, seed {}", options.seed);
}

std::string DataPlan::sha256() const {
  if (kind == Kind::digits) return digits_sha256(digits_options(options));
  const bool cut_train = options.train_limit > 0 && options.train_limit < mnist_train_size;
  const bool cut_test = options.test_limit > 0 && options.test_limit < mnist_test_size;
  if (!cut_train && !cut_test) return mnist_sha256();
  return sha256_hex(fmt::format("{} first {} + {} images\n", mnist_sha256(),
                                cut_train ? options.train_limit : mnist_train_size,
                                cut_test ? options.test_limit : mnist_test_size));
}

DataPlan plan_data(const DataOptions& options) {
  DataPlan plan;
  plan.options = options;
  if (options.dataset == DatasetName::digits) return plan;

  const auto found_in = [&](const std::filesystem::path& folder) {
    const std::optional<MnistPaths> paths = locate_mnist(folder);
    if (paths) plan.files = *paths;
    return paths.has_value();
  };
  plan.kind = DataPlan::Kind::mnist_on_disk;
  if (options.path) {
    if (found_in(*options.path)) return plan;
    throw DataError(fmt::format("data.path {} lacks MNIST's {} (plain or .gz)", options.path->string(),
                                file_names(missing_mnist_files(*options.path))));
  }
  std::string places;
  if (options.environment_folder) {
    const std::filesystem::path folder = *options.environment_folder / "mnist";
    if (found_in(folder)) return plan;
    places = fmt::format("{} ($INFORELAY_DATA), ", folder.string());
  }
  if (found_in(download_folder(options))) return plan;
  places += download_folder(options).string();
  plan.kind = DataPlan::Kind::mnist_to_download;
  if (options.download) return plan;
  return without_mnist(plan, fmt::format("MNIST is not in {}, and downloading is off", places));
}

DataPlan fetch_data(DataPlan plan, Progress& progress) {
  if (plan.kind != DataPlan::Kind::mnist_to_download) return plan;
  const std::filesystem::path folder = download_folder(plan.options);
  try {
    download_mnist(folder, plan.options.transfer, progress);
  } catch (const Error& error) {
    // Nothing damaged is ever put in place, so whatever fails here means only that MNIST cannot be had: no network, a
    // broken mirror, a folder that cannot be written.
    return without_mnist(std::move(plan), error.what());
  }
  const std::optional<MnistPaths> paths = locate_mnist(folder);
  if (!paths) throw DataError(fmt::format("{} lost files while MNIST was downloaded", folder.string()));
  plan.files = *paths;
  plan.kind = DataPlan::Kind::mnist_on_disk;
  return plan;
}

DataPair load_data(const DataPlan& planned, Progress& progress) {
  const DataPlan plan = fetch_data(planned, progress);
  if (plan.kind == DataPlan::Kind::digits) return generate_digits(digits_options(plan.options), progress);
  DataPair data = load_mnist(plan.files, progress);
  data.train = limited(std::move(data.train), plan.options.train_limit);
  data.test = limited(std::move(data.test), plan.options.test_limit);
  data.sha256 = plan.sha256();
  return data;
}

}  // namespace inforelay

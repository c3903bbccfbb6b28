// Which data an experiment works on: found, downloaded or generated.
//
//   DataPlan plan = plan_data(options);        // looks at file names only: cheap enough for every start
//   plan = fetch_data(plan, progress);         // downloads where the plan says so
//   DataPair data = load_data(plan, progress); // reads and verifies, or generates
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/named.hpp"
#include "core/progress.hpp"
#include "nn/data/dataset.hpp"
#include "nn/data/download.hpp"
#include "nn/data/mnist.hpp"

namespace inforelay {

enum class DatasetName { mnist, digits };
inline constexpr WordTable<DatasetName, 2> dataset_names{
    {{DatasetName::mnist, "mnist"}, {DatasetName::digits, "digits"}}};

enum class Fallback { none, digits };
inline constexpr WordTable<Fallback, 2> fallback_names{{{Fallback::none, "none"}, {Fallback::digits, "digits"}}};

struct DataOptions {
  DatasetName dataset = DatasetName::mnist;
  /// Folder of the MNIST files. If given, only there, and it must hold all four.
  std::optional<std::filesystem::path> path;
  /// What to use where MNIST is neither found nor downloaded. Never used for damaged files, nor for a given `path`.
  Fallback fallback = Fallback::none;
  bool download = true;         ///< whether MNIST may be downloaded
  std::size_t train_limit = 0;  ///< the first so many training images; 0: all
  std::size_t test_limit = 0;   ///< the first so many test images; 0: all
  std::uint64_t seed = 1;       ///< of generated digits
  /// data/mnist in this folder is looked in, and downloaded into.
  std::filesystem::path data_folder = "data";
  /// The value of $INFORELAY_DATA, whose mnist/ is looked in first; none where it is not set or empty.
  std::optional<std::filesystem::path> environment_folder;
  DownloadOptions transfer = {};  ///< mirrors and time-outs
};

/// What will be used.
struct DataPlan {
  enum class Kind { mnist_on_disk, mnist_to_download, digits };

  DataOptions options;
  Kind kind = Kind::digits;
  MnistPaths files;             ///< kind mnist_on_disk: where they were found
  bool is_fallback = false;     ///< digits stand in for MNIST; say it loudly
  std::string fallback_reason;  ///< why MNIST is not used, one line; empty where is_fallback is false

  std::string name() const;    ///< "mnist", "digits"
  std::string origin() const;  ///< for people: the folder, "download into ...", or "generated, seed 1"
  /// Identifies the data without reading them: DataPair::sha256 of what load_data will return. After plan_data() with
  /// kind mnist_to_download it is MNIST's, and fetch_data() may still change it to that of the fallback.
  std::string sha256() const;
};

/// Decides without reading or downloading: options.path; else environment_folder/mnist; else data_folder/mnist; else a
/// download into data_folder/mnist; else the fallback. Throws DataError, with all places looked in, where nothing is
/// left.
DataPlan plan_data(const DataOptions& options);

/// Carries out the download of a plan of kind mnist_to_download; other plans are returned as they are. Returns a plan
/// of kind mnist_on_disk; or, where all mirrors fail or data_folder cannot be written, of the fallback, with the
/// reason. Throws DataError with that reason where there is no fallback, Interrupted where progress asks.
DataPlan fetch_data(DataPlan plan, Progress& progress = Progress::none());

/// Fetches if need be, then reads and verifies MNIST or generates digits, and cuts to the limits. Throws DataError on
/// damaged files: these are never replaced by the fallback.
DataPair load_data(const DataPlan& plan, Progress& progress = Progress::none());

}  // namespace inforelay

// Data sources. Each is a row of one table. The data of a run are chosen, downloaded and read in three steps:
//
//   DataPlan plan = plan_data(options);        // looks at file names only: cheap enough for every start
//   plan = fetch_data(plan, progress);         // downloads if the files are missing
//   DataPair data = load_data(plan, progress); // reads and verifies, or generates
//
// To add a source: a file that defines a `const DataSource`, and a line in sources.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/progress.hpp"
#include "nn/data/dataset.hpp"
#include "nn/data/download.hpp"
#include "nn/data/published_files.hpp"

namespace inforelay {

/// DataOptions::fallback: an error if the data are not available.
inline constexpr std::string_view no_fallback = "none";

struct DataOptions {
  std::string dataset = "mnist";  ///< name of a source
  /// Folder of the files. If given, only there, and it must hold all of them.
  std::optional<std::filesystem::path> path{};
  /// Name of the source to use if the data are neither found nor downloaded. Never used for damaged files, nor if
  /// `path` is given.
  std::string fallback{no_fallback};
  bool download = true;         ///< whether files may be downloaded
  std::size_t train_limit = 0;  ///< use only the first N training samples; 0: all
  std::size_t test_limit = 0;   ///< use only the first N test samples; 0: all
  std::uint64_t seed = 1;       ///< of generated data
  /// The folder of this name in data_folder is searched, and downloaded into.
  std::filesystem::path data_folder = "data";
  /// The value of $INFORELAY_DATA, which is searched before data_folder; none if it is not set or empty.
  std::optional<std::filesystem::path> environment_folder{};
  DownloadOptions transfer{};  ///< mirrors and time-outs
};

/// Known before any data are read.
struct DataSizes {
  std::size_t train = 0, test = 0;  ///< samples, within the limits
  int inputs = 0;                   ///< D
  int classes = 0;                  ///< C
};

struct DataPlan;

/// A row of the table of sources.
struct DataSource {
  std::string_view name;   ///< its name in configurations, and of its folder
  std::string_view title;  ///< in sentences: "MNIST", "generated digits"
  std::string_view about;  ///< one line for the documentation
  std::string_view note;   ///< a small line at the foot of figures; may be empty
  DataSizes (*sizes)(const DataOptions& options);
  /// Identifies the data without reading them: DataPair::sha256 of what will be loaded.
  std::string (*sha256)(const DataOptions& options);
  /// The training and test set; load_data() does the rest.
  DataPair (*load)(const DataPlan& plan, Progress& progress);
  /// Of a data set that was published as files, and can be downloaded from any of the mirrors (DownloadOptions).
  std::span<const PublishedFile> files = {};
  std::span<const std::string_view> mirrors = {};

  bool is_generated() const { return files.empty(); }
};

/// All sources, in the order of the documentation.
std::span<const DataSource* const> data_sources();

/// The source called `name`. Throws UsageError, listing those there are, if there is none.
const DataSource& data_source(std::string_view name);

/// Names of the sources that need no files, and can be fallbacks.
std::vector<std::string_view> generated_data_sources();

/// The data that will be used.
struct DataPlan {
  DataOptions options;
  const DataSource* source;                  ///< of the data that will be used
  std::vector<std::filesystem::path> files;  ///< as found, in the order of source->files; empty until downloaded
  std::string fallback_reason;  ///< "generated digits stand in for MNIST: ..."; empty if no fallback is used

  bool needs_download() const { return files.size() < source->files.size(); }
  std::string name() const { return std::string(source->name); }
  std::string origin() const;  ///< for people: the folder, "download into ...", or "generated, seed 1"
  /// DataPair::sha256 of what load_data will return. If the plan needs a download, fetch_data() may still change it to
  /// that of the fallback.
  std::string sha256() const { return source->sha256(options); }
};

/// Chooses the data without reading or downloading: options.path; else environment_folder/NAME; else data_folder/NAME;
/// else a download into data_folder/NAME; else the fallback. Throws DataError, with all places searched, if nothing is
/// left.
DataPlan plan_data(const DataOptions& options);

/// The plan of a run without networks, which needs no data: a source `none` that has no samples and cannot be loaded.
DataPlan no_data_plan();

/// Carries out the download of a plan that needs one; other plans are returned unchanged. Returns a plan with files;
/// or, if all mirrors fail or data_folder cannot be written, that of the fallback, with the reason. Throws DataError
/// with that reason if there is no fallback, Interrupted if progress requests a stop.
DataPlan fetch_data(DataPlan plan, Progress& progress = Progress::none());

/// Fetches if need be, then reads and verifies, or generates, and cuts to the limits. Throws DataError on damaged
/// files: these are never replaced by the fallback.
DataPair load_data(const DataPlan& plan, Progress& progress = Progress::none());

// For the rows.

/// `samples`, or `limit` if that is fewer and not 0.
std::size_t limited(std::size_t samples, std::size_t limit);

}  // namespace inforelay

// Data sources. Each is a row of one table. The data of a run are chosen, downloaded and read in three steps:
//
//   DataPlan plan = plan_data(options);        // looks at file names only, or reads the user's own files once
//   plan = fetch_data(plan, progress);         // downloads if the files are missing
//   DataPair data = load_data(plan, progress); // reads and verifies, or generates; splits, cuts and scales
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
#include "nn/data/input_scaling.hpp"
#include "nn/data/published_files.hpp"
#include "nn/data/sequence_data.hpp"

namespace inforelay {

/// DataOptions::fallback: an error if the data are not available.
inline constexpr std::string_view no_fallback = "none";

/// Where the arrays of a training or test set stand: "a.npz:x" (core/arrays/file_array.hpp).
struct SetPlaces {
  std::string inputs{}, labels{};
};

/// What generated sequences are like (nn/data/sequence_tasks.hpp); none: as the source says.
struct SequenceOptions {
  std::optional<std::int64_t> n{};                       ///< nback: the label is the bit n steps ago
  std::optional<std::int64_t> symbols{}, delay{};        ///< delayed_match
  std::optional<std::int64_t> bits{};                    ///< flip_flop
  std::optional<double> pulse{};                         ///< flip_flop: probability of a pulse at a step
  std::optional<std::int64_t> steps{}, train_steps{};    ///< of a trial; train_steps: of the training set, else steps
  std::optional<std::int64_t> train_trials{}, trials{};  ///< of the training and of the test set
};

/// A Boolean task (nn/data/boolean_task.hpp). Input bits enter a network as 0 and 1. Labels are of LabelKind::bits, one
/// for each output.
struct BooleanOptions {
  std::optional<std::int64_t> input_bits{};  ///< n
  std::vector<std::string> outputs{};        ///< expressions of the n bits, at most max_label_bits; none is constant
  /// Random inputs of the training set, and as many others of the test set. None, or 0: both have all 2^n inputs once.
  std::optional<std::int64_t> samples{};
  /// Probability that an input bit of a sample is flipped after the label was computed, each independently; < 1/2.
  std::optional<double> noise{};
};

struct DataOptions {
  std::string dataset = "mnist";  ///< name of a source
  /// Folder of the files, or the file of a table. If given, only there, and it must hold all of them.
  std::optional<std::filesystem::path> path{};
  std::optional<SetPlaces> train_places{}, test_places{};  ///< of arrays
  std::string label{};                                     ///< of a table: its column
  /// Names of the classes; empty: the labels (classes_of()), of Boolean tasks the expressions.
  std::vector<std::string> classes{};
  /// The fraction of the samples that become the test set of data without one (stratified_split()), drawn by `seed`.
  std::optional<double> test_fraction{};
  InputOptions inputs{};
  SequenceOptions sequences{};
  BooleanOptions boolean{};
  /// Files of the user that would take more in memory are refused before anything is allocated.
  std::uint64_t most_bytes = std::uint64_t{1} << 62;
  /// Name of the source to use if the data are neither found nor downloaded. Never used for damaged files, nor if
  /// `path` is given.
  std::string fallback{no_fallback};
  bool download = true;         ///< whether files may be downloaded
  std::size_t train_limit = 0;  ///< use only the first N training samples; 0: all
  std::size_t test_limit = 0;   ///< use only the first N test samples; 0: all
  std::uint64_t seed = 1;       ///< of generated data, and of the split
  /// The folder of this name in data_folder is searched, and downloaded into.
  std::filesystem::path data_folder = "data";
  /// The value of $INFORELAY_DATA, which is searched before data_folder; none if it is not set or empty.
  std::optional<std::filesystem::path> environment_folder{};
  DownloadOptions transfer{};  ///< mirrors and time-outs
};

/// Known before a run begins.
struct DataSizes {
  std::size_t train = 0, test = 0;  ///< samples, within the limits
  int inputs = 0;                   ///< D
  int classes = 0;                  ///< C
  std::size_t input_bytes = 1;      ///< of one input in memory
  std::size_t unused = 0;           ///< samples that are in memory only until the data are split and cut
  LabelKind labels = LabelKind::classes;
  int rows = 0;  ///< of two-dimensional samples, such as images; 0: they are not
  /// Of sequences, whose samples are trials: steps of each; `inputs` is then the number of inputs of a step.
  std::size_t train_steps = 0, test_steps = 0;

  bool are_sequences() const { return test_steps > 0; }
  /// What a recurrent network reads: the steps of sequences, the rows of two-dimensional samples. 0 steps: neither.
  std::size_t steps_of(std::string_view subset) const {
    if (are_sequences()) return subset == "train" ? train_steps : test_steps;
    return static_cast<std::size_t>(rows);
  }
  int step_inputs() const { return are_sequences() || rows == 0 ? inputs : inputs / rows; }
};

/// The user's own data as their files have them, before they are split, cut and scaled.
struct FileData {
  Dataset train;
  std::optional<Dataset> test;
  std::string origin;                          ///< for people: the folder or files
  std::vector<std::filesystem::path> files{};  ///< that were read, and folders that were searched
  std::optional<SequencePair> sequences{};     ///< instead of train and test
};

/// What these files hold.
struct FileFacts {
  std::size_t train = 0;            ///< samples
  std::optional<std::size_t> test;  ///< none: no test set
  int inputs = 0, classes = 0;
  int rows = 0;                                 ///< as in DataSizes
  std::size_t train_steps = 0, test_steps = 0;  ///< as in DataSizes
  std::size_t input_bytes = 1;
  int largest_byte = 0;  ///< of inputs that are bytes, or floats that seem to have been: whole numbers from 0 to 255
  std::vector<std::string> class_names{};
  std::string origin;
  std::string sha256;  ///< of inputs, labels and names of the classes
};

struct DataPlan;

/// A row of the table of sources.
struct DataSource {
  std::string_view name;   ///< its name in configurations, and of its folder
  std::string_view title;  ///< in sentences: "MNIST", "generated digits"
  std::string_view about;  ///< one line for the documentation
  std::string_view note;   ///< a small line at the foot of figures; may be empty
  /// The settings of `data` that it knows, beside those that all know.
  std::span<const std::string_view> settings = {};
  double input_scale = 255;  ///< what its values are divided by unless the options say otherwise
  bool is_fallback = false;  ///< generated, with nothing to be set: it can stand in for data that are not available

  // Of published and generated data: known without reading.
  DataSizes (*sizes)(const DataOptions& options) = nullptr;
  /// Identifies the data without reading them: DataPair::sha256 of what will be loaded.
  std::string (*sha256)(const DataOptions& options) = nullptr;
  /// The training and test set; load_data() does the rest.
  DataPair (*load)(const DataPlan& plan, Progress& progress) = nullptr;
  /// Of sequences, instead of load: for recurrent networks.
  SequencePair (*load_sequences)(const DataPlan& plan, Progress& progress) = nullptr;
  /// Of a data set that was published as files, and can be downloaded from any of the mirrors (DownloadOptions).
  std::span<const PublishedFile> files = {};
  std::span<const std::string_view> mirrors = {};

  /// Of data in the user's own files, instead of sizes, sha256 and load: reads and checks all of them. Throws
  /// UsageError if options are missing.
  FileData (*read)(const DataOptions& options, Progress& progress) = nullptr;

  bool is_generated() const { return files.empty() && read == nullptr; }
};

/// All sources, in the order of the documentation.
std::span<const DataSource* const> data_sources();

/// The source called `name`. Throws UsageError, listing those there are, if there is none.
const DataSource& data_source(std::string_view name);

/// Names of the sources that can be fallbacks.
std::vector<std::string_view> generated_data_sources();

/// The data that will be used.
struct DataPlan {
  DataOptions options;
  const DataSource* source;                  ///< of the data that will be used
  std::vector<std::filesystem::path> files;  ///< as found, in the order of source->files; empty until downloaded
  std::string fallback_reason;  ///< "generated digits stand in for MNIST: ..."; empty if no fallback is used
  FileFacts facts{};            ///< of the user's files, when the plan was made
  std::string searched{};       ///< the folders that lack the files: "A ($INFORELAY_DATA), B"

  bool needs_download() const { return files.size() < source->files.size(); }
  std::string name() const { return std::string(source->name); }
  std::string origin() const;  ///< for people: the folder, "download into ...", or "generated, seed 1"
  DataSizes sizes() const;
  /// What the user should know: that bytes from arrays or tables, or floats that seem to be bytes, are used as they
  /// are, without a scale; "" if nothing.
  std::string remark() const;
  /// DataPair::sha256 of what load_data will return. If the plan needs a download, fetch_data() may still change it to
  /// that of the fallback.
  std::string sha256() const;
};

/// Chooses the data: of the user's own, the files that the options name, which are read; of others, without reading or
/// downloading, options.path; else environment_folder/NAME; else data_folder/NAME; else a download into
/// data_folder/NAME; else the fallback. Throws DataError, with all places searched, if nothing is left, or as
/// data_sizes().
DataPlan plan_data(const DataOptions& options);

/// Sizes of the data that the options name. Of the user's own files: reads them, unless they were the last ones read
/// and are unchanged. Throws DataError if these are missing, damaged or too large; UsageError if options are missing,
/// or if there is a test set and a test_fraction, or neither.
DataSizes data_sizes(const DataOptions& options);
/// The plan of a run without networks, which needs no data: a source `none` that has no samples and cannot be loaded.
DataPlan no_data_plan();

/// Carries out the download of a plan that needs one; other plans are returned unchanged. Returns a plan with files;
/// or, if all mirrors fail or data_folder cannot be written, that of the fallback, with the reason. Throws DataError
/// with that reason if there is no fallback, Interrupted if progress requests a stop.
DataPlan fetch_data(DataPlan plan, Progress& progress = Progress::none());

/// Fetches if need be, then reads and verifies, or generates, splits, cuts to the limits and scales the inputs. Throws
/// DataError on damaged files: these are never replaced by the fallback.
DataPair load_data(const DataPlan& plan, Progress& progress = Progress::none());

/// The sequences of a plan whose source has them.
SequencePair load_sequences(const DataPlan& plan, Progress& progress = Progress::none());

// For the rows.

/// `samples`, or `limit` if that is fewer and not 0.
std::size_t limited(std::size_t samples, std::size_t limit);

}  // namespace inforelay

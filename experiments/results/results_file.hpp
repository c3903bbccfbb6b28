// results.h5 and the files of single stages: trees of named arrays, written and read by the same two functions. The
// layout is described for users in docs/results.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/files/hdf5_file.hpp"
#include "core/provenance.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

inline constexpr std::string_view results_format = "inforelay-results";
inline constexpr std::int64_t results_format_version = 2;

/// Provenance of the results: program, machine and command (the base), configuration and data.
struct RunProvenance : Provenance {
  std::string config;  ///< resolved YAML
  std::int64_t seed = 0;
  std::string data_name, data_origin, data_sha256;
  std::string fallback_reason;  ///< why other data were used than those configured; empty if they were not
};

/// A stage of the run and how long it took.
struct StageTime {
  std::string stage;
  double seconds = 0;
};

/// All results of a run.
struct ExperimentResult {
  std::string experiment;
  RunProvenance provenance;
  std::vector<StageTime> stages;
  std::vector<std::string> networks, recordings{};  ///< names, in the configuration's order; all differ
  ResultArrays arrays;                              ///< networks/NAME/..., recordings/NAME/..., comparison/...

  /// The networks, then the recordings.
  std::vector<std::string> systems() const;
  bool is_recording(const std::string& name) const;
  ResultView system(const std::string& name) const;
  ResultView network(const std::string& name) const { return arrays.view("networks/" + name); }
};

/// Writes all arrays and attributes below `group`. Axes whose coordinates are consecutive integers (unit, step, size,
/// ...) get them here: `unit` in the group of the layer if there is one, the others in the group of the array.
void write_arrays(Hdf5Writer& file, const ResultArrays& arrays, const std::string& group = "");

/// True if the array has a value for every set.
bool is_table(const ResultArray& array);

/// Of the paths of arrays: are there statistics by set size ("relay/test/sizes/mean", "measures/test/NAME_sizes/mean")
/// without the table of all sets that they summarise? That of NAME_sizes is NAME, that of sizes any in the same group;
/// `tables` are the paths of all tables.
bool lacks_a_table(const std::vector<std::string>& arrays, const std::vector<std::string>& tables);

/// Whether the arrays of all sets, which are large, are read too.
enum class ReadTables { no, yes };

/// All arrays and attributes below `group`, with paths relative to it, but for the coordinates that write_arrays()
/// adds. Throws DataError if the file is damaged.
ResultArrays read_arrays(const Hdf5Reader& file, const std::string& group = "", ReadTables tables = ReadTables::yes);

/// The arrays of a finished computation. Throws DataError if the tables of all sets are wanted but were left out.
ResultArrays read_finished(const Hdf5Reader& file, const std::string& group, ReadTables wanted);

/// The root's attributes and /provenance; `status`: "complete", or in a sweep "incomplete".
void write_header(Hdf5Writer& file, const ExperimentResult& result, const std::string& status);

/// Writes all results to `path` atomically.
void write_results(const std::filesystem::path& path, const ExperimentResult& result);

/// Reads a file of write_results back. Throws DataError if it is damaged, of another format or version.
ExperimentResult read_results(const std::filesystem::path& path, ReadTables tables = ReadTables::yes);

}  // namespace inforelay

// results.h5 and the files of single stages: the same groups, written and read by the same functions.
// The layout is described for users in docs/results.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/files/hdf5_file.hpp"
#include "experiments/results/results.hpp"

namespace inforelay {

/// The root's attributes `format` and `format_version`.
inline constexpr std::string_view results_format = "inforelay-results";
inline constexpr std::int64_t results_format_version = 1;

// Each pair writes to, and reads back from, one group of a file. Readers throw DataError where anything is missing or
// has another type; shapes are checked against one another by the analysis that uses them.

void write_model(Hdf5Writer& file, const std::string& group, const ModelResult& model);
ModelResult read_model(const Hdf5Reader& file, const std::string& group);

void write_states(Hdf5Writer& file, const std::string& group, const StatesResult& states);
StatesResult read_states(const Hdf5Reader& file, const std::string& group);

/// Whether a reader reads the table of all sets of an exhaustive scan. Without one that is wanted (yes) it throws.
enum class TableWanted { no, yes, if_there };

void write_relay(Hdf5Writer& file, const std::string& group, const RelayResult& relay);
RelayResult read_relay(const Hdf5Reader& file, const std::string& group, TableWanted table = TableWanted::if_there);

/// The paths of some classes, [C]; a path that is not finished has fewer than `steps` steps.
void write_branching(Hdf5Writer& file, const std::string& group, const std::vector<BranchingRelay>& branching,
                     std::size_t steps);
std::vector<BranchingRelay> read_branching(const Hdf5Reader& file, const std::string& group, std::size_t classes,
                                           std::size_t steps);

void write_knockout(Hdf5Writer& file, const std::string& group, const KnockoutResult& knockout);
KnockoutResult read_knockout(const Hdf5Reader& file, const std::string& group,
                             TableWanted table = TableWanted::if_there);

/// Of a `quantity` in `units`, "relay information" in "bit".
void write_summaries(Hdf5Writer& file, const std::string& group, const SubsetStatistics& summaries,
                     const std::string& units, const std::string& quantity);
/// Of so many classes, and sizes K+1.
SubsetStatistics read_summaries(const Hdf5Reader& file, const std::string& group, std::size_t classes = Hdf5Reader::any,
                                std::size_t sizes = Hdf5Reader::any);

void write_regression(Hdf5Writer& file, const std::string& group, const RegressionResult& regression);
RegressionResult read_regression(const Hdf5Reader& file, const std::string& group);

void write_appendix(Hdf5Writer& file, const std::string& group, const AppendixResult& appendix);
AppendixResult read_appendix(const Hdf5Reader& file, const std::string& group);

void write_reproduction(Hdf5Writer& file, const std::string& group, const ReproductionResult& reproduction);
/// Without rows where there is no such group.
ReproductionResult read_reproduction(const Hdf5Reader& file, const std::string& group);

/// [claim,seed]; each claim has counted as many runs as there are seeds.
void write_claims(Hdf5Writer& file, const std::string& group, const std::vector<ClaimResult>& claims,
                  const std::vector<std::int64_t>& seeds);
std::vector<ClaimResult> read_claims(const Hdf5Reader& file, const std::string& group);
/// The root's attributes and /provenance; `status`: "complete", or in a sweep "incomplete".
void write_header(Hdf5Writer& file, const ExperimentResult& result, const std::string& status);

/// Writes all of it to `path`, which is absent or whole at any moment.
void write_results(const std::filesystem::path& path, const ExperimentResult& result);

/// Reads a file of write_results back. Throws DataError where it is damaged, of another format or version.
ExperimentResult read_results(const std::filesystem::path& path);

}  // namespace inforelay

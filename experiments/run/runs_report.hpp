// `--runs`, `--compare` and `--export`: runs side by side, read from their folders.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace inforelay {

/// The runs in `folder` ("runs"), newest first: folder, seed and overrides, state, date and size. Throws UsageError if
/// there is no such folder.
std::string describe_runs(const std::filesystem::path& folder);

/// The settings in which two runs differ, and for each quantity of their summaries the mean of either and the largest
/// difference. Throws UsageError if one is no complete run; DataError if its files are damaged.
std::string compare_runs(const std::filesystem::path& first, const std::filesystem::path& second);

/// The numbers of the summary of a run as `format`, csv or json. Throws UsageError if it is no complete run.
std::string export_run(const std::filesystem::path& folder, std::string_view format);

}  // namespace inforelay

// The folder of data that are not part of a configuration, $INFORELAY_DATA, otherwise data/; and what else paths may
// not contain because nobody expands it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace inforelay {

/// What is wrong with a path that still has what a shell expands: ~ at its beginning, or a variable as the beginning of
/// a part. "" if nothing is; $INFORELAY_DATA at its beginning is right. A file that is named so can be written as ./~a.
std::string unexpanded_problem(std::string_view path);

/// The value of $INFORELAY_DATA; none if it is not set or empty. UsageError if it has something unexpanded.
std::optional<std::filesystem::path> data_folder_from_environment();

/// True if `path` begins with the text $INFORELAY_DATA, the only variable that paths may contain.
bool names_data_folder(std::string_view path);

/// `path` with $INFORELAY_DATA at its beginning replaced: by the variable's value, or by data (in the current folder)
/// if it is not set. Other paths are returned as they are.
std::filesystem::path with_data_folder(const std::filesystem::path& path);

}  // namespace inforelay

// The folder of data that are not part of a configuration: $INFORELAY_DATA, otherwise data/.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace inforelay {

/// The value of $INFORELAY_DATA; none if it is not set or empty.
std::optional<std::filesystem::path> data_folder_from_environment();

/// True if `path` begins with the text $INFORELAY_DATA, the only variable that paths may contain.
bool names_data_folder(std::string_view path);

/// `path` with $INFORELAY_DATA at its beginning replaced: by the variable's value, or by data (in the current folder)
/// if it is not set. Other paths are returned as they are.
std::filesystem::path with_data_folder(const std::filesystem::path& path);

}  // namespace inforelay

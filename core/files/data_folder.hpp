// Where data lie that are not part of a configuration: the folder that $INFORELAY_DATA names, else data/.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace inforelay {

/// The value of $INFORELAY_DATA; none where it is not set or empty.
std::optional<std::filesystem::path> data_folder_from_environment();

/// Does `path` begin with the folder $INFORELAY_DATA, written so? It is the only variable that paths may hold.
bool names_data_folder(std::string_view path);

/// `path` with $INFORELAY_DATA at its beginning replaced: by the variable's value, or by data (in the current folder)
/// where it is not set. Other paths are returned as they are.
std::filesystem::path with_data_folder(const std::filesystem::path& path);

}  // namespace inforelay

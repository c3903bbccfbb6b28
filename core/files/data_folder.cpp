#include "core/files/data_folder.hpp"

#include <cstdlib>

namespace inforelay {
namespace {

constexpr std::string_view variable = "$INFORELAY_DATA";

}  // namespace

std::optional<std::filesystem::path> data_folder_from_environment() {
  const char* folder = std::getenv("INFORELAY_DATA");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return std::filesystem::path(folder);
}

bool names_data_folder(std::string_view path) {
  return path.starts_with(variable) && (path.size() == variable.size() || path[variable.size()] == '/');
}

std::filesystem::path with_data_folder(const std::filesystem::path& path) {
  const std::string& text = path.native();
  if (!names_data_folder(text)) return path;
  const std::filesystem::path folder = data_folder_from_environment().value_or("data");
  return text.size() > variable.size() ? folder / text.substr(variable.size() + 1) : folder;
}

}  // namespace inforelay

#include "core/files/data_folder.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "core/error.hpp"

namespace inforelay {
namespace {

constexpr std::string_view variable = "$INFORELAY_DATA";

bool begins_variable(std::string_view text) {
  const char next = text.size() > 1 ? text[1] : '\0';
  return text.starts_with('$') &&
         (next == '_' || next == '{' || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'));
}

}  // namespace

std::string unexpanded_problem(std::string_view path) {
  const auto refused = [&](std::string_view why) { return fmt::format("'{}': {}", path, why); };
  if (path.starts_with('~')) {
    const char* home = std::getenv("HOME");
    if (home == nullptr || (path.size() > 1 && path[1] != '/')) {
      return refused("~ is not expanded here; write the home folder in full");
    }
    return refused(fmt::format("~ is not expanded here; write {}{}", home, path.substr(1)));
  }
  if (names_data_folder(path)) path.remove_prefix(variable.size());
  if (path.starts_with('$')) return refused("the only variable that a path may begin with is $INFORELAY_DATA");
  for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    if (begins_variable(path.substr(slash + 1))) return refused("variables within a path are not expanded");
  }
  return "";
}

std::optional<std::filesystem::path> data_folder_from_environment() {
  const char* folder = std::getenv("INFORELAY_DATA");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  if (const std::string problem = unexpanded_problem(folder); !problem.empty()) {
    throw UsageError("INFORELAY_DATA: {}", problem);
  }
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

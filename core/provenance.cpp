#include "core/provenance.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/parallel.hpp"

namespace inforelay {
namespace {

/// Characters that no shell gives a meaning, wherever they stand in a word.
bool is_plain(char c) {
  constexpr std::string_view punctuation = "%+,-./:@_";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         punctuation.find(c) != std::string_view::npos;
}

/// key=value is plain as an argument; as the command it would be an assignment.
std::string quoted(std::string_view word, bool is_command) {
  const auto plain = [&](char c) { return is_plain(c) || (c == '=' && !is_command); };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return std::string(word);
  std::string result = "'";
  for (const char c : word) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  result += '\'';
  return result;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "unknown";
  return name.data();
}

std::string shell_line(std::span<const char* const> arguments) {
  std::string line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) line += ' ';
    line += quoted(arguments[i], i == 0);
  }
  return line;
}

Provenance current_provenance(int argc, const char* const* argv) {
  return {.version = std::string(version()),
          .git_revision = std::string(git_revision()),
          .compiler = std::string(compiler()),
          .compiler_flags = std::string(compiler_flags()),
          .host = host_name(),
          .command_line = shell_line({argv, static_cast<std::size_t>(argc)}),
          .threads = thread_count(),
          .wall_seconds = 0};
}

}  // namespace inforelay

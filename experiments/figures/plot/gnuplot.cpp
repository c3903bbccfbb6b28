#include "experiments/figures/plot/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {
namespace {

constexpr std::size_t longest_text = 60;

/// Bytes of the UTF-8 character that `text` begins with; 0 where it is none. Overlong forms and surrogates are none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF && continues(1)) return 2;
  if (first >= 0xE0 && first <= 0xEF && continues(1) && continues(2)) {
    const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0);
    return bad ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4 && continues(1) && continues(2) && continues(3)) {
    const bool bad = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
    return bad ? 0 : 4;
  }
  return 0;
}

std::string literal(std::string_view text, bool tic) {
  std::string quoted = "'";
  for (std::size_t characters = 0; !text.empty(); ++characters) {
    if (characters == longest_text) {
      quoted += "\u2026";
      break;
    }
    const std::size_t length = utf8_length(text);
    const char first = text.front();
    const bool control = length == 1 && (static_cast<unsigned char>(first) < 0x20 || first == 0x7F);
    const bool c1_control = length == 2 && first == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
    if (length == 0 || control || c1_control) {
      quoted += ' ';
    } else {
      if (std::strchr("\\{}_^@&~", first) != nullptr) quoted += '\\';
      if (tic && first == '%') quoted += '%';
      // gnuplot 5.4 takes a doubled quote for a quote, but not where it begins the text: so no quote stands inside.
      quoted += first == '\'' ? std::string_view("\u2019") : text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + "'";
}

/// gnuplot echoes the line at fault and points at it, and then says what is wrong: `"name.gp" line 12: ...`. What it
/// warns of did not stop it.
std::string complaint(const std::filesystem::path& messages) {
  std::ifstream in(messages);
  std::string first;
  for (std::string line; std::getline(in, line);) {
    const auto begin = line.find_first_not_of(" \t\r^");
    if (begin == std::string::npos || line.find("warning:") != std::string::npos) continue;
    line = line.substr(begin, 300);
    if (line.find("\" line ") != std::string::npos) return line;
    if (first.empty()) first = line;
  }
  return first.empty() ? "no message" : first;
}

/// Our environment with a locale that has all characters: in the C locale gnuplot warns of those it cannot convert.
std::vector<char*> environment_with(std::string& locale) {
  std::vector<char*> variables{locale.data()};
  for (char** each = environ; *each; ++each) {
    if (!std::string_view(*each).starts_with("LC_ALL=")) variables.push_back(*each);
  }
  variables.push_back(nullptr);
  return variables;
}

struct SpawnSettings {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  explicit SpawnSettings(const std::filesystem::path& folder) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "messages", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    // A process group of its own: Ctrl-C is for us, who then finish the figure; no signal is blocked or ignored.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

std::string gnuplot_literal(std::string_view text) { return literal(text, false); }
std::string gnuplot_tic_literal(std::string_view text) { return literal(text, true); }

void run_gnuplot(const std::string& program, const std::filesystem::path& folder, const std::string& script,
                 const std::string& figure) {
  // The working directory changes before the program is looked for.
  const bool is_path = program.find('/') != std::string::npos;
  std::string command = is_path ? std::filesystem::absolute(program).string() : program;
  std::string defaults = "-d", file = script;
  char* arguments[] = {command.data(), defaults.data(), file.data(), nullptr};

  std::string locale = "LC_ALL=C.UTF-8";
  const std::vector<char*> environment = environment_with(locale);

  const SpawnSettings settings(folder);
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, command.c_str(), &settings.files, &settings.attributes, arguments, environment.data());
  if (error != 0) {
    throw FigureError(fmt::format("cannot draw figure {}: cannot run {}: {}; on Debian: apt-get install gnuplot-nox",
                                  figure, program, std::generic_category().message(error)));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw FigureError(fmt::format("cannot draw figure {}: lost sight of {}: {}", figure, program,
                                    std::generic_category().message(errno)));
    }
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const std::string end = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                              : fmt::format("exit status {}", WEXITSTATUS(status));
  throw FigureError(fmt::format("cannot draw figure {}: {} ended with {}: {} (gnuplot 5.4 or later is needed)", figure,
                                program, end, complaint(folder / "messages")));
}

}  // namespace inforelay

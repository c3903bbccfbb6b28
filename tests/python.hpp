// The Python of Debian's packages, which tests use to look at files with the programs of others.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace inforelay::test {

inline const std::string python = "/usr/bin/python3";

inline bool python_has(const std::string& module) {
  return std::system((python + " -c 'import " + module + "' 2>/dev/null").c_str()) == 0;
}

/// What a command prints, and its exit status; -1 if a signal ended it.
inline std::pair<std::string, int> run_command(const std::string& command) {
  const auto close = [](std::FILE* pipe) { ::pclose(pipe); };
  std::unique_ptr<std::FILE, decltype(close)> pipe(::popen(command.c_str(), "r"), close);
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) text += static_cast<char>(c);
  const int status = ::pclose(pipe.release());
  return {text, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

}  // namespace inforelay::test

#include "tests/experiments/run/program.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"

namespace inforelay::test {
namespace {

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void redirect(int descriptor, const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || dup2(file, descriptor) < 0) _exit(126);
}

// Waits until options.signal_when() is true and sends the signal; true if the child has ended before.
bool ends_before_signal(pid_t child, const ProgramOptions& options, int& status, rusage& usage) {
  while (!options.signal_when()) {
    if (wait4(child, &status, WNOHANG, &usage) == child) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  kill(child, options.signal);
  return false;
}

}  // namespace

StartedProgram::StartedProgram(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                               const ProgramOptions& options)
    : options_(options) {
  const auto out = streams_.path() / "out", err = streams_.path() / "err";
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) {
    if (options.started) options.started(pid_);
    return;
  }
  redirect(STDOUT_FILENO, options.out_file.empty() || options.out_file == "-" ? out : options.out_file);
  redirect(STDERR_FILENO, err);
  if (options.err_descriptor >= 0) dup2(options.err_descriptor, STDERR_FILENO);
  if (options.out_file == "-") close(STDOUT_FILENO);
  for (const auto& [name, value] : options.environment) {
    if (value.empty()) {
      unsetenv(name.c_str());
    } else {
      setenv(name.c_str(), value.c_str(), 1);
    }
  }
  if (options.file_size_limit > 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{options.file_size_limit, options.file_size_limit};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (options.address_space_limit > 0) {
    const rlimit limit{options.address_space_limit, options.address_space_limit};
    setrlimit(RLIMIT_AS, &limit);
  }
  if (options.data_limit > 0) {
    const rlimit limit{options.data_limit, options.data_limit};
    setrlimit(RLIMIT_DATA, &limit);
  }
  if (chdir(folder.c_str()) != 0) _exit(126);
  std::vector<char*> argv;
  for (const std::string& argument : options.launcher) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(const_cast<char*>(INFORELAY_PROGRAM));
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(argv.front(), argv.data());
  _exit(127);
}

StartedProgram::~StartedProgram() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

ProgramResult StartedProgram::wait() {
  int status = 0;
  rusage usage{};
  const bool has_ended = options_.signal_when && ends_before_signal(pid_, options_, status, usage);
  if (!has_ended) wait4(pid_, &status, 0, &usage);
  pid_ = -1;
  ProgramResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.peak_bytes = 1024.0 * static_cast<double>(usage.ru_maxrss);
  result.out = read_whole(streams_.path() / "out");
  result.err = read_whole(streams_.path() / "err");
  return result;
}

ProgramResult run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                          const ProgramOptions& options) {
  return StartedProgram(arguments, folder, options).wait();
}

ProgramResult run_config(const TemporaryFolder& folder, const std::string& config, const Arguments& more) {
  write_file_atomically(folder / "t.yaml", std::string_view(config));
  return run_program(with({"t.yaml", "-o", "out", "--fresh"}, more), folder.path());
}

ExperimentResult completed_run(const TemporaryFolder& folder, const std::string& config, const std::string& name,
                               const Arguments& settings, std::string* out) {
  write_file_atomically(folder / "t.yaml", std::string_view(config));
  const ProgramResult result = run_program(with({"t.yaml", "-o", name}, settings), folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  if (out != nullptr) *out = result.out;
  return read_results(folder / name / "results.h5");
}

std::function<bool()> after_changes(const std::filesystem::path& folder, int changes, int more) {
  using State = std::map<std::filesystem::path, std::filesystem::file_time_type>;
  const auto look = [folder] {
    State state;
    std::error_code error;  // files come and go
    for (std::filesystem::recursive_directory_iterator file(folder, error), end; !error && file != end;
         file.increment(error)) {
      if (file->path().extension() == ".h5") state[file->path()] = file->last_write_time(error);
    }
    return state;
  };
  return [look, changes, more, last = look()]() mutable {
    if (changes <= 0) return more-- <= 0;
    if (State state = look(); state != last) {
      last = std::move(state);
      --changes;
    }
    return false;
  };
}

std::vector<double> numbers_of(const std::filesystem::path& results) {
  const Hdf5Reader file(results);
  std::vector<double> numbers;
  const auto visit = [&](const auto& self, const std::string& path) -> void {
    for (const std::string& child : file.children(path)) {
      const std::string here = path.empty() ? child : path + "/" + child;
      if (here == "provenance" || here == "sweep/wall_seconds") continue;
      try {
        const auto values = file.array<double>(here);
        numbers.insert(numbers.end(), values.begin(), values.end());
      } catch (const DataError&) {  // a group or a text
        try {
          self(self, here);
        } catch (const DataError&) {
        }
      }
    }
  };
  visit(visit, "");
  return numbers;
}

bool identical(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

std::vector<std::vector<std::string>> rows_of(const std::filesystem::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream text(content(path));
  for (std::string line; std::getline(text, line);) {
    rows.emplace_back();
    std::istringstream cells(line + ",");
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

Arguments with(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace inforelay::test

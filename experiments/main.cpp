// run_experiment: reads the command line and the configuration, runs the experiment, says what came of it.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "core/files/files.hpp"
#include "core/parallel.hpp"
#include "experiments/config/config.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/run/command_line.hpp"
#include "experiments/run/experiment.hpp"
#include "experiments/run/run_plan.hpp"
#include "experiments/run/status_report.hpp"
#include "experiments/sweep/sweep.hpp"
#include "experiments/worker.hpp"

namespace {

using namespace inforelay;

// To stdout, at once: what cannot be written there is an error, though all else is done.
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  const std::string text = fmt::format(format, std::forward<Arguments>(arguments)...);
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() || std::fflush(stdout) != 0) {
    throw IoError(fmt::format("cannot write to stdout: {}", std::generic_category().message(errno)));
  }
}

// The same actions on a configuration that asks for many runs.
int run_many(const CommandLine& line, Console& console) {
  const SweepPlan plan = plan_sweep(line.config, line.overrides);
  switch (line.action) {
    case CommandLine::Action::validate:
      print("{}: ok, a sweep of {} points and {} runs\n", line.config.string(), plan.points.size(), plan.runs.size());
      return 0;
    case CommandLine::Action::print_config:
      print("{}", print_experiment_config(plan.config));
      return 0;
    case CommandLine::Action::dry_run:
      print("{}", describe_sweep(plan, line));
      return 0;
    default:
      const RunReport end = run_sweep(plan, line, console);
      print("{}", end.summary);
      return static_cast<int>(end.code);
  }
}

int run(const CommandLine& line, Console& console) {
  if (line.action == CommandLine::Action::say) {
    print("{}", line.text);
    return 0;
  }
  if (line.action == CommandLine::Action::status) {
    print("{}", describe_status(line.folder));
    return 0;
  }
  const ExperimentConfig config = load_experiment_config(line.config, line.overrides);
  if (config.sweep) return run_many(line, console);
  switch (line.action) {
    case CommandLine::Action::validate:
      print("{}: ok\n", line.config.string());
      return 0;
    case CommandLine::Action::print_config:
      print("{}", print_experiment_config(config));
      return 0;
    case CommandLine::Action::dry_run:
      print("{}", describe_plan(config, line));
      return 0;
    default: {
      const RunReport report = run_experiment(config, line, console);
      print("{}", report.summary);
      return static_cast<int>(report.code);
    }
  }
}

// Does what the command line says, and returns the exit code.
int run_reporting(const CommandLine& line) {
  install_stop_signals();
  Console console(line.progress, line.verbosity);
  try {
    return run(line, console);
  } catch (const Interrupted&) {
    console.warning("interrupted; the same command goes on from here");
    return static_cast<int>(stop_signal() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted);
  } catch (const ConfigError& error) {
    console.say(error.what());
    return static_cast<int>(error.exit_code());
  } catch (const Error& error) {
    console.error(error.what());
    return static_cast<int>(error.exit_code());
  } catch (const std::bad_alloc&) {
    console.error("out of memory; run_experiment --dry-run says how much a configuration needs");
  } catch (const std::exception& error) {
    console.error(fmt::format("internal error: {}", error.what()));
  }
  return static_cast<int>(ExitCode::internal);
}

int fail(const std::exception& error) {
  Console console(ProgressStyle::off, Verbosity::normal);
  if (const auto* reported = dynamic_cast<const Error*>(&error)) {
    console.error(reported->what());
    return static_cast<int>(reported->exit_code());
  }
  console.error(fmt::format("internal error: {}", error.what()));
  return static_cast<int>(ExitCode::internal);
}

// Rank 0: the program as ever, which dismisses the other ranks at the end.
int lead_job(int argc, char** argv) {
  CommandLine line;
  int code = 0;
  try {
    line = parse_command_line(argc, argv);
    if (line.threads > 0 || ranks().size() > 1) set_thread_count(line.threads > 0 ? line.threads : ranks().threads());
    code = run_reporting(line);
  } catch (const std::exception& error) {
    code = fail(error);
  }
  try {
    send_job(ranks(), begin_job(JobKind::end).take());
  } catch (const LostRanks& error) {
    if (code == 0) code = fail(error);  // else it has been said
    ranks().abort(code);
  }
  return code;
}

// Another rank: of the command line only the threads concern it.
int share_in_job(int argc, char** argv) {
  leave_stop_signals();
  set_thread_count(ranks().threads());
  try {
    const CommandLine line = parse_command_line(argc, argv);
    if (line.threads > 0) set_thread_count(line.threads);
  } catch (const std::exception&) {
    // Rank 0 says so.
  }
  try {
    serve(ranks());
  } catch (const std::exception& error) {
    Console(ProgressStyle::off, Verbosity::normal).error(fmt::format("{}: {}", ranks().place(), error.what()));
    ranks().abort(static_cast<int>(ExitCode::internal));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  let_idle_threads_sleep(argv);
  reserve_standard_streams();
  try {
    const std::unique_ptr<Ranks> joined = join_ranks();
    set_ranks(*joined);
    return joined->rank() == 0 ? lead_job(argc, argv) : share_in_job(argc, argv);
  } catch (const std::exception& error) {
    return fail(error);
  }
}

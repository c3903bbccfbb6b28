// run_experiment: reads the command line and the configuration, runs the experiment, prints its summary.
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

#include "core/parallel.hpp"
#include "core/process/cores.hpp"
#include "core/process/memory.hpp"
#include "core/process/stop_signals.hpp"
#include "experiments/config/config.hpp"
#include "experiments/config/unused_settings.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/run/command_line.hpp"
#include "experiments/run/experiment.hpp"
#include "experiments/run/list_report.hpp"
#include "experiments/run/load_config.hpp"
#include "experiments/run/resolve.hpp"
#include "experiments/run/runs_report.hpp"
#include "experiments/run/status_report.hpp"
#include "experiments/sweep/sweep.hpp"
#include "experiments/worker.hpp"

namespace {

using namespace inforelay;

// Prints to stdout and flushes it. If that fails, it is an error even though all else is done.
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  const std::string text = fmt::format(format, std::forward<Arguments>(arguments)...);
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() || std::fflush(stdout) != 0) {
    throw IoError(fmt::format("cannot write to stdout: {}", std::generic_category().message(errno)));
  }
}

// Does what the command line asks for. Returns the text for stdout and the exit code.
RunReport act(const CommandLine& line, Console& console) {
  using Action = CommandLine::Action;
  if (line.action == Action::print) return {line.text};
  if (line.action == Action::status) return {describe_status(line.folder)};
  if (line.action == Action::list) return {describe_list(line.topic)};
  if (line.action == Action::runs) return {describe_runs(line.folder.empty() ? "runs" : line.folder)};
  if (line.action == Action::compare) return {compare_runs(line.folder, line.other_folder)};
  if (line.action == Action::export_run) return {export_run(line.folder, line.topic)};
  const LoadedConfig loaded = load_experiment_config(line.config, line.overrides);
  for (const std::string& sentence : unused_settings(loaded.config, loaded.root)) console.warning(sentence);
  if (line.action == Action::print_config) return {print_experiment_config(loaded.config)};
  if (loaded.config.sweep) {
    const SweepPlan plan = plan_sweep(loaded);
    if (line.action == Action::dry_run) return {describe_sweep(plan, line)};
    if (line.action == Action::run) return run_sweep(plan, line, console);
    return {fmt::format("{}: ok, a sweep of {} points and {} runs\n", line.config.string(), plan.points.size(),
                        plan.runs.size())};
  }
  if (line.action == Action::dry_run) return {describe_run(loaded.config, line)};
  if (line.action == Action::run) return run_experiment(loaded.config, line, console);
  return {fmt::format("{}: ok\n", line.config.string())};
}

// Reports an error. Returns the exit code.
int fail(const std::exception& error, Console& console) {
  if (dynamic_cast<const std::bad_alloc*>(&error)) {
    console.error("out of memory; run_experiment --dry-run shows how much a configuration needs");
    return static_cast<int>(ExitCode::internal);
  }
  const auto* reported = dynamic_cast<const Error*>(&error);
  if (dynamic_cast<const ConfigError*>(&error)) {
    console.print(error.what());  // its lines say "error" themselves
  } else {
    console.error(reported ? error.what() : fmt::format("internal error: {}", error.what()));
  }
  return static_cast<int>(reported ? reported->exit_code() : ExitCode::internal);
}

int fail(const std::exception& error) {
  Console console(ProgressStyle::off, Verbosity::normal);
  return fail(error, console);
}

// Does what the command line asks for and reports errors. Returns the exit code.
int run_reporting(const CommandLine& line) {
  install_stop_signals();
  Console console(line.progress, line.verbosity, {}, line.provenance.command_line);
  try {
    const RunReport report = act(line, console);
    const bool only_folder = line.verbosity == Verbosity::quiet && !report.folder.empty();
    print("{}", only_folder ? report.folder + "\n" : report.summary);
    return static_cast<int>(report.code);
  } catch (const Interrupted&) {
    console.warning("interrupted; rerun the same command to resume: " + line.provenance.command_line);
    return static_cast<int>(stop_signal() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted);
  } catch (const std::exception& error) {
    return fail(error, console);
  }
}

// Uses the threads of -j, else as many as this rank may. Returns the number and where it comes from.
ThreadChoice choose_threads(int asked) {
  const ThreadChoice choice = asked > 0 ? ThreadChoice{asked, "-j"} : default_threads(ranks().threads());
  set_thread_count(choice.threads);
  return choice;
}

// Rank 0 runs the program, and releases the other ranks at the end.
int lead_job(int argc, char** argv) {
  CommandLine line;
  int code = 0;
  try {
    line = parse_command_line(argc, argv);
    line.threads_source = choose_threads(line.threads).source;
    code = run_reporting(line);
  } catch (const std::exception& error) {
    code = fail(error);
  }
  try {
    send_job(ranks(), begin_job(JobKind::end).take());
  } catch (const LostRanks& error) {
    if (code == 0) code = fail(error);  // otherwise an error was reported already
    ranks().abort(code);
  }
  return code;
}

// Another rank uses only the number of threads from the command line.
int work_for_first_rank(int argc, char** argv) {
  ignore_stop_signals();
  choose_threads(0);
  try {
    choose_threads(parse_command_line(argc, argv).threads);
  } catch (const std::exception&) {
    // Rank 0 reports it.
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
  save_address_space();
  reserve_standard_streams();
  try {
    const std::unique_ptr<Ranks> joined = join_ranks();
    set_ranks(*joined);
    return joined->rank() == 0 ? lead_job(argc, argv) : work_for_first_rank(argc, argv);
  } catch (const std::exception& error) {
    return fail(error);
  }
}

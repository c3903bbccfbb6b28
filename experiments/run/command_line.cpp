#include "experiments/run/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string_view>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "experiments/config/config.hpp"
#include "experiments/config/installed_configs.hpp"

namespace inforelay {
namespace {

[[noreturn]] void fail_without_folder(const CLI::Option* option) {
  throw UsageError(fmt::format("{}: expected a folder, found nothing", option->get_name()));
}

// A path of the command line in which nothing is left for a shell to expand.
const std::string& expanded(const CLI::Option* option, const std::string& path) {
  if (const std::string problem = unexpanded_problem(path); !problem.empty())
    throw UsageError(fmt::format("{}: {}", option->get_name(), problem));
  return path;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  line.provenance = current_provenance(argc, argv);

  CLI::App app(
      "Trains networks or reads them, or recordings of other systems, from files; measures the relay information of "
      "sets\n"
      "of their units, and the effect of knocking units of networks out (ablation), as described in CONFIG.",
      "run_experiment");
  using Action = CommandLine::Action;
  const auto action = [&](const char* name, Action value, const char* about) {
    return app.add_flag_callback(
        name, [&line, value] { line.action = value; }, about);
  };
  const auto verbosity = [&](const char* names, Verbosity value, const char* about) {
    return app.add_flag_callback(
        names, [&line, value] { line.verbosity = value; }, about);
  };
  CLI::Option* config = app.add_option("CONFIG", line.config, "the experiment (YAML), e.g. configs/mnist_relay.yaml");
  app.add_option("SETTING", line.overrides, "settings that override those of the file, e.g. seed=3")
      ->option_text("KEY.PATH=VALUE ...");
  std::string output, status;
  CLI::Option* to_folder = app.add_option("-o,--output", output, "folder of the results (default: runs/NAME-HASH)");
  app.add_flag("--fresh", line.fresh, "start again; an existing folder is renamed");
  CLI::Option* only_validate = action("--validate", Action::validate, "check the configuration, then exit");
  CLI::Option* only_print =
      action("--print-config", Action::print_config, "print the configuration with all defaults, then exit");
  CLI::Option* only_dry = action("-n,--dry-run", Action::dry_run, "show the stages and their memory, then exit");
  only_validate->excludes(only_print)->excludes(only_dry);
  only_print->excludes(only_dry);
  CLI::Option* of_folder =
      app.add_option("--status", status, "show the progress of the run or sweep in DIR, then exit")->type_name("DIR");
  // Like --version, it needs no CONFIG and ends the parsing.
  app.add_flag_callback(
         "--json-schema", [] { throw CLI::CallForVersion(experiment_config_json_schema(), 0); },
         "print the JSON Schema of configurations, for editors, then exit")
      ->trigger_on_parse();
  app.add_option("-j,--threads", line.threads,
                 "threads (default: the cores that affinity, OMP_NUM_THREADS, SLURM_CPUS_PER_TASK and CPU quotas "
                 "leave);\nresults do not depend on them")
      ->check(CLI::Range(1, 4096));
  const std::map<std::string, ProgressStyle> styles{{"auto", ProgressStyle::automatic},
                                                    {"bar", ProgressStyle::bar},
                                                    {"plain", ProgressStyle::plain},
                                                    {"off", ProgressStyle::off}};
  app.add_option("--progress", line.progress, "auto, bar, plain or off")
      ->transform(CLI::Transformer(styles).description(""))
      ->type_name("STYLE");
  CLI::Option* be_quiet = verbosity("-q,--quiet", Verbosity::quiet, "print only warnings and errors");
  verbosity("-v,--verbose", Verbosity::verbose, "print details: data, memory, each file written")->excludes(be_quiet);
  app.set_version_flag("--version", fmt::format("inforelay {} ({})\n", version(), git_revision()));
  const ActivationForms activations = activation_forms(LayerPlace::hidden);
  app.footer(fmt::format(
      "Activations: {},\n{}; of the outputs also softmax.\n"
      "Results go to stdout, messages and progress to stderr. Rerun the same command to resume an\n"
      "interrupted run.\n"
      "Exit codes: 0 ok, 1 internal error, 2 usage or configuration, 3 data or weight file,\n4 some runs of a sweep "
      "failed, 5 a comparison is out of tolerance, 130/143 interrupted.",
      fmt::join(activations.words, ", "), fmt::join(activations.parameterised, ", ")));

  for (const CLI::Option* option : {to_folder, of_folder}) {
    // CLI11 would use the next argument as the value of "--output=".
    const std::string alone = option->get_name() + "=";
    if (std::find(argv, argv + argc, std::string_view(alone)) != argv + argc) fail_without_folder(option);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    line.text = app.help();
  } catch (const CLI::CallForVersion& version) {
    line.text = version.what();  // or the schema
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{} (run_experiment --help lists the options)", error.what()));
  }
  const auto named = [](const CLI::Option* option, const std::string& value) {
    if (option->count() > 0 && value.find_first_not_of(" \t\n") == std::string::npos) fail_without_folder(option);
    return expanded(option, value);
  };
  line.config = find_config(expanded(config, line.config.string()));
  line.output = named(to_folder, output);
  line.folder = named(of_folder, status);
  if (line.text.empty() && of_folder->count() == 0 && config->count() == 0)
    throw UsageError("CONFIG is required (run_experiment --help lists the options)");
  if (of_folder->count() > 0 && config->count() > 0)
    throw UsageError("--status takes a folder alone, without CONFIG (run_experiment --help lists the options)");
  if (of_folder->count() > 0) line.action = Action::status;
  if (!line.text.empty()) line.action = Action::print;
  return line;
}

}  // namespace inforelay

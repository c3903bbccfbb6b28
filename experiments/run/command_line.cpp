#include "experiments/run/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string_view>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "experiments/config/config.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/config/installed_configs.hpp"
#include "experiments/reports/summary_table.hpp"
#include "experiments/run/list_report.hpp"

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

// What someone wants who writes a word where the configuration belongs; "" if it is none of these and no file.
std::string word_hint(const std::string& word) {
  constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"help", "--help"}, {"status", "--status DIR"},       {"list", "--list TOPIC"},   {"ls", "--runs"},
      {"runs", "--runs"}, {"compare", "--compare RUN RUN"}, {"export", "--export RUN"}, {"version", "--version"}};
  std::error_code error;
  for (const auto& [name, option] : words) {
    if (word == name && !std::filesystem::is_regular_file(word, error))
      return fmt::format("'{}' is no configuration; you may want run_experiment {}", word, option);
  }
  return "";
}

// "--seed 3" is how other programs take settings.
std::string setting_hint(const std::string& error) {
  const std::size_t at = error.find("not expected: --");
  if (at == std::string::npos) return "";
  const std::string name = error.substr(at + 16, error.find_first_of(" =,", at + 16) - at - 16);
  ExperimentConfig config;
  for (const SettablePath& each : settable_paths(settings_of(config))) {
    if (each.path == name) return fmt::format("; settings are given as {}=VALUE", name);
  }
  return "";
}

// Without the relations between options, which the errors name.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(24); }
  std::string make_option_opts(const CLI::Option* option) const override {
    if (!option->get_option_text().empty()) return " " + option->get_option_text();
    const std::string type = option->get_type_size() == 0 ? "" : option->get_type_name();
    return type.empty() ? "" : " " + type.substr(0, type.find(':'));  // without the range
  }
};

ProgressStyle progress_style(const std::string& word) {
  constexpr std::pair<std::string_view, ProgressStyle> styles[] = {{"auto", ProgressStyle::automatic},
                                                                   {"bar", ProgressStyle::bar},
                                                                   {"plain", ProgressStyle::plain},
                                                                   {"off", ProgressStyle::off}};
  for (const auto& [name, style] : styles) {
    if (word == name) return style;
  }
  std::vector<std::string_view> known;
  for (const auto& each : styles) known.push_back(each.first);
  throw UsageError("--progress: expected one of {}, found '{}'{}", fmt::join(known, ", "), word,
                   suggestion(word, known));
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  line.provenance = current_provenance(argc, argv);

  CLI::App app(
      "Trains networks or reads them, or recordings of other systems, from files;\n"
      "measures the relay information of sets of their units, and the effect of\n"
      "knocking units of networks out (ablation), as described in CONFIG.",
      "run_experiment");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "print this, then exit");
  using Action = CommandLine::Action;
  const auto action = [&](const char* name, Action value, const char* about) {
    return app.add_flag_callback(
        name, [&line, value] { line.action = value; }, about);
  };
  const auto verbosity = [&](const char* names, Verbosity value, const char* about) {
    return app.add_flag_callback(
        names, [&line, value] { line.verbosity = value; }, about);
  };
  CLI::Option* config =
      app.add_option("CONFIG", line.config, "the experiment (YAML): configs/mnist_relay.yaml")->type_name("");
  app.add_option("SETTING", line.overrides, "override settings of the file, e.g. seed=3")
      ->option_text("KEY.PATH=VALUE ...");
  std::string output, status;
  CLI::Option* to_folder =
      app.add_option("-o,--output", output, "folder of the results (default: runs/NAME-HASH)")->type_name("DIR");
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
         "print the JSON Schema of configurations, for editors")
      ->trigger_on_parse();
  app.add_option("-j,--threads", line.threads,
                 "threads (default: the cores that affinity,\nOMP_NUM_THREADS, SLURM_CPUS_PER_TASK and CPU quotas\n"
                 "leave); results do not depend on them")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  std::vector<std::string> of_runs, compared, exported;
  CLI::Option* list =
      app.add_option("--list", line.topic, "list configs, datasets, measures, metrics, figures\nor settings, then exit")
          ->type_name("TOPIC");
  CLI::Option* runs = app.add_option("--runs", of_runs, "table of the runs in DIR (default: runs), then exit")
                          ->type_name("[DIR]")
                          ->expected(0, 1);
  CLI::Option* compare = app.add_option("--compare", compared, "differing settings and numbers of two runs, then exit")
                             ->type_name("RUN RUN")
                             ->expected(2);
  CLI::Option* exported_run =
      app.add_option("--export", exported, "print the numbers of the summary of a run, with\n--csv (default) or --json")
          ->type_name("RUN")
          ->expected(1);
  bool as_csv = false, as_json = false;
  CLI::Option* csv = app.add_flag("--csv", as_csv, "with --export: a line for each value")->needs(exported_run);
  app.add_flag("--json", as_json, "with --export: by name")->needs(exported_run)->excludes(csv);
  std::string shell;
  CLI::Option* completion =
      app.add_option("--completion", shell, "print a script that completes commands in bash or\nzsh, then exit")
          ->type_name("SHELL");
  app.add_option_function<std::string>(
         "--progress", [&](const std::string& word) { line.progress = progress_style(word); },
         "auto, bar, plain or off")
      ->type_name("STYLE");
  CLI::Option* be_quiet = verbosity("-q,--quiet", Verbosity::quiet, "print only warnings and errors");
  verbosity("-v,--verbose", Verbosity::verbose, "print details: data, memory, each file written")->excludes(be_quiet);
  app.set_version_flag("-V,--version", fmt::format("inforelay {} ({})\n", version(), git_revision()),
                       "print the version, then exit");
  const ActivationForms activations = activation_forms(LayerPlace::hidden);
  app.footer("Example: run_experiment configs/quick.yaml seed=2 -o runs/two\n" +
             wrapped(fmt::format("Activations: {}, {}; of the outputs also softmax.",
                                 fmt::join(activations.words, ", "), fmt::join(activations.parameterised, ", "))) +
             "Results go to stdout, messages and progress to stderr. Rerun the same command to\n"
             "resume an interrupted run. Documentation: README.md and docs/.\n"
             "Exit codes: 0 ok, 1 internal error, 2 usage or configuration, 3 data or weight\n"
             "file, 4 some runs of a sweep failed, 5 a comparison is out of tolerance,\n"
             "130/143 interrupted.");

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
    throw UsageError(
        fmt::format("{}{} (run_experiment --help lists the options)", error.what(), setting_hint(error.what())));
  }
  const auto named = [](const CLI::Option* option, const std::string& value) {
    if (option->count() > 0 && value.find_first_not_of(" \t\n") == std::string::npos) fail_without_folder(option);
    return expanded(option, value);
  };
  if (const std::string hint = word_hint(line.config.string()); !hint.empty() && line.text.empty())
    throw UsageError(hint);
  line.config = find_config(expanded(config, line.config.string()));
  line.output = named(to_folder, output);
  line.folder = named(of_folder, status);
  const std::vector<std::pair<CLI::Option*, Action>> without_config{
      {of_folder, Action::status},        {list, Action::list},       {runs, Action::runs}, {compare, Action::compare},
      {exported_run, Action::export_run}, {completion, Action::print}};
  bool needs_config = line.text.empty();
  for (const auto& [option, what] : without_config) {
    if (option->count() == 0) continue;
    if (config->count() > 0)
      throw UsageError(fmt::format("{} is used alone, without CONFIG (run_experiment --help lists the options)",
                                   option->get_name()));
    line.action = what;
    needs_config = false;
  }
  if (needs_config && config->count() == 0)
    throw UsageError(
        "CONFIG is required, e.g. run_experiment configs/quick.yaml (run_experiment --help lists the "
        "options, --list configs the configurations)");
  if (!of_runs.empty()) line.folder = of_runs.front();
  if (compared.size() == 2) line.folder = compared[0], line.other_folder = compared[1];
  if (!exported.empty()) line.folder = exported.front();
  if (exported_run->count() > 0) line.topic = as_json ? "json" : "csv";
  if (completion->count() > 0 && line.text.empty()) line.text = completion_script(shell);
  if (!line.text.empty()) line.action = Action::print;
  return line;
}

}  // namespace inforelay

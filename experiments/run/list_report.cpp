#include "experiments/run/list_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/text/message_text.hpp"
#include "experiments/config/config.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/config/installed_configs.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/measures/metrics.hpp"
#include "experiments/reports/summary_table.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

using Items = std::vector<std::pair<std::string, std::string>>;

// The first sentence of the comment that a file begins with.
std::string first_comment(const std::filesystem::path& file) {
  constexpr std::size_t most = 500;
  try {
    const auto bytes = read_file_start(file, most);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    std::string text;
    for (std::string line; std::getline(lines, line) && line.starts_with("#");) {
      line.erase(0, std::min(line.size(), line.find_first_not_of("# ")));
      if (!line.starts_with("yaml-language-server")) text += (text.empty() ? "" : " ") + line;
    }
    return one_line(text.substr(0, text.find(". ")));
  } catch (const Error&) {
    return "";
  }
}

Items configs() {
  Items items;
  for (const std::filesystem::path& file : known_configs()) items.emplace_back(file.string(), first_comment(file));
  return items;
}

Items datasets() {
  Items items;
  for (const DataSource* source : data_sources()) items.emplace_back(source->name, source->about);
  return items;
}

Items all_measures() {
  Items items;
  for (const Measure* measure : measures()) items.emplace_back(measure->name, measure->about);
  return items;
}

Items metrics() {
  Items items;
  for (const MetricKind& kind : metric_kinds()) items.emplace_back(kind.name, kind.about);
  return items;
}

Items figures() {
  Items items;
  for (const FigureKind* kind : figure_kinds()) items.emplace_back(kind->name, kind->about);
  return items;
}

void add_settings(const std::vector<Setting>& settings, const std::string& prefix, Items& items) {
  for (const Setting& setting : settings) {
    const std::string path = prefix + std::string(setting.key);
    if (!setting.about.empty()) items.emplace_back(path, setting.about);
    add_settings(setting::members_of(setting.kind, setting::AbsentGroups::make), path + ".", items);
  }
}

// Of named groups an example, NAME.
Items settings() {
  ExperimentConfig config;
  config.networks.emplace_back("NAME", NetworkConfig{});
  config.recordings.emplace_back("NAME", RecordingConfig{});
  config.compare.emplace_back("NAME", CompareConfig{});
  Items items;
  add_settings(settings_of(config), "", items);
  return items;
}

struct Topic {
  std::string_view name;
  Items (*items)();
};
constexpr Topic topics[] = {{"configs", configs}, {"datasets", datasets}, {"measures", all_measures},
                            {"metrics", metrics}, {"figures", figures},   {"settings", settings}};

constexpr std::string_view option_words =
    "--output --fresh --validate --print-config --dry-run --status --list --runs --compare --export --csv --json "
    "--json-schema --completion --threads --progress --quiet --verbose --version --help";

// Words after an option, then configurations, then settings.
constexpr std::string_view bash_script = R"(# Completion of run_experiment for bash: source this file.
_run_experiment() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  case $previous in
    --list) COMPREPLY=($(compgen -W '{topics}' -- "$current")); return ;;
    --progress) COMPREPLY=($(compgen -W 'auto bar plain off' -- "$current")); return ;;
    --completion) COMPREPLY=($(compgen -W 'bash zsh' -- "$current")); return ;;
    -o|--output|--status|--runs|--compare|--export) COMPREPLY=($(compgen -d -- "$current")); return ;;
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W '{options}' -- "$current")) ;;
    *.yaml|*/*) COMPREPLY=($(compgen -f -- "$current")) ;;
    *) COMPREPLY=($(compgen -W '{configs} {settings}' -- "$current") $(compgen -f -- "$current")) ;;
  esac
}}
complete -o nospace -F _run_experiment run_experiment ./run_experiment
)";

constexpr std::string_view zsh_script = R"(#compdef run_experiment
# Completion of run_experiment for zsh: source this file, or put it as _run_experiment into $fpath.
autoload -U +X bashcompinit && bashcompinit
)";

}  // namespace

const std::vector<std::string_view>& list_topics() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Topic& topic : topics) all.push_back(topic.name);
    return all;
  }();
  return names;
}

std::string describe_list(std::string_view topic) {
  for (const Topic& each : topics) {
    if (each.name != topic) continue;
    std::string text;
    for (const auto& [name, about] : each.items()) text += wrapped(name) + wrapped(about, 4);
    return text;
  }
  throw UsageError(fmt::format("--list: there is no list of '{}'{}; there are {}", one_line(std::string(topic)),
                               suggestion(topic, list_topics()), fmt::join(list_topics(), ", ")));
}

std::string completion_script(std::string_view shell) {
  if (shell != "bash" && shell != "zsh")
    throw UsageError(fmt::format("--completion: expected bash or zsh, found '{}'", one_line(std::string(shell))));
  std::string configurations;
  for (const std::filesystem::path& file : known_configs()) configurations += " " + file.stem().string();
  std::string paths;
  for (const auto& [name, about] : settings()) {
    if (name.find("NAME") == std::string::npos) paths += " " + name + "=";
  }
  return std::string(shell == "zsh" ? zsh_script : "") +
         fmt::format(bash_script, fmt::arg("topics", fmt::join(list_topics(), " ")), fmt::arg("options", option_words),
                     fmt::arg("configs", configurations), fmt::arg("settings", paths));
}

}  // namespace inforelay

#include "experiments/measures/metrics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/text/number_text.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/config/derived_settings.hpp"

namespace inforelay {
namespace {

// A parsed name.
struct ParsedName {
  const Measure* measure = nullptr;
  const Metric* metric = nullptr;
  std::string layer;   // empty: the one that is analysed; of a network its number
  std::string subset;  // of measures of that scope
  int count = 0;       // what stands for N
};

// The word before the next dot, taken off the front of `text`.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find('.'));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

// If `name` is that of `metric`: the number in place of N, 0 if there is no N.
std::optional<int> match(const Metric& metric, std::string_view name) {
  if (!metric.name.ends_with("_N")) return name == metric.name ? std::optional(0) : std::nullopt;
  const std::string_view stem = std::string_view(metric.name).substr(0, metric.name.size() - 1);
  if (!name.starts_with(stem)) return std::nullopt;
  name.remove_prefix(stem.size());
  const auto count = number_from<int>(name);
  return count && *count >= 1 && name.front() != '0' ? count : std::nullopt;
}

std::optional<ParsedName> parse(std::string_view name) {
  ParsedName parsed;
  std::string_view rest = name;
  if (rest.starts_with("layers.")) {
    take_word(rest);
    parsed.layer = take_word(rest);
    if (parsed.layer.empty() || parsed.layer == "0") return std::nullopt;
  }
  const std::string_view word = take_word(rest);
  for (const Measure* measure : measures()) {
    if (measure->name != word || (measure->scope == Scope::system && !parsed.layer.empty())) continue;
    parsed.measure = measure;
    if (measure->scope == Scope::subset) parsed.subset = take_word(rest);
    for (const Metric& metric : measure->metrics) {
      const std::optional<int> count = match(metric, rest);
      if (!count) continue;
      parsed.metric = &metric;
      parsed.count = *count;
      return parsed;
    }
  }
  return std::nullopt;
}

ParsedName parse_or_throw(std::string_view name) {
  const std::optional<ParsedName> parsed = parse(name);
  if (!parsed) throw UsageError(metric_error(name));
  return *parsed;
}

const ArrayInfo& info_of(const Measure& measure, const Metric& metric) {
  const auto found = std::find_if(measure.arrays.begin(), measure.arrays.end(),
                                  [&](const ArrayInfo& info) { return info.path == metric.array; });
  if (found == measure.arrays.end()) throw std::logic_error("metric without an array: " + metric.name);
  return *found;
}

// `count`: what the N of its name stands for; 0 keeps the letter.
MetricKind kind_of(const Measure& measure, const Metric& metric, int count = 0) {
  const std::string name =
      fmt::format("{}{}.{}", measure.name, measure.scope == Scope::subset ? ".SUBSET" : "", metric.name);
  if (metric.array.empty()) {
    std::string about = metric.derived.about, title = metric.title;
    for (std::string* text : {&about, &title}) {
      const std::size_t letter = count > 0 ? text->find(" N ") : std::string::npos;
      if (letter != std::string::npos) text->replace(letter + 1, 1, std::to_string(count));
    }
    return {name, metric.derived.units, about, title, metric.derived.is_set, {}, {}};
  }
  const ArrayInfo& info = info_of(measure, metric);
  return {name, info.units, info.long_name, metric.title, false, {}, {}};
}

// The group of the measure in the results of a system; throws UsageError if it is not there.
ResultView group_of(const ResultView& system, const ParsedName& name) {
  if (name.measure->scope == Scope::system) return system;
  std::string layer = name.layer;
  if (layer.empty()) {
    const std::vector<std::string> layers = system.at("layers").children();
    if (layers.size() != 1)
      throw UsageError(fmt::format("{} layers were analysed; name one, as in layers.{}.{}.{}", layers.size(),
                                   layers.empty() ? "1" : layers.back(), name.measure->name, name.metric->name));
    layer = layers.front();
  }
  const std::string path =
      fmt::format("layers/{}/{}{}{}", layer, name.measure->name, name.subset.empty() ? "" : "/", name.subset);
  if (!system.has(path)) throw UsageError(fmt::format("it was not computed: there is no group {}", path));
  return system.at(path);
}

std::string missing_of_recurrent(const ExperimentConfig& config, const NetworkConfig& network, const ParsedName& parsed,
                                 std::string_view name) {
  const RecurrentConfig& own = *network.recurrent;
  const bool of_layer = parsed.measure->scope != Scope::system;
  if (of_layer && own.is_timed() && !parsed.measure->over_time) return "with time: each it has a value for each time";
  const LayerSizes unknown;
  MeasurePlace place{config, network, unknown, 0, parsed.subset};
  if (of_layer) {
    const std::vector<int> layers = analysed_layers(config.analysis, layer_widths(config, network));
    if (layers.size() > 1 && parsed.layer.empty())
      return fmt::format("several layers are analysed: name one, as in layers.{}.{}", own.layer_name(1), name);
    place.layer = layers.empty() ? 1 : layers.front();
    for (const int layer : layers) {
      if (own.layer_name(layer) == parsed.layer) place.layer = layer;
    }
    if (!layers.empty() && !parsed.layer.empty() && place.layer_name() != parsed.layer)
      return fmt::format("there is no analysed layer '{}'", parsed.layer);
    place.sizes.units = static_cast<double>(own.recorded_units(own.units));
  }
  std::string missing = parsed.measure->missing(place);
  if (missing.empty() && parsed.metric->missing) missing = parsed.metric->missing(place, parsed.count);
  return missing;
}

// `own`: the configuration with what applies to the recording. `units` of each layer; none: unknown.
std::string missing_of_recording(const ExperimentConfig& own, const RecordingConfig& recording,
                                 const ParsedName& parsed, std::string_view name, const std::vector<double>& units) {
  if (recording.is_timed() && parsed.measure->scope != Scope::system && !parsed.measure->over_time)
    return "with time: each it has a value for each time";
  const NetworkConfig none;
  const LayerSizes unknown;
  MeasurePlace place{own, none, unknown, 0, parsed.subset, &recording};
  if (parsed.measure->scope != Scope::system) {
    const int layers = std::max(1, static_cast<int>(recording.states.size()));
    if (parsed.layer.empty() && layers > 1)
      return fmt::format("it has several layers: name one, as in layers.{}.{}", recording.states.front().first, name);
    place.layer = 1;
    while (!parsed.layer.empty() && place.layer <= layers && place.layer_name() != parsed.layer) ++place.layer;
    if (place.layer > layers) return fmt::format("there is no layer '{}'", parsed.layer);
    if (!units.empty()) place.sizes.units = units.at(static_cast<std::size_t>(place.layer) - 1);
  }
  std::string missing = parsed.measure->missing(place);
  if (missing.empty() && parsed.metric->missing) missing = parsed.metric->missing(place, parsed.count);
  return missing;
}

}  // namespace

std::vector<MetricKind> metric_kinds() {
  std::vector<MetricKind> kinds;
  for (const Measure* measure : measures()) {
    for (const Metric& metric : measure->metrics) kinds.push_back(kind_of(*measure, metric));
  }
  return kinds;
}

std::string metric_error(std::string_view name) {
  if (parse(name)) return "";
  std::vector<std::string> names;
  for (const MetricKind& kind : metric_kinds()) {
    for (const char* subset : {"train", "test"}) {
      std::string text = kind.name;
      if (const std::size_t at = text.find("SUBSET"); at != std::string::npos) text.replace(at, 6, subset);
      if (text.ends_with("_N")) text.back() = '2';
      names.push_back(std::move(text));
    }
  }
  const std::string near = suggestion(name, {names.begin(), names.end()});
  return fmt::format("'{}' is not a metric{}", name,
                     near.empty() ? "; run_experiment --list metrics lists them" : near);
}

MetricKind metric_kind(std::string_view name) {
  const ParsedName parsed = parse_or_throw(name);
  MetricKind kind = kind_of(*parsed.measure, *parsed.metric, parsed.count);
  kind.layer = parsed.layer;
  kind.subset = parsed.subset;
  return kind;
}

std::string metric_missing(const ExperimentConfig& config, const NetworkConfig& network, std::string_view name) {
  const ParsedName parsed = parse_or_throw(name);
  if (!parsed.subset.empty() && !holds(data_subsets, parsed.subset))
    return fmt::format("a network has no subset '{}', only train and test", parsed.subset);
  if (network.recurrent) return missing_of_recurrent(config, network, parsed, name);
  LayerSizes sizes;
  int layer = 0;
  if (!parsed.layer.empty()) {
    layer = number_from<int>(parsed.layer).value_or(0);
    if (layer < 1 || parsed.layer != std::to_string(layer))
      return fmt::format("layers of networks are numbers from 1, not '{}'", parsed.layer);
  }
  if (parsed.measure->scope != Scope::system) {
    const std::vector<std::int64_t> widths = layer_widths(config, network);
    const std::vector<int> layers = analysed_layers(config.analysis, widths);
    if (layers.empty()) {
      // Widths of a network from files are known once these are read.
    } else if (layer == 0) {
      if (layers.size() != 1) return "several layers are analysed: name one, as in layers.1." + std::string(name);
      layer = layers.front();
    } else if (std::find(layers.begin(), layers.end(), layer) == layers.end()) {
      return fmt::format("layer {} is not among analysis.layers", layer);
    }
    if (static_cast<std::size_t>(layer) < widths.size())
      sizes.units = static_cast<double>(widths[static_cast<std::size_t>(layer)]);
  }
  const MeasurePlace place{config, network, sizes, layer, parsed.subset, nullptr};
  std::string missing = parsed.measure->missing(place);
  if (missing.empty() && parsed.metric->missing) missing = parsed.metric->missing(place, parsed.count);
  return missing;
}

std::string metric_missing(const ExperimentConfig& config, const RecordingConfig& recording, std::string_view name) {
  const ParsedName parsed = parse_or_throw(name);
  // Of a recording whose subsets are not known yet, each metric of one may exist.
  ExperimentConfig own = config;
  own.analysis.knockout.reset();
  own.analysis.regression.reset();
  const std::string subset = recording.subset.empty() ? "all" : parsed.subset;
  own.analysis.relay.subsets = {subset};
  if (!own.analysis.relay.exhaustive.empty()) own.analysis.relay.exhaustive = {subset};
  return missing_of_recording(own, recording, parsed, name, {});
}

std::string metric_missing(const LoadedRecording& recording, std::string_view name) {
  const ParsedName parsed = parse_or_throw(name);
  if (!parsed.subset.empty() && !holds(recording.subsets, parsed.subset))
    return fmt::format("there is no subset '{}', expected {}", parsed.subset, fmt::join(recording.subsets, ", "));
  std::vector<double> units;
  for (const RecordingLayer& layer : recording.layers) units.push_back(static_cast<double>(layer.shape.units()));
  return missing_of_recording(recording.config, recording.own(), parsed, name, units);
}

bool metric_by_class(const NetworkConfig& network, std::string_view name) {
  const ParsedName parsed = parse_or_throw(name);
  if (!parsed.metric->array.empty()) return !info_of(*parsed.measure, *parsed.metric).axes.empty();
  const auto by_class = parsed.metric->derived.by_class;
  return !by_class || by_class(network);
}

std::vector<MetricValue> metric_values(const ResultView& system, std::string_view name) {
  const ParsedName parsed = parse_or_throw(name);
  try {
    const ResultView group = group_of(system, parsed);
    if (parsed.metric->array.empty()) return parsed.metric->derived.values(group, parsed.count);
    const std::vector<double> values = group.numbers(parsed.metric->array);
    return {values.begin(), values.end()};
  } catch (const Error& error) {
    throw UsageError(fmt::format("there is no {}: {}", name, error.what()));
  }
}

}  // namespace inforelay

#include "experiments/sources/recording_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <type_traits>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "core/files/sha256.hpp"
#include "core/named.hpp"
#include "core/text/message_text.hpp"
#include "experiments/config/network_checks.hpp"
#include "experiments/sources/recording_symbols.hpp"

namespace inforelay {
namespace {

// Symbols are read as a whole, text or not, before the memory of the run is known.
constexpr std::uint64_t most_label_bytes = std::uint64_t{4} << 30;

class Reader {
 public:
  Reader(const ExperimentConfig& config, const std::string& name, const RecordingConfig& recording,
         const Progress& progress)
      : path_("recordings." + name), own_(recording), progress_(progress) {
    result_.name = name;
    result_.config = config;
    own_.file = with_data_folder(recording.file);
  }

  LoadedRecording read() {
    read_layers();
    const SampleWords input = words("input", own_.input), output = words("output", own_.output);
    NamedSymbols symbols = name_symbols(input, output, path_);
    result_.symbols = std::move(symbols.names);
    result_.input = std::move(symbols.input);
    result_.output = std::move(symbols.output);
    const std::set<std::string> inputs(input.words.begin(), input.words.end());
    if (result_.config.analysis.contrast == ContrastKind::one_vs_rest &&
        std::none_of(output.words.begin(), output.words.end(),
                     [&](const auto& word) { return inputs.contains(word); })) {
      result_.warnings.push_back(fmt::format(
          "{}: input and output have no symbol in common (inputs {}; outputs {}): one_vs_rest, which asks about the "
          "same symbol on both sides, finds nothing; analysis.contrast: whole asks about all symbols",
          path_, listed(input.words), listed(output.words)));
    }
    read_subsets();
    choose_analysis();
    Sha256 all;
    for (const std::filesystem::path& file : files_) all.update(sha256_of_file(file) + "\n");
    result_.sha256 = files_.size() == 1 ? sha256_of_file(*files_.begin()) : all.hex();
    return std::move(result_);
  }

 private:
  /// A key of the recording's file, or a place in another file beside it.
  ArrayPlace place_of(const std::vector<std::string>& keys) {
    ArrayPlace place{own_.file, keys, own_.format == RecordingFormat::mabe};
    if (keys.size() == 1) {
      const std::string& key = keys.front();
      if (has_array_ending(key.substr(0, key.find(':')))) {
        place = parse_array_place(key);
        place.file = own_.file.parent_path() / place.file;
      }
    }
    files_.insert(place.file);
    return place;
  }

  void read_layers() {
    auto states = own_.states;
    if (states.empty()) states.emplace_back("", std::vector<std::string>());
    for (const auto& [layer, keys] : states) {
      const ArrayPlace place = place_of(keys);
      FileArrayInfo info = array_info(place, progress_);
      if (info.type == "text") {
        throw DataError("{}: {} holds text, expected numbers{}", path_, info.place, first_text(place, info));
      }
      RecordingShape shape(path_, own_, info);
      const RecordingShape& first = result_.layers.empty() ? shape : result_.layers.front().shape;
      if (shape.samples() != first.samples() || shape.times() != first.times()) {
        throw DataError("{}: {} has {} samples{}, but {} has {}{}", path_, info.place, shape.samples(),
                        times_text(shape), result_.layers.front().info.place, first.samples(), times_text(first));
      }
      result_.layers.push_back(
          {layer.empty() ? std::string(unnamed_layer) : layer, place, std::move(info), std::move(shape)});
    }
  }

  static std::string times_text(const RecordingShape& shape) {
    return shape.has_steps() ? fmt::format(" at {} times", shape.times()) : "";
  }

  /// ": sample 3, unit 2 is 'abc'" for the first text of a CSV that is no number.
  std::string first_text(const ArrayPlace& place, const FileArrayInfo& info) {
    const FileArray array = read_array(place, info.bytes, progress_);
    const std::uint64_t columns = array.shape.size() > 1 ? array.shape.back() : 1;
    const std::optional<FirstWord> word = first_word(array);
    if (!word) return "";
    return fmt::format(": sample {}, unit {} is {}", word->index / columns, word->index % columns, word->shown);
  }

  SampleWords words(std::string_view what, const std::string& key) {
    if (key.empty()) throw UsageError("{}.{} is missing: the key or column of the {} symbols", path_, what, what);
    const FileArray labels = read_array(place_of({key}), most_label_bytes, progress_);
    return sample_words(labels, result_.layers.front().shape, own_.format == RecordingFormat::mabe);
  }

  void read_subsets() {
    if (own_.subset.empty()) {
      result_.subsets = {"all"};
      result_.subset.assign(result_.input.size(), 0);
      return;
    }
    SampleWords split = words("subset", own_.subset);
    for (const std::string& word : split.words) {
      const bool is_plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return (c < 0x80 && std::isalnum(c)) || c == '_' || c == '-';
      });
      if (!is_plain) {
        throw DataError("{}.subset: {} names a subset {}, expected letters, digits, '_' and '-'", path_,
                        quoted_name(own_.subset), quoted_name(word));
      }
    }
    result_.subsets = std::move(split.words);
    result_.subset = std::move(split.word);
    if (own_.is_timed()) check_subsets_of_trials();
  }

  /// Each time has the samples of the others: arrays of results have no gaps.
  void check_subsets_of_trials() {
    const RecordingShape& shape = result_.layers.front().shape;
    for (std::uint64_t n = 1; n < result_.subset.size(); ++n) {
      if (shape.trial(n) != shape.trial(n - 1) || result_.subset[n] == result_.subset[n - 1]) continue;
      throw DataError("{}.subset: {} is {}, that before it {}; with time: each all times of a trial are in one subset",
                      path_, shape.sample_text(n), quoted_name(result_.subsets[result_.subset[n]]),
                      quoted_name(result_.subsets[result_.subset[n - 1]]));
    }
  }

  /// Of the subsets that the configuration names those that are here; all if none is.
  std::vector<std::string> here(const std::vector<std::string>& named) const {
    std::vector<std::string> found;
    for (const std::string& subset : named) {
      if (std::find(result_.subsets.begin(), result_.subsets.end(), subset) != result_.subsets.end())
        found.push_back(subset);
    }
    return found.empty() && !named.empty() ? result_.subsets : found;
  }

  void choose_analysis() {
    AnalysisConfig& analysis = result_.config.analysis;
    analysis.relay.subsets = here(analysis.relay.subsets);
    std::vector<std::string> exhaustive;
    for (const std::string& subset : here(analysis.relay.exhaustive)) {
      if (std::find(analysis.relay.subsets.begin(), analysis.relay.subsets.end(), subset) !=
          analysis.relay.subsets.end())
        exhaustive.push_back(subset);
    }
    analysis.relay.exhaustive = exhaustive;
    const std::string& fit = analysis.discretize.fit;
    if (fit != own_values && std::find(result_.subsets.begin(), result_.subsets.end(), fit) == result_.subsets.end()) {
      throw UsageError("analysis.discretize.fit: {} has no subset {}, expected {}", path_, quoted_name(fit),
                       fmt::join(result_.subsets, ", "));
    }
    analysis.knockout.reset();
    analysis.regression.reset();
    analysis.layers = {};
    analysis.layers.word = LayerWord::all;
    for (const std::int64_t cls : analysis.relay.classes) {
      if (cls >= std::ssize(result_.symbols)) {
        throw UsageError("analysis.relay.classes: {} is out of range: {} has {} symbols", cls, path_,
                         result_.symbols.size());
      }
    }
    std::vector<std::int64_t> widths{1};
    for (const RecordingLayer& layer : result_.layers) widths.push_back(static_cast<std::int64_t>(layer.shape.units()));
    widths.push_back(1);
    const bool some_classes = !analysis.relay.classes.empty() && analysis.relay.classes.size() < result_.symbols.size();
    if (some_classes && (!analysis.relay.exhaustive.empty() || analysis.relay.branching || analysis.importance ||
                         !result_.config.compare.empty() || result_.config.sweep)) {
      throw UsageError(
          "analysis.relay.classes: {} of the {} symbols of {}; exhaustive, branching, importance, compare "
          "and sweep need all",
          analysis.relay.classes.size(), result_.symbols.size(), path_);
    }
    std::vector<std::string> problems = analysed_layer_problems(widths, analysis);
    for (std::size_t layer = 1; own_.is_timed() && layer + 1 < widths.size(); ++layer) {
      for (std::string& problem : drift_problems(analysis, widths[layer])) problems.push_back(std::move(problem));
    }
    if (!problems.empty()) throw UsageError("{}: {}", path_, problems.front());
  }

  std::string path_;
  RecordingConfig own_;
  const Progress& progress_;
  std::set<std::filesystem::path> files_;
  LoadedRecording result_;
};

/// `value` as a float, if it can stand for it.
template <class T, class Fail>
float state_value(const T& value, Fail fail) {
  if constexpr (std::is_same_v<T, std::string>) {
    fail(fmt::format("is {}, expected a number", quoted_name(value)));
    return 0;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    constexpr std::int64_t largest = std::int64_t{1} << std::numeric_limits<float>::digits;
    if (value > largest || value < -largest) {
      fail(fmt::format("is {}, expected integers up to {}: values are 32-bit floats", value, largest));
    }
    return static_cast<float>(value);
  } else {
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value)) fail(fmt::format("is {}, expected a finite number", value));
    }
    const auto number = static_cast<float>(value);
    if (!std::isfinite(number)) fail(fmt::format("is {}, beyond the range of 32-bit floats", value));
    if constexpr (std::is_same_v<T, double>) {  // numbers of states or cells, as MATLAB stores integers
      if (std::floor(value) == value && static_cast<double>(number) != value)
        fail(fmt::format("is {:.0f}, a whole number that 32-bit floats do not hold exactly", value));
    }
    return number;
  }
}

}  // namespace

const RecordingConfig& LoadedRecording::own() const { return *find_named(config.recordings, name); }

std::uint64_t LoadedRecording::samples_of(const std::string& subset_name) const {
  const auto wanted = std::find(subsets.begin(), subsets.end(), subset_name) - subsets.begin();
  return static_cast<std::uint64_t>(std::count(subset.begin(), subset.end(), static_cast<std::uint32_t>(wanted)));
}

std::size_t LoadedRecording::times() const { return own().is_timed() ? layers.front().shape.times() : 0; }

FileArray LoadedRecording::read(int layer, const Progress& progress) const {
  const RecordingLayer& chosen = layers.at(static_cast<std::size_t>(layer - 1));
  FileArray array = read_array(chosen.place, chosen.info.bytes, progress);
  if (array.shape != chosen.info.shape) throw DataError("{} has changed while the program ran", chosen.info.place);
  return array;
}

RecordingSamples LoadedRecording::samples(const FileArray& array, int layer, const std::string& subset_name,
                                          std::optional<std::size_t> time, const Progress& progress) const {
  const RecordingLayer& chosen = layers.at(static_cast<std::size_t>(layer - 1));
  const RecordingShape& shape = chosen.shape;
  const auto wanted =
      static_cast<std::uint32_t>(std::find(subsets.begin(), subsets.end(), subset_name) - subsets.begin());
  RecordingSamples result;
  // The trials of a subset are the same at each time (read_subsets).
  const auto rows = static_cast<Eigen::Index>(samples_of(subset_name) / (time ? shape.times() : 1)),
             units = static_cast<Eigen::Index>(shape.units());
  result.samples.values.resize(rows, units);
  Eigen::Index row = 0;
  std::visit(
      [&](const auto& values) {
        for (std::uint64_t n = 0; n < subset.size(); ++n) {
          if (subset[n] != wanted || (time && shape.time_index(n) != *time)) continue;
          if (row % 4096 == 0) progress.check();
          for (Eigen::Index k = 0; k < units; ++k) {
            const auto fail = [&](const std::string& problem) {
              throw DataError("{}: {}, unit {} {}", chosen.info.place, shape.sample_text(n), k, problem);
            };
            const std::uint64_t at = shape.position(n, static_cast<std::uint64_t>(k));
            result.samples.values(row, k) = state_value(values[at], fail);
          }
          result.samples.input.push_back(input[n]);
          result.samples.output.push_back(output[n]);
          if (shape.has_steps()) {
            result.trial.push_back(static_cast<std::int64_t>(shape.trial(n)));
            if (!time) result.time.push_back(static_cast<std::int64_t>(shape.time(n)));
          }
          ++row;
        }
      },
      array.values);
  return result;
}

std::vector<LoadedRecording> read_recordings(const ExperimentConfig& config, const Progress& progress) {
  std::vector<LoadedRecording> recordings;
  std::set<std::string> known;
  if (!config.networks.empty()) known = {"train", "test"};
  for (const auto& [name, recording] : config.recordings) {
    recordings.push_back(Reader(config, name, recording, progress).read());
    known.insert(recordings.back().subsets.begin(), recordings.back().subsets.end());
  }
  if (recordings.empty()) return recordings;
  // The defaults are the subsets of data sets.
  const auto check = [&](std::string_view path, const std::vector<std::string>& named,
                         const std::vector<std::string>& defaults) {
    if (named == defaults) return;
    for (const std::string& subset : named) {
      if (known.contains(subset)) continue;
      throw UsageError("{}: no network or recording has the subset {}, expected {}", path, quoted_name(subset),
                       listed(std::vector(known.begin(), known.end())));
    }
  };
  const RelayConfig defaults;
  check("analysis.relay.subsets", config.analysis.relay.subsets, defaults.subsets);
  check("analysis.relay.exhaustive", config.analysis.relay.exhaustive, defaults.exhaustive);
  return recordings;
}

std::string sha256_of(const std::vector<LoadedRecording>& recordings) {
  if (recordings.empty()) return "";
  Sha256 all;
  for (const LoadedRecording& recording : recordings)
    all.update(fmt::format("{} {}\n", recording.name, recording.sha256));
  return all.hex();
}

}  // namespace inforelay

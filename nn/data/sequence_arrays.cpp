// Sequences in arrays of files: inputs [trial,time,input], labels for each trial or each step.
#include <fmt/format.h>

#include <type_traits>
#include <utility>
#include <variant>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "nn/data/array_set.hpp"
#include "nn/data/user_files.hpp"

namespace inforelay {
namespace {

constexpr std::string_view sequence_array_settings[]{"train", "test", "classes"};

struct SequenceSet {
  SequenceData data;
  RawLabels labels;
};

SequenceArray inputs_of(const FileArray& array) {
  if (array.shape.size() != 3) {
    throw DataError("{} is {}, expected [trial, time, input]", array.place, shape_text(array.shape));
  }
  SequenceArray inputs(array.shape[0], array.shape[1], array.shape[2]);
  std::visit(
      [&]<class T>(const std::vector<T>& values) {
        if constexpr (std::is_same_v<T, std::string>) {
          refuse_words(array);
        } else {
          for (std::size_t i = 0; i < values.size(); ++i) inputs.values[i] = static_cast<float>(values[i]);
        }
      },
      array.values);
  return inputs;
}

SequenceSet read_sequence_set(const std::string& name, const SetPlaces& places, std::uint64_t most_bytes,
                              FileData& data, Progress& progress) {
  for (const auto& [key, text] : {std::pair("inputs", &places.inputs), std::pair("labels", &places.labels)}) {
    if (text->empty()) throw UsageError("data.{}.{} is missing: the place of an array, \"a.npz:x\"", name, key);
  }
  const ArrayPlace at = parse_array_place(places.inputs), labels_at = parse_array_place(places.labels);
  data.files.push_back(at.file);
  if (labels_at.file != at.file) data.files.push_back(labels_at.file);
  SequenceSet set;
  const FileArray inputs = read_array(at, most_bytes, progress);
  set.data.inputs = inputs_of(inputs);
  FileArray labels = read_array(labels_at, most_bytes, progress);
  const std::vector<std::uint64_t> shape = labels.shape, trials{set.data.trials()},
                                   steps{set.data.trials(), set.data.steps()};
  if (shape != trials && shape != steps) {
    throw DataError("{} is {}, expected {}, one for each trial of {}, or {}, one for each step", labels.place,
                    shape_text(shape), shape_text(trials), inputs.place, shape_text(steps));
  }
  set.data.label_time = shape == steps ? LabelTime::each : LabelTime::end;
  labels.shape = {labels.shape.size() == 2 ? shape[0] * shape[1] : shape[0]};
  // Labels as those of single samples, of one input each.
  FileArray one{labels.shape, std::vector<std::uint8_t>(labels.shape[0]), labels.place};
  set.labels = array_set(std::move(one), std::move(labels)).labels;
  return set;
}

FileData read_sequences(const DataOptions& options, Progress& progress) {
  if (!options.train_places || !options.test_places) {
    throw UsageError(
        "data.{} is missing: {{inputs: \"a.npz:x\", labels: \"a.npz:y\"}}; of sequences both train and test "
        "are needed",
        options.train_places ? "test" : "train");
  }
  FileData read;
  SequenceSet train = read_sequence_set("train", *options.train_places, options.most_bytes, read, progress);
  SequenceSet test = read_sequence_set("test", *options.test_places, options.most_bytes, read, progress);
  const SequenceData &a = train.data, &b = test.data;
  if (a.inputs.width != b.inputs.width || a.label_time != b.label_time) {
    throw DataError("{} and {} differ: {} and {} inputs at each step, a label for each {} and each {}",
                    options.train_places->inputs, options.test_places->inputs, a.inputs.width, b.inputs.width,
                    a.label_time == LabelTime::each ? "step" : "trial",
                    b.label_time == LabelTime::each ? "step" : "trial");
  }
  std::vector<RawLabels> labels;
  labels.push_back(std::move(train.labels));
  labels.push_back(std::move(test.labels));
  ClassLabels classes = classes_of(std::move(labels), options.classes, options.train_places->labels);
  train.data.labels = std::move(classes.sets[0]);
  test.data.labels = std::move(classes.sets[1]);
  train.data.class_names = test.data.class_names = classes.names;
  for (const auto& [set, places] :
       {std::pair(&train, &*options.train_places), std::pair(&test, &*options.test_places)}) {
    try {
      set->data.check();
    } catch (const DataError& error) {
      throw DataError(fmt::format("{}: {}", places->inputs, error.what()));
    }
  }
  read.origin = options.train_places->inputs;
  read.sequences = SequencePair{std::move(train.data), std::move(test.data)};
  return read;
}

}  // namespace

extern const DataSource sequence_source;
const DataSource sequence_source{
    .name = "sequence",
    .title = "sequences in arrays",
    .about = "arrays of inputs [trial, time, input] and labels of trials or of steps, for recurrent networks",
    .note = "",
    .settings = sequence_array_settings,
    .input_scale = 1,
    .load_sequences = load_file_sequences,
    .read = read_sequences,
};

}  // namespace inforelay

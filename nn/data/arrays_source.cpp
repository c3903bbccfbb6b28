// Data in arrays of files: NPY, NPZ, HDF5, safetensors, CSV.
#include <fmt/format.h>

#include "core/error.hpp"
#include "nn/data/array_set.hpp"

namespace inforelay {
namespace {

constexpr std::string_view array_settings[]{"train", "test", "classes", "split"};

ArraySet read_set(const std::string& name, const SetPlaces& places, std::uint64_t most_bytes, FileData& data,
                  Progress& progress) {
  for (const auto& [key, text] : {std::pair("inputs", &places.inputs), std::pair("labels", &places.labels)}) {
    if (text->empty()) throw UsageError("data.{}.{} is missing: the place of an array, \"a.npz:x\"", name, key);
  }
  const ArrayPlace inputs = parse_array_place(places.inputs), labels = parse_array_place(places.labels);
  data.files.push_back(inputs.file);
  if (labels.file != inputs.file) data.files.push_back(labels.file);
  FileArray values = read_array(inputs, most_bytes, progress);
  return array_set(std::move(values), read_array(labels, most_bytes, progress));
}

FileData read_arrays(const DataOptions& options, Progress& progress) {
  if (!options.train_places) {
    throw UsageError("data.train is missing: {{inputs: \"a.npz:x\", labels: \"a.npz:y\"}}");
  }
  FileData read;
  std::vector<ArraySet> sets;
  sets.push_back(read_set("train", *options.train_places, options.most_bytes, read, progress));
  if (options.test_places) {
    sets.push_back(read_set("test", *options.test_places, options.most_bytes, read, progress));
  }
  FileData data = data_from(std::move(sets), options.classes, options.train_places->inputs);
  data.files = std::move(read.files);
  return data;
}

}  // namespace

extern const DataSource arrays_source;
const DataSource arrays_source{
    .name = "arrays",
    .title = "arrays",
    .about = "arrays of inputs and labels in NPY, NPZ, HDF5, safetensors or CSV files, of any shape",
    .note = "",
    .settings = array_settings,
    .input_scale = 1,
    .read = read_arrays,
};

}  // namespace inforelay

// What a recording is: its file, and the names of its symbols.
#include "experiments/sources/recording_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiments/measures/measure.hpp"

namespace inforelay {
namespace {

void compute_recording(MeasureRun& run, ResultArrays& out) {
  const LoadedRecording& recording = *run.system.recording();
  out.put_scale("class", recording.symbols, "input and output symbols");
  if (const std::size_t times = recording.times(); times > 0)
    out.put_scale("time", counting(0, times), "time within the trial, from 0");
  out.put_attribute("", "file", recording.own().file.string());
  out.put_attribute("", "sha256", recording.sha256);
  std::vector<std::string> axes;
  for (const RecordingAxis axis : recording.own().axes) axes.emplace_back(word_of(recording_axis_names, axis));
  out.put_attribute("", "axes", axes.empty() ? std::string("sample unit") : fmt::format("{}", fmt::join(axes, " ")));
  for (const RecordingLayer& layer : recording.layers) {
    const std::string path = "layers/" + layer.name;
    out.put_attribute(path, "array", layer.info.place);
    out.put_attribute(path, "stored_type", layer.info.type);
    if (layer.info.from_matlab)
      out.put_attribute(path, "note", std::string("dimensions as MATLAB shows them, the reverse of those in the file"));
  }
}

}  // namespace

extern const Measure recording_measure;
const Measure recording_measure{
    .name = "recording",
    .scope = Scope::system,
    .about = "the file of a recording and the names of its symbols",
    .arrays = {},
    .metrics = {},
    .missing = [](const MeasurePlace& place) -> std::string { return place.recording ? "" : "it is a network"; },
    .label = [](const MeasurePlace&) -> std::string { return "symbols"; },
    .memory = [](const MeasurePlace&, AllSetsTable) { return MemoryNeed{}; },
    .compute = compute_recording,
};

}  // namespace inforelay

#include "experiments/results/results_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "core/error.hpp"

namespace inforelay {
namespace {

// Axes whose coordinates are consecutive integers.
struct CountingAxis {
  std::string_view name;
  std::int64_t first;
  const char* long_name;
};
constexpr std::array<CountingAxis, 5> counting_axes{{{"unit", 0, "unit of the layer, from 0"},
                                                     {"step", 0, "removal step, from 0"},
                                                     {"size", 0, "number of units in the set"},
                                                     {"cut", 0, "number of the threshold"},
                                                     {"epoch", 1, "epoch, from 1"}}};

const CountingAxis* counting_axis(std::string_view name) {
  const auto found = std::find_if(counting_axes.begin(), counting_axes.end(),
                                  [&](const CountingAxis& axis) { return axis.name == name; });
  return found == counting_axes.end() ? nullptr : &*found;
}

std::string group_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

// The group that holds the coordinates of an axis of the array at `path`.
std::string home_of_axis(std::string_view axis, const std::string& path) {
  constexpr std::string_view mark = "/layers/";
  const std::size_t at = path.find(mark);
  if (axis != "unit" || at == std::string::npos) return group_of(path);
  return path.substr(0, path.find('/', at + mark.size()));
}

void write_counting_scales(Hdf5Writer& file, const ResultArrays& arrays, const std::string& group) {
  std::set<std::string> written;
  for (const auto& [path, array] : arrays.arrays()) {
    for (std::size_t i = 0; i < array.axes.size(); ++i) {
      const CountingAxis* axis = counting_axis(array.axes[i]);
      if (!axis) continue;
      const std::string home = home_of_axis(axis->name, joined_path(group, path));
      if (!written.insert(joined_path(home, array.axes[i])).second) continue;
      file.scale(home, array.axes[i], counting(axis->first, array.shape[i]), axis->long_name);
    }
  }
}

void write_scale(Hdf5Writer& file, const std::string& group, const std::string& axis, const ResultArray& array) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&array.values)) {
    file.scale(group, axis, *texts, array.long_name);
  } else {
    const auto& numbers = std::get<RowMatrix<std::int64_t>>(array.values);
    file.scale(group, axis, std::span(numbers.data(), static_cast<std::size_t>(numbers.size())), array.long_name);
  }
}

void write_array(Hdf5Writer& file, const std::string& path, const ResultArray& array) {
  const DatasetInfo info{.units = array.units, .long_name = array.long_name, .dims = array.axes};
  std::visit(
      [&](const auto& values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::vector<std::string>>) {
          if (array.shape.empty()) return file.dataset(path, values.front(), info);
          file.dataset(path, values, info);
        } else {
          using T = typename std::decay_t<decltype(values)>::Scalar;
          file.array<T>(path, {values.data(), static_cast<std::size_t>(values.size())}, array.shape, info);
        }
      },
      array.values);
}

struct ProvenanceText {
  const char *name, *about;
  std::string RunProvenance::*member;
};
constexpr std::array<ProvenanceText, 11> provenance_texts{
    {{"command_line", "command that produced this file", &RunProvenance::command_line},
     {"config", "resolved configuration, YAML", &RunProvenance::config},
     {"version", "version of inforelay", &RunProvenance::version},
     {"git_revision", "revision of inforelay", &RunProvenance::git_revision},
     {"compiler", "compiler of inforelay", &RunProvenance::compiler},
     {"compiler_flags", "compiler flags", &RunProvenance::compiler_flags},
     {"host", "name of the machine", &RunProvenance::host},
     {"data_name", "data set used", &RunProvenance::data_name},
     {"data_origin", "origin of the data", &RunProvenance::data_origin},
     {"data_sha256", "SHA-256 of the data", &RunProvenance::data_sha256},
     {"fallback_reason", "why other data were used than those configured; empty if they were not",
      &RunProvenance::fallback_reason}}};

constexpr std::array<std::pair<const char*, std::vector<std::string> ExperimentResult::*>, 2> system_groups{
    {{"networks", &ExperimentResult::networks}, {"recordings", &ExperimentResult::recordings}}};

std::vector<ArrayInfo> provenance_infos() {
  std::vector<ArrayInfo> infos{{"threads", "1", {}, "number of threads; results do not depend on it"},
                               {"seed", "1", {}, "seed of all random streams"},
                               {"wall_seconds", "s", {}, "wall-clock time of all stages, over all starts"},
                               {"stage_seconds", "s", {"stage"}, "time of each stage"}};
  for (const ProvenanceText& text : provenance_texts) infos.push_back({text.name, "text", {}, text.about});
  return infos;
}

ResultArrays provenance_arrays(const RunProvenance& from, const std::vector<StageTime>& stages) {
  static const std::vector<ArrayInfo> infos = provenance_infos();
  ResultArrays arrays(infos);
  for (const ProvenanceText& text : provenance_texts) arrays.put(text.name, from.*text.member);
  arrays.put("threads", std::int64_t{from.threads});
  arrays.put("seed", from.seed);
  arrays.put("wall_seconds", from.wall_seconds);
  std::vector<std::string> names;
  std::vector<double> seconds;
  for (const StageTime& stage : stages) {
    names.push_back(stage.stage);
    seconds.push_back(stage.seconds);
  }
  arrays.put_scale("stage", names, "stage");
  arrays.put("stage_seconds", seconds);
  return arrays;
}

void read_provenance(const ResultView& group, ExperimentResult& result) {
  RunProvenance& from = result.provenance;
  for (const ProvenanceText& text : provenance_texts) from.*text.member = group.text(text.name);
  from.threads = static_cast<int>(group.number<std::int64_t>("threads"));
  from.seed = group.number<std::int64_t>("seed");
  from.wall_seconds = group.number<double>("wall_seconds");
  const std::span<const double> seconds = group.vector<double>("stage_seconds");
  const std::vector<std::string>& names = group.texts("stage");
  for (std::size_t i = 0; i < std::min(seconds.size(), names.size()); ++i)
    result.stages.push_back({names[i], seconds[i]});
}

}  // namespace

std::vector<std::string> ExperimentResult::systems() const {
  std::vector<std::string> names = networks;
  names.insert(names.end(), recordings.begin(), recordings.end());
  return names;
}

bool ExperimentResult::is_recording(const std::string& name) const {
  return std::find(recordings.begin(), recordings.end(), name) != recordings.end();
}

ResultView ExperimentResult::system(const std::string& name) const {
  return arrays.view((is_recording(name) ? "recordings/" : "networks/") + name);
}

void write_arrays(Hdf5Writer& file, const ResultArrays& arrays, const std::string& group) {
  for (const auto& [path, array] : arrays.arrays()) {
    if (array.is_scale) write_scale(file, group_of(joined_path(group, path)), array.axes.front(), array);
  }
  write_counting_scales(file, arrays, group);
  for (const auto& [path, array] : arrays.arrays()) {
    if (!array.is_scale) write_array(file, joined_path(group, path), array);
  }
  for (const auto& [path, attributes] : arrays.attributes()) {
    for (const auto& [name, value] : attributes) file.attribute(joined_path(group, path), name, value);
  }
}

bool is_table(const ResultArray& array) {
  return std::find(array.axes.begin(), array.axes.end(), "set") != array.axes.end();
}

bool lacks_a_table(const std::vector<std::string>& arrays, const std::vector<std::string>& tables) {
  return std::any_of(arrays.begin(), arrays.end(), [&](const std::string& path) {
    if (!path.ends_with("sizes/mean")) return false;
    const std::string sizes = path.substr(0, path.rfind('/'));
    const std::size_t name_begin = sizes.rfind('/') + 1;  // 0 without a '/'
    const std::string_view group = std::string_view(sizes).substr(0, name_begin);
    const bool any_of_group = sizes.substr(name_begin) == "sizes";
    return std::none_of(tables.begin(), tables.end(), [&](const std::string& table) {
      if (!any_of_group) return table + "_sizes" == sizes;
      return table.starts_with(group) && table.find('/', name_begin) == std::string::npos;
    });
  });
}

namespace {

// Row-major values in the matrix of ArrayValues.
ArrayValues values_of(Hdf5Array&& array) {
  const Eigen::Index rows = array.shape.size() > 1 ? static_cast<Eigen::Index>(array.shape[0]) : 1;
  return std::visit(
      [&](auto&& values) -> ArrayValues {
        using T = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<T, std::string>) {
          return std::move(values);
        } else {
          const Eigen::Index columns = rows == 0 ? 0 : std::ssize(values) / rows;
          return RowMatrix<T>(Eigen::Map<const RowMatrix<T>>(values.data(), rows, columns));
        }
      },
      std::move(array.values));
}

}  // namespace

ResultArrays read_arrays(const Hdf5Reader& file, const std::string& group, ReadTables tables) {
  ResultArrays arrays;
  const auto add_attributes = [&](const std::string& path, const std::string& relative) {
    for (auto& [name, value] : file.attributes(path)) arrays.put_attribute(relative, name, value);
  };
  add_attributes(group, "");
  file.visit(group, [&](const std::string& path, Hdf5Kind kind) {
    const std::string relative = group.empty() ? path : path.substr(group.size() + 1);
    if (kind != Hdf5Kind::group && kind != Hdf5Kind::array && kind != Hdf5Kind::scale) return;
    if (kind != Hdf5Kind::group) {
      const std::vector<std::string> axes = file.dimension_names(path);
      if (kind == Hdf5Kind::scale && counting_axis(axes.front())) return;  // write_arrays() makes it anew
      if (tables == ReadTables::no && std::find(axes.begin(), axes.end(), "set") != axes.end()) return;
      Hdf5Array array = file.read_any(path);
      std::vector<std::size_t> shape = array.shape;
      DatasetInfo info = std::move(array.info);
      arrays.put_array(relative, {std::move(info.units), std::move(info.long_name), std::move(info.dims),
                                  std::move(shape), values_of(std::move(array)), kind == Hdf5Kind::scale});
    }
    add_attributes(path, relative);
  });
  return arrays;
}

ResultArrays read_finished(const Hdf5Reader& file, const std::string& group, ReadTables wanted) {
  ResultArrays arrays = read_arrays(file, group, wanted);
  std::vector<std::string> paths, tables;
  for (const auto& [path, array] : arrays.arrays()) {
    paths.push_back(path);
    if (is_table(array)) tables.push_back(path);
  }
  if (wanted == ReadTables::yes && lacks_a_table(paths, tables))
    throw DataError("it was made without the table of all sets, which is wanted now");
  return arrays;
}

void write_header(Hdf5Writer& file, const ExperimentResult& result, const std::string& status) {
  file.attribute("", "format", std::string(results_format));
  file.attribute("", "format_version", results_format_version);
  file.attribute("", "experiment", result.experiment);
  file.attribute("", "status", status);
  write_arrays(file, provenance_arrays(result.provenance, result.stages), "provenance");
}

void write_results(const std::filesystem::path& path, const ExperimentResult& result) {
  Hdf5Writer file(path);
  write_header(file, result, "complete");
  write_arrays(file, result.arrays);
  for (const auto& [group, names] : system_groups) {
    if (!(result.*names).empty()) file.attribute(group, "order", result.*names);
  }
  file.commit();
}

ExperimentResult read_results(const std::filesystem::path& path, ReadTables tables) {
  const Hdf5Reader file(path);
  const auto format = file.attribute<std::string>("", "format");
  const auto version = file.attribute<std::int64_t>("", "format_version");
  if (format != results_format || version != results_format_version) {
    throw DataError(fmt::format("'{}': format is '{}' version {}, expected '{}' version {}", path.string(), format,
                                version, results_format, results_format_version));
  }
  ExperimentResult result;
  result.experiment = file.attribute<std::string>("", "experiment");
  read_provenance(read_arrays(file, "provenance").view(), result);
  for (const auto& [group, names] : system_groups) {
    if (file.exists(group)) result.*names = file.attribute<std::vector<std::string>>(group, "order");
  }
  for (const char* group : {"networks", "recordings", "comparison"}) {
    if (file.exists(group)) result.arrays.merge(group, read_arrays(file, group, tables));
  }
  return result;
}

}  // namespace inforelay

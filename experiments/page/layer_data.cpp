#include "experiments/page/layer_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <variant>

#include "core/error.hpp"
#include "core/random.hpp"
#include "experiments/page/drawn_samples.hpp"
#include "experiments/page/joint_table.hpp"
#include "experiments/page/layer_room.hpp"
#include "experiments/page/packed_array.hpp"
#include "experiments/results/time_stack.hpp"
#include "nn/knockout/replacement.hpp"

namespace inforelay {
namespace {

using nlohmann::json;

constexpr Eigen::Index most_pictures = 64;     // of units: fields and histograms
constexpr std::size_t fewest_samples = 500;    // accuracies of fewer are too coarse
constexpr std::size_t left_out_bytes = 1'000;  // of the texts of a subset that name what is left out

// Arrays of the results that the page shows, which it has together or not at all; in groups MEASURE/SUBSET.
struct ArrayGroup {
  std::string_view what;  // names what is left out
  std::string_view measure;
  std::vector<std::string_view> arrays;
};
// Few values each: always in the page.
const std::vector<ArrayGroup> small_arrays{
    {"", "states", {"singleton_fraction", "argmax_accuracy", "step_accuracy"}},
    {"", "relay", {"total", "input_output_information"}},
    {"", "significance", {"total_p", "total_null", "total_null_mean", "total_interval"}},
    {"", "knockout", {"intact"}},
};
const std::vector<ArrayGroup> path_arrays{
    {"the greedy path", "relay", {"greedy/removal_order", "greedy/information"}},
    {"the loss without each unit", "relay", {"single"}},
    {"aggregated relay information", "relay", {"aggregated"}},
    {"the best sets", "relay", {"best/information", "best/set"}},
};
const std::vector<ArrayGroup> test_arrays{
    {"tests of single units", "significance", {"single_p", "single_null"}},
    {"intervals of single units", "significance", {"single_interval"}},
    {"tests of greedy sets", "significance", {"greedy_p", "greedy_null"}},
    {"tests of the best sets", "significance", {"maximum_p", "maximum_null"}},
    {"accuracies without single units", "knockout", {"accuracy_single"}},
    {"quantiles of accuracies", "knockout", {"sizes/quantile"}},
};

std::size_t bytes_of(const ResultArray& array) {
  return std::visit([](const auto& values) { return static_cast<std::size_t>(values.size()) * sizeof(*values.data()); },
                    array.values);
}

class LayerData {
 public:
  // `time`: of a layer that is one of several times.
  LayerData(const LayerResults& layer, const ResultView& model, ImageShape image, std::size_t room,
            std::optional<double> time)
      : layer_(layer), model_(model), image_(image), units_(unit_count(layer)), room_(room), time_(time) {}

  json data() {
    const std::vector<std::string> names = subsets_of(layer_, "states");
    begin(names);
    // What is put first has room first; the last subset (`test` if there is one) before the others.
    using Part = void (LayerData::*)(const std::string& name, json& subset);
    const auto put = [&](Part part) {
      for (std::size_t i = names.size(); i-- > 0;) (this->*part)(names[i], subsets_[i]);
    };
    put(&LayerData::put_paths);
    put(&LayerData::put_table);
    put(&LayerData::put_tests);
    put(&LayerData::put_grids);
    put(&LayerData::put_time_knockout);
    knockouts_ = subsets_of(layer_, "knockout").size();
    put(&LayerData::put_values);
    put(&LayerData::put_histogram);
    put_fields();
    return finished();
  }

  // Bytes of what is known of each unit and size, with all that is always there.
  std::size_t path_bytes() {
    const std::vector<std::string> names = subsets_of(layer_, "states");
    begin(names);
    for (std::size_t i = 0; i < names.size(); ++i) {
      put_paths(names[i], subsets_[i]);
      put_tests(names[i], subsets_[i]);
    }
    return text_bytes(finished()) + left_out_bytes * names.size();
  }

 private:
  void begin(const std::vector<std::string>& names) {
    out_ = {{"name", layer_.layer}, {"title", layer_.title}, {"units", units_}};
    if (time_) out_["time"] = *time_;
    put_modules();
    for (const std::string& name : names) subsets_.push_back(subset_data(name));
    json all = out_;
    all["subsets"] = subsets_;
    all["arrays"] = arrays_;
    room_.take(text_bytes(all) + left_out_bytes * names.size());
  }

  json finished() {
    out_["subsets"] = subsets_;
    out_["arrays"] = std::move(arrays_);
    return std::move(out_);
  }

  json subset_data(const std::string& name) {
    const RowMatrix<float>& values = values_of(name);
    json subset{{"name", name}, {"samples", values.rows()}, {"left_out", json::array()}, {"results", json::array()}};
    const ResultView relay = layer_.arrays.at("relay/" + name);
    subset["contrasts"] = contrast_names(layer_, relay);
    subset["whole"] = relay.has("class");
    subset["in_series"] = is_series(layer_.arrays.at("states/" + name));
    const ResultView significance = layer_.arrays.at("significance/" + name);
    if (significance.has("")) subset["significance"] = significance_data(significance);
    if (layer_.arrays.has("knockout/" + name)) {
      for (const char* word : {"function", "replace", "method"})
        subset["knockout"][word] = layer_.arrays.attribute<std::string>("knockout/" + name, word);
    }
    for (const ArrayGroup& group : small_arrays) {
      for (const std::string_view array : group.arrays) {
        const std::string path = fmt::format("{}/{}/{}", group.measure, name, array);
        if (layer_.arrays.has(path)) arrays_[path] = packed(layer_.arrays.array(path));
      }
    }
    for (const auto* groups : {&small_arrays, &path_arrays, &test_arrays}) {
      for (const ArrayGroup& group : *groups) {
        for (const std::string_view array : group.arrays) {
          if (layer_.arrays.has(fmt::format("{}/{}/{}", group.measure, name, array)))
            subset["results"].push_back(fmt::format("{}/{}", group.measure, array));
        }
      }
    }
    return subset;
  }

  const RowMatrix<float>& values_of(const std::string& name) const {
    const ResultView states = layer_.arrays.at("states/" + name);
    const RowMatrix<float>& values = states.matrix<float>("value");
    if (values.cols() != units_ || values.rows() == 0)
      throw DataError(fmt::format("results: /{}/value is {} x {}, expected {} units", states.group(), values.rows(),
                                  values.cols(), units_));
    return values;
  }

  // Puts what make() returns, of about `array_bytes` bytes as arrays, into `object`, if it fits.
  bool put(json& object, std::size_t array_bytes,
           const std::function<std::vector<std::pair<std::string, json>>()>& make, std::string_view what,
           json& subset) {
    const std::size_t too_large = room_.may_fit(array_bytes) ? room_.put(object, make()) : array_bytes / 3 * 4;
    if (too_large > 0) subset["left_out"].push_back(fmt::format("{} ({})", what, size_text(too_large)));
    return too_large == 0;
  }

  void put_arrays(const std::vector<ArrayGroup>& groups, const std::string& name, json& subset) {
    for (const ArrayGroup& group : groups) {
      std::vector<std::string> paths;
      std::size_t bytes = 0;
      for (const std::string_view array : group.arrays) {
        const std::string path = fmt::format("{}/{}/{}", group.measure, name, array);
        if (!layer_.arrays.has(path)) continue;
        paths.push_back(path);
        bytes += bytes_of(layer_.arrays.array(path));
      }
      if (paths.empty()) continue;
      const auto make = [&] {
        std::vector<std::pair<std::string, json>> made;
        made.reserve(paths.size());
        for (const std::string& path : paths) made.emplace_back(path, packed(layer_.arrays.array(path)));
        return made;
      };
      put(arrays_, bytes, make, group.what, subset);
    }
  }

  void put_paths(const std::string& name, json& subset) {
    put_arrays(path_arrays, name, subset);
    const std::vector<double> sd = unit_deviations(values_of(name), layer_.title);
    put(
        subset, sd.size() * sizeof(double), [&] { return members("unit_sd", packed(sd)); },
        "standard deviations of the units", subset);
  }

  void put_table(const std::string& name, json& subset) {
    const StateInputOutput table = state_input_output(layer_.arrays.at("states/" + name), static_cast<int>(units_));
    put(
        subset, table.bytes(), [&] { return members("table", table_data(table)); },
        "the joint table of states, input and output", subset);
  }

  void put_tests(const std::string& name, json& subset) {
    put_arrays(test_arrays, name, subset);
    // Of each unit alone also from the table of all sets, if there is one.
    const std::string table = "knockout/" + name + "/accuracy";
    if (!layer_.arrays.has(table)) return;
    const RowMatrix<float>& accuracy = layer_.arrays.matrix<float>(table);
    put(
        arrays_, static_cast<std::size_t>(accuracy.rows() * units_) * sizeof(float),
        [&] { return members(table + "_single", single_units(accuracy, units_)); }, "accuracies without single units",
        subset);
  }

  // Over all sets, for each contrast: ranks, information against size, and accuracy against information. Half of the
  // room is left to the values of samples, where there are any.
  void put_grids(const std::string& name, json& subset) {
    const std::string path = "relay/" + name + "/information", accuracies = "knockout/" + name + "/accuracy";
    if (units_ > NeuronSet::max_exhaustive_neurons || !layer_.arrays.has(path)) return;
    const std::size_t least_left = subset.contains("knockout") ? room_.left() / 2 : 0;
    // The classes are those of the contrasts, unless the contrast is of whole symbols.
    const RowMatrix<float>* accuracy = nullptr;
    if (!subset["whole"] && layer_.arrays.has(accuracies)) accuracy = &layer_.arrays.matrix<float>(accuracies);
    json grids = json::array();
    const std::size_t contrasts = subset["contrasts"].size();
    while (grids.size() < contrasts) {
      json grid = grids_of_contrast(layer_.arrays.matrix<float>(path), accuracy, grids.size(), static_cast<int>(units_),
                                    layer_.arrays.group());
      const std::size_t bytes = text_bytes(grid) + 1;
      if (bytes + least_left > room_.left()) break;
      room_.take(bytes);
      grids.push_back(std::move(grid));
    }
    if (grids.size() < contrasts)
      subset["left_out"].push_back(
          grids.empty() ? std::string("counts of all sets")
                        : fmt::format("counts of all sets of {} of {} classes", contrasts - grids.size(), contrasts));
    if (!grids.empty()) subset["grids"] = std::move(grids);
  }

  // Of recurrent networks, the accuracies of all sets: of knockouts at every time, so they are not of a single one.
  void put_time_knockout(const std::string& name, json& subset) {
    if (time_) return;
    const ResultView knockout = layer_.arrays.at("time_knockout/" + name);
    if (!knockout.has("accuracy")) return;
    const ResultArray& accuracy = knockout.array("accuracy");
    const auto make = [&] {
      return members("in_time",
                     {{"replace", knockout.attribute<std::string>("", "replace")}, {"accuracy", packed(accuracy)}});
    };
    put(subset, bytes_of(accuracy), make, "accuracies of all sets", subset);
  }

  // The values of all samples, with what knockouts need besides; where there is no room for them, those of some, drawn
  // at random. Each subset with knockouts has an equal part of the room that those before it leave.
  void put_values(const std::string& name, json& subset) {
    if (!subset.contains("knockout")) return;
    const bool has_next = put_next(subset);
    LayerRoom share(room_.left() / knockouts_--);
    if (!has_next) return;
    const std::size_t share_bytes = share.left();
    put_values(name, subset["knockout"], share, subset["left_out"]);
    room_.take(share_bytes - share.left());
  }

  void put_values(const std::string& name, json& knockout, LayerRoom& share, json& left_out) const {
    const RowMatrix<float>& values = values_of(name);
    const std::span<const Symbol> input = layer_.arrays.at("states/" + name).vector<Symbol>("input");
    const auto samples = static_cast<std::size_t>(values.rows()), units = static_cast<std::size_t>(units_);
    const Replacement mean(values, {.replace = KnockoutReplace::mean}, RandomStream(0, "unused"));
    const std::string replacement = "knockout/" + name + "/replacement_sample";
    std::vector<std::pair<std::string, json>> parts =
        members("mean", packed(std::span(mean.values().data(), units), {units}));
    const std::size_t sample_bytes = 4 * units + 2;
    std::size_t all_bytes = samples * (sample_bytes + 4) / 3 * 4;  // of text, with the numbers of the samples
    if (share.may_fit(samples * sample_bytes)) {
      std::vector<std::pair<std::string, json>> all = parts;
      all.emplace_back("value", packed(std::span(values.data(), samples * units), {samples, units}));
      all.emplace_back("label", packed(input, {samples}));
      if (layer_.arrays.has(replacement))
        all.emplace_back("replacement_sample", packed(layer_.arrays.array(replacement)));
      all_bytes = share.put(knockout, std::move(all));
      if (all_bytes == 0) return;
    }
    // Some compress a little less than others.
    const std::size_t most_drawn = share.left() * samples / all_bytes * 95 / 100;
    const bool enough = most_drawn >= fewest_samples && most_drawn < samples;
    if (enough) {
      const std::vector<std::uint32_t> drawn = drawn_samples(samples, most_drawn);
      std::vector<float> value;
      std::vector<Symbol> label;
      for (const std::uint32_t i : drawn) {
        value.insert(value.end(), values.row(i).begin(), values.row(i).end());
        label.push_back(input[i]);
      }
      parts.emplace_back("value", packed(std::span<const float>(value), {drawn.size(), units}));
      parts.emplace_back("label", packed(label));
      parts.emplace_back("sample", packed(drawn));
    }
    const bool is_put = enough && share.put(knockout, std::move(parts)) == 0;
    left_out.push_back(is_put ? fmt::format("values of {} of {} samples (the others were drawn at random)",
                                            samples - most_drawn, samples)
                              : fmt::format("values of samples ({})", size_text(all_bytes)));
  }

  // The layers after this one, once; false if they do not fit.
  bool put_next(json& subset) {
    const int number = std::stoi(layer_.layer);
    return out_.contains("next") ||
           put(
               out_, next_layers_bytes(model_, number), [&] { return members("next", next_layers(model_, number)); },
               "the weights after the layer, and accuracies by them", subset);
  }

  void put_histogram(const std::string& name, json& subset) {
    if (units_ > most_pictures) return;
    const std::string cuts = "states/" + name + "/threshold";
    const auto make = [&] {
      std::vector<std::pair<std::string, json>> parts = members("histogram", unit_histograms(values_of(name)));
      if (layer_.arrays.has(cuts)) parts[0].second["cut"] = packed(layer_.arrays.array(cuts));
      return parts;
    };
    put(subset, 0, make, "histograms of the units", subset);
  }

  // The weights of a first layer as images.
  void put_fields() {
    if (!model_.has("layer1") || layer_.layer != "1" || units_ > most_pictures) return;
    json fields = field_data(model_.matrix<float>("layer1/weight"), image_);
    if (!fields.is_null())
      put(
          out_, 0, [&] { return members("fields", fields); }, "input weights", subsets_.back());
  }

  // The class of each unit, where it is known: of networks composed of detectors.
  void put_modules() {
    const auto subsets = subsets_of(layer_, "relay");
    const auto classes = static_cast<Eigen::Index>(layer_.classes.size());
    const bool composed = std::any_of(subsets.begin(), subsets.end(), [&](const std::string& subset) {
      return layer_.arrays.has("relay/" + subset + "/module_found");
    });
    if (!composed || units_ % classes != 0) return;
    for (Eigen::Index k = 0; k < units_; ++k) out_["module"].push_back(k / (units_ / classes));
  }

  static std::vector<std::pair<std::string, json>> members(std::string key, json data) {
    std::vector<std::pair<std::string, json>> all;
    all.emplace_back(std::move(key), std::move(data));
    return all;
  }

  const LayerResults& layer_;
  const ResultView model_;
  const ImageShape image_;
  const Eigen::Index units_;
  LayerRoom room_;
  const std::optional<double> time_;
  std::size_t knockouts_ = 0;  // subsets whose values are to be put
  json out_, subsets_ = json::array(), arrays_ = json::object();
};

LayerResults layer_at(const LayerResults& layer, const ResultArrays& arrays) {
  LayerResults one = layer;
  one.arrays = arrays.view(layer.arrays.group());
  one.times = 0;
  return one;
}

}  // namespace

json layer_data(const LayerResults& layer, const ResultView& model, ImageShape image) {
  json data = LayerData(layer, model, image, most_layer_bytes, {}).data();
  data["room"] = size_text(most_layer_bytes) + " per layer";
  return data;
}

std::vector<json> layer_data_at_times(const LayerResults& layer, const std::vector<double>& times) {
  const ResultArrays first = at_time(layer.arrays, 0);
  constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  const std::size_t each = LayerData(layer_at(layer, first), ResultView(), {}, unlimited, times.front()).path_bytes() *
                           11 / 10;  // other times differ a little
  const std::size_t step = std::max<std::size_t>(1, (each * times.size() + most_layer_bytes - 1) / most_layer_bytes);
  const std::size_t shown = (times.size() + step - 1) / step;
  std::vector<json> list;
  for (std::size_t t = 0; t < times.size(); t += step) {
    const ResultArrays arrays = at_time(layer.arrays, t);
    json data = LayerData(layer_at(layer, arrays), ResultView(), {}, most_layer_bytes / shown, times[t]).data();
    data["room"] = size_text(most_layer_bytes) + " per layer, of all its times together";
    if (shown < times.size()) {
      for (json& subset : data["subsets"])
        subset["left_out"].push_back(fmt::format("{} of the {} times", times.size() - shown, times.size()));
    }
    list.push_back(std::move(data));
  }
  return list;
}

}  // namespace inforelay

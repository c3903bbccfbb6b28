#include "experiments/page/layer_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/page/joint_table.hpp"
#include "experiments/page/packed_array.hpp"
#include "experiments/page/set_grid.hpp"
#include "experiments/page/thumbnails.hpp"
#include "experiments/results/time_stack.hpp"
#include "nn/knockout/replacement.hpp"

namespace inforelay {
namespace {

using nlohmann::json;

constexpr int histogram_bins = 40;   // of the values of a unit
constexpr int rank_bins = 96;        // of relay information, for the rank of a set among those of its size
constexpr int size_grid_bins = 24;   // of relay information, against set size
constexpr int value_grid_bins = 32;  // of relay information and of accuracy
constexpr Eigen::Index most_histograms = 64;
constexpr std::size_t fewest_samples = 500;  // accuracies of fewer are too coarse

// Arrays of the results that the page shows, in groups MEASURE/SUBSET.
constexpr std::array subset_arrays{
    std::pair("states", "threshold"),
    std::pair("states", "singleton_fraction"),
    std::pair("states", "argmax_accuracy"),
    std::pair("states", "step_accuracy"),
    std::pair("relay", "total"),
    std::pair("relay", "input_output_information"),
    std::pair("relay", "single"),
    std::pair("relay", "aggregated"),
    std::pair("relay", "greedy/removal_order"),
    std::pair("relay", "greedy/information"),
    std::pair("relay", "best/information"),
    std::pair("relay", "best/set"),
    std::pair("significance", "total_p"),
    std::pair("significance", "total_null"),
    std::pair("significance", "total_null_mean"),
    std::pair("significance", "total_interval"),
    std::pair("significance", "single_p"),
    std::pair("significance", "single_null"),
    std::pair("significance", "single_interval"),
    std::pair("significance", "greedy_p"),
    std::pair("significance", "greedy_null"),
    std::pair("significance", "maximum_p"),
    std::pair("significance", "maximum_null"),
    std::pair("knockout", "intact"),
    std::pair("knockout", "accuracy_single"),
    std::pair("knockout", "replacement_sample"),
    std::pair("knockout", "sizes/quantile"),
};

class LayerData {
 public:
  // `times`: how many such layers share the room of one.
  LayerData(const LayerResults& layer, const ResultView& model, ImageShape image, std::size_t times = 1)
      : layer_(layer),
        model_(model),
        image_(image),
        units_(unit_count(layer)),
        room_(most_layer_bytes / times),
        times_(times) {}

  json data() {
    json out{{"name", layer_.layer}, {"title", layer_.title}, {"units", units_}};
    const std::vector<std::string> subsets = subsets_of(layer_, "states");
    json list = json::array();
    // The last subset (`test` if there is one) is served first.
    for (auto subset = subsets.rbegin(); subset != subsets.rend(); ++subset) list.push_back(subset_data(*subset));
    std::reverse(list.begin(), list.end());
    out["subsets"] = list;
    out["arrays"] = arrays_;
    put_model(out);
    return out;
  }

 private:
  void put_array(const std::string& path) {
    if (layer_.arrays.has(path)) arrays_[path] = packed(layer_.arrays.array(path));
  }

  // Reserves room for `bytes` of raw data, a third more in base64. Without room: false, and a line in `left_out`.
  bool claim(std::size_t bytes, std::string_view what, json& subset) {
    const std::size_t encoded = bytes / 3 * 4;
    if (encoded <= left_) {
      left_ -= encoded;
      return true;
    }
    subset["left_out"].push_back(fmt::format("{}, {}: the page holds at most {} of samples and states per layer{}",
                                             what, bytes_text(static_cast<double>(encoded)),
                                             bytes_text(static_cast<double>(room_)), times_ > 1 ? " and time" : ""));
    return false;
  }

  json subset_data(const std::string& name) {
    const ResultView states = layer_.arrays.at("states/" + name);
    const RowMatrix<float>& values = states.matrix<float>("value");
    if (values.cols() != units_ || values.rows() == 0)
      throw DataError(fmt::format("results: /{}/value is {} x {}, expected {} units", states.group(), values.rows(),
                                  values.cols(), units_));
    json subset{{"name", name}, {"samples", values.rows()}, {"left_out", json::array()}};
    for (const auto& [measure, array] : subset_arrays) put_array(fmt::format("{}/{}/{}", measure, name, array));
    const ResultView relay = layer_.arrays.at("relay/" + name);
    const std::vector<std::string> contrasts = contrast_names(layer_, relay);
    subset["contrasts"] = contrasts;
    subset["whole"] = relay.has("class");
    const StateInputOutput table = state_input_output(states, static_cast<int>(units_));
    if (claim(table.bytes(), "the joint table of states, input and output", subset)) put_table(table, subset);
    put_units(values, subset);
    put_significance(name, subset);
    subset["in_series"] = is_series(states);
    if (layer_.arrays.has("knockout/" + name)) put_knockout(name, states, values, subset);
    put_time_knockout(name, subset);
    put_grids(name, contrasts.size(), subset);
    return subset;
  }

  // Whether samples are steps of trials, which are not independent.
  static bool is_series(const ResultView& states) {
    if (!states.has("trial")) return false;
    const std::span<const std::int64_t> trial = states.vector<std::int64_t>("trial");
    return std::set(trial.begin(), trial.end()).size() < trial.size();
  }

  // How the arrays of significance were computed.
  void put_significance(const std::string& name, json& subset) const {
    const ResultView significance = layer_.arrays.at("significance/" + name);
    if (!significance.has("")) return;
    json out;
    for (const char* count : {"permutations", "bootstrap"})
      out[count] = significance.attribute<std::int64_t>("", count);
    for (const char* word : {"exchange", "bootstrap_of"}) out[word] = significance.attribute<std::string>("", word);
    out["level"] = significance.attribute<double>("", "level");
    subset["significance"] = out;
  }

  static void put_table(const StateInputOutput& table, json& subset) {
    subset["table"] = {{"levels", table.levels},         {"state_bytes", table.state_bytes},
                       {"state", packed(table.state)},   {"input", packed(table.input)},
                       {"output", packed(table.output)}, {"count", packed(table.count)}};
  }

  // Mean, standard deviation and histogram of the values of each unit.
  void put_units(const RowMatrix<float>& values, json& subset) {
    std::vector<double> mean, sd, low, high;
    const auto samples = static_cast<double>(values.rows());
    std::vector<std::uint32_t> count(static_cast<std::size_t>(units_) * histogram_bins);
    for (Eigen::Index k = 0; k < units_; ++k) {
      const Eigen::ArrayXd column = values.col(k).cast<double>();
      mean.push_back(column.sum() / samples);
      sd.push_back(std::sqrt((column - mean.back()).square().sum() / samples));
      low.push_back(column.minCoeff());
      high.push_back(column.maxCoeff());
      if (!std::isfinite(sd.back()))
        throw DataError(fmt::format("results: values of unit {} of layer {} are not finite", k, layer_.title));
      for (const double value : column) {
        const double part = high.back() > low.back() ? (value - low.back()) / (high.back() - low.back()) : 0;
        const int bin = std::min(histogram_bins - 1, static_cast<int>(part * histogram_bins));
        ++count[static_cast<std::size_t>(k * histogram_bins + bin)];
      }
    }
    subset["unit_sd"] = packed(sd);
    if (units_ > most_histograms) return;
    subset["histogram"] = {{"low", packed(low)},
                           {"high", packed(high)},
                           {"count", packed(std::span<const std::uint32_t>(count),
                                            {static_cast<std::size_t>(units_), std::size_t{histogram_bins}})}};
  }

  // The values of all samples; where there is no room for them, those of some, drawn at random.
  void put_values(const ResultView& states, const RowMatrix<float>& values, json& subset, json& out) {
    const std::span<const Symbol> input = states.vector<Symbol>("input");
    const auto samples = static_cast<std::size_t>(values.rows()), units = static_cast<std::size_t>(units_);
    const std::size_t fitting = left_ / 2 / 4 * 3 / (4 * units + 6);  // half of the room: other subsets need some, too
    if (samples * (4 * units + 2) / 3 * 4 <= left_ || fitting < fewest_samples) {
      if (!claim(samples * (4 * units + 2), "the values of all samples", subset)) return;
      out["value"] = packed(std::span(values.data(), samples * units), {samples, units});
      out["label"] = packed(input, {samples});
      return;
    }
    RandomStream random(0, page_samples);
    std::vector<std::uint32_t> drawn = sample_without_replacement(samples, std::min(fitting, samples), random);
    std::sort(drawn.begin(), drawn.end());
    std::vector<float> value;
    std::vector<Symbol> label;
    for (const std::uint32_t i : drawn) {
      value.insert(value.end(), values.row(i).begin(), values.row(i).end());
      label.push_back(input[i]);
    }
    claim(drawn.size() * (4 * units + 6), "the values of some samples", subset);
    subset["left_out"].push_back(
        fmt::format("the values of all samples but {} of {} drawn at random", drawn.size(), samples));
    out["value"] = packed(std::span<const float>(value), {drawn.size(), units});
    out["label"] = packed(label);
    out["sample"] = packed(drawn);
  }

  // Of recurrent networks, the accuracies of all sets.
  void put_time_knockout(const std::string& name, json& subset) {
    const ResultView knockout = layer_.arrays.at("time_knockout/" + name);
    if (times_ > 1 || !knockout.has("accuracy")) return;
    const RowMatrix<float>& accuracy = knockout.matrix<float>("accuracy");
    if (!claim(static_cast<std::size_t>(accuracy.size()) * 4, "the accuracies of all sets", subset)) return;
    subset["in_time"] = {{"replace", knockout.attribute<std::string>("", "replace")},
                         {"accuracy", packed(knockout.array("accuracy"))}};
  }

  // What the page needs to knock out any set by itself: the means of units, the values of samples, and the accuracies
  // without each unit alone.
  void put_knockout(const std::string& name, const ResultView& states, const RowMatrix<float>& values, json& subset) {
    const ResultView knockout = layer_.arrays.at("knockout/" + name);
    json out;
    for (const char* word : {"function", "replace", "method"}) out[word] = knockout.attribute<std::string>("", word);
    const Replacement mean(values, {.replace = KnockoutReplace::mean}, RandomStream(0, "unused"));
    out["mean"] =
        packed(std::span(mean.values().data(), static_cast<std::size_t>(units_)), {static_cast<std::size_t>(units_)});
    put_values(states, values, subset, out);
    // Of each unit alone; also in the table of all sets, if there is one.
    const std::string table = "knockout/" + name + "/accuracy";
    if (layer_.arrays.has(table)) {
      const RowMatrix<float>& accuracy = layer_.arrays.matrix<float>(table);
      RowMatrix<float> single(accuracy.rows(), units_);
      for (Eigen::Index k = 0; k < units_; ++k) single.col(k) = accuracy.col(Eigen::Index{1} << k);
      arrays_[table + "_single"] =
          packed(std::span<const float>(single.data(), static_cast<std::size_t>(single.size())),
                 {static_cast<std::size_t>(single.rows()), static_cast<std::size_t>(units_)});
    }
    subset["knockout"] = out;
  }

  std::optional<BinnedValue> table_row(const std::string& path, std::size_t row, int bins) const {
    if (!layer_.arrays.has(path)) return {};
    const RowMatrix<float>& table = layer_.arrays.matrix<float>(path);
    if (row >= static_cast<std::size_t>(table.rows()) || table.cols() != Eigen::Index{1} << units_)
      throw DataError(fmt::format("results: /{}/{} is {} x {}, which is no table of all sets of {} units",
                                  layer_.arrays.group(), path, table.rows(), table.cols(), units_));
    const float* begin = table.data() + row * static_cast<std::size_t>(table.cols());
    return BinnedValue({begin, static_cast<std::size_t>(table.cols())}, bins);
  }

  static json grid_data(const SetGrid& grid) {
    return {{"cell", packed(grid.cell)}, {"count", packed(grid.count)}, {"share", packed(grid.share)}};
  }

  // Over all sets, for each contrast: ranks, information against size, and accuracy against information.
  void put_grids(const std::string& name, std::size_t contrasts, json& subset) {
    if (units_ > NeuronSet::max_exhaustive_neurons) return;
    const int units = static_cast<int>(units_);
    json list = json::array();
    for (std::size_t c = 0; c < contrasts; ++c) {
      const auto information = table_row("relay/" + name + "/information", c, rank_bins);
      if (!information) return;
      json grids{{"low", information->low}, {"high", information->high}, {"bins", rank_bins}};
      grids["rank"] = packed(std::span<const std::uint32_t>(size_histogram(*information, units)),
                             {static_cast<std::size_t>(units + 1), std::size_t{rank_bins}});
      BinnedValue coarse = *information;
      coarse.bins = size_grid_bins;
      grids["size"] = grid_data(size_grid(coarse, units));
      grids["size"]["bins"] = size_grid_bins;
      // The classes are those of the contrasts, unless the contrast is of whole symbols.
      const auto accuracy =
          subset["whole"] ? std::nullopt : table_row("knockout/" + name + "/accuracy", c, value_grid_bins);
      if (accuracy) {
        coarse.bins = value_grid_bins;
        grids["accuracy"] = grid_data(value_grid(coarse, *accuracy, units));
        grids["accuracy"].update({{"bins", value_grid_bins}, {"low", accuracy->low}, {"high", accuracy->high}});
      }
      list.push_back(std::move(grids));
    }
    const std::size_t raw = list.dump().size() / 4 * 3;  // claim() adds the third again
    if (times_ == 1 || claim(raw, "the counts of all sets", subset)) subset["grids"] = std::move(list);
  }

  // The layers after this one, the weights of a first layer as images, and known modules.
  void put_model(json& out) {
    if (!model_.has("layer1")) return;
    const int number = std::stoi(layer_.layer);
    json next = json::array();
    for (int l = number + 1; model_.has(fmt::format("layer{}", l)); ++l) {
      const ResultView layer = model_.at(fmt::format("layer{}", l));
      next.push_back({{"weight", packed(layer.array("weight"))},
                      {"bias", packed(layer.array("bias"))},
                      {"activation", layer.attribute<std::string>("", "activation")}});
    }
    out["next"] = next;
    if (number == 1) put_fields(out);
    const auto subsets = subsets_of(layer_, "relay");
    const auto classes = static_cast<Eigen::Index>(layer_.classes.size());
    const bool composed = std::any_of(subsets.begin(), subsets.end(), [&](const std::string& subset) {
      return layer_.arrays.has("relay/" + subset + "/module_found");
    });
    if (!composed || units_ % classes != 0) return;
    for (Eigen::Index k = 0; k < units_; ++k) out["module"].push_back(k / (units_ / classes));
  }

  // Weights in 127ths of the largest of each unit.
  void put_fields(json& out) {
    const RowMatrix<float>& weight = model_.matrix<float>("layer1/weight");
    if (image_.rows * image_.columns == 0 || weight.cols() != image_.rows * image_.columns || units_ > most_histograms)
      return;
    std::vector<std::uint8_t> scaled;  // 128: zero
    for (Eigen::Index k = 0; k < weight.rows(); ++k) {
      const double most = static_cast<double>(weight.row(k).cwiseAbs().maxCoeff());
      for (Eigen::Index d = 0; d < weight.cols(); ++d) {
        const double part = most > 0 ? static_cast<double>(weight(k, d)) / most : 0;
        scaled.push_back(static_cast<std::uint8_t>(128 + std::lround(127 * part)));
      }
    }
    out["fields"] = {
        {"rows", image_.rows},
        {"columns", image_.columns},
        {"weight", packed(std::span<const std::uint8_t>(scaled),
                          {static_cast<std::size_t>(weight.rows()), static_cast<std::size_t>(weight.cols())})}};
  }

  const LayerResults& layer_;
  const ResultView model_;
  const ImageShape image_;
  const Eigen::Index units_;
  const std::size_t room_, times_;
  std::size_t left_ = room_;
  json arrays_ = json::object();
};

// The most text of a layer at all its times.
constexpr std::size_t most_times_bytes = 2'000'000;

}  // namespace

json layer_data(const LayerResults& layer, const ResultView& model, ImageShape image) {
  return LayerData(layer, model, image).data();
}

std::vector<json> layer_data_at_times(const LayerResults& layer, const std::vector<double>& times) {
  std::vector<json> list;
  std::size_t step = 1;
  for (std::size_t t = 0; t < times.size(); t += step) {
    const ResultArrays arrays = at_time(layer.arrays, t);
    LayerResults one = layer;
    one.arrays = arrays.view(layer.arrays.group());
    one.times = 0;
    json data = LayerData(one, ResultView(), {}, times.size()).data();
    data["time"] = times[t];
    if (t == 0) {
      const std::size_t bytes = data.dump(-1, ' ', false, json::error_handler_t::replace).size();
      step = std::max<std::size_t>(1, (bytes * times.size() + most_times_bytes - 1) / most_times_bytes);
    }
    if (step > 1) {
      for (json& subset : data["subsets"])
        subset["left_out"].push_back(fmt::format("of {} times, all but every {}th", times.size(), step));
    }
    list.push_back(std::move(data));
  }
  return list;
}

}  // namespace inforelay

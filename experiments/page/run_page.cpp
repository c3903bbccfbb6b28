#include "experiments/page/run_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <vector>

#include "core/files/sha256.hpp"
#include "experiments/config/config_difference.hpp"
#include "experiments/page/base64.hpp"
#include "experiments/page/layer_data.hpp"
#include "experiments/page/page_files.hpp"
#include "experiments/page/thumbnails.hpp"
#include "experiments/results/layer_results.hpp"
#include "experiments/results/time_stack.hpp"
#include "experiments/sources/recurrent_model.hpp"

namespace inforelay {
namespace {

using nlohmann::json;

constexpr std::size_t most_thumbnails = 300;  // of all subsets; of 28 x 28 pixels at most 160 kB of text

// "sha256-..." of a script or style, as a content security policy names it.
std::string policy_hash(std::string_view text) {
  const std::string hex = sha256_hex(text);
  std::vector<std::uint8_t> digest;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    digest.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return "'sha256-" + base64(digest) + "'";
}

std::string with_markup_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

// `<` occurs in JSON only inside texts, where this is the same character; so nothing in the data ends its element.
std::string inside_script(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

// Data sets whose samples are images. That they are square, the results do not say; those of these sources are.
ImageShape image_shape(const ExperimentResult& result, const ResultView& model) {
  constexpr std::array<std::string_view, 3> images{"mnist", "digits", "idx"};
  if (std::find(images.begin(), images.end(), result.provenance.data_name) == images.end()) return {};
  if (!model.has("layer1/weight")) return {};
  const auto inputs = static_cast<double>(model.matrix<float>("layer1/weight").cols());
  const int side = static_cast<int>(std::lround(std::sqrt(inputs)));
  return side * side == static_cast<int>(inputs) ? ImageShape{side, side} : ImageShape{};
}

json system_data(const ExperimentResult& result, const std::string& name) {
  const ResultView system = result.system(name);
  const bool recording = result.is_recording(name);
  json out{{"name", name},
           {"kind", recording ? "recording" : "network"},
           {"classes", system.texts("class")},
           {"symbols", symbol_names(system)},
           {"bits", has_output_bits(system)}};
  const ResultView model = recording ? ResultView() : system.at("model");
  if (recording)
    out["source"] = system.attribute<std::string>("", "file");
  else
    out["source"] = is_recurrent(system) ? "recurrent: " + model.attribute<std::string>("", "kind")
                                         : "layers: " + layers_text(model);
  json layers = json::array();
  const ImageShape image = recording ? ImageShape{} : image_shape(result, model);
  for (const LayerResults& layer : layers_of(result, name)) {
    if (layer.times > 0) {
      for (json& one : layer_data_at_times(layer, system.numbers(time_axis))) layers.push_back(std::move(one));
    } else {
      layers.push_back(layer_data(layer, model, image));
    }
  }
  out["layers"] = std::move(layers);
  return out;
}

// Thumbnails {SUBSET: images} of the subsets with knockouts of a layer, if its samples are those of the data set.
json image_data(const ExperimentResult& result, const DataPair& data) {
  std::set<std::string> subsets;
  for (const std::string& name : result.networks) {
    for (const LayerResults& layer : layers_of(result, name)) {
      for (const std::string& subset : subsets_of(layer, "knockout")) {
        if (layer.times > 0 || (subset != "train" && subset != "test")) continue;
        const std::span<const Symbol> input = layer.arrays.vector<Symbol>("states/" + subset + "/input");
        const std::span<const Symbol> labels = data.subset(subset).labels();
        if (std::equal(input.begin(), input.end(), labels.begin(), labels.end())) subsets.insert(subset);
      }
    }
  }
  json out = json::object();
  for (const std::string& subset : subsets) {
    json images = thumbnails(data.subset(subset), most_thumbnails / subsets.size());
    if (!images.is_null()) out[subset] = std::move(images);
  }
  return out;
}

// A setting of a configuration as text: one in quotation marks without them.
std::string plain_setting(const std::string& config, const std::string& path) {
  std::string value = setting_in(config, path);
  if (!value.starts_with('"')) return value;
  const json text = json::parse(value, nullptr, false);
  return text.is_string() ? text.get<std::string>() : value;
}

// How values became states; settings as text, those that the configuration has.
json discretization_data(const std::string& config) {
  const std::string path = "analysis.discretize";
  json out = json::object();
  for (const char* key : {"method", "levels", "edges", "threshold", "fit", "times"}) {
    if (std::string value = plain_setting(config, path + "." + key); !value.empty()) out[key] = std::move(value);
  }
  if (!out.contains("method")) out["method"] = plain_setting(config, path);  // the method alone
  return out;
}

json provenance_data(const RunProvenance& from) {
  return {{"version", from.version},
          {"git_revision", from.git_revision},
          {"compiler", from.compiler},
          {"host", from.host},
          {"command_line", from.command_line},
          {"config", from.config},
          {"seed", from.seed},
          {"data_name", from.data_name},
          {"data_origin", from.data_origin},
          {"data_sha256", from.data_sha256},
          {"fallback_reason", from.fallback_reason}};
}

// The template with each @NAME@ replaced.
std::string filled(std::string_view html, const std::vector<std::pair<std::string_view, std::string_view>>& parts) {
  std::string out;
  while (!html.empty()) {
    const std::size_t begin = html.find('@');
    const std::size_t end = begin == std::string_view::npos ? begin : html.find('@', begin + 1);
    out += html.substr(0, begin);
    if (end == std::string_view::npos) break;
    for (const auto& [name, text] : parts) {
      if (html.substr(begin + 1, end - begin - 1) == name) out += text;
    }
    html.remove_prefix(end + 1);
  }
  return out;
}

// `data`: a JSON object as text.
std::string page_html(const std::string& title, std::string data) {
  const std::string policy =
      fmt::format("default-src 'none'; script-src {} {}; style-src {}; base-uri 'none'; form-action 'none'",
                  policy_hash(page_files::d3), policy_hash(page_files::script), policy_hash(page_files::style));
  data = inside_script(data);
  const std::string escaped = with_markup_escaped(title), licence = with_markup_escaped(page_files::d3_licence);
  return filled(page_files::template_html, {{"POLICY", policy},
                                            {"TITLE", escaped},
                                            {"STYLE", page_files::style},
                                            {"DATA", data},
                                            {"LICENCE", licence},
                                            {"D3", page_files::d3},
                                            {"SCRIPT", page_files::script}});
}

}  // namespace

std::string page_for(const ExperimentResult& header, const std::string& note, json content) {
  content.update({{"format", "inforelay-page"},
                  {"experiment", header.experiment},
                  {"note", note},
                  {"provenance", provenance_data(header.provenance)}});
  // Names come from files of others, which need not be UTF-8.
  return page_html(header.experiment, content.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string run_page(const ExperimentResult& result, const std::string& note, const DataPair* images) {
  json systems = json::array();
  for (const std::string& name : result.systems()) systems.push_back(system_data(result, name));
  const std::string& config = result.provenance.config;
  json content{{"systems", std::move(systems)},
               {"discretization", discretization_data(config)},
               {"maximum", setting_in(config, "analysis.significance.maximum")}};
  if (images) content["images"] = image_data(result, *images);
  return page_for(result, note, std::move(content));
}

}  // namespace inforelay

// What the page holds of a layer: all of the paper's, of any other what fits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "experiments/page/drawn_samples.hpp"
#include "experiments/page/layer_data.hpp"
#include "experiments/page/layer_room.hpp"
#include "experiments/page/packed_array.hpp"
#include "tests/catch2.hpp"

namespace inforelay {
namespace {

using Shape = std::vector<std::size_t>;

// Of a layer of random numbers, which compress as little as any.
struct LayerScene {
  std::size_t units = 0, classes = 10;
  std::map<std::string, std::size_t> samples{{"train", 60000}, {"test", 10000}};
  std::size_t times = 0;
  bool tables = false;
  bool time_knockout = false;               // that of a recurrent network, of all sets
  std::set<std::string> knockouts{"test"};  // subsets
  double zeros = 0;                         // the fraction of values that are 0
  std::vector<std::size_t> after{10};       // widths of the layers after it
  std::size_t inputs = 784;
  std::size_t states = 0;  // different ones; 0: as many as there are
};

class LayerOfNoise {
 public:
  explicit LayerOfNoise(const LayerScene& scene) : scene_(scene) {
    for (const auto& [name, samples] : scene.samples) put_subset(name, samples);
    std::size_t width = scene.units;
    put("model/layer1/weight", noise<float>({width, scene.inputs}));
    for (std::size_t l = 0; l < scene.after.size(); ++l) {
      const std::string group = fmt::format("model/layer{}", l + 2);
      put(group + "/weight", noise<float>({scene.after[l], width}));
      put(group + "/bias", noise<float>({scene.after[l]}));
      arrays_.put_attribute(group, "activation", std::string("tanh"));
      width = scene.after[l];
    }
  }

  LayerResults layer() const {
    std::vector<std::string> names;
    for (std::size_t c = 0; c < scene_.classes; ++c) names.push_back(fmt::format("{}", c));
    return {.title = "full",
            .name = "full",
            .layer = "1",
            .system = "full",
            .classes = names,
            .symbols = names,
            .arrays = arrays_.view("layer"),
            .times = scene_.times};
  }
  ResultView model() const { return arrays_.view("model"); }

 private:
  void put(const std::string& path, ResultArray array) { arrays_.put_array(path, std::move(array)); }

  // [T, ...] where the layer is analysed at each time, unless it is of all times.
  template <class T>
  ResultArray noise(Shape shape, std::uint64_t below = 0, bool all_times = false) {
    ResultArray array;
    array.axes.assign(shape.size(), "x");
    array.shape = shape;
    Eigen::Index size = 1;
    for (const std::size_t n : shape) size *= static_cast<Eigen::Index>(n);
    const auto rows = static_cast<Eigen::Index>(shape.size() < 2 ? 1 : shape[0]);
    array.values = RowMatrix<T>::NullaryExpr(rows, size / rows, [&] {
                     return below > 0 ? static_cast<T>(random_.below(below)) : static_cast<T>(random_.uniform(-1, 1));
                   }).eval();
    if (scene_.times > 0 && !all_times) {
      array.axes.insert(array.axes.begin(), "time");
      array.shape.insert(array.shape.begin(), scene_.times);
      RowMatrix<T> all(static_cast<Eigen::Index>(scene_.times), size);
      const auto one = std::get<RowMatrix<T>>(array.values);
      for (Eigen::Index t = 0; t < all.rows(); ++t) all.row(t) = Eigen::Map<const RowMatrix<T>>(one.data(), 1, size);
      array.values = all;
    }
    return array;
  }

  void put_subset(const std::string& name, std::size_t samples) {
    const std::size_t units = scene_.units, classes = scene_.classes;
    const std::string states = "layer/states/" + name + "/", relay = "layer/relay/" + name + "/",
                      tests = "layer/significance/" + name, knockout = "layer/knockout/" + name;
    ResultArray value = noise<float>({samples, units});
    if (scene_.zeros > 0) {
      for (float& one : std::get<RowMatrix<float>>(value.values).reshaped())
        one *= random_.uniform(0, 1) >= scene_.zeros;
    }
    put(states + "value", std::move(value));
    ResultArray state = noise<std::uint8_t>({samples, units}, 2);
    if (scene_.states > 0) {
      auto& rows = std::get<RowMatrix<std::uint8_t>>(state.values);
      const auto all = static_cast<Eigen::Index>(scene_.states);
      for (Eigen::Index i = all; i < rows.rows(); ++i) rows.row(i) = rows.row(i % all);
    }
    put(states + "state", std::move(state));
    for (const char* symbols : {"input", "output"}) put(states + symbols, noise<Symbol>({samples}, classes));
    put(states + "threshold", noise<double>({units, 1}));
    put(states + "singleton_fraction", noise<double>({1}));
    for (const char* array : {"total", "input_output_information"}) put(relay + array, noise<double>({classes}));
    for (const char* array : {"single", "aggregated", "greedy/information"})
      put(relay + array, noise<double>({classes, units}));
    put(relay + "greedy/removal_order", noise<std::uint16_t>({classes, units}, units));
    put(tests + "/total_p", noise<double>({classes}));
    for (const char* of : {"single", "greedy"}) {
      put(fmt::format("{}/{}_p", tests, of), noise<double>({classes, units}));
      put(fmt::format("{}/{}_null", tests, of), noise<double>({classes, units, 3}));
    }
    put(tests + "/single_interval", noise<double>({classes, units, 2}));
    for (const char* count : {"permutations", "bootstrap"}) arrays_.put_attribute(tests, count, std::int64_t{200});
    for (const char* word : {"exchange", "bootstrap_of"}) arrays_.put_attribute(tests, word, std::string("samples"));
    arrays_.put_attribute(tests, "level", 0.95);
    if (scene_.tables && name == "test") {
      put(relay + "best/information", noise<double>({classes, units + 1}));
      put(relay + "best/set", noise<std::int64_t>({classes, units + 1}, std::uint64_t{1} << units));
      put(relay + "information", noise<float>({classes, std::size_t{1} << units}));
    }
    if (scene_.time_knockout) {
      const std::string in_time = "layer/time_knockout/" + name;
      put(in_time + "/accuracy", noise<float>({classes, std::size_t{1} << units}, 0, true));
      arrays_.put_attribute(in_time, "replace", std::string("zero"));
    }
    if (!scene_.knockouts.contains(name)) return;
    put(knockout + "/intact", noise<float>({classes}));
    if (scene_.tables) put(knockout + "/accuracy", noise<float>({classes, std::size_t{1} << units}));
    for (const auto& [key, word] : {std::pair("function", "threshold"), {"replace", "zero"}, {"method", "exact"}})
      arrays_.put_attribute(knockout, key, std::string(word));
  }

  LayerScene scene_;
  ResultArrays arrays_;
  RandomStream random_{1, "layer"};
};

nlohmann::json data_of(const LayerScene& scene, ImageShape image = {}) {
  const LayerOfNoise noise(scene);
  nlohmann::json data = layer_data(noise.layer(), noise.model(), image);
  CHECK(text_bytes(data) <= most_layer_bytes);
  return data;
}

bool left_out(const nlohmann::json& subset, const std::string& what) {
  const nlohmann::json& list = subset["left_out"];
  return std::any_of(list.begin(), list.end(),
                     [&](const nlohmann::json& text) { return text.get<std::string>().starts_with(what); });
}

}  // namespace

TEST_CASE("The page holds all of a layer of the paper's size", "[page]") {
  // The paper's networks have some 2,000 joint states in 10,000 samples. Values of all sets that are noise occupy more
  // cells of the grids than theirs.
  const nlohmann::json data = data_of({.units = 20, .tables = true, .states = 50}, {28, 28});
  for (const nlohmann::json& subset : data["subsets"]) {
    INFO(subset["left_out"].dump());
    CHECK(subset["left_out"].empty());
    CHECK(subset.contains("table"));
  }
  const nlohmann::json& test = data["subsets"][1];
  CHECK(test["name"] == "test");
  CHECK(test["knockout"]["value"]["shape"] == nlohmann::json{10000, 20});
  CHECK_FALSE(test["knockout"].contains("sample"));
  CHECK(test["grids"].size() == 10);
  CHECK(data["fields"]["weight"]["shape"] == nlohmann::json{20, 784});
  CHECK(data["arrays"].contains("knockout/test/accuracy_single"));
}

TEST_CASE("What does not fit into the page is named, the greedy path last", "[page]") {
  const std::size_t units = GENERATE(as<std::size_t>{}, 100, 784, 4000);
  const nlohmann::json data = data_of({.units = units, .samples = {{"train", 6000}, {"test", 2000}}}, {28, 28});
  for (const nlohmann::json& subset : data["subsets"]) {
    const std::string name = subset["name"];
    INFO(units << " " << subset["left_out"].dump());
    const auto is_there = [&](const std::string& path) { return data["arrays"].contains(path); };
    CHECK(is_there("relay/" + name + "/total"));
    CHECK(is_there("relay/test/greedy/information"));
    CHECK(is_there("relay/test/greedy/removal_order"));
    // Named or there, one of both.
    CHECK(is_there("relay/" + name + "/greedy/information") != left_out(subset, "the greedy path ("));
    CHECK(is_there("relay/" + name + "/single") != left_out(subset, "the loss without each unit ("));
    CHECK(is_there("significance/" + name + "/greedy_p") != left_out(subset, "tests of greedy sets ("));
    CHECK(is_there("significance/" + name + "/greedy_p") == is_there("significance/" + name + "/greedy_null"));
    CHECK(subset.contains("table") != left_out(subset, "the joint table of states, input and output ("));
    CHECK(subset.contains("unit_sd") != left_out(subset, "standard deviations of the units ("));
    const auto& results = subset["results"];
    CHECK(std::count(results.begin(), results.end(), "significance/greedy_p") == 1);
  }
  const nlohmann::json& test = data["subsets"][1];
  CHECK(test["knockout"].contains("value") == (units == 100));
  CHECK((left_out(test, "values of samples (") || left_out(test, "the weights after the layer")) == (units > 100));
}

TEST_CASE("Where values of all samples do not fit into the page, those of as many as fit are drawn", "[page]") {
  const nlohmann::json data = data_of({.units = 64, .samples = {{"test", 10000}}}, {28, 28});
  const nlohmann::json& subset = data["subsets"][0];
  const std::size_t drawn = subset["knockout"]["sample"]["shape"][0];
  CHECK(drawn > 500);
  CHECK(subset["knockout"]["sample"] == packed(drawn_samples(10000, drawn)));
  CHECK(subset["knockout"]["value"]["shape"] == nlohmann::json{drawn, 64});
  CHECK(
      left_out(subset, fmt::format("values of {} of 10000 samples (the others were drawn at random)", 10000 - drawn)));
}

TEST_CASE("The page has the values of all samples if they fit compressed", "[page]") {
  const nlohmann::json data = data_of({.units = 64, .samples = {{"test", 10000}}, .zeros = 0.88}, {28, 28});
  const nlohmann::json& subset = data["subsets"][0];
  INFO(subset["left_out"].dump());
  CHECK(subset["knockout"]["value"]["shape"] == nlohmann::json{10000, 64});
  CHECK_FALSE(subset["knockout"].contains("sample"));
  CHECK_FALSE(left_out(subset, "values of"));
}

TEST_CASE("Subsets with knockouts share the room for values", "[page]") {
  // Those of one subset would fit, and leave little to the other.
  const nlohmann::json data =
      data_of({.units = 40, .samples = {{"train", 5000}, {"test", 5000}}, .knockouts = {"train", "test"}});
  std::vector<double> drawn;
  for (const nlohmann::json& subset : data["subsets"]) {
    INFO(subset["left_out"].dump());
    REQUIRE(subset["knockout"].contains("sample"));
    drawn.push_back(subset["knockout"]["sample"]["shape"][0]);
  }
  CHECK(drawn[1] > 1000);
  CHECK(drawn[0] / drawn[1] > 0.9);
  CHECK(drawn[0] / drawn[1] < 1.2);
}

TEST_CASE("The page does without weights after a layer, images of inputs and counts that are too many", "[page]") {
  const nlohmann::json deep = data_of({.units = 30, .samples = {{"test", 1000}}, .after = {2000, 2000, 10}});
  CHECK_FALSE(deep.contains("next"));
  CHECK(left_out(deep["subsets"][0], "the weights after the layer"));
  CHECK_FALSE(deep["subsets"][0]["knockout"].contains("value"));

  const nlohmann::json large = data_of({.units = 20, .samples = {{"test", 1000}}, .inputs = 300 * 300}, {300, 300});
  CHECK(large["fields"]["rows"] == 27);  // 11 x 11 inputs become a pixel

  const nlohmann::json many = data_of({.units = 12, .classes = 200, .samples = {{"test", 2000}}, .tables = true});
  const nlohmann::json& subset = many["subsets"][0];
  const std::size_t counted = subset["grids"].size();
  CHECK((counted > 1 && counted < 200));
  CHECK(left_out(subset, fmt::format("counts of all sets of {} of 200 classes", 200 - counted)));
  CHECK(subset["knockout"].contains("value"));
}

TEST_CASE("A layer at many times has the room of one layer", "[page]") {
  const std::size_t times = GENERATE(as<std::size_t>{}, 1, 3, 1000);
  const LayerOfNoise noise(
      {.units = 12, .samples = {{"test", 300}}, .times = times, .time_knockout = true, .knockouts = {}});
  std::vector<double> at;
  for (std::size_t t = 0; t < times; ++t) at.push_back(static_cast<double>(t));
  const std::vector<nlohmann::json> list = layer_data_at_times(noise.layer(), at);
  std::size_t bytes = 0;
  for (const nlohmann::json& one : list) {
    bytes += text_bytes(one);
    CHECK(one["arrays"].contains("relay/test/aggregated"));
    CHECK_FALSE(one["subsets"][0].contains("in_time"));  // knockouts at all times are of no single one
    CHECK(left_out(one["subsets"][0], fmt::format("{} of the {} times", times - list.size(), times)) ==
          (list.size() < times));
    if (times <= 3) CHECK(one["subsets"][0]["left_out"].empty());
  }
  CHECK(bytes <= most_layer_bytes);
  CHECK(list[0]["time"] == 0);
  if (list.size() > 1) CHECK(list.back()["time"] == (list.size() - 1) * list[1]["time"].get<std::size_t>());
  CHECK((times > 3 ? list.size() > 20 && list.size() < times : list.size() == times));
}

TEST_CASE("A layer of a recurrent network has the accuracies of all sets", "[page]") {
  const nlohmann::json data =
      data_of({.units = 12, .samples = {{"test", 300}}, .time_knockout = true, .knockouts = {}});
  const nlohmann::json& in_time = data["subsets"][0]["in_time"];
  CHECK(in_time["replace"] == "zero");
  CHECK(in_time["accuracy"]["shape"] == nlohmann::json{10, 4096});
}

TEST_CASE("A layer at one time that does not fit is not said to lack times", "[page]") {
  const LayerOfNoise noise({.units = 4000, .samples = {{"test", 300}}, .times = 1, .knockouts = {}});
  const std::vector<nlohmann::json> list = layer_data_at_times(noise.layer(), {7});
  REQUIRE(list.size() == 1);
  CHECK(text_bytes(list[0]) <= most_layer_bytes);
  CHECK(left_out(list[0]["subsets"][0], "tests of single units ("));
  for (const nlohmann::json& text : list[0]["subsets"][0]["left_out"])
    CHECK(text.get<std::string>().find(" times") == std::string::npos);
}

TEST_CASE("Of drawn samples, fewer are part of more", "[page]") {
  for (const std::size_t samples : {std::size_t{1}, std::size_t{700}, std::size_t{10000}}) {
    const std::vector<std::uint32_t> most = drawn_samples(samples, 650);
    CHECK(most.size() == std::min<std::size_t>(samples, 650));
    CHECK(std::adjacent_find(most.begin(), most.end(), std::greater_equal<>()) ==
          most.end());  // ascending, no two equal
    CHECK(most.back() < samples);
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{300}, std::size_t{649}}) {
      const std::vector<std::uint32_t> some = drawn_samples(samples, count);
      CHECK(some.size() == std::min(samples, count));
      CHECK(std::includes(most.begin(), most.end(), some.begin(), some.end()));
    }
  }
  CHECK(drawn_samples(10000, 300) == drawn_samples(10000, 300));
  CHECK(drawn_samples(5, 9) == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
}

}  // namespace inforelay

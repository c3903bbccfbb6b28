// Batch normalisation of weight files: where it stands, and that it is folded into the right dense layer.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "nn/weights/batch_norm.hpp"
#include "nn/weights/layer_order.hpp"
#include "nn/weights/safetensors.hpp"
#include "nn/weights/torch_files.hpp"
#include "nn/weights/weight_file.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"
#include "tests/nn/weights/damage.hpp"
#include "tests/nn/weights/weight_writers.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/torch.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

using Tensors = std::vector<NamedTensor>;
using Values = std::vector<float>;
using enum BatchNormSide;

NamedTensor vector_of(const std::string& name, Values values) { return {name, {values.size()}, std::move(values)}; }

Tensors dense(const std::string& name, std::uint64_t in, std::uint64_t out, float first = 1) {
  Tensors tensors{{name + ".weight", {out, in}, Values(in * out)}, {name + ".bias", {out}, Values(out)}};
  for (NamedTensor& tensor : tensors) {
    for (float& value : tensor.values) value = std::sin(first++);
  }
  return tensors;
}

Tensors norm(const std::string& name, std::uint64_t width, float first = 2) {
  Tensors tensors;
  for (const char* part : {"weight", "bias", "running_mean", "running_var"}) {
    Values values(width);
    for (float& value : values) value = 1.5f + std::sin(first++);
    tensors.push_back(vector_of(name + "." + part, values));
  }
  tensors.push_back({name + ".num_batches_tracked", {}, {7}});
  return tensors;
}

Tensors joined(const std::vector<Tensors>& parts) {
  Tensors all;
  for (const Tensors& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

WeightFile load(Tensors tensors, WeightFileOptions options = {}, bool ordered = true) {
  if (!options.activation) options.activation = Activation::relu;
  if (!options.output_activation) options.output_activation = Activation::tanh;
  return network_from_tensors({.format = "test", .tensors = std::move(tensors), .ordered = ordered}, options, "file");
}

// The outputs for `inputs`, in double precision.
std::vector<double> outputs_of(const Mlp& network, std::vector<double> values) {
  for (const DenseLayer& layer : network.layers) {
    std::vector<double> next;
    for (int o = 0; o < layer.out(); ++o) {
      double sum = layer.bias[o];
      for (int i = 0; i < layer.in(); ++i) sum += double{layer.weight(o, i)} * values[static_cast<std::size_t>(i)];
      next.push_back(test::activate(layer.activation, sum));
    }
    values = std::move(next);
  }
  return values;
}

}  // namespace

TEST_CASE("Batch normalisation is folded into the dense layer before or after it", "[weights][norm]") {
  // Two inputs, two hidden neurons, one output: sums by hand for the inputs (1, 2).
  const Tensors tensors = joined({{{"0.weight", {2, 2}, {1, 2, -1, 1}}, vector_of("0.bias", {1, -2})},
                                  {vector_of("1.weight", {2, 3}), vector_of("1.bias", {-1, 0.5f}),
                                   vector_of("1.running_mean", {4, -1}), vector_of("1.running_var", {3, 0})},
                                  {{"2.weight", {1, 2}, {1, 10}}, vector_of("2.bias", {0.25f})}});
  const auto output = [&](BatchNormSide side) {
    const WeightFile file =
        load(tensors, {.output_activation = Activation::identity, .batch_norm = side, .batch_norm_epsilon = 1});
    CHECK(file.layer_names == std::vector<std::string>{"0", "2"});
    CHECK(file.network.layers[0].weight.size() == 4);
    return outputs_of(file.network, {1, 2}).at(0);
  };
  // Sums of the first layer: 6 and -1. Normalised: 2 (6 - 4) / 2 - 1 = 1 and 3 (-1 + 1) / 1 + 0.5 = 0.5.
  CHECK(output(before_activation) == Approx(0.25 + 1 + 10 * 0.5).epsilon(1e-7));
  // relu: 6 and 0. Normalised: 1 and 3 (0 + 1) / 1 + 0.5 = 3.5.
  CHECK(output(after_activation) == Approx(0.25 + 1 + 10 * 3.5).epsilon(1e-7));
}

TEST_CASE("Batch normalisation without weight and bias has 1 and 0", "[weights][norm]") {
  Tensors plain = norm("1", 3), full = plain;
  std::erase_if(plain, [](const NamedTensor& t) { return t.name == "1.weight" || t.name == "1.bias"; });
  full[0].values = {1, 1, 1};
  full[1].values = {0, 0, 0};
  const auto network = [](const Tensors& middle) {
    return load(joined({dense("0", 2, 3), middle, dense("2", 3, 1)}), {.batch_norm = before_activation}).network;
  };
  CHECK(same_bits(network(plain), network(full)));
}

TEST_CASE("The side of the activation must be stated, unless it does not matter", "[weights][norm]") {
  const Tensors hidden = joined({dense("0", 2, 3), norm("1", 3), dense("2", 3, 1)});
  CHECK_THROWS_AS(load(hidden), UsageError);
  CHECK_THROWS_WITH(load(hidden),
                    "file: has batch normalisation ('1') but does not state on which side of the "
                    "activation it stands; add batch_norm: before_activation (dense layer, batch "
                    "normalisation, activation) or batch_norm: after_activation (dense layer, activation, "
                    "batch normalisation)");
  CHECK_FALSE(same_bits(load(hidden, {.batch_norm = before_activation}).network,
                        load(hidden, {.batch_norm = after_activation}).network));
  CHECK(load(hidden, {.batch_norm = before_activation}).source.batch_norm == "before_activation: '1' into '0'");
  CHECK(load(hidden, {.batch_norm = after_activation}).source.batch_norm == "after_activation: '1' into '2'");

  const Tensors outside = joined({norm("0", 2), dense("1", 2, 3), dense("2", 3, 2), norm("3", 2)});
  CHECK_THROWS_AS(load(outside), UsageError);
  CHECK_THROWS_WITH(load(outside, {.batch_norm = after_activation}),
                    "file: batch normalisation '3' after the activation tanh of the outputs cannot be folded into a "
                    "dense layer");
  const WeightFile file = load(outside, {.output_activation = Activation::identity});
  CHECK(file.source.batch_norm == "'0' into '1', '3' into '2'");
  CHECK(load(joined({dense("0", 2, 3), dense("1", 3, 1)})).source.batch_norm.empty());
}

TEST_CASE("The place of batch normalisation comes from the order of the file, of numbers, or of names",
          "[weights][norm]") {
  // '10' stands behind '2' in numbers, before it in text; all layers have one width.
  const Tensors in_order =
      joined({dense("0", 2, 2, 1), norm("2", 2, 2), dense("4", 2, 2, 3), norm("10", 2, 4), dense("11", 2, 2, 5)});
  const Tensors sorted =
      joined({dense("0", 2, 2, 1), norm("10", 2, 4), dense("11", 2, 2, 5), norm("2", 2, 2), dense("4", 2, 2, 3)});
  const WeightFileOptions options{.batch_norm = before_activation};
  const WeightFile expected = load(in_order, options);
  CHECK(expected.source.batch_norm == "before_activation: '2' into '0', '10' into '4'");
  CHECK(same_bits(load(sorted, options, false).network, expected.network));
  CHECK(load(sorted, options, false).layer_names == std::vector<std::string>{"0", "4", "11"});
  CHECK(same_bits(load(sorted, {.layer_names = {"0", "2", "4", "10", "11"}, .batch_norm = before_activation}).network,
                  expected.network));
  CHECK_THROWS_WITH(
      load(sorted, {.layer_names = {"0", "4", "11"}, .batch_norm = before_activation}),
      Contains("3 layers are named, expected all of '0' [2,2]") && Contains("'10' [2] (batch normalisation)"));

  const Tensors named = joined({norm("bn", 3), dense("fc1", 2, 3), dense("fc2", 3, 1)});
  CHECK_THROWS_WITH(load(named, options, false),
                    "file: which dense layer each batch normalisation follows is not known, their names have no "
                    "numbers: list all layers in order in layer_names: 'fc1' [3,2], 'fc2' [1,3], "
                    "'bn' [3] (batch normalisation)");
  CHECK(load(named, {.layer_names = {"fc1", "bn", "fc2"}, .batch_norm = before_activation}, false).source.batch_norm ==
        "before_activation: 'bn' into 'fc1'");
  CHECK_THROWS_WITH(load(named, options),
                    Contains("'bn' [3] does not fit where it stands, between the inputs and 'fc1'"));
  // As a module has them that lists its dense layers first.
  const Tensors apart = joined({dense("a", 2, 3), dense("b", 3, 3), dense("c", 3, 3), norm("n", 3), norm("o", 3)});
  CHECK_THROWS_WITH(load(apart, options), Contains("'n' and 'o' stand at the same place: list all layers"));
  CHECK_THROWS_WITH(load(joined({dense("1", 3, 1), norm("2", 3), dense("3", 2, 3)}), options),
                    Contains("the dense layers do not chain in the order of the file"));
}

TEST_CASE("Numbers in names are put in order, unless something else differs first", "[weights][norm]") {
  const auto order = [](const std::vector<std::string>& names) { return numbered_order(names); };
  using Order = std::vector<std::size_t>;
  CHECK(order({"10", "9", "0"}) == Order{2, 1, 0});
  CHECK(order({"net.2.0", "net.10.0", "net.2.1"}) == Order{0, 2, 1});
  CHECK(order({"b2", "b0.5"}) == Order{1, 0});
  CHECK(order({"x"}) == Order{0});
  for (const auto& names : std::vector<std::vector<std::string>>{{"fc1", "bn1"},
                                                                 {"0.linear", "0.bn"},
                                                                 {"1", "01"},
                                                                 {"a", "a1"},
                                                                 {"1", "99999999999999999999999"},
                                                                 {"", "1"}}) {
    CAPTURE(names);
    CHECK_FALSE(order(names));
  }
}

TEST_CASE("Invalid batch normalisation is refused", "[weights][norm]") {
  const auto refused = [](const std::string& name, Values values, const std::string& message,
                          BatchNormSide side = before_activation) {
    Tensors tensors = joined({dense("0", 2, 3), norm("1", 3), dense("2", 3, 1)});
    const auto found = std::ranges::find(tensors, name, &NamedTensor::name);
    *found = vector_of(name, std::move(values));
    CAPTURE(name);
    CHECK_THROWS_AS(load(tensors, {.batch_norm = side}), DataError);
    CHECK_THROWS_WITH(load(tensors, {.batch_norm = side}), Contains(message));
  };
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  refused("1.running_var", {1, -1e-9f, 1}, "tensor '1.running_var' is -1e-09 at [1], expected variances");
  refused("1.running_var", {1, 1, nan}, "tensor '1.running_var' is nan at [2]");
  refused("1.running_mean", {nan, 1, 1}, "tensor '1.running_mean' is nan at [0], expected finite 32-bit floats");
  refused("1.weight", {1, 2}, "tensor '1.weight' has shape [2], expected [3] beside '1.running_mean'");
  refused("1.bias", {}, "tensor '1.bias' has shape [0]");
  refused("1.running_mean", {1, 2}, "'1' [2] does not fit where it stands, between '0' and '2'");
  refused("1.num_batches_tracked", {1, 2}, "belong to no dense layer: '1.num_batches_tracked' [2]");
  for (const BatchNormSide side : {before_activation, after_activation}) {
    Tensors large = joined({dense("0", 2, 3), norm("1", 3), dense("2", 3, 1)});
    std::ranges::find(large, "1.weight", &NamedTensor::name)->values = {3e38f, 3e38f, 3e38f};
    std::ranges::find(large, "1.running_var", &NamedTensor::name)->values = {0, 0, 0};
    CHECK_THROWS_WITH(load(large, {.batch_norm = side}),
                      Contains("file: layer '") && Contains("a weight or bias is beyond the range of 32-bit floats"));
  }
  Tensors without = joined({dense("0", 2, 3), norm("1", 3), dense("2", 3, 1)});
  std::erase_if(without, [](const NamedTensor& t) { return t.name == "1.running_var"; });
  CHECK_THROWS_WITH(load(without, {.batch_norm = before_activation}),
                    Contains("'1.running_mean' [3] (batch normalisation, without running_mean [width] or running_var"));
}

TEST_CASE("Layers of other kinds are named", "[weights]") {
  const auto kind = [](const std::string& name, std::vector<std::uint64_t> shape, const std::string& expected) {
    NamedTensor tensor{name, shape, Values(element_count(shape, "test"))};
    CAPTURE(name);
    CHECK_THROWS_WITH(load(joined({dense("fc", 2, 1), {tensor}})),
                      Contains("belong to no dense layer: '" + name + "' " + shape_text(shape) + " (" + expected));
  };
  kind("conv1.weight", {8, 1, 3, 3}, "a convolution)");
  kind("conv1.weight", {8, 1, 3}, "a convolution)");
  kind("rnn.weight_ih_l0", {8, 4}, "a recurrent layer (RNN, LSTM, GRU))");
  kind("rnn.bias_hh_l1_reverse", {8}, "a recurrent layer");
  kind("attention.in_proj_weight", {8, 4}, "attention)");
  kind("norm.weight", {8}, "a normalisation without running statistics (LayerNorm, GroupNorm), or PReLU)");
  kind("bn.running_mean", {8}, "batch normalisation, without");
  kind("fc2.weight_g", {8, 1}, "a layer with weight_norm");
  kind("word_embedding.weight", {8, 2}, "an embedding by its name; if it is a dense layer, list all layers");
  CHECK_THROWS_WITH(load(joined({dense("fc", 2, 1), {{"c.weight", {1, 1, 1}, {1}}, vector_of("c.bias", {1})}})),
                    Contains("'c.weight' [1,1,1] (a convolution), 'c.bias' [1] (a convolution)"));
  // A dense layer may be called so.
  const Tensors embedding{{"emb.weight", {3, 2}, Values(6)}};
  CHECK(load(embedding, {.layer_names = {"emb"}}).network.layers.size() == 1);
  CHECK(load(dense("emb", 2, 3)).network.layers.size() == 1);
}

TEST_CASE("Damaged files with batch normalisation give a sound network or an error", "[weights][norm]") {
  const Tensors tensors = joined({dense("0", 2, 3), norm("1", 3), dense("2", 3, 1)});
  std::string header;
  Bytes data;
  for (const NamedTensor& tensor : tensors) {
    const bool counter = is_batch_counter(tensor.name);
    const Bytes part = counter ? number(7, 8) : floats(tensor.values);
    header += fmt::format(R"({}"{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", header.empty() ? "{" : ",",
                          tensor.name, counter ? "I64" : "F32", shape_text(tensor.shape), data.size(),
                          data.size() + part.size());
    data = data + part;
  }
  const Bytes file = safetensors(header + "}", data);
  check_truncation(file, [](std::span<const std::uint8_t> content) { return read_safetensors(content, "cut"); });
  std::mt19937 random(1);
  std::size_t accepted = 0, refused = 0;
  for (int round = 0; round < 4000; ++round) {
    Bytes damaged = file;
    // One bit of the header, or of the numbers.
    const std::size_t begin = round % 2 == 0 ? 0 : file.size() - data.size();
    const std::size_t end = round % 2 == 0 ? file.size() - data.size() : file.size();
    std::uint8_t& byte = damaged[begin + random() % (end - begin)];
    byte = static_cast<std::uint8_t>(byte ^ 1u << random() % 8);
    try {
      const Mlp network =
          load(read_safetensors(damaged, "damaged").tensors, {.batch_norm = after_activation}, false).network;
      for (const DenseLayer& layer : network.layers) REQUIRE((layer.weight.allFinite() && layer.bias.allFinite()));
      ++accepted;
    } catch (const DataError&) {
      ++refused;
    }
  }
  CHECK((accepted > 100 && refused > 100));
}

TEST_CASE("Networks with batch normalisation compute what PyTorch computes, from every format",
          "[weights][norm][torch]") {
  const TemporaryFolder folder;
  if (!run_torch(INFORELAY_TORCH_SCRIPT, fmt::format("norms '{}'", folder.path().string()))) return;
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string(), model = name.substr(0, name.find('.'));
    if (name.ends_with(".expected")) continue;
    CAPTURE(name);
    const WeightFileOptions options{.activation = Activation::relu,
                                    .output_activation = Activation::identity,
                                    .batch_norm = model == "after_activation" ? after_activation : before_activation};
    const Mlp network = load_weights(entry.path(), options).network;
    std::ifstream rows(folder / (model + ".expected"));
    std::vector<std::uint8_t> pixels;
    std::vector<double> expected;
    int number = 0;
    for (double value = 0; rows >> value; ++number) {
      if (number % 9 < 6) {
        pixels.push_back(static_cast<std::uint8_t>(value));
      } else {
        expected.push_back(value);
      }
    }
    REQUIRE(expected.size() == 60);
    const Dataset data(Eigen::Map<const RowMatrix<std::uint8_t>>(pixels.data(), 20, 6), std::vector<Symbol>(20, 0), 1);
    const RowMatrix<float> outputs = forward_outputs(network, data);
    for (std::size_t i = 0; i < 60; ++i) REQUIRE(outputs.data()[i] == Approx(expected[i]).epsilon(1e-5).margin(2e-6));
    ++compared;
  }
  CHECK(compared == 12);
}

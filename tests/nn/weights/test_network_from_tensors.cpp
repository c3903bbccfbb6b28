#include <fmt/format.h>

#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "nn/weights/tensors.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/weights/weight_writers.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

NamedTensor tensor(const std::string& name, std::vector<std::uint64_t> shape, float first = 1) {
  NamedTensor result{name, shape, std::vector<float>(element_count(shape, "test"))};
  std::iota(result.values.begin(), result.values.end(), first);
  return result;
}

/// in -> out, with a bias.
std::vector<NamedTensor> layer(const std::string& name, std::uint64_t in, std::uint64_t out) {
  return {tensor(name + ".weight", {out, in}), tensor(name + ".bias", {out}, 100)};
}

WeightFile network(std::vector<NamedTensor> tensors, const WeightFileOptions& options = {}, bool ordered = true) {
  return network_from_tensors({.format = "test", .tensors = std::move(tensors), .ordered = ordered}, options, "file");
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Named tensors make a network", "[weights]") {
  const WeightFile file = network(layer("hidden", 3, 2) + layer("output", 2, 1));
  CHECK(file.source.format == "test");
  CHECK(file.layer_names == Names{"hidden", "output"});
  REQUIRE(file.network.layers.size() == 2);
  const DenseLayer& hidden = file.network.layers[0];
  CHECK((hidden.in() == 3 && hidden.out() == 2));
  CHECK((hidden.weight(0, 0) == 1 && hidden.weight(0, 2) == 3 && hidden.weight(1, 0) == 4));
  CHECK(hidden.bias == Eigen::Vector2f(100, 101));
  CHECK(hidden.activation == Activation::tanh);
  CHECK(file.network.layers[1].activation == Activation::tanh);
}

TEST_CASE("A layer without bias has bias 0", "[weights]") {
  CHECK(network({tensor("a.weight", {2, 3})}).network.layers[0].bias == Eigen::Vector2f::Zero());
}

TEST_CASE("Names may have dots, and biases may stand first", "[weights]") {
  const auto a = layer("net.0", 3, 2), b = layer("net.2", 2, 1);
  CHECK(network({b[1], a[1], a[0], b[0]}).layer_names == Names{"net.0", "net.2"});
}

TEST_CASE("Activations come from the options, else from the file, else they are tanh", "[weights]") {
  const auto activations = [](std::vector<Activation> in_file, const WeightFileOptions& options) {
    TensorFile tensors{.format = "test", .tensors = layer("a", 2, 2) + layer("b", 2, 2) + layer("c", 2, 2)};
    tensors.ordered = true;
    tensors.activations = std::move(in_file);
    std::vector<Activation> result;
    for (const DenseLayer& each : network_from_tensors(tensors, options, "file").network.layers)
      result.push_back(each.activation);
    return result;
  };
  const Activation tanh = Activation::tanh, sigmoid = Activation::sigmoid, relu = Activation::relu,
                   identity = Activation::identity;
  using List = std::vector<Activation>;
  CHECK(activations({}, {}) == List{tanh, tanh, tanh});
  CHECK(activations({relu, sigmoid, identity}, {}) == List{relu, sigmoid, identity});
  CHECK(activations({relu, sigmoid, identity}, {.activation = tanh}) == List{tanh, tanh, identity});
  CHECK(activations({relu, sigmoid, relu}, {.output_activation = identity}) == List{relu, sigmoid, identity});
  CHECK(activations({}, {.activation = relu, .output_activation = identity}) == List{relu, relu, identity});
  CHECK_THROWS_WITH(activations({relu, Activation::softmax, identity}, {}),
                    "file: layer 2: activation softmax is for the outputs only");
}

TEST_CASE("The order of layers: names, then the file's where it has one, then the shapes", "[weights]") {
  const auto output_first = layer("a", 2, 1) + layer("b", 4, 3) + layer("c", 3, 2);
  CHECK(network(output_first).layer_names == Names{"b", "c", "a"});
  CHECK(network(output_first, {}, false).layer_names == Names{"b", "c", "a"});
  CHECK(network(output_first, {.layer_names = {"b", "c", "a"}}).layer_names == Names{"b", "c", "a"});

  const auto squares = layer("a", 2, 2) + layer("b", 2, 2);
  CHECK(network(squares).layer_names == Names{"a", "b"});
  CHECK(network(squares, {.layer_names = {"b", "a"}}).layer_names == Names{"b", "a"});
  // Sorted by name, "decoder" stands before "encoder", and its shapes chain: that is not trusted.
  const auto autoencoder = layer("decoder", 2, 5) + layer("encoder", 5, 2);
  CHECK(network(autoencoder).layer_names == Names{"decoder", "encoder"});
  CHECK_THROWS_WITH(network(autoencoder, {}, false),
                    "file: the layers 'decoder' [5,2], 'encoder' [2,5] chain in more than one order: give layer names "
                    "in the order wanted");
  CHECK_THROWS_WITH(network(layer("a", 5, 2) + layer("b", 3, 1)),
                    Contains("the layers 'a' [2,5], 'b' [1,3] chain in no order"));
}

TEST_CASE("Layer names that do not fit are refused", "[weights]") {
  const auto tensors = layer("a", 3, 2) + layer("b", 2, 1);
  CHECK_THROWS_WITH(network(tensors, {.layer_names = {"a", "c"}}),
                    "file: has no layer 'c', expected one of 'a' [2,3], 'b' [1,2]");
  CHECK_THROWS_WITH(network(tensors, {.layer_names = {"a", "a"}}), Contains("layer 'a' is named twice"));
  CHECK_THROWS_WITH(network(tensors, {.layer_names = {"a"}}),
                    Contains("1 layers are named, expected all of 'a' [2,3]"));
  CHECK_THROWS_WITH(network(tensors, {.layer_names = {"b", "a"}}),
                    "file: layer 'a' [2,3] does not follow 'b' [1,2]: it takes 3 inputs, expected 1");
}

TEST_CASE("Tensors that belong to no dense layer are named", "[weights]") {
  const auto refused = [](const std::string& name, std::vector<std::uint64_t> shape) {
    CAPTURE(name);
    CHECK_THROWS_WITH(network(layer("a", 3, 2) + std::vector{tensor(name, shape)}),
                      Contains("belong to no dense layer: '" + name + "' " + shape_text(shape)));
  };
  refused("bn.running_mean", {2});
  refused("conv.weight", {2, 3, 1, 1});
  refused("b.bias", {2});
  refused("b.weight", {2});
  refused("a2.bias", {2, 1});
  refused("scale", {});
  refused(".weight", {2, 3});
  CHECK_THROWS_WITH(network({}), Contains("holds 0 layers (NAME.weight), expected 1 to 64"));
  std::vector<NamedTensor> many;
  for (int i = 0; i < 12; ++i) many.push_back(tensor(fmt::format("x{}", i), {1}));
  CHECK_THROWS_WITH(network(many), Contains("'x7' [1] ... and 4 more; expected"));
  std::vector<NamedTensor> deep;
  for (int i = 0; i < 65; ++i) deep.push_back(tensor(std::to_string(i) + ".weight", {1, 1}));
  CHECK_THROWS_WITH(network(deep), Contains("holds 65 layers"));
  deep.pop_back();
  CHECK(network(deep).network.layers.size() == 64);
  CHECK_THROWS_WITH(network(deep, {.layer_names = {"x"}}),
                    Contains("expected one of '0' [1,1], ") && Contains(", '7' [1,1] ... and 56 more"));
}

TEST_CASE("Shapes that make no layer are refused", "[weights]") {
  CHECK_THROWS_WITH(network({tensor("a.weight", {2, 3}), tensor("a.bias", {3})}),
                    "file: tensor 'a.bias' has shape [3], expected [2] beside the weight [2,3]");
  CHECK_THROWS_WITH(network({tensor("a.weight", {0, 3})}), Contains("shape [0,3], expected at least 1 row and column"));
  CHECK_THROWS_WITH(network({tensor("a.weight", {2, 0})}), Contains("shape [2,0]"));
}

TEST_CASE("Weights that are not finite are refused with their place", "[weights]") {
  auto tensors = layer("a", 3, 2);
  tensors[0].values[4] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(network(tensors), "file: tensor 'a.weight' is nan at [1,1], expected finite 32-bit floats");
  tensors[0].values[4] = 0;
  tensors[1].values[1] = -std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(network(tensors), "file: tensor 'a.bias' is -inf at [1], expected finite 32-bit floats");
}

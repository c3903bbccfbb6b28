#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/error.hpp"
#include "nn/weights/safetensors.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"
#include "tests/nn/weights/damage.hpp"
#include "tests/nn/weights/weight_writers.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

TensorFile read_tensors(const Bytes& content) { return read_safetensors(content, "w.safetensors"); }

/// Two tensors, "fc.weight" [2,3] and "fc.bias" [2].
Bytes small_file() {
  return safetensors(R"({"fc.bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]},)"
                     R"("fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})",
                     floats({1, 2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace

TEST_CASE("The scaling of the inputs goes with a network, and nothing is written for bytes / 255", "[weights]") {
  RandomStream random(1, "scaling");
  const Mlp network = make_mlp(std::array{3, 2, 2}, Activation::relu, Activation::identity, random);
  const auto read = [](const Bytes& bytes) {
    return *network_from_tensors(read_safetensors(bytes, "w"), {}, "w").source.inputs;
  };
  const InputScaling plain = read(write_safetensors(network));
  CHECK(plain.scale == 255);
  CHECK(plain.mean.empty());
  CHECK(write_safetensors(network, {}) == write_safetensors(network));

  const InputScaling written{.scale = 0.1, .mean = {0.1307f, -1e-30f, 3}, .deviation = {1, 0.3081f, 7}};
  const InputScaling own = read(write_safetensors(network, written));
  CHECK(own.scale == written.scale);
  CHECK(own.mean == written.mean);
  CHECK(own.deviation == written.deviation);
  const InputScaling same =
      read(write_safetensors(network, {.scale = 1, .mean = {0.5f, 0.5f, 0.5f}, .deviation = {2, 2, 2}}));
  CHECK(same.scale == 1);
  CHECK(same.mean == std::vector<float>(3, 0.5f));
  CHECK(same.deviation == std::vector<float>(3, 2));

  using Pairs = std::vector<std::pair<std::string_view, std::string>>;
  const auto refused = [&](Pairs metadata, const std::string& message) {
    metadata.insert(metadata.begin(), {{"format", "inforelay-network"}, {"activations", "relu"}});
    const std::vector<float> numbers{1, 2, 3};
    const std::vector<TensorView> tensors{{"layer1.weight", {1, 3}, numbers}};
    CHECK_THROWS_WITH(read(write_safetensors(tensors, metadata)), Catch::Contains(message));
  };
  refused({{"input_scale", "0"}}, "'input_scale': '0' is not a number other than 0");
  refused({{"input_scale", "nan"}}, "'input_scale': 'nan' is not a number");
  refused({{"input_mean", "1"}}, "1 numbers in 'input_mean', but 0 in 'input_std'");
  refused({{"input_mean", "1"}, {"input_std", "0"}}, "'input_std': '0' is not a positive number");
  refused({{"input_mean", "1 x"}, {"input_std", "1 1"}}, "'input_mean': 'x' is not a number");
  refused({{"input_mean", "1 2"}, {"input_std", "1 1"}}, "states means and deviations of 2 inputs, expected 3");
}

TEST_CASE("A network written as safetensors is read back bit for bit", "[safetensors]") {
  RandomStream random(1, "safetensors");
  Mlp network = make_mlp(std::array{5, 4, 3, 3, 2}, Activation::relu, Activation::sigmoid, random);
  network.layers[1].activation = Activation::identity;
  network.layers[2].activation = Activation::leaky_relu(0.3f);
  network.layers[0].weight(0, 0) = std::numeric_limits<float>::max();
  network.layers[0].weight(0, 1) = std::numeric_limits<float>::denorm_min();
  network.layers[0].weight(0, 2) = -0.0f;
  const Bytes bytes = write_safetensors(network);
  const WeightFile again = network_from_tensors(read_tensors(bytes), {}, "w");
  CHECK(again.source.format == "safetensors");
  CHECK(again.layer_names == std::vector<std::string>{"layer1", "layer2", "layer3", "layer4"});
  CHECK(same_bits(again.network, network));
  CHECK(std::signbit(again.network.layers[0].weight(0, 2)));
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    CHECK(again.network.layers[l].activation == network.layers[l].activation);
  }
  CHECK(write_safetensors(again.network) == bytes);
}

TEST_CASE("Tensors come in the order of their numbers, with shapes and values", "[safetensors]") {
  const TensorFile file = read_tensors(small_file());
  REQUIRE(file.tensors.size() == 2);
  CHECK_FALSE(file.ordered);
  CHECK(file.tensors[0].name == "fc.weight");
  CHECK(file.tensors[0].shape == std::vector<std::uint64_t>{2, 3});
  CHECK(file.tensors[0].values == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(file.tensors[1].values == std::vector<float>{7, 8});
}

TEST_CASE("safetensors of other types are converted", "[safetensors]") {
  const auto one = [](std::string_view dtype, std::size_t size, std::uint64_t bits) {
    const std::string header = fmt::format(R"({{"x":{{"dtype":"{}","shape":[],"data_offsets":[0,{}]}}}})", dtype, size);
    return read_tensors(safetensors(header, number(bits, size))).tensors.at(0).values.at(0);
  };
  CHECK(one("F64", 8, std::bit_cast<std::uint64_t>(0.1)) == 0.1f);
  CHECK(std::isinf(one("F64", 8, std::bit_cast<std::uint64_t>(1e300))));  // refused where a network is made of it
  CHECK(one("F16", 2, 0x3c00) == 1.0f);
  CHECK(one("F16", 2, 0xc500) == -5.0f);
  CHECK(one("F16", 2, 0x0001) == std::ldexp(1.0f, -24));
  CHECK(one("BF16", 2, 0x3f80) == 1.0f);
  CHECK(one("BF16", 2, 0xc0a0) == -5.0f);
  CHECK_THROWS_WITH(one("I64", 8, 0), Contains("tensor 'x' is of type 'I64', expected F32, F64, F16 or BF16"));
  CHECK_THROWS_WITH(one("F8_E5M2", 1, 0), Contains("'F8_E5M2'"));
}

TEST_CASE("Counters of batch normalisation may be integers", "[safetensors]") {
  const auto one = [](std::string_view dtype, std::size_t size, std::int64_t value) {
    const std::string header =
        fmt::format(R"({{"n.num_batches_tracked":{{"dtype":"{}","shape":[],"data_offsets":[0,{}]}}}})", dtype, size);
    return read_tensors(safetensors(header, number(static_cast<std::uint64_t>(value), size)))
        .tensors.at(0)
        .values.at(0);
  };
  CHECK(one("I64", 8, 123456) == 123456.0f);
  CHECK(one("I64", 8, -5) == -5.0f);
  CHECK(one("I32", 4, -70000) == -70000.0f);
  CHECK(one("I16", 2, -300) == -300.0f);
  CHECK(one("I8", 1, -3) == -3.0f);
  CHECK(one("U8", 1, 200) == 200.0f);
  CHECK_THROWS_WITH(one("BOOL", 1, 1), Contains("is of type 'BOOL'"));
}

TEST_CASE("Spaces may follow the header, and empty tensors and metadata are allowed", "[safetensors]") {
  const TensorFile file = read_tensors(safetensors(
      R"({"__metadata__":{"format":"pt"},"e":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]}}      )", {}));
  CHECK(file.tensors.at(0).values.empty());
  CHECK(file.activations.empty());
}

TEST_CASE("Headers that break the format are refused", "[safetensors]") {
  const auto refused = [](std::string_view header, std::string_view message, std::size_t data_bytes = 8) {
    CAPTURE(header);
    CHECK_THROWS_WITH(read_tensors(safetensors(header, Bytes(data_bytes))), Contains(std::string(message)));
  };
  const auto with = [](std::string_view tensor) { return fmt::format(R"({{"x":{}}})", tensor); };

  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[0,7]})"), "takes 7 bytes, expected 8 for F32 of shape [2]",
          7);
  refused(with(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"), "takes 8 bytes, expected 12");
  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})"), "end at 8 of 12 bytes", 12);
  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[4,12]})"), "[4,12], expected to begin at 0", 12);
  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), "[8,0]");
  refused(with(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})"), "to end at or before 8");
  refused(with(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})"),
          "expected at most 1073741824");
  refused(with(R"({"dtype":"F32","shape":[0,18446744073709551615,2],"data_offsets":[0,0]})"), "expected at most", 0);
  refused(with(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]})"),
          "shape holds more than 8 numbers, expected a list of whole numbers from 0");
  refused(with(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"),
          "shape holds -2, expected a list of whole numbers");
  refused(with(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})"), "shape holds '2.0'");
  refused(with(R"({"dtype":"F32","shape":[1e400],"data_offsets":[0,8]})"), "w.safetensors: header of safetensors");
  refused(with(R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]})"), "shape holds");
  refused(with(R"({"dtype":"F32","shape":[[2]],"data_offsets":[0,8]})"),
          "shape holds a list, expected a list of whole numbers from 0");
  refused(with(R"({"dtype":"F32","shape":2,"data_offsets":[0,8]})"), "shape is 2");
  refused(with(R"({"dtype":1,"shape":[2],"data_offsets":[0,8]})"), "dtype is 1, expected the name of a type");
  refused(with(R"({"dtype":["F32"],"shape":[2],"data_offsets":[0,8]})"), "dtype is a list");
  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})"), "data_offsets is a list of 1 numbers");
  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8,8]})"),
          "data_offsets is a list of 3 numbers, expected a list of two whole numbers");
  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[null,8]})"), "data_offsets holds null");
  refused(with(R"({"dtype":"F32","shape":[2]})"), "tensor 'x' has no data_offsets");
  refused(with(R"({"shape":[2],"data_offsets":[0,8]})"), "tensor 'x' has no dtype");
  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],"stride":[1]})"), "has a key 'stride'");
  refused(with(R"({"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]})"), "duplicate key 'dtype'");
  refused(with(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{)"), "duplicate key 'x'");
  refused(with("true"), "'x' is true, expected an object");
  refused(R"({"__metadata__":{"a":1}})", "metadata 'a' is 1, expected text", 0);
  refused(R"({"__metadata__":{"a":"1","a":"2"}})", "duplicate key 'a'", 0);
  refused(R"({"__metadata__":[]})", "is a list", 0);
  refused(R"({"x":)", "is not JSON", 0);
  refused("{} x", "is not JSON", 0);
  refused("{\"\x80\":1}", "is not JSON", 0);
}

TEST_CASE("Overlapping tensors are refused", "[safetensors]") {
  CHECK_THROWS_WITH(read_tensors(safetensors(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                             R"("b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
                                             Bytes(12))),
                    Contains("tensor 'b' has data_offsets [4,12], expected to begin at 8"));
}

TEST_CASE("Claimed long headers, deep JSON and many tensors are rejected", "[safetensors]") {
  const auto claim = [](std::uint64_t length) { return number(length, 8) + bytes_of("{}      "); };
  CHECK_THROWS_WITH(read_tensors(claim(9)), Contains("claims a header of 9 bytes, expected at most 8"));
  CHECK_THROWS_WITH(read_tensors(claim(~std::uint64_t{0})), Contains("claims a header"));
  CHECK_THROWS_WITH(read_tensors(number(100'000'001, 8) + bytes_of("{") + Bytes(100'000'000, ' ')),
                    Contains("claims a header of 100000001 bytes, expected at most 100000000"));
  CHECK_THROWS_WITH(read_tensors(safetensors(R"({"x":{"dtype":)" + std::string(1'000'000, '['), {})),
                    Contains("a list"));
  std::string many = "{";
  for (std::size_t i = 0; i <= max_tensors; ++i) many += fmt::format(R"("{}":{{}},)", i);
  CHECK_THROWS_WITH(read_tensors(safetensors(many, {})), Contains("more than 1024 tensors"));
}

TEST_CASE("Hostile names stay on one line of a message", "[safetensors]") {
  const std::string name = "\\n\\u001b[31m" + std::string(100, 'a');
  CHECK_THROWS_WITH(read_tensors(safetensors(fmt::format(R"({{"{}":1}})", name), {})),
                    Contains(R"('\x0a\x1b[31maaaa)") && Contains("aaa...'"));
}

TEST_CASE("Activations in the metadata must fit the network", "[safetensors]") {
  const auto with = [](std::string_view activations) {
    return network_from_tensors(
        read_tensors(safetensors(fmt::format(R"({{"__metadata__":{{"format":"inforelay-network","activations":"{}"}},)"
                                             R"("x.weight":{{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}}})",
                                             activations),
                                 floats({1}))),
        {}, "w");
  };
  CHECK(with("relu").network.layers[0].activation == Activation::relu);
  CHECK_THROWS_WITH(with("relu tanh"), Contains("names 2 activations, expected one for each of 1 layers"));
  CHECK_THROWS_WITH(with("swish"), Contains("metadata 'activations': activation 'swish' is not one of tanh, "));
  CHECK(with("softmax").network.layers[0].activation == Activation::softmax);
  CHECK(with("elu(0.5)").network.layers[0].activation == Activation::elu(0.5f));
  CHECK_THROWS_AS(with(""), DataError);
}

TEST_CASE("Damaged safetensors files either fail with DataError or give a valid network", "[safetensors]") {
  const auto read_span = [](std::span<const std::uint8_t> content) { return read_safetensors(content, "cut"); };
  check_truncation(small_file(), read_span);
  check_bit_flips(small_file(), read_span);
}

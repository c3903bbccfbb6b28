#include <fstream>
#include <limits>
#include <string>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "nn/network/network_hdf5.hpp"
#include "nn/weights/results_weights.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

Mlp small_network(std::uint64_t seed) {
  RandomStream random(seed, "results");
  Mlp network = make_mlp(std::array{3, 2, 2}, Activation::relu, Activation::sigmoid, random);
  return network;
}

/// A results file, as far as networks go. `damage` may write more.
template <class Damage>
void write_results(const std::filesystem::path& path, const std::vector<std::string>& names, Damage damage) {
  Hdf5Writer file(path);
  for (std::size_t i = 0; i < names.size(); ++i) {
    write_network(file, "networks/" + names[i] + "/model", small_network(i));
  }
  damage(file);
  file.commit();
}
void write_results(const std::filesystem::path& path, const std::vector<std::string>& names) {
  write_results(path, names, [](Hdf5Writer&) {});
}

/// A results file of one network whose only layer has these tensors.
void write_layer(const std::filesystem::path& path, const RowMatrix<float>& weight, const Eigen::VectorXf& bias,
                 const std::string& activation = "tanh") {
  write_results(path, {}, [&](Hdf5Writer& file) {
    const std::string layer = "networks/a/model/layer1";
    file.dataset(layer + "/weight", weight, {.units = "1", .long_name = "w", .dims = {"out", "in"}});
    file.dataset(layer + "/bias", bias, {.units = "1", .long_name = "b", .dims = {"bias"}});
    file.attribute(layer, "activation", activation);
  });
}

}  // namespace

TEST_CASE("Networks of a results file come back bit for bit, by name", "[weights]") {
  const TemporaryFolder folder;
  const auto one = folder / "one.h5", two = folder / "two.h5";
  write_results(one, {"full"});
  write_results(two, {"a", "b"});
  const auto network = [](const std::filesystem::path& path, const std::string& name) {
    return network_from_tensors(read_results_weights(path, name), {}, "f");
  };
  const WeightFile only = network(one, "");
  CHECK(only.source.format == "inforelay results");
  CHECK(only.layer_names == std::vector<std::string>{"layer1", "layer2"});
  CHECK(same_bits(only.network, small_network(0)));
  CHECK(only.network.layers[0].activation == Activation::relu);
  CHECK(only.network.layers[1].activation == Activation::sigmoid);
  CHECK(same_bits(network(one, "full").network, small_network(0)));
  CHECK(same_bits(network(two, "b").network, small_network(1)));
  CHECK_THROWS_WITH(network(two, ""), two.string() + ": holds the networks 'a', 'b', expected the name of one");
  const auto many = folder / "many.h5";
  write_results(many, {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  CHECK_THROWS_WITH(network(many, ""),
                    Contains("networks 'a', 'b'") && Contains("'h' ... and 2 more, expected the name of one"));
  CHECK_THROWS_WITH(network(two, "c"), two.string() + ": holds no network 'c', expected one of 'a', 'b'");
}

TEST_CASE("HDF5 files that are no results are refused", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "f.h5";
  const auto refused = [&](const std::string& message) {
    CHECK_THROWS_WITH(read_results_weights(path, ""), Contains(path.string()) && Contains(message));
  };
  {
    Hdf5Writer file(path);
    file.attribute("", "x", std::int64_t{1});
    file.commit();
  }
  refused("is an HDF5 file without networks, expected results of this program with at least one");
  write_results(path, {});
  refused("is an HDF5 file without networks");
  write_results(path, {}, [](Hdf5Writer& file) { file.attribute("networks/a", "x", std::int64_t{1}); });
  refused("/networks/a/model/layer1/weight does not exist");
  write_file_atomically(path, "\x89HDF\r\n\x1a\n");
  refused("as HDF5");
}

TEST_CASE("Layers beyond the limit are refused unread", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "f.h5";
  write_results(path, {}, [](Hdf5Writer& file) {
    for (std::size_t l = 1; l <= max_layers + 1; ++l) {
      file.attribute("networks/a/model/layer" + std::to_string(l), "activation", std::string("tanh"));
    }
  });
  CHECK_THROWS_WITH(read_results_weights(path, ""), path.string() + ": /networks/a/model holds more than 64 layers");
}

TEST_CASE("Networks in HDF5 are checked", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "f.h5";
  const auto refused = [&](const std::string& message) {
    CHECK_THROWS_WITH(network_from_tensors(read_results_weights(path, ""), {}, path.string()),
                      Contains(path.string()) && Contains(message));
  };
  const RowMatrix<float> weight = RowMatrix<float>::Ones(2, 3);
  write_layer(path, weight, Eigen::VectorXf::Ones(2));
  CHECK(read_results_weights(path, "").tensors.size() == 2);
  write_layer(path, weight, Eigen::VectorXf::Ones(3));
  refused("/networks/a/model/layer1/bias has shape [3], expected [2]");
  write_layer(path, RowMatrix<float>(0, 3), Eigen::VectorXf(0));
  refused("weight has shape [0,3], expected at least 1 row and column");
  write_layer(path, weight, Eigen::VectorXf::Ones(2), "sine");
  refused("layer1@activation: activation 'sine' is not one of tanh, sigmoid, relu, identity");
  RowMatrix<float> odd = weight;
  odd(1, 2) = std::numeric_limits<float>::quiet_NaN();
  write_layer(path, odd, Eigen::VectorXf::Ones(2));
  refused("tensor 'layer1.weight' is nan at [1,2]");
  write_results(path, {"a"}, [](Hdf5Writer& file) {
    const RowMatrix<float> wide = RowMatrix<float>::Ones(1, 5);
    file.dataset("networks/a/model/layer3/weight", wide, {.units = "1", .long_name = "w", .dims = {"out", "in"}});
    file.dataset("networks/a/model/layer3/bias", std::vector<float>{1},
                 {.units = "1", .long_name = "b", .dims = {"o"}});
    file.attribute("networks/a/model/layer3", "activation", std::string("tanh"));
  });
  refused("/networks/a/model/layer3/weight takes 5 inputs, expected 2");
  write_results(path, {}, [](Hdf5Writer& file) {
    const RowMatrix<double> wide = RowMatrix<double>::Ones(1, 5);
    file.dataset("networks/a/model/layer1/weight", wide, {.units = "1", .long_name = "w", .dims = {"out", "in"}});
  });
  refused("weight holds 64-bit float, expected 32-bit float or narrower");
}

TEST_CASE("A damaged results file either fails with DataError or gives a valid network", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "whole.h5", damaged = folder / "damaged.h5";
  write_results(path, {"a"});
  const auto bytes = read_file(path, 1 << 20);
  const auto outcome = [&](std::span<const std::uint8_t> content) {
    std::ofstream(damaged, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    try {
      network_from_tensors(read_results_weights(damaged, "", {.cpu_seconds = 2}), {}, "damaged");
      return true;
    } catch (const DataError&) {
      return false;
    }
  };
  REQUIRE(outcome(bytes));
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 100) {
    CAPTURE(size);
    CHECK_FALSE(outcome(std::span(bytes).first(size)));
  }
  RandomStream random(1, "bits");
  std::size_t accepted = 0, tried = 0;
  for (; tried < 300; ++tried) {
    auto flipped = bytes;
    const std::uint64_t bit = random.below(8 * bytes.size());
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1u << bit % 8);
    accepted += outcome(flipped) ? 1 : 0;
  }
  CHECK(accepted > 0);  // bits that mean nothing, or a weight
  CHECK(accepted < tried);
}

#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/files/sha256.hpp"
#include "core/process/child_process.hpp"
#include "nn/data/mnist.hpp"
#include "nn/network/network_hdf5.hpp"
#include "nn/training/accuracy.hpp"
#include "nn/training/composite.hpp"
#include "nn/weights/weight_file.hpp"
#include "tests/catch2.hpp"
#include "tests/mnist.hpp"
#include "tests/nn/network/reference_network.hpp"
#include "tests/nn/weights/weight_writers.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/torch.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

/// As torch_weights.py shows tensors.
std::string shown(const WeightFile& file) {
  std::string text;
  const auto show = [&](const std::string& name, const std::string& shape, const float* values, Eigen::Index count) {
    text += fmt::format("{} {} ", name, shape);
    for (const std::uint8_t byte : floats({values, values + count})) text += fmt::format("{:02x}", byte);
    text += '\n';
  };
  for (std::size_t l = 0; l < file.layer_names.size(); ++l) {
    const DenseLayer& layer = file.network.layers[l];
    show(file.layer_names[l] + ".weight", fmt::format("{}x{}", layer.out(), layer.in()), layer.weight.data(),
         layer.weight.size());
    show(file.layer_names[l] + ".bias", fmt::format("{}", layer.out()), layer.bias.data(), layer.bias.size());
  }
  return text;
}

void write_results_of(const std::filesystem::path& path, const Mlp& network) {
  Hdf5Writer file(path);
  write_network(file, "networks/a/model", network);
  file.commit();
}

}  // namespace

TEST_CASE("The format of a weight file is determined from its content", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "weights.txt";
  RandomStream random(1, "weights");
  const Mlp network = make_mlp(std::array{3, 2, 1}, Activation::relu, Activation::sigmoid, random);
  const auto format = [&] { return load_weights(path).source.format; };

  save_safetensors(path, network);
  CHECK(format() == "safetensors");
  CHECK(same_bits(load_weights(path).network, network));

  const std::vector<TorchTensorSpec> tensors{
      {.name = "a.weight", .storage_size = 2, .shape = {1, 2}, .strides = {2, 1}}};
  const Bytes data = floats({1, 2});
  write_file_atomically(path, LegacyFile{.dict = state_dict(tensors, true), .storages = {{"0", 2, data}}}.bytes());
  CHECK(format() == "PyTorch (legacy)");
  write_file_atomically(path, zip({{"m/data.pkl", state_dict(tensors, false)}, {"m/data/0", data}}));
  CHECK(format() == "PyTorch (zip)");
  write_results_of(path, network);
  CHECK(format() == "inforelay results");
  CHECK(load_weights(path, {.activation = Activation::tanh, .network = "a"}).network.layers[0].activation ==
        Activation::tanh);
}

TEST_CASE("The digest of a weight file is that of the bytes read", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "w";
  RandomStream random(1, "weights");
  const Mlp network = make_mlp(std::array{3, 2, 1}, Activation::relu, Activation::sigmoid, random);
  const auto digest = [&] { return sha256_hex(read_file(path, 1 << 20)); };
  save_safetensors(path, network);
  CHECK(load_weights(path).source.sha256 == digest());
  write_results_of(path, network);
  CHECK(load_weights(path).source.sha256 == digest());
}

TEST_CASE("Running out of memory while reading a file is an error with its name", "[weights]") {
#ifdef INFORELAY_SANITIZED
  SKIP_CASE("sanitizers need memory that is not limited");
#else
  const TemporaryFolder folder;
  const auto path = folder / "w";
  write_file_atomically(path, "PK\x03\x04");
  std::filesystem::resize_file(path, std::uintmax_t{1} << 30);  // sparse
  const auto load = [&]() -> Bytes {
    load_weights(path);
    return {};
  };
  CHECK_THROWS_WITH(run_in_child(load, "file", {.memory_bytes = 1 << 28}),
                    path.string() + ": cannot be read: there is not enough memory for its content");
#endif
}

TEST_CASE("A file is recognised as safetensors by its whole header", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "w";
  const auto is_one = [&](const Bytes& bytes) {
    write_file_atomically(path, bytes);
    return is_safetensors_file(path);
  };
  const Bytes good = safetensors(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", floats({1, 2}));
  CHECK(is_one(good));
  CHECK_FALSE(is_one(Bytes(good.begin(), good.begin() + 40)));  // cut off in the header
  CHECK_FALSE(is_one(bytes_of("int f() {\n  return 1;\n}\n")));
  CHECK_FALSE(is_one(number(17, 8) + bytes_of("{ return 1 + 1; }")));
  CHECK_FALSE(is_one(safetensors(R"({"name": "a configuration"})", {})));
  CHECK_FALSE(is_one({}));
  CHECK_FALSE(is_one(bytes_of("hello, world, and others")));
  CHECK_FALSE(is_safetensors_file(folder / "missing"));
  CHECK_FALSE(is_safetensors_file(folder.path()));
  CHECK_FALSE(is_safetensors_file("/dev/null"));
  save_safetensors(path, Mlp{{{RowMatrix<float>::Ones(1, 2), Eigen::VectorXf::Ones(1), Activation::relu}}});
  CHECK(is_safetensors_file(path));
}

TEST_CASE("Files that hold no weights are refused with what they begin with", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "w";
  const auto refused = [&](std::string_view bytes, const std::string& message) {
    write_file_atomically(path, bytes);
    CHECK_THROWS_MATCHES(load_weights(path), DataError, Catch::Matchers::Message(path.string() + message));
  };
  const std::string expected = ", expected safetensors, a state dict of PyTorch or inforelay results (HDF5)";
  refused("", ": is not a weight file: begins with nothing" + expected);
  refused("\x1f\x8b\x08", ": is not a weight file: begins with bytes 1f 8b 08" + expected);
  const auto text = [](const std::string& line) {
    return ": is a text file, not a weight file: its first line is " + line;
  };
  refused("hello, world", text("'hello, world'"));
  refused("<!DOCTYPE html>\r\n<html>", text("'<!DOCTYPE html>'"));
  refused("name: \xc3\xa9\n", text("'name: \\xc3\\xa9'"));
  refused("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
          ": is a Git LFS pointer, which stands for the file: fetch it with `git lfs pull`");
  CHECK_THROWS_WITH(load_weights(folder / "missing"), Contains("cannot read") && Contains("No such file"));
  CHECK_THROWS_WITH(load_weights(folder.path()), Contains("Is a directory"));
}

TEST_CASE("A file of more than 4 GiB is refused unread", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "w";
  write_file_atomically(path, "PK\x03\x04");
  std::filesystem::resize_file(path, (std::uintmax_t{4} << 30) + 1);  // sparse
  CHECK_THROWS_WITH(load_weights(path), Contains("holds 4294967297 bytes, expected at most 4294967296"));
}

TEST_CASE("Only a results file has networks to choose from", "[weights]") {
  const TemporaryFolder folder;
  const auto path = folder / "w";
  RandomStream random(1, "weights");
  save_safetensors(path, make_mlp(std::array{1, 1}, Activation::relu, Activation::relu, random));
  CHECK_THROWS_WITH(load_weights(path, {.network = "full"}),
                    Contains("is safetensors and holds one network, expected no name of a network, not 'full'"));
}

TEST_CASE("safetensors are replaced as a whole or not at all", "[weights]") {
  const TemporaryFolder folder;
  RandomStream random(1, "weights");
  const Mlp network = make_mlp(std::array{2, 1}, Activation::relu, Activation::relu, random);
  CHECK_THROWS_AS(save_safetensors(folder / "missing" / "w", network), IoError);
  save_safetensors(folder / "w", network);
  save_safetensors(folder / "w", network);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("The authors' full network loads and has its published accuracy", "[weights][mnist]") {
  REQUIRE_INFORELAY_DATA();
  const WeightFile file = load_weights(*data_folder() / "reference" / "fullModel.model");
  CHECK(file.source.format == "PyTorch (legacy)");
  CHECK(file.layer_names == std::vector<std::string>{"hiddenLayer", "outputLayer"});
  const DataPair data = load_mnist(locate_files(*data_folder() / "mnist", mnist_files).value());
  const auto accuracy = [&](const Dataset& split) {
    return argmax_accuracy(forward_outputs(file.network, split), split.labels());
  };
  CHECK(accuracy(data.train) == Approx(0.9464).margin(5e-5));
  CHECK(accuracy(data.test) == Approx(0.9381).margin(5e-5));
}

TEST_CASE("The authors' detectors load and make a composite that works", "[weights][mnist]") {
  REQUIRE_INFORELAY_DATA();
  std::vector<Mlp> detectors;
  for (int t = 0; t < 10; ++t) {
    const auto path = *data_folder() / "reference" / fmt::format("model_2_tanh_{}.model", t);
    detectors.push_back(load_weights(path).network);
  }
  RandomStream random(1, "noise");
  const Mlp composite = compose(detectors, 0, random);
  const Dataset test = load_mnist(locate_files(*data_folder() / "mnist", mnist_files).value()).test;
  const auto accuracy = balanced_accuracy(forward_outputs(composite, test), test.labels(), 0);
  for (const double each : accuracy) CHECK((each > 0.92 && each < 0.99));
}

TEST_CASE("Files of PyTorch are read, and PyTorch reads files of this program", "[weights][torch]") {
  const TemporaryFolder folder;
  if (!run_torch(INFORELAY_TORCH_SCRIPT, "write " + folder.path().string())) return;
  int files = 0;
  std::string ours, expected;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) paths.push_back(entry.path());
  for (std::filesystem::path path : paths) {
    INFO(path);
    if (path.stem() == "module" && path.extension() == ".bad") {
      CHECK_THROWS_WITH(load_weights(path),
                        Contains("a whole module was saved, with its class '__main__.Network': save "
                                 "model.state_dict()"));
    } else if (path.extension() == ".bad") {
      CHECK_THROWS_WITH(load_weights(path), Contains("lies in a storage of the function torch.LongStorage, expected"));
    }
    if (path.extension() != ".pt") continue;
    ++files;
    const WeightFile file = load_weights(path);
    CHECK(shown(file) == test::content(path.replace_extension(".expected")));
    const auto copy = path.replace_extension(".safetensors");
    save_safetensors(copy, file.network);
    ours += fmt::format(" {}", copy.string());
    expected += shown(load_weights(copy));
  }
  CHECK(files == 10);
  CHECK(run_torch(INFORELAY_TORCH_SCRIPT, "check" + ours) == expected);
}

#include "nn/recurrent/recurrent_weights.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>

#include "core/error.hpp"
#include "nn/recurrent/recurrent_run.hpp"
#include "nn/weights/safetensors.hpp"
#include "tests/catch2.hpp"
#include "tests/mnist.hpp"
#include "tests/nn/recurrent/reference_recurrent.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/torch.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

RecurrentNetwork two_layers(RecurrentKind kind) {
  RandomStream random(7, "network");
  return make_recurrent({.kind = kind, .inputs = 3, .units = 5, .layers = 2, .outputs = 2}, random);
}

/// A GRU of 2 units, 3 inputs and 1 output as a file of PyTorch has it.
TensorFile gru_file() {
  return {.format = "test",
          .tensors = {{"gru.weight_ih_l0", {6, 3}, std::vector<float>(18, 0.5f)},
                      {"gru.weight_hh_l0", {6, 2}, std::vector<float>(12, 0.25f)},
                      {"gru.bias_ih_l0", {6}, std::vector<float>(6, 1.0f)},
                      {"gru.bias_hh_l0", {6}, std::vector<float>(6, 2.0f)},
                      {"fc.weight", {1, 2}, {3, 4}},
                      {"fc.bias", {1}, {5}}}};
}

const RecurrentWeightOptions linear{.output_activation = Activation::identity};

void refused(const std::function<void(TensorFile&)>& change, const std::string& message,
             const RecurrentWeightOptions& options = linear) {
  TensorFile file = gru_file();
  change(file);
  CHECK_THROWS_WITH(recurrent_from_tensors(file, options, "file"), Contains("file: ") && Contains(message));
}

NamedTensor& tensor(TensorFile& file, std::string_view name) {
  return *std::ranges::find(file.tensors, name, &NamedTensor::name);
}

void reshape(TensorFile& file, std::string_view name, std::vector<std::uint64_t> shape) {
  std::size_t size = 1;
  for (const std::uint64_t extent : shape) size *= extent;
  tensor(file, name) = {std::string(name), std::move(shape), std::vector<float>(size)};
}

std::vector<float> read_floats(const std::filesystem::path& path) {
  const std::string bytes = test::content(path);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

std::vector<std::filesystem::path> published_models() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(*test::data_folder() / "nback" / "models"))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() == 40);
  return paths;
}

RecurrentNetwork load_published(const std::filesystem::path& path) {
  const bool elman = path.filename().string().starts_with("rnn");
  RecurrentWeightOptions options = linear;
  if (elman) options.activation = Activation::tanh;
  RecurrentWeightFile file = load_recurrent(path, options);
  CHECK(file.source.format == "PyTorch (legacy)");
  CHECK(file.source.sha256.size() == 64);
  return file.network;
}

SequenceArray random_bits(std::size_t steps) {
  RandomStream random(12, "bits");
  SequenceArray bits(1, steps, 1);
  for (float& bit : bits.values) bit = static_cast<float>(random.below(2));
  return bits;
}

/// PyTorch's outputs, h of the last layer and last c of each file; none without PyTorch.
std::optional<std::vector<std::vector<float>>> by_torch(const SequenceArray& inputs,
                                                        const std::vector<std::filesystem::path>& files) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "inputs", std::ios::binary)
      .write(reinterpret_cast<const char*>(inputs.values.data()),
             static_cast<std::streamsize>(inputs.values.size() * sizeof(float)));
  std::string arguments = fmt::format("'{}'", folder.path().string());
  for (const auto& file : files) arguments += fmt::format(" '{}'", file.string());
  if (!test::run_torch(INFORELAY_TORCH_RECURRENT_SCRIPT, arguments)) return std::nullopt;
  std::vector<std::vector<float>> values;
  for (std::size_t i = 0; i < files.size(); ++i)
    values.push_back(read_floats(folder / std::to_string(i) += ".expected"));
  return values;
}

/// The largest difference of one trial's run from what PyTorch has.
double difference(const RecurrentNetwork& network, const SequenceArray& inputs, const std::vector<float>& expected) {
  const RecurrentRecord record = run_recurrent(network, inputs);
  const std::vector<StateGroup> groups = state_groups(network);
  const bool cell = has_cell_state(network.kind);
  const StateGroup& top = groups[groups.size() - (cell ? 2 : 1)];
  std::vector<float> found = record.output.values;
  for (std::size_t step = 0; step < inputs.steps; ++step) {
    const auto state = record.states.row(0, step).subspan(top.begin, top.units);
    found.insert(found.end(), state.begin(), state.end());
  }
  for (const StateGroup& group : groups) {
    if (group.name[0] != 'c') continue;
    const auto state = record.states.row(0, inputs.steps - 1).subspan(group.begin, group.units);
    found.insert(found.end(), state.begin(), state.end());
  }
  REQUIRE(found.size() == expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    largest = std::max(largest, std::fabs(static_cast<double>(found[i]) - static_cast<double>(expected[i])));
  return largest;
}

}  // namespace

TEST_CASE("Recurrent networks are written and read back bit for bit", "[recurrent][weights]") {
  const test::TemporaryFolder folder;
  for (const RecurrentKind kind : test::all_kinds) {
    RecurrentNetwork network = two_layers(kind);
    network.readout.activation = Activation::sigmoid;
    save_recurrent(folder / "network", network);
    const RecurrentWeightFile file = load_recurrent(folder / "network");
    CHECK(test::same_parameters(file.network, network));
    CHECK(file.source.format == "safetensors");
  }
}

TEST_CASE("The kind of a network follows from names and shapes", "[recurrent][weights]") {
  const RecurrentNetwork network = recurrent_from_tensors(gru_file(), linear, "file").network;
  CHECK(describe(network) == "gru 3-2-1 identity");
  CHECK(network.layers[0].hidden_bias[5] == 2);
  CHECK(network.readout.weight(0, 1) == 4);
  CHECK(network.readout.bias[0] == 5);
  TensorFile lstm = gru_file();
  reshape(lstm, "gru.weight_ih_l0", {8, 3});
  reshape(lstm, "gru.weight_hh_l0", {8, 2});
  reshape(lstm, "gru.bias_ih_l0", {8});
  reshape(lstm, "gru.bias_hh_l0", {8});
  for (NamedTensor& each : lstm.tensors) {
    if (each.name.starts_with("gru.")) each.name = each.name.substr(4);  // a state dict of the module alone
  }
  CHECK(is_recurrent(lstm));
  CHECK(describe(recurrent_from_tensors(lstm, linear, "file").network) == "lstm 3-2-1 identity");
  TensorFile elman = gru_file();
  reshape(elman, "gru.weight_ih_l0", {2, 3});
  reshape(elman, "gru.weight_hh_l0", {2, 2});
  std::erase_if(elman.tensors, [](const NamedTensor& t) { return t.name.find("bias") != std::string::npos; });
  const RecurrentWeightOptions relu{Activation::relu, Activation::tanh};
  const RecurrentNetwork without_bias = recurrent_from_tensors(elman, relu, "file").network;
  CHECK(describe(without_bias) == "rnn_relu 3-2-1 tanh");
  CHECK(without_bias.layers[0].input_bias.isZero());
  CHECK(without_bias.readout.bias.isZero());
  CHECK_THROWS_WITH(recurrent_from_tensors(elman, linear, "file"),
                    Contains("does not state the activation of its Elman cells") && Contains("`activation: tanh`"));
  CHECK_THROWS_WITH(recurrent_from_tensors(elman, {Activation::sigmoid, Activation::tanh}, "file"),
                    Contains("is sigmoid, expected tanh or relu"));
}

TEST_CASE("Recurrent weights that do not fit together are refused by tensor", "[recurrent][weights]") {
  refused([](auto& f) { reshape(f, "gru.weight_hh_l0", {6, 3}); }, "'gru.weight_hh_l0' [6,3]: expected 1 (Elman), 3");
  refused([](auto& f) { reshape(f, "gru.weight_hh_l0", {6, 0}); }, "'gru.weight_hh_l0' [6,0]");
  refused([](auto& f) { reshape(f, "gru.weight_ih_l0", {5, 3}); }, "'gru.weight_ih_l0' [5,3]: expected [6,3]");
  refused([](auto& f) { reshape(f, "gru.weight_ih_l0", {6, 0}); }, "expected at least 1 column");
  refused([](auto& f) { reshape(f, "gru.bias_hh_l0", {5}); }, "'gru.bias_hh_l0' [5]: expected [6]");
  refused([](auto& f) { reshape(f, "fc.weight", {1, 3}); }, "'fc.weight' [1,3]: expected [1,2]");
  refused([](auto& f) { reshape(f, "fc.weight", {0, 2}); }, "expected at least 1 row");
  refused([](auto& f) { reshape(f, "fc.bias", {2}); }, "'fc.bias' [2]: expected [1]");
  refused([](auto& f) { f.tensors.erase(f.tensors.begin()); }, "layer l0 has no weight_ih");
  refused([](auto& f) { f.tensors.erase(f.tensors.begin() + 1); }, "layer l0 has no weight_hh");
  refused([](auto& f) { f.tensors.erase(f.tensors.begin() + 2); }, "only one of bias_ih and bias_hh");
  refused([](auto& f) { f.tensors.erase(f.tensors.begin() + 4); }, "holds 0 readouts");
  refused([](auto& f) { f.tensors.push_back({"out.weight", {1, 2}, {1, 2}}); }, "holds 2 readouts");
  refused([](auto& f) { f.tensors.back().name = "x.bias"; }, "'x.bias' [1] belongs to no layer");
  refused(
      [](auto& f) {
        f.tensors.push_back({"gru.weight_ih_l0_reverse", {6, 3}, std::vector<float>(18)});
      },
      "'gru.weight_ih_l0_reverse' [6,3]");
  refused([](auto& f) { f.tensors.push_back({"gru.weight_hr_l0", {1, 2}, {1, 2}}); }, "without projection");
  refused(
      [](auto& f) {
        f.tensors.push_back({"b.weight_ih_l1", {6, 2}, std::vector<float>(12)});
      },
      "recurrent layers 'gru' and 'b'");
  refused(
      [](auto& f) {
        f.tensors.push_back({"gru.weight_ih_l2", {6, 2}, std::vector<float>(12)});
      },
      "layer l1 has no weight_ih");
  refused(
      [](auto& f) {
        f.tensors.push_back({"gru.weight_ih_l99", {6, 2}, std::vector<float>(12)});
      },
      "expected at most 64 layers");
  refused(
      [](auto& f) {
        f.tensors.push_back({"gru.weight_ih_l100", {6, 2}, std::vector<float>(12)});
      },
      "belong to no recurrent network");
  refused([](auto& f) { tensor(f, "gru.bias_ih_l0").values[3] = NAN; }, "is nan at element 3");
  refused([](auto& f) { f.tensors.clear(); }, "holds no recurrent layer");
  refused([](auto&) {}, "does not state the activation of its readout; give `output_activation: identity`", {});
  refused([](auto&) {}, "whose activations are fixed, expected no activation, not tanh",
          {Activation::tanh, Activation::identity});
}

TEST_CASE("What a file of this program says must agree with what is asked for", "[recurrent][weights]") {
  const auto content = write_recurrent(two_layers(RecurrentKind::rnn_relu));
  const TensorFile file = read_safetensors(content, "file");
  CHECK(recurrent_from_tensors(file, {}, "file").network.kind == RecurrentKind::rnn_relu);
  CHECK_THROWS_WITH(recurrent_from_tensors(file, {.activation = Activation::tanh}, "file"),
                    Contains("states that its activation is relu, expected tanh"));
  TensorFile damaged = file;
  damaged.metadata["output_activation"] = "sine";
  CHECK_THROWS_WITH(recurrent_from_tensors(damaged, {}, "file"),
                    Contains("metadata 'output_activation': activation 'sine' is not one of tanh"));
  CHECK(!is_recurrent(read_safetensors(write_safetensors(Mlp{{two_layers(RecurrentKind::gru).readout}}), "file")));
}

TEST_CASE("Files written here give PyTorch the same outputs and states", "[recurrent][weights][torch]") {
  const SequenceArray inputs = test::random_inputs(1, 60, 3, 4);
  const test::TemporaryFolder folder;
  std::vector<std::filesystem::path> files;
  for (const RecurrentKind kind : test::all_kinds) {
    files.push_back(folder / fmt::format("{}.safetensors", word_of(recurrent_kind_names, kind)));
    save_recurrent(files.back(), two_layers(kind));
  }
  const auto expected = by_torch(inputs, files);
  if (!expected) return;
  for (std::size_t i = 0; i < files.size(); ++i)
    CHECK(difference(two_layers(test::all_kinds[i]), inputs, (*expected)[i]) < 2e-6);
}

TEST_CASE("Published n-back networks run as the equations say", "[recurrent][published]") {
  REQUIRE_INFORELAY_DATA();
  const SequenceArray bits = random_bits(1000);
  for (const auto& path : published_models()) {
    CAPTURE(path);
    const RecurrentNetwork network = load_published(path);
    const RecurrentRecord record = run_recurrent(network, bits);
    test::ReferenceRecurrent reference(network);
    double worst = 0;
    for (std::size_t step = 0; step < bits.steps; ++step) {
      const std::vector<double> output = reference.step(test::doubles(bits.row(0, step)));
      worst = std::max(worst, std::fabs(output[0] - static_cast<double>(record.output.row(0, step)[0])));
      for (std::size_t u = 0; u < reference.state.size(); ++u)
        worst = std::max(worst, std::fabs(reference.state[u] - static_cast<double>(record.states.row(0, step)[u])));
    }
    CHECK(worst < 1e-5);
  }
}

TEST_CASE("Published n-back networks run as in PyTorch", "[recurrent][published][torch]") {
  REQUIRE_INFORELAY_DATA();
  const SequenceArray bits = random_bits(1000);
  const auto paths = published_models();
  const auto expected = by_torch(bits, paths);
  if (!expected) return;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    CAPTURE(paths[i]);
    CHECK(difference(load_published(paths[i]), bits, (*expected)[i]) < 1e-5);
  }
}

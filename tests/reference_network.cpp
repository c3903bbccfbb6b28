#include "tests/reference_network.hpp"

#include <array>
#include <fstream>
#include <stdexcept>

#include "tests/mnist.hpp"

namespace inforelay::test {

// PyTorch's legacy serialisation: some pickles, then the storages, each an int64 element count and float32 data, little
// endian. In this file the storages stand in the order of the keys and make up its end, so the pickles can be skipped.
Mlp read_reference_full_network() {
  constexpr int inputs = 784, hidden = 20, outputs = 10;
  Mlp network;
  network.layers.push_back({RowMatrix<float>(hidden, inputs), Eigen::VectorXf(hidden), Activation::tanh});
  network.layers.push_back({RowMatrix<float>(outputs, hidden), Eigen::VectorXf(outputs), Activation::tanh});

  struct Storage {
    float* data;
    std::int64_t count;
  };
  const std::array storages{Storage{network.layers[0].weight.data(), hidden * inputs},  // hiddenLayer.weight
                            Storage{network.layers[0].bias.data(), hidden},             // hiddenLayer.bias
                            Storage{network.layers[1].weight.data(), outputs * hidden},
                            Storage{network.layers[1].bias.data(), outputs}};
  std::streamoff bytes = 0;
  for (const auto& [data, count] : storages) bytes += 8 + 4 * count;

  const auto folder = data_folder();
  if (!folder) throw std::runtime_error("INFORELAY_DATA is not set");
  const auto path = *folder / "reference" / "fullModel.model";
  std::ifstream file(path, std::ios::binary);
  file.seekg(-bytes, std::ios::end);
  for (const auto& [data, count] : storages) {
    std::int64_t found = 0;
    file.read(reinterpret_cast<char*>(&found), sizeof found);
    if (!file || found != count) throw std::runtime_error(path.string() + ": not the reference network");
    file.read(reinterpret_cast<char*>(data), count * static_cast<std::streamsize>(sizeof(float)));
  }
  if (!file) throw std::runtime_error(path.string() + ": truncated");
  return network;
}

}  // namespace inforelay::test

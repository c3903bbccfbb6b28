// Entropy of a fair coin, and a network that is written and read back.
#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "core/provenance.hpp"
#include "core/random.hpp"
#include "infotheory/information/entropy.hpp"
#include "nn/weights/weight_file.hpp"

using namespace inforelay;

int main() {
  RandomStream random(1, "user");
  const Mlp network = make_mlp(std::array{4, 3, 2}, Activation::relu, Activation::sigmoid, random);
  save_safetensors("user.safetensors", network);
  const bool same = load_weights("user.safetensors").network.layers[0].weight == network.layers[0].weight;
  const double bits = entropy_bits(std::vector<std::uint64_t>{5, 5});
  std::printf("inforelay %s: %g bit\n", std::string(version()).c_str(), bits);
  return same && bits == 1 ? 0 : 1;
}

#include "experiments/page/joint_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/error.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {
namespace {

// Bit k % 8 of byte k / 8, of bytes that are 0 or 1.
void pack_bits(const std::uint8_t* levels, int units, std::uint8_t* out) {
  for (int k = 0; k < units; ++k) out[k / 8] = static_cast<std::uint8_t>(out[k / 8] | levels[k] << (k % 8));
}

void put_symbol(Symbol symbol, std::uint8_t* out) {  // so that bytes are in the order of the symbols
  out[0] = static_cast<std::uint8_t>(symbol >> 8);
  out[1] = static_cast<std::uint8_t>(symbol & 255);
}
Symbol symbol_at(const std::uint8_t* bytes) { return static_cast<Symbol>(bytes[0] << 8 | bytes[1]); }

}  // namespace

StateInputOutput state_input_output(const ResultView& states, int units) {
  const std::span<const Symbol> input = states.vector<Symbol>("input"), output = states.vector<Symbol>("output");
  const ResultArray& state = states.array("state");
  const std::size_t samples = input.size();
  if (output.size() != samples || state.shape.empty() || state.shape.front() != samples ||
      (state.shape.size() == 2 && state.shape[1] != static_cast<std::size_t>(units))) {
    throw DataError(fmt::format("results: /{}: state, input and output are not of the same {} samples and {} units",
                                states.group(), samples, units));
  }
  StateInputOutput table;
  table.units = units;
  const bool words = state.shape.size() == 1;
  if (!words) table.levels = std::max(2, states.matrix<std::uint8_t>("state").maxCoeff() + 1);
  table.state_bytes = static_cast<std::size_t>(table.levels == 2 ? (units + 7) / 8 : units);
  const std::size_t width = table.state_bytes + 4;
  std::vector<std::uint8_t> keys(samples * width);
  for (std::size_t i = 0; i < samples; ++i) {
    std::uint8_t* key = &keys[i * width];
    if (words) {
      const StateWord word = states.vector<StateWord>("state")[i];
      for (std::size_t b = 0; b < table.state_bytes; ++b) key[b] = static_cast<std::uint8_t>(word >> (8 * b) & 255);
    } else {
      const std::uint8_t* row = states.matrix<std::uint8_t>("state").data() + i * static_cast<std::size_t>(units);
      if (table.levels == 2)
        pack_bits(row, units, key);
      else
        std::copy_n(row, units, key);
    }
    put_symbol(input[i], key + table.state_bytes);
    put_symbol(output[i], key + table.state_bytes + 2);
  }
  std::vector<std::uint32_t> order(samples);
  std::iota(order.begin(), order.end(), 0u);
  const auto compare = [&](std::uint32_t a, std::uint32_t b) {
    return std::memcmp(&keys[a * width], &keys[b * width], width);
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return compare(a, b) < 0; });
  for (std::size_t i = 0; i < samples; ++i) {
    if (i > 0 && compare(order[i - 1], order[i]) == 0) {
      ++table.count.back();
      continue;
    }
    const std::uint8_t* key = &keys[order[i] * width];
    table.state.insert(table.state.end(), key, key + table.state_bytes);
    table.input.push_back(symbol_at(key + table.state_bytes));
    table.output.push_back(symbol_at(key + table.state_bytes + 2));
    table.count.push_back(1);
  }
  return table;
}

}  // namespace inforelay

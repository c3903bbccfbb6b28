#include <filesystem>
#include <fstream>
#include <string_view>

#include "core/arrays/file_array.hpp"
#include "core/error.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/weights.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay::test {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 24;

void read_and_check(const ArrayPlace& place) {
  const FileArrayInfo info = array_info(place);
  const FileArray array = read_array(place, most_bytes);
  require(array.shape == info.shape, "shape with and without values");
  std::uint64_t count = 1;
  for (const std::uint64_t extent : array.shape) count *= extent;
  require(std::visit([](const auto& values) { return values.size(); }, array.values) == count, "number of values");
}

}  // namespace

// The formats are told apart by their beginnings; HDF5 has a target of its own.
bool fuzz_arrays(const std::uint8_t* data, std::size_t size) {
  static const TemporaryFolder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool is_npy = text.starts_with("\x93NUMPY"), is_zip = text.starts_with("PK");
  const bool is_safetensors = size > 8 && text[8] == '{';
  const std::filesystem::path file = folder / (is_npy           ? "fuzz.npy"
                                               : is_zip         ? "fuzz.npz"
                                               : is_safetensors ? "fuzz.safetensors"
                                                                : "fuzz.csv");
  std::ofstream(file, std::ios::binary).write(text.data(), static_cast<std::streamsize>(size));
  try {
    if (is_npy) read_and_check({file});
    for (const std::string& key : array_keys(file)) read_and_check({file, {key}});
    return true;
  } catch (const DataError& error) {
    require_message(error);
    return false;
  } catch (const UsageError&) {
    return false;  // an array without a name
  }
}

}  // namespace inforelay::test

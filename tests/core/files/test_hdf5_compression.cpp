// Large arrays that compress well are stored compressed, and read back as they were.
#include <filesystem>
#include <vector>

#include "core/files/hdf5_compression.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {

TEST_CASE("Steps are stored compressed, random numbers and small arrays as they are", "[hdf5]") {
  const test::TemporaryFolder folder;
  constexpr std::size_t count = 1u << 19;
  RandomStream random(1, "compression");
  std::vector<float> steps(count), noise(count);
  for (std::size_t i = 0; i < count; ++i) {
    steps[i] = static_cast<float>(i / 1000 % 4) / 3;
    noise[i] = static_cast<float>(random.uniform());
  }
  CHECK(detail::compressed_chunks(steps.data(), 4, {2, count / 2}) == std::vector<hsize_t>{1, 65536});
  CHECK(detail::compressed_chunks(noise.data(), 4, {2, count / 2}).empty());
  CHECK(detail::compressed_chunks(steps.data(), 4, {1000}).empty());
  const auto size_of = [&](const std::vector<float>& values, const char* name) {
    const auto path = folder.path() / name;
    Hdf5Writer file(path);
    file.array<float>("group/table", values, {2, count / 2}, {.units = "1", .long_name = "t", .dims = {"row", "set"}});
    file.commit();
    const RowMatrix<float> read = Hdf5Reader(path).matrix<float>("group/table", 2, count / 2);
    CHECK(std::equal(values.begin(), values.end(), read.data()));
    return std::filesystem::file_size(path);
  };
  CHECK(size_of(steps, "steps.h5") < count / 10);
  CHECK(size_of(noise, "noise.h5") > 4 * count);
}

}  // namespace inforelay

// What the tests of HDF5 files share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/files/hdf5_file.hpp"

namespace inforelay::test {

inline const DatasetInfo plain{.units = "1", .long_name = "numbers", .dims = {"row"}};
inline const DatasetInfo table{.units = "bit", .long_name = "a table", .dims = {"row", "column"}};
inline const DatasetInfo scalar{.units = "s", .long_name = "a number"};

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::size_t entries_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

/// A small file with something of everything.
inline void write_sample(const std::filesystem::path& path) {
  Hdf5Writer writer(path);
  writer.attribute("", "format", "inforelay-results");
  writer.attribute("", "format_version", std::int64_t{1});
  writer.attribute("networks/full", "terms", std::vector<std::string>{"intercept", "größe"});
  writer.scale("networks/full", "class", std::vector<std::int64_t>{7, 8, 9}, "numeral");
  RowMatrix<float> information(3, 4);
  for (int i = 0; i < 12; ++i) information.data()[i] = static_cast<float>(i) * 0.5f;
  writer.dataset("networks/full/relay/test/information", information,
                 {.units = "bit", .long_name = "relay information", .dims = {"class", "set"}});
  writer.dataset("networks/full/units", std::vector<double>(20, 0.25), {"1", "twenty", {"unit"}});
  writer.dataset("networks/small/units", std::vector<double>(8, 0.5), {"1", "eight", {"unit"}});
  writer.dataset("provenance/config", std::string("name: x\n"), {.units = "1", .long_name = "configuration"});
  writer.commit();
}

}  // namespace inforelay::test

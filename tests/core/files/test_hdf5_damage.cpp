// Files that are damaged, foreign, or lead to other files.
#include <hdf5.h>

#include "core/error.hpp"
#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/core/files/hdf5_samples.hpp"
#include "tests/temporary_folder.hpp"

#ifdef INFORELAY_SANITIZED
// HDF5 1.10 itself leaks where it refuses a damaged file.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5_serial\n"; }  // NOLINT
#endif

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

/// Does to a file what Hdf5Writer cannot.
template <class Change>
void edit(const fs::path& path, Change change) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  REQUIRE(file >= 0);
  change(file);
  CHECK(H5Fclose(file) >= 0);
}

}  // namespace

TEST_CASE("A dataset over the limit is refused before it is allocated", "[hdf5]") {
  const TemporaryFolder folder;
  Hdf5Writer writer(folder / "x.h5");
  writer.dataset("bytes", std::vector<std::uint8_t>(1001), plain);
  writer.commit();
  CHECK_THROWS_WITH(Hdf5Reader(folder / "x.h5", 8000).vector<std::uint8_t>("bytes"),
                    Contains("larger than 8000 bytes"));
  CHECK(Hdf5Reader(folder / "x.h5", 8008).vector<std::uint8_t>("bytes").size() == 1001);
}

TEST_CASE("Missing and foreign files are named", "[hdf5]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(Hdf5Reader(folder / "none.h5"), Contains("none.h5: No such file"));
  CHECK_THROWS_WITH(Hdf5Reader(folder.path()), Contains("not a regular file"));
  write_bytes(folder / "text.h5", "label,value\n1,2\n");
  CHECK_THROWS_WITH(Hdf5Reader(folder / "text.h5"), Contains("text.h5 as HDF5: "));
  write_bytes(folder / "empty.h5", "");
  CHECK_THROWS_AS(Hdf5Reader(folder / "empty.h5"), DataError);
}

TEST_CASE("A truncated file is refused at every length", "[hdf5]") {
  const TemporaryFolder folder;
  write_sample(folder / "whole.h5");
  const std::string whole = bytes_of(folder / "whole.h5");
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    write_bytes(folder / "cut.h5", whole.substr(0, length));
    REQUIRE_THROWS_AS(Hdf5Reader(folder / "cut.h5"), DataError);
  }
}

TEST_CASE("Damaged bytes either fail with DataError or give other values", "[hdf5]") {
  const TemporaryFolder folder;
  write_sample(folder / "whole.h5");
  const std::string whole = bytes_of(folder / "whole.h5");
  std::size_t refused = 0;
  for (std::size_t place = 0; place < whole.size(); place += 13) {
    // The names of dimensions are in HDF5's heap, blocks of 4096 bytes that begin with GCOL: on some damage to it HDF5
    // 1.10 loops forever.
    const std::size_t heap = whole.rfind("GCOL", place);
    const bool in_heap = heap != std::string::npos && place < heap + 4096;
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x5a);
    write_bytes(folder / "damaged.h5", damaged);
    try {
      const Hdf5Reader reader(folder / "damaged.h5", 1 << 20);
      reader.matrix<float>("networks/full/relay/test/information", 3, 4);
      reader.attribute<std::string>("", "format");
      reader.read_any("provenance/config");
      reader.children("networks");
      if (in_heap) continue;
      reader.visit("", [&](const std::string& path, Hdf5Kind kind) {
        if (kind != Hdf5Kind::group) reader.read_any(path);
        reader.attributes(path);
      });
    } catch (const DataError&) {
      ++refused;
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("Links that lead elsewhere are refused", "[hdf5]") {
  const TemporaryFolder folder;
  write_sample(folder / "x.h5");
  write_sample(folder / "other.h5");
  edit(folder / "x.h5", [&](hid_t file) {
    const std::string other = (folder / "other.h5").string();
    CHECK(H5Lcreate_soft("/networks/full", file, "soft", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    CHECK(H5Lcreate_external(other.c_str(), "/networks", file, "external", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    CHECK(H5Lcreate_hard(file, "networks/full", file, "hard", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  });
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.vector<double>("hard/units").size() == 20);
  const std::string expected = ", expected a group or dataset of this file";
  CHECK_THROWS_WITH(reader.exists("soft"), Contains("x.h5: /soft is a soft link" + expected));
  CHECK_THROWS_WITH(reader.vector<double>("soft/units"), Contains("x.h5: /soft is a soft link" + expected));
  CHECK_THROWS_WITH(reader.vector<double>("external/full/units"),
                    Contains("x.h5: /external is an external link" + expected));
  CHECK_THROWS_WITH(reader.children("external"), Contains("/external is an external link"));
  CHECK_THROWS_WITH(reader.attribute<std::string>("external/full", "terms"), Contains("is an external link"));
}

TEST_CASE("Datasets with values in other files are rejected", "[hdf5]") {
  const TemporaryFolder folder;
  write_sample(folder / "x.h5");
  write_sample(folder / "other.h5");
  write_bytes(folder / "secret", std::string(160, 's'));
  edit(folder / "x.h5", [&](hid_t file) {
    const hsize_t size = 20;
    const hid_t space = H5Screate_simple(1, &size, nullptr);
    const auto create = [&](const char* name, hid_t properties) {
      const hid_t dataset = H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
      CHECK(H5Dclose(dataset) >= 0);
      CHECK(H5Pclose(properties) >= 0);
    };
    const hid_t raw = H5Pcreate(H5P_DATASET_CREATE), virtual_one = H5Pcreate(H5P_DATASET_CREATE);
    CHECK(H5Pset_external(raw, (folder / "secret").c_str(), 0, H5F_UNLIMITED) >= 0);
    create("raw", raw);
    CHECK(H5Pset_virtual(virtual_one, space, (folder / "other.h5").c_str(), "/networks/full/units", space) >= 0);
    create("virtual", virtual_one);
    CHECK(H5Sclose(space) >= 0);
  });
  const Hdf5Reader reader(folder / "x.h5");
  const std::string expected = " has its values in other files, expected them in this one";
  CHECK_THROWS_WITH(reader.vector<double>("raw"), Contains("x.h5: /raw" + expected));
  CHECK_THROWS_WITH(reader.vector<double>("virtual"), Contains("x.h5: /virtual" + expected));
  CHECK_THROWS_WITH(reader.shape("virtual"), Contains("/virtual" + expected));
}

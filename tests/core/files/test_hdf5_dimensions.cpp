// Dimensions and their scales, as netCDF-4 has them.
#include "core/error.hpp"
#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/core/files/hdf5_samples.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;
using Texts = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

DatasetInfo over(const std::string& dimension) { return {.units = "1", .long_name = "values", .dims = {dimension}}; }

const std::vector<double> four(4, 0.5), five(5, 0.5);

}  // namespace

TEST_CASE("Scales stand in the group of the arrays or above", "[hdf5]") {
  const TemporaryFolder folder;
  write_sample(folder / "x.h5");
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.children("") == Texts{"networks", "provenance"});
  CHECK(reader.children("networks/full") == Texts{"class", "relay", "unit", "units"});
  CHECK(reader.children("networks/full/relay/test") == Texts{"information", "set"});
  CHECK(reader.dimension_names("networks/full/relay/test/information") == Texts{"class", "set"});
  CHECK(reader.vector<std::int64_t>("networks/full/class") == std::vector<std::int64_t>{7, 8, 9});
  CHECK(reader.dimension_names("networks/full/class") == Texts{"class"});
  CHECK(reader.attribute<std::string>("networks/full/class", "long_name") == "numeral");
  CHECK(reader.shape("networks/full/unit") == std::vector<std::size_t>{20});
  CHECK(reader.shape("networks/small/unit") == std::vector<std::size_t>{8});
  CHECK(reader.attribute<std::string>("networks/small/unit", "units") == "1");
}

TEST_CASE("An array with the name of its dimension is its scale", "[hdf5]") {
  const TemporaryFolder folder;
  Hdf5Writer writer(folder / "x.h5");
  writer.dataset("time", std::vector<float>{0, 0.5f, 1, 1.5f}, {"s", "time after the stimulus", {"time"}});
  writer.dataset("a/b/values", four, over("time"));
  writer.commit();
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.kind("time") == Hdf5Kind::scale);
  CHECK(reader.children("a/b") == Texts{"values"});
}

TEST_CASE("A group below may have another length of a dimension, with or without values", "[hdf5]") {
  const TemporaryFolder folder;
  Hdf5Writer writer(folder / "x.h5");
  writer.scale("", "unit", std::vector<std::int64_t>{1, 2, 3, 4}, "unit");
  writer.dataset("values", four, over("unit"));
  writer.dataset("a/values", five, over("unit"));
  writer.dataset("a/b/values", five, over("unit"));
  // The unit of the root has this length, but is hidden by that of a.
  writer.dataset("a/c/values", four, over("unit"));
  writer.scale("d", "unit", Texts{"u", "v", "w", "x", "y"}, "unit");
  writer.dataset("d/values", five, over("unit"));
  writer.commit();
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.kind("a/unit") == Hdf5Kind::dimension);
  CHECK_FALSE(reader.exists("a/b/unit"));
  CHECK(reader.kind("a/c/unit") == Hdf5Kind::dimension);
  CHECK(reader.texts("d/unit") == Texts{"u", "v", "w", "x", "y"});
}

TEST_CASE("A dimension has one length in a group", "[hdf5]") {
  const TemporaryFolder folder;
  const auto write = [&](auto&& work) {
    Hdf5Writer writer(folder / "x.h5");
    writer.dataset("a/values", four, over("unit"));
    work(writer);
  };
  CHECK_THROWS_WITH(
      write([](Hdf5Writer& writer) { writer.dataset("a/more", five, over("unit")); }),
      Contains("cannot write /a/unit in ") && Contains("x.h5: this dimension of its group has length 4, not 5"));
  // a/values/... has its scale in a: one in a later could not be told from it, one above is not in the way.
  CHECK_THROWS_AS(write([](Hdf5Writer& writer) { writer.dataset("a/unit", four, over("unit")); }), IoError);
  CHECK_THROWS_WITH(
      write([](Hdf5Writer& writer) {
        writer.dataset("a/b/c/values", four, over("unit"));
        writer.dataset("a/b/unit", five, over("unit"));
      }),
      Contains("/a/b/unit") && Contains("arrays in /a/b/c have this dimension with length 4 already, not 5"));
  CHECK_NOTHROW(write([](Hdf5Writer& writer) {
    writer.dataset("a/b/unit", five, over("unit"));
    writer.dataset("unit", five, over("unit"));
    writer.dataset("a/c/unit", four, over("unit"));
    writer.commit();
  }));
}

TEST_CASE("Dimensions without values take no room", "[hdf5]") {
  const TemporaryFolder folder;
  Hdf5Writer writer(folder / "x.h5");
  writer.dataset("sets", std::vector<std::uint8_t>(1 << 20), over("set"));
  writer.commit();
  CHECK(fs::file_size(folder / "x.h5") < (1 << 20) + 8192);
}

// What is written comes back, and explains itself.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/core/files/hdf5_samples.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

template <class T>
void check_round_trip(const fs::path& folder) {
  const auto path = folder / "round.h5";
  const std::vector<T> list{std::numeric_limits<T>::lowest(), T{0}, T{1}, std::numeric_limits<T>::max()};
  RowMatrix<T> matrix(2, 3);
  matrix << T{1}, T{2}, T{3}, T{4}, T{5}, T{6};
  {
    Hdf5Writer writer(path);
    writer.dataset("list", list, plain);
    writer.dataset("empty", std::vector<T>{}, plain);
    writer.dataset("a/b/matrix", matrix, table);
    writer.dataset("a/no_rows", RowMatrix<T>(0, 3), table);
    writer.dataset("scalar", list.back(), number);
    writer.template array<T>("cube", list, {2, 1, 2}, {"1", "a cube", {"x", "y", "z"}});
    writer.commit();
  }
  const Hdf5Reader reader(path);
  CHECK(reader.vector<T>("list", 4) == list);
  CHECK(reader.vector<T>("empty").empty());
  CHECK(reader.matrix<T>("/a/b/matrix/") == matrix);
  CHECK(reader.matrix<T>("a/no_rows", 0, 3).cols() == 3);
  CHECK(reader.scalar<T>("scalar") == list.back());
  CHECK(reader.array<T>("cube") == list);
  CHECK(reader.shape("cube") == std::vector<std::size_t>{2, 1, 2});
  CHECK(reader.shape("scalar").empty());
}

}  // namespace

TEST_CASE("Every number type comes back as it was written", "[hdf5]") {
  const TemporaryFolder folder;
  check_round_trip<std::uint8_t>(folder.path());
  check_round_trip<std::uint16_t>(folder.path());
  check_round_trip<std::uint32_t>(folder.path());
  check_round_trip<std::int64_t>(folder.path());
  check_round_trip<float>(folder.path());
  check_round_trip<double>(folder.path());
}

TEST_CASE("NaN and infinity come back bit for bit", "[hdf5]") {
  const TemporaryFolder folder;
  const std::vector<double> values{std::nan(""), HUGE_VAL, -HUGE_VAL, -0.0, std::numeric_limits<double>::denorm_min()};
  Hdf5Writer writer(folder / "x.h5");
  writer.dataset("values", values, plain);
  writer.commit();
  const auto back = Hdf5Reader(folder / "x.h5").vector<double>("values");
  CHECK(std::memcmp(back.data(), values.data(), values.size() * sizeof(double)) == 0);
}

TEST_CASE("Texts come back as they were written", "[hdf5]") {
  const TemporaryFolder folder;
  const std::vector<std::string> list{"", "a", "Größe, 数字\n", std::string(100000, 'x')};
  {
    Hdf5Writer writer(folder / "x.h5");
    writer.dataset("list", list, plain);
    writer.dataset("none", std::vector<std::string>{}, plain);
    writer.dataset("one", list[2], number);
    writer.dataset("blank", std::string(), number);
    CHECK_THROWS_WITH(writer.dataset("nul", std::string("a\0b", 3), number), Contains("NUL"));
    writer.commit();
  }
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.texts("list") == list);
  CHECK(reader.texts("none").empty());
  CHECK(reader.text("one") == list[2]);
  CHECK(reader.text("blank").empty());
}

TEST_CASE("Attributes come back as they were written", "[hdf5]") {
  const TemporaryFolder folder;
  const std::vector<std::string> names{"intercept", "", "größe"};
  {
    Hdf5Writer writer(folder / "x.h5");
    writer.attribute("", "text", "relu");
    writer.attribute("a/group", "integer", std::int64_t{-3});
    writer.dataset("a/list", std::vector<float>{1}, plain);
    writer.attribute("a/list", "real", 0.1);
    writer.attribute("a/list", "names", names);
    writer.attribute("a/list", "integers", std::vector<std::int64_t>{1, -2});
    writer.attribute("a/list", "reals", std::vector<double>{});
    writer.commit();
  }
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.attribute<std::string>("/", "text") == "relu");
  CHECK(reader.attribute<std::int64_t>("a/group", "integer") == -3);
  CHECK_THROWS_AS(reader.attribute<double>("a/group", "integer"), DataError);  // 53 bits of 64
  CHECK(reader.attribute<double>("a/list", "real") == 0.1);
  CHECK(reader.attribute<std::vector<std::string>>("a/list", "names") == names);
  CHECK(reader.attribute<std::vector<std::int64_t>>("a/list", "integers") == std::vector<std::int64_t>{1, -2});
  CHECK(reader.attribute<std::vector<double>>("a/list", "reals").empty());
  CHECK(reader.attribute<std::string>("a/list", "units") == "1");
  CHECK(reader.attribute<std::string>("a/list", "long_name") == "numbers");
  CHECK(reader.has_attribute("a/list", "names"));
  CHECK_FALSE(reader.has_attribute("a/list", "name"));
  CHECK_THROWS_WITH(reader.attribute<std::string>("a/list", "name"), Contains("/a/list@name does not exist"));
  CHECK_THROWS_WITH(reader.attribute<std::int64_t>("a/list", "real"), Contains("holds 64-bit float, expected"));
}

TEST_CASE("Deflated arrays come back as they were written", "[hdf5]") {
  const TemporaryFolder folder;
  RowMatrix<float> matrix(5, 300000);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = static_cast<float>(i % 1000);
  auto info = table;
  info.deflate = 4;
  Hdf5Writer writer(folder / "x.h5");
  writer.dataset("matrix", matrix, info);
  writer.dataset("empty", RowMatrix<float>(0, 4), info);
  writer.commit();
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.matrix<float>("matrix", 5, 300000) == matrix);
  CHECK(reader.matrix<float>("empty").rows() == 0);
  CHECK(fs::file_size(folder / "x.h5") < 1000000);
}

TEST_CASE("Equal contents give equal files and names without values take no room", "[hdf5]") {
  const TemporaryFolder folder;
  write_sample(folder / "a.h5");
  write_sample(folder / "b.h5");
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
  Hdf5Writer writer(folder / "c.h5");
  writer.dataset("sets", std::vector<std::uint8_t>(1 << 20), {"1", "sets", {"set"}});
  writer.commit();
  CHECK(fs::file_size(folder / "c.h5") < (1 << 20) + 8192);
}

TEST_CASE("One dimension may have several lengths and the nearest declared values win", "[hdf5]") {
  const TemporaryFolder folder;
  write_sample(folder / "x.h5");
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.dimension_names("networks/full/relay/test/information") == std::vector<std::string>{"class", "set"});
  CHECK(reader.children("dimensions") == std::vector<std::string>{"neuron_20", "neuron_8", "set_4"});
  CHECK(reader.vector<std::int64_t>("networks/full/dimensions/class") == std::vector<std::int64_t>{7, 8, 9});
  CHECK(reader.children("") == std::vector<std::string>{"dimensions", "networks", "provenance"});
}

TEST_CASE("h5py finds units and dimension scales", "[hdf5][python]") {
  const std::string python = "/usr/bin/python3";
  if (std::system((python + " -c 'import h5py' 2>/dev/null").c_str()) != 0) {
    WARN("skipped: python3-h5py is not installed");
    SUCCEED();
    return;
  }
  const TemporaryFolder folder;
  write_sample(folder / "plain.h5");
  write_sample(folder / "deflated.h5", 6);
  write_bytes(folder / "check.py", R"(
import sys, h5py, numpy
for name in ("plain.h5", "deflated.h5"):
    f = h5py.File(sys.argv[1] + "/" + name, "r")
    assert f.attrs["format"] == "inforelay-results" and f.attrs["format_version"] == 1
    assert list(f["networks/full"].attrs["terms"]) == ["intercept", "größe"]
    d = f["networks/full/relay/test/information"]
    assert (d[...] == numpy.arange(12).reshape(3, 4) * 0.5).all() and d.dtype == numpy.float32
    assert d.attrs["units"] == "bit" and d.attrs["long_name"] == "relay information"
    assert [x.label for x in d.dims] == ["class", "set"]
    assert d.dims[0].keys() == ["class"] and list(d.dims[0]["class"]) == [7, 8, 9]
    assert d.dims[1][0].shape == (4,) and d.dims[1][0].id.get_storage_size() == 0
    assert f["networks/full/neurons"].dims[0][0].shape == (20,)
    assert f["networks/small/neurons"].dims[0][0].shape == (8,)
    assert f["provenance/config"].asstr()[()] == "name: x\n"
    def described(name, item):
        if isinstance(item, h5py.Dataset): item.attrs["units"], item.attrs["long_name"]
    f.visititems(described)
)");
  const std::string folder_name = folder.path().string();
  CHECK(std::system((python + " " + folder_name + "/check.py " + folder_name).c_str()) == 0);
}

TEST_CASE("Types and shapes are checked when reading", "[hdf5]") {
  const TemporaryFolder folder;
  {
    Hdf5Writer writer(folder / "x.h5");
    writer.dataset("bytes", std::vector<std::uint8_t>{1, 255}, plain);
    writer.dataset("floats", std::vector<float>{1}, plain);
    writer.dataset("doubles", RowMatrix<double>(2, 3), table);
    writer.dataset("words", std::vector<std::uint32_t>{~0u}, plain);
    writer.dataset("text", std::string("x"), number);
    writer.commit();
  }
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.vector<double>("bytes") == std::vector<double>{1, 255});
  CHECK(reader.vector<std::int64_t>("words") == std::vector<std::int64_t>{0xffffffff});
  CHECK(reader.vector<double>("floats") == std::vector<double>{1});
  CHECK_THROWS_AS(reader.vector<float>("words"), DataError);  // 24 bits of 32
  CHECK_THROWS_AS(reader.vector<std::uint16_t>("words"), DataError);
  CHECK_THROWS_WITH(reader.matrix<float>("doubles"),
                    Contains("x.h5: /doubles holds 64-bit float, expected 32-bit float or narrower"));
  CHECK_THROWS_WITH(reader.matrix<double>("doubles", Hdf5Reader::any, 4), Contains("shape [2,3], expected [any,4]"));
  CHECK_THROWS_WITH(reader.vector<double>("doubles"), Contains("shape [2,3], expected [any]"));
  CHECK_THROWS_WITH(reader.scalar<std::uint8_t>("bytes"), Contains("shape [2], expected []"));
  CHECK_THROWS_WITH(reader.scalar<double>("text"), Contains("holds text"));
  CHECK_THROWS_WITH(reader.texts("bytes"), Contains("expected text"));
  CHECK_THROWS_WITH(reader.vector<float>("no/such"), Contains("/no/such does not exist"));
  CHECK_THROWS_WITH(reader.vector<float>("bytes/below"), Contains("/bytes/below does not exist"));
  CHECK_THROWS_WITH(reader.vector<float>(""), Contains("/ is no dataset"));
  CHECK_THROWS_WITH(reader.children("bytes"), Contains("/bytes is no group"));
  CHECK(reader.exists("bytes"));
  CHECK(reader.exists("/"));
  CHECK_FALSE(reader.exists("no/such"));
}

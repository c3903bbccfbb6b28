// What is written comes back.
#include <cmath>
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
using Texts = std::vector<std::string>;
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
    writer.dataset("none/empty", std::vector<T>{}, plain);
    writer.dataset("a/b/matrix", matrix, table);
    writer.dataset("a/no_rows", RowMatrix<T>(0, 3), table);
    writer.dataset("scalar", list.back(), scalar);
    writer.template array<T>("cube", list, {2, 1, 2}, {"1", "a cube", {"x", "y", "z"}});
    writer.commit();
  }
  const Hdf5Reader reader(path);
  CHECK(reader.vector<T>("list", 4) == list);
  CHECK(reader.vector<T>("none/empty").empty());
  CHECK(reader.matrix<T>("/a/b/matrix/") == matrix);
  CHECK(reader.matrix<T>("a/no_rows", 0, 3).cols() == 3);
  CHECK(reader.array<T>("scalar") == std::vector<T>{list.back()});
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
    writer.dataset("no/texts", std::vector<std::string>{}, plain);
    writer.dataset("one", list[2], scalar);
    writer.dataset("blank", std::string(), scalar);
    CHECK_THROWS_WITH(writer.dataset("nul", std::string("a\0b", 3), scalar), Contains("NUL"));
    writer.commit();
  }
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.texts("list") == list);
  CHECK(reader.texts("no/texts").empty());
  CHECK(std::get<Texts>(reader.read_any("one").values) == Texts{list[2]});
  CHECK(std::get<Texts>(reader.read_any("blank").values) == Texts{""});
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
  CHECK_THROWS_WITH(reader.attribute<std::string>("a/list", "name"), Contains("/a/list@name does not exist"));
  CHECK_THROWS_WITH(reader.attribute<std::int64_t>("a/list", "real"), Contains("holds 64-bit float, expected"));
}

TEST_CASE("Equal contents give equal files", "[hdf5]") {
  const TemporaryFolder folder;
  write_sample(folder / "a.h5");
  write_sample(folder / "b.h5");
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
}

TEST_CASE("Types and shapes are checked when reading", "[hdf5]") {
  const TemporaryFolder folder;
  {
    Hdf5Writer writer(folder / "x.h5");
    writer.dataset("bytes", std::vector<std::uint8_t>{1, 255}, plain);
    writer.dataset("floats", std::vector<float>{1, 2}, plain);
    writer.dataset("doubles", RowMatrix<double>(RowMatrix<double>::Zero(2, 3)), table);
    writer.dataset("words", std::vector<std::uint32_t>{0, ~0u}, plain);
    writer.dataset("text", std::string("x"), scalar);
    writer.commit();
  }
  const Hdf5Reader reader(folder / "x.h5");
  CHECK(reader.vector<double>("bytes") == std::vector<double>{1, 255});
  CHECK(reader.vector<std::int64_t>("words") == std::vector<std::int64_t>{0, 0xffffffff});
  CHECK(reader.vector<double>("floats") == std::vector<double>{1, 2});
  CHECK_THROWS_AS(reader.vector<float>("words"), DataError);  // 24 bits of 32
  CHECK_THROWS_AS(reader.vector<std::uint16_t>("words"), DataError);
  CHECK_THROWS_WITH(reader.matrix<float>("doubles"),
                    Contains("x.h5: /doubles holds 64-bit float, expected 32-bit float or narrower"));
  CHECK_THROWS_WITH(reader.matrix<double>("doubles", Hdf5Reader::any, 4), Contains("shape [2,3], expected [any,4]"));
  CHECK_THROWS_WITH(reader.vector<double>("doubles"), Contains("shape [2,3], expected [any]"));
  CHECK_THROWS_WITH(reader.matrix<std::uint8_t>("bytes"), Contains("shape [2], expected [any,any]"));
  CHECK_THROWS_WITH(reader.array<double>("text"), Contains("holds text"));
  CHECK_THROWS_WITH(reader.texts("bytes"), Contains("expected text"));
  CHECK_THROWS_WITH(reader.vector<float>("no/such"), Contains("/no/such does not exist"));
  CHECK_THROWS_WITH(reader.vector<float>("bytes/below"), Contains("/bytes/below does not exist"));
  CHECK_THROWS_WITH(reader.vector<float>(""), Contains("/ is not a dataset"));
  CHECK_THROWS_WITH(reader.children("bytes"), Contains("/bytes is not a group"));
  CHECK(reader.exists("bytes"));
  CHECK(reader.exists("/"));
  CHECK_FALSE(reader.exists("no/such"));
}

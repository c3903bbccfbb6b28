// Results as named arrays: put(), views, and files.
#include "experiments/results/result_arrays.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

const std::vector<ArrayInfo> infos{{"total", "bit", {"class"}, "total of each class"},
                                   {"table", "bit", {"class", "set"}, "a value of every set"},
                                   {"state", "1", {"sample"}, "state as one word"},
                                   {"state", "1", {"sample", "unit"}, "state of each unit"},
                                   {"curves/*/loss", "1", {"epoch"}, "loss"},
                                   {"cube", "1", {"class", "size", "rank"}, "three axes"},
                                   {"count", "1", {}, "a single number"},
                                   {"names", "text", {"class"}, "texts"},
                                   {"note", "text", {}, "one text"}};

RowMatrix<float> table() {
  RowMatrix<float> values(2, 4);
  values << 0.0f, 0.25f, std::numeric_limits<float>::quiet_NaN(), -1.0f, 1e-30f, 2.0f, 3.0f, 4.0f;
  return values;
}

ResultArrays sample() {
  ResultArrays arrays(infos);
  arrays.put_scale("class", std::vector<std::string>{"cat", "dög"}, "class");
  arrays.put("total", std::vector<double>{0.5, 1.0 / 3});
  arrays.put("table", table());
  arrays.put("state", std::vector<std::uint32_t>{1, 4'000'000'000u, 7});
  arrays.put("curves/3/loss", std::vector<double>{3, 2, 1});
  arrays.put_cube("cube", RowMatrix<double>(RowMatrix<double>::Constant(2, 6, 0.125)), 2);
  arrays.put("count", std::int64_t{-5});
  arrays.put("names", std::vector<std::string>{"", "b"});
  arrays.put("note", std::string("why"));
  arrays.put_attribute("total", "method", std::string("exact"));
  arrays.put_attribute("", "runs", std::int64_t{3});
  return arrays;
}

}  // namespace

TEST_CASE("Arrays take unit, meaning and axes from the row of their path and rank", "[results]") {
  ResultArrays arrays = sample();
  RowMatrix<std::uint8_t> wide = RowMatrix<std::uint8_t>::Ones(3, 2);
  arrays.put("state", wide);
  const ResultView view = arrays.view();
  CHECK(view.array("state").axes == std::vector<std::string>{"sample", "unit"});
  CHECK(view.array("total").units == "bit");
  CHECK(view.array("curves/3/loss").long_name == "loss");
  CHECK(view.array("cube").shape == std::vector<std::size_t>{2, 3, 2});
  CHECK_THROWS_WITH(arrays.put("unknown", std::int64_t{1}), Contains("unknown"));
  CHECK_THROWS_WITH(arrays.put("total", std::int64_t{1}), Contains("total"));
}

TEST_CASE("Views read by paths below their group and refuse other types and ranks", "[results]") {
  ResultArrays all;
  all.merge("networks/full", sample());
  const ResultView view = all.view("networks").at("full");
  CHECK(view.has("curves"));
  CHECK(view.has("curves/3/loss"));
  CHECK_FALSE(view.has("curv"));
  CHECK(view.children() ==
        std::vector<std::string>{"class", "count", "cube", "curves", "names", "note", "state", "table", "total"});
  CHECK(view.vector<double>("total")[1] == 1.0 / 3);
  CHECK(view.number<std::int64_t>("count") == -5);
  CHECK(view.text("note") == "why");
  CHECK(view.numbers("state") == std::vector<double>{1, 4e9, 7});
  CHECK(view.attribute<std::string>("total", "method") == "exact");
  CHECK(view.attribute<std::int64_t>("", "runs") == 3);
  CHECK_THROWS_WITH(view.vector<float>("total"), Contains("/networks/full/total"));
  CHECK_THROWS_WITH(view.vector<double>("missing"), Contains("is missing"));
  CHECK_THROWS_AS(view.number<double>("total"), DataError);
  CHECK_THROWS_AS(view.numbers("table"), DataError);
}

TEST_CASE("Arrays are read back from a file bit-identically, with or without tables of all sets", "[results]") {
  const test::TemporaryFolder folder;
  const ResultArrays written = sample();
  {
    Hdf5Writer file(folder / "arrays.h5");
    write_arrays(file, written, "group");
    file.commit();
  }
  const Hdf5Reader file(folder / "arrays.h5");
  const ResultArrays read = read_arrays(file, "group");
  for (const auto& [path, array] : written.arrays()) {
    INFO(path);
    REQUIRE(read.view().has(path));
    const ResultArray& back = read.view().array(path);
    CHECK(back.units == array.units);
    CHECK(back.long_name == array.long_name);
    CHECK(back.axes == array.axes);
    CHECK(back.shape == array.shape);
    CHECK(back.is_scale == array.is_scale);
  }
  const auto& table_read = read.view().matrix<float>("table");
  CHECK(std::memcmp(table_read.data(), table().data(), sizeof(float) * 8) == 0);
  CHECK(read.view().texts("class") == std::vector<std::string>{"cat", "dög"});
  CHECK(read.view().texts("names") == std::vector<std::string>{"", "b"});
  CHECK(read.view().attribute<std::int64_t>("", "runs") == 3);
  const ResultArrays small = read_arrays(file, "group", ReadTables::no);
  CHECK_FALSE(small.view().has("table"));
  CHECK(small.view().has("total"));
}

// Arrays of single times as one with a first axis `time`, and back.
#include "experiments/results/time_stack.hpp"

#include <numeric>

#include "core/error.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;

namespace {

const std::vector<ArrayInfo> stacked_infos{{"count", "1", {}, "a number"},
                                           {"total", "bit", {"class"}, "a list"},
                                           {"deep/single", "bit", {"class", "unit"}, "a matrix"},
                                           {"sizes", "1", {"class", "size", "quantile"}, "a cube"}};

/// Numbers that tell time, array and position.
ResultArrays arrays_at(int time) {
  const auto numbers = [&](int array, int count) {
    std::vector<double> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 1000.0 * time + 100.0 * array);
    return values;
  };
  const auto matrix = [&](int array, int rows, int columns) {
    const std::vector<double> values = numbers(array, rows * columns);
    return RowMatrix<double>(Eigen::Map<const RowMatrix<double>>(values.data(), rows, columns));
  };
  ResultArrays arrays(stacked_infos);
  arrays.put_scale("class", std::vector<std::string>{"a", "b"}, "classes");
  arrays.put("count", std::int64_t{time});
  arrays.put("total", numbers(1, 2));
  arrays.put("deep/single", matrix(2, 2, 3));
  arrays.put_cube("sizes", matrix(3, 2, 12), 4);
  arrays.put_attribute("", "method", std::string("exact"));
  return arrays;
}

TimeStack stack_of(std::vector<std::size_t> order) {
  TimeStack stack(order.size());
  for (const std::size_t time : order) stack.add(time, arrays_at(static_cast<int>(time)));
  return stack;
}

}  // namespace

TEST_CASE("Arrays of single times become one with a first axis time", "[results][time]") {
  const TimeStack stack = stack_of({2, 0, 1});
  const auto& arrays = stack.arrays().arrays();
  CHECK(arrays.at("count").shape == std::vector<std::size_t>{3});
  CHECK(arrays.at("count").axes == std::vector<std::string>{"time"});
  CHECK(stack.arrays().view().vector<std::int64_t>("count")[2] == 2);
  CHECK(arrays.at("sizes").shape == std::vector<std::size_t>{3, 2, 3, 4});
  CHECK(arrays.at("sizes").axes == std::vector<std::string>{"time", "class", "size", "quantile"});
  const RowMatrix<double>& single = std::get<RowMatrix<double>>(arrays.at("deep/single").values);
  for (int t = 0; t < 3; ++t) {
    for (int i = 0; i < 6; ++i) CHECK(single(t, i) == 1000 * t + 200 + i);
  }
  CHECK(arrays.at("class").shape == std::vector<std::size_t>{2});
}

TEST_CASE("One time of a stack is what was put there, before and after it was in a file", "[results][time]") {
  const test::TemporaryFolder folder;
  TimeStack stack = stack_of({0, 1, 2});
  {
    Hdf5Writer file(folder / "a.h5");
    write_arrays(file, stack.arrays());
    file.commit();
  }
  const ResultArrays read = read_arrays(Hdf5Reader(folder / "a.h5"));
  for (const ResultArrays* all : {&stack.arrays(), &read}) {
    for (const int time : {0, 2}) {
      const ResultArrays one = at_time(all->view(), static_cast<std::size_t>(time)), expected = arrays_at(time);
      REQUIRE(one.arrays().size() == expected.arrays().size());
      for (const auto& [path, array] : expected.arrays()) {
        CAPTURE(path, time);
        const ResultArray& found = one.view().array(path);
        CHECK(found.shape == array.shape);
        CHECK(found.axes == array.axes);
        CHECK(found.values == array.values);
        CHECK(found.is_scale == array.is_scale);
      }
      CHECK(one.view().attribute<std::string>("", "method") == "exact");
    }
    CHECK_THROWS_AS(at_time(all->view(), 3), DataError);
  }
}

TEST_CASE("Times whose arrays differ are a broken invariant", "[results][time]") {
  TimeStack stack(2);
  stack.add(0, arrays_at(0));
  ResultArrays fewer(stacked_infos);
  fewer.put("total", std::vector<double>{1, 2});
  CHECK_THROWS_AS(stack.add(1, fewer), std::logic_error);
  ResultArrays longer = arrays_at(1);
  longer.put("total", std::vector<double>{1, 2, 3});
  CHECK_THROWS_AS(stack.add(1, longer), std::logic_error);
  CHECK_THROWS_AS(stack.add(2, arrays_at(2)), std::logic_error);
}

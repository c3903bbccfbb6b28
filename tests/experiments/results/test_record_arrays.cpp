#include "experiments/results/record_arrays.hpp"

#include "tests/catch2.hpp"

namespace inforelay {
namespace {

struct Animal {
  std::string name;
  double weight = 0;
  std::int64_t legs = 0;
};

const RecordArrays<Animal>& animals() {
  static const RecordArrays<Animal> fields{"animal",
                                           {{"name", "text", "its name", &Animal::name},
                                            {"weight", "kg", "its weight", &Animal::weight},
                                            {"legs", "1", "its legs", &Animal::legs}}};
  return fields;
}

ResultArrays zoo() {
  static const std::vector<ArrayInfo> infos = animals().infos();
  ResultArrays arrays(infos);
  animals().put({{"cat", 4.5, 4}, {"", 0.02, 2}}, arrays);
  ResultArrays all;
  all.merge("zoo", std::move(arrays));
  return all;
}

}  // namespace

TEST_CASE("Records become one array per member and are read back", "[results]") {
  const ResultArrays arrays = zoo();
  CHECK(arrays.view().array("zoo/weight").units == "kg");
  CHECK(arrays.view().array("zoo/legs").axes == std::vector<std::string>{"animal"});
  CHECK(arrays.view().array("zoo/name").long_name == "its name");
  const std::vector<Animal> read = animals().records_from(arrays.view("zoo"));
  REQUIRE(read.size() == 2);
  CHECK(read[0].name == "cat");
  CHECK(read[0].weight == 4.5);
  CHECK(read[0].legs == 4);
  CHECK(read[1].name.empty());
  CHECK(read[1].weight == 0.02);
  CHECK(animals().records_from(ResultArrays().view("zoo")).empty());
}

TEST_CASE("Records whose arrays differ in length or are missing are refused", "[results]") {
  ResultArrays arrays = zoo();
  arrays.put_array("zoo/legs", {"1", "", {"animal"}, {3}, RowMatrix<std::int64_t>{{4, 2, 0}}});
  CHECK_THROWS_WITH(animals().records_from(arrays.view("zoo")), "results: /zoo/legs has 3 values, expected 2");
  ResultArrays names;
  names.put_array("zoo/name", {"text", "", {"animal"}, {1}, std::vector<std::string>{"dog"}});
  CHECK_THROWS_WITH(animals().records_from(names.view("zoo")), Catch::Contains("/zoo/weight"));
}

}  // namespace inforelay

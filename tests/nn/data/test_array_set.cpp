// Data sets from arrays and tables: files are written here, the readers of arrays have tests of their own.
#include "nn/data/array_set.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/data/idx_writer.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;
using Integers = std::vector<std::int64_t>;
using Floats = std::vector<float>;
using Words = std::vector<std::string>;

namespace {

FileArray array(std::vector<std::uint64_t> shape, FileArrayValues values, const std::string& place = "a.npz: 'x'") {
  return {std::move(shape), std::move(values), place};
}

FileArray pair_of_labels() { return array({2}, Integers{5, 6}, "a.npz: 'y'"); }

DataOptions table_options(const std::filesystem::path& path) {
  DataOptions options;
  options.dataset = "table";
  options.path = path;
  options.label = "kind";
  options.test_fraction = 0.25;
  return options;
}

}  // namespace

TEST_CASE("Arrays of any shape are flattened, and images keep theirs", "[data]") {
  const auto shape_of = [](std::vector<std::uint64_t> shape) {
    std::uint64_t count = 1;
    for (const std::uint64_t extent : shape) count *= extent;
    return array_set(array(std::move(shape), Bytes(count)), pair_of_labels()).input_shape;
  };
  CHECK(shape_of({2, 3, 5}) == std::vector{3, 5});
  CHECK(shape_of({2, 1, 3, 5}) == std::vector{3, 5});
  CHECK(shape_of({2, 3, 5, 1}) == std::vector{3, 5});
  CHECK(shape_of({2, 3, 3, 5}) == std::vector{45});
  CHECK(shape_of({2, 4}) == std::vector{4});
  CHECK(shape_of({2}) == std::vector{1});
  const ArraySet set = array_set(array({2, 2}, std::vector<double>{0.1, 2, 1e-3, -4}), pair_of_labels());
  const auto& inputs = std::get<RowMatrix<float>>(set.inputs);
  CHECK((inputs(0, 0) == 0.1f && inputs(1, 1) == -4));
  CHECK(std::get<RowMatrix<float>>(array_set(array({2, 1}, Integers{-7, 300}), pair_of_labels()).inputs)(1, 0) == 300);
}

TEST_CASE("Labels are integers, whole numbers or words", "[data]") {
  const auto labels = [](FileArray read) { return array_set(array({2, 1}, Bytes{1, 2}), std::move(read)).labels; };
  CHECK(std::get<Integers>(labels(array({2}, Bytes{3, 200}))) == Integers{3, 200});
  CHECK(std::get<Integers>(labels(array({2, 1}, Floats{3, -2}))) == Integers{3, -2});
  CHECK(std::get<Integers>(labels(array({1, 2}, std::vector<double>{1e9, 0}))) == Integers{1000000000, 0});
  CHECK(std::get<Words>(labels(array({2}, Words{"b", "a"}))) == Words{"b", "a"});
  CHECK_THROWS_WITH(labels(array({2}, Floats{3, 0.5}, "y.npy")),
                    "y.npy: label 0.5 of sample 1 (from 0) is not a whole number");
  CHECK_THROWS_AS(labels(array({2}, Floats{3, std::numeric_limits<float>::quiet_NaN()})), DataError);
  CHECK_THROWS_AS(labels(array({2}, std::vector<double>{3, 1e30})), DataError);
}

TEST_CASE("Arrays that are no data set are errors that name them", "[data]") {
  CHECK_THROWS_WITH(array_set(array({3, 2}, Bytes(6)), pair_of_labels()),
                    "a.npz: 'x' is [3,2]: 3 samples; a.npz: 'y' is [2]: 2 labels");
  CHECK_THROWS_WITH(array_set(array({2, 2}, Bytes(4)), array({2, 3}, Bytes(6), "y.npy")),
                    "y.npy is [2,3], expected one label for each of 2 samples; of one-hot rows, save the argmax");
  CHECK_THROWS_WITH(array_set(array({0, 2}, Bytes()), array({0}, Bytes())),
                    "a.npz: 'x' is [0,2], expected [samples, ...] with at least one sample");
  CHECK_THROWS_WITH(array_set(array({2, 0}, Bytes()), pair_of_labels()), Contains("0 inputs, expected in [1,1000000]"));
  CHECK_THROWS_WITH(array_set(array({}, Bytes{1}), pair_of_labels()), Contains("expected [samples, ...]"));
  CHECK_THROWS_WITH(array_set(array({2, 1}, Words{"a", "b"}), pair_of_labels()),
                    "a.npz: 'x' holds words, expected numbers as inputs: the first is 'a'");
  CHECK_THROWS_WITH(array_set(array({2, 1}, Words{"7", "08"}), pair_of_labels()),
                    Contains("the first is '08', a word because of its leading zero"));
  std::vector<ArraySet> sets;
  sets.push_back(array_set(array({2, 2}, Bytes(4)), pair_of_labels()));
  sets.push_back(array_set(array({2, 3}, Bytes(6), "t.npy"), pair_of_labels()));
  CHECK_THROWS_WITH(data_from(sets, {}, "f"), "a.npz: 'x' has 2 inputs, t.npy has 3");
  sets.pop_back();
  sets[0] = array_set(array({2, 1}, Floats{1, std::numeric_limits<float>::infinity()}), pair_of_labels());
  CHECK_THROWS_WITH(data_from(sets, {}, "f"),
                    "a.npz: 'x': input 0 of sample 1 (both from 0) is inf, expected a finite number");
}

TEST_CASE("A set of bytes beside one of floats becomes floats", "[data]") {
  std::vector<ArraySet> sets;
  sets.push_back(array_set(array({2, 1}, Bytes{7, 9}), pair_of_labels()));
  sets.push_back(array_set(array({2, 1}, Floats{0.5, 1}), array({2}, Integers{6, 9})));
  const FileData data = data_from(sets, {}, "f");
  CHECK_FALSE(data.train.has_bytes());
  CHECK(data.train.real_inputs()(1, 0) == 9);
  CHECK(data.test->class_names() == Words{"5", "6", "9"});
  CHECK(data.test->labels()[0] == 1);
}

TEST_CASE("A table has inputs in all columns but that of the labels, which may be words", "[data]") {
  const TemporaryFolder folder;
  std::string text = "a,kind,b\n";
  for (int i = 0; i < 12; ++i) text += fmt::format("{},{},{}\n", i, i % 3 == 0 ? "cat" : "\"dog, old\"", i + 0.5);
  write_text(folder / "t.csv", text);
  const DataOptions options = table_options(folder / "t.csv");
  const DataPlan plan = plan_data(options);
  const DataSizes sizes = plan.sizes();
  CHECK((sizes.train == 9 && sizes.test == 3 && sizes.inputs == 2 && sizes.classes == 2 && sizes.input_bytes == 4));
  const DataPair data = load_data(plan);
  CHECK(data.train.class_names() == Words{"cat", "dog, old"});
  CHECK(data.test.size() == 3);
  for (std::size_t n = 0; n < data.test.size(); ++n) {
    const auto a = data.test.real_inputs(n)[0];
    CHECK(data.test.real_inputs(n)[1] == a + 0.5f);
    CHECK(data.test.labels()[n] == (static_cast<int>(a) % 3 == 0 ? 0 : 1));
  }
  CHECK(plan.remark().empty());
}

TEST_CASE("Tables that are no data set are errors that name row and column", "[data]") {
  const TemporaryFolder folder;
  const auto plan = [&](const std::string& text) {
    write_text(folder / "t.csv", text);
    return plan_data(table_options(folder / "t.csv"));
  };
  CHECK_THROWS_WITH(plan("a,kind,b\n1,x,2\n3,y,four\n"),
                    Contains("column 'b' of row 2 (from 1, without the header) holds 'four', expected a number"));
  CHECK_THROWS_WITH(
      plan("a,kind,b\n1,x,2\n3,y,04\n"),
      Contains("column 'b' of row 2") && Contains("holds '04', a word because of its leading zero, expected"));
  CHECK_THROWS_WITH(plan(",kind,b\n0,x,2\n1,y,4\n"),
                    Contains("t.csv: the first column has no name, as the row numbers that pandas writes") &&
                        Contains("index=False"));
  CHECK_THROWS_WITH(plan("a,kind,b\n1,x,\n3,y,4\n"), Contains("column 'b' of row 1") && Contains("holds ''"));
  CHECK_THROWS_WITH(plan("a,sort,b\n1,x,2\n"),
                    Contains("data.label: 'kind' is not a column of") && Contains("these are a, sort, b"));
  CHECK_THROWS_AS(plan("a,sort,b\n1,x,2\n"), UsageError);
  CHECK_THROWS_WITH(plan("kind\nx\ny\n"), Contains("has no column beside 'kind'"));
  CHECK_THROWS_WITH(plan("a,kind\n1,x\n2,x\n"), Contains("1 different label"));
  CHECK_THROWS_AS(plan("a,kind\n1,x\n2\n"), DataError);
  CHECK_THROWS_AS(plan("a,kind\nnan,x\n2,y\n"), DataError);
  CHECK_THROWS_AS(plan(""), DataError);
  CHECK_THROWS_WITH(plan_data(table_options(folder / "t.txt")), Contains("ends in .csv or .tsv"));
  CHECK_THROWS_AS(plan_data(table_options(folder / "gone.csv")), DataError);
}

namespace {

/// A file of NumPy, version 1.
std::string npy(const std::string& type, const std::string& shape, const std::string& values) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(118 - 1, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + values;
}

}  // namespace

TEST_CASE("Floats that are whole numbers in the range of bytes are remarked on", "[data]") {
  const TemporaryFolder folder;
  write_text(folder / "y.csv", "label\n0\n1\n");
  const auto remark_on = [&](const std::string& first, const std::string& second) {
    write_text(folder / "x.csv", "a,b\n" + first + "\n" + second + "\n");
    DataOptions options;
    options.dataset = "arrays";
    options.train_places = {.inputs = (folder / "x.csv:a,b").string(), .labels = (folder / "y.csv:label").string()};
    options.test_places = options.train_places;
    return plan_data(options).remark();
  };
  CHECK_THAT(remark_on("0.0,7", "128,3"), Contains("are whole numbers, as of bytes, up to 128, used as they are"));
  CHECK(remark_on("0,7", "127,3").empty());    // ages, say
  CHECK(remark_on("0,7", "200.5,3").empty());  // scaled already
  CHECK(remark_on("0,7", "256,3").empty());
  CHECK(remark_on("-1,7", "200,3").empty());
}

TEST_CASE("Bytes of arrays without a scale are remarked on", "[data]") {
  const TemporaryFolder folder;
  // Two images of one byte.
  write_text(folder / "x.npy", npy("|u1", "(2, 1)", "\x07\xc8"));
  write_text(folder / "y.npy", npy("|i1", "(2,)", "\x01\xff"));
  DataOptions options;
  options.dataset = "arrays";
  options.train_places = {.inputs = (folder / "x.npy").string(), .labels = (folder / "y.npy").string()};
  options.test_places = options.train_places;
  CHECK_THAT(plan_data(options).remark(), Contains("are bytes up to 200, used as they are"));
  CHECK(load_data(plan_data(options)).train.class_names() == Words{"-1", "1"});
  CHECK(plan_data(options).sizes().input_bytes == 1);
  options.inputs.scale = 255;
  CHECK(plan_data(options).remark().empty());
  CHECK(load_data(plan_data(options)).train.has_plain_bytes());
  options.train_places->labels.clear();
  CHECK_THROWS_WITH(plan_data(options), "data.train.labels is missing: the place of an array, \"a.npz:x\"");
  options.train_places.reset();
  CHECK_THROWS_WITH(plan_data(options), Contains("data.train is missing"));
}

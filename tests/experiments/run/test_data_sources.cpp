// Data of the user through the program: arrays, tables, IDX files; scaled, split and refused.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <fstream>

#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/python.hpp"

namespace inforelay {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using test::Arguments;
using test::content;
using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;
using test::write_text;

bool python_succeeds(const std::string& arguments) {
  return std::system((test::python + " '" INFORELAY_CHECK_DATA "' " + arguments).c_str()) == 0;
}

bool lacks(std::initializer_list<std::string> modules) {
  for (const std::string& module : modules) {
    if (!test::python_has(module)) return true;
  }
  return false;
}

// True if a module of Python is missing; the case is then reported as skipped.
bool skips_without(std::initializer_list<std::string> modules) {
  if (!lacks(modules)) return false;
  SKIP_CASE(fmt::format("not all of Python's {} are installed", fmt::join(modules, ", ")));
  SUCCEED();
  return true;
}

// A network of three hidden units on data of 24 inputs and three classes.
const std::string arrays_yaml = R"(
name: t
data:
  dataset: arrays
  train: {inputs: "a.npz:x", labels: "a.npz:y"}
  test: {inputs: "a.npz:xt", labels: "a.npz:yt"}
  inputs: {mean: train, std: train}
networks: {n: {layers: [24, 3, 3], output_activation: identity, train: {batch_size: 30, max_epochs: 3}}}
analysis: {knockout: {}, regression: {}}
)";

// "name,value" rows with three words as labels, `count` of each.
std::string rows_of_words(int count) {
  std::string text = "a,b,kind\n";
  for (int i = 0; i < 3 * count; ++i) {
    const char* const kinds[]{"alpha", "beta gamma", "delta"};
    text += fmt::format("{},{},{}\n", i % 3 + 0.01 * (i % 7), (i * 37) % 11, kinds[i % 3]);
  }
  return text;
}

const std::string table_yaml = R"(
name: t
seed: 3
data: {dataset: table, path: table.csv, label: kind, split: {test: 0.3}}
networks: {small: {layers: [2, 4, 3], train: {batch_size: 10, learning_rate: 0.03, max_epochs: 30}}}
analysis: {knockout: {}, regression: {}}
figures: {formats: [svg]}
)";

std::string idx_bytes(const std::vector<std::uint32_t>& sizes, const std::string& values) {
  std::string bytes{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift & 0xff);
  }
  return bytes + values;
}

// Images of 3 x 4 pixels and labels first, ..., first + classes - 1, with names as those of MNIST.
void write_idx(const fs::path& folder, const std::string& set, std::uint32_t count, int first, int classes) {
  std::string pixels, labels;
  for (std::uint32_t n = 0; n < count; ++n) {
    const int label = static_cast<int>(n) % classes;
    for (int i = 0; i < 12; ++i) pixels += static_cast<char>(i == label % 12 ? 255 : i * 7 + label);
    labels += static_cast<char>(first + label);
  }
  fs::create_directories(folder);
  std::ofstream(folder / (set + "-images-idx3-ubyte"), std::ios::binary) << idx_bytes({count, 3, 4}, pixels);
  std::ofstream(folder / (set + "-labels-idx1-ubyte"), std::ios::binary) << idx_bytes({count}, labels);
}

}  // namespace

TEST_CASE("Standardised arrays give the numbers that NumPy computes, in each format", "[run][data][python]") {
  if (skips_without({"numpy", "h5py"})) return;
  const TemporaryFolder folder;
  REQUIRE(python_succeeds("make '" + folder.path().string() + "'"));
  write_text(folder.path() / "t.yaml", arrays_yaml);
  ProgramResult result = run_program({"t.yaml", "-o", "npz"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto constant = Contains("1 of 24 inputs are the same in all training samples");
  CHECK_THAT(result.err, constant);
  CHECK_THAT(result.out, Contains("inputs: (x - mean) / std; mean from"));
  CHECK(python_succeeds("standardised '" + (folder.path() / "npz/results.h5").string() + "' '" +
                        folder.path().string() + "'"));
  const std::vector<double> expected = test::numbers_of(folder.path() / "npz/results.h5");
  REQUIRE(fs::remove(folder.path() / "npz/summary.txt"));
  CHECK_THAT(run_program({"t.yaml", "-o", "npz"}, folder.path()).err, constant);

  // The same data from HDF5 and, with words for labels, from npy; and from another folder, which is the same run.
  result = run_program({"t.yaml", "-o", "h5", "data.train={inputs: \"a.h5:/deep/x\", labels: \"a.h5:y\"}",
                        "data.test={inputs: \"a.h5:xt\", labels: \"a.h5:yt\"}"},
                       folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(test::identical(expected, test::numbers_of(folder.path() / "h5/results.h5")));
  result =
      run_program({"t.yaml", "-o", "npy", "data.classes=[two, seven, nine]",
                   "data.train={inputs: x.npy, labels: words.npy}", "data.test={inputs: xt.npy, labels: wordst.npy}"},
                  folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(test::identical(expected, test::numbers_of(folder.path() / "npy/results.h5")));
  CHECK_THAT(result.out, Contains("seven"));
}

TEST_CASE("Hundreds of classes are analysed by greedy search", "[run][data][python]") {
  if (skips_without({"numpy", "h5py"})) return;
  const TemporaryFolder folder;
  REQUIRE(python_succeeds("make '" + folder.path().string() + "'"));
  write_text(folder.path() / "t.yaml", R"(
name: t
data: {dataset: arrays, train: {inputs: "many.npz:x", labels: "many.npz:y"}, split: {test: 0.2}}
networks:
  n:
    layers: [3, 6, 300]
    output_activation: identity
    train: {loss: cross_entropy, batch_size: 100, max_epochs: 2}
analysis: {relay: {subsets: [test], exhaustive: []}, knockout: {sets: single, subsets: [test]}}
figures: {formats: [svg]}
)");
  const ProgramResult result = run_program({"t.yaml", "-o", "r"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const Hdf5Reader file(folder.path() / "r/results.h5");
  CHECK(file.shape("networks/n/layers/1/relay/test/greedy/information").front() == 300);
  CHECK(file.array<std::uint16_t>("networks/n/layers/1/states/test/input").size() == 600);
}

TEST_CASE("A table is split by class and trained on, and the same seed gives the same numbers", "[run][data]") {
  const TemporaryFolder folder;
  write_text(folder.path() / "table.csv", rows_of_words(37));
  write_text(folder.path() / "t.yaml", table_yaml);
  ProgramResult result = run_program({"t.yaml", "-o", "a"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("beta gamma") && Contains("table.csv, split: 0.3 of each class for the test"));
  const std::vector<double> expected = test::numbers_of(folder.path() / "a/results.h5");
  CHECK(run_program({"t.yaml", "-o", "a"}, folder.path()).exit_code == 0);
  REQUIRE(run_program({"t.yaml", "-o", "b", "-j", "1"}, folder.path()).exit_code == 0);
  CHECK(test::identical(expected, test::numbers_of(folder.path() / "b/results.h5")));
  if (!lacks({"numpy", "h5py"}))
    CHECK(python_succeeds("split '" + (folder.path() / "a/results.h5").string() + "' 0.3 37 37 37"));

  // A network from a file does not say in which order it has the words.
  REQUIRE(run_program({"t.yaml", "-o", "c", "networks.small.weights_out=w.safetensors"}, folder.path()).exit_code == 0);
  const Arguments loaded{"t.yaml", "networks={small: {weights: w.safetensors}}", "figures=null"};
  const ProgramResult unnamed = run_program(test::with(loaded, {"-o", "d"}), folder.path());
  CHECK_THAT(unnamed.err,
             Contains("the outputs of small are taken to be the classes in alphabetical order, alpha, beta "
                      "gamma, delta"));
  const ProgramResult named =
      run_program(test::with(loaded, {"-o", "e", "data.classes=[alpha, beta gamma, delta]"}), folder.path());
  CHECK(named.exit_code == 0);
  CHECK_THAT(named.err, !Contains("alphabetical"));
  CHECK_THAT(result.err, !Contains("alphabetical"));

  // Other content is another run.
  write_text(folder.path() / "table.csv", rows_of_words(40));
  result = run_program({"t.yaml", "-o", "a"}, folder.path());
  CHECK(result.exit_code == 2);
}

TEST_CASE("IDX files of any size and labels are analysed, and bytes are scaled as asked for", "[run][data]") {
  const TemporaryFolder folder;
  write_idx(folder.path() / "letters", "train", 520, 1, 26);
  write_idx(folder.path() / "letters", "t10k", 130, 1, 26);
  write_text(folder.path() / "t.yaml", R"(
name: t
data: {dataset: idx, path: letters}
networks: {n: {layers: [12, 5, 26], train: {batch_size: 50, max_epochs: 3}}}
analysis: {knockout: {}, regression: {}}
figures: {formats: [svg]}
)");
  ProgramResult result = run_program({"t.yaml", "-o", "a"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto names = [&](const std::string& run) {
    return Hdf5Reader(folder.path() / run / "results.h5").texts("networks/n/class");
  };
  CHECK(names("a").front() == "1");
  CHECK(names("a").back() == "26");
  CHECK_THAT(result.out, Contains("\n  inputs: x / 255\n"));
  CHECK_FALSE(Hdf5Reader(folder.path() / "a/results.h5").exists("networks/n/model/input_mean"));

  // (x / 255 - 0) / 1 is x / 255: the same up to the rounding of 1 / 255.
  result = run_program({"t.yaml", "-o", "b", "data.inputs={mean: 0, std: 1}"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto output = [&](const std::string& run) {
    return Hdf5Reader(folder.path() / run / "results.h5")
        .matrix<float>("networks/n/layers/1/states/test/network_output");
  };
  CHECK((output("a") - output("b")).cwiseAbs().maxCoeff() < 1e-4f);
  CHECK(Hdf5Reader(folder.path() / "b/results.h5").attribute<double>("networks/n/model", "input_scale") == 255);
  result = run_program({"t.yaml", "-o", "c", "data.inputs={mean: [0, 1]}"}, folder.path());
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("data.inputs.mean: 2 numbers, but the data have 12 inputs"));

  write_text(folder.path() / "letters/t10k-labels-idx1-ubyte", "no IDX");
  result = run_program({"t.yaml", "-o", "d"}, folder.path());
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.err, Contains("t10k-labels-idx1-ubyte: not an IDX file"));
}

TEST_CASE("Settings of other sources and sizes that do not fit are refused with their place", "[run][data]") {
  const TemporaryFolder folder;
  write_text(folder.path() / "table.csv", rows_of_words(10));
  write_text(folder.path() / "t.yaml", table_yaml);
  const auto refused = [&](const Arguments& settings, const std::string& message, int exit_code = 2) {
    const ProgramResult result = run_program(test::with({"t.yaml", "-o", "r"}, settings), folder.path());
    INFO(message);
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK_THAT(result.err, Contains(message));
    CHECK_FALSE(fs::exists(folder.path() / "r"));
  };
  refused({"data={dataset: digits, label: kind}"}, "data.label: is for dataset: table, not for digits");
  refused({"data={dataset: mnist, split: {}}"}, "data.split: is for dataset: idx, arrays, table, not for mnist");
  refused({"data.train={inputs: a.npy, labels: b.npy}"}, "data.train: is for dataset: arrays, sequence, not for table");
  refused({"data.fallback=digits"}, "data.fallback: is for dataset: mnist, not for table");
  refused({"data.label=null"}, "data.label is missing");
  refused({"data.label=sort"}, "data.label: 'sort' is not a column of");
  refused({"data.split=null"}, "has no test set; add to data:");
  refused({"data.classes=[alpha, beta gamma]"}, "the label 'delta' is not among data.classes", 3);
  refused({"data.path=gone.csv"}, "gone.csv", 3);
  refused({"networks.small.layers=[3, 4, 3]"}, "networks.small.layers: the first is 3 but the data have 2 inputs");
  refused({"networks.small.layers=[2, 4]"}, "are needed: [2, 20, 3]");
  refused({"data.inputs={std: 0}"}, "data.inputs.std: 0 is out of range");
  refused({"data.inputs={mean: average}"}, "expected a number, a list of numbers or train, found 'average'");
  refused({"max_memory=1 MB"}, "needs about");
}

TEST_CASE("The shipped network and table of one's own are analysed as they were trained", "[run][data][python][long]") {
  if (skips_without({"numpy", "h5py", "torch"})) return;
  const TemporaryFolder folder;
  for (const char* file : {"my_network.yaml", "my_table.yaml", "my_data.py"})
    fs::copy(fs::path(INFORELAY_CONFIGS) / file, folder.path() / file);
  REQUIRE(std::system((test::python + " '" + (folder.path() / "my_data.py").string() + "'").c_str()) == 0);
  ProgramResult result = run_program({"my_network.yaml", "-o", "network"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(python_succeeds("torch '" + (folder.path() / "network/results.h5").string() + "' '" +
                        (folder.path() / "my_data").string() + "'"));
  CHECK_THAT(result.out, Contains("layers: 16, 24 relu, 10 relu, 3 identity"));
  result = run_program({"my_table.yaml", "-o", "table"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(fs::exists(folder.path() / "table/figures"));
}

TEST_CASE("The shipped configuration of Fashion-MNIST reads IDX files of its folder", "[run][data]") {
  const TemporaryFolder folder;
  const fs::path config = fs::path(INFORELAY_CONFIGS) / "fashion_mnist.yaml";
  const test::ProgramOptions options{.environment = {{"INFORELAY_DATA", folder.path().string()}}};
  const Arguments small{config.string(),
                        "-o",
                        (folder.path() / "r").string(),
                        "networks.full.layers=[12, 3, 10]",
                        "networks.full.train.max_epochs=2",
                        "figures=null"};
  ProgramResult result = run_program(small, folder.path(), options);
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.err, Contains("data.path " + (folder.path() / "fashion-mnist").string()));
  write_idx(folder.path() / "fashion-mnist", "train", 300, 0, 10);
  write_idx(folder.path() / "fashion-mnist", "t10k", 100, 0, 10);
  result = run_program(small, folder.path(), options);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("ankle boot"));
}

}  // namespace inforelay

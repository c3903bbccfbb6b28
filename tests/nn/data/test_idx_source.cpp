// Data sets in IDX files under the names that people have them.
#include "core/error.hpp"
#include "core/files/files.hpp"
#include "nn/data/source.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/data/idx_writer.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;
using Words = std::vector<std::string>;

namespace {

constexpr std::uint32_t image_rows = 3, image_columns = 5;

Bytes images(std::uint32_t count, std::uint8_t first) {
  Bytes values(count * image_rows * image_columns);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(first + i);
  return idx({count, image_rows, image_columns}, values);
}

// Labels of 4 bytes and 8 columns, as QMNIST has them; the other columns say what does not matter here.
Bytes wide_labels(const std::vector<std::int32_t>& labels) {
  Bytes values;
  for (const std::int32_t label : labels) {
    for (const std::int32_t value : {label, 7, 7, 7, 7, 7, 7, 7}) {
      for (const int shift : {24, 16, 8, 0}) values.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  return idx({static_cast<std::uint32_t>(labels.size()), 8}, values, 0x0c);
}

void write(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  write_file_atomically(path, bytes);
}

// Four training and two test images under the given names, in the order of the published ones.
void write_all(const std::filesystem::path& folder, const Words& names, const Bytes& train_labels,
               const Bytes& test_labels, bool packed = false) {
  const Bytes contents[]{images(4, 0), train_labels, images(2, 100), test_labels};
  for (std::size_t i = 0; i < names.size(); ++i) {
    write(folder / names[i], packed ? gzipped(contents[i]) : contents[i]);
  }
}

const Bytes four_labels = idx({4}, {1, 2, 3, 1}), two_labels = idx({2}, {3, 2});
const Words dashes{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                   "t10k-labels-idx1-ubyte"};

DataOptions options_for(const std::filesystem::path& path) {
  DataOptions options;
  options.dataset = "idx";
  options.path = path;
  return options;
}

std::vector<Symbol> labels_of(const Dataset& data) { return {data.labels().begin(), data.labels().end()}; }

}  // namespace

TEST_CASE("IDX files are found by the names that people have them under", "[data][idx]") {
  const TemporaryFolder folder;
  const std::vector<Words> all{
      dashes,
      {"train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"},
      {"emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte.gz",
       "emnist-letters-test-images-idx3-ubyte.gz", "emnist-letters-test-labels-idx1-ubyte.gz"},
      {"Train-Images-idx3-ubyte", "Train-Labels-idx1-ubyte", "Test-Images-idx3-ubyte", "Test-Labels-idx1-ubyte"}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto place = folder / std::to_string(i);
    write_all(place, all[i], four_labels, two_labels, i == 2);
    const DataPlan plan = plan_data(options_for(place));
    const DataSizes sizes = plan.sizes();
    CHECK((sizes.train == 4 && sizes.test == 2 && sizes.inputs == 15 && sizes.classes == 3));
    const DataPair data = load_data(plan);
    CHECK(data.train.class_names() == Words{"1", "2", "3"});
    CHECK(labels_of(data.train) == std::vector<Symbol>{0, 1, 2, 0});
    CHECK(labels_of(data.test) == std::vector<Symbol>{2, 1});
    CHECK(data.train.input_shape() == std::vector{3, 5});
    CHECK(data.test.inputs()(1, 0) == 115);
    CHECK(data.test.has_plain_bytes());
    CHECK(data.sha256 == plan.sha256());
    CHECK_FALSE(plan.needs_download());
  }
}

TEST_CASE("The class of QMNIST's labels is their first column", "[data][idx]") {
  const TemporaryFolder folder;
  write_all(folder.path(),
            {"qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx2-int", "qmnist-test-images-idx3-ubyte",
             "qmnist-test-labels-idx2-int"},
            wide_labels({4, 0, 300, -1}), wide_labels({0, 4}));
  const DataPair data = load_data(plan_data(options_for(folder.path())));
  CHECK(data.train.class_names() == Words{"-1", "0", "4", "300"});
  CHECK(labels_of(data.train) == std::vector<Symbol>{2, 1, 3, 0});
}

TEST_CASE("Files of several members are read, and one of several data sets is chosen by its prefix", "[data][idx]") {
  const TemporaryFolder folder;
  write_all(folder.path(), dashes, four_labels, two_labels);
  Bytes packed = gzipped(Bytes(four_labels.begin(), four_labels.begin() + 6));
  for (const std::size_t i : {std::size_t{6}, four_labels.size() - 1}) {
    const std::size_t end = i == 6 ? four_labels.size() - 1 : four_labels.size();
    const Bytes member = gzipped(Bytes(four_labels.begin() + static_cast<std::ptrdiff_t>(i),
                                       four_labels.begin() + static_cast<std::ptrdiff_t>(end)));
    packed.insert(packed.end(), member.begin(), member.end());
  }
  std::filesystem::remove(folder / dashes[1]);
  write(folder / (dashes[1] + ".gz"), packed);
  CHECK(labels_of(load_data(plan_data(options_for(folder.path()))).train) == std::vector<Symbol>{0, 1, 2, 0});

  const auto several = folder / "several";
  for (const std::string prefix : {"emnist-a-", "emnist-b-"}) {
    Words names;
    for (const std::string& name : dashes) names.push_back(prefix + name);
    write_all(several, names, four_labels, prefix == "emnist-b-" ? idx({2}, {1, 9}) : two_labels);
  }
  CHECK_THROWS_WITH(plan_data(options_for(several)), Contains("holds several data sets") &&
                                                         Contains((several / "emnist-a").string() + ", ") &&
                                                         Contains((several / "emnist-b").string()));
  CHECK_THROWS_AS(plan_data(options_for(several)), UsageError);
  CHECK(plan_data(options_for(several / "emnist-b")).sizes().classes == 4);
}

TEST_CASE("Missing and unequal IDX files are named", "[data][idx]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(plan_data(options_for(folder / "gone")),
                    Contains((folder / "gone").string() + " lacks train-images"));
  CHECK_THROWS_WITH(plan_data(options_for(folder / "not" / "there")), Contains("No such file or directory"));
  CHECK_THROWS_WITH(plan_data({.dataset = "idx"}), Contains("data.path is missing"));
  CHECK_THROWS_AS(plan_data({.dataset = "idx"}), UsageError);
  write_all(folder.path(), {dashes[0], dashes[1], dashes[2]}, four_labels, two_labels);
  CHECK_THROWS_WITH(plan_data(options_for(folder.path())), Contains("lacks t10k-labels-idx1-ubyte (also"));
  write(folder / dashes[3], idx({3}, {1, 2, 3}));
  CHECK_THROWS_WITH(plan_data(options_for(folder.path())), Contains("2 images in") && Contains("but 3 labels in"));
  write(folder / dashes[3], two_labels);
  write(folder / dashes[2], idx({2, 5, 3}, Bytes(30)));
  CHECK_THROWS_WITH(plan_data(options_for(folder.path())),
                    Contains("have 3 x 5 pixels, those in") && Contains("have 5 x 3"));
  write(folder / dashes[2], Bytes{0, 0, 8});
  CHECK_THROWS_AS(plan_data(options_for(folder.path())), DataError);
}

TEST_CASE("A test set is split off where there is none, and only there", "[data][idx]") {
  const TemporaryFolder folder;
  write(folder / dashes[0], images(20, 0));
  Bytes labels;
  for (int i = 0; i < 20; ++i) labels.push_back(i % 4 == 0 ? 9 : 5);
  write(folder / dashes[1], idx({20}, labels));
  DataOptions options = options_for(folder.path());
  CHECK_THROWS_WITH(plan_data(options), Contains("has no test set; add to data:\n  split: {test: 0.2}"));
  CHECK_THROWS_AS(plan_data(options), UsageError);
  options.test_fraction = 0.2;
  const DataPlan plan = plan_data(options);
  const DataPair data = load_data(plan);
  CHECK((data.train.size() == 16 && data.test.size() == 4));
  CHECK((plan.sizes().train == 16 && plan.sizes().test == 4));
  const std::vector<Symbol> test = labels_of(data.test);
  CHECK(std::count(test.begin(), test.end(), Symbol{1}) == 1);
  CHECK(data.sha256 == plan.sha256());
  options.seed = 2;
  CHECK(plan_data(options).sha256() != plan.sha256());
  options.train_limit = 10;
  CHECK(load_data(plan_data(options)).train.size() == 10);
  CHECK(plan_data(options).sizes().train == 10);

  write(folder / dashes[2], images(2, 0));
  write(folder / dashes[3], idx({2}, {5, 9}));
  CHECK_THROWS_WITH(plan_data(options), Contains("data.split") && Contains("has a test set already, of 2 samples"));
}

TEST_CASE("Files that change are read again, and not used by a run that has begun", "[data][idx]") {
  const TemporaryFolder folder;
  write_all(folder.path(), dashes, four_labels, two_labels);
  const DataPlan plan = plan_data(options_for(folder.path()));
  CHECK(load_data(plan).train.size() == 4);
  CHECK(load_data(plan).train.size() == 4);  // it was given away, and is read again
  write(folder / dashes[1], idx({4}, {1, 2, 2, 1}));
  CHECK_THROWS_WITH(load_data(plan), Contains("has changed since the run began"));
  write(folder / dashes[3], idx({2}, {1, 2}));
  CHECK(plan_data(options_for(folder.path())).sizes().classes == 2);
}

TEST_CASE("Names of classes and scaling of inputs follow the options", "[data][idx]") {
  const TemporaryFolder folder;
  write_all(folder.path(), dashes, four_labels, two_labels);
  DataOptions options = options_for(folder.path());
  options.classes = {"T-shirt/top", "ankle boot", "bag"};
  options.inputs = {.scale = 255, .mean = {.values = {0.25}}, .deviation = {.values = {0.5}}};
  const DataPair data = load_data(plan_data(options));
  CHECK(data.train.class_names() == options.classes);
  CHECK_FALSE(data.train.has_plain_bytes());
  CHECK(data.test.scaling().mean == std::vector<float>(15, 0.25f));
  options.classes.pop_back();
  CHECK_THROWS_AS(plan_data(options), UsageError);
}

TEST_CASE("Files larger than allowed are refused before they are read", "[data][idx]") {
  const TemporaryFolder folder;
  write_all(folder.path(), dashes, four_labels, two_labels);
  DataOptions options = options_for(folder.path());
  options.most_bytes = 20;
  CHECK_THROWS_AS(plan_data(options), DataError);
}

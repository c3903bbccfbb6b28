#include <cstdlib>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "core/files/files.hpp"
#include "nn/data/digits.hpp"
#include "nn/data/mnist.hpp"
#include "nn/data/source.hpp"
#include "tests/catch2.hpp"
#include "tests/mnist.hpp"
#include "tests/nn/data/http_server.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

/// Four files with the right names, and nothing in them.
void fill(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const PublishedFile& file : mnist_files) write_file_atomically(folder / file.name, "");
}

/// Data are looked for in `folder` only, and downloads go to a server that has nothing.
DataOptions options_in(const TemporaryFolder& folder, const HttpServer& server) {
  DataOptions options;
  options.data_folder = folder / "data";
  options.transfer.mirrors = {server.url("/")};
  return options;
}

}  // namespace

TEST_CASE("MNIST is searched for in the documented order", "[data]") {
  const TemporaryFolder folder;
  const HttpServer server({});
  DataOptions options = options_in(folder, server);
  options.environment_folder = folder / "environment";
  CHECK(plan_data(options).needs_download());
  CHECK(plan_data(options).origin() == "download into " + (folder / "data/mnist").string());

  fill(folder / "data" / "mnist");
  CHECK_FALSE(plan_data(options).needs_download());
  CHECK(plan_data(options).origin() == (folder / "data/mnist").string());
  fill(folder / "environment" / "mnist");
  CHECK(plan_data(options).origin() == (folder / "environment/mnist").string());
  options.path = folder / "configured";
  CHECK_THROWS_AS(plan_data(options), DataError);  // a given path is the only place
  fill(folder / "configured");
  CHECK(plan_data(options).origin() == (folder / "configured").string());
  CHECK(plan_data(options).name() == "mnist");
  CHECK(server.requests() == 0);
}

TEST_CASE("A given path that lacks files is an error whatever the fallback", "[data]") {
  const TemporaryFolder folder;
  const HttpServer server({});
  DataOptions options = options_in(folder, server);
  options.fallback = "digits";
  options.path = folder / "configured";
  fill(*options.path);
  std::filesystem::remove(folder / "configured" / "t10k-labels-idx1-ubyte");
  CHECK_THROWS_WITH(plan_data(options), "data.path " + (folder / "configured").string() +
                                            " lacks t10k-labels-idx1-ubyte of MNIST (plain or .gz)");
}

TEST_CASE("Without MNIST the fallback is used and says why", "[data]") {
  const TemporaryFolder folder;
  const HttpServer server({});
  DataOptions options = options_in(folder, server);
  options.fallback = "digits";
  options.train_limit = 30;
  options.test_limit = 20;

  SECTION("downloading is off") {
    options.download = false;
    const DataPlan plan = plan_data(options);
    CHECK(plan.name() == "digits");
    CHECK(plan.fallback_reason == "generated digits stand in for MNIST: not in " + (folder / "data/mnist").string() +
                                      ", and downloading is off");
    CHECK(server.requests() == 0);
  }
  SECTION("the download fails") {
    const DataPlan plan = plan_data(options);
    CHECK(plan.fallback_reason.empty());
    const DataPlan fetched = fetch_data(plan);
    CHECK(fetched.name() == "digits");
    CHECK(fetched.sha256() != plan.sha256());
    CHECK_THAT(fetched.fallback_reason, Contains("generated digits stand in for MNIST: not in ") &&
                                            Contains(", and cannot download train-images") && Contains("404"));
    const DataPair data = load_data(plan);  // fetches, too
    CHECK(data.name == "digits");
    CHECK(data.sha256 == fetched.sha256());
    CHECK((data.train.size() == 30 && data.test.size() == 20));
  }
}

TEST_CASE("Without MNIST and fallback the error names the possible remedies", "[data]") {
  const TemporaryFolder folder;
  const HttpServer server({});
  DataOptions options = options_in(folder, server);
  CHECK_THROWS_AS(fetch_data(plan_data(options)), DataError);
  CHECK_THROWS_WITH(load_data(plan_data(options)), Contains("404") && Contains("data.fallback: digits"));
  options.download = false;
  options.environment_folder = folder / "environment";
  CHECK_THROWS_WITH(plan_data(options), Contains((folder / "environment/mnist").string() + " ($INFORELAY_DATA), " +
                                                 (folder / "data/mnist").string()) &&
                                            Contains("data.path"));
}

TEST_CASE("Damaged MNIST is an error and never replaced by the fallback", "[data]") {
  const TemporaryFolder folder;
  const HttpServer server({});
  DataOptions options = options_in(folder, server);
  options.fallback = "digits";
  fill(options.data_folder / "mnist");
  CHECK_THROWS_AS(load_data(plan_data(options)), DataError);
  CHECK(server.requests() == 0);
}

TEST_CASE("MNIST that vanishes after it was found is an error that names the file", "[data]") {
  const TemporaryFolder folder;
  const HttpServer server({});
  DataOptions options = options_in(folder, server);
  const std::filesystem::path place = folder / "mnist";
  options.path = place;
  for (const PublishedFile& file : mnist_files) {
    fill(place);
    const DataPlan plan = plan_data(options);
    std::filesystem::remove(place / file.name);
    CHECK_THROWS_AS(load_data(plan), DataError);
    if (&file == &mnist_files[0]) {
      CHECK_THROWS_WITH(load_data(plan), Contains(std::string(file.name)) && Contains("No such file or directory"));
    }
  }
}

TEST_CASE("Generated digits chosen as the data set are not a fallback", "[data]") {
  DataOptions options;
  options.dataset = "digits";
  options.seed = 9;
  options.train_limit = 40;
  options.test_limit = 10;
  const DataPlan plan = plan_data(options);
  CHECK((plan.name() == "digits" && !plan.needs_download() && plan.fallback_reason.empty()));
  CHECK(plan.origin() == "generated, seed 9");
  const DataPair data = load_data(plan);
  CHECK(data.origin == plan.origin());
  CHECK(data.sha256 == plan.sha256());
  CHECK(data.train.inputs() == generate_digits({40, 0, 9}).train.inputs());
}

TEST_CASE("The digest of a plan identifies the data without reading them", "[data]") {
  const TemporaryFolder folder;
  const HttpServer server({});
  DataOptions options = options_in(folder, server);
  const auto digest = [&] { return plan_data(options).sha256(); };
  const std::string mnist = published_sha256(mnist_files);
  CHECK(digest() == mnist);
  options.seed = 2;  // MNIST does not depend on it
  options.train_limit = 60000;
  options.test_limit = 20000;
  CHECK(digest() == mnist);
  options.train_limit = 59999;
  const std::string fewer = digest();
  CHECK(fewer != mnist);
  options.test_limit = 100;
  CHECK(digest() != fewer);
  options.dataset = "digits";
  const std::string seed_two = digest();
  options.seed = 3;
  CHECK(digest() != seed_two);
  options.test_limit = 101;
  const std::string more = digest();
  options.train_limit = 30;
  CHECK(digest() != more);
}

TEST_CASE("Sizes are known before any data are read, and are those of the data", "[data]") {
  for (const DataSource* source : data_sources()) {
    CAPTURE(source->name);
    CHECK((source->read == nullptr) == (source->sizes != nullptr));
    if (source->read) continue;               // the user's own files: test_idx_source.cpp and others
    if (source->load_sequences) continue;     // test_sequence_sources.cpp
    if (source->name == "boolean") continue;  // test_boolean.cpp
    const DataSizes all = source->sizes({}), part = source->sizes({.train_limit = 70, .test_limit = 20'000});
    CHECK((all.train == 60000 && all.test == 10000));
    CHECK((part.train == 70 && part.test == 10000));
    CHECK((part.inputs == 784 && part.classes == 10));
  }
  const DataOptions options{.dataset = "digits", .train_limit = 30, .test_limit = 20};
  const DataPair data = load_data(plan_data(options));
  CHECK((data.train.size() == 30 && data.test.size() == 20));
  CHECK(data.train.input_width() == 784);
  CHECK(data.train.input_shape() == std::vector{28, 28});
  CHECK(data.train.class_names() == numbered_names(10));
  CHECK_THROWS_WITH(data_source("mnits"), Contains("unknown data set 'mnits', expected one of mnist, digits, "));
}

TEST_CASE("An empty INFORELAY_DATA counts as not set", "[data]") {
  const char* old = std::getenv("INFORELAY_DATA");
  const std::string kept = old == nullptr ? "" : old;
  ::setenv("INFORELAY_DATA", "/somewhere", 1);
  CHECK(data_folder_from_environment() == std::filesystem::path("/somewhere"));
  ::setenv("INFORELAY_DATA", "", 1);
  CHECK_FALSE(data_folder_from_environment());
  ::unsetenv("INFORELAY_DATA");
  CHECK_FALSE(data_folder_from_environment());
  if (old != nullptr) ::setenv("INFORELAY_DATA", kept.c_str(), 1);
}

TEST_CASE("Real MNIST is cut to the limits", "[data]") {
  REQUIRE_INFORELAY_DATA();
  DataOptions options;
  options.environment_folder = data_folder();
  options.train_limit = 100;
  const DataPlan plan = plan_data(options);
  REQUIRE(plan.files.size() == 4);
  const DataPair data = load_data(plan);
  CHECK((data.train.size() == 100 && data.test.size() == 10000));
  CHECK(data.train.labels()[0] == 5);
  CHECK(data.sha256 == plan.sha256());
}

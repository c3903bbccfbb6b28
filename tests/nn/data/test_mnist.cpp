#include "tests/mnist.hpp"

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/gzip.hpp"
#include "core/files/sha256.hpp"
#include "nn/data/mnist.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/data/idx_writer.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

TEST_CASE("MNIST has a digest of its own", "[mnist]") {
  // sed 's/ .*//' SHA256SUMS | sha256sum
  CHECK(published_sha256(mnist_files) == "ac89dbc26b7b0b5f68ff586bc0579a0c16e78b3436b0c71ccdd0169cbebf9ff7");
}

TEST_CASE("MNIST is located by names alone", "[mnist]") {
  const TemporaryFolder folder;
  CHECK_FALSE(locate_files(folder.path(), mnist_files));
  CHECK_FALSE(locate_files(folder / "none", mnist_files));
  CHECK(missing_files(folder / "none", mnist_files).size() == 4);
  for (const PublishedFile& file : mnist_files) {
    CHECK_FALSE(locate_files(folder.path(), mnist_files));
    // Alternately packed and plain by name; the content is not looked at.
    const std::string ending = file.name.find("labels") == std::string_view::npos ? ".gz" : "";
    write_file_atomically(folder / (std::string(file.name) + ending), "");
  }
  const auto paths = locate_files(folder.path(), mnist_files);
  REQUIRE(paths);
  CHECK((*paths)[0] == folder / "train-images-idx3-ubyte.gz");
  CHECK((*paths)[3] == folder / "t10k-labels-idx1-ubyte");
  std::filesystem::remove((*paths)[2]);
  CHECK_FALSE(locate_files(folder.path(), mnist_files));
  CHECK(missing_files(folder.path(), mnist_files).at(0).name == "t10k-images-idx3-ubyte");
}

TEST_CASE("Content that is not exactly that of MNIST is refused with both digests", "[mnist]") {
  const Bytes content = idx({3}, {1, 2, 3});
  const std::string digest = sha256_hex(content);
  const PublishedFile file{"name", content.size(), digest};
  CHECK(verified_content(content, file, "f") == content);
  CHECK(verified_content(gzipped(content), file, "f") == content);

  Bytes wrong = content;
  wrong.back() ^= 1;
  CHECK_THROWS_AS(verified_content(wrong, file, "f"), DataError);
  CHECK_THROWS_WITH(verified_content(wrong, file, "f"),
                    "f: not the published name, or damaged: 11 bytes with SHA-256 " + sha256_hex(wrong) +
                        ", expected 11 bytes with " + digest);
  wrong.push_back(0);
  CHECK_THROWS_WITH(verified_content(gzipped(wrong), file, "f"), Contains("more than 11 bytes"));
  wrong.resize(5);
  CHECK_THROWS_WITH(verified_content(wrong, file, "f"), Contains("5 bytes with SHA-256 " + sha256_hex(wrong)));
}

TEST_CASE("A damaged MNIST file is named", "[mnist]") {
  const TemporaryFolder folder;
  for (const PublishedFile& file : mnist_files) write_file_atomically(folder / file.name, "not MNIST");
  CHECK_THROWS_AS(load_mnist(*locate_files(folder.path(), mnist_files)), DataError);
  CHECK_THROWS_WITH(load_mnist(*locate_files(folder.path(), mnist_files)),
                    Contains((folder / "train-images-idx3-ubyte").string()) && Contains(sha256_hex("not MNIST")) &&
                        Contains(std::string(mnist_files[0].sha256)));
}

TEST_CASE("MNIST loads as published", "[mnist][data]") {
  REQUIRE_INFORELAY_DATA();
  const auto paths = locate_files(*data_folder() / "mnist", mnist_files);
  REQUIRE(paths);
  const DataPair data = load_mnist(*paths);
  CHECK((data.train.size() == 60000 && data.test.size() == 10000));
  CHECK((data.train.input_width() == 784 && data.train.class_count() == 10));
  CHECK(data.train.input_shape() == std::vector{28, 28});
  // The first labels are well known, and so is the mean of all training pixels, 0.1307.
  const auto labels = data.train.labels();
  CHECK(std::vector<int>(labels.begin(), labels.begin() + 10) == std::vector<int>{5, 0, 4, 1, 9, 2, 1, 3, 1, 4});
  CHECK(std::count(labels.begin(), labels.end(), 1) == 6742);
  CHECK(data.train.inputs().cast<double>().mean() / 255 == Approx(0.1307).margin(5e-5));
}

TEST_CASE("One flipped bit in MNIST is detected", "[mnist][data]") {
  REQUIRE_INFORELAY_DATA();
  auto paths = locate_files(*data_folder() / "mnist", mnist_files);
  REQUIRE(paths);
  const TemporaryFolder folder;
  Bytes content = unpacked(read_file((*paths)[3], 100000), 100000, "labels");
  content[5000] ^= 1;
  (*paths)[3] = folder / "t10k-labels-idx1-ubyte";
  write_file_atomically((*paths)[3], content);
  CHECK_THROWS_WITH(load_mnist(*paths), Contains((*paths)[3].string()) && Contains(sha256_hex(content)) &&
                                            Contains(std::string(mnist_files[3].sha256)));
}

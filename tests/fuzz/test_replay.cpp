// The fuzz targets over their corpus, in builds without a fuzzer.
#include <filesystem>
#include <set>
#include <string>

#include "core/files/files.hpp"
#include "tests/catch2.hpp"
#include "tests/fuzz/targets.hpp"

namespace inforelay {
namespace {

using Names = std::set<std::string>;

// Of the files in corpus/`name`, `target` accepts those of `accepted` and rejects those of `rejected`; it may do either
// with those of `unknown`.
void replay(bool (*target)(const std::uint8_t*, std::size_t), const std::string& name, const Names& accepted,
            const Names& rejected = {}, const Names& unknown = {}) {
  Names found_accepted, found_rejected;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(INFORELAY_CORPUS) / name)) {
    INFO(entry.path());
    const auto bytes = read_file(entry.path(), 1 << 20);
    Names& found = target(bytes.data(), bytes.size()) ? found_accepted : found_rejected;
    if (!unknown.contains(entry.path().filename())) found.insert(entry.path().filename());
  }
  CHECK(found_accepted == accepted);
  CHECK(found_rejected == rejected);
}

}  // namespace

TEST_CASE("Arrays of the fuzz corpus are accepted or rejected as expected", "[fuzz]") {
  replay(test::fuzz_arrays, "arrays",
         {"big_endian.npy", "deflated.npz", "fortran.npy", "table.csv", "types.safetensors", "words.npy"},
         {"object.npy", "product.npy"});
}

TEST_CASE("Configurations of the fuzz corpus are accepted", "[fuzz]") {
  replay(test::fuzz_config, "config", {"anchors.yaml", "small.yaml"});
}

TEST_CASE("CSV files of the fuzz corpus are accepted or rejected as expected", "[fuzz]") {
  replay(test::fuzz_csv, "csv", {"quotes.csv", "table.csv"}, {"open_quote.bad"});
}

TEST_CASE("IDX files of the fuzz corpus are accepted", "[fuzz]") {
  replay(test::fuzz_idx, "idx",
         {"images", "images.gz", "labels", "labels.gz", "members.gz", "short_labels", "wide_labels"});
}

TEST_CASE("Recurrent networks of the fuzz corpus are accepted or rejected as expected", "[fuzz]") {
  replay(test::fuzz_recurrent, "recurrent", {"lstm_legacy.pt", "own.safetensors", "rnn_zip.pt", "two_layers.pt"},
         {"bidirectional.bad", "dense.bad", "projection.bad", "two_gates.bad"});
}

TEST_CASE("Results files of the fuzz corpus are accepted or rejected as expected", "[fuzz]") {
  // Damage that some version of HDF5 does not survive: whether one notices it depends on the version.
  const Names for_hdf5{"crash_in_hdf5.h5", "hang_in_hdf5.h5", "heap_overflow_in_hdf5.h5"};
  replay(test::fuzz_results, "results", {"earliest.h5", "latest.h5"},
         {"control_character_in_name.h5", "external_link.h5", "external_storage.h5", "two.h5"}, for_hdf5);
}

TEST_CASE("Safetensors files of the fuzz corpus are accepted or rejected as expected", "[fuzz]") {
  replay(test::fuzz_safetensors, "safetensors",
         {"batch_norm.safetensors", "foreign.safetensors", "own.safetensors", "types.safetensors"},
         {"convolution.bad"});
}

TEST_CASE("Legacy PyTorch files of the fuzz corpus are accepted or rejected as expected", "[fuzz]") {
  replay(test::fuzz_torch_legacy, "torch_legacy",
         {"batch_norm.pt", "bf16.pt", "legacy.pt", "legacy_protocol4.pt", "strides_legacy.pt", "tied.pt"},
         {"module.bad", "repeated_build.bad", "shared_storage.bad"});
}

TEST_CASE("PyTorch archives of the fuzz corpus are accepted or rejected as expected", "[fuzz]") {
  replay(test::fuzz_torch_zip, "torch_zip",
         {"batch_norm.pt", "f16.pt", "parameters.pt", "strides.pt", "zip.pt", "zip_protocol4.pt"},
         {"integers.bad", "module.bad", "overlapping_entries.bad"});
}

}  // namespace inforelay

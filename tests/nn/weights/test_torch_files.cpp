#include <fmt/format.h>

#include <functional>
#include <limits>
#include <string>

#include "core/error.hpp"
#include "nn/weights/torch_files.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/weights/damage.hpp"
#include "tests/nn/weights/weight_writers.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

using Values = std::vector<float>;

/// A state dict and its storages, as both formats hold them.
struct Model {
  std::vector<TorchTensorSpec> tensors{
      {.name = "fc.weight", .storage = "0", .storage_size = 6, .shape = {2, 3}, .strides = {3, 1}},
      {.name = "fc.bias", .storage = "1", .storage_size = 2, .shape = {2}, .strides = {1}}};
  std::vector<StorageSpec> storages{{"0", 6, floats({1, 2, 3, 4, 5, 6})}, {"1", 2, floats({7, 8})}};

  Bytes legacy() const { return LegacyFile{.dict = state_dict(tensors, true), .storages = storages}.bytes(); }
  std::vector<ZipEntry> entries() const {
    std::vector<ZipEntry> result{{"m/data.pkl", state_dict(tensors, false)}};
    for (const StorageSpec& storage : storages) result.push_back({"m/data/" + storage.key, storage.bytes});
    return result;
  }
};

TensorFile read_zip(const Bytes& content) { return read_torch_zip(content, "file"); }
TensorFile read_legacy(const Bytes& content) { return read_torch_legacy(content, "file"); }

/// One tensor, "x", of `spec` in a storage of `bytes`, by both formats.
void both(TorchTensorSpec spec, const Bytes& bytes,
          const std::function<void(const std::function<TensorFile()>&)>& use) {
  spec.name = "x";
  const Model model{{spec}, {{"0", static_cast<std::uint64_t>(spec.storage_size), bytes}}};
  use([&] { return read_legacy(model.legacy()); });
  use([&] { return read_zip(zip(model.entries())); });
}

void values_are(const TorchTensorSpec& spec, const Bytes& bytes, const Values& expected) {
  both(spec, bytes, [&](const auto& read) { CHECK(read().tensors.at(0).values == expected); });
}

void refused(const TorchTensorSpec& spec, const Bytes& bytes, const std::string& message) {
  both(spec, bytes, [&](const auto& read) {
    CHECK_THROWS_WITH(read(), Contains("file") && Contains("tensor 'x'") && Contains(message));
  });
}

}  // namespace

TEST_CASE("State dicts are read from both of PyTorch's formats", "[torch]") {
  const Model model;
  for (const TensorFile& file : {read_legacy(model.legacy()), read_zip(zip(model.entries()))}) {
    REQUIRE(file.tensors.size() == 2);
    CHECK(file.ordered);
    CHECK(file.tensors[0].name == "fc.weight");
    CHECK(file.tensors[0].shape == std::vector<std::uint64_t>{2, 3});
    CHECK(file.tensors[0].values == Values{1, 2, 3, 4, 5, 6});
    CHECK(file.tensors[1].values == Values{7, 8});
  }
  CHECK(read_legacy(model.legacy()).format == "PyTorch (legacy)");
  CHECK(read_zip(zip(model.entries())).format == "PyTorch (zip)");
}

TEST_CASE("Strides and offsets of tensors are followed", "[torch]") {
  const Bytes six = floats({1, 2, 3, 4, 5, 6});
  values_are({.storage_size = 6, .shape = {3, 2}, .strides = {1, 3}}, six, {1, 4, 2, 5, 3, 6});  // transposed
  values_are({.storage_size = 6, .shape = {2}, .strides = {2}, .offset = 1}, six, {2, 4});
  values_are({.storage_size = 6, .shape = {}, .strides = {}, .offset = 5}, six, {6});
  values_are({.storage_size = 6, .shape = {1, 2, 1}, .strides = {99, 5, 0}}, six, {1, 6});  // of one step: no matter
  values_are({.storage_size = 6, .shape = {0, 2}, .strides = {2, 1}, .offset = 6}, six, {});
}

TEST_CASE("Tensors may share a storage", "[torch]") {
  const TorchTensorSpec a{.name = "a", .storage_size = 6, .shape = {2}, .strides = {1}};
  TorchTensorSpec b = a;
  b.name = "b";
  b.offset = 4;
  const Model model{{a, b}, {{"0", 6, floats({1, 2, 3, 4, 5, 6})}}};
  for (const TensorFile& file : {read_legacy(model.legacy()), read_zip(zip(model.entries()))}) {
    CHECK(file.tensors.at(0).values == Values{1, 2});
    CHECK(file.tensors.at(1).values == Values{5, 6});
  }
  b.storage_type = "DoubleStorage";
  const Model odd{{a, b}, {{"0", 6, Bytes(48)}}};
  CHECK_THROWS_WITH(read_legacy(odd.legacy()), Contains("expected 6 of the same type as before"));
}

TEST_CASE("Tensors of other floating-point types are converted", "[torch]") {
  const auto one = [](const std::string& type, std::size_t size, std::uint64_t bits, float expected) {
    values_are({.storage_size = 1, .shape = {1}, .strides = {1}, .storage_type = type}, number(bits, size), {expected});
  };
  one("DoubleStorage", 8, std::bit_cast<std::uint64_t>(0.1), 0.1f);
  one("HalfStorage", 2, 0xc500, -5);
  one("BFloat16Storage", 2, 0xc0a0, -5);
}

TEST_CASE("Tensors outside their storage, or overlapping, are refused", "[torch]") {
  const Bytes six = floats({1, 2, 3, 4, 5, 6});
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const std::string outside = "reaches beyond its storage of 6 elements";
  refused({.storage_size = 6, .shape = {7}, .strides = {1}}, six, outside);
  refused({.storage_size = 6, .shape = {2, 3}, .strides = {3, 1}, .offset = 1}, six, outside);
  refused({.storage_size = 6, .shape = {1}, .strides = {1}, .offset = 6}, six, outside);
  refused({.storage_size = 6, .shape = {0}, .strides = {1}, .offset = 7}, six, outside);
  refused({.storage_size = 6, .shape = {2}, .strides = {huge}}, six, outside);
  refused({.storage_size = 6, .shape = {3}, .strides = {huge}, .offset = 5}, six, outside);
  refused({.storage_size = 6, .shape = {1}, .strides = {1}, .offset = huge}, six, outside);
  refused({.storage_size = 6, .shape = {2, 2}, .strides = {0, 1}}, six, "overlap");
  refused({.storage_size = 6, .shape = {2, 3}, .strides = {1, 1}}, six, "overlap");
  refused({.storage_size = 6, .shape = {2, 3}, .strides = {1, 2, 3}}, six, "has shape [2,3] but strides [1,2,3]");
  refused({.storage_size = 6, .shape = {-1}, .strides = {1}}, six, "size -1, expected a whole number from 0");
  refused({.storage_size = 6, .shape = {1}, .strides = {-1}}, six, "stride -1");
  refused({.storage_size = 6, .shape = {1}, .strides = {1}, .offset = -1}, six, "offset -1");
  refused({.storage_size = -6, .shape = {1}, .strides = {1}}, six, "storage size -6");
  refused({.storage_size = 6, .shape = {huge, huge}, .strides = {1, 1}}, six, "expected at most 1073741824 numbers");
  refused({.storage_size = 6, .shape = std::vector<std::int64_t>(9, 1), .strides = std::vector<std::int64_t>(9, 1)},
          six, "size a tuple of 9, expected a tuple of at most 8");
}

TEST_CASE("Many tensors of one storage may not add up to more than the limit", "[torch]") {
  std::vector<TorchTensorSpec> tensors;
  for (int i = 0; i < 5; ++i) {
    tensors.push_back({.name = std::to_string(i), .storage_size = 1 << 28, .shape = {1 << 28}, .strides = {1}});
  }
  CHECK_THROWS_WITH(read_zip(zip({{"m/data.pkl", state_dict(tensors, false)}})),
                    Contains("tensor '4' makes more than 1073741824 numbers in all"));
  std::vector<TorchTensorSpec> many;
  for (std::size_t i = 0; i <= max_tensors; ++i) {
    many.push_back({.name = std::to_string(i), .storage_size = 1, .shape = {1}, .strides = {1}});
  }
  CHECK_THROWS_WITH(read_zip(zip({{"m/data.pkl", state_dict(many, false)}})),
                    Contains("tensor '1024' is one too many, expected at most 1024"));
}

TEST_CASE("Layers beyond the limit are refused before their numbers are read", "[torch]") {
  std::vector<TorchTensorSpec> layers;
  for (std::size_t i = 0; i <= max_layers; ++i) {
    layers.push_back({.name = std::to_string(i) + ".weight",
                      .storage = std::to_string(i),
                      .storage_size = 1,
                      .shape = {1, 1},
                      .strides = {1, 1}});
  }
  // The storages are missing: nobody looked for them.
  CHECK_THROWS_WITH(read_zip(zip({{"m/data.pkl", state_dict(layers, false)}})),
                    "file: 'm/data.pkl': tensor '64.weight' is the weight of one layer too many, expected at most 64 "
                    "layers");
}

TEST_CASE("A storage may be shared by a few tensors, not by many", "[torch]") {
  Model model{{}, {{"0", 4, floats({1, 2, 3, 4})}}};
  const auto share = [&](std::uint64_t tensors) {
    model.tensors.clear();
    for (std::uint64_t i = 0; i < tensors; ++i) {
      model.tensors.push_back({.name = std::to_string(i), .storage_size = 4, .shape = {4}, .strides = {1}});
    }
  };
  share(max_sharing);
  CHECK(read_legacy(model.legacy()).tensors.size() == max_sharing);
  CHECK(read_zip(zip(model.entries())).tensors.back().values == Values{1, 2, 3, 4});
  share(max_sharing + 1);
  const std::string message =
      "tensor '8' is one too many in storage '0': they make 36 numbers, expected at most 8 times 4";
  CHECK_THROWS_WITH(read_legacy(model.legacy()), Contains(message));
  CHECK_THROWS_WITH(read_zip(zip(model.entries())), Contains(message));
}

TEST_CASE("Overlapping entries of a zip archive are rejected", "[torch]") {
  Model model;
  model.tensors.clear();
  model.storages.clear();
  for (const std::string key : {"0", "1", "2"}) {
    model.tensors.push_back({.name = key, .storage = key, .storage_size = 1000, .shape = {1000}, .strides = {1}});
    model.storages.push_back({key, 1000, floats(Values(1000, 1))});
  }
  auto entries = model.entries();
  CHECK(read_zip(zip(entries)).tensors.size() == 3);
  entries[2].lies_in_last = entries[3].lies_in_last = true;
  CHECK_THROWS_WITH(read_zip(zip(entries)),
                    Contains("file: entry 'm/data/1' claims 4000 bytes, expected at most the") &&
                        Contains("that those before it leave"));
}

TEST_CASE("Pickles that are no state dict of floats are refused", "[torch]") {
  using namespace pickle;
  const auto message = [](const Bytes& value, const std::string& expected) {
    CHECK_THROWS_WITH(read_zip(zip({{"m/data.pkl", file(value)}})), Contains(expected));
    CHECK_THROWS_WITH(read_legacy(LegacyFile{.dict = file(value)}.bytes()), Contains(expected));
  };
  const auto entry = [](const Bytes& value) { return dict({text("x"), value}); };
  const auto rebuild = function("torch._utils", "_rebuild_tensor_v2");
  message(list({}), "holds a list, expected the dict of model.state_dict()");
  message(dict({integer(1), none()}), "holds a key 1, expected the name of a tensor");
  message(entry(integer(3)), "tensor 'x' is 3, expected a tensor: save model.state_dict()");
  message(entry(dict({})), "tensor 'x' is a dict, expected a tensor");
  message(entry(call(rebuild, {})), "with 0 arguments, expected 6 to 7");
  message(entry(call(rebuild, std::vector<Bytes>(8, none()))), "with 8 arguments");
  message(entry(call(rebuild, std::vector<Bytes>(6, none()))), "tensor 'x' lies in None, expected a storage");
  message(entry(call(function("torch._utils", "_rebuild_parameter"), {none()})), "with 1 arguments, expected 3 to 3");
  message(call(function("os", "system"), {text("true")}), "'os.system' is not allowed in a weight file");
  message(entry(call(function("torch", "LongStorage"), {})), "is a call of torch.LongStorage, expected a tensor");
  for (const char* name : {"torch.nn.modules.container", "__main__"}) {
    message(call(function(name, "Net"), {}),
            fmt::format("a whole module was saved, with its class '{}.Net': save model.state_dict()", name));
  }
  message(call(function("nets", "Net"), {}), "if a whole module was saved: save model.state_dict()");
  const auto with_storage = [&](const Bytes& id) {
    return entry(call(rebuild, {id + op('Q'), integer(0), integers({1}), integers({1}), none(), none()}));
  };
  message(with_storage(none()), "lies in None");
  message(with_storage(tuple({text("module"), none(), none(), none(), none()})), "lies in 'module'");
  message(with_storage(tuple({text("storage"), text("torch.FloatStorage"), text("0"), text("cpu"), integer(1)})),
          "lies in a storage of 'torch.FloatStorage'");
  message(
      with_storage(tuple({text("storage"), function("torch", "FloatStorage"), integer(0), text("cpu"), integer(1)})),
      "lies in storage 0, expected its name");
  message(with_storage(tuple({text("storage"), function("torch", "FloatStorage"), text("0"), text("cpu"), integer(1),
                              tuple({text("v"), integer(0), integer(1)})})),
          "is a view");
  const Bytes tensor = torch_tensor({.name = "x", .storage_size = 1, .shape = {1}, .strides = {1}}, false);
  message(dict({text("x"), tensor, text("x"), tensor}), "tensor 'x' occurs twice");
}

TEST_CASE("Parameters are read like tensors", "[torch]") {
  using namespace pickle;
  const TorchTensorSpec spec{.storage_size = 1, .shape = {1}, .strides = {1}};
  const Bytes parameter =
      call(function("torch._utils", "_rebuild_parameter"), {torch_tensor(spec, false), boolean(true), ordered_dict()});
  const TensorFile read =
      read_zip(zip({{"m/data.pkl", file(dict({text("x"), parameter}))}, {"m/data/0", floats({5})}}));
  CHECK(read.tensors.at(0).values == Values{5});
}

TEST_CASE("The legacy format's parts are checked", "[torch]") {
  const Model model;
  LegacyFile good{.dict = state_dict(model.tensors, true), .storages = model.storages};
  REQUIRE_NOTHROW(read_legacy(good.bytes()));
  const auto refused_with = [&](const std::function<void(LegacyFile&)>& change, const std::string& message) {
    LegacyFile changed = good;
    change(changed);
    CHECK_THROWS_WITH(read_legacy(changed.bytes()), Contains("file") && Contains(message));
  };
  using namespace pickle;
  refused_with([](LegacyFile& f) { f.magic = file(integer(7)); }, "is a pickle of 7, expected a state dict");
  refused_with([](LegacyFile& f) { f.magic[6] ^= 1; }, "is a pickle of a long integer");
  refused_with([](LegacyFile& f) { f.protocol = file(integer(1002)); }, "PyTorch's protocol 1002, expected 1001");
  refused_with(
      [](LegacyFile& f) {
        f.system = file(dict({text("little_endian"), boolean(false)}));
      },
      "written with little_endian False, expected True");
  refused_with([](LegacyFile& f) { f.system = file(dict({})); }, "does not say whether it is little endian");
  refused_with([](LegacyFile& f) { f.system = file(none()); }, "describes its machine by None");
  refused_with([](LegacyFile& f) { f.system = file(function("os", "system")); }, "'os.system' is not allowed");
  refused_with([](LegacyFile& f) { f.storages[0].count = 5; }, "has 5 elements, expected 6");
  refused_with([](LegacyFile& f) { f.storages[0].count = ~std::uint64_t{0}; }, "expected 6");
  refused_with([](LegacyFile& f) { f.storages.pop_back(); }, "lacks storage '1'");
  refused_with([](LegacyFile& f) { f.storages[1].key = "0"; }, "lists storage '0' twice");
  refused_with([](LegacyFile& f) { f.storages[1].key = "2"; }, "lists storage '2', expected one of its tensors'");
  refused_with([](LegacyFile& f) { f.storages[1].bytes.push_back(0); }, "1 bytes follow the last storage");
  refused_with([](LegacyFile& f) { f.storages[1].bytes.pop_back(); }, "is cut off: 7 bytes are left");
  refused_with([](LegacyFile& f) { f.storages[1].bytes = {}; }, "is cut off: 0 bytes are left");
}

TEST_CASE("A storage of a size that memory could not hold is refused from the file alone", "[torch]") {
  const TorchTensorSpec spec{.storage_size = std::int64_t{1} << 29, .shape = {1 << 29}, .strides = {1}};
  const Model model{{spec}, {{"0", 1 << 29, Bytes(8)}}};
  CHECK_THROWS_WITH(read_legacy(model.legacy()), Contains("is cut off: 8 bytes are left"));
}

TEST_CASE("Zip archives are checked", "[torch]") {
  const Model model;
  const auto with = [&](const std::function<void(std::vector<ZipEntry>&)>& change) {
    auto entries = model.entries();
    change(entries);
    return zip(entries);
  };
  const auto refused_with = [&](const std::function<void(std::vector<ZipEntry>&)>& change, const std::string& message) {
    CHECK_THROWS_WITH(read_zip(with(change)), Contains("file") && Contains(message));
  };
  using Entries = std::vector<ZipEntry>;
  CHECK(read_zip(with([](Entries& e) { e.push_back({"m/byteorder", bytes_of("little")}); })).tensors.size() == 2);
  CHECK(read_zip(with([](Entries& e) { e.push_back({"m/version", bytes_of("3\n")}); })).tensors.size() == 2);
  const TensorFile big = read_zip(with([](Entries& e) {
    e[1].content = floats({1, 2, 3, 4, 5, 6}, true);
    e[2].content = floats({7, 8}, true);
    e.push_back({"m/byteorder", bytes_of("big")});
  }));
  CHECK(big.tensors[0].values == Values{1, 2, 3, 4, 5, 6});
  refused_with([](Entries& e) { e.push_back({"m/byteorder", bytes_of("middle")}); }, "has byte order 'middle'");
  refused_with([](Entries& e) { e.push_back(e[1]); }, "has two entries 'm/data/0'");
  refused_with([](Entries& e) { e.push_back({"n/data.pkl", e[0].content}); }, "two entries NAME/data.pkl");
  refused_with([](Entries& e) { e[0].name = "data.pkl"; }, "without NAME/data.pkl");
  refused_with([](Entries& e) { e[0].name = "a/b/data.pkl"; }, "without NAME/data.pkl");
  refused_with([](Entries& e) { e.push_back({"m/constants.pkl", {}}); }, "is a TorchScript program");
  refused_with([](Entries& e) { e.pop_back(); }, "lies in storage '1', which is missing");
  refused_with([](Entries& e) { e[2].content.pop_back(); }, "storage '1' of 7 bytes, expected 2 elements of 4 bytes");
  refused_with([](Entries& e) { e[2].content.resize(12); }, "storage '1' of 12 bytes");
  refused_with([](Entries& e) { e[0].content.push_back('N'); }, "1 bytes follow the pickle in 'm/data.pkl'");
  refused_with(
      [](Entries& e) {
        e[1].method = 8;
        e[1].size_claimed = std::uint64_t{1} << 31;
      },
      "entry 'm/data/0' is compressed or encrypted");
  refused_with([](Entries& e) { e[1].size_claimed = 0x7fffffff; }, "entry 'm/data/0'");
  refused_with(
      [](Entries& e) {
        e.resize(3);
        for (int i = 0; i < 9000; ++i) e.push_back({std::to_string(i), {}});
      },
      "a zip archive of 9003 entries, expected at most 8192");
  CHECK_THROWS_WITH(read_zip(zip({})), Contains("without NAME/data.pkl"));
  CHECK_THROWS_WITH(read_zip(bytes_of("PK\x03\x04")), Contains("is a damaged zip archive"));
}

TEST_CASE("A changed number in a zip archive is detected by its checksum", "[torch]") {
  Bytes bytes = zip(Model{}.entries());
  const Bytes six = floats({1, 2, 3, 4, 5, 6});
  const auto data = std::search(bytes.begin(), bytes.end(), six.begin(), six.end());
  REQUIRE(data != bytes.end());
  *data = static_cast<std::uint8_t>(*data ^ 1);
  CHECK_THROWS_WITH(read_zip(bytes), Contains("entry 'm/data/0' is damaged: CRC error"));
}

TEST_CASE("Damaged PyTorch files either fail with DataError or give a valid network", "[torch]") {
  const Model model;
  const auto legacy = [](std::span<const std::uint8_t> content) { return read_torch_legacy(content, "cut"); };
  check_truncation(model.legacy(), legacy);
  check_bit_flips(model.legacy(), legacy);
  const auto archive = [](std::span<const std::uint8_t> content) { return read_torch_zip(content, "cut"); };
  check_truncation(zip(model.entries()), archive);
  check_bit_flips(zip(model.entries()), archive);
}

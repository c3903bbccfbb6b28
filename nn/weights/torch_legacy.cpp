#include <fmt/format.h>

#include <map>
#include <optional>

#include "core/error.hpp"
#include "nn/weights/pickle.hpp"
#include "nn/weights/torch_files.hpp"
#include "nn/weights/torch_state_dict.hpp"

namespace inforelay {
namespace {

using Kind = Pickle::Kind;

/// PyTorch's 0x1950a86a20f9469cfc6c, as a pickled long.
constexpr std::string_view magic_number = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t protocol = 1001;

class LegacyReader {
 public:
  LegacyReader(std::span<const std::uint8_t> content, std::string_view file) : content_(content), file_(file) {}

  TensorFile read() {
    check_magic();
    check_protocol();
    check_system();
    const TorchStateDict dict = read_torch_state_dict(rest(), place("state dict"));
    next_ += dict.pickle_bytes;
    for (const TorchTensor& tensor : dict.tensors) storages_[tensor.storage.key].storage = &tensor.storage;
    find_storages(next_pickle("storage keys"));
    TensorFile result{.format = "PyTorch (legacy)", .tensors = {}, .ordered = true};
    for (const TorchTensor& tensor : dict.tensors) {
      result.tensors.push_back(gather(tensor, storages_[tensor.storage.key].bytes, false));
    }
    return result;
  }

 private:
  struct Found {
    const TorchStorage* storage = nullptr;
    std::span<const std::uint8_t> bytes{};
    bool is_found = false;
  };

  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    throw DataError("{}: {}", file_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

  std::span<const std::uint8_t> rest() const { return content_.subspan(next_); }
  std::string place(std::string_view part) const { return fmt::format("{}: {} at {}", file_, part, next_); }

  /// A pickle of plain values, without functions.
  Pickle next_pickle(std::string_view part) {
    Pickle pickle = read_pickle(rest(), {}, place(part));
    next_ += pickle.size();
    return pickle;
  }

  void check_magic() {
    const Pickle pickle = next_pickle("magic number");
    if (pickle.root().kind != Kind::long_integer || pickle.root().text != magic_number) {
      fail("is a pickle of {}, expected a state dict that torch.save wrote", describe(pickle.root()));
    }
  }

  void check_protocol() {
    const Pickle pickle = next_pickle("protocol");
    if (pickle.root().kind != Kind::integer || pickle.root().integer != protocol) {
      fail("has PyTorch's protocol {}, expected {}", describe(pickle.root()), protocol);
    }
  }

  void check_system() {
    const Pickle pickle = next_pickle("system");
    const auto& items = pickle.root().items;
    if (pickle.root().kind != Kind::dict) fail("describes its machine by {}, expected a dict", describe(pickle.root()));
    for (std::size_t i = 0; i < items.size(); i += 2) {
      if (pickle[items[i]].kind != Kind::text || pickle[items[i]].text != "little_endian") continue;
      if (pickle[items[i + 1]].kind == Kind::boolean && pickle[items[i + 1]].integer != 0) return;
      fail("was written with little_endian {}, expected True", describe(pickle[items[i + 1]]));
    }
    fail("does not say whether it is little endian");
  }

  /// Where the storages lie: the last part of the file, and all of it.
  void find_storages(const Pickle& keys) {
    if (keys.root().kind != Kind::list) fail("lists its storages as {}, expected a list", describe(keys.root()));
    for (const Pickle::Id id : keys.root().items) {
      const auto known = keys[id].kind == Kind::text ? storages_.find(keys[id].text) : storages_.end();
      if (known == storages_.end()) fail("lists storage {}, expected one of its tensors'", describe(keys[id]));
      Found& found = known->second;
      const std::string name = quoted_name(known->first);
      if (std::exchange(found.is_found, true)) fail("lists storage {} twice", name);
      found.bytes = take(name, *found.storage);
    }
    for (const auto& [key, found] : storages_) {
      if (!found.is_found) fail("lacks storage {}", quoted_name(key));
    }
    if (next_ != content_.size()) {
      fail("{} bytes follow the last storage at {}, expected none", content_.size() - next_, next_);
    }
  }

  std::span<const std::uint8_t> take(const std::string& name, const TorchStorage& storage) {
    constexpr std::size_t count_bytes = 8;
    std::uint64_t count = 0;
    if (rest().size() < count_bytes) fail("is cut off before storage {} at {}", name, next_);
    for (std::size_t i = count_bytes; i-- > 0;) count = count << 8 | rest()[i];
    if (count != storage.size) fail("storage {} at {} has {} elements, expected {}", name, next_, count, storage.size);
    next_ += count_bytes;
    if (count > rest().size() / storage.type.size) {
      fail("storage {} at {} of {} elements is cut off: {} bytes are left", name, next_, count, rest().size());
    }
    const auto bytes = rest().first(count * storage.type.size);
    next_ += bytes.size();
    return bytes;
  }

  std::span<const std::uint8_t> content_;
  std::string_view file_;
  std::size_t next_ = 0;
  std::map<std::string, Found, std::less<>> storages_;
};

}  // namespace

bool is_pickle(std::span<const std::uint8_t> content) {
  return content.size() >= 2 && content[0] == 0x80 && content[1] >= 2 && content[1] <= 5;
}

TensorFile read_torch_legacy(std::span<const std::uint8_t> content, std::string_view file) {
  return LegacyReader(content, file).read();
}

}  // namespace inforelay

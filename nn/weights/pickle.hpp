// Reading of Python's pickles, as far as weight files use them. https://docs.python.org/3/library/pickletools.html
//
// A pickle is a program for a stack machine that may name any function of Python and call it. Here nothing is called:
// a call becomes a node with the function and its arguments, only functions of a list may be named, and only the
// operations that PyTorch's files need (protocols 2 to 4) are known. Everything else is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

/// Limits of a pickle, far above the needs of a file of max_tensors tensors.
struct PickleLimits {
  std::size_t bytes = std::size_t{16} << 20;
  std::size_t nodes = 200'000;
  std::size_t items = 1'000'000;  ///< of all lists, tuples and dicts
  std::size_t stack = 100'000;
  std::size_t marks = 64;
  std::size_t text_bytes = 64 << 10;
};

/// The values of one pickle. Nodes refer to one another by number, possibly in cycles.
class Pickle {
 public:
  using Id = std::uint32_t;

  enum class Kind {
    none,
    boolean,       ///< integer: 0 or 1
    integer,       ///< of up to 64 bits
    long_integer,  ///< a longer one; text: its bytes, little endian, two's complement
    real,
    text,
    tuple,       ///< items
    list,        ///< items
    dict,        ///< items: key, value, key, value, ... in the order set, equal keys not merged
    function,    ///< text: "collections.OrderedDict"
    call,        ///< text: the function; items: one, the tuple of its arguments
    persistent,  ///< items: one, the identifier of an object outside the pickle
  };

  struct Node {
    Kind kind = Kind::none;
    std::int64_t integer = 0;
    double real = 0;
    std::string text{};
    std::vector<Id> items{};
  };

  const Node& operator[](Id id) const { return nodes_[id]; }
  const Node& root() const { return nodes_[root_]; }
  /// Length of the pickle in bytes.
  std::size_t size() const { return size_; }

 private:
  friend class PickleMachine;
  std::vector<Node> nodes_;
  Id root_ = 0;
  std::size_t size_ = 0;
};

/// Reads the pickle that `content` begins with; other bytes may follow. `allowed` are the functions that may be named,
/// "module.name"; a call of collections.OrderedDict gives a dict. `place` is the name of the pickle in errors; they add
/// the offset in `content`. Throws DataError: an operation, or a function, that is not allowed; a damaged or truncated
/// pickle; more than `limits`.
Pickle read_pickle(std::span<const std::uint8_t> content, std::span<const std::string_view> allowed,
                   std::string_view place, const PickleLimits& limits = {});

/// "a dict", "text", "a call of torch._utils._rebuild_tensor_v2": for messages.
std::string describe(const Pickle::Node& node);

}  // namespace inforelay

// Internal: the stack machine that executes pickles; pickle.cpp maps their bytes to its operations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "nn/weights/pickle.hpp"

namespace inforelay {

/// A pickle being read. Every function throws DataError, with the offset of the running operation, if its operands
/// are missing or of another kind, the content ends, or a limit is met.
class PickleMachine {
 public:
  using Id = Pickle::Id;
  using Kind = Pickle::Kind;
  using Node = Pickle::Node;

  /// All arguments must outlive the machine; see read_pickle().
  PickleMachine(std::span<const std::uint8_t> content, std::span<const std::string_view> allowed,
                std::string_view place, const PickleLimits& limits);

  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    throw DataError("{}, offset {}: {}", place_, at_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

  // The content.

  /// The byte of the next operation, which becomes the running one.
  std::uint8_t next_operation();
  std::span<const std::uint8_t> take(std::uint64_t size);
  /// `size` bytes, little endian.
  std::uint64_t take_unsigned(std::size_t size);
  std::string take_text(std::uint64_t size);
  /// Up to a line feed, which is taken too.
  std::string take_line();

  // The stack.

  void set_mark();
  std::vector<Id> pop_to_mark();
  std::vector<Id> pop_several(std::size_t count);

  // Values, each pushed on the stack.

  void make(Node node);
  void make_tuple(std::vector<Id> items) { make({.kind = Kind::tuple, .items = std::move(items)}); }
  void make_long(std::span<const std::uint8_t> bytes);
  /// One of the functions that are allowed.
  void make_function(const std::string& module, const std::string& name);
  /// The same, named by two texts on the stack.
  void make_named_function();
  /// Records a call: the function and the tuple of its arguments are on the stack.
  void call();

  // Changes of existing values, and copies on the stack.

  /// Adds to the list, or the dict, on top.
  void extend(Kind kind, const std::vector<Id>& items);
  /// Sets attributes; accepts and ignores _metadata, which PyTorch attaches to the dict of its tensors.
  void build();
  void memorise(std::uint64_t key);
  void memorise_next() { memorise(memo_.size()); }
  void recall(std::uint64_t key);

  /// The one value that is left.
  Pickle finish();

 private:
  void push(Id id);
  Id pop();
  Node& top();
  /// The part of the stack that the running operation may access begins here.
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  void count_items(std::size_t added);
  void make_ordered_dict(const std::vector<Id>& arguments);

  std::span<const std::uint8_t> content_;
  bool is_cut_;
  std::span<const std::string_view> allowed_;
  std::string_view place_;
  const PickleLimits& limits_;
  Pickle pickle_;
  std::vector<Id> stack_;
  std::vector<std::size_t> marks_;    // sizes of the stack
  std::map<std::uint64_t, Id> memo_;  // ordered: a hostile file could choose keys that collide in a hash
  std::size_t items_ = 0;
  std::size_t at_ = 0, next_ = 0;  // offsets of the running operation and of the next byte
};

}  // namespace inforelay

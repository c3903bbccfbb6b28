#include "nn/weights/pickle.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <unordered_map>

#include "core/error.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay {
namespace {

/// The operations that are known, with the names of Python's pickletools.
enum class Op : std::uint8_t {
  mark = '(',
  stop = '.',
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  none = 'N',
  binpersid = 'Q',
  reduce = 'R',
  binstring = 'T',
  short_binstring = 'U',
  binunicode = 'X',
  append = 'a',
  build = 'b',
  global = 'c',
  appends = 'e',
  binget = 'h',
  long_binget = 'j',
  empty_list = ']',
  binput = 'q',
  long_binput = 'r',
  setitem = 's',
  tuple = 't',
  empty_tuple = ')',
  setitems = 'u',
  empty_dict = '}',
  binfloat = 'G',
  proto = 0x80,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  newtrue = 0x88,
  newfalse = 0x89,
  long1 = 0x8a,
  short_binunicode = 0x8c,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95,
};

constexpr std::string_view ordered_dict = "collections.OrderedDict";

}  // namespace

class PickleReader {
 public:
  using Id = Pickle::Id;
  using Kind = Pickle::Kind;
  using Node = Pickle::Node;

  PickleReader(std::span<const std::uint8_t> content, std::span<const std::string_view> allowed, std::string_view place,
               const PickleLimits& limits)
      : content_(content.first(std::min(content.size(), limits.bytes))),
        is_cut_(content.size() > limits.bytes),
        allowed_(allowed),
        place_(place),
        limits_(limits) {}

  Pickle read() {
    if (content_.size() < 2 || content_[0] != static_cast<std::uint8_t>(Op::proto)) fail("is no pickle");
    while (step()) {
    }
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw DataError(fmt::format("{}, offset {}: {}", place_, at_, what));
  }

  std::span<const std::uint8_t> take(std::uint64_t size) {
    if (size > content_.size() - next_) {
      if (is_cut_) fail(fmt::format("the pickle is longer than {} bytes", limits_.bytes));
      fail(fmt::format("the pickle is cut off: {} bytes are left, expected {}", content_.size() - next_, size));
    }
    const auto bytes = content_.subspan(next_, size);
    next_ += size;
    return bytes;
  }

  /// `size` bytes, little endian.
  std::uint64_t take_unsigned(std::size_t size) {
    std::uint64_t value = 0;
    const auto bytes = take(size);
    for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[i];
    return value;
  }

  std::string take_text(std::uint64_t size) {
    if (size > limits_.text_bytes) fail(fmt::format("text of {} bytes, expected at most {}", size, limits_.text_bytes));
    const auto bytes = take(size);
    return {bytes.begin(), bytes.end()};
  }

  std::string take_line() {
    std::string line;
    for (std::uint8_t c = take(1)[0]; c != '\n'; c = take(1)[0]) {
      if (line.size() == limits_.text_bytes) fail(fmt::format("a name of more than {} bytes", limits_.text_bytes));
      line += static_cast<char>(c);
    }
    return line;
  }

  void push(Id id) {
    if (stack_.size() == limits_.stack) fail(fmt::format("more than {} values on the stack", limits_.stack));
    stack_.push_back(id);
  }

  void make(Node node) {
    if (pickle_.nodes_.size() == limits_.nodes) fail(fmt::format("more than {} values", limits_.nodes));
    count_items(node.items.size());
    pickle_.nodes_.push_back(std::move(node));
    push(static_cast<Id>(pickle_.nodes_.size() - 1));
  }

  /// Items can be named again and again at little cost in the file.
  void count_items(std::size_t added) {
    items_ += added;
    if (items_ > limits_.items) fail(fmt::format("more than {} items of lists, tuples and dicts", limits_.items));
  }

  /// Where the part of the stack begins that the running operation may touch.
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  Id pop() {
    if (stack_.size() <= floor()) fail("an operation lacks its operand");
    const Id id = stack_.back();
    stack_.pop_back();
    return id;
  }

  Node& top() {
    if (stack_.size() <= floor()) fail("an operation lacks its operand");
    return pickle_.nodes_[stack_.back()];
  }

  std::vector<Id> pop_to_mark() {
    if (marks_.empty()) fail("an operation lacks its mark");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Id> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  std::vector<Id> pop_several(std::size_t count) {
    std::vector<Id> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  void make_tuple(std::vector<Id> items) { make({.kind = Kind::tuple, .items = std::move(items)}); }

  /// Adds to the list, or the dict, on top.
  void extend(Kind kind, const std::vector<Id>& items) {
    Node& target = top();
    if (target.kind != kind) {
      fail(fmt::format("an operation on {}, expected {}", describe(target), describe({.kind = kind})));
    }
    if (kind == Kind::dict && items.size() % 2 != 0) fail("a key without a value");
    count_items(items.size());
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void memorise(std::uint64_t key) {
    top();  // must be there
    memo_[key] = stack_.back();
    if (memo_.size() > limits_.nodes) fail(fmt::format("more than {} values are remembered", limits_.nodes));
  }

  void recall(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail(fmt::format("nothing was remembered as {}", key));
    push(found->second);
  }

  void make_function(const std::string& module, const std::string& name) {
    std::string full = fmt::format("{}.{}", module, name);
    if (std::find(allowed_.begin(), allowed_.end(), full) == allowed_.end()) {
      fail(fmt::format("{} is not allowed in a weight file, expected only {}", quoted_name(full),
                       fmt::join(allowed_, ", ")));
    }
    make({.kind = Kind::function, .text = std::move(full)});
  }

  /// OrderedDict(), or as Python 2 has it OrderedDict([[key, value], ...]).
  void make_ordered_dict(const std::vector<Id>& arguments) {
    Node dict{.kind = Kind::dict};
    const auto bad = [&] { fail("collections.OrderedDict is called with something other than a list of pairs"); };
    if (arguments.size() > 1) bad();
    if (arguments.size() == 1) {
      const Node& list = pickle_[arguments[0]];
      if (list.kind != Kind::list) bad();
      for (const Id id : list.items) {
        const Node& pair = pickle_[id];
        if ((pair.kind != Kind::list && pair.kind != Kind::tuple) || pair.items.size() != 2) bad();
        dict.items.insert(dict.items.end(), pair.items.begin(), pair.items.end());
      }
    }
    make(std::move(dict));
  }

  void call() {
    const Id arguments = pop();
    const Node& function = pickle_[pop()];
    if (function.kind != Kind::function) {
      fail(fmt::format("a call of {}, expected of a function", describe(function)));
    }
    if (pickle_[arguments].kind != Kind::tuple) {
      fail(fmt::format("a call with {}, expected a tuple", describe(pickle_[arguments])));
    }
    if (function.text == ordered_dict) return make_ordered_dict(pickle_[arguments].items);
    make({.kind = Kind::call, .text = function.text, .items = {arguments}});
  }

  /// PyTorch hangs an attribute, _metadata, on the dict of its tensors; it says nothing that we need.
  void build() {
    const Node& state = pickle_[pop()];
    const Node& target = top();
    bool known = target.kind == Kind::dict && state.kind == Kind::dict;
    for (std::size_t i = 0; known && i < state.items.size(); i += 2) {
      const Node& key = pickle_[state.items[i]];
      known = key.kind == Kind::text && key.text == "_metadata";
    }
    if (!known) {
      fail(fmt::format("attributes of {} are set, expected only _metadata of an OrderedDict", describe(target)));
    }
  }

  void make_long(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > sizeof(std::int64_t)) {
      return make({.kind = Kind::long_integer, .text = {bytes.begin(), bytes.end()}});
    }
    std::uint64_t value = !bytes.empty() && bytes.back() >= 0x80 ? ~std::uint64_t{0} : 0;  // the sign goes on
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    make({.kind = Kind::integer, .integer = static_cast<std::int64_t>(value)});
  }

  /// Runs one operation; false at the last.
  bool step() {
    at_ = next_;
    const std::uint8_t code = take(1)[0];
    switch (static_cast<Op>(code)) {
      case Op::proto:
        if (const auto version = take_unsigned(1); version < 2 || version > 4) {
          fail(fmt::format("pickle protocol {}, expected 2 to 4", version));
        }
        return true;
      case Op::frame:
        take_unsigned(8);  // a hint for buffers
        return true;
      case Op::stop:
        if (stack_.size() != 1 || !marks_.empty()) fail(fmt::format("ends with {} values, expected 1", stack_.size()));
        pickle_.root_ = stack_.front();
        pickle_.size_ = next_;
        return false;
      case Op::mark:
        if (marks_.size() == limits_.marks) fail(fmt::format("nested more than {} deep", limits_.marks));
        marks_.push_back(stack_.size());
        return true;
      case Op::none:
        make({});
        return true;
      case Op::newtrue:
      case Op::newfalse:
        make({.kind = Kind::boolean, .integer = static_cast<Op>(code) == Op::newtrue});
        return true;
      case Op::binint:
        make({.kind = Kind::integer, .integer = static_cast<std::int32_t>(take_unsigned(4))});
        return true;
      case Op::binint1:
        make({.kind = Kind::integer, .integer = static_cast<std::int64_t>(take_unsigned(1))});
        return true;
      case Op::binint2:
        make({.kind = Kind::integer, .integer = static_cast<std::int64_t>(take_unsigned(2))});
        return true;
      case Op::long1:
        make_long(take(take_unsigned(1)));
        return true;
      case Op::binfloat: {
        std::uint64_t bits = 0;
        for (const std::uint8_t byte : take(8)) bits = bits << 8 | byte;  // big endian
        make({.kind = Kind::real, .real = std::bit_cast<double>(bits)});
        return true;
      }
      case Op::binunicode:
      case Op::binstring:
        make({.kind = Kind::text, .text = take_text(take_unsigned(4))});
        return true;
      case Op::short_binunicode:
      case Op::short_binstring:
        make({.kind = Kind::text, .text = take_text(take_unsigned(1))});
        return true;
      case Op::empty_tuple:
        make_tuple({});
        return true;
      case Op::tuple1:
      case Op::tuple2:
      case Op::tuple3:
        make_tuple(pop_several(code - static_cast<std::size_t>(Op::tuple1) + 1));
        return true;
      case Op::tuple:
        make_tuple(pop_to_mark());
        return true;
      case Op::empty_list:
        make({.kind = Kind::list});
        return true;
      case Op::append:
        extend(Kind::list, pop_several(1));
        return true;
      case Op::appends:
        extend(Kind::list, pop_to_mark());
        return true;
      case Op::empty_dict:
        make({.kind = Kind::dict});
        return true;
      case Op::setitem:
        extend(Kind::dict, pop_several(2));
        return true;
      case Op::setitems:
        extend(Kind::dict, pop_to_mark());
        return true;
      case Op::global: {
        const std::string module = take_line(), name = take_line();
        make_function(module, name);
        return true;
      }
      case Op::stack_global: {
        const auto names = pop_several(2);
        if (pickle_[names[0]].kind != Kind::text || pickle_[names[1]].kind != Kind::text) {
          fail(fmt::format("a function is named by {} and {}, expected texts", describe(pickle_[names[0]]),
                           describe(pickle_[names[1]])));
        }
        make_function(pickle_[names[0]].text, pickle_[names[1]].text);
        return true;
      }
      case Op::reduce:
        call();
        return true;
      case Op::build:
        build();
        return true;
      case Op::binpersid:
        make({.kind = Kind::persistent, .items = pop_several(1)});
        return true;
      case Op::binput:
        memorise(take_unsigned(1));
        return true;
      case Op::long_binput:
        memorise(take_unsigned(4));
        return true;
      case Op::memoize:
        memorise(memo_.size());
        return true;
      case Op::binget:
        recall(take_unsigned(1));
        return true;
      case Op::long_binget:
        recall(take_unsigned(4));
        return true;
    }
    fail(fmt::format("pickle operation 0x{:02x} is not allowed in a weight file", code));
  }

  std::span<const std::uint8_t> content_;
  bool is_cut_;
  std::span<const std::string_view> allowed_;
  std::string_view place_;
  const PickleLimits& limits_;
  Pickle pickle_;
  std::vector<Id> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack
  std::unordered_map<std::uint64_t, Id> memo_;
  std::size_t items_ = 0;
  std::size_t at_ = 0, next_ = 0;  // offsets of the running operation and of the next byte
};

Pickle read_pickle(std::span<const std::uint8_t> content, std::span<const std::string_view> allowed,
                   std::string_view place, const PickleLimits& limits) {
  return PickleReader(content, allowed, place, limits).read();
}

std::string describe(const Pickle::Node& node) {
  switch (node.kind) {
    case Pickle::Kind::none:
      return "None";
    case Pickle::Kind::boolean:
      return node.integer != 0 ? "True" : "False";
    case Pickle::Kind::integer:
      return fmt::format("{}", node.integer);
    case Pickle::Kind::long_integer:
      return "a long integer";
    case Pickle::Kind::real:
      return fmt::format("{}", node.real);
    case Pickle::Kind::text:
      return quoted_name(node.text);
    case Pickle::Kind::tuple:
      return fmt::format("a tuple of {}", node.items.size());
    case Pickle::Kind::list:
      return "a list";
    case Pickle::Kind::dict:
      return "a dict";
    case Pickle::Kind::function:
      return fmt::format("the function {}", node.text);
    case Pickle::Kind::call:
      return fmt::format("a call of {}", node.text);
    case Pickle::Kind::persistent:
      break;
  }
  return "a reference to a storage";
}

}  // namespace inforelay

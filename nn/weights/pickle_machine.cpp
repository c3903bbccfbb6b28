#include "nn/weights/pickle_machine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay {
namespace {

constexpr std::string_view ordered_dict = "collections.OrderedDict";

}  // namespace

PickleMachine::PickleMachine(std::span<const std::uint8_t> content, std::span<const std::string_view> allowed,
                             std::string_view place, const PickleLimits& limits)
    : content_(content.first(std::min(content.size(), limits.bytes))),
      is_cut_(content.size() > limits.bytes),
      allowed_(allowed),
      place_(place),
      limits_(limits) {}

std::uint8_t PickleMachine::next_operation() {
  at_ = next_;
  return take(1)[0];
}

std::span<const std::uint8_t> PickleMachine::take(std::uint64_t size) {
  if (size > content_.size() - next_) {
    if (is_cut_) fail("the pickle is longer than {} bytes", limits_.bytes);
    fail("the pickle is cut off: {} bytes are left, expected {}", content_.size() - next_, size);
  }
  const auto bytes = content_.subspan(next_, size);
  next_ += size;
  return bytes;
}

std::uint64_t PickleMachine::take_unsigned(std::size_t size) {
  std::uint64_t value = 0;
  const auto bytes = take(size);
  for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

std::string PickleMachine::take_text(std::uint64_t size) {
  if (size > limits_.text_bytes) fail("text of {} bytes, expected at most {}", size, limits_.text_bytes);
  const auto bytes = take(size);
  return {bytes.begin(), bytes.end()};
}

std::string PickleMachine::take_line() {
  std::string line;
  for (std::uint8_t c = take(1)[0]; c != '\n'; c = take(1)[0]) {
    if (line.size() == limits_.text_bytes) fail("a name of more than {} bytes", limits_.text_bytes);
    line += static_cast<char>(c);
  }
  return line;
}

void PickleMachine::set_mark() {
  if (marks_.size() == limits_.marks) fail("nested more than {} deep", limits_.marks);
  marks_.push_back(stack_.size());
}

std::vector<PickleMachine::Id> PickleMachine::pop_to_mark() {
  if (marks_.empty()) fail("an operation lacks its mark");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Id> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

std::vector<PickleMachine::Id> PickleMachine::pop_several(std::size_t count) {
  std::vector<Id> items(count);
  for (std::size_t i = count; i-- > 0;) items[i] = pop();
  return items;
}

void PickleMachine::push(Id id) {
  if (stack_.size() == limits_.stack) fail("more than {} values on the stack", limits_.stack);
  stack_.push_back(id);
}

PickleMachine::Id PickleMachine::pop() {
  if (stack_.size() <= floor()) fail("an operation lacks its operand");
  const Id id = stack_.back();
  stack_.pop_back();
  return id;
}

PickleMachine::Node& PickleMachine::top() {
  if (stack_.size() <= floor()) fail("an operation lacks its operand");
  return pickle_.nodes_[stack_.back()];
}

void PickleMachine::make(Node node) {
  if (pickle_.nodes_.size() == limits_.nodes) fail("more than {} values", limits_.nodes);
  count_items(node.items.size());
  pickle_.nodes_.push_back(std::move(node));
  push(static_cast<Id>(pickle_.nodes_.size() - 1));
}

// Items can be named again and again at little cost in the file.
void PickleMachine::count_items(std::size_t added) {
  items_ += added;
  if (items_ > limits_.items) fail("more than {} items of lists, tuples and dicts", limits_.items);
}

void PickleMachine::make_long(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > sizeof(std::int64_t)) {
    return make({.kind = Kind::long_integer, .text = {bytes.begin(), bytes.end()}});
  }
  std::uint64_t value = !bytes.empty() && bytes.back() >= 0x80 ? ~std::uint64_t{0} : 0;  // sign extension
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  make({.kind = Kind::integer, .integer = static_cast<std::int64_t>(value)});
}

void PickleMachine::make_function(const std::string& module, const std::string& name) {
  std::string full = fmt::format("{}.{}", module, name);
  if (std::find(allowed_.begin(), allowed_.end(), full) == allowed_.end()) {
    if (full.starts_with("torch.nn.") || full.starts_with("__main__.")) {
      fail("a whole module was saved, with its class {}: save model.state_dict()", quoted_name(full));
    }
    fail("{} is not allowed in a weight file, expected {}", quoted_name(full),
         allowed_.empty()
             ? "no function here"
             : fmt::format("only {}; if a whole module was saved: save model.state_dict()", fmt::join(allowed_, ", ")));
  }
  make({.kind = Kind::function, .text = std::move(full)});
}

void PickleMachine::make_named_function() {
  const auto names = pop_several(2);
  const Node &module = pickle_[names[0]], &name = pickle_[names[1]];
  if (module.kind != Kind::text || name.kind != Kind::text) {
    fail("a function is named by {} and {}, expected texts", describe(module), describe(name));
  }
  make_function(module.text, name.text);
}

// OrderedDict(), or as Python 2 has it OrderedDict([[key, value], ...]).
void PickleMachine::make_ordered_dict(const std::vector<Id>& arguments) {
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

void PickleMachine::call() {
  const Id arguments = pop();
  const Node& function = pickle_[pop()];
  if (function.kind != Kind::function) fail("a call of {}, expected of a function", describe(function));
  if (pickle_[arguments].kind != Kind::tuple) fail("a call with {}, expected a tuple", describe(pickle_[arguments]));
  if (function.text == ordered_dict) return make_ordered_dict(pickle_[arguments].items);
  make({.kind = Kind::call, .text = function.text, .items = {arguments}});
}

void PickleMachine::extend(Kind kind, const std::vector<Id>& items) {
  Node& target = top();
  if (target.kind != kind) fail("an operation on {}, expected {}", describe(target), describe({.kind = kind}));
  if (kind == Kind::dict && items.size() % 2 != 0) fail("a key without a value");
  count_items(items.size());
  target.items.insert(target.items.end(), items.begin(), items.end());
}

void PickleMachine::build() {
  const Node& state = pickle_[pop()];
  const Node& target = top();
  // Only one pair: a long dict could be passed to this operation repeatedly, at two bytes each.
  const bool known = target.kind == Kind::dict && state.kind == Kind::dict && state.items.size() == 2 &&
                     pickle_[state.items[0]].kind == Kind::text && pickle_[state.items[0]].text == "_metadata";
  if (!known) fail("attributes of {} are set, expected only _metadata of an OrderedDict", describe(target));
}

void PickleMachine::memorise(std::uint64_t key) {
  top();  // must be there
  memo_[key] = stack_.back();
  if (memo_.size() > limits_.nodes) fail("more than {} values are remembered", limits_.nodes);
}

void PickleMachine::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) fail("nothing was remembered as {}", key);
  push(found->second);
}

Pickle PickleMachine::finish() {
  if (stack_.size() != 1 || !marks_.empty()) fail("ends with {} values, expected 1", stack_.size());
  pickle_.root_ = stack_.front();
  pickle_.size_ = next_;
  return std::move(pickle_);
}

}  // namespace inforelay

#include "nn/weights/pickle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

#include "core/error.hpp"
#include "nn/weights/pickle_machine.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay {
namespace {

using Kind = Pickle::Kind;

constexpr std::uint8_t proto = 0x80, stop = '.';

struct Operation {
  std::uint8_t code;
  void (*run)(PickleMachine& m);
};

template <std::size_t size>
void make_integer(PickleMachine& m) {
  m.make({.kind = Kind::integer, .integer = static_cast<std::int64_t>(m.take_unsigned(size))});
}

template <std::size_t size_bytes>
void make_text(PickleMachine& m) {
  m.make({.kind = Kind::text, .text = m.take_text(m.take_unsigned(size_bytes))});
}

template <std::size_t size>
void make_tuple(PickleMachine& m) {
  m.make_tuple(m.pop_several(size));
}

void check_protocol(PickleMachine& m) {
  const auto version = m.take_unsigned(1);
  if (version < 2 || version > 4) m.fail("pickle protocol {}, expected 2 to 4", version);
}

void make_real(PickleMachine& m) {
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : m.take(8)) bits = bits << 8 | byte;  // big endian
  m.make({.kind = Kind::real, .real = std::bit_cast<double>(bits)});
}

void make_function(PickleMachine& m) {
  const std::string module = m.take_line(), name = m.take_line();
  m.make_function(module, name);
}

/// The operations that are known, other than stop, with their names in Python's pickletools.
constexpr Operation operations[] = {
    {proto, check_protocol},
    {0x95, [](PickleMachine& m) { m.take_unsigned(8); }},  // FRAME: a hint for buffers
    {'(', [](PickleMachine& m) { m.set_mark(); }},         // MARK
    // NONE, NEWTRUE, NEWFALSE
    {'N', [](PickleMachine& m) { m.make({}); }},
    {0x88, [](PickleMachine& m) { m.make({.kind = Kind::boolean, .integer = 1}); }},
    {0x89, [](PickleMachine& m) { m.make({.kind = Kind::boolean, .integer = 0}); }},
    // BININT (signed), BININT1, BININT2, LONG1, BINFLOAT
    {'J',
     [](PickleMachine& m) {
       m.make({.kind = Kind::integer, .integer = static_cast<std::int32_t>(m.take_unsigned(4))});
     }},
    {'K', make_integer<1>},
    {'M', make_integer<2>},
    {0x8a, [](PickleMachine& m) { m.make_long(m.take(m.take_unsigned(1))); }},
    {'G', make_real},
    // BINUNICODE, BINSTRING, SHORT_BINUNICODE, SHORT_BINSTRING
    {'X', make_text<4>},
    {'T', make_text<4>},
    {0x8c, make_text<1>},
    {'U', make_text<1>},
    // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
    {')', make_tuple<0>},
    {0x85, make_tuple<1>},
    {0x86, make_tuple<2>},
    {0x87, make_tuple<3>},
    {'t', [](PickleMachine& m) { m.make_tuple(m.pop_to_mark()); }},
    // EMPTY_LIST, APPEND, APPENDS
    {']', [](PickleMachine& m) { m.make({.kind = Kind::list}); }},
    {'a', [](PickleMachine& m) { m.extend(Kind::list, m.pop_several(1)); }},
    {'e', [](PickleMachine& m) { m.extend(Kind::list, m.pop_to_mark()); }},
    // EMPTY_DICT, SETITEM, SETITEMS
    {'}', [](PickleMachine& m) { m.make({.kind = Kind::dict}); }},
    {'s', [](PickleMachine& m) { m.extend(Kind::dict, m.pop_several(2)); }},
    {'u', [](PickleMachine& m) { m.extend(Kind::dict, m.pop_to_mark()); }},
    // GLOBAL, STACK_GLOBAL, REDUCE, BUILD, BINPERSID
    {'c', make_function},
    {0x93, [](PickleMachine& m) { m.make_named_function(); }},
    {'R', [](PickleMachine& m) { m.call(); }},
    {'b', [](PickleMachine& m) { m.build(); }},
    {'Q', [](PickleMachine& m) { m.make({.kind = Kind::persistent, .items = m.pop_several(1)}); }},
    // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
    {'q', [](PickleMachine& m) { m.memorise(m.take_unsigned(1)); }},
    {'r', [](PickleMachine& m) { m.memorise(m.take_unsigned(4)); }},
    {0x94, [](PickleMachine& m) { m.memorise_next(); }},
    {'h', [](PickleMachine& m) { m.recall(m.take_unsigned(1)); }},
    {'j', [](PickleMachine& m) { m.recall(m.take_unsigned(4)); }},
};

}  // namespace

Pickle read_pickle(std::span<const std::uint8_t> content, std::span<const std::string_view> allowed,
                   std::string_view place, const PickleLimits& limits) {
  PickleMachine machine(content, allowed, place, limits);
  if (content.size() < 2 || content[0] != proto) machine.fail("is not a pickle");
  for (std::uint8_t code = machine.next_operation(); code != stop; code = machine.next_operation()) {
    const auto known = std::find_if(std::begin(operations), std::end(operations),
                                    [&](const Operation& operation) { return operation.code == code; });
    if (known == std::end(operations)) {
      machine.fail("pickle operation 0x{:02x} is not allowed in a weight file", code);
    }
    known->run(machine);
  }
  return machine.finish();
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

#include "nn/weights/pickle.hpp"

#include <fmt/format.h>

#include <bit>

#include "core/error.hpp"
#include "nn/weights/pickle_machine.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay {
namespace {

using Kind = Pickle::Kind;

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

/// Runs one operation; false at the last.
bool step(PickleMachine& machine) {
  const std::uint8_t code = machine.next_operation();
  switch (static_cast<Op>(code)) {
    case Op::proto:
      if (const auto version = machine.take_unsigned(1); version < 2 || version > 4) {
        machine.fail(fmt::format("pickle protocol {}, expected 2 to 4", version));
      }
      return true;
    case Op::frame:
      machine.take_unsigned(8);  // a hint for buffers
      return true;
    case Op::stop:
      return false;
    case Op::mark:
      machine.set_mark();
      return true;
    case Op::none:
      machine.make({});
      return true;
    case Op::newtrue:
    case Op::newfalse:
      machine.make({.kind = Kind::boolean, .integer = static_cast<Op>(code) == Op::newtrue});
      return true;
    case Op::binint:
      machine.make({.kind = Kind::integer, .integer = static_cast<std::int32_t>(machine.take_unsigned(4))});
      return true;
    case Op::binint1:
      machine.make({.kind = Kind::integer, .integer = static_cast<std::int64_t>(machine.take_unsigned(1))});
      return true;
    case Op::binint2:
      machine.make({.kind = Kind::integer, .integer = static_cast<std::int64_t>(machine.take_unsigned(2))});
      return true;
    case Op::long1:
      machine.make_long(machine.take(machine.take_unsigned(1)));
      return true;
    case Op::binfloat: {
      std::uint64_t bits = 0;
      for (const std::uint8_t byte : machine.take(8)) bits = bits << 8 | byte;  // big endian
      machine.make({.kind = Kind::real, .real = std::bit_cast<double>(bits)});
      return true;
    }
    case Op::binunicode:
    case Op::binstring:
      machine.make({.kind = Kind::text, .text = machine.take_text(machine.take_unsigned(4))});
      return true;
    case Op::short_binunicode:
    case Op::short_binstring:
      machine.make({.kind = Kind::text, .text = machine.take_text(machine.take_unsigned(1))});
      return true;
    case Op::empty_tuple:
      machine.make_tuple({});
      return true;
    case Op::tuple1:
    case Op::tuple2:
    case Op::tuple3:
      machine.make_tuple(machine.pop_several(code - static_cast<std::size_t>(Op::tuple1) + 1));
      return true;
    case Op::tuple:
      machine.make_tuple(machine.pop_to_mark());
      return true;
    case Op::empty_list:
      machine.make({.kind = Kind::list});
      return true;
    case Op::append:
      machine.extend(Kind::list, machine.pop_several(1));
      return true;
    case Op::appends:
      machine.extend(Kind::list, machine.pop_to_mark());
      return true;
    case Op::empty_dict:
      machine.make({.kind = Kind::dict});
      return true;
    case Op::setitem:
      machine.extend(Kind::dict, machine.pop_several(2));
      return true;
    case Op::setitems:
      machine.extend(Kind::dict, machine.pop_to_mark());
      return true;
    case Op::global: {
      const std::string module = machine.take_line(), name = machine.take_line();
      machine.make_function(module, name);
      return true;
    }
    case Op::stack_global:
      machine.make_named_function();
      return true;
    case Op::reduce:
      machine.call();
      return true;
    case Op::build:
      machine.build();
      return true;
    case Op::binpersid:
      machine.make({.kind = Kind::persistent, .items = machine.pop_several(1)});
      return true;
    case Op::binput:
      machine.memorise(machine.take_unsigned(1));
      return true;
    case Op::long_binput:
      machine.memorise(machine.take_unsigned(4));
      return true;
    case Op::memoize:
      machine.memorise_next();
      return true;
    case Op::binget:
      machine.recall(machine.take_unsigned(1));
      return true;
    case Op::long_binget:
      machine.recall(machine.take_unsigned(4));
      return true;
  }
  machine.fail(fmt::format("pickle operation 0x{:02x} is not allowed in a weight file", code));
}

}  // namespace

Pickle read_pickle(std::span<const std::uint8_t> content, std::span<const std::string_view> allowed,
                   std::string_view place, const PickleLimits& limits) {
  PickleMachine machine(content, allowed, place, limits);
  if (content.size() < 2 || content[0] != static_cast<std::uint8_t>(Op::proto)) machine.fail("is no pickle");
  while (step(machine)) {
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

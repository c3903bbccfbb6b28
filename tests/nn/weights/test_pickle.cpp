#include <array>
#include <string>

#include "core/error.hpp"
#include "nn/weights/pickle.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/weights/weight_writers.hpp"

using namespace inforelay;
using namespace inforelay::test;
using namespace inforelay::test::pickle;
using Catch::Contains;
using Kind = Pickle::Kind;

namespace {

constexpr std::array<std::string_view, 2> allowed{"collections.OrderedDict", "torch.FloatStorage"};

Pickle read_allowed(const Bytes& content, const PickleLimits& limits = {}) {
  return read_pickle(content, allowed, "file.pkl", limits);
}
Pickle value(const Bytes& operations, const PickleLimits& limits = {}) {
  return read_allowed(file(operations), limits);
}

/// Every operation that the reader knows, each with operands that make it valid.
const std::vector<std::pair<std::uint8_t, Bytes>> known{
    {0x80, {0x80, 4, 'N'}},
    {0x95, Bytes{0x95} + number(1, 8) + op('N')},
    {'.', {'N'}},
    {'(', {'(', 't'}},
    {'J', Bytes{'J'} + number(1, 4)},
    {'K', {'K', 1}},
    {'M', {'M', 1, 1}},
    {'N', {'N'}},
    {'Q', {'N', 'Q'}},
    {'R', call(function("torch", "FloatStorage"), {})},
    {'T', Bytes{'T'} + number(1, 4) + op('x')},
    {'U', {'U', 1, 'x'}},
    {'X', text("x")},
    {'a', {']', 'N', 'a'}},
    {'b', ordered_dict() + dict({text("_metadata"), ordered_dict()}) + op('b')},
    {'c', function("torch", "FloatStorage")},
    {'e', {']', '(', 'N', 'e'}},
    {'h', {'(', 'N', 'q', 0, 'h', 0, 't'}},
    {'j', {'(', 'N', 'q', 0, 'j', 0, 0, 0, 0, 't'}},
    {']', {']'}},
    {'q', {'N', 'q', 0}},
    {'r', {'N', 'r', 0, 0, 0, 0}},
    {'s', {'}', 'N', 'N', 's'}},
    {'t', {'(', 't'}},
    {')', {')'}},
    {'u', {'}', '(', 'u'}},
    {'}', {'}'}},
    {'G', {'G', 0, 0, 0, 0, 0, 0, 0, 0}},
    {0x85, {'N', 0x85}},
    {0x86, {'N', 'N', 0x86}},
    {0x87, {'N', 'N', 'N', 0x87}},
    {0x88, {0x88}},
    {0x89, {0x89}},
    {0x8a, {0x8a, 1, 5}},
    {0x8c, {0x8c, 1, 'x'}},
    {0x93, text("torch") + text("FloatStorage") + op(0x93)},
    {0x94, {'N', 0x94}},
};

}  // namespace

TEST_CASE("Pickles of plain values are read", "[pickle]") {
  CHECK(value(none()).root().kind == Kind::none);
  CHECK(value(boolean(true)).root().integer == 1);
  CHECK(value(boolean(false)).root().kind == Kind::boolean);
  CHECK(value({'K', 255}).root().integer == 255);
  CHECK(value({'M', 0x10, 0x03}).root().integer == 784);
  CHECK(value({'J', 0xfe, 0xff, 0xff, 0xff}).root().integer == -2);
  CHECK(value({0x8a, 0}).root().integer == 0);
  CHECK(value({0x8a, 1, 0xff}).root().integer == -1);
  CHECK(value({0x8a, 2, 0xff, 0x00}).root().integer == 255);
  CHECK(value(integer(std::numeric_limits<std::int64_t>::min())).root().integer ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(value(Bytes{0x8a, 9} + Bytes(9, 1)).root().kind == Kind::long_integer);
  CHECK(value(op('G') + number(std::bit_cast<std::uint64_t>(-1.5), 8, true)).root().real == -1.5);
  CHECK(value(text("\xc3\xa4")).root().text == "\xc3\xa4");
  CHECK(value({'U', 2, 'a', 'b'}).root().text == "ab");
}

TEST_CASE("Containers are read from pickles with their content", "[pickle]") {
  const Pickle items = value(tuple({list({integer(1), text("a")}), dict({text("k"), integer(2)}), tuple({})}));
  REQUIRE(items.root().kind == Kind::tuple);
  REQUIRE(items.root().items.size() == 3);
  const auto& inner = items[items.root().items[0]];
  CHECK(inner.kind == Kind::list);
  CHECK(items[inner.items[1]].text == "a");
  const auto& map = items[items.root().items[1]];
  CHECK(map.kind == Kind::dict);
  CHECK(items[map.items[0]].text == "k");
  CHECK(items[map.items[1]].integer == 2);

  const Pickle three = value({'K', 1, 'K', 2, 'K', 3, 0x87});
  CHECK(three[three.root().items[2]].integer == 3);
  CHECK(value(ordered_dict()).root().kind == Kind::dict);
  // Python 2: OrderedDict([["k", 2]])
  const Pickle pairs = value(call(function("collections", "OrderedDict"), {list({list({text("k"), integer(2)})})}));
  CHECK(pairs.root().kind == Kind::dict);
  CHECK(pairs[pairs.root().items[1]].integer == 2);
}

TEST_CASE("Memoised values of a pickle are shared, not copied", "[pickle]") {
  // x = []; (x, x) with x.append(1) in between
  const Pickle shared = value({'(', ']', 'q', 7, 'h', 7, 'K', 1, 'a', 't'});
  CHECK(shared.root().items[0] == shared.root().items[1]);
  CHECK(shared[shared.root().items[0]].items.size() == 1);
  const Pickle memoized = value({'(', 'K', 9, 0x94, 'j', 0, 0, 0, 0, 't'});
  CHECK(memoized[memoized.root().items[1]].integer == 9);
  // A list that holds itself.
  const Pickle circle = value({']', 'q', 0, 'h', 0, 'a'});
  CHECK(&circle[circle.root().items[0]] == &circle.root());
}

TEST_CASE("Pickle calls are recorded, not executed", "[pickle]") {
  const Pickle called = value(call(function("torch", "FloatStorage"), {integer(3)}));
  CHECK(called.root().kind == Kind::call);
  CHECK(called.root().text == "torch.FloatStorage");
  const auto& arguments = called[called.root().items.at(0)];
  CHECK(called[arguments.items.at(0)].integer == 3);
}

TEST_CASE("Functions that are not allowed are refused by name", "[pickle]") {
  const auto refused = [](const Bytes& operations, const std::string& name) {
    CHECK_THROWS_WITH(value(operations),
                      Contains("file.pkl, offset") && Contains("'" + name + "' is not allowed in a weight file"));
  };
  refused(call(function("os", "system"), {text("true")}), "os.system");
  refused(call(function("posix", "system"), {text("true")}), "posix.system");
  refused(function("builtins", "eval"), "builtins.eval");
  refused(function("__builtin__", "exec"), "__builtin__.exec");
  refused(text("os") + text("system") + op(0x93), "os.system");
  refused(function("torch", "LongStorage"), "torch.LongStorage");
  refused(function("torch", "FloatStorage.__init__"), "torch.FloatStorage.__init__");
  refused(function("collections.OrderedDict", ""), "collections.OrderedDict.");
  refused(function("os\x1b[2J\r", "system"), "os\\x1b[2J\\x0d.system");
  refused(function(std::string(1000, 'm'), "f"), std::string(80, 'm') + "...");
  CHECK_THROWS_WITH(read_pickle(file(function("os", "system")), {}, "file.pkl"),
                    "file.pkl, offset 2: 'os.system' is not allowed in a weight file, expected no function here");
}

TEST_CASE("Only the operations that weight files need are known", "[pickle]") {
  // Known ones, in a valid place.
  for (const auto& [code, operations] : known) {
    CAPTURE(code);
    CHECK_NOTHROW(value(operations));
  }
  // All others of the 256, with all they could want before and behind them.
  for (int code = 0; code < 256; ++code) {
    bool is_known = false;
    for (const auto& [other, operations] : known) is_known = is_known || other == code;
    if (is_known) continue;
    CAPTURE(code);
    const Bytes operands = op('(') + op(']') + op('}') + tuple({});
    CHECK_THROWS_WITH(value(operands + op(static_cast<std::uint8_t>(code)) + Bytes(16, 0)),
                      Contains("is not allowed in a weight file"));
  }
}

TEST_CASE("Broken pickles are refused", "[pickle]") {
  const auto refused = [](const Bytes& operations, const std::string& message) {
    CAPTURE(operations);
    CHECK_THROWS_WITH(value(operations), Contains(message));
  };
  refused({}, "ends with 0 values, expected 1");
  refused({'N', 'N'}, "ends with 2 values");
  refused({'N', '('}, "ends with 1 values");
  refused({'t'}, "lacks its mark");
  refused({'N', 0x86}, "lacks its operand");
  refused({'N', '(', 0x85}, "lacks its operand");  // not below the mark
  refused({'a'}, "lacks its operand");
  refused({'N', 'N', 'a'}, "an operation on None, expected a list");
  refused({']', 'N', 'N', 's'}, "an operation on a list, expected a dict");
  refused({'}', '(', 'N', 'u'}, "a key without a value");
  refused({'h', 3}, "nothing was remembered as 3");
  refused({'q', 3}, "lacks its operand");
  refused({'N', ')', 'R'}, "a call of None");
  refused(function("torch", "FloatStorage") + Bytes{'N', 'R'}, "a call with None, expected a tuple");
  refused({'N', 'N', 0x93}, "a function is named by None and None");
  refused(call(function("collections", "OrderedDict"), {integer(1)}), "other than a list of pairs");
  refused(call(function("collections", "OrderedDict"), {list({integer(1)})}), "other than a list of pairs");
  refused(call(function("collections", "OrderedDict"), {list({}), list({})}), "other than a list of pairs");
  refused(ordered_dict() + dict({text("__class__"), none()}) + op('b'), "expected only _metadata of an OrderedDict");
  // Twice, or a hundred thousand times, which one could then ask to be looked through again and again.
  refused(ordered_dict() + dict({text("_metadata"), none(), text("_metadata"), none()}) + op('b'),
          "expected only _metadata of an OrderedDict");
  refused(list({}) + dict({text("_metadata"), none()}) + op('b'), "attributes of a list are set");
  refused({0x80, 5}, "pickle protocol 5, expected 2 to 4");
  CHECK_THROWS_WITH(read_allowed({}), Contains("is not a pickle"));
  CHECK_THROWS_WITH(read_allowed({'N', '.'}), Contains("is not a pickle"));
}

TEST_CASE("A pickle cut off anywhere is refused", "[pickle]") {
  const Bytes whole = file(dict({text("a"), call(function("torch", "FloatStorage"), {integer(1)})}));
  CHECK(read_allowed(whole + Bytes{1, 2, 3}).size() == whole.size());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(read_allowed(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), DataError);
  }
}

TEST_CASE("A pickle's limits hold", "[pickle]") {
  CHECK_NOTHROW(value(text("abc"), {.text_bytes = 3}));
  CHECK_THROWS_WITH(value(text("abcd"), {.text_bytes = 3}), Contains("text of 4 bytes, expected at most 3"));
  CHECK_THROWS_WITH(value(Bytes{'X', 0xff, 0xff, 0xff, 0xff}), Contains("text of 4294967295 bytes"));
  CHECK_THROWS_WITH(value(function("abcd", "e"), {.text_bytes = 3}), Contains("a name of more than 3 bytes"));
  CHECK_NOTHROW(value(list({none(), none()}), {.nodes = 3}));
  CHECK_THROWS_WITH(value(list({none(), none()}), {.nodes = 2}), Contains("more than 2 values"));
  CHECK_THROWS_WITH(value(list({none(), none()}), {.items = 1}), Contains("more than 1 items"));
  CHECK_THROWS_WITH(value({'(', 'N', 'N', 't'}, {.stack = 1}), Contains("more than 1 values on the stack"));
  CHECK_THROWS_WITH(value({'(', '(', 't', 't'}, {.marks = 1}), Contains("nested more than 1 deep"));
  CHECK_THROWS_WITH(value({'N', 'q', 0, 'q', 1, 'q', 2}, {.nodes = 2}), Contains("more than 2 values are remembered"));
  CHECK_THROWS_WITH(value(text("abcdef"), {.bytes = 6}), Contains("longer than 6 bytes"));
  // Deep without marks: lists in lists.
  Bytes deep;
  for (int i = 0; i < 100'000; ++i) deep.push_back(']');
  for (int i = 1; i < 100'000; ++i) deep.push_back('a');
  CHECK_NOTHROW(value(deep));
  // A long tuple used again and again as the argument of a call takes no room of its own.
  Bytes bomb = Bytes{'('} + tuple(std::vector<Bytes>(1000, none())) + Bytes{'q', 0};
  for (int i = 0; i < 10'000; ++i) bomb = bomb + function("torch", "FloatStorage") + Bytes{'h', 0, 'R'};
  CHECK_NOTHROW(value(bomb + op('t')));
  Bytes dicts = Bytes{'('} + list(std::vector<Bytes>(1000, tuple({none(), none()}))) + Bytes{0x85, 'q', 0};
  for (int i = 0; i < 1000; ++i) dicts = dicts + function("collections", "OrderedDict") + Bytes{'h', 0, 'R'};
  CHECK_THROWS_WITH(value(dicts + op('t')), Contains("items of lists, tuples and dicts"));
}

TEST_CASE("Pickle keys that collide in a hash table take no longer than others", "[pickle]") {
  // 42043 is a number of buckets of libstdc++: in a table, each access would look at all of the keys, for hours.
  constexpr std::uint32_t buckets = 42043, keys = 42000, accesses = 3'000'000;
  Bytes operations{'N'};
  const auto memorise = [&](std::uint64_t key) {
    operations.push_back('r');
    for (int shift = 0; shift < 32; shift += 8) operations.push_back(static_cast<std::uint8_t>(key >> shift));
  };
  for (std::uint32_t i = 0; i < keys; ++i) memorise(std::uint64_t{i} * buckets);
  for (std::uint32_t i = 0; i < accesses; ++i) memorise(std::uint64_t{i % keys} * buckets);
  CHECK(value(operations).root().kind == Kind::none);
}

// Arrays in files of other programs: what NumPy and h5py write is read, what is damaged or contradicts itself is
// refused.
#include "core/arrays/file_array.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <sstream>

#include "core/arrays/element_type.hpp"
#include "core/arrays/npy.hpp"
#include "core/error.hpp"
#include "core/files/files.hpp"
#include "tests/catch2.hpp"
#include "tests/python.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t limit = std::uint64_t{1} << 30;

/// The files of write_arrays.py; written once.
const TemporaryFolder& python_files() {
  static const TemporaryFolder folder;
  static const int status = std::system((python + " '" INFORELAY_WRITE_ARRAYS "' " + folder.path().string()).c_str());
  REQUIRE(status == 0);
  return folder;
}

std::string hexadecimal(const std::string& text) {
  std::string digits = "x";
  for (const char c : text) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return digits;
}

bool is_same(std::uint8_t value, const std::string& expected) { return std::to_string(value) == expected; }
bool is_same(std::int64_t value, const std::string& expected) { return std::to_string(value) == expected; }
bool is_same(float value, const std::string& expected) {
  const float other = std::strtof(expected.c_str(), nullptr);
  return value == other && std::signbit(value) == std::signbit(other);
}
bool is_same(double value, const std::string& expected) { return value == std::strtod(expected.c_str(), nullptr); }
bool is_same(const std::string& value, const std::string& expected) { return hexadecimal(value) == expected; }

/// npy of a float32 array as NumPy writes it, with a header of any text.
std::string npy(const std::string& header, const std::string& data, char version = 1) {
  std::string file = "\x93NUMPY";
  file += version;
  file += '\0';
  for (int byte = 0; byte < (version == 1 ? 2 : 4); ++byte)
    file += static_cast<char>(header.size() >> (8 * byte) & 0xff);
  return file + header + data;
}

std::string npy_message(const std::string& header, const std::string& data = "") {
  static const TemporaryFolder folder;
  write_file_atomically(folder / "x.npy", npy(header, data));
  try {
    read_array({folder / "x.npy"}, limit);
  } catch (const DataError& error) {
    return error.what();
  }
  return "accepted";
}

std::string message(const ArrayPlace& place, std::uint64_t bytes = limit) {
  try {
    read_array(place, bytes);
  } catch (const Error& error) {
    CHECK(error.exit_code() == ExitCode::data);
    return error.what();
  }
  return "accepted";
}

/// Reads every array that the file claims to have; damage may be found, or not, but nothing else may happen.
void read_all(const fs::path& file) {
  try {
    for (const std::string& key : array_keys(file)) {
      try {
        read_array({file, {key}}, std::uint64_t{1} << 24);
      } catch (const DataError&) {
      }
    }
    if (file.extension() == ".npy") read_array({file}, std::uint64_t{1} << 24);
  } catch (const DataError&) {
  }
}

}  // namespace

TEST_CASE("Arrays of all types, orders and formats are read as NumPy and h5py wrote them", "[arrays]") {
  if (!python_has("numpy, h5py")) SKIP_CASE("no numpy and h5py in " + python);
  const TemporaryFolder& folder = python_files();
  std::istringstream lines(content(folder / "expected.txt"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    INFO(line);
    std::istringstream words(line);
    std::string place, kind;
    std::size_t rank = 0;
    words >> place >> kind >> rank;
    std::vector<std::uint64_t> shape(rank);
    for (std::uint64_t& extent : shape) words >> extent;
    const ArrayPlace parsed = parse_array_place((folder / place).string());
    const FileArray array = read_array(parsed, limit);
    CHECK(array.shape == shape);
    const FileArrayInfo info = array_info(parsed);
    CHECK(info.shape == shape);
    CHECK(info.from_matlab == array.from_matlab);
    CHECK(array.from_matlab == place.starts_with("matlab"));
    const std::vector<std::string> kinds{"u8", "i64", "f32", "f64", "text"};
    CHECK(kinds[array.values.index()] == kind);
    std::visit(
        [&](const auto& values) {
          std::vector<std::string> expected;
          for (std::string word; words >> word;) expected.push_back(word);
          REQUIRE(values.size() == expected.size());
          for (std::size_t i = 0; i < values.size(); ++i) CHECK(is_same(values[i], expected[i]));
        },
        array.values);
  }
  CHECK(count > 200);
}

TEST_CASE("Types that are no numbers, bools or texts are refused by name", "[arrays]") {
  if (!python_has("numpy, h5py")) SKIP_CASE("no numpy and h5py in " + python);
  const TemporaryFolder& folder = python_files();
  const auto refused = [&](const std::string& key) { return message({folder / "refused.npz", {key}}); };
  CHECK_THAT(message({folder / "objects.npy"}), Contains("pickled Python objects (dtype object)"));
  CHECK_THAT(refused("objects"), Contains("refused.npz: 'objects' holds pickled Python objects"));
  CHECK_THAT(refused("complex"), Contains("complex numbers (dtype '<c16')"));
  CHECK_THAT(refused("date"), Contains("dates or times (dtype '<M8[s]')"));
  CHECK_THAT(refused("duration"), Contains("dates or times (dtype '<m8[s]')"));
  CHECK_THAT(refused("long"), Contains("long doubles"));
  CHECK_THAT(refused("fields"), Contains("structures (a dtype with fields)"));
  CHECK_THAT(refused("raw"), Contains("raw bytes (dtype '|V3')"));
  CHECK_THAT(refused("large"), Contains("element 1 is 9223372036854775808, expected at most 2^63 - 1"));
  const auto in_hdf5 = [&](const std::string& key) { return message({folder / "refused.h5", {key}}); };
  CHECK_THAT(in_hdf5("complex"), Contains("/complex holds structures or complex numbers"));
  CHECK_THAT(in_hdf5("long"), Contains("/long holds"));
  CHECK_THAT(in_hdf5("large"), Contains("holds 9223372036854775808, expected integers up to 2^63 - 1"));
  CHECK_THAT(in_hdf5("reference"), Contains("references to other objects"));
  CHECK_THAT(in_hdf5("soft"), Contains("is a soft link"));
  CHECK_THAT(message({folder / "matlab.mat", {"text"}}), Contains("'text' is a char of MATLAB"));
}

TEST_CASE("A missing array is answered with those that there are", "[arrays]") {
  if (!python_has("numpy, h5py")) SKIP_CASE("no numpy and h5py in " + python);
  const TemporaryFolder& folder = python_files();
  CHECK_THAT(message({folder / "refused.npz", {"x"}}),
             Contains("has no array 'x', expected one of 'complex', 'date', 'duration', 'fields', 'large', 'long'"));
  CHECK_THAT(message({folder / "refused.h5", {"x"}}), Contains("is a soft link"));  // no list of an unsafe file
  CHECK_THAT(message({folder / "matlab.mat", {"x"}}), Contains("expected one of '/bool', '/float64', '/int16'"));
  CHECK_THAT(message({folder / "a.safetensors", {"x"}}), Contains("has no array 'x', expected one of 'bool'"));
  CHECK_THAT(message({folder / "a.csv", {"x"}}), Contains("has no array 'x', expected one of 'time', 'n1'"));
  CHECK_THAT(message({folder / "a.h5", {"group"}}), Contains("'group' is a group, expected an array in it"));
  CHECK_THAT(message({folder / "none.npz", {"x"}}), Contains("none.npz: No such file"));
}

TEST_CASE("An array larger than allowed is refused before it is read", "[arrays]") {
  if (!python_has("numpy, h5py")) SKIP_CASE("no numpy and h5py in " + python);
  const TemporaryFolder& folder = python_files();
  for (const auto& place : {"float64.npy", "stored.npz:float64", "deflated.npz:float64", "a.h5:packed",
                            "a.safetensors:float64", "a.csv:n1..n2"}) {
    const ArrayPlace parsed = parse_array_place((folder / place).string());
    const std::uint64_t bytes = array_info(parsed).bytes;
    CHECK(bytes == (parsed.file.extension() == ".csv" ? 12 : 24) * 8);
    CHECK(message(parsed, bytes) == "accepted");
    CHECK_THAT(message(parsed, bytes - 1), Contains(fmt::format("more than the {} bytes allowed", bytes - 1)));
  }
}

TEST_CASE("Headers of npy that lie or are damaged are refused", "[arrays]") {
  const std::string two(8, '\0');
  CHECK(npy_message("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", two) == "accepted");
  CHECK(npy_message("{\"shape\":(1,2),\"fortran_order\":True,\"descr\":\">f4\"} \n", two) == "accepted");
  const auto shape = [&](const std::string& text, const std::string& data = "") {
    return npy_message("{'descr': '<f4', 'fortran_order': False, 'shape': " + text + "}", data);
  };
  CHECK_THAT(shape("(3,)", two), Contains("has 8 bytes after its header, expected 12"));
  CHECK_THAT(shape("(1,)", two), Contains("has 8 bytes after its header, expected 4"));
  CHECK_THAT(shape("(4294967296, 4294967296)"), Contains("takes more than"));  // the product is 0 in 64 bits
  CHECK_THAT(shape("(0, 18446744073709551615)"), Contains("takes more than"));
  CHECK_THAT(shape("(4611686018427387905, 4)"), Contains("takes more than"));  // times 4 bytes is 16 in 64 bits
  CHECK_THAT(shape("(18446744073709551616,)"), Contains("no extent below 2^64"));
  CHECK_THAT(shape("(-1,)"), Contains("no extent below 2^64"));
  CHECK_THAT(shape("2"), Contains("has no '('"));
  std::string many = "(";
  for (int i = 0; i < 33; ++i) many += "1,";
  CHECK_THAT(shape(many + ")"), Contains("more than 32 axes"));
  CHECK_THAT(npy_message("{'descr': '<f4', 'fortran_order': False}"), Contains("lacks one of"));
  CHECK_THAT(npy_message("{'descr': '<f4', 'descr': '<f4'}"), Contains("the key 'descr'"));
  CHECK_THAT(npy_message("{'descr': '<f4', 'x': 1}"), Contains("the key 'x'"));
  CHECK_THAT(npy_message("{'descr': 'f4', 'fortran_order': False, 'shape': (2,)}", two),
             Contains("order of the bytes"));
  CHECK_THAT(npy_message("{'descr': '<f3', 'fortran_order': False, 'shape': (2,)}"),
             Contains("elements of dtype '<f3'"));
  CHECK_THAT(npy_message("{'descr': '<U0', 'fortran_order': False, 'shape': (2,)}"),
             Contains("elements of dtype '<U0'"));
  CHECK_THAT(npy_message("{'descr': '<U4611686018427387905', 'fortran_order': False, 'shape': (2,)}"),
             Contains("elements of dtype"));
  CHECK_THAT(npy_message("__import__('os').system('true')"), Contains("has no '{'"));
  CHECK_THAT(npy_message("{'descr': '|b1', 'fortran_order': False, 'shape': (8,)}", "\1\1\1\1\1\1\1\2"),
             Contains("element 7 of type bool is 2, expected 0 or 1"));
  CHECK_THAT(npy_message("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", std::string("\0\xd8\0\0", 4)),
             Contains("element 0 has the invalid character 0xd800"));
}

TEST_CASE("Truncated and altered files never do more than fail", "[arrays]") {
  if (!python_has("numpy, h5py")) SKIP_CASE("no numpy and h5py in " + python);
  const TemporaryFolder& folder = python_files();
  const TemporaryFolder damaged;
  for (const char* name : {"float64.npy", "words.npy", "stored.npz", "deflated.npz", "a.safetensors", "a.csv"}) {
    INFO(name);
    const std::string whole = content(folder / name);
    const fs::path file = damaged / name;
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 100);
    for (std::size_t i = 0; i < whole.size(); i += step) {
      replace_file(file, whole.substr(0, i));
      if (file.extension() == ".npy") CHECK_THROWS_AS(read_array({file}, limit), DataError);
      if (file.extension() != ".csv" && file.extension() != ".npy") CHECK_THROWS_AS(array_keys(file), DataError);
      read_all(file);
      std::string altered = whole;
      altered[i] = static_cast<char>(altered[i] ^ (1 << (i % 8)));
      replace_file(file, altered);
      read_all(file);
    }
  }
}

TEST_CASE("A small archive that would unpack to gigabytes is refused", "[arrays]") {
  if (!python_has("numpy")) SKIP_CASE("no numpy in " + python);
  const TemporaryFolder folder;
  const std::string script = "import numpy as np; np.savez_compressed('" + (folder / "bomb.npz").string() +
                             "', x=np.zeros((4096, 4096), np.uint8))";
  REQUIRE(std::system((python + " -c \"" + script + "\"").c_str()) == 0);
  const ArrayPlace place{folder / "bomb.npz", {"x"}};
  CHECK(fs::file_size(place.file) < 20000);
  CHECK(message(place) == "accepted");
  CHECK_THAT(message(place, 1 << 20), Contains("takes more than the 1048576 bytes allowed"));
}

TEST_CASE("Columns of a CSV whose order is not that of their numbers are no range", "[arrays]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "x.csv";
  write_file_atomically(file, std::string_view("n1,n10,n2,a,b\n1,2,3,4,5\n"));
  CHECK_THAT(message({file, {"n1..n2"}}), Contains("'n10' is in the range 'n1..n2', expected 'n2'"));
  CHECK_THAT(message({file, {"b..a"}}), Contains("'b' comes after column 'a'"));
  CHECK(message({file, {"a..b"}}) == "accepted");
  write_file_atomically(file, std::string_view("n1,n2\n"));
  CHECK_THAT(message({file, {"n1"}}), Contains("header line only"));
}

TEST_CASE("Numbers with leading zeros in a CSV are words, so that 007 and 7 stay apart", "[arrays]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "x.csv";
  write_file_atomically(file, std::string_view("code,n,x,sign\n007,0,0.5,-01\n07,10,-0.25,2\n7,-3,0e3,3\n"));
  const auto column = [&](const char* name) { return read_array({file, {name}}, limit); };
  CHECK(std::get<std::vector<std::string>>(column("code").values) == std::vector<std::string>{"007", "07", "7"});
  CHECK(std::get<std::vector<std::int64_t>>(column("n").values) == std::vector<std::int64_t>{0, 10, -3});
  CHECK(std::get<std::vector<double>>(column("x").values) == std::vector<double>{0.5, -0.25, 0});
  CHECK(array_info({file, {"sign"}}).type == "text");
  CHECK(array_info({file, {"code", "n"}}).type == "text");
  CHECK(!first_word(column("n")));
  const auto word = first_word(read_array({file, {"n", "code"}}, limit));
  REQUIRE(word);
  CHECK((word->index == 1 && word->shown == "'007', a word because of its leading zero"));
  write_file_atomically(file, std::string_view("a\n07\nx\n"));
  CHECK(first_word(column("a"))->index == 0);
}

TEST_CASE("MABE's lists in cells become columns", "[arrays]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "x.csv";
  write_file_atomically(file,
                        std::string_view("input,output,hiddenAfter\n\"1,0\",1,\"0, 1,1\"\n\"0,1\",0,\"1,0,0\"\n"));
  const FileArray hidden = read_array({file, {"hiddenAfter"}, true}, limit);
  CHECK(hidden.shape == std::vector<std::uint64_t>{2, 3});
  CHECK(std::get<std::vector<std::int64_t>>(hidden.values) == std::vector<std::int64_t>{0, 1, 1, 1, 0, 0});
  const FileArray first = read_array({file, {"input[1]"}, true}, limit);
  CHECK(first.shape == std::vector<std::uint64_t>{2});
  CHECK(std::get<std::vector<std::int64_t>>(first.values) == std::vector<std::int64_t>{0, 1});
  CHECK(read_array({file, {"output"}, true}, limit).shape == std::vector<std::uint64_t>{2, 1});
  CHECK_THAT(message({file, {"input[2]"}, true}), Contains("line 2: column 'input[2]' holds a list of 2 numbers"));
  write_file_atomically(file, std::string_view("input\n\"1,0\"\n1\n"));
  CHECK_THAT(message({file, {"input"}, true}),
             Contains("line 3: column 'input' holds a list of 1 numbers, expected 2"));
}

TEST_CASE("Places of arrays are read, with what is missing said", "[arrays]") {
  const ArrayPlace place = parse_array_place("a:b/rec.npz:x:y,z");
  CHECK(place.file == "a:b/rec.npz");
  CHECK(place.keys == std::vector<std::string>{"x:y,z"});
  CHECK(parse_array_place("rec.csv:a,b..c").keys == std::vector<std::string>{"a", "b..c"});
  CHECK(parse_array_place("rec.npy").keys.empty());
  CHECK_THROWS_WITH(parse_array_place("rec.npz"), Contains("rec.npz: which array? expected rec.npz:NAME"));
  CHECK_THROWS_WITH(parse_array_place("rec.npy:x"), Contains("holds one array, expected no key 'x'"));
  CHECK_THROWS_WITH(parse_array_place("rec.txt:x"), Contains("expected an ending of .npy, .npz, .h5"));
}

TEST_CASE("Column-major values become row-major in any number of axes", "[arrays]") {
  FileArrayValues values = std::vector<std::int64_t>{0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121};
  to_row_major(values, std::vector<std::uint64_t>{2, 3, 2});
  CHECK(std::get<1>(values) == std::vector<std::int64_t>{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121});
}

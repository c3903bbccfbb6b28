// Our files open with others' programs.
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/core/files/hdf5_samples.hpp"
#include "tests/python.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Texts = std::vector<std::string>;

namespace {

template <class T>
std::vector<T> extremes() {
  return {std::numeric_limits<T>::lowest(), T{0}, T{1}, std::numeric_limits<T>::max()};
}

/// Every feature of Hdf5Writer; open_sample.py knows the values.
void write_everything(const std::filesystem::path& path) {
  Hdf5Writer writer(path);
  writer.attribute("", "format", "inforelay-results");
  writer.attribute("", "empty", "");
  writer.attribute("", "letter", "x");
  writer.attribute("", "name", "größe");
  writer.attribute("", "texts", Texts{"intercept", "", "größe"});
  writer.attribute("", "letters", Texts{"a", ""});
  writer.attribute("", "no_texts", Texts{});
  writer.attribute("", "one_text", Texts{"one"});
  writer.attribute("", "integers", std::vector<std::int64_t>{1, -2});
  writer.attribute("", "reals", std::vector<double>{0.5});
  writer.attribute("", "no_reals", std::vector<double>{});
  writer.attribute("", "long_text", std::string(100000, 'x'));
  writer.attribute("empty_group", "note", "nothing else");

  writer.scale("numbers", "place", std::vector<std::int64_t>{10, 20, 30, 40}, "place");
  writer.dataset("numbers/u8", extremes<std::uint8_t>(), {"1", "bytes", {"place"}});
  writer.dataset("numbers/u16", extremes<std::uint16_t>(), {"1", "small integers", {"place"}});
  writer.dataset("numbers/u32", extremes<std::uint32_t>(), {"1", "integers", {"place"}});
  writer.dataset("numbers/i64", extremes<std::int64_t>(), {"1", "large integers", {"place"}});
  writer.dataset("numbers/f32", std::vector<float>{-0.5f, 0, NAN, HUGE_VALF}, {"s", "times", {"place"}});
  writer.dataset("numbers/f64", std::vector<double>{-0.1, 0, NAN, -HUGE_VAL}, {"bit", "information", {"place"}});
  writer.dataset("numbers/deeper/still", extremes<std::uint8_t>(), {"1", "scale two groups above", {"place"}});
  writer.dataset("numbers/deeper/five", std::vector<float>(5, 1), {"1", "hides the one above", {"step"}});
  writer.dataset("numbers/0/place_5", std::vector<float>(5, 1), {"1", "another length below", {"place"}});
  writer.dataset("numbers/scalar", 0.25, {"1", "a number", {}});
  writer.dataset("numbers/cube", std::vector<double>(16, 2), {"1", "sixteen", {"other"}});
  writer.array<double>("numbers/square", std::vector<double>{1, 0.5, 0.25, 1, 1, 0.5, 0.25, 1}, {2, 2, 2},
                       {"1", "correlations", {"class", "variable", "variable"}});

  writer.scale("texts", "class", Texts{"left", "größer", ""}, "names of classes");
  writer.scale("texts", "digit", Texts{"0", "1"}, "names of one byte");
  writer.dataset("texts/of_class", std::vector<float>{1, 2, 3}, {"1", "numbers of classes", {"class"}});
  writer.dataset("texts/of_digit", std::vector<float>{1, 2}, {"1", "numbers of digits", {"digit"}});
  writer.dataset("texts/why", Texts{"", "constant", "two\nlines"}, {"text", "texts of classes", {"class"}});
  writer.dataset("texts/blanks", Texts{"", "", ""}, {"text", "empty texts of classes", {"class"}});
  writer.dataset("texts/none", Texts{}, {"text", "no texts", {"nothing"}});
  writer.dataset("texts/text", std::string("Größe, 数字\nname: x"), {"text", "a text", {}});
  writer.dataset("texts/blank", std::string(), {"text", "an empty text", {}});
  writer.dataset("texts/letter", std::string("x"), {"text", "a letter", {}});

  writer.dataset("lengths/none", std::vector<double>{}, {"1", "no numbers", {"nothing"}});
  writer.dataset("lengths/no_rows", RowMatrix<float>(0, 3), {"1", "no rows", {"row", "column"}});
  writer.dataset("lengths/no_columns", RowMatrix<float>(3, 0), {"1", "no columns", {"column", "nothing"}});
  std::vector<std::uint32_t> sets(1 << 16);
  std::iota(sets.begin(), sets.end(), 0u);
  writer.dataset("lengths/sets", sets, {"1", "many", {"set"}});
  writer.commit();
}

}  // namespace

TEST_CASE("h5py, netCDF, xarray and Octave open every group", "[hdf5][python]") {
  if (!test::python_has("h5py")) {
    SKIP_CASE("python3-h5py is not installed");
    SUCCEED();
    return;
  }
  const TemporaryFolder folder;
  write_everything(folder / "everything.h5");
  const std::string command = test::python + " " + INFORELAY_OPEN_SAMPLE + " " + (folder / "everything.h5").string();
  CHECK(std::system(command.c_str()) == 0);
}

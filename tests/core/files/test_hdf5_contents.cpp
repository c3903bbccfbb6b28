// Files whose content is not known beforehand.
#include <hdf5.h>

#include <limits>
#include <map>

#include "core/error.hpp"
#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/core/files/hdf5_samples.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;
using Texts = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

void write_any(Hdf5Writer& writer, const std::string& path, const Hdf5Array& array) {
  const auto write = [&]<class T>(const std::vector<T>& values) {
    if constexpr (!std::is_same_v<T, std::string>) {
      writer.array<T>(path, values, array.shape, array.info);
    } else if (array.shape.empty()) {
      writer.dataset(path, values.at(0), array.info);
    } else {
      writer.dataset(path, values, array.info);
    }
  };
  std::visit(write, array.values);
}

/// All that `from` holds, as `to`.
void copy_content(const fs::path& from, const fs::path& to) {
  const Hdf5Reader reader(from);
  Hdf5Writer writer(to);
  const auto copy_attributes = [&](const std::string& path) {
    for (const auto& [name, value] : reader.attributes(path)) writer.attribute(path, name, value);
  };
  copy_attributes("");
  reader.visit("", [&](const std::string& path, Hdf5Kind kind) {
    if (kind == Hdf5Kind::dimension) return;
    if (kind != Hdf5Kind::group) write_any(writer, path, reader.read_any(path));
    copy_attributes(path);
  });
  writer.commit();
}

template <class T>
void check_any(const fs::path& folder) {
  const std::vector<T> values{std::numeric_limits<T>::lowest(), T{0}, std::numeric_limits<T>::max()};
  Hdf5Writer writer(folder / "any.h5");
  writer.dataset("a", values, plain);
  writer.dataset("b", T{7}, scalar);
  writer.commit();
  const Hdf5Reader reader(folder / "any.h5");
  const Hdf5Array any = reader.read_any("a");
  CHECK(std::get<std::vector<T>>(any.values) == values);
  CHECK(any.shape == std::vector<std::size_t>{3});
  CHECK(any.info.units == plain.units);
  CHECK(any.info.long_name == plain.long_name);
  CHECK(any.info.dims == plain.dims);
  CHECK(std::get<std::vector<T>>(reader.read_any("b").values) == std::vector<T>{7});
  CHECK(reader.read_any("b").shape.empty());
}

}  // namespace

TEST_CASE("An array is read with the type that it was written with", "[hdf5]") {
  const TemporaryFolder folder;
  check_any<std::uint8_t>(folder.path());
  check_any<std::uint16_t>(folder.path());
  check_any<std::uint32_t>(folder.path());
  check_any<std::int64_t>(folder.path());
  check_any<float>(folder.path());
  check_any<double>(folder.path());
}

TEST_CASE("A file can be copied by its content, to the same bytes each time", "[hdf5]") {
  const TemporaryFolder folder;
  {
    Hdf5Writer writer(folder / "a.h5");
    writer.attribute("", "format", "x");
    writer.scale("", "class", Texts{"left", "größer", ""}, "class");
    writer.scale("", "size", std::vector<std::int64_t>{0, 1}, "size");
    writer.attribute("size", "note", "of a set");
    writer.dataset("label", Texts{"zero", "one", "two"}, {"text", "names", {"class"}});
    writer.dataset("nothing", RowMatrix<float>(0, 3), {"1", "none", {"row", "class"}});
    writer.dataset("none", Texts{}, {"text", "none", {"row"}});
    writer.dataset("remark", std::string(), scalar);
    writer.attribute("remark", "terms", Texts{"a", ""});
    writer.attribute("remark", "ints", std::vector<std::int64_t>{1, -1});
    writer.attribute("remark", "real", 0.5);
    writer.dataset("z/values", RowMatrix<float>(3, 2), {"bit", "values", {"class", "size"}});
    writer.commit();
  }
  copy_content(folder / "a.h5", folder / "b.h5");
  copy_content(folder / "b.h5", folder / "c.h5");
  CHECK(bytes_of(folder / "b.h5") == bytes_of(folder / "c.h5"));
  const Hdf5Reader reader(folder / "b.h5");
  CHECK(reader.texts("class") == Texts{"left", "größer", ""});
  CHECK(reader.texts("label") == Texts{"zero", "one", "two"});
  CHECK(reader.attributes("").size() == 1);
  CHECK(std::get<Texts>(reader.attributes("remark").at("terms")) == Texts{"a", ""});
}

TEST_CASE("Groups, arrays, scales and dimensions without values are told apart", "[hdf5]") {
  const TemporaryFolder folder;
  {
    Hdf5Writer writer(folder / "x.h5");
    writer.attribute("b/empty", "note", "a group");
    writer.scale("b", "wide", Texts{"one", "two"}, "texts");
    writer.scale("b", "narrow", Texts{"1", ""}, "characters");
    writer.scale("b", "number", std::vector<std::int64_t>{1, 2}, "numbers");
    writer.dataset("b/texts", Texts{"one", "two"}, {"text", "texts", {"wide"}});
    writer.dataset("b/characters", Texts{"1", "2"}, {"text", "characters", {"wide"}});
    writer.dataset("b/values", std::vector<float>(3), {"1", "values", {"row"}});
    writer.dataset("a", 1.0, scalar);
    writer.commit();
  }
  const Hdf5Reader reader(folder / "x.h5");
  std::vector<std::pair<std::string, Hdf5Kind>> found;
  reader.visit("/b/", [&](const std::string& path, Hdf5Kind kind) { found.emplace_back(path, kind); });
  CHECK(found == std::vector<std::pair<std::string, Hdf5Kind>>{{"b/narrow", Hdf5Kind::scale},
                                                               {"b/number", Hdf5Kind::scale},
                                                               {"b/row", Hdf5Kind::dimension},
                                                               {"b/wide", Hdf5Kind::scale},
                                                               {"b/characters", Hdf5Kind::array},
                                                               {"b/texts", Hdf5Kind::array},
                                                               {"b/values", Hdf5Kind::array},
                                                               {"b/empty", Hdf5Kind::group}});
  CHECK(reader.kind("") == Hdf5Kind::group);
  CHECK(reader.kind("a") == Hdf5Kind::array);
  CHECK(reader.dimension_names("b/texts") == Texts{"wide"});
  CHECK(reader.attribute<Texts>("b", "texts") == Texts{"one", "two"});
  CHECK(reader.attributes("b").empty());
  CHECK_THROWS_WITH(reader.kind("c"), Contains("/c does not exist"));
  CHECK_THROWS_WITH(reader.attributes("c"), Contains("/c does not exist"));
}

TEST_CASE("Types that the writer never uses are read as wider ones or rejected", "[hdf5]") {
  const TemporaryFolder folder;
  const std::string path = (folder / "x.h5").string();
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const auto create = [&](const char* name, hid_t type) {
    const hid_t space = H5Screate(H5S_SCALAR);
    CHECK(H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)) >= 0);
    CHECK(H5Sclose(space) >= 0);
  };
  create("i8", H5T_NATIVE_INT8);
  create("u64", H5T_NATIVE_UINT64);
  create("opaque", H5T_NATIVE_OPAQUE);
  CHECK(H5Lcreate_hard(file, "/", file, "circle", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  CHECK(H5Fclose(file) >= 0);
  const Hdf5Reader reader(path);
  CHECK(std::get<std::vector<std::int64_t>>(reader.read_any("i8").values) == std::vector<std::int64_t>{0});
  CHECK(reader.read_any("i8").info.units.empty());
  CHECK(std::get<std::vector<std::int64_t>>(reader.read_any("u64").values) == std::vector<std::int64_t>{0});
  CHECK_THROWS_WITH(reader.read_any("opaque"), Contains("/opaque holds values of another kind"));
  CHECK_THROWS_WITH(reader.visit("", [](const std::string&, Hdf5Kind) {}), Contains("lies deeper than 32 groups"));
}

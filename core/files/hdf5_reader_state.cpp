#include "core/files/hdf5_reader_state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {

using detail::Hdf5Handle;

std::string detail::type_name(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return fmt::format("{}-bit {}integer", H5Tget_precision(type),
                         H5Tget_sign(type) == H5T_SGN_NONE ? "unsigned " : "");
    case H5T_FLOAT:
      return fmt::format("{}-bit float", H5Tget_precision(type));
    case H5T_STRING:
      return "text";
    case H5T_COMPOUND:
      return "structures or complex numbers";
    case H5T_REFERENCE:
      return "references to other objects";
    default:
      return "values of another kind";
  }
}

void Hdf5Reader::State::fail(std::string_view path, std::string_view what) const {
  throw DataError("{}: {} {}", name, path, what);
}

void Hdf5Reader::State::wrong_type(const Source& source, std::string_view expected) const {
  fail(source.path, fmt::format("holds {}, expected {}", detail::type_name(source.type.id()), expected));
}

Hdf5Handle Hdf5Reader::State::open(std::string_view path) const {
  const std::string shown = detail::shown_path(path);
  if (!exists(path)) fail(shown, "does not exist");
  Hdf5Handle object(H5Oopen(file.id(), shown.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object.valid()) fail(shown, "cannot be opened: " + detail::hdf5_reason());
  return object;
}

bool Hdf5Reader::State::exists(std::string_view path) const {
  path = detail::trim_slashes(path);
  // H5Lexists asks for the last component only; those before it must exist.
  for (std::size_t end = 0; !path.empty() && end != std::string_view::npos;) {
    end = path.find('/', end + 1);
    const std::string part(path.substr(0, end));
    if (found.contains(part)) continue;
    if (H5Lexists(file.id(), part.c_str(), H5P_DEFAULT) <= 0) return false;
    check_link(part);
    if (H5Oexists_by_name(file.id(), part.c_str(), H5P_DEFAULT) <= 0) return false;
    found.insert(part);
  }
  return true;
}

/// Any link but a hard one leads elsewhere: in this file, or to any file that this process can read.
void Hdf5Reader::State::check_link(const std::string& path) const {
  H5L_info_t link{};
  if (H5Lget_info(file.id(), path.c_str(), &link, H5P_DEFAULT) < 0) {
    fail(detail::shown_path(path), "is damaged: " + detail::hdf5_reason());
  }
  if (link.type == H5L_TYPE_HARD) return;
  fail(detail::shown_path(path), fmt::format("is {} link, expected a group or dataset of this file",
                                             link.type == H5L_TYPE_SOFT ? "a soft" : "an external"));
}

/// A dataset may name other files for its values: raw ones, or as a virtual dataset those of HDF5.
void Hdf5Reader::State::check_storage(const Source& source) const {
  const Hdf5Handle creation(H5Dget_create_plist(source.object.id()), H5Pclose);
  if (!creation.valid()) fail(source.path, "is damaged: " + detail::hdf5_reason());
  if (H5Pget_layout(creation.id()) != H5D_VIRTUAL && H5Pget_external_count(creation.id()) == 0) return;
  fail(source.path, "has its values in other files, expected them in this one");
}

detail::Hdf5Source Hdf5Reader::State::dataset(std::string_view path) const {
  Source source{.path = detail::shown_path(path), .object = open(path), .type = {}, .space = {}, .is_attribute = false};
  if (H5Iget_type(source.object.id()) != H5I_DATASET) fail(source.path, "is not a dataset");
  check_storage(source);
  source.type = {H5Dget_type(source.object.id()), H5Tclose};
  source.space = {H5Dget_space(source.object.id()), H5Sclose};
  measure(source);
  return source;
}

detail::Hdf5Source Hdf5Reader::State::attribute(std::string_view path, const std::string& attribute_name) const {
  const Hdf5Handle owner = open(path);
  Source source{.path = fmt::format("{}@{}", detail::shown_path(path), attribute_name),
                .object = {},
                .type = {},
                .space = {},
                .is_attribute = true};
  if (H5Aexists(owner.id(), attribute_name.c_str()) <= 0) fail(source.path, "does not exist");
  source.object = {H5Aopen(owner.id(), attribute_name.c_str(), H5P_DEFAULT), H5Aclose};
  if (!source.object.valid()) fail(source.path, "cannot be opened: " + detail::hdf5_reason());
  source.type = {H5Aget_type(source.object.id()), H5Tclose};
  source.space = {H5Aget_space(source.object.id()), H5Sclose};
  measure(source);
  return source;
}

/// Sets shape and size, and checks them against the limit.
void Hdf5Reader::State::measure(Source& source) const {
  const int rank = source.space.valid() ? H5Sget_simple_extent_ndims(source.space.id()) : -1;
  if (rank < 0 || !source.type.valid()) fail(source.path, "is damaged: " + detail::hdf5_reason());
  if (H5Sget_simple_extent_type(source.space.id()) == H5S_NULL) fail(source.path, "holds nothing");
  std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
  if (rank > 0) H5Sget_simple_extent_dims(source.space.id(), extents.data(), nullptr);
  source.shape.assign(extents.begin(), extents.end());
  // Numbers count as the widest type that they can be read as, a text with the string that holds it.
  const std::uint64_t stored = H5Tget_size(source.type.id());
  const std::uint64_t element_bytes =
      source.is_text() ? stored + sizeof(std::string) : std::max(stored, sizeof(double));
  std::uint64_t room = max_bytes / element_bytes;
  source.size = 1;
  for (const std::size_t extent : source.shape) {
    if (extent > room && source.size != 0) {
      fail(source.path, fmt::format("of shape {} is larger than {} bytes", shape_text(source.shape), max_bytes));
    }
    source.size *= extent;
    if (extent > 1) room /= extent;
  }
}

std::vector<std::string> Hdf5Reader::State::dimension_names(const Source& dataset) const {
  std::vector<std::string> names;
  for (unsigned axis = 0; axis < dataset.shape.size(); ++axis) {
    char label[256] = "";
    if (H5DSget_label(dataset.object.id(), axis, label, sizeof label) < 0) label[0] = '\0';
    names.emplace_back(label);
  }
  if (names == std::vector<std::string>{""} && H5DSis_scale(dataset.object.id()) > 0) {
    names[0] = detail::name_of(dataset.path);
  }
  return names;
}

void Hdf5Reader::State::check_shape(const Source& source, const std::vector<std::size_t>& expected) const {
  bool same = source.shape.size() == expected.size();
  for (std::size_t axis = 0; same && axis < expected.size(); ++axis) {
    same = expected[axis] == any || expected[axis] == source.shape[axis];
  }
  if (same) return;
  std::vector<std::string> shown;
  for (const std::size_t extent : expected) shown.push_back(extent == any ? "any" : std::to_string(extent));
  fail(source.path, fmt::format("has shape {}, expected [{}]", shape_text(source.shape), fmt::join(shown, ",")));
}

void Hdf5Reader::State::read(const Source& source, hid_t memory_type, void* out) const {
  if (source.size == 0) return;
  const herr_t result = source.is_attribute
                            ? H5Aread(source.object.id(), memory_type, out)
                            : H5Dread(source.object.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
  if (result < 0) fail(source.path, "cannot be read: " + detail::hdf5_reason());
}

Hdf5Values Hdf5Reader::State::values_type(const Source& source) const {
  const hid_t stored = source.type.id();
  if (source.is_text()) return std::vector<std::string>();
  if (detail::is_boolean(stored) || detail::holds<std::uint8_t>(stored)) return std::vector<std::uint8_t>();
  if (detail::holds<std::uint16_t>(stored)) return std::vector<std::uint16_t>();
  if (detail::holds<std::uint32_t>(stored)) return std::vector<std::uint32_t>();
  const bool is_u64 = H5Tget_class(stored) == H5T_INTEGER && H5Tget_size(stored) == sizeof(std::uint64_t);
  if (detail::holds<std::int64_t>(stored) || is_u64) return std::vector<std::int64_t>();
  if (detail::holds<float>(stored)) return std::vector<float>();
  check_type<double>(source);
  return std::vector<double>();
}

std::vector<std::uint8_t> Hdf5Reader::State::booleans(const Source& source) const {
  std::vector<std::uint8_t> values(source.size);
  read(source, source.type.id(), values.data());
  for (const std::uint8_t value : values) {
    if (value > 1) fail(source.path, fmt::format("holds the value {} of an enumeration, expected 0 or 1", value));
  }
  return values;
}

std::vector<std::int64_t> Hdf5Reader::State::large_integers(const Source& source) const {
  std::vector<std::uint64_t> values(source.size);
  read(source, H5T_NATIVE_UINT64, values.data());
  for (const std::uint64_t value : values) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      fail(source.path, fmt::format("holds {}, expected integers up to 2^63 - 1", value));
    }
  }
  return {values.begin(), values.end()};
}

std::vector<std::string> Hdf5Reader::State::texts(const Source& source) const {
  if (!source.is_text()) wrong_type(source, "text");
  return H5Tis_variable_str(source.type.id()) > 0 ? variable_texts(source) : fixed_texts(source);
}

std::vector<std::string> Hdf5Reader::State::variable_texts(const Source& source) const {
  std::vector<char*> pointers(source.size, nullptr);
  read(source, source.type.id(), pointers.data());
  std::vector<std::string> result;
  for (const char* pointer : pointers) result.emplace_back(pointer == nullptr ? "" : pointer);
  if (source.size > 0) H5Dvlen_reclaim(source.type.id(), source.space.id(), H5P_DEFAULT, pointers.data());
  return result;
}

std::vector<std::string> Hdf5Reader::State::fixed_texts(const Source& source) const {
  const std::size_t width = H5Tget_size(source.type.id());
  std::vector<char> bytes(source.size * width);
  read(source, source.type.id(), bytes.data());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < source.size; ++i) {
    const char* begin = bytes.data() + i * width;
    result.emplace_back(begin, ::strnlen(begin, width));
  }
  return result;
}

}  // namespace inforelay

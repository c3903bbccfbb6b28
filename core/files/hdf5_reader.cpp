#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5_hl.h>

#include <cstring>
#include <filesystem>
#include <limits>
#include <system_error>
#include <type_traits>

#include "core/error.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/files/hdf5_internal.hpp"

namespace inforelay {

using detail::Hdf5Handle;

namespace {

/// Does T hold every value of the stored type?
template <class T>
bool holds(hid_t stored) {
  const H5T_class_t type_class = H5Tget_class(stored);
  if (type_class == H5T_FLOAT) return std::is_floating_point_v<T> && H5Tget_size(stored) <= sizeof(T);
  if (type_class != H5T_INTEGER) return false;
  const bool negative = H5Tget_sign(stored) == H5T_SGN_2;
  if (negative && !std::numeric_limits<T>::is_signed) return false;
  const auto digits = static_cast<int>(H5Tget_precision(stored)) - (negative ? 1 : 0);
  return digits <= std::numeric_limits<T>::digits;
}

/// A type for messages: "32-bit float", "8-bit unsigned integer", "text".
std::string type_name(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return fmt::format("{}-bit {}integer", H5Tget_precision(type),
                         H5Tget_sign(type) == H5T_SGN_NONE ? "unsigned " : "");
    case H5T_FLOAT:
      return fmt::format("{}-bit float", H5Tget_precision(type));
    case H5T_STRING:
      return "text";
    default:
      return "values of another kind";
  }
}

std::string shape_name(const std::vector<std::size_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

}  // namespace

struct Hdf5Reader::State {
  std::string name;  // of the file, for messages
  std::uint64_t max_bytes;
  Hdf5Handle file{};

  /// What a dataset or attribute holds, and how to read it.
  struct Source {
    std::string path;  // "/networks/full@activation"
    Hdf5Handle object, type, space;
    bool is_attribute;
    std::vector<std::size_t> shape{};
    std::size_t size = 0;  // number of elements
  };

  [[noreturn]] void fail(std::string_view path, std::string_view what) const {
    throw DataError(fmt::format("{}: {} {}", name, path, what));
  }

  Hdf5Handle open(std::string_view path) const {
    const std::string shown = detail::shown_path(path);
    if (!exists(path)) fail(shown, "does not exist");
    Hdf5Handle object(H5Oopen(file.id(), shown.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object.valid()) fail(shown, "cannot be opened: " + detail::hdf5_reason());
    return object;
  }

  bool exists(std::string_view path) const {
    path = detail::trim_slashes(path);
    // H5Lexists asks for the last component only; those before it must be there.
    for (std::size_t end = 0; !path.empty() && end != std::string_view::npos;) {
      end = path.find('/', end + 1);
      const std::string part(path.substr(0, end));
      if (H5Lexists(file.id(), part.c_str(), H5P_DEFAULT) <= 0) return false;
      check_link(part);
      if (H5Oexists_by_name(file.id(), part.c_str(), H5P_DEFAULT) <= 0) return false;
    }
    return true;
  }

  /// Another link than a hard one names a place elsewhere: in this file, or in any file that this process can read.
  void check_link(const std::string& path) const {
    H5L_info_t link{};
    if (H5Lget_info(file.id(), path.c_str(), &link, H5P_DEFAULT) < 0) {
      fail(detail::shown_path(path), "is damaged: " + detail::hdf5_reason());
    }
    if (link.type == H5L_TYPE_HARD) return;
    fail(detail::shown_path(path), fmt::format("is {} link, expected a group or dataset of this file",
                                               link.type == H5L_TYPE_SOFT ? "a soft" : "an external"));
  }

  /// A dataset may name other files for its values: raw ones, or as a virtual dataset those of HDF5.
  void check_storage(const Source& source) const {
    const Hdf5Handle creation(H5Dget_create_plist(source.object.id()), H5Pclose);
    if (!creation.valid()) fail(source.path, "is damaged: " + detail::hdf5_reason());
    if (H5Pget_layout(creation.id()) != H5D_VIRTUAL && H5Pget_external_count(creation.id()) == 0) return;
    fail(source.path, "has its values in other files, expected them in this one");
  }

  Source dataset(std::string_view path) const {
    Source source{
        .path = detail::shown_path(path), .object = open(path), .type = {}, .space = {}, .is_attribute = false};
    if (H5Iget_type(source.object.id()) != H5I_DATASET) fail(source.path, "is no dataset");
    check_storage(source);
    source.type = {H5Dget_type(source.object.id()), H5Tclose};
    source.space = {H5Dget_space(source.object.id()), H5Sclose};
    measure(source);
    return source;
  }

  Source attribute(std::string_view path, const std::string& attribute_name) const {
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

  /// Fills in shape and size, and checks them against the limit.
  void measure(Source& source) const {
    const int rank = source.space.valid() ? H5Sget_simple_extent_ndims(source.space.id()) : -1;
    if (rank < 0 || !source.type.valid()) fail(source.path, "is damaged: " + detail::hdf5_reason());
    if (H5Sget_simple_extent_type(source.space.id()) == H5S_NULL) fail(source.path, "holds nothing");
    std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
    if (rank > 0) H5Sget_simple_extent_dims(source.space.id(), extents.data(), nullptr);
    source.shape.assign(extents.begin(), extents.end());
    // A text counts with its pointer; numbers as the widest type that they can be read as.
    const std::uint64_t element_bytes = std::max(H5Tget_size(source.type.id()), sizeof(double));
    std::uint64_t room = max_bytes / element_bytes;
    source.size = 1;
    for (const std::size_t extent : source.shape) {
      if (extent > room && source.size != 0) {
        fail(source.path, fmt::format("of shape {} is larger than {} bytes", shape_name(source.shape), max_bytes));
      }
      source.size *= extent;
      if (extent > 1) room /= extent;
    }
  }

  void read(const Source& source, hid_t memory_type, void* out) const {
    if (source.size == 0) return;
    const herr_t result = source.is_attribute
                              ? H5Aread(source.object.id(), memory_type, out)
                              : H5Dread(source.object.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
    if (result < 0) fail(source.path, "cannot be read: " + detail::hdf5_reason());
  }

  template <Hdf5Number T>
  void check_type(const Source& source) const {
    if (holds<T>(source.type.id())) return;
    fail(source.path, fmt::format("holds {}, expected {} or narrower", type_name(source.type.id()),
                                  type_name(detail::native_type<T>())));
  }

  template <Hdf5Number T>
  std::vector<T> numbers(const Source& source) const {
    check_type<T>(source);
    std::vector<T> values(source.size);
    read(source, detail::native_type<T>(), values.data());
    return values;
  }

  std::vector<std::string> texts(const Source& source) const {
    if (H5Tget_class(source.type.id()) != H5T_STRING) {
      fail(source.path, fmt::format("holds {}, expected text", type_name(source.type.id())));
    }
    return H5Tis_variable_str(source.type.id()) > 0 ? variable_texts(source) : fixed_texts(source);
  }

  std::vector<std::string> variable_texts(const Source& source) const {
    std::vector<char*> pointers(source.size, nullptr);
    read(source, source.type.id(), pointers.data());
    std::vector<std::string> result;
    for (const char* pointer : pointers) result.emplace_back(pointer == nullptr ? "" : pointer);
    if (source.size > 0) H5Dvlen_reclaim(source.type.id(), source.space.id(), H5P_DEFAULT, pointers.data());
    return result;
  }

  std::vector<std::string> fixed_texts(const Source& source) const {
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

  /// The extents must be `expected`, where that is not `any`.
  void check_shape(const Source& source, const std::vector<std::size_t>& expected) const {
    bool same = source.shape.size() == expected.size();
    for (std::size_t axis = 0; same && axis < expected.size(); ++axis) {
      same = expected[axis] == any || expected[axis] == source.shape[axis];
    }
    if (same) return;
    std::vector<std::string> shown;
    for (const std::size_t extent : expected) shown.push_back(extent == any ? "any" : std::to_string(extent));
    fail(source.path, fmt::format("has shape {}, expected [{}]", shape_name(source.shape), fmt::join(shown, ",")));
  }
};

Hdf5Reader::Hdf5Reader(std::filesystem::path file, std::uint64_t max_bytes)
    : state_(std::make_unique<State>(State{file.string(), max_bytes})) {
  detail::silence_hdf5();
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status))
    throw DataError(fmt::format("cannot read {}: {}", state_->name, error.message()));
  if (!std::filesystem::is_regular_file(status)) {
    throw DataError(fmt::format("cannot read {}: not a regular file", state_->name));
  }
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
  H5Pset_file_locking(access.id(), false, true);  // network file systems often lack locks, and nobody writes this file
  state_->file = {H5Fopen(state_->name.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose};
  if (!state_->file.valid()) {
    throw DataError(fmt::format("cannot read {} as HDF5: {}", state_->name, detail::hdf5_reason()));
  }
}

Hdf5Reader::~Hdf5Reader() = default;

const std::string& Hdf5Reader::name() const { return state_->name; }

bool Hdf5Reader::exists(std::string_view path) const { return state_->exists(path); }

std::vector<std::string> Hdf5Reader::children(std::string_view path) const {
  const Hdf5Handle group = state_->open(path);
  H5G_info_t info{};
  if (H5Gget_info(group.id(), &info) < 0) state_->fail(detail::shown_path(path), "is no group");
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto link_name = [&](char* out, std::size_t size) {
      const ssize_t length = H5Lget_name_by_idx(group.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i, out, size, H5P_DEFAULT);
      if (length < 0) state_->fail(detail::shown_path(path), "is damaged: " + detail::hdf5_reason());
      return static_cast<std::size_t>(length);
    };
    std::string child(link_name(nullptr, 0), '\0');
    link_name(child.data(), child.size() + 1);
    names.push_back(std::move(child));
  }
  return names;
}

std::vector<std::size_t> Hdf5Reader::shape(std::string_view path) const { return state_->dataset(path).shape; }

std::vector<std::string> Hdf5Reader::dimension_names(std::string_view path) const {
  const auto source = state_->dataset(path);
  std::vector<std::string> names;
  for (unsigned axis = 0; axis < source.shape.size(); ++axis) {
    char label[256] = "";
    if (H5DSget_label(source.object.id(), axis, label, sizeof label) < 0) label[0] = '\0';
    names.emplace_back(label);
  }
  return names;
}

template <Hdf5Number T>
std::vector<T> Hdf5Reader::array(std::string_view path) const {
  return state_->numbers<T>(state_->dataset(path));
}

template <Hdf5Number T>
RowMatrix<T> Hdf5Reader::matrix(std::string_view path, std::size_t rows, std::size_t columns) const {
  const auto source = state_->dataset(path);
  state_->check_shape(source, {rows, columns});
  state_->check_type<T>(source);
  RowMatrix<T> values(static_cast<Eigen::Index>(source.shape[0]), static_cast<Eigen::Index>(source.shape[1]));
  state_->read(source, detail::native_type<T>(), values.data());
  return values;
}

template <Hdf5Number T>
std::vector<T> Hdf5Reader::vector(std::string_view path, std::size_t size) const {
  const auto source = state_->dataset(path);
  state_->check_shape(source, {size});
  return state_->numbers<T>(source);
}

template <Hdf5Number T>
T Hdf5Reader::scalar(std::string_view path) const {
  const auto source = state_->dataset(path);
  state_->check_shape(source, {});
  return state_->numbers<T>(source).front();
}

std::string Hdf5Reader::text(std::string_view path) const {
  const auto source = state_->dataset(path);
  state_->check_shape(source, {});
  return state_->texts(source).front();
}

std::vector<std::string> Hdf5Reader::texts(std::string_view path) const {
  const auto source = state_->dataset(path);
  state_->check_shape(source, {any});
  return state_->texts(source);
}

bool Hdf5Reader::has_attribute(std::string_view path, const std::string& name) const {
  return H5Aexists(state_->open(path).id(), name.c_str()) > 0;
}

namespace {
template <class T>
struct ListElement {
  using type = T;
  static constexpr bool is_list = false;
};
template <class T>
struct ListElement<std::vector<T>> {
  using type = T;
  static constexpr bool is_list = true;
};
}  // namespace

template <class T>
T Hdf5Reader::attribute(std::string_view path, const std::string& name) const {
  using Element = typename ListElement<T>::type;
  const auto source = state_->attribute(path, name);
  std::vector<std::size_t> expected;
  if (ListElement<T>::is_list) expected.push_back(any);
  state_->check_shape(source, expected);
  std::vector<Element> values;
  if constexpr (std::is_same_v<Element, std::string>) {
    values = state_->texts(source);
  } else {
    values = state_->numbers<Element>(source);
  }
  if constexpr (ListElement<T>::is_list) {
    return values;
  } else {
    return values.front();
  }
}

#define INFORELAY_INSTANTIATE(T)                                                                 \
  template std::vector<T> Hdf5Reader::array<T>(std::string_view) const;                          \
  template RowMatrix<T> Hdf5Reader::matrix<T>(std::string_view, std::size_t, std::size_t) const; \
  template std::vector<T> Hdf5Reader::vector<T>(std::string_view, std::size_t) const;            \
  template T Hdf5Reader::scalar<T>(std::string_view) const;
INFORELAY_INSTANTIATE(std::uint8_t)
INFORELAY_INSTANTIATE(std::uint16_t)
INFORELAY_INSTANTIATE(std::uint32_t)
INFORELAY_INSTANTIATE(std::int64_t)
INFORELAY_INSTANTIATE(float)
INFORELAY_INSTANTIATE(double)
#undef INFORELAY_INSTANTIATE

template std::string Hdf5Reader::attribute(std::string_view, const std::string&) const;
template std::int64_t Hdf5Reader::attribute(std::string_view, const std::string&) const;
template double Hdf5Reader::attribute(std::string_view, const std::string&) const;
template std::vector<std::string> Hdf5Reader::attribute(std::string_view, const std::string&) const;
template std::vector<std::int64_t> Hdf5Reader::attribute(std::string_view, const std::string&) const;
template std::vector<double> Hdf5Reader::attribute(std::string_view, const std::string&) const;

}  // namespace inforelay

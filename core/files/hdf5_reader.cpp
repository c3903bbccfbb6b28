
#include <filesystem>
#include <system_error>
#include <type_traits>

#include "core/error.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/files/hdf5_internal.hpp"
#include "core/files/hdf5_reader_state.hpp"

namespace inforelay {

using detail::Hdf5Handle;

Hdf5Reader::Hdf5Reader(std::filesystem::path file, std::uint64_t max_bytes)
    : state_(std::make_unique<State>(State{file.string(), max_bytes})) {
  detail::silence_hdf5();
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) throw DataError("cannot read {}: {}", state_->name, error.message());
  if (!std::filesystem::is_regular_file(status)) throw DataError("cannot read {}: not a regular file", state_->name);
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  detail::require_hdf5(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG));
  // Network file systems often lack locks, and nobody writes this file.
  detail::require_hdf5(H5Pset_file_locking(access.id(), false, true));
  state_->file = {H5Fopen(state_->name.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose};
  if (!state_->file.valid()) throw DataError("cannot read {} as HDF5: {}", state_->name, detail::hdf5_reason());
}

Hdf5Reader::~Hdf5Reader() = default;

const std::string& Hdf5Reader::name() const { return state_->name; }

bool Hdf5Reader::exists(std::string_view path) const { return state_->exists(path); }

std::vector<std::string> Hdf5Reader::children(std::string_view path) const {
  const Hdf5Handle group = state_->open(path);
  H5G_info_t info{};
  if (H5Gget_info(group.id(), &info) < 0) state_->fail(detail::shown_path(path), "is not a group");
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
  return state_->dimension_names(state_->dataset(path));
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
  template std::vector<T> Hdf5Reader::vector<T>(std::string_view, std::size_t) const;
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

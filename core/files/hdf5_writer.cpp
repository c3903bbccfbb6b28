#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <cassert>
#include <functional>
#include <map>
#include <numeric>
#include <system_error>
#include <type_traits>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/hdf5_compression.hpp"
#include "core/files/hdf5_driver.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/files/hdf5_internal.hpp"

namespace inforelay {

using detail::Hdf5Handle;

namespace {

Hdf5Handle space_of(const std::vector<std::size_t>& shape) {
  if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  return {H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose};
}

std::size_t product(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// How a text is stored depends on its place. A single one has a terminating NUL, and two bytes at least, so that
/// netCDF always sees a string. A list has the width of its longest text: texts of one byte are characters to netCDF.
enum class TextPlace { attribute, single, list };

/// Texts as HDF5 stores them: each `width` bytes long.
struct FixedTexts {
  Hdf5Handle type{};
  std::size_t width;
  std::vector<char> bytes{};
};

FixedTexts fixed_texts(std::span<const std::string> texts, TextPlace place) {
  const bool in_list = place == TextPlace::list;
  FixedTexts result{.width = in_list ? std::size_t{1} : std::size_t{2}};
  for (const std::string& text : texts) result.width = std::max(result.width, text.size() + (in_list ? 0 : 1));
  result.bytes.resize(texts.size() * result.width);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::copy(texts[i].begin(), texts[i].end(), result.bytes.begin() + static_cast<std::ptrdiff_t>(i * result.width));
  }
  result.type = {H5Tcopy(H5T_C_S1), H5Tclose};
  detail::require_hdf5(H5Tset_size(result.type.id(), result.width));
  detail::require_hdf5(H5Tset_strpad(result.type.id(), in_list ? H5T_STR_NULLPAD : H5T_STR_NULLTERM));
  detail::require_hdf5(H5Tset_cset(result.type.id(), place == TextPlace::attribute ? H5T_CSET_UTF8 : H5T_CSET_ASCII));
  return result;
}

}  // namespace

struct Hdf5Writer::State {
  explicit State(std::filesystem::path target) : temporary(std::move(target)) {}

  TemporaryFile temporary;
  int error = 0;                                // errno of the first failed write; noted by the driver
  Hdf5Handle file{};                            // closed before `temporary` goes
  std::map<std::string, std::size_t> scales{};  // path -> length
  std::map<std::pair<std::string, std::string>, std::string> uses{};  // group of an array, dimension -> its scale

  [[noreturn]] void fail(std::string_view path, std::string_view what) const {
    throw IoError("cannot write {} in {}: {}", detail::shown_path(path), temporary.target().string(), what);
  }

  /// Returns the result of an HDF5 call that writes `path`; throws IoError if HDF5 or the disk failed.
  template <class Result>
  Result checked(Result result, std::string_view path) const {
    if (error != 0) {
      throw IoError("cannot write {}: {}", temporary.target().string(), std::generic_category().message(error));
    }
    if (result < 0) fail(path, detail::hdf5_reason());
    return result;
  }
  Hdf5Handle checked(Hdf5Handle handle, std::string_view path) const {
    checked(handle.id(), path);
    return handle;
  }

  bool exists(const std::string& path) const { return H5Lexists(file.id(), path.c_str(), H5P_DEFAULT) > 0; }

  void make_groups(std::string_view path) {
    if (path.empty() || (make_groups(detail::parent_of(path)), exists(std::string(path)))) return;
    const Hdf5Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    detail::require_hdf5(H5Pset_obj_track_times(properties.id(), false));
    const std::string name(path);
    checked(Hdf5Handle(H5Gcreate2(file.id(), name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose), path);
  }

  /// A new dataset that will hold `values`; null: it gets none.
  Hdf5Handle create(std::string_view path, hid_t type, const void* values, const std::vector<std::size_t>& shape) {
    make_groups(detail::parent_of(path));
    const Hdf5Handle space = space_of(shape);
    const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    detail::require_hdf5(H5Pset_obj_track_times(properties.id(), false));  // equal content, equal file
    const std::vector<hsize_t> chunks = detail::compressed_chunks(values, H5Tget_size(type), shape);
    if (!chunks.empty()) {
      detail::require_hdf5(H5Pset_chunk(properties.id(), static_cast<int>(chunks.size()), chunks.data()));
      detail::require_hdf5(H5Pset_shuffle(properties.id()));
      detail::require_hdf5(H5Pset_deflate(properties.id(), detail::compression_level));
      detail::require_hdf5(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER));
    }
    const std::string name(path);
    return checked(
        Hdf5Handle(H5Dcreate2(file.id(), name.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                   H5Dclose),
        path);
  }

  void write_attribute(hid_t object, std::string_view path, const std::string& name, hid_t type,
                       const std::vector<std::size_t>& shape, const void* values) {
    const Hdf5Handle space = space_of(shape);
    const Hdf5Handle attribute =
        checked(Hdf5Handle(H5Acreate2(object, name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose),
                fmt::format("{}@{}", path, name));
    if (product(shape) > 0) checked(H5Awrite(attribute.id(), type, values), path);
  }

  void check_texts(std::string_view path, std::span<const std::string> texts) const {
    const auto holds_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
    if (std::any_of(texts.begin(), texts.end(), holds_nul)) fail(path, "the text holds a NUL character");
  }

  void write_texts_attribute(hid_t object, std::string_view path, const std::string& name,
                             const std::vector<std::size_t>& shape, std::span<const std::string> texts) {
    check_texts(path, texts);
    const FixedTexts fixed = fixed_texts(texts, TextPlace::attribute);
    write_attribute(object, path, name, fixed.type.id(), shape, fixed.bytes.data());
  }

  /// The nearest scale of that name for a dataset in `group`; "" if there is none.
  std::string nearest_scale(std::string_view group, const std::string& name) const {
    for (;; group = detail::parent_of(group)) {
      std::string path = detail::join_path(group, name);
      if (scales.contains(path)) return path;
      if (group.empty()) return "";
    }
  }

  /// The scale for an axis `name` of `length` of a dataset in `group`. Where the nearest one has another length, netCDF
  /// would not find one above it: then, as if there were none, the group gets its own, without values.
  std::string scale_for(std::string_view group, const std::string& name, std::size_t length) {
    std::string path = nearest_scale(group, name);
    if (path.empty() || scales.at(path) != length) {
      const std::string own = detail::join_path(group, name);
      if (path == own) {
        fail(path, fmt::format("this dimension of its group has length {}, not {}", scales.at(path), length));
      }
      path = own;
      const Hdf5Handle scale = create(path, H5T_NATIVE_UINT8, nullptr, {length});
      make_scale(scale.id(), path, length, false);
      describe(scale.id(), path, {.units = "1", .long_name = "dimension without values"});
    }
    uses[{std::string(group), name}] = path;
    return path;
  }

  /// Makes `path` a dimension scale; with for_netcdf = false netCDF sees a dimension without a variable.
  void make_scale(hid_t dataset, const std::string& path, std::size_t length, bool for_netcdf) {
    const std::string_view group = detail::parent_of(path), name = detail::name_of(path);
    for (const auto& [use, scale] : uses) {
      const bool below = group.empty() || use.first == group || use.first.starts_with(fmt::format("{}/", group));
      if (use.second == name && below && scale.size() < path.size() && scales.at(scale) != length) {
        fail(path, fmt::format("arrays in /{} have this dimension with length {} already, not {}", use.first,
                               scales.at(scale), length));
      }
    }
    scales[path] = length;
    const std::string shown = for_netcdf ? std::string(name) : fmt::format("{}{:10}", detail::without_variable, length);
    checked(H5DSset_scale(dataset, shown.c_str()), path);
  }

  void describe(hid_t dataset, std::string_view path, const DatasetInfo& info) {
    write_texts_attribute(dataset, path, "units", {}, {&info.units, 1});
    write_texts_attribute(dataset, path, "long_name", {}, {&info.long_name, 1});
  }

  /// Names the axes, and attaches the scales unless it is a scale itself, which HDF5 does not allow.
  void name_axes(hid_t dataset, std::string_view path, const std::vector<std::size_t>& shape, const DatasetInfo& info,
                 bool attach) {
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      const std::string scale_path = scale_for(detail::parent_of(path), info.dims[axis], shape[axis]);
      const Hdf5Handle scale =
          checked(Hdf5Handle(H5Dopen2(file.id(), scale_path.c_str(), H5P_DEFAULT), H5Dclose), path);
      if (attach) checked(H5DSattach_scale(dataset, scale.id(), static_cast<unsigned>(axis)), path);
      checked(H5DSset_label(dataset, static_cast<unsigned>(axis), info.dims[axis].c_str()), path);
    }
  }

  /// `for_netcdf`: netCDF may see the dataset as a variable.
  void write(std::string_view path, hid_t type, const void* values, const std::vector<std::size_t>& shape,
             const DatasetInfo& info, bool for_netcdf = true) {
    assert(shape.size() == info.dims.size());
    path = detail::trim_slashes(path);
    const bool is_scale = shape.size() == 1 && info.dims[0] == detail::name_of(path);
    const Hdf5Handle dataset = create(path, type, values, shape);
    if (product(shape) > 0) checked(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), path);
    describe(dataset.id(), path, info);
    if (is_scale || !for_netcdf) make_scale(dataset.id(), std::string(path), shape[0], for_netcdf);
    if (!is_scale) name_axes(dataset.id(), path, shape, info, for_netcdf);
  }
};

Hdf5Writer::Hdf5Writer(std::filesystem::path target, std::size_t user_block)
    : state_(std::make_unique<State>(std::move(target))) {
  detail::silence_hdf5();
  const Hdf5Handle access = detail::writing_access(&state_->error);
  const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  detail::require_hdf5(H5Pset_obj_track_times(creation.id(), false));
  detail::require_hdf5(H5Pset_userblock(creation.id(), user_block));
  const std::string path = state_->temporary.path().string();
  state_->file =
      state_->checked(Hdf5Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose), "");
}

Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::scale(std::string_view group, const std::string& name, std::span<const std::int64_t> values,
                       std::string_view long_name) {
  dataset(detail::join_path(detail::trim_slashes(group), name), values,
          {.units = "1", .long_name = std::string(long_name), .dims = {name}});
}

void Hdf5Writer::scale(std::string_view group, const std::string& name, const std::vector<std::string>& values,
                       std::string_view long_name) {
  dataset(detail::join_path(detail::trim_slashes(group), name), values,
          {.units = "1", .long_name = std::string(long_name), .dims = {name}});
}

template <Hdf5Number T>
void Hdf5Writer::array(std::string_view path, std::span<const T> values, const std::vector<std::size_t>& shape,
                       const DatasetInfo& info) {
  assert(values.size() == product(shape));
  state_->write(path, detail::native_type<T>(), values.data(), shape, info);
}

void Hdf5Writer::dataset(std::string_view path, const std::string& value, const DatasetInfo& info) {
  state_->check_texts(path, {&value, 1});
  const FixedTexts fixed = fixed_texts({&value, 1}, TextPlace::single);
  state_->write(path, fixed.type.id(), fixed.bytes.data(), {}, info);
}

void Hdf5Writer::dataset(std::string_view path, const std::vector<std::string>& values, const DatasetInfo& info) {
  state_->check_texts(path, values);
  const FixedTexts fixed = fixed_texts(values, TextPlace::list);
  const bool for_netcdf = fixed.width == 1;
  state_->write(path, fixed.type.id(), fixed.bytes.data(), {values.size()}, info, for_netcdf);
  path = detail::trim_slashes(path);
  if (!for_netcdf) attribute(detail::parent_of(path), std::string(detail::name_of(path)), values);
}

void Hdf5Writer::attribute(std::string_view path, const std::string& name, const Hdf5Attribute& value) {
  path = detail::trim_slashes(path);
  const std::string object_path = path.empty() ? "/" : std::string(path);
  if (!path.empty()) state_->make_groups(detail::parent_of(path));
  if (!path.empty() && !state_->exists(object_path)) state_->make_groups(path);
  const Hdf5Handle object =
      state_->checked(Hdf5Handle(H5Oopen(state_->file.id(), object_path.c_str(), H5P_DEFAULT), H5Oclose), path);
  const auto write = [&]<class T>(const T& content) {
    const auto put = [&]<class Element>(const std::vector<std::size_t>& shape, std::span<const Element> values) {
      if constexpr (std::is_same_v<Element, std::string>) {
        state_->write_texts_attribute(object.id(), path, name, shape, values);
      } else {
        state_->write_attribute(object.id(), path, name, detail::native_type<Element>(), shape, values.data());
      }
    };
    if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
      put({}, std::span<const T>(&content, 1));
    } else {
      put({content.size()}, std::span(content));
    }
  };
  std::visit(write, value);
}

void Hdf5Writer::commit(const UserBlock& user_block) {
  const bool closed = state_->file.close();
  state_->checked(closed ? 0 : -1, "");
  if (user_block) state_->temporary.write_start(user_block(state_->temporary.path()));
  state_->temporary.commit();
}

#define INFORELAY_INSTANTIATE(T)                                                                            \
  template void Hdf5Writer::array<T>(std::string_view, std::span<const T>, const std::vector<std::size_t>&, \
                                     const DatasetInfo&);
INFORELAY_INSTANTIATE(std::uint8_t)
INFORELAY_INSTANTIATE(std::uint16_t)
INFORELAY_INSTANTIATE(std::uint32_t)
INFORELAY_INSTANTIATE(std::int64_t)
INFORELAY_INSTANTIATE(float)
INFORELAY_INSTANTIATE(double)
#undef INFORELAY_INSTANTIATE

}  // namespace inforelay

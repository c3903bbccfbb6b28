#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <cassert>
#include <functional>
#include <map>
#include <numeric>
#include <system_error>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/hdf5_driver.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/files/hdf5_internal.hpp"

namespace inforelay {

using detail::Hdf5Handle;

namespace {

constexpr std::string_view dimensions_group = "dimensions";
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

/// "a/b/c" -> "a/b"; "a" -> ""
std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string joined(std::string_view group, std::string_view name) {
  return group.empty() ? std::string(name) : fmt::format("{}/{}", group, name);
}

Hdf5Handle space_of(const std::vector<std::size_t>& shape) {
  if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  return {H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose};
}

std::size_t product(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// Whole rows of the last axes, up to about chunk_bytes.
std::vector<hsize_t> chunk_shape(const std::vector<std::size_t>& shape, std::size_t element_bytes) {
  std::vector<hsize_t> chunk(shape.size());
  std::size_t room = chunk_bytes / element_bytes;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    chunk[axis] = std::clamp<std::size_t>(room, 1, shape[axis]);
    room /= chunk[axis];
  }
  return chunk;
}

Hdf5Handle creation_properties(const std::vector<std::size_t>& shape, std::size_t element_bytes, int deflate) {
  Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.id(), false);  // equal content, equal file
  if (deflate > 0 && !shape.empty() && product(shape) > 0) {
    const auto chunk = chunk_shape(shape, element_bytes);
    H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(properties.id());
    H5Pset_deflate(properties.id(), static_cast<unsigned>(deflate));
  }
  return properties;
}

}  // namespace

struct Hdf5Writer::State {
  explicit State(std::filesystem::path target) : temporary(std::move(target)) {}

  TemporaryFile temporary;
  int error = 0;      // errno of the first failed write; noted by the driver
  Hdf5Handle file{};  // closed before `temporary` goes
  std::map<std::pair<std::string, std::size_t>, std::string> scales{};  // path of GROUP/NAME, length -> path of scale

  /// The result of an HDF5 call that was to write `path`, if neither HDF5 nor the disk failed.
  template <class Result>
  Result checked(Result result, std::string_view path) const {
    const auto& target = temporary.target().string();
    if (error != 0) {
      throw IoError(fmt::format("cannot write {}: {}", target, std::generic_category().message(error)));
    }
    if (result < 0) {
      throw IoError(fmt::format("cannot write {} in {}: {}", detail::shown_path(path), target, detail::hdf5_reason()));
    }
    return result;
  }
  Hdf5Handle checked(Hdf5Handle handle, std::string_view path) const {
    checked(handle.id(), path);
    return handle;
  }

  bool exists(const std::string& path) const { return H5Lexists(file.id(), path.c_str(), H5P_DEFAULT) > 0; }

  void make_groups(std::string_view path) {
    if (path.empty() || (make_groups(parent_of(path)), exists(std::string(path)))) return;
    const Hdf5Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    H5Pset_obj_track_times(properties.id(), false);
    const std::string name(path);
    checked(Hdf5Handle(H5Gcreate2(file.id(), name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose), path);
  }

  /// A new dataset without values. Its strings and numbers alike are described by `type`.
  Hdf5Handle create(std::string_view path, hid_t type, const std::vector<std::size_t>& shape, int deflate) {
    make_groups(parent_of(path));
    const Hdf5Handle space = space_of(shape);
    const Hdf5Handle properties = creation_properties(shape, H5Tget_size(type), deflate);
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

  /// NUL-terminated pointers to the texts. Throws where one holds a NUL itself, which HDF5 would cut short.
  std::vector<const char*> pointers(std::string_view path, std::span<const std::string> texts) const {
    std::vector<const char*> result;
    for (const std::string& text : texts) {
      if (text.find('\0') != std::string::npos) {
        throw IoError(fmt::format("cannot write {} in {}: the text holds a NUL character", detail::shown_path(path),
                                  temporary.target().string()));
      }
      result.push_back(text.c_str());
    }
    return result;
  }

  void write_text_attribute(hid_t object, std::string_view path, const std::string& name, const std::string& text) {
    const auto value = pointers(path, {&text, 1});
    write_attribute(object, path, name, detail::text_type().id(), {}, value.data());
  }

  /// The scale for an axis `name` of `length` of a dataset in `group`: declared nearby, else the shared one.
  std::string scale_for(std::string_view group, const std::string& name, std::size_t length) {
    for (std::string_view outer = group;; outer = parent_of(outer)) {
      const auto found = scales.find({joined(outer, name), length});
      if (found != scales.end()) return found->second;
      if (outer.empty()) break;
    }
    const std::string path = fmt::format("{}/{}_{}", dimensions_group, name, length);
    if (!exists(path)) {
      const Hdf5Handle scale = create(path, H5T_NATIVE_UINT8, {length}, 0);
      make_scale(scale.id(), path, name, "a dimension without values");
    }
    return path;
  }

  void make_scale(hid_t dataset, std::string_view path, const std::string& name, std::string_view long_name) {
    checked(H5DSset_scale(dataset, name.c_str()), path);
    write_text_attribute(dataset, path, "units", "1");
    write_text_attribute(dataset, path, "long_name", std::string(long_name));
  }

  void describe(hid_t dataset, std::string_view path, const std::vector<std::size_t>& shape, const DatasetInfo& info) {
    write_text_attribute(dataset, path, "units", info.units);
    write_text_attribute(dataset, path, "long_name", info.long_name);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      const std::string scale_path = scale_for(parent_of(path), info.dims[axis], shape[axis]);
      const Hdf5Handle scale =
          checked(Hdf5Handle(H5Dopen2(file.id(), scale_path.c_str(), H5P_DEFAULT), H5Dclose), path);
      checked(H5DSattach_scale(dataset, scale.id(), static_cast<unsigned>(axis)), path);
      checked(H5DSset_label(dataset, static_cast<unsigned>(axis), info.dims[axis].c_str()), path);
    }
  }

  void write(std::string_view path, hid_t type, const void* values, const std::vector<std::size_t>& shape,
             const DatasetInfo& info) {
    assert(shape.size() == info.dims.size());
    assert(0 <= info.deflate && info.deflate <= 9);
    path = detail::trim_slashes(path);
    const Hdf5Handle dataset = create(path, type, shape, info.deflate);
    if (product(shape) > 0) checked(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), path);
    describe(dataset.id(), path, shape, info);
  }

  void write_scale(std::string_view group, const std::string& name, hid_t type, const void* values, std::size_t size,
                   std::string_view long_name) {
    group = detail::trim_slashes(group);
    const std::string path = joined(joined(group, dimensions_group), name);
    const Hdf5Handle scale = create(path, type, {size}, 0);
    if (size > 0) checked(H5Dwrite(scale.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), path);
    make_scale(scale.id(), path, name, long_name);
    scales.insert_or_assign({joined(group, name), size}, path);
  }
};

Hdf5Writer::Hdf5Writer(std::filesystem::path target, std::size_t user_block)
    : state_(std::make_unique<State>(std::move(target))) {
  detail::silence_hdf5();
  const Hdf5Handle access = detail::writing_access(&state_->error);
  const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.id(), false);
  H5Pset_userblock(creation.id(), user_block);
  const std::string path = state_->temporary.path().string();
  state_->file =
      state_->checked(Hdf5Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose), "");
}

Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::scale(std::string_view group, const std::string& name, std::span<const std::int64_t> values,
                       std::string_view long_name) {
  state_->write_scale(group, name, H5T_NATIVE_INT64, values.data(), values.size(), long_name);
}

void Hdf5Writer::scale(std::string_view group, const std::string& name, std::span<const std::string> values,
                       std::string_view long_name) {
  const auto texts = state_->pointers(name, values);
  state_->write_scale(group, name, detail::text_type().id(), texts.data(), texts.size(), long_name);
}

template <Hdf5Number T>
void Hdf5Writer::array(std::string_view path, std::span<const T> values, const std::vector<std::size_t>& shape,
                       const DatasetInfo& info) {
  assert(values.size() == product(shape));
  state_->write(path, detail::native_type<T>(), values.data(), shape, info);
}

void Hdf5Writer::dataset(std::string_view path, const std::string& value, const DatasetInfo& info) {
  const auto text = state_->pointers(path, {&value, 1});
  state_->write(path, detail::text_type().id(), text.data(), {}, info);
}

void Hdf5Writer::dataset(std::string_view path, const std::vector<std::string>& values, const DatasetInfo& info) {
  const auto texts = state_->pointers(path, values);
  state_->write(path, detail::text_type().id(), texts.data(), {texts.size()}, info);
}

void Hdf5Writer::attribute(std::string_view path, const std::string& name, const Hdf5Attribute& value) {
  path = detail::trim_slashes(path);
  const std::string object_path = path.empty() ? "/" : std::string(path);
  if (!path.empty()) state_->make_groups(parent_of(path));
  if (!path.empty() && !state_->exists(object_path)) state_->make_groups(path);
  const Hdf5Handle object =
      state_->checked(Hdf5Handle(H5Oopen(state_->file.id(), object_path.c_str(), H5P_DEFAULT), H5Oclose), path);
  const auto write = [&](hid_t type, const std::vector<std::size_t>& shape, const void* values) {
    state_->write_attribute(object.id(), path, name, type, shape, values);
  };
  struct Visitor {
    const State& state;
    std::string_view path;
    decltype(write)& put;
    void operator()(std::int64_t number) const { put(H5T_NATIVE_INT64, {}, &number); }
    void operator()(double number) const { put(H5T_NATIVE_DOUBLE, {}, &number); }
    void operator()(const std::string& text) const {
      put(detail::text_type().id(), {}, state.pointers(path, {&text, 1}).data());
    }
    void operator()(const std::vector<std::int64_t>& list) const { put(H5T_NATIVE_INT64, {list.size()}, list.data()); }
    void operator()(const std::vector<double>& list) const { put(H5T_NATIVE_DOUBLE, {list.size()}, list.data()); }
    void operator()(const std::vector<std::string>& list) const {
      put(detail::text_type().id(), {list.size()}, state.pointers(path, list).data());
    }
  };
  std::visit(Visitor{*state_, path, write}, value);
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

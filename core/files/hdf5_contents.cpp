// Reading of files with unknown contents: objects, and datasets and attributes of any type.
#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/files/hdf5_file.hpp"
#include "core/files/hdf5_reader_state.hpp"

namespace inforelay {

namespace {

// Hard links may form cycles; files of this program are far below these limits.
constexpr std::size_t max_depth = 32, max_objects = std::size_t{1} << 16;

/// Attributes of HDF5, of netCDF and of every dataset.
constexpr std::array<std::string_view, 9> common_attributes{"units",          "long_name",      "CLASS",
                                                            "NAME",           "DIMENSION_LIST", "DIMENSION_LABELS",
                                                            "REFERENCE_LIST", "_Netcdf4Dimid",  "_Netcdf4Coordinates"};

bool is_netcdf_variable(hid_t scale) {
  std::array<char, 256> name{};
  return H5DSget_scale_name(scale, name.data(), name.size()) < 0 ||
         !std::string_view(name.data()).starts_with(detail::without_variable);
}

}  // namespace

Hdf5Kind Hdf5Reader::kind(std::string_view path) const {
  if (H5Iget_type(state_->open(path).id()) == H5I_GROUP) return Hdf5Kind::group;
  const auto source = state_->dataset(path);
  if (H5DSis_scale(source.object.id()) <= 0) return Hdf5Kind::array;
  if (is_netcdf_variable(source.object.id())) return Hdf5Kind::scale;
  if (!source.is_text()) return Hdf5Kind::dimension;
  // HDF5 marks a text list like a scale without values even if it is a plain array; the dimension name tells them
  // apart.
  const bool own_name = state_->dimension_names(source) == std::vector{std::string(detail::name_of(source.path))};
  return own_name ? Hdf5Kind::scale : Hdf5Kind::array;
}

void Hdf5Reader::visit(std::string_view path, const std::function<void(const std::string&, Hdf5Kind)>& each) const {
  using Entry = std::pair<Hdf5Kind, std::string>;
  const auto rank = [](const Entry& entry) {
    return entry.first == Hdf5Kind::group ? 2 : entry.first == Hdf5Kind::array ? 1 : 0;
  };
  std::size_t objects = 0;
  const std::function<void(const std::string&, std::size_t)> walk = [&](const std::string& group, std::size_t depth) {
    std::vector<Entry> entries;
    for (const std::string& name : children(group)) {
      const std::string child = detail::join_path(group, name);
      entries.emplace_back(kind(child), child);
    }
    objects += entries.size();
    if (depth > max_depth || objects > max_objects) {
      state_->fail(detail::shown_path(group),
                   fmt::format("lies deeper than {} groups, or comes after {} objects", max_depth, max_objects));
    }
    std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return rank(a) < rank(b); });
    for (const auto& [kind, child] : entries) {
      each(child, kind);
      if (kind == Hdf5Kind::group) walk(child, depth + 1);
    }
  };
  walk(std::string(detail::trim_slashes(path)), 0);
}

Hdf5Array Hdf5Reader::read_any(std::string_view path) const {
  const auto source = state_->dataset(path);
  const auto description = [&](const char* name) {
    return H5Aexists(source.object.id(), name) > 0 ? attribute<std::string>(path, name) : std::string();
  };
  return {.info = {.units = description("units"),
                   .long_name = description("long_name"),
                   .dims = state_->dimension_names(source)},
          .shape = source.shape,
          .values = std::visit([&](const auto& type) -> Hdf5Values { return state_->read_as(type, source); },
                               state_->values_type(source))};
}

Hdf5Values Hdf5Reader::values_type(std::string_view path) const { return state_->values_type(state_->dataset(path)); }

std::map<std::string, Hdf5Attribute> Hdf5Reader::attributes(std::string_view path) const {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  const detail::Hdf5Handle owner = state_->open(path);
  if (H5Aiterate2(owner.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names) < 0) {
    state_->fail(detail::shown_path(path), "is damaged: " + detail::hdf5_reason());
  }
  const bool is_group = H5Iget_type(owner.id()) == H5I_GROUP;
  // For text lists the writer also stores a copy as an attribute; omit it.
  const auto is_copy = [&](const std::string& name) {
    const std::string child = detail::join_path(detail::trim_slashes(path), name);
    if (!is_group || !exists(child) || kind(child) == Hdf5Kind::group) return false;
    const auto source = state_->dataset(child);
    return source.is_text() && !source.shape.empty();
  };
  std::map<std::string, Hdf5Attribute> result;
  for (const std::string& name : names) {
    if (std::find(common_attributes.begin(), common_attributes.end(), name) != common_attributes.end()) continue;
    if (is_copy(name)) continue;
    const auto source = state_->attribute(path, name);
    const auto add = [&](const auto& values) {
      if (source.shape.empty()) {
        result.emplace(name, values.front());
      } else {
        state_->check_shape(source, {any});
        result.emplace(name, values);
      }
    };
    if (source.is_text()) {
      add(state_->texts(source));
    } else if (detail::holds<std::int64_t>(source.type.id())) {
      add(state_->numbers<std::int64_t>(source));
    } else {
      add(state_->numbers<double>(source));
    }
  }
  return result;
}

}  // namespace inforelay

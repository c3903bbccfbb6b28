#include "experiments/results/result_arrays.hpp"

#include <fmt/format.h>

#include <numeric>

#include "core/error.hpp"

namespace inforelay {
namespace {

// True if `path` matches `pattern`, in which a component `*` stands for any name.
bool matches(std::string_view pattern, std::string_view path) {
  while (true) {
    const std::size_t pattern_end = pattern.find('/'), path_end = path.find('/');
    const std::string_view expected = pattern.substr(0, pattern_end);
    if (expected != "*" && expected != path.substr(0, path_end)) return false;
    const bool last = pattern_end == std::string_view::npos;
    if (last != (path_end == std::string_view::npos)) return false;
    if (last) return true;
    pattern.remove_prefix(pattern_end + 1);
    path.remove_prefix(path_end + 1);
  }
}

}  // namespace

std::string joined_path(std::string_view group, std::string_view path) {
  if (group.empty() || path.empty()) return std::string(group.empty() ? path : group);
  return fmt::format("{}/{}", group, path);
}

std::vector<std::int64_t> counting(std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

void ResultArrays::add(const std::string& path, ArrayValues values, const std::vector<std::size_t>& shape) {
  for (const ArrayInfo& info : infos_) {
    if (!matches(info.path, path) || info.axes.size() != shape.size()) continue;
    arrays_[path] = {info.units, info.long_name, info.axes, shape, std::move(values), false};
    return;
  }
  throw std::logic_error(fmt::format("no measure declares an array '{}' with {} axes", path, shape.size()));
}

void ResultArrays::put_scale(const std::string& path, const std::vector<std::string>& values,
                             const std::string& long_name) {
  const std::string axis = path.substr(path.rfind('/') + 1);
  arrays_[path] = {"1", long_name, {axis}, {values.size()}, values, true};
}

void ResultArrays::put_scale(const std::string& path, const std::vector<std::int64_t>& values,
                             const std::string& long_name) {
  const std::string axis = path.substr(path.rfind('/') + 1);
  arrays_[path] = {"1", long_name, {axis}, {values.size()}, row_of(std::span<const std::int64_t>(values)), true};
}

void ResultArrays::merge(const std::string& group, ResultArrays&& other) {
  for (auto& [path, array] : other.arrays_) arrays_[joined_path(group, path)] = std::move(array);
  for (auto& [path, attributes] : other.attributes_) {
    for (auto& [name, value] : attributes) attributes_[joined_path(group, path)][name] = std::move(value);
  }
}

ResultView ResultArrays::view(std::string group) const { return {*this, std::move(group)}; }

std::string ResultView::full(std::string_view path) const { return joined_path(group_, path); }

ResultView ResultView::at(std::string_view group) const { return {*arrays_, full(group)}; }

bool ResultView::has(std::string_view path) const {
  if (!arrays_) return false;
  const std::string name = full(path);
  const auto found = arrays_->arrays().lower_bound(name);
  if (found != arrays_->arrays().end() && found->first == name) return true;
  const std::string prefix = name.empty() ? "" : name + "/";
  const auto below = arrays_->arrays().lower_bound(prefix);
  return below != arrays_->arrays().end() && below->first.starts_with(prefix);
}

std::vector<std::string> ResultView::children() const {
  std::vector<std::string> names;
  const std::string prefix = group_.empty() ? "" : group_ + "/";
  for (auto each = arrays_->arrays().lower_bound(prefix);
       each != arrays_->arrays().end() && each->first.starts_with(prefix); ++each) {
    std::string name = each->first.substr(prefix.size());
    name.resize(std::min(name.size(), name.find('/')));
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
  }
  return names;
}

void ResultView::fail(std::string_view path, std::string_view problem) const {
  throw DataError(fmt::format("results: /{} {}", full(path), problem));
}

const ResultArray& ResultView::array(std::string_view path) const {
  const auto found = arrays_->arrays().find(full(path));
  if (found == arrays_->arrays().end()) fail(path, "is missing");
  return found->second;
}

template <class T>
const RowMatrix<T>& ResultView::values(std::string_view path, std::size_t least_rank, std::size_t most_rank) const {
  const ResultArray& found = array(path);
  const auto* values = std::get_if<RowMatrix<T>>(&found.values);
  if (!values) fail(path, "has another type than expected");
  if (found.shape.size() < least_rank || found.shape.size() > most_rank)
    fail(path, fmt::format("has {} axes, expected {} to {}", found.shape.size(), least_rank, most_rank));
  return *values;
}

template <class T>
const RowMatrix<T>& ResultView::matrix(std::string_view path) const {
  return values<T>(path, 2, 3);
}

template <class T>
std::span<const T> ResultView::vector(std::string_view path) const {
  const RowMatrix<T>& found = values<T>(path, 1, 1);
  return {found.data(), static_cast<std::size_t>(found.size())};
}

template <class T>
T ResultView::number(std::string_view path) const {
  return values<T>(path, 0, 0)(0, 0);
}

const std::vector<std::string>& ResultView::texts(std::string_view path) const {
  const auto* values = std::get_if<std::vector<std::string>>(&array(path).values);
  if (!values) fail(path, "has another type than expected");
  return *values;
}

const std::string& ResultView::text(std::string_view path) const {
  const std::vector<std::string>& found = texts(path);
  if (found.size() != 1) fail(path, fmt::format("has {} texts, expected one", found.size()));
  return found.front();
}

std::vector<double> ResultView::numbers(std::string_view path) const {
  const ResultArray& found = array(path);
  if (found.shape.size() > 1) fail(path, "has several axes, expected at most one");
  return std::visit(
      [&](const auto& values) -> std::vector<double> {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::vector<std::string>>) {
          fail(path, "is text, expected numbers");
        } else {
          return {values.data(), values.data() + values.size()};
        }
      },
      found.values);
}

const Hdf5Attribute* ResultView::find_attribute(std::string_view path, const std::string& name) const {
  const auto found = arrays_->attributes().find(full(path));
  if (found == arrays_->attributes().end()) return nullptr;
  const auto value = found->second.find(name);
  return value == found->second.end() ? nullptr : &value->second;
}

bool ResultView::has_attribute(std::string_view path, const std::string& name) const {
  return find_attribute(path, name) != nullptr;
}

template <class T>
T ResultView::attribute(std::string_view path, const std::string& name) const {
  const Hdf5Attribute* found = find_attribute(path, name);
  const T* value = found ? std::get_if<T>(found) : nullptr;
  if (!value) fail(path, fmt::format("has no attribute '{}' of the expected type", name));
  return *value;
}

#define INFORELAY_RESULT_TYPE(T)                                                   \
  template const RowMatrix<T>& ResultView::matrix<T>(std::string_view path) const; \
  template std::span<const T> ResultView::vector<T>(std::string_view path) const;  \
  template T ResultView::number<T>(std::string_view path) const;
INFORELAY_RESULT_TYPE(std::uint8_t)
INFORELAY_RESULT_TYPE(std::uint16_t)
INFORELAY_RESULT_TYPE(std::uint32_t)
INFORELAY_RESULT_TYPE(std::int64_t)
INFORELAY_RESULT_TYPE(float)
INFORELAY_RESULT_TYPE(double)
#undef INFORELAY_RESULT_TYPE
template double ResultView::attribute<double>(std::string_view, const std::string&) const;
template std::string ResultView::attribute<std::string>(std::string_view, const std::string&) const;
template std::int64_t ResultView::attribute<std::int64_t>(std::string_view, const std::string&) const;
template std::vector<std::string> ResultView::attribute<std::vector<std::string>>(std::string_view,
                                                                                  const std::string&) const;

}  // namespace inforelay

// What the package needs on the way to analyses and figures: distinct words, hierarchical clusters, components.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/statistics/linkage.hpp"
#include "core/statistics/pca.hpp"
#include "python/module/arrays.hpp"
#include "python/module/background.hpp"
#include "python/module/bindings.hpp"

namespace inforelay::python {
namespace {

/// rows [N,bytes] -> (place [N] of each row among the distinct ones, first [D]: where each of these occurs first); in
/// the order in which they occur. A dictionary: sorting 20,000 words of ten classes takes ten times as long.
py::tuple distinct_rows(const Array<std::uint8_t>& rows) {
  const auto bytes = matrix_of(rows);
  const auto width = static_cast<std::size_t>(bytes.cols());
  std::unordered_map<std::string_view, std::uint32_t> places;
  std::vector<std::uint32_t> place;
  std::vector<std::int64_t> first;
  place.reserve(static_cast<std::size_t>(bytes.rows()));
  for (Eigen::Index n = 0; n < bytes.rows(); ++n) {
    const std::string_view row(reinterpret_cast<const char*>(bytes.data()) + static_cast<std::size_t>(n) * width,
                               width);
    const auto [found, is_new] = places.try_emplace(row, static_cast<std::uint32_t>(first.size()));
    if (is_new) first.push_back(n);
    place.push_back(found->second);
  }
  return py::make_tuple(to_numpy(std::move(place)), to_numpy(std::move(first)));
}

/// The same of the words of a list; None where one of its elements is none. A word is known by the bytes of its
/// characters and their width: Python has one form of it.
py::object distinct_words(const py::list& words) {
  std::unordered_map<std::string_view, std::uint32_t> places[5];  // by the width, 1, 2 or 4
  std::vector<std::uint32_t> place;
  std::vector<std::int64_t> first;
  place.reserve(words.size());
  for (const py::handle word : words) {
    if (!PyUnicode_Check(word.ptr())) return py::none();
    const auto width = static_cast<std::size_t>(PyUnicode_KIND(word.ptr()));
    const std::string_view characters(static_cast<const char*>(PyUnicode_DATA(word.ptr())),
                                      width * static_cast<std::size_t>(PyUnicode_GET_LENGTH(word.ptr())));
    const auto [found, is_new] = places[width].try_emplace(characters, static_cast<std::uint32_t>(first.size()));
    if (is_new) first.push_back(static_cast<std::int64_t>(place.size()));
    place.push_back(found->second);
  }
  return py::make_tuple(to_numpy(std::move(place)), to_numpy(std::move(first)));
}

/// (clusters [n-1,2] that become one, heights [n-1], order [n] of the leaves)
py::tuple tree_of(const std::vector<ClusterMerge>& merges) {
  const auto count = static_cast<Eigen::Index>(merges.size());
  RowMatrix<std::int64_t> clusters(count, 2);
  std::vector<double> heights;
  for (Eigen::Index m = 0; m < count; ++m) {
    const ClusterMerge& merge = merges[static_cast<std::size_t>(m)];
    clusters.row(m) << merge.first, merge.second;
    heights.push_back(merge.distance);
  }
  return py::make_tuple(to_numpy(std::move(clusters)), to_numpy(std::move(heights)), to_numpy(leaf_order(merges)));
}

/// values [N,K] -> (scores [N,components], variance_ratio [components])
py::tuple components_of(const Array<float>& values, int components) {
  const RowMatrix<float> columns = matrix_of(values);
  PrincipalComponents found = in_background([&] { return principal_components(columns, components); });
  std::vector<double> ratio(found.variance_ratio.begin(), found.variance_ratio.end());
  return py::make_tuple(to_numpy(std::move(found.scores)), to_numpy(std::move(ratio)));
}

}  // namespace

void bind_statistics(py::module_& module) {
  module.def("distinct_rows", &distinct_rows, py::arg("rows").noconvert());
  module.def("distinct_words", &distinct_words, py::arg("words"));
  module.def(
      "linkage",
      [](const Array<double>& profiles) {
        const RowMatrix<double> rows = matrix_of(profiles);
        return tree_of(in_background([&] { return average_linkage(rows); }));
      },
      py::arg("profiles").noconvert());
  module.def(
      "linkage_of_distances",
      [](const Array<double>& distances) {
        const RowMatrix<double> rows = matrix_of(distances);
        return tree_of(in_background([&] { return average_linkage_of(rows); }));
      },
      py::arg("distances").noconvert());
  module.def("principal_components", &components_of, py::arg("values").noconvert(), py::arg("components"));
}

}  // namespace inforelay::python

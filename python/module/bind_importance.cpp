// Shapley values and interactions of units, from tables of all sets.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "infotheory/importance/shapley.hpp"
#include "python/module/arrays.hpp"
#include "python/module/background.hpp"
#include "python/module/bindings.hpp"

namespace inforelay::python {
namespace {

IndexMeaning meaning_named(const std::string& index) {
  if (index == "knocked_out") return IndexMeaning::knocked_out;
  if (index == "present") return IndexMeaning::present;
  throw UsageError("index is {}, expected one of knocked_out, present", index);
}

/// tables [C,S] -> (shapley [C,K], interaction [C,K,K], lesion [C,K,K])
template <class T>
py::tuple importance_of(const Array<T>& tables, const std::string& index) {
  const auto rows = matrix_of(tables);
  const IndexMeaning meaning = meaning_named(index);
  const auto all = in_background(py::none(), [&](Progress& progress) {
    std::vector<ExactImportance> of_rows;
    for (Eigen::Index c = 0; c < rows.rows(); ++c) {
      progress.check();
      of_rows.push_back(
          exact_importance({rows.data() + c * rows.cols(), static_cast<std::size_t>(rows.cols())}, meaning));
    }
    return of_rows;
  });
  const auto contrasts = static_cast<Eigen::Index>(all.size());
  const auto units = all.empty() ? 0 : static_cast<Eigen::Index>(all.front().shapley.size());
  RowMatrix<double> shapley(contrasts, units), interaction(contrasts, units * units), lesion(contrasts, units * units);
  for (Eigen::Index c = 0; c < contrasts; ++c) {
    const ExactImportance& one = all[static_cast<std::size_t>(c)];
    std::copy(one.shapley.begin(), one.shapley.end(), shapley.row(c).data());
    std::copy_n(one.interaction.data(), one.interaction.size(), interaction.row(c).data());
    std::copy_n(one.lesion.data(), one.lesion.size(), lesion.row(c).data());
  }
  const auto depth = static_cast<std::size_t>(std::max<Eigen::Index>(units, 1));
  return py::make_tuple(to_numpy(std::move(shapley)), to_numpy(std::move(interaction), depth),
                        to_numpy(std::move(lesion), depth));
}

}  // namespace

void bind_importance(py::module_& module) {
  module.def("importance", &importance_of<float>, py::arg("tables").noconvert(), py::arg("index"));
  module.def("importance", &importance_of<double>, py::arg("tables").noconvert(), py::arg("index"));
}

}  // namespace inforelay::python

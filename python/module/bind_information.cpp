// Entropies and information of symbols.
#include <pybind11/stl.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "infotheory/information/estimators.hpp"
#include "infotheory/information/information.hpp"
#include "python/module/arrays.hpp"
#include "python/module/background.hpp"
#include "python/module/bindings.hpp"

namespace inforelay::python {
namespace {

VariableSet variables_from(const std::vector<int>& variables) {
  VariableSet set;
  for (const int variable : variables) set = set | VariableSet{variable};
  return set;
}

/// columns [V,N]
JointTable table_from(const Array<std::uint32_t>& columns) {
  const auto rows = matrix_of(columns);
  if (rows.rows() > VariableSet::max_variables)
    throw UsageError("joint table: {} variables, expected at most {}", rows.rows(), VariableSet::max_variables);
  std::vector<std::span<const DiscreteValue>> spans;
  for (Eigen::Index v = 0; v < rows.rows(); ++v)
    spans.emplace_back(rows.data() + v * rows.cols(), static_cast<std::size_t>(rows.cols()));
  return in_background([&] { return JointTable::from_samples(spans); });
}

}  // namespace

void bind_information(py::module_& module) {
  py::dict estimators;
  for (const NamedEstimator& row : entropy_estimators())
    estimators[py::str(std::string(row.name))] = py::make_tuple(std::string(row.about), row.uses_alphabet);
  module.attr("estimators") = estimators;

  module.def(
      "entropy_of_counts",
      [](const Array<std::uint64_t>& counts, const std::string& estimator, double alphabet) {
        return estimated_entropy_bits(entropy_estimator(estimator), span_of(counts), alphabet);
      },
      py::arg("counts").noconvert(), py::arg("estimator"), py::arg("alphabet"));
  module.def(
      "entropy_of_probabilities",
      [](const Array<double>& probabilities) { return entropy_bits(span_of(probabilities)); },
      py::arg("probabilities").noconvert());

  py::class_<JointTable>(module, "JointTable")
      .def(py::init(&table_from), py::arg("columns").noconvert())
      .def(
          "entropy",
          [](const JointTable& table, const std::vector<int>& of, const std::string& estimator,
             const std::vector<double>& alphabets) {
            const NamedEstimator& by = entropy_estimator(estimator);
            const VariableSet variables = variables_from(of);
            return in_background([&] { return estimated_entropy_bits(by, table, variables, alphabets); });
          },
          py::arg("of"), py::arg("estimator"), py::arg("alphabets"))
      // (information in bits, statistic, degrees of freedom, p)
      .def(
          "g_test",
          [](const JointTable& table, const std::vector<int>& x, const std::vector<int>& y) {
            const VariableSet first = variables_from(x), second = variables_from(y);
            const GTest test = in_background([&] { return g_test(table, first, second); });
            return py::make_tuple(test.information_bits, test.statistic, test.degrees_of_freedom, test.p_value);
          },
          py::arg("x"), py::arg("y"));
}

}  // namespace inforelay::python

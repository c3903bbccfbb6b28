// States, discretisation, threads.
#include <omp.h>
#include <pybind11/stl.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/checks.hpp"
#include "core/parallel.hpp"
#include "core/process/cores.hpp"
#include "infotheory/states/discretize_view.hpp"
#include "python/module/arrays.hpp"
#include "python/module/background.hpp"
#include "python/module/bindings.hpp"
#include "python/module/samples.hpp"
#include "python/module/streams.hpp"

namespace inforelay::python {
namespace {

Discretization method_named(std::string_view name) {
  for (const auto& [method, word] : discretization_names)
    if (word == name) return method;
  throw UsageError("discretize: method is {}, expected one of {}", name,
                   fmt::join(words_of(discretization_names), ", "));
}

DiscretizeOptions options_from(const std::string& method, double threshold, std::int64_t levels,
                               std::vector<double> edges, std::uint64_t seed, const std::vector<std::string>& stream) {
  DiscretizeOptions options;
  options.method = method_named(method);
  options.threshold = threshold;
  options.levels = levels;
  options.edges = std::move(edges);
  options.random = stream_named(seed, stream);
  return options;
}

/// Cuts that may be rounded to floats, as those that people give are. Of `cuts` of these values those that would be
/// rounded up to one of them, which lie between neighbouring floats and would no longer divide these, are replaced by
/// the float below: no value is between it and the cut.
void make_safe_to_round(const ValueView& values, RowMatrix<double>& cuts) {
  struct Rounded {
    Eigen::Index unit, cut;
    float value;
    bool occurs;
  };
  std::vector<Rounded> up;
  for (Eigen::Index unit = 0; unit < cuts.rows(); ++unit) {
    for (Eigen::Index cut = 0; cut < cuts.cols(); ++cut) {
      const auto value = static_cast<float>(cuts(unit, cut));
      if (static_cast<double>(value) > cuts(unit, cut)) up.push_back({unit, cut, value, false});
    }
  }
  for (Eigen::Index n = 0; n < values.rows(); ++n) {
    for (Rounded& each : up) each.occurs |= values(n, each.unit) == each.value;
  }
  for (const Rounded& each : up) {
    if (!each.occurs) continue;
    cuts(each.unit, each.cut) =
        static_cast<double>(std::nextafter(each.value, -std::numeric_limits<float>::infinity()));
  }
}

std::span<const double> as_span(const RowMatrix<double>& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

/// Two levels as UnitStates, more as levels; cuts [K,0]: the values are levels.
std::shared_ptr<States> states_by_cuts(const ValueView& values, const RowMatrix<double>& cuts) {
  if (cuts.cols() == 0) return std::make_shared<States>(States{levels_of_symbols(values)});
  if (cuts.cols() == 1) return std::make_shared<States>(States{discretize(values, as_span(cuts))});
  return std::make_shared<States>(States{levels_by_cuts(values, cuts)});
}

py::array states_to_bytes(const States& states) {
  if (const auto* binary = states.binary()) return to_numpy(binary->to_bytes());
  return to_numpy(RowMatrix<std::uint8_t>(states.levels()));
}

}  // namespace

void bind_states(py::module_& module) {
  set_thread_count(default_threads(omp_get_num_procs()).threads);
  module.def("threads", &thread_count);
  module.def("set_threads", [](std::int64_t n) {
    check_range<UsageError>("threads", n, 1, 4096);
    set_thread_count(static_cast<int>(n));
  });
  module.attr("discretizations") = py::cast(words_of(discretization_names));

  py::class_<States, std::shared_ptr<States>>(module, "States")
      .def_property_readonly("samples", [](const States& states) { return sample_count(states); })
      .def_property_readonly("units", [](const States& states) { return unit_count(states); })
      .def("to_bytes", [](const States& states) { return states_to_bytes(states); });

  // values [N,K] -> cuts [K,L-1], which may be rounded to floats
  module.def(
      "cuts",
      [](const Array<float>& values, const std::string& method, double threshold, std::int64_t levels,
         std::vector<double> edges, std::uint64_t seed, const std::vector<std::string>& stream,
         const py::object& progress) {
        const ValueView view = matrix_of(values);
        const DiscretizeOptions options = options_from(method, threshold, levels, std::move(edges), seed, stream);
        return to_numpy(in_background(progress, [&](Progress& reports) {
          RowMatrix<double> found = inforelay::cuts(view, options, reports);
          make_safe_to_round(view, found);
          return found;
        }));
      },
      py::arg("values").noconvert(), py::arg("method"), py::arg("threshold"), py::arg("levels"), py::arg("edges"),
      py::arg("seed"), py::arg("stream"), py::arg("progress"));
  // values [N,K], cuts [K,L-1] -> States
  module.def(
      "states_by_cuts",
      [](const Array<float>& values, const Array<double>& cuts) {
        const ValueView view = matrix_of(values);
        const RowMatrix<double> own_cuts = matrix_of(cuts);
        return in_background([&] { return states_by_cuts(view, own_cuts); });
      },
      py::arg("values").noconvert(), py::arg("cuts").noconvert());
}

}  // namespace inforelay::python

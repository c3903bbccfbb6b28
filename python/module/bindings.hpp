// The parts of the extension module inforelay._core. Its functions take arrays that the Python package has checked for
// type and shape, and return arrays and tuples; names, defaults and documentation for people are those of the package.
#pragma once

#include <pybind11/pybind11.h>

namespace inforelay::python {

/// Exceptions: UsageError and DataError are ValueErrors, ComputeError is a RuntimeError, IoError an OSError.
void bind_errors(pybind11::module_& module);
/// States, discretisation, threads.
void bind_states(pybind11::module_& module);
/// Samples with their relay information and other measures of sets of units.
void bind_relay(pybind11::module_& module);
/// Whether relay information is more than chance.
void bind_significance(pybind11::module_& module);
/// Entropies and information of symbols.
void bind_information(pybind11::module_& module);
/// Shapley values and interactions.
void bind_importance(pybind11::module_& module);
/// Distinct words, hierarchical clusters, principal components.
void bind_statistics(pybind11::module_& module);
/// Generated digits.
void bind_data(pybind11::module_& module);

}  // namespace inforelay::python

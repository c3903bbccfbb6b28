// The errors of the libraries as exceptions of Python, with the same words.
#include <exception>

#include "core/error.hpp"
#include "python/module/bindings.hpp"

namespace inforelay::python {
namespace py = pybind11;
namespace {

// The classes live as long as the interpreter.
PyObject *usage_error = nullptr, *data_error = nullptr, *compute_error = nullptr, *io_error = nullptr;

PyObject* new_exception(py::module_& module, const char* name, const char* about, const py::object& base) {
  const py::object error = py::module_::import("types").attr("new_class")(name, py::make_tuple(base));
  error.attr("__doc__") = about;
  error.attr("__module__") = "inforelay";
  module.attr(name) = error;
  return py::object(error).release().ptr();
}

void translate(std::exception_ptr pointer) {
  try {
    if (pointer) std::rethrow_exception(pointer);
  } catch (const UsageError& error) {
    PyErr_SetString(usage_error, error.what());
  } catch (const DataError& error) {
    PyErr_SetString(data_error, error.what());
  } catch (const ComputeError& error) {
    PyErr_SetString(compute_error, error.what());
  } catch (const IoError& error) {
    PyErr_SetString(io_error, error.what());
  } catch (const Interrupted&) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
  }
}

}  // namespace

void bind_errors(py::module_& module) {
  const py::object builtins = py::module_::import("builtins");
  usage_error = new_exception(module, "UsageError", "An argument that is out of range or does not fit the others.",
                              builtins.attr("ValueError"));
  data_error = new_exception(module, "DataError", "Data or a file that is missing, damaged or not what it should be.",
                             builtins.attr("ValueError"));
  compute_error = new_exception(module, "ComputeError", "A computation that did not reach its goal.",
                                builtins.attr("RuntimeError"));
  io_error =
      new_exception(module, "IoError", "A file that could not be written or read back.", builtins.attr("OSError"));
  py::register_exception_translator(translate);
}

}  // namespace inforelay::python

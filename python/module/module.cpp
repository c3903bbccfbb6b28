// The extension module inforelay._core.
#include <string>

#include "core/provenance.hpp"
#include "python/module/bindings.hpp"

PYBIND11_MODULE(_core, module) {
  using namespace inforelay;
  module.doc() = "The libraries of inforelay. Use the package: import inforelay";
  module.attr("version") = std::string(version());
  module.attr("git_revision") = std::string(git_revision());
  python::bind_errors(module);
  python::bind_states(module);
  python::bind_relay(module);
  python::bind_significance(module);
  python::bind_information(module);
  python::bind_importance(module);
  python::bind_statistics(module);
  python::bind_data(module);
}

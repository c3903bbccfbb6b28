// Long computations in a thread of their own, so that Python stays responsive.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/progress.hpp"

namespace inforelay::python {

/// Runs `work` in another thread. The calling thread waits without the GIL; twenty times a second it handles signals,
/// so that Ctrl-C works, and calls `progress`, None or a function of (done, total), with the latest report. Once at the
/// end `progress` is called with the last report, if there was one. If it or a signal handler raises an exception, the
/// work is asked to stop and the exception is passed on as it is. Errors of `work` are passed on.
///
/// Computing threads are never those of Python, which may fork them: OpenMP does not work in a forked process whose
/// parent has used it in the same thread. Their number is that of the computations that run at the same time; they and
/// their OpenMP threads are kept for the next ones. Cost: about 20 us.
void run_in_background(const pybind11::object& progress, const std::function<void(Progress&)>& work);

/// The same for work with a result. To be called, and the result used, with the GIL.
template <class Work>
auto in_background(const pybind11::object& progress, const Work& work) {
  std::optional<std::invoke_result_t<Work, Progress&>> result;
  run_in_background(progress, [&](Progress& reports) { result.emplace(work(reports)); });
  return std::move(*result);
}
template <class Work>
auto in_background(const Work& work) {
  return in_background(pybind11::none(), [&](Progress&) { return work(); });
}

}  // namespace inforelay::python

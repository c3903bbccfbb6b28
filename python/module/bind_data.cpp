// Data to try things on: the digits that the program generates.
#include <utility>
#include <vector>

#include "core/checks.hpp"
#include "nn/data/digits.hpp"
#include "python/module/arrays.hpp"
#include "python/module/background.hpp"
#include "python/module/bindings.hpp"

namespace inforelay::python {
namespace {

/// (images [N,28,28], labels [N])
py::tuple images_and_labels(const Dataset& data) {
  const auto samples = static_cast<py::ssize_t>(data.size());
  RowMatrix<std::uint8_t> images = data.inputs();
  return py::make_tuple(owned_array(std::move(images), {samples, digits_side, digits_side}),
                        to_numpy(std::vector<std::int64_t>(data.labels().begin(), data.labels().end())));
}

}  // namespace

void bind_data(py::module_& module) {
  // ((images, labels) of training, (images, labels) of test)
  module.def(
      "digits",
      [](std::int64_t train, std::int64_t test, std::uint64_t seed, const py::object& progress) {
        check_range<UsageError>("digits: train", train, 1, 1'000'000);
        check_range<UsageError>("digits: test", test, 1, 1'000'000);
        const DigitsOptions options{static_cast<std::size_t>(train), static_cast<std::size_t>(test), seed};
        const DataPair data =
            in_background(progress, [&](Progress& reports) { return generate_digits(options, reports); });
        return py::make_tuple(images_and_labels(data.train), images_and_labels(data.test));
      },
      py::arg("train"), py::arg("test"), py::arg("seed"), py::arg("progress"));
}

}  // namespace inforelay::python

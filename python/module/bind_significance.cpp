// Whether relay information is more than chance, and how far it can be trusted.
#include <pybind11/stl.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "infotheory/significance/bootstrap.hpp"
#include "infotheory/significance/permutation_test.hpp"
#include "infotheory/significance/sampling.hpp"
#include "infotheory/significance/subsampling.hpp"
#include "python/module/arrays.hpp"
#include "python/module/background.hpp"
#include "python/module/bindings.hpp"
#include "python/module/samples.hpp"
#include "python/module/streams.hpp"

namespace inforelay::python {
namespace {

template <class Table>
auto value_named(const Table& table, const std::string& what, const std::string& name) {
  for (const auto& [value, word] : table)
    if (word == name) return value;
  throw UsageError("{} is {}, expected one of {}", what, name, fmt::join(words_of(table), ", "));
}

std::size_t at_least(const std::string& what, std::int64_t value, std::int64_t least) {
  check_range<UsageError>(what, value, least, std::int64_t{10'000'000});
  return static_cast<std::size_t>(value);
}

PermutationOptions options_from(const std::string& null, std::int64_t permutations, const std::string& exchange,
                                const Array<std::uint32_t>& trial, std::uint64_t seed,
                                const std::vector<std::string>& stream) {
  PermutationOptions options;
  options.null = value_named(relay_null_names, "null", null);
  options.permutations = at_least("permutations", permutations, 1);
  options.exchange = value_named(exchange_names, "exchange", exchange);
  options.trial = span_of(trial);
  options.random = stream_named(seed, stream);
  return options;
}

/// (what is exchanged, trial [N] of the bootstrap, why there is none)
py::tuple sampling(const Array<std::uint32_t>& trial, const std::string& exchange) {
  const std::span<const std::uint32_t> trials = span_of(trial);
  Sampling found =
      sampling_of({trials.begin(), trials.end()}, value_named(exchange_choice_names, "exchange", exchange));
  return py::make_tuple(py::str(std::string(word_of(exchange_names, found.exchange))), to_numpy(std::move(found.trial)),
                        found.no_bootstrap);
}

/// name_observed, name_p, name_mean [C,columns], name_quantile [C,columns,Q]
void put(py::dict& result, const std::string& name, NullTest&& test) {
  if (test.observed.size() == 0) return;
  result[py::str(name + "_observed")] = to_numpy(std::move(test.observed));
  result[py::str(name + "_mean")] = to_numpy(std::move(test.mean));
  result[py::str(name + "_p")] = to_numpy(std::move(test.p));
  result[py::str(name + "_quantile")] = to_numpy(std::move(test.quantile), NullTest::quantile_levels.size());
}

void put(py::dict& result, const std::string& name, BootstrapIntervals&& intervals) {
  result[py::str(name + "_observed")] = to_numpy(std::move(intervals.observed));
  result[py::str(name + "_bias")] = to_numpy(std::move(intervals.bias));
  result[py::str(name + "_low")] = to_numpy(std::move(intervals.low));
  result[py::str(name + "_high")] = to_numpy(std::move(intervals.high));
}

py::dict permutation_test(const Samples& samples, const std::string& null, std::int64_t permutations,
                          const std::string& exchange, const Array<std::uint32_t>& trial, std::uint64_t seed,
                          const std::vector<std::string>& stream, bool greedy, const py::object& progress) {
  const PermutationOptions options = options_from(null, permutations, exchange, trial, seed, stream);
  const RelaySamples view = samples.relay_samples();
  RelayTest test = in_background(progress, [&](Progress& reports) {
    return relay_permutation_test(view, options, greedy ? RelayPart::greedy : RelayPart::single, reports);
  });
  py::dict result;
  put(result, "total", std::move(test.total));
  put(result, "single", std::move(test.single));
  put(result, "aggregated", std::move(test.aggregated));
  put(result, "greedy", std::move(test.by_size));
  return result;
}

py::dict set_test(const Samples& samples, const std::vector<int>& relay, const std::string& null,
                  std::int64_t permutations, const std::string& exchange, const Array<std::uint32_t>& trial,
                  std::uint64_t seed, const std::vector<std::string>& stream, const py::object& progress) {
  const PermutationOptions options = options_from(null, permutations, exchange, trial, seed, stream);
  const RelaySamples view = samples.relay_samples();
  NullTest test =
      in_background(progress, [&](Progress& reports) { return set_permutation_test(view, relay, options, reports); });
  py::dict result;
  put(result, "set", std::move(test));
  return result;
}

py::dict maximum_test(const Samples& samples, const std::string& null, std::int64_t permutations,
                      const std::string& exchange, const Array<std::uint32_t>& trial, std::uint64_t seed,
                      const std::vector<std::string>& stream, const py::object& progress) {
  const PermutationOptions options = options_from(null, permutations, exchange, trial, seed, stream);
  const RelaySamples view = samples.relay_samples();
  MaximumTest test =
      in_background(progress, [&](Progress& reports) { return maximum_permutation_test(view, options, reports); });
  py::dict result;
  put(result, "maximum", std::move(test.by_size));
  put(result, "maximum_any", std::move(test.any));
  return result;
}

py::dict bootstrap(const Samples& samples, std::int64_t resamples, double level, const Array<std::uint32_t>& trial,
                   std::uint64_t seed, const std::vector<std::string>& stream, const py::object& progress) {
  BootstrapOptions options;
  options.resamples = at_least("bootstrap", resamples, 2);
  options.level = level;
  options.trial = span_of(trial);
  options.random = stream_named(seed, stream);
  const RelaySamples view = samples.relay_samples();
  RelayBootstrap found = in_background(
      progress, [&](Progress& reports) { return relay_bootstrap(view, options, RelayPart::greedy, reports); });
  py::dict result;
  put(result, "total", std::move(found.total));
  put(result, "single", std::move(found.single));
  put(result, "aggregated", std::move(found.aggregated));
  result["last_two_recur"] = to_numpy(std::move(found.last_two_recur));
  result["half_set_recurs"] = to_numpy(std::move(found.half_set_recurs));
  result["in_half_set"] = to_numpy(std::move(found.in_half_set));
  return result;
}

py::dict subsampling(const Samples& samples, std::int64_t draws, std::uint64_t seed,
                     const std::vector<std::string>& stream, const py::object& progress) {
  SubsamplingOptions options;
  options.draws = at_least("draws", draws, 1);
  options.random = stream_named(seed, stream);
  const RelaySamples view = samples.relay_samples();
  SubsamplingCurve curve = in_background(
      progress, [&](Progress& reports) { return subsampling_curve(view, options, RelayPart::single, reports); });
  const std::size_t sizes = SubsamplingCurve::divisors.size();
  py::dict result;
  result["samples"] = to_numpy(std::move(curve.samples));
  result["total_mean"] = to_numpy(std::move(curve.total_mean));
  result["total_sd"] = to_numpy(std::move(curve.total_sd));
  result["single_mean"] = to_numpy(std::move(curve.single_mean), sizes);
  result["single_sd"] = to_numpy(std::move(curve.single_sd), sizes);
  result["total_extrapolated"] = to_numpy(std::move(curve.total_extrapolated));
  result["single_extrapolated"] = to_numpy(std::move(curve.single_extrapolated));
  return result;
}

}  // namespace

void bind_significance(py::module_& module) {
  module.attr("nulls") = py::cast(words_of(relay_null_names));
  module.def("sampling", &sampling, py::arg("trial").noconvert(), py::arg("exchange"));
  module.attr("null_quantile_levels") = py::cast(NullTest::quantile_levels);
  module.def("permutation_test", &permutation_test, py::arg("samples"), py::arg("null"), py::arg("permutations"),
             py::arg("exchange"), py::arg("trial").noconvert(), py::arg("seed"), py::arg("stream"), py::arg("greedy"),
             py::arg("progress"));
  module.def("set_test", &set_test, py::arg("samples"), py::arg("relay"), py::arg("null"), py::arg("permutations"),
             py::arg("exchange"), py::arg("trial").noconvert(), py::arg("seed"), py::arg("stream"),
             py::arg("progress"));
  module.def("maximum_test", &maximum_test, py::arg("samples"), py::arg("null"), py::arg("permutations"),
             py::arg("exchange"), py::arg("trial").noconvert(), py::arg("seed"), py::arg("stream"),
             py::arg("progress"));
  module.def("bootstrap", &bootstrap, py::arg("samples"), py::arg("resamples"), py::arg("level"),
             py::arg("trial").noconvert(), py::arg("seed"), py::arg("stream"), py::arg("progress"));
  module.def("subsampling", &subsampling, py::arg("samples"), py::arg("draws"), py::arg("seed"), py::arg("stream"),
             py::arg("progress"));
}

}  // namespace inforelay::python

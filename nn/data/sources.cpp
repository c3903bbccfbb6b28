// The table of data sources.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

extern const DataSource mnist_source, digits_source, idx_source, arrays_source, table_source, boolean_source,
    nback_source, delayed_match_source, flip_flop_source, sequence_source;

std::span<const DataSource* const> data_sources() {
  static constexpr const DataSource* all[]{&mnist_source,     &digits_source,  &idx_source,   &arrays_source,
                                           &table_source,     &boolean_source, &nback_source, &delayed_match_source,
                                           &flip_flop_source, &sequence_source};
  return all;
}

const DataSource& data_source(std::string_view name) {
  std::vector<std::string_view> names;
  for (const DataSource* source : data_sources()) {
    if (source->name == name) return *source;
    names.push_back(source->name);
  }
  throw UsageError("unknown data set '{}', expected one of {}", name, fmt::join(names, ", "));
}

std::vector<std::string_view> generated_data_sources() {
  std::vector<std::string_view> names;
  for (const DataSource* source : data_sources()) {
    if (source->is_fallback) names.push_back(source->name);
  }
  return names;
}

}  // namespace inforelay

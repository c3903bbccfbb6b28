// The tables of the summary as data: summary.csv in long form, summary.json by name.
#pragma once

#include <string>
#include <vector>

#include "experiments/reports/summary_table.hpp"

namespace inforelay {

/// The tables of one layer of a network or recording.
struct LayerTables {
  std::string system, layer;
  std::vector<SummaryTable> tables;
};

/// A line for each value: system,layer,table,row,quantity,units,value; numbers in full, undefined ones empty, sets as
/// units separated by blanks.
std::string summary_csv(const std::vector<LayerTables>& layers);

/// {"warnings": [...], "systems": {SYSTEM: {LAYER: {TABLE: {ROW: {QUANTITY: value}}}}}}; undefined numbers are null,
/// sets lists of units. `name` and `seed` of the run stand beside them.
std::string summary_json(const std::string& name, std::int64_t seed, const std::vector<LayerTables>& layers,
                         const std::vector<std::string>& warnings);

}  // namespace inforelay

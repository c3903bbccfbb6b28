#include "experiments/reports/summary_files.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text/csv_table.hpp"

namespace inforelay {
namespace {

using Json = nlohmann::ordered_json;

struct CellCsv {
  std::string operator()(double value) const { return std::isnan(value) ? "" : fmt::format("{}", value); }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const UnitsCell& units) const { return units ? units->to_string() : ""; }
};

struct CellJson {
  Json operator()(double value) const { return std::isfinite(value) ? Json(value) : Json(); }
  Json operator()(std::int64_t value) const { return value; }
  Json operator()(const std::string& value) const { return value; }
  Json operator()(const UnitsCell& units) const {
    if (!units) return {};
    Json list = Json::array();
    for (int unit = 0; unit < NeuronSet::max_neurons; ++unit) {
      if (units->contains(unit)) list.push_back(unit);
    }
    return list;
  }
};

}  // namespace

std::string summary_csv(const std::vector<LayerTables>& layers) {
  CsvTable csv("system,layer,table,row,quantity,units,value");
  for (const LayerTables& layer : layers) {
    for (const SummaryTable& table : layer.tables) {
      for (std::size_t row = 0; row < table.rows.size(); ++row) {
        for (const SummaryColumn& column : table.columns) {
          csv.row_of({layer.system, layer.layer, table.name, table.rows[row], column.key, column.units,
                      std::visit(CellCsv{}, column.cells[row])});
        }
      }
    }
  }
  return csv.text();
}

std::string summary_json(const std::string& name, std::int64_t seed, const std::vector<LayerTables>& layers,
                         const std::vector<std::string>& warnings) {
  Json json = {{"name", name}, {"seed", seed}, {"warnings", warnings}, {"systems", Json::object()}};
  for (const LayerTables& layer : layers) {
    Json& tables = json["systems"][layer.system][layer.layer];
    for (const SummaryTable& table : layer.tables) {
      for (std::size_t row = 0; row < table.rows.size(); ++row) {
        for (const SummaryColumn& column : table.columns)
          tables[table.name][table.rows[row]][column.key] = std::visit(CellJson{}, column.cells[row]);
      }
    }
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace inforelay

// The comparison with published values, and the claims, as groups of a results file.
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "core/files/hdf5_values.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {
namespace {

using Row = ReproductionRow;
using Sum = ReproductionColumn;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t no_verdict = -1;

std::string set_text(const QuantityValue& value) {
  const NeuronSet* set = std::get_if<NeuronSet>(&value);
  return set ? set->to_string() : "";
}

double number(const QuantityValue& value) {
  const double* number = std::get_if<double>(&value);
  return number ? *number : no_number;
}

std::int64_t set_bits(const QuantityValue& value) {
  const NeuronSet* set = std::get_if<NeuronSet>(&value);
  return set ? std::int64_t{set->bits()} : -1;
}

QuantityValue value_of(double number, std::int64_t bits) {
  if (bits < 0) return number;
  return NeuronSet(static_cast<std::uint32_t>(bits));
}

std::vector<std::string> texts(const Hdf5Reader& file, const std::string& path, std::size_t count) {
  std::vector<std::string> values = file.texts(path);
  if (values.size() != count) {
    throw DataError(fmt::format("{}: {} texts, expected {}", path, values.size(), count));
  }
  return values;
}

// One value of every row, or column, as a list.
template <class Element, class Get>
auto list(const std::vector<Element>& elements, Get&& get) {
  std::vector<std::decay_t<decltype(get(elements.front()))>> values;
  for (const Element& element : elements) values.push_back(get(element));
  return values;
}

}  // namespace

void write_reproduction(Hdf5Writer& file, const std::string& group, const ReproductionResult& reproduction) {
  const std::vector<Row>& rows = reproduction.rows;
  const std::vector<Sum>& columns = reproduction.columns;
  const auto put = [&](const std::string& name, const auto& values, const char* units, const char* long_name,
                       const char* dim) {
    file.dataset(join_path(group, name), values, {.units = units, .long_name = long_name, .dims = {dim}});
  };
  file.attribute(group, "within_tolerance", std::int64_t{reproduction.met()});
  put("comparison", list(rows, [](const Row& r) { return r.comparison; }), "text", "comparison", "row");
  put("column", list(rows, [](const Row& r) { return r.column; }), "text", "column of the published table", "row");
  put("network", list(rows, [](const Row& r) { return r.network; }), "text", "network", "row");
  put("quantity", list(rows, [](const Row& r) { return r.quantity; }), "text", "what was compared", "row");
  put("class", list(rows, [](const Row& r) { return r.cls; }), "1", "class; -1: the network as a whole", "row");
  put("published", list(rows, [](const Row& r) { return number(r.published); }), "as the quantity",
      "published value; NaN where it is a set of neurons or absent", "row");
  put("ours", list(rows, [](const Row& r) { return number(r.ours); }), "as the quantity",
      "our value; NaN where it is a set of neurons", "row");
  put("published_set", list(rows, [](const Row& r) { return set_text(r.published); }), "text",
      "published set of neurons; empty where it is a number", "row");
  put("ours_set", list(rows, [](const Row& r) { return set_text(r.ours); }), "text", "our set of neurons", "row");
  put("published_bits", list(rows, [](const Row& r) { return set_bits(r.published); }), "1",
      "published set, bit k is neuron k; -1 where it is a number", "row");
  put("ours_bits", list(rows, [](const Row& r) { return set_bits(r.ours); }), "1", "our set, likewise", "row");
  put("difference", list(rows, [](const Row& r) { return r.difference(); }), "as the quantity",
      "our value minus the published one; NaN for sets", "row");
  put("tolerance_absolute", list(rows, [](const Row& r) { return r.absolute.value_or(no_number); }), "as the quantity",
      "largest difference that is ok; NaN: no such bound", "row");
  put("tolerance_relative", list(rows, [](const Row& r) { return r.relative.value_or(no_number); }), "1",
      "the same as a fraction of the published value", "row");
  put("ok", list(rows, [](const Row& r) { return r.ok ? std::int64_t{*r.ok} : no_verdict; }), "1",
      "1: within tolerance, or equal; 0: not; -1: no verdict asked for", "row");

  const std::string sums = join_path(group, "columns");
  const auto put_sum = [&](const std::string& name, const auto& values, const char* units, const char* long_name) {
    file.dataset(join_path(sums, name), values,
                 {.units = units, .long_name = long_name, .dims = {"comparison_column"}});
  };
  const auto count = [](std::size_t value) { return static_cast<std::int64_t>(value); };
  put_sum("comparison", list(columns, [](const Sum& c) { return c.comparison; }), "text", "comparison");
  put_sum("column", list(columns, [](const Sum& c) { return c.column; }), "text", "column of the published table");
  put_sum("quantity", list(columns, [](const Sum& c) { return c.quantity; }), "text", "what was compared");
  put_sum("rows", list(columns, [&](const Sum& c) { return count(c.rows); }), "1", "values compared");
  put_sum("ok", list(columns, [&](const Sum& c) { return count(c.ok); }), "1", "of these within tolerance");
  put_sum("needed", list(columns, [&](const Sum& c) { return count(c.needed); }), "1",
          "how many must be; 0: no verdict asked for");
}

ReproductionResult read_reproduction(const Hdf5Reader& file, const std::string& group) {
  ReproductionResult result;
  if (!file.exists(group)) return result;
  const std::size_t count = file.vector<double>(join_path(group, "ours")).size();
  const auto text = [&](const char* name) { return texts(file, join_path(group, name), count); };
  const auto number = [&](const char* name) { return file.vector<double>(join_path(group, name), count); };
  const auto whole = [&](const char* name) { return file.vector<std::int64_t>(join_path(group, name), count); };
  const auto comparison = text("comparison"), column = text("column"), network = text("network"),
             quantity = text("quantity");
  const auto cls = whole("class"), published_bits = whole("published_bits"), ours_bits = whole("ours_bits"),
             ok = whole("ok");
  const auto published = number("published"), ours = number("ours"), absolute = number("tolerance_absolute"),
             relative = number("tolerance_relative");
  for (std::size_t i = 0; i < count; ++i) {
    Row row{.comparison = comparison[i],
            .column = column[i],
            .network = network[i],
            .quantity = quantity[i],
            .cls = cls[i],
            .published = value_of(published[i], published_bits[i]),
            .ours = value_of(ours[i], ours_bits[i]),
            .absolute = {},
            .relative = {},
            .ok = {}};
    if (!std::isnan(absolute[i])) row.absolute = absolute[i];
    if (!std::isnan(relative[i])) row.relative = relative[i];
    if (ok[i] != no_verdict) row.ok = ok[i] != 0;
    result.rows.push_back(std::move(row));
  }
  const std::string sums = join_path(group, "columns");
  const auto rows = file.vector<std::int64_t>(join_path(sums, "rows"));
  const auto met = file.vector<std::int64_t>(join_path(sums, "ok"), rows.size());
  const auto needed = file.vector<std::int64_t>(join_path(sums, "needed"), rows.size());
  const auto sum_comparison = texts(file, join_path(sums, "comparison"), rows.size());
  const auto sum_column = texts(file, join_path(sums, "column"), rows.size());
  const auto sum_quantity = texts(file, join_path(sums, "quantity"), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    result.columns.push_back({.comparison = sum_comparison[i],
                              .column = sum_column[i],
                              .quantity = sum_quantity[i],
                              .rows = static_cast<std::size_t>(rows[i]),
                              .ok = static_cast<std::size_t>(met[i]),
                              .needed = static_cast<std::size_t>(needed[i])});
  }
  return result;
}

void write_claims(Hdf5Writer& file, const std::string& group, const std::vector<ClaimResult>& claims,
                  const std::vector<std::int64_t>& seeds) {
  const std::size_t runs = seeds.size();
  file.scale(group, "seed", seeds, "seed of the run");
  RowMatrix<std::int64_t> holding(static_cast<Eigen::Index>(claims.size()), static_cast<Eigen::Index>(runs));
  for (std::size_t i = 0; i < claims.size(); ++i) {
    for (std::size_t run = 0; run < runs; ++run) {
      holding(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(run)) = claims[i].classes_holding[run];
    }
  }
  file.dataset(join_path(group, "claim"), list(claims, [](const ClaimResult& c) { return c.claim; }),
               {.units = "text", .long_name = "what is claimed", .dims = {"claim"}});
  file.dataset(join_path(group, "classes"), list(claims, [](const ClaimResult& c) { return c.classes; }),
               {.units = "1", .long_name = "classes that it could hold for", .dims = {"claim"}});
  file.dataset(join_path(group, "classes_holding"), holding,
               {.units = "1", .long_name = "classes that it holds for", .dims = {"claim", "seed"}});
}

std::vector<ClaimResult> read_claims(const Hdf5Reader& file, const std::string& group) {
  std::vector<ClaimResult> claims;
  if (!file.exists(group)) return claims;
  const auto classes = file.vector<std::int64_t>(join_path(group, "classes"));
  const auto names = texts(file, join_path(group, "claim"), classes.size());
  const auto holding = file.matrix<std::int64_t>(join_path(group, "classes_holding"), classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto row = holding.row(static_cast<Eigen::Index>(i));
    claims.push_back({.claim = names[i], .classes = classes[i], .classes_holding = {row.begin(), row.end()}});
  }
  return claims;
}

}  // namespace inforelay

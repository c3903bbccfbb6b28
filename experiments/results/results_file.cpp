// The results file as a whole: regressions, provenance, stages, and the order of its groups.
#include <fmt/format.h>

#include <numeric>

#include "core/files/hdf5_values.hpp"
#include "experiments/results/results_file.hpp"
#include "nn/network/network_hdf5.hpp"

namespace inforelay {
namespace {

constexpr std::string_view not_inference =
    "all rows are deterministic functions of one network: this describes the fit, it is not inference";

RowMatrix<double> table(const std::vector<Regression>& fits, std::vector<double> Regression::*column) {
  const std::size_t terms = fits.front().coefficient.size();
  RowMatrix<double> result(static_cast<Eigen::Index>(fits.size()), static_cast<Eigen::Index>(terms));
  for (std::size_t c = 0; c < fits.size(); ++c) {
    for (std::size_t i = 0; i < terms; ++i) {
      result(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(i)) = (fits[c].*column)[i];
    }
  }
  return result;
}

std::vector<double> column(const std::vector<Regression>& fits, double Regression::*value) {
  std::vector<double> result;
  for (const Regression& fit : fits) result.push_back(fit.*value);
  return result;
}

struct TermTable {
  const char* name;
  std::vector<double> Regression::*values;
  const char* long_name;
};
constexpr TermTable term_tables[] = {
    {"coefficient", &Regression::coefficient,
     "coefficients of accuracy ~ 1 + set_size + information, all scaled to [0,1]"},
    {"stderr", &Regression::standard_error, "standard errors of the coefficients"},
    {"t", &Regression::t, "coefficient over standard error"},
    {"p", &Regression::p, "two-sided p-value of t"},
};

struct ClassColumn {
  const char* name;
  double Regression::*value;
  const char* long_name;
};
constexpr ClassColumn class_columns[] = {
    {"f", &Regression::f, "F statistic of the fit"},
    {"f_p", &Regression::f_p, "p-value of F"},
    {"r_squared", &Regression::r_squared, "fraction of the variance of accuracy that is explained"},
    {"residual_variance", &Regression::residual_variance, "residual sum of squares over degrees of freedom"},
};

void write_provenance(Hdf5Writer& file, const RunProvenance& from, const std::vector<StageTime>& stages) {
  const std::string group = "provenance";
  write_value(file, group, "command_line", from.command_line, "text", "command that produced this file");
  write_value(file, group, "config", from.config, "text", "resolved configuration, YAML");
  write_value(file, group, "version", from.version, "text", "version of inforelay");
  write_value(file, group, "git_revision", from.git_revision, "text", "revision of inforelay");
  write_value(file, group, "compiler", from.compiler, "text", "compiler of inforelay");
  write_value(file, group, "compiler_flags", from.compiler_flags, "text", "its flags");
  write_value(file, group, "host", from.host, "text", "machine");
  write_value(file, group, "threads", std::int64_t{from.threads}, "1", "threads; no number depends on them");
  write_value(file, group, "seed", from.seed, "1", "seed of all random streams");
  write_value(file, group, "data_name", from.data_name, "text", "data set used");
  write_value(file, group, "data_origin", from.data_origin, "text", "where it came from");
  write_value(file, group, "data_sha256", from.data_sha256, "text", "digest of its content");
  write_value(file, group, "fallback_reason", from.fallback_reason, "text",
              "which data stand in for those asked for, and why; empty if none do");
  write_value(file, group, "wall_seconds", from.wall_seconds, "s", "wall-clock time of all stages, over all starts");
  std::vector<std::string> names;
  std::vector<double> seconds;
  for (const StageTime& stage : stages) {
    names.push_back(stage.stage);
    seconds.push_back(stage.seconds);
  }
  file.scale(group, "stage", std::span<const std::string>(names), "stage");
  file.dataset(join_path(group, "stage_seconds"), seconds,
               {.units = "s", .long_name = "time of each stage", .dims = {"stage"}});
}

RunProvenance read_provenance(const Hdf5Reader& file) {
  const auto text = [&](std::string_view name) { return file.text(join_path("provenance", name)); };
  RunProvenance from;
  from.command_line = text("command_line");
  from.config = text("config");
  from.version = text("version");
  from.git_revision = text("git_revision");
  from.compiler = text("compiler");
  from.compiler_flags = text("compiler_flags");
  from.host = text("host");
  from.threads = static_cast<int>(file.scalar<std::int64_t>("provenance/threads"));
  from.seed = file.scalar<std::int64_t>("provenance/seed");
  from.data_name = text("data_name");
  from.data_origin = text("data_origin");
  from.data_sha256 = text("data_sha256");
  from.fallback_reason = text("fallback_reason");
  from.wall_seconds = file.scalar<double>("provenance/wall_seconds");
  return from;
}

void write_network_result(Hdf5Writer& file, const std::string& group, const NetworkResult& network) {
  // The scales that several of the group's parts share.
  const Mlp& mlp = network.model.network;
  std::vector<std::int64_t> classes(static_cast<std::size_t>(mlp.output_width()));
  std::iota(classes.begin(), classes.end(), std::int64_t{0});
  file.scale(group, "class", classes, "class");
  write_model(file, group, network.model);
  for (const auto& [split, states] : network.states) {
    write_states(file, fmt::format("{}/states/{}", group, to_string(split)), states);
  }
  for (const auto& [split, relay] : network.relay) {
    write_relay(file, fmt::format("{}/relay/{}", group, to_string(split)), relay);
  }
  for (const auto& [split, knockout] : network.knockout) {
    write_knockout(file, fmt::format("{}/knockout/{}", group, to_string(split)), knockout);
  }
  if (network.regression) write_regression(file, join_path(group, "regression"), *network.regression);
  if (network.appendix) write_appendix(file, join_path(group, "appendix"), *network.appendix);
}

NetworkResult read_network_result(const Hdf5Reader& file, const std::string& group) {
  NetworkResult network;
  network.model = read_model(file, group);
  for (const Split split : {Split::train, Split::test}) {
    const auto path = [&](std::string_view part) { return fmt::format("{}/{}/{}", group, part, to_string(split)); };
    if (file.exists(path("states"))) network.states[split] = read_states(file, path("states"));
    if (file.exists(path("relay"))) network.relay[split] = read_relay(file, path("relay"));
    if (file.exists(path("knockout"))) network.knockout[split] = read_knockout(file, path("knockout"));
  }
  if (file.exists(join_path(group, "regression")))
    network.regression = read_regression(file, join_path(group, "regression"));
  if (file.exists(join_path(group, "appendix"))) network.appendix = read_appendix(file, join_path(group, "appendix"));
  return network;
}

}  // namespace

void write_regression(Hdf5Writer& file, const std::string& group, const RegressionResult& regression) {
  const std::vector<std::string>& terms = regression.fits.front().terms;
  file.scale(group, "term", std::span<const std::string>(terms), "term of the regression");
  for (const TermTable& each : term_tables) {
    const std::string path = join_path(group, each.name);
    file.dataset(path, table(regression.fits, each.values),
                 {.units = "1", .long_name = each.long_name, .dims = {"class", "term"}});
    file.attribute(path, "terms", terms);
  }
  for (const ClassColumn& each : class_columns) {
    file.dataset(join_path(group, each.name), column(regression.fits, each.value),
                 {.units = "1", .long_name = each.long_name, .dims = {"class"}});
  }
  for (const char* name : {"stderr", "t", "p", "f", "f_p"}) {
    file.attribute(join_path(group, name), "note", std::string(not_inference));
  }
  std::vector<std::string> undefined;
  for (const Regression& fit : regression.fits) undefined.push_back(fit.undefined);
  file.dataset(join_path(group, "undefined"), undefined,
               {.units = "text", .long_name = "why a class has no fit; empty where it has one", .dims = {"class"}});
  file.dataset(join_path(group, "rows"), std::int64_t(regression.fits.front().rows),
               {.units = "1", .long_name = "sets in each fit", .dims = {}});
  const std::vector<std::string> variables{"set_size", "information", "accuracy"};
  const std::string path = join_path(group, "correlations");
  file.scale(group, "variable", std::span<const std::string>(variables), "variable");
  file.array<double>(
      path, regression.correlations, {regression.fits.size(), variables.size(), variables.size()},
      {.units = "1", .long_name = "Pearson correlations over all sets", .dims = {"class", "variable", "variable"}});
  file.attribute(path, "variables", variables);
}

RegressionResult read_regression(const Hdf5Reader& file, const std::string& group) {
  RegressionResult regression;
  const auto terms = file.attribute<std::vector<std::string>>(join_path(group, "coefficient"), "terms");
  const auto undefined = file.texts(join_path(group, "undefined"));
  const std::size_t classes = undefined.size();
  regression.fits.resize(classes);
  for (const TermTable& each : term_tables) {
    const auto values = file.matrix<double>(join_path(group, each.name), classes, terms.size());
    for (std::size_t c = 0; c < classes; ++c) {
      const auto row = values.row(static_cast<Eigen::Index>(c));
      (regression.fits[c].*each.values).assign(row.begin(), row.end());
    }
  }
  for (const ClassColumn& each : class_columns) {
    const auto values = file.vector<double>(join_path(group, each.name), classes);
    for (std::size_t c = 0; c < classes; ++c) regression.fits[c].*each.value = values[c];
  }
  for (std::size_t c = 0; c < classes; ++c) {
    regression.fits[c].terms = terms;
    regression.fits[c].undefined = undefined[c];
    regression.fits[c].rows = static_cast<std::size_t>(file.scalar<std::int64_t>(join_path(group, "rows")));
  }
  regression.correlations = file.array<double>(join_path(group, "correlations"));
  return regression;
}

void write_header(Hdf5Writer& file, const ExperimentResult& result, const std::string& status) {
  file.attribute("", "format", std::string(results_format));
  file.attribute("", "format_version", results_format_version);
  file.attribute("", "experiment", result.experiment);
  file.attribute("", "status", status);
  write_provenance(file, result.provenance, result.stages);
}

void write_results(const std::filesystem::path& path, const ExperimentResult& result) {
  Hdf5Writer file(path);
  write_header(file, result, "complete");
  std::vector<std::string> order;
  for (const auto& [name, network] : result.networks) {
    write_network_result(file, "networks/" + name, network);
    order.push_back(name);
  }
  file.attribute("networks", "order", order);
  if (!result.reproduction.rows.empty()) write_reproduction(file, "reproduction", result.reproduction);
  if (!result.claims.empty()) write_claims(file, "claims", result.claims, {result.provenance.seed});
  file.commit();
}

ExperimentResult read_results(const std::filesystem::path& path) {
  const Hdf5Reader file(path);
  const auto format = file.attribute<std::string>("", "format");
  const auto version = file.attribute<std::int64_t>("", "format_version");
  if (format != results_format || version != results_format_version) {
    throw DataError(fmt::format("'{}': format is '{}' version {}, expected '{}' version {}", path.string(), format,
                                version, results_format, results_format_version));
  }
  ExperimentResult result;
  result.experiment = file.attribute<std::string>("", "experiment");
  result.provenance = read_provenance(file);
  const auto seconds = file.vector<double>("provenance/stage_seconds");
  const auto stages = file.texts("provenance/dimensions/stage");
  for (std::size_t i = 0; i < seconds.size() && i < stages.size(); ++i)
    result.stages.push_back({stages[i], seconds[i]});
  for (const std::string& name : file.attribute<std::vector<std::string>>("networks", "order")) {
    result.networks.emplace_back(name, read_network_result(file, "networks/" + name));
  }
  result.reproduction = read_reproduction(file, "reproduction");
  result.claims = read_claims(file, "claims");
  return result;
}

}  // namespace inforelay

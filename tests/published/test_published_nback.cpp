// The n-back networks of Bohm, Kirkpatrick & Hintze (Neural Computation 2022): their published tables computed again.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/statistics/statistics.hpp"
#include "infotheory/states/discretize.hpp"
#include "infotheory/temporal/temporal.hpp"
#include "nn/data/sequence_tasks.hpp"
#include "nn/recurrent/recurrent_knockout.hpp"
#include "nn/recurrent/recurrent_weights.hpp"
#include "tests/catch2.hpp"
#include "tests/mnist.hpp"

using namespace inforelay;

namespace {

struct Row {
  NeuronSet noise, information;  // units as the table numbers them, from 0
  double error_rate;             // W
  std::array<double, 4> representation;
};

/// "(5, 7)" -> {5 - first, 7 - first}.
NeuronSet parse_set(const std::string& text, int first) {
  NeuronSet set;
  std::istringstream numbers(text.substr(1));
  for (int number = 0; numbers >> number; numbers.ignore(1)) set = set.with(number - first);
  return set;
}

std::vector<Row> published_table(const std::string& name) {
  std::ifstream in(*test::data_folder() / "nback" / "tables" / (name + ".csv"));
  std::vector<Row> rows;
  std::string line;
  std::getline(in, line);
  REQUIRE(line.starts_with(",noiseSet,nodeSet,W,t1,t2,t3,t4"));
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string skipped, noise, information;
    std::getline(fields, skipped, '"');
    std::getline(fields, noise, '"');
    std::getline(fields, skipped, '"');
    std::getline(fields, information, '"');
    Row row{
        .noise = parse_set(noise, 0), .information = parse_set(information, 5), .error_rate = 0, .representation = {}};
    char comma = 0;
    fields >> comma >> row.error_rate;
    for (double& value : row.representation) fields >> comma >> value;
    REQUIRE(fields);
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::string> table_names(bool large) {
  std::vector<std::string> names;
  for (int i = 0; i < (large ? 10 : 5); ++i) {
    if (large)
      names.push_back("rnn10_" + std::to_string(i));
    else
      for (const char* kind : {"rnn_", "gru_", "lstm_"}) names.push_back(kind + std::to_string(i));
  }
  return names;
}

struct Network {
  RecurrentNetwork network;
  SequenceData data;
  RowMatrix<double> representation;  // [lag,set], as meant
  int units;
};

Network analyzed(const std::string& name) {
  RecurrentWeightOptions options{.output_activation = Activation::identity};
  if (name.starts_with("rnn")) options.activation = Activation::tanh;
  Network result{
      .network = load_recurrent(*test::data_folder() / "nback" / "models" / (name + ".model"), options).network,
      .data = n_back({.n = 5, .steps = 10'000}, RandomStream(1, "nback")),
      .representation = {},
      .units = 0};
  result.units = static_cast<int>(result.network.state_width());
  const SequenceArray states = run_recurrent(result.network, result.data.inputs).states;
  const RowMatrix<float> values =
      Eigen::Map<const RowMatrix<float>>(states.values.data(), 10'000, static_cast<Eigen::Index>(states.width));
  std::vector<Symbol> inputs;
  for (const float bit : result.data.inputs.values) inputs.push_back(bit == 1.0f ? 1 : 0);
  result.representation = temporal_representation_bits(discretize(values, {.method = Discretization::median}).states,
                                                       inputs, 10'000, {.before_start = Symbol{0}});
  return result;
}

struct Differences {
  double largest = 0, squares = 0;
  std::size_t count = 0;

  void add(double difference) {
    largest = std::max(largest, std::fabs(difference));
    squares += difference * difference;
    ++count;
  }
  double root_mean_square() const { return std::sqrt(squares / static_cast<double>(count)); }
};

}  // namespace

TEST_CASE("Temporal representation of every set is as published, where the last state column holds the input",
          "[published][recurrent]") {
  REQUIRE_INFORELAY_DATA();
  double largest_as_meant = 0;
  for (const bool large : {false, true}) {
    for (const std::string& name : table_names(large)) {
      CAPTURE(name);
      const Network network = analyzed(name);
      Differences overwritten, without_last;
      for (const Row& row : published_table(name)) {
        // The published states hold the input in place of the last unit: given the input, that unit says nothing.
        const NeuronSet without = row.information.without(network.units - 1);
        for (int lag = 0; lag < 4; ++lag) {
          const double published = row.representation[static_cast<std::size_t>(lag)];
          overwritten.add(network.representation(lag, without.index()) - published);
          const double as_meant = network.representation(lag, row.information.index()) - published;
          if (without == row.information)
            without_last.add(as_meant);
          else
            largest_as_meant = std::max(largest_as_meant, std::fabs(as_meant));
        }
      }
      CHECK(overwritten.count == 4 * ((1u << network.units) - 1));
      CHECK(overwritten.largest < 0.05);
      CHECK(overwritten.root_mean_square() < 0.015);
      CHECK(without_last.largest < 0.05);
    }
  }
  // As meant, with the last unit's own states, the tables are far off.
  CHECK(largest_as_meant > 0.9);
}

TEST_CASE("Error rates with noise on every set of units are as published", "[published][recurrent]") {
  REQUIRE_INFORELAY_DATA();
  for (const bool large : {false, true}) {
    for (const std::string& name : table_names(large)) {
      CAPTURE(name);
      RecurrentWeightOptions options{.output_activation = Activation::identity};
      if (name.starts_with("rnn")) options.activation = Activation::tanh;
      const auto network =
          load_recurrent(*test::data_folder() / "nback" / "models" / (name + ".model"), options).network;
      const SequenceData data = n_back({.n = 5, .steps = 10'000}, RandomStream(2, "nback"));
      Intervention noise{.replace = StateReplacement::noise, .sd = 0.2};
      // The published noise indices of the LSTM are c_1 to c_5, h_1 to h_5; the state is h, c.
      const int units = static_cast<int>(network.state_width()), shift = has_cell_state(network.kind) ? units / 2 : 0;
      for (int k = 0; k < units; ++k) noise.units.push_back((k + shift) % units);
      const std::vector<Row> rows = published_table(name);
      std::vector<NeuronSet> sets;
      for (const Row& row : rows) sets.push_back(row.noise);
      const SequenceKnockouts result = knock_out_sets(network, data, noise, sets);
      Differences differences;
      for (std::size_t i = 0; i < rows.size(); ++i) differences.add(result.error_rate(i) - rows[i].error_rate);
      CHECK(differences.largest < 0.03);
    }
  }
}

TEST_CASE("The published regression of error rates on representation and size is that of the published tables",
          "[published][recurrent]") {
  REQUIRE_INFORELAY_DATA();
  std::vector<double> error_rate, information, size;
  for (const std::string& name : table_names(true)) {
    for (const Row& row : published_table(name)) {
      const auto& r = row.representation;
      error_rate.push_back(row.error_rate);
      information.push_back((r[0] + r[1] + r[2] + r[3]) / 4);
      size.push_back(row.information.size());
    }
  }
  REQUIRE(error_rate.size() == 10'230);
  const std::vector<Column> predictors{{"I", std::span<const double>(information)},
                                       {"S", std::span<const double>(size)}};
  const Regression fit = ordinary_least_squares({"W", std::span<const double>(error_rate)}, predictors);
  constexpr std::array published{0.13833696, 0.01137296, 0.02599649};
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::fabs(fit.coefficient[i] - published[i]) < 1e-8);
  CHECK(std::fabs(fit.residual_variance * (10'230 - 3) - 11.104696) < 1e-6);
}

TEST_CASE("A shift register built by hand as a recurrent network keeps each past bit on one unit", "[recurrent]") {
  constexpr int bits = 6;
  RecurrentNetwork network{.kind = RecurrentKind::rnn_relu, .layers = {}, .readout = {}};
  RecurrentLayer layer{RowMatrix<float>::Zero(bits, 1), RowMatrix<float>::Zero(bits, bits), Eigen::VectorXf::Zero(bits),
                       Eigen::VectorXf::Zero(bits)};
  layer.input_weight(0, 0) = 1;
  for (int k = 1; k < bits; ++k) layer.hidden_weight(k, k - 1) = 1;
  network.layers.push_back(layer);
  network.readout = {RowMatrix<float>::Zero(1, bits), Eigen::VectorXf::Zero(1), Activation::identity};
  network.readout.weight(0, bits - 1) = 1;

  // Every sequence of 9 bits once, so that bits of different steps are exactly independent.
  constexpr std::size_t steps = 9, trials = 1u << steps;
  SequenceArray inputs(trials, steps, 1);
  std::vector<Symbol> symbols;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    for (std::size_t t = 0; t < steps; ++t) {
      symbols.push_back(static_cast<Symbol>(trial >> t & 1u));
      inputs.row(trial, t)[0] = symbols.back();
    }
  }
  const RecurrentRecord record = run_recurrent(network, inputs);
  const RowMatrix<float> values =
      Eigen::Map<const RowMatrix<float>>(record.states.values.data(), steps * trials, Eigen::Index{bits});
  const UnitStates states = discretize(values, {.method = Discretization::threshold, .threshold = 0.5}).states;
  const RowMatrix<double> representation =
      temporal_representation_bits(states, symbols, steps, {.lags = {1, 2, 3, 4, 5, 6, 7}});
  for (int lag = 1; lag <= 7; ++lag) {
    for (std::uint32_t set = 0; set < 1u << bits; ++set) {
      const bool holds = lag < bits && NeuronSet(set).contains(lag);
      REQUIRE(std::fabs(representation(lag - 1, set) - (holds ? 1 : 0)) <= (holds ? 1e-14 : 0));
    }
  }
}

#include "experiments/results/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/config/tree.hpp"
#include "core/error.hpp"
#include "core/text/number_text.hpp"
#include "experiments/config/config_checks.hpp"
#include "infotheory/relay/greedy.hpp"
#include "nn/network/activation.hpp"
#include "nn/training/accuracy.hpp"

namespace inforelay {
namespace {

using Values = std::vector<QuantityValue>;

// A name cut into its kind and what stands for SPLIT and N.
struct ParsedName {
  const struct Quantity* quantity = nullptr;
  Split split = Split::test;
  int count = 0;
};

constexpr const char* not_analysed = "that split is not among analysis.relay.splits";
constexpr const char* not_exhaustive = "that split is not among analysis.relay.exhaustive";
constexpr const char* no_greedy = "analysis.relay.greedy is false";
constexpr const char* no_regression = "there is no analysis.regression";
constexpr const char* not_knocked_out = "that split is not among analysis.knockout.splits";
constexpr const char* single_knockouts = "analysis.knockout.sets is not exhaustive";
constexpr const char* fewer_neurons = "the layer has fewer neurons";
constexpr const char* too_wide_for_sets = "the layer has more than 32 neurons";
constexpr const char* above_100_percent = "more than 100 percent of the information";

// What a result lacks; the caller adds the name.
struct Missing {
  std::string_view what;
};

// What a quantity is made of.
enum class Needs { training, states, greedy, all_sets, greedy_and_sets, knockouts, regression };

struct Quantity {
  QuantityKind kind;
  Needs needs;
  Values (*values)(const NetworkResult&, const ParsedName&);
};

Values numbers(const std::vector<double>& values) { return {values.begin(), values.end()}; }

const StatesResult& states_of(const NetworkResult& network, Split split) {
  const auto found = network.states.find(split);
  if (found == network.states.end()) throw Missing{not_analysed};
  return found->second;
}

const RelayResult& relay_of(const NetworkResult& network, Split split) {
  const auto found = network.relay.find(split);
  if (found == network.relay.end()) throw Missing{not_analysed};
  return found->second;
}

const ExhaustiveRelay& exhaustive_of(const NetworkResult& network, Split split) {
  const RelayResult& relay = relay_of(network, split);
  if (!relay.exhaustive) throw Missing{not_exhaustive};
  return *relay.exhaustive;
}

const ExhaustiveRelay& compared_with_greedy(const NetworkResult& network, Split split) {
  const ExhaustiveRelay& all = exhaustive_of(network, split);
  if (all.above_greedy.empty()) throw Missing{no_greedy};
  return all;
}

template <class Get>
Values of_fits(const NetworkResult& network, Get&& get) {
  if (!network.regression) throw Missing{no_regression};
  Values values;
  for (const Regression& fit : network.regression->fits) values.emplace_back(static_cast<double>(get(fit)));
  return values;
}

template <std::size_t term>
Values coefficient(const NetworkResult& network, const ParsedName&) {
  return of_fits(network, [](const Regression& fit) { return fit.coefficient[term]; });
}

Values final_accuracies(const NetworkResult& network, const RowMatrix<double> TrainingCurve::*curve,
                        const std::vector<double> DetectorCurve::*detector) {
  Values values;
  for (const DetectorCurve& each : network.model.detectors) values.emplace_back((each.*detector).back());
  if (!values.empty()) return values;
  const RowMatrix<double>& accuracy = network.model.curve.*curve;
  if (accuracy.rows() == 0) throw Missing{"the network was not trained here"};
  for (Eigen::Index c = 0; c < accuracy.cols(); ++c) values.emplace_back(accuracy(accuracy.rows() - 1, c));
  return values;
}

Values epochs(const NetworkResult& network, const ParsedName&) {
  Values values;
  for (const DetectorCurve& each : network.model.detectors)
    values.emplace_back(static_cast<double>(each.accuracy_train.size()));
  if (!values.empty()) return values;
  if (network.model.curve.loss.size() == 0) throw Missing{"the network was not trained here"};
  return {static_cast<double>(network.model.curve.loss.size())};
}

// The neurons that are left when `size` are.
Values last_neurons_of(const NetworkResult& network, const ParsedName& name) {
  const RelayResult& relay = relay_of(network, name.split);
  if (!relay.has_greedy()) throw Missing{no_greedy};
  const Eigen::Index steps = relay.greedy.removal_order.cols();
  if (name.count > steps) throw Missing{fewer_neurons};
  if (relay.is_wide()) throw Missing{too_wide_for_sets};
  Values values;
  for (Eigen::Index c = 0; c < relay.greedy.removal_order.rows(); ++c) {
    values.emplace_back(last_neurons(relay.greedy, static_cast<int>(c), name.count));
  }
  return values;
}

// The size of the smallest set that relays so many percent of what all neurons do.
Values smallest_set(const NetworkResult& network, const ParsedName& name) {
  if (name.count > 100) throw Missing{above_100_percent};
  const RelayResult& relay = relay_of(network, name.split);
  const RowMatrix<double>& best = exhaustive_of(network, name.split).best_information;
  Values values;
  for (Eigen::Index c = 0; c < best.rows(); ++c) {
    const double wanted = name.count / 100.0 * relay.all[static_cast<std::size_t>(c)];
    Eigen::Index size = 0;
    while (size + 1 < best.cols() && best(c, size) < wanted) ++size;
    values.emplace_back(static_cast<double>(size));
  }
  return values;
}

// Participation ratio: K where all neurons have the same aggregated relay information, 1 where one has it all.
Values participation(const NetworkResult& network, const ParsedName& name) {
  const RelayResult& relay = relay_of(network, name.split);
  if (!relay.has_greedy()) throw Missing{no_greedy};
  Values values;
  for (Eigen::Index c = 0; c < relay.aggregated.rows(); ++c) {
    const auto row = relay.aggregated.row(c);
    values.emplace_back(row.sum() * row.sum() / row.squaredNorm());
  }
  return values;
}

Values intact(const NetworkResult& network, const ParsedName& name) {
  const auto found = network.knockout.find(name.split);
  if (found == network.knockout.end()) throw Missing{not_knocked_out};
  if (!found->second.exhaustive) throw Missing{single_knockouts};
  Values values;
  for (int c = 0; c < found->second.classes(); ++c) values.emplace_back(static_cast<double>(found->second.intact(c)));
  return values;
}

const std::vector<Quantity>& table() {
  static const std::vector<Quantity> all{
      {{"training.epochs", "1", "epochs until training stopped; of a composite, each detector's", "epochs"},
       Needs::training,
       epochs},
      {{"training.accuracy_train", "1",
        "balanced accuracy of each class after the last epoch, on the training images; of a composite, the fraction "
        "that each detector tells rightly",
        "accuracy, training images"},
       Needs::training,
       [](const NetworkResult& network, const ParsedName&) {
         return final_accuracies(network, &TrainingCurve::accuracy_train, &DetectorCurve::accuracy_train);
       }},
      {{"training.accuracy_test", "1", "the same on the test images", "accuracy, test images"},
       Needs::training,
       [](const NetworkResult& network, const ParsedName&) {
         return final_accuracies(network, &TrainingCurve::accuracy_test, &DetectorCurve::accuracy_test);
       }},
      {{"states.SPLIT.argmax_accuracy", "1", "fraction of images whose largest output is that of their class",
        "argmax accuracy"},
       Needs::states,
       [](const NetworkResult& network, const ParsedName& name) {
         const StatesResult& states = states_of(network, name.split);
         return Values{argmax_accuracy(states.output, states.label)};
       }},
      {{"states.SPLIT.balanced_accuracy", "1", "balanced accuracy of each class, exact", "balanced accuracy"},
       Needs::states,
       [](const NetworkResult& network, const ParsedName& name) {
         const StatesResult& states = states_of(network, name.split);
         return numbers(balanced_accuracy(states.output, states.label,
                                          decision_threshold(network.model.network.layers.back().activation)));
       }},
      {{"states.SPLIT.occupied_states", "1", "hidden states that occur", "hidden states"},
       Needs::states,
       [](const NetworkResult& network, const ParsedName& name) {
         return Values{static_cast<double>(states_of(network, name.split).occupied_states)};
       }},
      {{"states.SPLIT.entropy_bits", "bit", "entropy of the hidden states, plug-in",
        "entropy of the hidden states (bit)"},
       Needs::states,
       [](const NetworkResult& network, const ParsedName& name) {
         return Values{states_of(network, name.split).entropy_bits};
       }},
      {{"relay.SPLIT.all", "bit", "relay information of all neurons", "relay information of all neurons (bit)"},
       Needs::states,
       [](const NetworkResult& network, const ParsedName& name) { return numbers(relay_of(network, name.split).all); }},
      {{"relay.SPLIT.last_N", "1", "the N neurons that greedy removal leaves to the end", "last neurons", true},
       Needs::greedy,
       last_neurons_of},
      {{"relay.SPLIT.above_greedy", "1", "fraction of all sets with more information than the greedy set of their size",
        "fraction of sets above greedy"},
       Needs::greedy_and_sets,
       [](const NetworkResult& network, const ParsedName& name) {
         return numbers(compared_with_greedy(network, name.split).above_greedy);
       }},
      {{"relay.SPLIT.above_greedy_as_published", "1", "the same against the greedy set one smaller",
        "fraction of sets above greedy, as published"},
       Needs::greedy_and_sets,
       [](const NetworkResult& network, const ParsedName& name) {
         return numbers(compared_with_greedy(network, name.split).above_greedy_as_published);
       }},
      {{"relay.SPLIT.smallest_set_N", "1",
        "size of the smallest set with N percent of the relay information of all neurons", "size of the smallest set"},
       Needs::all_sets,
       smallest_set},
      {{"relay.SPLIT.participation", "1",
        "(sum V)^2 / sum V^2 of the aggregated relay information V: over how many neurons it is spread",
        "participation ratio"},
       Needs::greedy,
       participation},
      {{"knockout.SPLIT.intact", "1", "balanced accuracy with no neuron knocked out", "balanced accuracy, intact"},
       Needs::knockouts,
       intact},
      {{"regression.intercept", "1", "of accuracy ~ 1 + set size + information, each scaled to [0,1]", "intercept"},
       Needs::regression,
       coefficient<0>},
      {{"regression.set_size", "1", "coefficient of the set's size", "coefficient of set size"},
       Needs::regression,
       coefficient<1>},
      {{"regression.information", "1", "coefficient of the set's relay information", "coefficient of information"},
       Needs::regression,
       coefficient<2>},
      {{"regression.r_squared", "1", "R^2 of the fit", "R\u00b2"},
       Needs::regression,
       [](const NetworkResult& network, const ParsedName&) {
         return of_fits(network, [](const Regression& fit) { return fit.r_squared; });
       }},
      {{"regression.f", "1", "F of the fit (describes it; no inference)", "F"},
       Needs::regression,
       [](const NetworkResult& network, const ParsedName&) {
         return of_fits(network, [](const Regression& fit) { return fit.f; });
       }},
  };
  return all;
}

// Takes `word` off the front of `text`.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// Does `name` follow `pattern`? Fills in what stands for SPLIT and N.
bool matches(std::string_view pattern, std::string_view name, ParsedName& parsed) {
  while (!pattern.empty()) {
    if (take(pattern, "SPLIT")) {
      if (take(name, to_string(Split::train))) {
        parsed.split = Split::train;
      } else if (take(name, to_string(Split::test))) {
        parsed.split = Split::test;
      } else {
        return false;
      }
    } else if (pattern == "N") {
      const auto count = number_from<int>(name);
      if (!count || *count < 1 || name.front() == '0') return false;
      parsed.count = *count;
      return true;
    } else if (!take(name, pattern.substr(0, 1))) {
      return false;
    } else {
      pattern.remove_prefix(1);
    }
  }
  return name.empty();
}

std::optional<ParsedName> parse(std::string_view name) {
  for (const Quantity& each : table()) {
    ParsedName parsed{.quantity = &each};
    if (matches(each.kind.name, name, parsed)) return parsed;
  }
  return std::nullopt;
}

ParsedName parse_or_throw(std::string_view name) {
  const std::optional<ParsedName> parsed = parse(name);
  if (!parsed) throw UsageError(quantity_error(name));
  return *parsed;
}

}  // namespace

std::vector<QuantityKind> quantity_kinds() {
  std::vector<QuantityKind> kinds;
  for (const Quantity& each : table()) kinds.push_back(each.kind);
  return kinds;
}

std::string quantity_error(std::string_view name) {
  if (parse(name)) return "";
  std::vector<std::string> names;
  for (const Quantity& each : table()) {
    for (const Split split : {Split::train, Split::test}) {
      std::string text = each.kind.name;
      const std::size_t at = text.find("SPLIT");
      if (at != std::string::npos) text.replace(at, 5, to_string(split));
      if (text.ends_with("_N")) text.back() = '2';
      names.push_back(std::move(text));
    }
  }
  const std::string_view near = nearest_word(name, {names.begin(), names.end()});
  return fmt::format("'{}' is no quantity{}", name, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

QuantityKind quantity_kind(std::string_view name) { return parse_or_throw(name).quantity->kind; }

std::string quantity_missing(const ExperimentConfig& config, const NetworkConfig& network, std::string_view name) {
  const ParsedName parsed = parse_or_throw(name);
  const AnalysisConfig& analysis = config.analysis;
  const auto lacks = [&](const std::vector<Split>& splits) {
    return std::find(splits.begin(), splits.end(), parsed.split) == splits.end();
  };
  const Needs needs = parsed.quantity->needs;
  const bool greedy = needs == Needs::greedy || needs == Needs::greedy_and_sets;
  const bool sets = needs == Needs::all_sets || needs == Needs::greedy_and_sets;
  if (needs == Needs::training) return network.from_files() ? "the network is not trained here" : "";
  if (needs == Needs::regression) return analysis.regression ? "" : no_regression;
  if (lacks(analysis.relay.splits)) return not_analysed;
  if (greedy && !analysis.relay.greedy) return no_greedy;
  if (sets && lacks(analysis.relay.exhaustive)) return not_exhaustive;
  if (needs == Needs::knockouts) {
    if (!analysis.knockout || lacks(analysis.knockout->splits)) return not_knocked_out;
    if (analysis.knockout->sets != KnockoutSets::exhaustive) return single_knockouts;
  }
  const std::vector<std::int64_t> widths = layer_widths(network);
  const auto layer = static_cast<std::size_t>(analysis.layer);
  const bool too_many = parsed.quantity->kind.is_set && layer < widths.size() && parsed.count > widths[layer];
  if (too_many) return fewer_neurons;
  if (parsed.quantity->kind.is_set && layer < widths.size() && widths[layer] > NeuronSet::max_neurons)
    return too_wide_for_sets;
  if (parsed.quantity->values == smallest_set && parsed.count > 100) return above_100_percent;
  return "";
}

bool quantity_has_classes(const NetworkConfig& network, std::string_view name) {
  const std::string& kind = parse_or_throw(name).quantity->kind.name;
  if (kind == "training.epochs") return network.detectors.has_value();
  return kind != "states.SPLIT.argmax_accuracy" && kind != "states.SPLIT.occupied_states" &&
         kind != "states.SPLIT.entropy_bits";
}

std::vector<QuantityValue> quantity(const NetworkResult& network, std::string_view name) {
  const ParsedName parsed = parse_or_throw(name);
  try {
    return parsed.quantity->values(network, parsed);
  } catch (const Missing& missing) {
    throw UsageError(fmt::format("there is no {}: {}", name, missing.what));
  }
}

const QuantityValue& value_of_class(const std::vector<QuantityValue>& values, std::optional<int> cls) {
  if (cls.has_value() == (values.size() == 1)) {
    throw UsageError(cls ? "there is one number for the network as a whole, none for each class"
                         : "there is a number for each class, none for the network as a whole");
  }
  const auto index = static_cast<std::size_t>(cls.value_or(0));
  if (index >= values.size()) throw UsageError(fmt::format("there is no class {}", index));
  return values[index];
}

}  // namespace inforelay

#include "experiments/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/config/tree.hpp"
#include "core/error.hpp"
#include "core/number_text.hpp"
#include "infotheory/greedy.hpp"
#include "nn/accuracy.hpp"
#include "nn/activation.hpp"

namespace inforelay {
namespace {

using Values = std::vector<QuantityValue>;

// A name cut into its kind and what stands for SPLIT and N.
struct ParsedName {
  const struct Quantity* quantity = nullptr;
  Split split = Split::test;
  int count = 0;
};

// What a result lacks; the caller adds the name.
struct Missing {
  std::string_view what;
};

struct Quantity {
  QuantityKind kind;
  Values (*values)(const NetworkResult&, const ParsedName&);
};

Values numbers(const std::vector<double>& values) { return {values.begin(), values.end()}; }

const StatesResult& states_of(const NetworkResult& network, Split split) {
  const auto found = network.states.find(split);
  if (found == network.states.end()) throw Missing{"that split is not among analysis.relay.splits"};
  return found->second;
}

const RelayResult& relay_of(const NetworkResult& network, Split split) {
  const auto found = network.relay.find(split);
  if (found == network.relay.end()) throw Missing{"that split is not among analysis.relay.splits"};
  return found->second;
}

const ExhaustiveRelay& exhaustive_of(const NetworkResult& network, Split split) {
  const RelayResult& relay = relay_of(network, split);
  if (!relay.exhaustive) throw Missing{"that split is not among analysis.relay.exhaustive"};
  return *relay.exhaustive;
}

const ExhaustiveRelay& compared_with_greedy(const NetworkResult& network, Split split) {
  const ExhaustiveRelay& all = exhaustive_of(network, split);
  if (all.above_greedy.empty()) throw Missing{"analysis.relay.greedy is false"};
  return all;
}

template <class Get>
Values of_fits(const NetworkResult& network, Get&& get) {
  if (!network.regression) throw Missing{"there is no analysis.regression"};
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
  if (!relay.has_greedy()) throw Missing{"analysis.relay.greedy is false"};
  const Eigen::Index steps = relay.greedy.removal_order.cols();
  if (name.count > steps) throw Missing{"the layer has fewer neurons"};
  Values values;
  for (Eigen::Index c = 0; c < relay.greedy.removal_order.rows(); ++c) {
    values.emplace_back(last_neurons(relay.greedy, static_cast<int>(c), name.count));
  }
  return values;
}

// The size of the smallest set that relays so many percent of what all neurons do.
Values smallest_set(const NetworkResult& network, const ParsedName& name) {
  if (name.count > 100) throw Missing{"more than 100 percent of the information"};
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
  if (!relay.has_greedy()) throw Missing{"analysis.relay.greedy is false"};
  Values values;
  for (Eigen::Index c = 0; c < relay.aggregated.rows(); ++c) {
    const auto row = relay.aggregated.row(c);
    values.emplace_back(row.sum() * row.sum() / row.squaredNorm());
  }
  return values;
}

Values intact(const NetworkResult& network, const ParsedName& name) {
  const auto found = network.knockout.find(name.split);
  if (found == network.knockout.end()) throw Missing{"that split is not among analysis.knockout.splits"};
  if (!found->second.exhaustive) throw Missing{"analysis.knockout.sets is not exhaustive"};
  Values values;
  for (Eigen::Index c = 0; c < found->second.accuracy.rows(); ++c) {
    values.emplace_back(static_cast<double>(found->second.accuracy(c, NeuronSet().index())));
  }
  return values;
}

const std::vector<Quantity>& table() {
  static const std::vector<Quantity> all{
      {{"training.epochs", "1", "epochs until training stopped; of a composite, each detector's"}, epochs},
      {{"training.accuracy_train", "1",
        "balanced accuracy of each class after the last epoch, on the training images; of a composite, the fraction "
        "that each detector tells rightly"},
       [](const NetworkResult& network, const ParsedName&) {
         return final_accuracies(network, &TrainingCurve::accuracy_train, &DetectorCurve::accuracy_train);
       }},
      {{"training.accuracy_test", "1", "the same on the test images"},
       [](const NetworkResult& network, const ParsedName&) {
         return final_accuracies(network, &TrainingCurve::accuracy_test, &DetectorCurve::accuracy_test);
       }},
      {{"states.SPLIT.argmax_accuracy", "1", "fraction of images whose largest output is that of their class"},
       [](const NetworkResult& network, const ParsedName& name) {
         const StatesResult& states = states_of(network, name.split);
         return Values{argmax_accuracy(states.output, states.label)};
       }},
      {{"states.SPLIT.balanced_accuracy", "1", "balanced accuracy of each class, exact"},
       [](const NetworkResult& network, const ParsedName& name) {
         const StatesResult& states = states_of(network, name.split);
         return numbers(balanced_accuracy(states.output, states.label,
                                          decision_threshold(network.model.network.layers.back().activation)));
       }},
      {{"states.SPLIT.occupied_states", "1", "hidden states that occur"},
       [](const NetworkResult& network, const ParsedName& name) {
         return Values{static_cast<double>(states_of(network, name.split).occupied_states)};
       }},
      {{"states.SPLIT.entropy_bits", "bit", "entropy of the hidden states, plug-in"},
       [](const NetworkResult& network, const ParsedName& name) {
         return Values{states_of(network, name.split).entropy_bits};
       }},
      {{"relay.SPLIT.all", "bit", "relay information of all neurons"},
       [](const NetworkResult& network, const ParsedName& name) { return numbers(relay_of(network, name.split).all); }},
      {{"relay.SPLIT.last_N", "1", "the N neurons that greedy removal leaves to the end", true}, last_neurons_of},
      {{"relay.SPLIT.above_greedy", "1",
        "fraction of all sets with more information than the greedy set of their size"},
       [](const NetworkResult& network, const ParsedName& name) {
         return numbers(compared_with_greedy(network, name.split).above_greedy);
       }},
      {{"relay.SPLIT.above_greedy_as_published", "1", "the same against the greedy set one smaller"},
       [](const NetworkResult& network, const ParsedName& name) {
         return numbers(compared_with_greedy(network, name.split).above_greedy_as_published);
       }},
      {{"relay.SPLIT.smallest_set_N", "1",
        "size of the smallest set with N percent of the relay information of all neurons"},
       smallest_set},
      {{"relay.SPLIT.participation", "1",
        "(sum V)^2 / sum V^2 of the aggregated relay information V: over how many neurons it is spread"},
       participation},
      {{"knockout.SPLIT.intact", "1", "balanced accuracy with no neuron knocked out"}, intact},
      {{"regression.intercept", "1", "of accuracy ~ 1 + set size + information, each scaled to [0,1]"}, coefficient<0>},
      {{"regression.set_size", "1", "coefficient of the set's size"}, coefficient<1>},
      {{"regression.information", "1", "coefficient of the set's relay information"}, coefficient<2>},
      {{"regression.r_squared", "1", "R^2 of the fit"},
       [](const NetworkResult& network, const ParsedName&) {
         return of_fits(network, [](const Regression& fit) { return fit.r_squared; });
       }},
      {{"regression.f", "1", "F of the fit (describes it; no inference)"},
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

bool quantity_is_set(std::string_view name) {
  const std::optional<ParsedName> parsed = parse(name);
  return parsed && parsed->quantity->kind.is_set;
}

std::vector<QuantityValue> quantity(const NetworkResult& network, std::string_view name) {
  const std::optional<ParsedName> parsed = parse(name);
  if (!parsed) throw UsageError(quantity_error(name));
  try {
    return parsed->quantity->values(network, *parsed);
  } catch (const Missing& missing) {
    throw UsageError(fmt::format("there is no {}: {}", name, missing.what));
  }
}

}  // namespace inforelay

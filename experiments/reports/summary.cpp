#include "experiments/reports/summary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/sets/neuron_set.hpp"
#include "experiments/compare/comparison.hpp"
#include "experiments/reports/console.hpp"
#include "nn/training/accuracy.hpp"

namespace inforelay {
namespace {

std::string training_line(const ModelResult& model) {
  std::string line;
  if (!model.sources.empty()) {
    const WeightSource& first = model.sources.front();
    return fmt::format("  weights                 {}{} ({})\n", first.file,
                       model.sources.size() > 1 ? fmt::format(" and {} more", model.sources.size() - 1) : "",
                       first.format);
  }
  if (!model.detectors.empty()) {
    std::string epochs;
    for (const DetectorCurve& detector : model.detectors) epochs += fmt::format(" {}", detector.accuracy_train.size());
    line = fmt::format("  detectors' epochs      {}", epochs);
  } else {
    const Eigen::Index epochs = model.curve.loss.size();
    line = fmt::format("  trained                 {} epochs, mean balanced accuracy {:.4f} train, {:.4f} test", epochs,
                       model.curve.accuracy_train.bottomRows(1).mean(), model.curve.accuracy_test.bottomRows(1).mean());
  }
  return line + (model.reached ? "" : "  (STOP RULE NOT MET)") + "\n";
}

std::string states_lines(const NetworkResult& network) {
  std::string text;
  for (const auto& [split, states] : network.states) {
    text += fmt::format(
        "  {:<5} images {:>7}     argmax accuracy {:.4f}; {} hidden states, {:.1f} % of images alone in theirs, {:.3f} "
        "bit\n",
        to_string(split), states.label.size(), argmax_accuracy(states.output, states.label), states.occupied_states,
        100 * states.singleton_fraction, states.entropy_bits);
  }
  return text;
}

// The split whose exhaustive knockouts are shown.
const std::pair<const Split, KnockoutResult>* shown_knockout(const NetworkResult& network) {
  for (const auto& each : network.knockout) {
    if (each.second.exhaustive) return &each;
  }
  return nullptr;
}

// "5 18", the two neurons that greedy removal leaves to the end; of layers of any width, unlike a set.
std::string last_two(const RelayResult& relay, Eigen::Index cls) {
  if (!relay.has_greedy()) return "";
  const auto order = relay.greedy.removal_order.row(cls);
  if (order[order.size() - 1] == no_neuron) return "-";
  std::vector<int> last(order.end() - std::min<Eigen::Index>(2, order.size()), order.end());
  std::sort(last.begin(), last.end());
  return fmt::format("{}", fmt::join(last, " "));
}

bool has_greedy(const NetworkResult& network) { return network.relay.begin()->second.has_greedy(); }

std::string table_heading(const NetworkResult& network) {
  const bool greedy = has_greedy(network);
  std::string groups = "       ", columns = "  class";
  for (const auto& each : network.relay) {
    groups += fmt::format("   {:<18}", fmt::format("{} images, bit", to_string(each.first)));
    columns += greedy ? "   I_R(all)  last two" : "   I_R(all)          ";
  }
  if (const auto* knockout = shown_knockout(network)) {
    groups += fmt::format("   {:<20}", "balanced accuracy");
    columns += !knockout->second.has_table() ? "   intact  worst two out"
               : greedy                      ? "   intact  last two out"
                                             : "   intact       all out";
  }
  if (network.regression) {
    groups += "   accuracy ~ size + information";
    columns += "     R^2      size  information";
  }
  return "\n" + groups + "\n" + columns + "\n";
}

// Accuracy without the last two neurons, or without all where none were searched for. Where only summaries were kept:
// without the two neurons that cost most.
std::string shown_out(const NetworkResult& network, const std::pair<const Split, KnockoutResult>& knockout, int cls) {
  if (!knockout.second.has_table()) {
    const SubsetStatistics& sizes = knockout.second.summaries;
    return fmt::format("{:.4f}", sizes.lowest_of(cls, std::min(2, sizes.neurons())));
  }
  const RelayResult& relay = network.relay.at(knockout.first);
  const RowMatrix<float>& accuracy = knockout.second.accuracy;
  if (!relay.has_greedy()) return fmt::format("{:.4f}", accuracy(cls, accuracy.cols() - 1));
  if (relay.greedy.removal_order(cls, 0) == no_neuron) return "-";
  return fmt::format("{:.4f}", accuracy(cls, Eigen::Index{last_neurons(relay.greedy, cls, 2).index()}));
}

// One row for each class: information, its last neurons, and how well information explains function.
std::string class_table(const NetworkResult& network) {
  std::string text = table_heading(network);
  const auto* knockout = shown_knockout(network);
  const std::size_t classes = network.relay.begin()->second.all.size();
  for (std::size_t c = 0; c < classes; ++c) {
    const int row = static_cast<int>(c);
    text += fmt::format("  {:>5}", c);
    for (const auto& [split, relay] : network.relay) {
      const std::string all = std::isnan(relay.all[c]) ? "-" : fmt::format("{:.4f}", relay.all[c]);
      text += fmt::format("   {:>8}  {:>8}", all, last_two(relay, row));
    }
    if (knockout) {
      text += fmt::format("   {:.4f}  {:>12}", knockout->second.intact(row), shown_out(network, *knockout, row));
    }
    if (network.regression) {
      const Regression& fit = network.regression->fits[c];
      text += fit.defined() ? fmt::format("  {:>6.4f}  {:>8.4f}  {:>11.4f}", fit.r_squared, fit.coefficient[1],
                                          fit.coefficient[2])
                            : fmt::format("  no fit: {}", fit.undefined);
    }
    text += '\n';
  }
  return text;
}

std::string reproduction_verdict(const ReproductionResult& reproduction) {
  const std::vector<ReproductionRow>& rows = reproduction.rows;
  const auto judged = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.ok.has_value(); });
  const auto missed = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.ok == false; });
  if (missed == 0) return fmt::format("\nAll {} published values that have a tolerance are met.\n", judged);
  return fmt::format("\n{} of {} published values that have a tolerance are met, {} not (NOT OK above): {}.\n",
                     judged - missed, judged, missed,
                     reproduction.met() ? "as many as were asked for" : "OUT OF TOLERANCE");
}

}  // namespace

std::string times_table(const std::vector<StageTime>& stages) {
  std::string text = "Wall time of the stages, over all starts\n";
  double seconds = 0;
  for (const StageTime& stage : stages) {
    text += fmt::format("  {:<64}  {:>14}\n", stage.stage, duration(stage.seconds));
    seconds += stage.seconds;
  }
  return text + fmt::format("  {:<64}  {:>14}\n", "all", duration(seconds));
}

std::string summarise(const ExperimentResult& result, const std::string& folder, std::size_t figures,
                      double wall_seconds) {
  const RunProvenance& from = result.provenance;
  std::string text =
      fmt::format("{}: seed {}, data {} ({})\n", result.experiment, from.seed, from.data_name, from.data_origin);
  if (!from.fallback_reason.empty()) text += fmt::format("note: {}\n", from.fallback_reason);
  for (const auto& [name, network] : result.networks) {
    text += fmt::format("\n{}\n", name) + training_line(network.model) + states_lines(network) + class_table(network);
  }
  const bool dropped = std::any_of(result.networks.begin(), result.networks.end(), [](const auto& each) {
    const auto& [name, network] = each;
    return std::any_of(network.relay.begin(), network.relay.end(),
                       [](const auto& relay) { return relay.second.exhaustive && !relay.second.has_table(); }) ||
           std::any_of(network.knockout.begin(), network.knockout.end(),
                       [](const auto& knockout) { return knockout.second.exhaustive && !knockout.second.has_table(); });
  });
  if (dropped) {
    text +=
        "\nThe tables of all sets were left out (analysis.tables, max_memory): results.h5 has summaries for each size "
        "of\n"
        "the set.\n";
  }
  const bool regressions = std::any_of(result.networks.begin(), result.networks.end(),
                                       [](const auto& each) { return each.second.regression.has_value(); });
  if (regressions) {
    text +=
        "\nRegression: accuracy after knockout ~ 1 + set size + information, each scaled to [0,1], over all sets. The\n"
        "sets are all of one network: R^2 and coefficients describe the fit, t and F (results.h5) are not inference.\n";
  }
  if (!result.claims.empty()) text += "\nThe paper's claims, and for how many classes they hold\n";
  for (const ClaimResult& claim : result.claims) {
    text += fmt::format("  {:<72} {:>3} of {}\n", claim.claim, claim.classes_holding.front(), claim.classes);
  }
  if (!result.reproduction.rows.empty()) {
    text += "\nComparison with published values\n" + reproduction_table(result.reproduction);
    text += reproduction_verdict(result.reproduction);
  }
  text += "\n" + times_table(result.stages);
  text += fmt::format("{} figures and results.h5 in {}; wall time of this start {}\n", figures, folder,
                      duration(wall_seconds));
  return text;
}

}  // namespace inforelay

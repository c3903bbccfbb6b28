#include "experiments/reports/recurrent_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/sets/neuron_set.hpp"
#include "experiments/sources/recurrent_model.hpp"
#include "nn/recurrent/recurrent_network.hpp"

namespace inforelay {
namespace {

std::string training_line(const ResultView& system) {
  if (system.has_attribute("model", "weights_file")) {
    return fmt::format("  weights: {}\n", system.attribute<std::vector<std::string>>("model", "weights_file").front());
  }
  return fmt::format("  trained for {} epochs, accuracy of steps {:.4f} train, {:.4f} test{}\n",
                     system.numbers("training/loss").size(), system.numbers("training/accuracy_train").back(),
                     system.numbers("training/accuracy_test").back(),
                     system.attribute<std::int64_t>("training", "stop_rule_met") ? "" : "  (STOP RULE NOT MET)");
}

/// The error rates of the sets of one unit.
std::vector<double> single_error_rates(const ResultView& knockout) {
  if (knockout.has("error_rate_single")) return knockout.numbers("error_rate_single");
  std::vector<double> single;
  if (!knockout.has("error_rate")) return single;
  const std::vector<double> all = knockout.numbers("error_rate");
  for (std::size_t set = 1; set < all.size(); set *= 2) single.push_back(all[set]);
  return single;
}

std::string knockout_lines(const std::string& layer, const ResultView& all) {
  std::string text;
  for (const std::string& subset : all.children()) {
    const ResultView knockout = all.at(subset);
    const std::vector<double> single = single_error_rates(knockout);
    if (single.empty()) continue;
    const auto worst = std::max_element(single.begin(), single.end());
    text += fmt::format("  {} on {}: error rate {:.4f} intact, at most {:.4f} with one unit replaced ({}), unit {}\n",
                        layer, subset, knockout.number<double>("intact_error_rate"), *worst,
                        knockout.attribute<std::string>("", "replace"), worst - single.begin());
  }
  return text;
}

}  // namespace

std::string recurrent_lines(const ResultView& system) {
  std::string text = fmt::format("  {}\n", describe(recurrent_from(system.at("model")))) + training_line(system);
  for (const std::string& layer : system.at("layers").children())
    text += knockout_lines(layer, system.at("layers/" + layer + "/time_knockout"));
  return text;
}

}  // namespace inforelay

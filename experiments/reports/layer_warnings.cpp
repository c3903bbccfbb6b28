// What makes the numbers of a layer doubtful: a function for each warning, and the list of all.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "experiments/measures/chosen_sets.hpp"
#include "experiments/reports/summary_section.hpp"

namespace inforelay {
namespace {

constexpr double many_singletons = 0.1;

// Where a set without information costs the most accuracy, by the tables of all sets: "...". "" without these.
std::string effect_of(const SectionSource& source, const std::string& subset, NeuronSet units) {
  const std::string information_at = "relay/" + subset + "/information",
                    accuracy_at = "knockout/" + subset + "/accuracy";
  const ResultView layer = source.layer.arrays;
  if (!layer.has(information_at) || !layer.has(accuracy_at)) return "";
  if (!knockout_words(layer.at("knockout/" + subset)).replace.empty()) return "";  // not held at 0
  const RowMatrix<float>&information = layer.matrix<float>(information_at),
        &accuracy = layer.matrix<float>(accuracy_at);
  if (information.rows() != accuracy.rows()) return "";
  const Eigen::Index set = Eigen::Index{units.index()};
  Eigen::Index worst = 0;
  for (Eigen::Index c = 1; c < accuracy.rows(); ++c) {
    if (accuracy(c, 0) - accuracy(c, set) > accuracy(worst, 0) - accuracy(worst, set)) worst = c;
  }
  return fmt::format(
      "; together they relay at most {:.4f} bits of any class, but held at 0 they change the accuracy of "
      "class {} from {:.4f} to {:.4f}",
      information.col(set).maxCoeff(), source.layer.classes[static_cast<std::size_t>(worst)], accuracy(worst, 0),
      accuracy(worst, set));
}

// Holding a constant at 0 is no loss of information, but changes the sums of the next layer.
std::string saturated_units(const SectionSource& source, const std::string& subset) {
  const RowMatrix<float>& values = source.layer.arrays.matrix<float>("states/" + subset + "/value");
  if (source.is_recording || values.cols() > NeuronSet::max_neurons) return "";
  if (subset != subsets_of(source.layer, "relay").back()) return "";
  const UnitSpread spread = unit_spread(values);
  const std::vector<double>& deviation = spread.deviation;
  NeuronSet units = NeuronSet::all(static_cast<int>(deviation.size()));
  for (const int unit : spread.varying) units = units.without(unit);
  if (units.empty()) return "";
  double largest = 0;
  for (int unit = 0; unit < std::ssize(deviation); ++unit) {
    if (units.contains(unit)) largest = std::max(largest, deviation[static_cast<std::size_t>(unit)]);
  }
  return fmt::format(
      "{} of {} units are nearly constant on {} ({}; standard deviation at most {:.3g}, of a quarter above {:.3g}){}",
      units.size(), deviation.size(), subset, units_text(units), largest, spread.usual,
      effect_of(source, subset, units));
}

std::string singletons(const SectionSource& source, const std::string& subset) {
  const double fraction = source.layer.arrays.number<double>("states/" + subset + "/singleton_fraction");
  if (fraction <= many_singletons) return "";
  return fmt::format(
      "{:.1f} % of the samples of {} are alone in their state: relay information is estimated from too "
      "few samples (docs/method.md, hidden states)",
      100 * fraction, subset);
}

// Sets chosen for their information on some samples have more of it there than on others.
std::string same_samples(const SectionSource& source, const std::string& subset) {
  if (!source.layer.arrays.has("chosen_sets/set")) return "";
  const ResultView chosen = source.layer.arrays.at("chosen_sets");
  if (chosen.texts("subset").size() != 1 || chosen.texts("subset").front() != subset) return "";
  return fmt::format(
      "the sets are chosen and measured on the same samples ({}): their information is biased upwards; a "
      "second subset in analysis.relay.subsets shows by how much",
      subset);
}

// A few units may relay more than all do: taking units away can make others relay more.
std::string more_than_all(const SectionSource& source, const std::string& subset) {
  const ResultView relay = source.layer.arrays.at("relay/" + subset);
  if (!relay.has("greedy/information")) return "";
  const std::span<const double> total = relay.vector<double>("total");
  const RowMatrix<double>& path = relay.matrix<double>("greedy/information");
  const std::vector<std::string> names = contrast_names(source.layer, relay);
  std::vector<std::string> classes;
  double largest = 0;
  for (std::size_t c = 0; c < total.size(); ++c) {
    if (!(total[c] > 0)) continue;
    const double most = path.row(static_cast<Eigen::Index>(c)).maxCoeff();
    if (!(most > 1.05 * total[c])) continue;
    classes.push_back(names[c]);
    largest = std::max(largest, most / total[c]);
  }
  if (classes.empty()) return "";
  return fmt::format(
      "of {} class{} ({}) some units relay more than all together on {}, up to {:.0f} % of I_R(all): the "
      "others hide it, or the estimate is biased",
      classes.size(), classes.size() == 1 ? "" : "es", fmt::join(classes, ", "), subset, 100 * largest);
}

using Warning = std::string (*)(const SectionSource& source, const std::string& subset);

// The warnings about a subset of the samples; each "" if there is no reason for it.
constexpr Warning warnings[] = {saturated_units, singletons, same_samples, more_than_all};

}  // namespace

std::vector<std::string> layer_warnings(const SectionSource& source) {
  std::vector<std::string> all;
  for (const Warning warning : warnings) {
    for (const std::string& subset : subsets_of(source.layer, "relay")) {
      std::string text = warning(source, subset);
      if (!text.empty()) all.push_back(source.layer.title + ": " + text);
    }
  }
  return all;
}

}  // namespace inforelay

// Measure `ablation`: accuracy with the chosen sets, and with sets that grow unit by unit, knocked out in two ways. A
// unit held at 0 also shifts the sums that it goes into by its mean, though that tells nothing about a sample; a unit
// held at its mean does not. Where the two differ much, accuracy was lost to the shift.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "core/random.hpp"
#include "experiments/measures/chosen_sets.hpp"
#include "experiments/measures/knockout_subject.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/layer_results.hpp"

namespace inforelay {
namespace {

constexpr std::size_t random_orders = 10;
// Along the paths, 2 C + 10 sets of each size are knocked out and all C outputs judged: the cost grows with C^2 K^2.
constexpr double most_path_sets = 1000;

double path_sets(double classes, double units) { return (2 * classes + random_orders) * (units + 1); }

// Prefixes of an order of units: the sets of its first 0, 1, ... units, [K+1].
std::vector<NeuronSet> growing_sets(const std::vector<int>& order) {
  std::vector<NeuronSet> sets{NeuronSet{}};
  for (const int unit : order) sets.push_back(sets.back().with(unit));
  return sets;
}

// The units that greedy removal keeps longest come first.
std::vector<int> kept_longest_first(const ResultView& relay, std::size_t c, int units) {
  std::vector<int> order;
  std::vector<int> before;
  for (int count = 1; count <= units; ++count) {
    const std::vector<int> last = last_units(relay, c, count);
    for (const int unit : last) {
      if (std::find(before.begin(), before.end(), unit) == before.end()) order.push_back(unit);
    }
    before = last;
  }
  return order;
}

// Accuracies [C,sets] of any sets: of the table of all sets if there is one, otherwise computed, of equal sets once.
RowMatrix<float> accuracy_of(const KnockoutPlace& knockout, const KnockoutOptions& options, const ResultView& computed,
                             const std::vector<NeuronSet>& sets, Progress& progress) {
  if (options.replace == knockout.options.replace && computed.has("accuracy")) {
    const RowMatrix<float>& table = computed.matrix<float>("accuracy");
    RowMatrix<float> accuracy(table.rows(), std::ssize(sets));
    for (std::size_t i = 0; i < sets.size(); ++i)
      accuracy.col(static_cast<Eigen::Index>(i)) = table.col(Eigen::Index{sets[i].index()});
    return accuracy;
  }
  std::vector<NeuronSet> different;
  std::unordered_map<std::uint32_t, Eigen::Index> place;
  std::vector<Eigen::Index> columns;
  for (const NeuronSet set : sets) {
    const auto [found, added] = place.try_emplace(set.bits(), std::ssize(different));
    if (added) different.push_back(set);
    columns.push_back(found->second);
  }
  return knockout_accuracy(knockout.subject, different, options, knockout.random, progress)(Eigen::all, columns);
}

// Sets of every class one after the other, and how many there are of each.
struct SetsOfClasses {
  std::vector<NeuronSet> sets{};
  std::size_t each = 0;

  // The accuracy of each class with its own sets, [C,each].
  RowMatrix<float> own(const RowMatrix<float>& accuracy) const {
    RowMatrix<float> own(accuracy.rows(), static_cast<Eigen::Index>(each));
    for (Eigen::Index c = 0; c < own.rows(); ++c)
      own.row(c) = accuracy.row(c).segment(c * static_cast<Eigen::Index>(each), static_cast<Eigen::Index>(each));
    return own;
  }
};

class Ablation {
 public:
  Ablation(MeasureRun& run, ResultArrays& out)
      : run_(run),
        out_(out),
        subset_(run.place.config.analysis.knockout->subsets.back()),
        knockout_(run, subset_),
        computed_(run.layer.at("knockout/" + subset_)) {
    const KnockoutReplace own = knockout_.options.replace;
    replacements_ = {own, own == KnockoutReplace::mean ? KnockoutReplace::zero : KnockoutReplace::mean};
  }

  void put_all() {
    out_.put_attribute("", "subset", subset_);
    out_.put_attribute("", "function", std::string(to_string(knockout_.options.function)));
    std::vector<std::string> words;
    for (const KnockoutReplace replace : replacements_) words.emplace_back(to_string(replace));
    out_.put_attribute("", "replacements", words);
    const ResultView chosen = run_.layer.at("chosen_sets");
    const RowMatrix<std::int64_t>& set = chosen.matrix<std::int64_t>("set");
    if (set.rows() == knockout_.subject.classes()) put_chosen(set);
    const std::string greedy = "relay/" + chosen.attribute<std::string>("", "chosen_on");
    const int units = knockout_.subject.neurons();
    if (!run_.layer.has(greedy + "/greedy") || path_sets(knockout_.subject.classes(), units) > most_path_sets) return;
    const ResultView relay = run_.layer.at(greedy);
    if (std::ssize(relay.numbers("total")) == knockout_.subject.classes()) put_paths(relay);
  }

 private:
  template <class Work>
  void for_each_replacement(Work&& work) {
    for (const KnockoutReplace replace : replacements_) {
      KnockoutOptions options = knockout_.options;
      options.replace = replace;
      work(std::string(to_string(replace)), [&](const std::vector<NeuronSet>& sets) {
        return accuracy_of(knockout_, options, computed_, sets, run_.progress);
      });
    }
  }

  void put_chosen(const RowMatrix<std::int64_t>& set) {
    out_.put_scale("choice", chosen_set_names, "how the set was chosen");
    SetsOfClasses all{.each = static_cast<std::size_t>(set.cols())};
    for (const std::int64_t bits : set.reshaped<Eigen::RowMajor>())
      all.sets.push_back(bits == no_chosen_set ? NeuronSet{} : NeuronSet(static_cast<std::uint32_t>(bits)));
    for_each_replacement([&](const std::string& word, const auto& accuracy) {
      RowMatrix<float> own = all.own(accuracy(all.sets));
      for (Eigen::Index i = 0; i < set.size(); ++i) {
        if (set.reshaped<Eigen::RowMajor>()(i) == no_chosen_set)
          own.reshaped<Eigen::RowMajor>()(i) = std::numeric_limits<float>::quiet_NaN();
      }
      out_.put(word + "/chosen", std::move(own));
    });
  }

  void put_paths(const ResultView& relay) {
    const int units = knockout_.subject.neurons();
    SetsOfClasses greedy{.each = static_cast<std::size_t>(units) + 1}, reverse = greedy;
    for (std::size_t c = 0; c < static_cast<std::size_t>(knockout_.subject.classes()); ++c) {
      std::vector<int> order = kept_longest_first(relay, c, units);
      if (std::isnan(relay.numbers("total")[c])) {  // not analysed
        order.resize(static_cast<std::size_t>(units));
        std::iota(order.begin(), order.end(), 0);
      }
      const auto add = [](SetsOfClasses& to, const std::vector<NeuronSet>& sets) {
        to.sets.insert(to.sets.end(), sets.begin(), sets.end());
      };
      add(greedy, growing_sets(order));
      std::reverse(order.begin(), order.end());
      add(reverse, growing_sets(order));
    }
    std::vector<NeuronSet> random;
    std::vector<int> order(static_cast<std::size_t>(units));
    std::iota(order.begin(), order.end(), 0);
    RandomStream orders = run_.system.random().child("ablation");
    for (std::size_t i = 0; i < random_orders; ++i) {
      shuffle(order, orders);
      const std::vector<NeuronSet> sets = growing_sets(order);
      random.insert(random.end(), sets.begin(), sets.end());
    }
    for_each_replacement([&](const std::string& word, const auto& accuracy) {
      out_.put(word + "/greedy", greedy.own(accuracy(greedy.sets)));
      out_.put(word + "/reverse", reverse.own(accuracy(reverse.sets)));
      out_.put_cube(word + "/random", accuracy(random), static_cast<std::size_t>(units) + 1);
    });
  }

  MeasureRun& run_;
  ResultArrays& out_;
  const std::string subset_;
  const KnockoutPlace knockout_;
  const ResultView computed_;
  std::vector<KnockoutReplace> replacements_;
};

void compute_ablation(MeasureRun& run, ResultArrays& out) { Ablation(run, out).put_all(); }

}  // namespace

extern const Measure ablation_measure;
const Measure ablation_measure{
    .name = "ablation",
    .scope = Scope::layer,
    .about =
        "balanced accuracy with the chosen sets, and along orders of the units, knocked out by the configured "
        "replacement and by the mean",
    .arrays = {{"*/chosen", "1", {"class", "choice"}, "balanced accuracy of the class with its chosen set knocked out"},
               {"*/greedy",
                "1",
                {"class", "size"},
                "balanced accuracy of the class with the units knocked out that greedy removal keeps longest"},
               {"*/reverse",
                "1",
                {"class", "size"},
                "balanced accuracy of the class with the units knocked out that greedy removal removes first"},
               {"*/random",
                "1",
                {"class", "order", "size"},
                "balanced accuracy of the class with the first units of a random order knocked out"}},
    .metrics = {},
    .missing = [](const MeasurePlace& place) -> std::string {
      if (!place.is_feed_forward()) return missing_network(place);
      const AnalysisConfig& analysis = place.config.analysis;
      if (!analysis.knockout || analysis.knockout->subsets.empty()) return "there is no analysis.knockout";
      if (place.sizes.is_wide()) return "the layer has more than 32 units";
      const RelayConfig& relay = analysis.relay;
      return relay.greedy || !relay.exhaustive.empty() ? "" : "analysis.relay has neither greedy nor exhaustive";
    },
    .label = [](const MeasurePlace&) -> std::string { return "knockout of the chosen sets and the greedy path"; },
    .memory =
        [](const MeasurePlace& place, AllSetsTable) {
          const LayerSizes& size = place.sizes;
          const double samples = size.samples.at(place.config.analysis.knockout->subsets.back());
          return samples_need(0, samples * (12 * size.units + 8 * size.classes));
        },
    .compute = compute_ablation,
};

}  // namespace inforelay

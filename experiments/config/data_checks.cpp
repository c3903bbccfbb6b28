#include "experiments/config/data_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/config/tree.hpp"

namespace inforelay {
namespace {

class DataChecker {
 public:
  explicit DataChecker(const ExperimentConfig& config, const DataPair& data)
      : config_(config),
        names_(data.train.class_names()),
        train_(counts(data.train)),
        test_(counts(data.test)),
        train_size_(static_cast<std::int64_t>(data.train.size())),
        test_size_(static_cast<std::int64_t>(data.test.size())),
        bits_(data.train.label_kind() == LabelKind::bits) {}

  void run() {
    if (is_used("train")) check_classes("data.train_limit", config_.data.train_limit, train_, train_size_, "training");
    if (is_used("test")) check_classes("data.test_limit", config_.data.test_limit, test_, test_size_, "test");
    if (errors_.empty()) check_samples();
    errors_.throw_if_any();
  }

 private:
  using Counts = std::vector<std::int64_t>;  // [C]

  static Counts counts(const Dataset& data) {
    Counts samples(static_cast<std::size_t>(data.class_count()));
    for (const Symbol label : data.labels()) {
      for (std::size_t c = 0; c < samples.size(); ++c) samples[c] += is_labelled(label, c, data.label_kind()) ? 1 : 0;
    }
    return samples;
  }
  const std::string& name_of(const Counts& samples, Counts::const_iterator cls) const {
    return names_[static_cast<std::size_t>(cls - samples.begin())];
  }

  // Accuracies of training and of the staircase of a composite network are measured on both subsets.
  bool is_used(std::string_view subset) const {
    const std::vector<std::string>& subsets = config_.analysis.relay.subsets;
    return std::find(subsets.begin(), subsets.end(), subset) != subsets.end() ||
           std::any_of(config_.networks.begin(), config_.networks.end(),
                       [](const auto& each) { return each.second.train || each.second.detectors; });
  }

  void fail(std::string_view key, std::int64_t value, std::string_view problem) {
    errors_.add_line(fmt::format("error: {}: {}: {}", key, value, problem));
  }

  void check_classes(std::string_view key, std::int64_t limit, const Counts& samples, std::int64_t total,
                     std::string_view subset) {
    const auto [rarest, commonest] = std::minmax_element(samples.begin(), samples.end());
    if (bits_ && *commonest == total)
      return fail(key, limit,
                  fmt::format("output bit {} is 1 in all {} {} samples", name_of(samples, commonest), total, subset));
    if (*rarest > 0) return;
    if (bits_)
      return fail(key, limit,
                  fmt::format("output bit {} is 0 in all {} {} samples", name_of(samples, rarest), total, subset));
    fail(key, limit,
         fmt::format("class {} has no sample among the {} {} samples; at least one of each class is needed",
                     name_of(samples, rarest), total, subset));
  }

  // `count` samples of each class are to be drawn.
  void check_drawn(const std::string& key, std::size_t count, const Counts& samples, std::string_view subset) {
    const auto rarest = std::min_element(samples.begin(), samples.end());
    const auto value = static_cast<std::int64_t>(count);
    if (value <= *rarest) return;
    fail(key, value,
         fmt::format("at most {}: class {} has no more {} samples", *rarest, name_of(samples, rarest), subset));
  }

  void check_samples() {
    for (const auto& [name, network] : config_.networks) {
      if (network.from_files()) continue;
      const std::string path = "networks." + name;
      if (network.train && network.train->evaluation.method == Evaluation::Method::sampled) {
        check_drawn(path + ".train.evaluation_samples", network.train->evaluation.train_samples, train_, "training");
        check_drawn(path + ".train.evaluation_test_samples", network.train->evaluation.test_samples, test_, "test");
      }
      if (!network.detectors) continue;
      check_drawn(path + ".detectors.positives", network.detectors->positives, train_, "training");
      const auto commonest = std::max_element(train_.begin(), train_.end());
      const std::int64_t others = train_size_ - *commonest,
                         asked = static_cast<std::int64_t>(network.detectors->negatives);
      if (asked > others) {
        fail(path + ".detectors.negatives", asked,
             fmt::format("at most {}: all training samples of classes other than {}", others,
                         name_of(train_, commonest)));
      }
    }
    if (!config_.analysis.knockout || config_.analysis.knockout->options.method != KnockoutMethod::sampled) return;
    for (const std::string& subset : config_.analysis.knockout->subsets) {
      check_drawn("analysis.knockout.samples", static_cast<std::size_t>(config_.analysis.knockout->options.sample_size),
                  subset == "train" ? train_ : test_, subset == "train" ? "training" : "test");
    }
  }

  const ExperimentConfig& config_;
  const std::vector<std::string>& names_;  // [C]
  Counts train_, test_;                    // [C] samples of each class, or with each output bit 1
  std::int64_t train_size_, test_size_;
  bool bits_;
  ConfigErrors errors_;
};

}  // namespace

void check_data(const ExperimentConfig& config, const DataPair& data) { DataChecker(config, data).run(); }

}  // namespace inforelay

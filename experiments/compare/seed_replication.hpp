// One experiment repeated with other seeds: how published numbers and claims stand in the distribution over them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/files/hdf5_file.hpp"
#include "experiments/compare/published.hpp"
#include "experiments/config/config.hpp"
#include "experiments/results/results.hpp"

namespace inforelay {

/// One published value and what each seed gave in its place.
struct DistributionRow {
  std::string comparison, column, network, quantity;
  std::int64_t cls = -1;       ///< -1: of the network as a whole
  double published = 0;        ///< NaN: none
  std::vector<double> values;  ///< [seeds]; NaN where undefined

  /// Of the values that are defined; see quantile(). NaN where none is.
  double at(double probability) const;
  /// Fraction of the defined values that are below the published one, equal ones counted half; NaN without any.
  double rank() const;
};

struct StudyResult {
  std::vector<std::int64_t> seeds;
  std::vector<DistributionRow> rows;
  /// The same quantities of the other networks, without published values: for the figure.
  std::vector<DistributionRow> others;
  std::vector<ClaimResult> claims;

  /// Is there anything to show? Not where no run was finished.
  bool compares() const { return !rows.empty() && !seeds.empty(); }
};

/// Gathers a study, one run at a time. `config` holds what is compared and claimed.
class Study {
 public:
  /// All columns hold numbers: sets of neurons of other networks say nothing.
  Study(const ExperimentConfig& config, const std::vector<std::pair<std::string, PublishedValues>>& published);

  /// Adds the run with this seed. Throws UsageError, naming the column, where it lacks what is compared.
  void add(std::int64_t seed, const std::vector<std::pair<std::string, NetworkResult>>& networks);

  const StudyResult& result() const { return result_; }

 private:
  const ExperimentConfig& config_;
  StudyResult result_;
};

/// The distributions and claims as tables for people, and as CSV (study.csv, claims.csv).
std::string study_table(const StudyResult& study);
std::string study_csv(const StudyResult& study);
std::string claims_csv(const StudyResult& study);

/// The distributions as a group of a results file; the claims go through write_claims.
void write_study(Hdf5Writer& file, const std::string& group, const StudyResult& study);

}  // namespace inforelay

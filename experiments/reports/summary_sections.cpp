#include "experiments/reports/summary_section.hpp"

namespace inforelay {

extern const SummarySection states_section, relay_section, sets_section, knockout_section, regression_section,
    importance_section, significance_section, times_section;

const std::vector<const SummarySection*>& summary_sections() {
  static const std::vector<const SummarySection*> all{
      &states_section,     &relay_section,      &sets_section,         &knockout_section,
      &regression_section, &importance_section, &significance_section, &times_section,
  };
  return all;
}

}  // namespace inforelay

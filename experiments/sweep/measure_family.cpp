#include "experiments/sweep/measure_family.hpp"

#include <algorithm>
#include <string_view>

namespace inforelay {
namespace {

struct Kind {
  std::string_view prefix, quantity;
};
constexpr Kind kinds[] = {{"spearman_", "rank correlation with the function lost"},
                          {"auc_", "area under the ROC curve for the module"}};

}  // namespace

std::vector<MeasureFamily> measure_families(const SweepPlan& plan) {
  std::vector<MeasureFamily> families;
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    const std::string name = plan.metrics[m].name();
    const std::size_t last = name.rfind('.') + 1;
    if (!plan.metrics[m].metric.starts_with("importance.") &&
        plan.metrics[m].metric.find(".importance.") == std::string::npos)
      continue;
    for (const Kind& kind : kinds) {
      if (name.compare(last, kind.prefix.size(), kind.prefix) != 0) continue;
      const std::string its = name.substr(0, last + kind.prefix.size() - 1);
      auto found = std::find_if(families.begin(), families.end(), [&](const auto& each) { return each.name == its; });
      if (found == families.end())
        found = families.insert(found,
                                {.name = its, .quantity = std::string(kind.quantity), .metrics = {}, .measures = {}});
      found->metrics.push_back(m);
      found->measures.push_back(name.substr(last + kind.prefix.size()));
    }
  }
  std::erase_if(families, [](const MeasureFamily& family) { return family.metrics.size() < 2; });
  return families;
}

}  // namespace inforelay

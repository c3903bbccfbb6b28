#include "experiments/measures/knockout_subject.hpp"

#include "experiments/results/layer_results.hpp"

namespace inforelay {

KnockoutPlace::KnockoutPlace(MeasureRun& run, const std::string& subset)
    : subject{run.system.network(run.layer), run.place.layer, run.layer.matrix<float>("states/" + subset + "/value"),
              run.layer.vector<Symbol>("states/" + subset + "/input"),
              has_output_bits(run.layer.root().at(run.system.group())) ? LabelKind::bits : LabelKind::classes},
      options(run.place.config.analysis.knockout->options),
      random(run.system.random().child("knockout").child(subset)) {
  options.function =
      run.place.config.analysis.knockout->function_for(run.place.network, subject.network.layers.back().activation);
}

}  // namespace inforelay

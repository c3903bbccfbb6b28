#include "experiments/measures/each_time.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "core/text/number_text.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/results/time_stack.hpp"

namespace inforelay {
namespace {

// The scans of all times have the same number of sets, so that their reports make one count.
class ProgressOfTime final : public Progress {
 public:
  ProgressOfTime(Progress& outer, std::size_t time, std::size_t times) : outer_(outer), time_(time), times_(times) {}
  void report(std::uint64_t done, std::uint64_t total) override {
    if (total > 0) outer_.report(time_ * total + done, times_ * total);
  }
  void note(std::string_view text) override { outer_.note(text); }
  bool stop_requested() const override { return outer_.stop_requested(); }

 private:
  Progress& outer_;
  std::uint64_t time_, times_;
};

// The arrays of the layer at one time, and what stands above it: the names of the classes.
ResultArrays results_at(const MeasureRun& run, std::size_t time) {
  ResultArrays results = at_time(run.layer, time);
  const std::string prefix = run.system.group() + "/", layers = prefix + "layers/";
  const auto& all = run.layer.all().arrays();
  for (auto each = all.lower_bound(prefix); each != all.end() && each->first.starts_with(prefix); ++each) {
    if (!each->first.starts_with(layers)) results.put_array(each->first, each->second);
  }
  for (const auto& [path, attributes] : run.layer.all().attributes()) {
    if (!path.starts_with(prefix) || path.starts_with(layers)) continue;
    for (const auto& [name, value] : attributes) results.put_attribute(path, name, value);
  }
  return results;
}

// Times that earlier starts have finished, and those that this one has but not saved yet.
class FinishedTimes {
 public:
  FinishedTimes(MeasureRun& run, std::size_t times) : run_(run), stack_(times), times_(times) {
    const ReadTables wanted = run.tables == AllSetsTable::keep ? ReadTables::yes : ReadTables::no;
    run.store.load_chunks([&](const Hdf5Reader& file) {
      for (const std::string& group : file.children("")) {
        const auto time = number_from<std::size_t>(group);
        if (!time || *time >= times_) throw DataError("there is no time '{}'", group);
        stack_.add(*time, read_finished(file, group, wanted));
        finished_.insert(*time);
      }
    });
  }

  bool has(std::size_t time) const { return finished_.contains(time); }
  void add(std::size_t time, const ResultArrays& arrays) {
    stack_.add(time, arrays);
    finished_.insert(time);
    unsaved_.insert(time);
  }
  void save() {
    if (unsaved_.empty()) return;
    run_.store.save_chunks([&](Hdf5Writer& file) {
      for (const std::size_t time : unsaved_)
        write_arrays(file, at_time(stack_.arrays().view(), time), std::to_string(time));
    });
    unsaved_.clear();
  }
  ResultArrays take() { return stack_.take(); }

 private:
  MeasureRun& run_;
  TimeStack stack_;
  std::size_t times_;
  std::set<std::size_t> finished_, unsaved_;
};

}  // namespace

bool is_timed(const Measure& measure, const MeasurePlace& place) {
  return place.sizes.times > 0 && measure.scope != Scope::system && !measure.over_time;
}

void compute_measure(const Measure& measure, MeasureRun& run, ResultArrays& out) {
  if (!is_timed(measure, run.place)) return measure.compute(run, out);
  const auto times = static_cast<std::size_t>(run.place.sizes.times);
  FinishedTimes finished(run, times);
  for (std::size_t time = 0; time < times; ++time) {
    if (finished.has(time)) continue;
    try {
      run.progress.check();
      MeasurePlace place = run.place;
      place.time = time;
      const ResultArrays results = results_at(run, time);
      StageStore store = run.store.part(time);
      ProgressOfTime progress(run.progress, time, times);
      MeasureRun one{place, run.system, results.view(run.layer.group()), run.tables, store, progress};
      ResultArrays arrays(measure.arrays);
      measure.compute(one, arrays);
      finished.add(time, arrays);
    } catch (const Interrupted&) {
      finished.save();
      throw;
    }
    if (run.store.should_save()) finished.save();
  }
  out.merge("", finished.take());
}

MemoryNeed memory_of(const Measure& measure, const MeasurePlace& place, AllSetsTable tables) {
  MemoryNeed need = measure.memory(place, tables);
  if (!is_timed(measure, place)) return need;
  // The arrays of one time stand beside the stack, and so do those of the layer at that time.
  const auto of_subset = place.sizes.samples.find(place.subset);
  const double samples = of_subset == place.sizes.samples.end() ? 0 : of_subset->second;
  need.working += need.kept + samples * (8 * place.sizes.units + 32);
  need.kept *= place.sizes.times;
  need.sets *= place.sizes.times;
  return need;
}

}  // namespace inforelay

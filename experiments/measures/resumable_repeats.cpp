#include "experiments/measures/resumable_repeats.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {
namespace {

const std::vector<ArrayInfo>& state_arrays() {
  static const std::vector<ArrayInfo> arrays{{"*/values", "1", {"repeat", "number"}, "numbers of each repeat"},
                                             {"*/done", "1", {"repeat"}, "1: the repeat is computed"}};
  return arrays;
}

}  // namespace

ResumableRepeats::ResumableRepeats(StageStore& store, Progress& progress, std::size_t total)
    : store_(store), progress_(progress), total_(total) {
  store.load_state([&](const Hdf5Reader& file) {
    const ResultArrays saved = read_arrays(file);
    std::map<std::string, RepeatedValues> found;
    for (const std::string& name : saved.view().children()) {
      const ResultView group = saved.view().at(name);
      const auto done = group.vector<std::uint8_t>("done");
      RepeatedValues part{group.matrix<double>("values"), {done.begin(), done.end()}};
      if (part.values.rows() != std::ssize(part.done))
        throw DataError("{}: {} rows of values for {} repeats", name, part.values.rows(), part.done.size());
      found.emplace(name, std::move(part));
    }
    computed_ = std::move(found);
  });
}

const RowMatrix<double>& ResumableRepeats::run(const std::string& name, const Repeats& repeats) {
  const RepeatedValues none(repeats);
  const auto found = computed_.find(name);
  const bool fits = found != computed_.end() && found->second.values.rows() == none.values.rows() &&
                    found->second.values.cols() == none.values.cols();
  if (!fits) computed_.insert_or_assign(name, none);
  RepeatedValues& part = computed_.at(name);
  PartOfProgress progress(progress_, before_, total_);
  try {
    run_repeats(
        repeats, part,
        [&] {
          if (store_.should_save()) save();
        },
        progress);
  } catch (const Interrupted&) {
    save();
    throw;
  }
  before_ += repeats.count();
  return part.values;
}

void ResumableRepeats::save() {
  ResultArrays state(state_arrays());
  for (const auto& [name, part] : computed_) {
    state.put(name + "/values", part.values);
    state.put(name + "/done", part.done);
  }
  store_.save_state([&](Hdf5Writer& file) { write_arrays(file, state); });
}

}  // namespace inforelay

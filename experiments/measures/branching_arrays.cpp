#include "experiments/measures/branching_arrays.hpp"

#include <limits>

#include "core/error.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {
extern const Measure relay_measure;

namespace {

// The inverse of put_branching(); a path that is not finished has fewer than `steps` steps.
std::vector<BranchingRelay> branching_from(const ResultView& group) {
  const RowMatrix<double>& information = group.matrix<double>("information");
  const RowMatrix<std::int64_t>& tied = group.matrix<std::int64_t>("tied");
  const std::span<const std::uint32_t> sets = group.vector<std::uint32_t>("sets");
  std::vector<BranchingRelay> paths(static_cast<std::size_t>(tied.rows()));
  std::size_t next = 0;
  for (Eigen::Index c = 0; c < tied.rows(); ++c) {
    BranchingRelay& path = paths[static_cast<std::size_t>(c)];
    for (Eigen::Index step = 0; step < tied.cols() && tied(c, step) > 0; ++step) {
      const auto count = static_cast<std::size_t>(tied(c, step));
      if (count > sets.size() - next) throw DataError("branching/tied counts more sets than there are");
      path.information.push_back(information(c, step));
      path.sets.emplace_back();
      for (std::size_t i = 0; i < count; ++i) path.sets.back().emplace_back(sets[next++]);
    }
  }
  return paths;
}

}  // namespace

void put_branching(const std::vector<BranchingRelay>& paths, int steps, ResultArrays& out) {
  const auto classes = static_cast<Eigen::Index>(paths.size());
  RowMatrix<double> information = RowMatrix<double>::Constant(classes, steps, std::numeric_limits<double>::quiet_NaN());
  RowMatrix<std::int64_t> tied = RowMatrix<std::int64_t>::Zero(classes, steps);
  std::vector<std::uint32_t> sets;
  for (Eigen::Index c = 0; c < classes; ++c) {
    const BranchingRelay& path = paths[static_cast<std::size_t>(c)];
    for (std::size_t step = 0; step < path.sets.size(); ++step) {
      const auto column = static_cast<Eigen::Index>(step);
      information(c, column) = path.information[step];
      tied(c, column) = static_cast<std::int64_t>(path.sets[step].size());
      for (const NeuronSet set : path.sets[step]) sets.push_back(set.bits());
    }
  }
  out.put("branching/information", information);
  out.put("branching/tied", tied);
  out.put("branching/sets", sets);
}

std::vector<BranchingRelay> compute_branching(const StateTable& table, StageStore& store, Progress& progress) {
  const auto classes = static_cast<std::size_t>(table.contrast_count());
  const auto steps = static_cast<std::size_t>(table.unit_count());
  std::vector<BranchingRelay> paths(classes);
  store.load_state([&](const Hdf5Reader& file) {
    const ResultArrays saved = read_arrays(file);
    std::vector<BranchingRelay> found = branching_from(saved.view("branching"));
    if (found.size() == classes) paths = std::move(found);
  });
  const auto save = [&] {
    ResultArrays state(relay_measure.arrays);
    put_branching(paths, table.unit_count(), state);
    store.save_state([&](Hdf5Writer& file) { write_arrays(file, state); });
  };
  try {
    for (std::size_t c = 0; c < classes; ++c) {
      while (paths[c].sets.size() < steps) {
        branching_step(table, static_cast<int>(c), {}, paths[c], progress);
        progress.report(c * steps + paths[c].sets.size(), classes * steps);
        if (store.should_save()) save();
      }
    }
  } catch (const Interrupted&) {
    save();
    throw;
  }
  return paths;
}

}  // namespace inforelay

#include "infotheory/significance/repeats.hpp"

#include <algorithm>
#include <utility>

#include "core/parallel.hpp"

namespace inforelay {
namespace {

/// Repeats between two calls of after_block(): enough to occupy many threads.
constexpr std::size_t block_repeats = 256;

}  // namespace

RepeatedValues::RepeatedValues(const Repeats& repeats)
    : values(RowMatrix<double>::Zero(static_cast<Eigen::Index>(repeats.count()),
                                     static_cast<Eigen::Index>(repeats.size()))),
      done(repeats.count(), 0) {}

RepeatedValues::RepeatedValues(RowMatrix<double> values_, std::vector<std::uint8_t> done_)
    : values(std::move(values_)), done(std::move(done_)) {}

void run_repeats(const Repeats& repeats, RepeatedValues& so_far, const std::function<void()>& after_block,
                 Progress& progress) {
  std::vector<std::size_t> missing;
  for (std::size_t r = 0; r < so_far.done.size(); ++r) {
    if (so_far.done[r] == 0) missing.push_back(r);
  }
  const std::size_t before = so_far.done.size() - missing.size();
  QuietProgress quiet(progress);
  const auto compute = [&](std::size_t i) {
    const std::size_t repeat = missing[i];
    repeats.compute(repeat, {so_far.values.row(static_cast<Eigen::Index>(repeat)).data(), repeats.size()}, quiet);
    so_far.done[repeat] = 1;
  };
  const std::size_t block_size = repeats.uses_threads() ? 1 : block_repeats;
  for (std::size_t begin = 0; begin < missing.size(); begin += block_size) {
    const std::size_t size = std::min(block_size, missing.size() - begin);
    PartOfProgress part(progress, before + begin, so_far.done.size());
    if (repeats.uses_threads()) {
      progress.check();
      compute(begin);
      part.report(1, 1);
    } else {
      parallel_blocks(
          size, [&](std::size_t i) { compute(begin + i); }, part);
    }
    after_block();
  }
}

RowMatrix<double> run_repeats(const Repeats& repeats, Progress& progress) {
  RepeatedValues all(repeats);
  run_repeats(
      repeats, all, [] {}, progress);
  return std::move(all.values);
}

}  // namespace inforelay

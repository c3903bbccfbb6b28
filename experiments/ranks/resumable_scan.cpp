#include "experiments/ranks/resumable_scan.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "experiments/ranks/distributed_scan.hpp"

namespace inforelay {
namespace {

using NumberedPart = std::pair<std::size_t, ScanChunk>;

std::size_t bytes_of(const ScanChunk& part) {
  return sizeof(NumberedPart) + static_cast<std::size_t>(part.values.size()) * sizeof(float) +
         part.exact_totals.size() * sizeof(std::int64_t);
}

// All parts of a scan have values and exact numbers of the same shapes.
void write_parts(Hdf5Writer& file, const SubsetScan& scan, const std::vector<NumberedPart>& parts) {
  std::vector<std::int64_t> number, first_class, exact;
  std::vector<std::uint32_t> fixed, free;
  std::vector<float> values;
  values.reserve(parts.size() * static_cast<std::size_t>(parts.front().second.values.size()));
  for (const auto& [part, result] : parts) {
    number.push_back(static_cast<std::int64_t>(part));
    first_class.push_back(result.first_class);
    fixed.push_back(result.fixed.bits());
    free.push_back(result.free.bits());
    values.insert(values.end(), result.values.data(), result.values.data() + result.values.size());
    exact.insert(exact.end(), result.exact_totals.begin(), result.exact_totals.end());
  }
  const ScanChunk& any = parts.front().second;
  const auto info = [](std::string what, std::vector<std::string> dims) {
    return DatasetInfo{.units = "1", .long_name = std::move(what), .dims = std::move(dims)};
  };
  file.attribute("", "layout", scan.format_id());
  file.attribute("", "parts", static_cast<std::int64_t>(scan.chunk_count()));
  file.dataset("part", number, info("number of the part", {"part"}));
  file.dataset("first_class", first_class, info("first class of the part", {"part"}));
  file.dataset("fixed", fixed, info("neurons in all sets of the part", {"part"}));
  file.dataset("free", free, info("neurons in some sets of the part", {"part"}));
  const auto classes = static_cast<std::size_t>(any.values.rows()), sets = static_cast<std::size_t>(any.values.cols());
  file.array<float>("values", values, {parts.size(), classes, sets}, info("values", {"part", "class", "set"}));
  file.array<std::int64_t>("exact", exact, {parts.size(), any.exact_totals.size()},
                           info("exact numbers", {"part", "number"}));
}

// Adds the parts of a block. `have` [parts] says which are there.
void read_parts(const Hdf5Reader& file, SubsetScan& scan, std::vector<bool>& have) {
  const auto layout = file.attribute<std::string>("", "layout");
  const auto count = file.attribute<std::int64_t>("", "parts");
  if (layout != scan.format_id() || count != static_cast<std::int64_t>(scan.chunk_count())) {
    throw DataError(fmt::format("it holds parts of '{}' in {} parts, expected '{}' in {}", layout, count,
                                scan.format_id(), scan.chunk_count()));
  }
  const auto number = file.vector<std::int64_t>("part");
  const auto first_class = file.vector<std::int64_t>("first_class", number.size());
  const auto fixed = file.vector<std::uint32_t>("fixed", number.size());
  const auto free = file.vector<std::uint32_t>("free", number.size());
  const auto exact = file.matrix<std::int64_t>("exact", number.size());
  const auto shape = file.shape("values");
  const auto values = file.array<float>("values");
  if (shape.size() != 3 || shape[0] != number.size()) throw DataError("its values have another shape than expected");
  const auto classes = static_cast<Eigen::Index>(shape[1]), sets = static_cast<Eigen::Index>(shape[2]);
  for (std::size_t i = 0; i < number.size(); ++i) {
    const auto row = exact.row(static_cast<Eigen::Index>(i));
    const ScanChunk part{.first_class = static_cast<int>(first_class[i]),
                         .fixed = NeuronSet(fixed[i]),
                         .free = NeuronSet(free[i]),
                         .values = Eigen::Map<const RowMatrix<float>>(
                             values.data() + static_cast<Eigen::Index>(i) * classes * sets, classes, sets),
                         .exact_totals = {row.begin(), row.end()}};
    const auto index = static_cast<std::size_t>(number[i]);
    if (index < have.size() && have[index]) continue;  // a scan is given each part once
    scan.add(index, part);
    have[index] = true;
  }
}

// Takes finished parts from all threads and saves them, one thread at a time; the others go on meanwhile.
class Saver {
 public:
  Saver(SubsetScan& scan, StageStore& files) : scan_(scan), files_(files) {}

  void take(std::size_t part, ScanChunk&& result) {
    scan_.add(part, result);
    std::unique_lock lock(mutex_);
    saved_.wait(lock, [&] { return !saving_ || bytes_ < most_waiting_bytes; });
    bytes_ += bytes_of(result);
    waiting_.emplace_back(part, std::move(result));
    if (saving_ || (!files_.should_save() && bytes_ < most_waiting_bytes)) return;
    saving_ = true;
    bytes_ = 0;
    const std::vector<NumberedPart> taken = std::exchange(waiting_, {});
    lock.unlock();
    const auto ended = [&] {
      lock.lock();
      saving_ = false;
      saved_.notify_all();
    };
    try {
      save(taken);
    } catch (...) {
      ended();
      throw;
    }
    ended();
  }

  /// All that waits; once no thread works any more.
  void save_rest() {
    if (!waiting_.empty()) save(waiting_);
  }

 private:
  void save(const std::vector<NumberedPart>& parts) {
    files_.save_chunks([&](Hdf5Writer& file) { write_parts(file, scan_, parts); });
  }

  SubsetScan& scan_;
  StageStore& files_;
  std::mutex mutex_;
  std::condition_variable saved_;
  std::vector<NumberedPart> waiting_;
  std::size_t bytes_ = 0;  // of those
  bool saving_ = false;
};

}  // namespace

void run_resumable_scan(SubsetScan& scan, StageStore& files, Progress& progress, const std::function<Bytes()>& job) {
  std::vector<bool> have(scan.chunk_count());
  files.load_chunks([&](const Hdf5Reader& file) {
    progress.check();  // weeks of work may be in many files
    read_parts(file, scan, have);
  });
  std::vector<std::size_t> missing;
  for (std::size_t part = 0; part < have.size(); ++part) {
    if (!have[part]) missing.push_back(part);
  }
  PartOfProgress rest(progress, have.size() - missing.size(), have.size());
  Saver saver(scan, files);
  try {
    compute_on_ranks(
        scan, job, ranks(), missing, [&](std::size_t part, ScanChunk&& result) { saver.take(part, std::move(result)); },
        rest);
  } catch (const Interrupted&) {
    saver.save_rest();
    throw;
  }
}

}  // namespace inforelay

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

using NumberedChunk = std::pair<std::size_t, ScanChunk>;

std::size_t bytes_of(const ScanChunk& chunk) {
  return sizeof(NumberedChunk) + static_cast<std::size_t>(chunk.values.size()) * sizeof(float) +
         chunk.exact_totals.size() * sizeof(std::int64_t);
}

// All chunks of a scan have values and exact totals of the same shapes.
void write_chunks(Hdf5Writer& file, const SubsetScan& scan, const std::vector<NumberedChunk>& chunks) {
  std::vector<std::int64_t> number, first_class, exact;
  std::vector<std::uint32_t> fixed, free;
  std::vector<float> values;
  values.reserve(chunks.size() * static_cast<std::size_t>(chunks.front().second.values.size()));
  for (const auto& [index, chunk] : chunks) {
    number.push_back(static_cast<std::int64_t>(index));
    first_class.push_back(chunk.first_class);
    fixed.push_back(chunk.fixed.bits());
    free.push_back(chunk.free.bits());
    values.insert(values.end(), chunk.values.data(), chunk.values.data() + chunk.values.size());
    exact.insert(exact.end(), chunk.exact_totals.begin(), chunk.exact_totals.end());
  }
  const ScanChunk& any = chunks.front().second;
  const auto info = [](std::string what, std::vector<std::string> dims) {
    return DatasetInfo{.units = "1", .long_name = std::move(what), .dims = std::move(dims)};
  };
  file.attribute("", "format_id", scan.format_id());
  file.attribute("", "chunk_count", static_cast<std::int64_t>(scan.chunk_count()));
  file.dataset("chunk", number, info("number of the chunk", {"chunk"}));
  file.dataset("first_class", first_class, info("first class of the chunk", {"chunk"}));
  file.dataset("fixed", fixed, info("units in all sets of the chunk", {"chunk"}));
  file.dataset("free", free, info("units in some sets of the chunk", {"chunk"}));
  const auto classes = static_cast<std::size_t>(any.values.rows()), sets = static_cast<std::size_t>(any.values.cols());
  file.array<float>("values", values, {chunks.size(), classes, sets}, info("values", {"chunk", "class", "set"}));
  file.array<std::int64_t>("exact_totals", exact, {chunks.size(), any.exact_totals.size()},
                           info("exact totals", {"chunk", "total"}));
}

// Adds the chunks of a file, except those in `done` [chunks], and notes them there.
void read_chunks(const Hdf5Reader& file, SubsetScan& scan, std::vector<bool>& done) {
  const auto format = file.attribute<std::string>("", "format_id");
  const auto count = file.attribute<std::int64_t>("", "chunk_count");
  if (format != scan.format_id() || count != static_cast<std::int64_t>(scan.chunk_count())) {
    throw DataError(fmt::format("it has {} chunks of format '{}', expected {} of '{}'", count, format,
                                scan.chunk_count(), scan.format_id()));
  }
  const auto number = file.vector<std::int64_t>("chunk");
  const auto first_class = file.vector<std::int64_t>("first_class", number.size());
  const auto fixed = file.vector<std::uint32_t>("fixed", number.size());
  const auto free = file.vector<std::uint32_t>("free", number.size());
  const auto exact = file.matrix<std::int64_t>("exact_totals", number.size());
  const auto shape = file.shape("values");
  const auto values = file.array<float>("values");
  if (shape.size() != 3 || shape[0] != number.size()) throw DataError("its values have an unexpected shape");
  const auto classes = static_cast<Eigen::Index>(shape[1]), sets = static_cast<Eigen::Index>(shape[2]);
  for (std::size_t i = 0; i < number.size(); ++i) {
    const auto row = exact.row(static_cast<Eigen::Index>(i));
    const ScanChunk chunk{.first_class = static_cast<int>(first_class[i]),
                          .fixed = NeuronSet(fixed[i]),
                          .free = NeuronSet(free[i]),
                          .values = Eigen::Map<const RowMatrix<float>>(
                              values.data() + static_cast<Eigen::Index>(i) * classes * sets, classes, sets),
                          .exact_totals = {row.begin(), row.end()}};
    const auto index = static_cast<std::size_t>(number[i]);
    if (index < done.size() && done[index]) continue;
    scan.add(index, chunk);
    done[index] = true;
  }
}

// Receives finished chunks from all threads and saves them, in one thread at a time; the others continue meanwhile.
class ChunkWriter {
 public:
  ChunkWriter(SubsetScan& scan, StageStore& store) : scan_(scan), store_(store) {}

  void add(std::size_t chunk, ScanChunk&& result) {
    scan_.add(chunk, result);
    std::unique_lock lock(mutex_);
    saved_.wait(lock, [&] { return !saving_ || bytes_ < most_waiting_bytes; });
    bytes_ += bytes_of(result);
    waiting_.emplace_back(chunk, std::move(result));
    if (saving_ || (!store_.should_save() && bytes_ < most_waiting_bytes)) return;
    saving_ = true;
    bytes_ = 0;
    const std::vector<NumberedChunk> taken = std::exchange(waiting_, {});
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

  /// Saves all waiting chunks. To be called when no thread computes any more.
  void save_rest() {
    if (!waiting_.empty()) save(waiting_);
  }

 private:
  void save(const std::vector<NumberedChunk>& chunks) {
    store_.save_chunks([&](Hdf5Writer& file) { write_chunks(file, scan_, chunks); });
  }

  SubsetScan& scan_;
  StageStore& store_;
  std::mutex mutex_;
  std::condition_variable saved_;
  std::vector<NumberedChunk> waiting_;
  std::size_t bytes_ = 0;  // of the waiting chunks
  bool saving_ = false;
};

}  // namespace

void run_resumable_scan(SubsetScan& scan, StageStore& store, Progress& progress, const std::function<Bytes()>& job) {
  std::vector<bool> done(scan.chunk_count());
  store.load_chunks([&](const Hdf5Reader& file) {
    progress.check();  // there may be many files
    read_chunks(file, scan, done);
  });
  std::vector<std::size_t> missing;
  for (std::size_t chunk = 0; chunk < done.size(); ++chunk) {
    if (!done[chunk]) missing.push_back(chunk);
  }
  PartOfProgress rest(progress, done.size() - missing.size(), done.size());
  ChunkWriter writer(scan, store);
  try {
    compute_on_ranks(
        scan, job, ranks(), missing,
        [&](std::size_t chunk, ScanChunk&& result) { writer.add(chunk, std::move(result)); }, rest);
  } catch (const Interrupted&) {
    writer.save_rest();
    throw;
  }
}

}  // namespace inforelay

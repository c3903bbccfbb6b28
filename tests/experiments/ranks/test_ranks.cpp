// Scans distributed over ranks: the result does not depend on which rank computes which chunk. The ranks are threads
// here; test_mpi.cpp has real ones.
#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/provenance.hpp"
#include "experiments/ranks/chunk_scheduler.hpp"
#include "experiments/ranks/distributed_scan.hpp"
#include "experiments/sweep/remote_runs.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/ranks/scan_scenes.hpp"
#include "tests/experiments/ranks/thread_ranks.hpp"
#include "tests/set_scans.hpp"

namespace inforelay {
namespace {

using test::KnockoutScene;
using test::LevelScene;
using test::RelayScene;
using test::ThreadJob;

// True if `table` equals `whole`, or is empty if tables are discarded.
bool has_table(const RowMatrix<float>& table, const RowMatrix<float>& whole, AllSetsTable keep) {
  return keep == AllSetsTable::keep ? table == whole : table.size() == 0;
}

// Computes and adds all chunks of `scan` on `size` ranks of `threads` threads. Returns the number computed by ranks
// other than 0.
template <class Scan>
std::size_t share(Scan& scan, const Bytes& job, int size, int threads, Progress& progress = Progress::none()) {
  set_thread_count(threads);
  ThreadJob ranks(size);
  std::vector<std::size_t> chunks(scan.chunk_count());
  std::iota(chunks.begin(), chunks.end(), std::size_t{0});
  compute_on_ranks(
      scan, [&] { return job; }, ranks.first(), chunks,
      [&](std::size_t chunk, ScanChunk&& result) {
        ranks.await_others();
        scan.add(chunk, result);
      },
      progress);
  return ranks.results();
}

}  // namespace

TEST_CASE("Relay information by several ranks is bit-identical to that by one", "[ranks]") {
  const RelayScene scene(GENERATE(3, 14, 17));
  const AllSetsTable keep =
      GENERATE(AllSetsTable::keep, AllSetsTable::discard);  // on rank 0; other ranks never have a table
  const ExhaustiveRelay whole = exhaustive_relay(scene.table, scene.path);
  for (const int size : {1, 2, 4}) {
    for (const int threads : {1, 2}) {
      CAPTURE(size, threads, keep == AllSetsTable::keep);
      ExhaustiveRelayScan scan(scene.table, scene.path, keep);
      const std::size_t by_others = share(scan, scene.job(), size, threads);
      CHECK((by_others > 0) == (size > 1));
      const ExhaustiveRelay shared = scan.result();
      CHECK(has_table(shared.information, whole.information, keep));
      CHECK(test::same(shared.statistics, whole.statistics));
      CHECK(shared.best_information == whole.best_information);
      CHECK(shared.best_set == whole.best_set);
      CHECK(shared.above_greedy == whole.above_greedy);
      CHECK(shared.above_greedy_as_published == whole.above_greedy_as_published);
    }
  }
}

TEST_CASE("Relay information of levels by several ranks is bit-identical to that by one", "[ranks]") {
  const LevelScene scene(GENERATE(false, true));
  const GreedyRelay path = greedy_relay(scene.table);
  const ExhaustiveRelay whole = exhaustive_relay(scene.table, path);
  ExhaustiveRelayScan scan(scene.table, path);
  CHECK(share(scan, relay_scan_job(scene.source(), path), 3, 1) > 0);
  const ExhaustiveRelay shared = scan.result();
  CHECK(shared.information == whole.information);
  CHECK(shared.best_set == whole.best_set);
  CHECK(test::same(shared.statistics, whole.statistics));
}

TEST_CASE("Measures of all sets by several ranks are bit-identical to those by one", "[ranks]") {
  const std::vector<SetMeasure> measures{SetMeasure::miller_madow_correction, SetMeasure::co_information};
  const auto check = [&](const auto& table, const TableSource& source) {
    const std::vector<MeasuredSets> whole = measure_sets(table, measures);
    SetMeasureScan scan(table, measures);
    CHECK(share(scan, measure_scan_job(source, measures), 3, 1) > 0);
    const std::vector<MeasuredSets> shared = scan.result();
    for (std::size_t q = 0; q < measures.size(); ++q) {
      CHECK(shared[q].measure == measures[q]);
      CHECK(shared[q].values == whole[q].values);
      CHECK(test::same(shared[q].statistics, whole[q].statistics));
    }
  };
  SECTION("of binary units") {
    const RelayScene scene(15);
    const AnyStates states = UnitStates::from_words(scene.samples.states, scene.samples.units);
    const std::vector<Contrast> contrasts = test::numbered_contrasts(3);
    check(scene.table, {states, scene.samples.input, scene.samples.output, contrasts});
  }
  SECTION("of levels") {
    const LevelScene scene(GENERATE(false, true));
    check(scene.table, scene.source());
  }
}

TEST_CASE("Knockouts by several ranks are bit-identical to those by one", "[ranks]") {
  const bool deep = GENERATE(false, true);
  const auto method = GENERATE(KnockoutMethod::exact, KnockoutMethod::sampled);
  const AllSetsTable keep = GENERATE(AllSetsTable::keep, AllSetsTable::discard);
  const auto function = GENERATE(KnockoutFunction::threshold, KnockoutFunction::argmax);
  const auto replace = GENERATE(KnockoutReplace::zero, KnockoutReplace::resample, KnockoutReplace::noise);
  CAPTURE(to_string(function), to_string(replace));
  const KnockoutScene scene(deep ? 7 : 11, deep, method, function, replace);
  KnockoutScan alone(scene.subject(), scene.options, scene.draws);
  run_whole(alone, Progress::none());
  const ExhaustiveKnockout whole = alone.result();
  for (const int size : {1, 2, 4}) {
    CAPTURE(deep, to_string(method), size, keep == AllSetsTable::keep);
    KnockoutScan scan(scene.subject(), scene.options, scene.draws, keep);
    const std::size_t by_others = share(scan, scene.job(), size, 1);
    CHECK((by_others > 0) == (size > 1));
    const ExhaustiveKnockout shared = scan.result();
    CHECK(has_table(shared.accuracy, whole.accuracy, keep));
    CHECK((keep == AllSetsTable::discard || shared.overall == whole.overall));
    CHECK(test::same(shared.statistics, whole.statistics));
  }
}

TEST_CASE("An interrupted distributed scan keeps finished chunks and resumes with other ranks", "[ranks]") {
  const KnockoutScene scene(8, true, KnockoutMethod::exact);
  const RowMatrix<float> whole = exhaustive_knockout_accuracy(scene.subject(), scene.options, scene.draws);
  KnockoutScan scan(scene.subject(), scene.options, scene.draws);
  std::vector<std::size_t> missing(scan.chunk_count());
  std::iota(missing.begin(), missing.end(), std::size_t{0});
  int interruptions = 0;
  for (int size = 2; !missing.empty(); size = size % 4 + 1) {
    set_thread_count(1);
    ThreadJob ranks(size);
    test::StopAfter soon(5);
    std::mutex mutex;
    std::vector<std::size_t> done;
    try {
      compute_on_ranks(
          scan, [&] { return scene.job(); }, ranks.first(), missing,
          [&](std::size_t chunk, ScanChunk&& result) {
            scan.add(chunk, result);
            const std::lock_guard lock(mutex);
            done.push_back(chunk);
          },
          soon);
    } catch (const Interrupted&) {
      ++interruptions;
    }
    REQUIRE(done.size() >= std::min<std::size_t>(5, missing.size()));
    std::erase_if(missing, [&](std::size_t chunk) { return std::find(done.begin(), done.end(), chunk) != done.end(); });
  }
  CHECK(interruptions >= 1);
  CHECK(scan.result().accuracy == whole);
}

TEST_CASE("Ranks take jobs of different kinds one after the other", "[ranks]") {
  set_thread_count(1);
  ThreadJob ranks(3);
  const RelayScene relay(6);
  const KnockoutScene knockout(7, false, KnockoutMethod::exact);
  for (int round = 0; round < 3; ++round) {
    KnockoutScan scan(knockout.subject(), knockout.options, knockout.draws);
    std::vector<std::size_t> chunks(scan.chunk_count());
    std::iota(chunks.begin(), chunks.end(), std::size_t{0});
    std::atomic<std::size_t> taken = 0;
    compute_on_ranks(
        scan, [&] { return knockout.job(); }, ranks.first(), chunks, [&](std::size_t, ScanChunk&&) { ++taken; },
        Progress::none());
    CHECK(taken == chunks.size());
    ExhaustiveRelayScan other(relay.table, relay.path);
    compute_on_ranks(
        other, [&] { return relay.job(); }, ranks.first(), std::vector<std::size_t>{0, 2},
        [&](std::size_t chunk, ScanChunk&& result) { other.add(chunk, result); }, Progress::none());
  }
}

TEST_CASE("An error on another rank ends a distributed scan with its message and the rank", "[ranks]") {
  const KnockoutScene scene(7, true, KnockoutMethod::exact);
  KnockoutScan scan(scene.subject(), scene.options, scene.draws);
  SECTION("before it begins: a truncated job") {
    Bytes damaged = scene.job();
    damaged.pop_back();
    CHECK_THROWS_AS(share(scan, damaged, 2, 1), DataError);
    CHECK_THROWS_WITH(share(scan, damaged, 2, 1),
                      "rank 1 on test: a message between ranks is damaged: it ends too early");
  }
  SECTION("before it begins: another build") {
    const Bytes other = MessageWriter().number(JobKind::scan).text("0123abcd").take();
    CHECK_THROWS_AS(share(scan, other, 3, 1), UsageError);
    CHECK_THROWS_WITH(share(scan, other, 2, 1), "rank 1 on test: this program is revision " +
                                                    std::string(git_revision()) +
                                                    ", that of rank 0 is 0123abcd: expected the same on all machines");
  }
  SECTION("in the middle: an activation that is not finite") {
    KnockoutScene bad(7, true, KnockoutMethod::exact);
    bad.hidden(11, 2) = std::numeric_limits<float>::infinity();
    CHECK_THROWS_WITH(
        share(scan, bad.job(), 2, 1),
        "rank 1 on test: knockouts: activation of hidden layer 1, neuron 2 of sample 11 is inf, expected a finite "
        "number");
  }
  SECTION("on rank 0: results cannot be stored") {
    ThreadJob ranks(3);
    std::vector<std::size_t> chunks(scan.chunk_count());
    std::iota(chunks.begin(), chunks.end(), std::size_t{0});
    CHECK_THROWS_WITH(compute_on_ranks(
                          scan, [&] { return scene.job(); }, ranks.first(), chunks,
                          [](std::size_t, ScanChunk&&) { throw IoError("no space"); }, Progress::none()),
                      "no space");
  }
}

TEST_CASE("An unexpected message of a rank ends a distributed scan", "[ranks]") {
  const RelayScene scene(6);
  // Rank 1 reports that it is ready and then sends `what`, whatever it is asked to do.
  const auto scan_with = [&](MessageKind kind, const Bytes& what) {
    set_thread_count(1);
    ThreadJob ranks(2, [&](Ranks& own) {
      Backoff patience(std::chrono::milliseconds(1));
      for (bool is_over = false; !is_over;) {
        const auto message = own.receive();
        if (!message) {
          patience.wait();
        } else if (message->kind == MessageKind::stop) {
          own.send(0, MessageKind::ended, {});
        } else if (message->kind == MessageKind::job) {
          MessageReader job(message->bytes);
          is_over = read_job(job) == JobKind::end;
          if (is_over) continue;
          own.send(0, MessageKind::ready, MessageWriter().number(std::uint32_t{1}).take());
          own.send(0, kind, what);
        }
      }
    });
    ExhaustiveRelayScan scan(scene.table, scene.path);
    compute_on_ranks(
        scan, [&] { return scene.job(); }, ranks.first(), std::vector<std::size_t>{0, 1, 2},
        [&](std::size_t chunk, ScanChunk&& result) { scan.add(chunk, result); }, Progress::none());
  };
  ScanChunk chunk;
  chunk.values.resize(1, 64);
  CHECK_THROWS_WITH(scan_with(MessageKind::result, result_message(77, chunk)),
                    "rank 1 sent chunk 77, which it was not given");
  CHECK_THROWS_WITH(scan_with(MessageKind::result, {1, 2}), "a message between ranks is damaged: it ends too early");
  CHECK_THROWS_WITH(scan_with(MessageKind::run_ended, {}), "rank 1 sent an unexpected message of kind 5");
  CHECK_THROWS_WITH(scan_with(MessageKind::ready, MessageWriter().number(std::uint32_t{0}).take()),
                    "a message between ranks is damaged: a number of threads is 0");
}

TEST_CASE("A job ends with the reason if messages cannot be received", "[ranks]") {
  // Rank 1 is ready if asked to be; after that nothing can be received.
  class LosingRanks final : public Ranks {
   public:
    explicit LosingRanks(bool is_ready) : is_ready_(is_ready) {}
    int rank() const override { return 0; }
    int size() const override { return 2; }
    int machine() const override { return 0; }
    int threads() const override { return 1; }
    std::string place() const override { return "rank 0 on test"; }
    void send(int, MessageKind, Bytes) override {}
    std::size_t unsent_bytes() override { return 0; }
    std::optional<Message> receive() override {
      if (!std::exchange(is_ready_, false)) throw LostRanks("the cable is out");
      return Message{.from = 1, .kind = MessageKind::ready, .bytes = MessageWriter().number(std::uint32_t{1}).take()};
    }
    [[noreturn]] void abort(int) override { throw std::logic_error("abort of a rank"); }

   private:
    bool is_ready_;
  };
  const bool is_ready = GENERATE(false, true);
  LosingRanks ranks(is_ready);
  SECTION("during a scan") {
    const RelayScene scene(10);
    ExhaustiveRelayScan scan(scene.table, scene.path);
    std::vector<std::size_t> chunks(scan.chunk_count());
    std::iota(chunks.begin(), chunks.end(), std::size_t{0});
    CHECK_THROWS_MATCHES(compute_on_ranks(
                             scan, [&] { return scene.job(); }, ranks, chunks,
                             [&](std::size_t chunk, ScanChunk&& result) { scan.add(chunk, result); }, Progress::none()),
                         LostRanks, Catch::Matchers::Message("the cable is out"));
  }
  SECTION("during a sweep") {
    RemoteRuns runs(ranks, 0);
    CHECK_THROWS_AS(runs.receive([](int, const WorkerCapacity&) {}, [](const ChildRuns::End&) {}), Error);
  }
}

TEST_CASE("Each chunk is distributed once, in portions that never grow", "[ranks]") {
  std::vector<std::size_t> chunks(1000);
  std::iota(chunks.begin(), chunks.end(), std::size_t{500});
  ChunkScheduler scheduler(chunks, 16);
  std::vector<std::size_t> dealt;
  std::size_t last = chunks.size();
  while (scheduler.left() > 0) {
    const auto piece = scheduler.next(1);
    REQUIRE(!piece.empty());
    CHECK(piece.size() <= last);
    CHECK(piece.size() <= (scheduler.left() + piece.size()) / 32 + 1);
    last = piece.size();
    dealt.insert(dealt.end(), piece.begin(), piece.end());
  }
  CHECK(last == 1);
  CHECK(dealt == chunks);
  CHECK(scheduler.next(1).empty());
  // A rank of four threads takes four times as much.
  CHECK(ChunkScheduler(chunks, 16).next(1).size() == 32);
  CHECK(ChunkScheduler(chunks, 16).next(4).size() == 125);
  CHECK(ChunkScheduler(chunks, 1).next(8).size() == 500);
  CHECK(ChunkScheduler::wants_more(2, 2));
  CHECK(!ChunkScheduler::wants_more(2, 3));
}

TEST_CASE("Ranks of one machine share its cores", "[ranks]") {
  CHECK(share_of_cores(64, 64, 1) == 64);
  CHECK(share_of_cores(64, 64, 4) == 16);  // not bound: all may use all
  CHECK(share_of_cores(16, 64, 4) == 16);  // each bound to its own
  CHECK(share_of_cores(32, 64, 8) == 8);   // four bound to each socket
  CHECK(share_of_cores(2, 2, 4) == 1);     // more ranks than cores
}

}  // namespace inforelay

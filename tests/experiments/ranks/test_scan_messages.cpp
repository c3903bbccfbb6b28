// Messages between ranks: they are read back as written, and not trusted.
#include "core/error.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/ranks/scan_scenes.hpp"

namespace inforelay {
namespace {

using test::KnockoutScene;
using test::LevelScene;
using test::RelayScene;

std::unique_ptr<ReceivedScan> read_whole_job(const Bytes& bytes) {
  MessageReader job(bytes);
  REQUIRE(read_job(job) == JobKind::scan);
  return read_scan_job(job);
}

}  // namespace

TEST_CASE("A damaged job of measures is refused", "[ranks]") {
  const LevelScene scene(true);
  Bytes job = measure_scan_job(scene.source(), {SetMeasure::representation});
  job.back() = 99;
  CHECK_THROWS_AS(read_whole_job(job), DataError);
  job.pop_back();
  CHECK_THROWS_AS(read_whole_job(job), DataError);
}

TEST_CASE("Messages are read back as written and reading beyond the end is an error", "[ranks]") {
  RowMatrix<float> matrix(2, 3);
  matrix << 1, 2, 3, 4, 5, 6;
  const Bytes bytes = MessageWriter()
                          .number(7)
                          .text("seven")
                          .texts({"a", "", "b"})
                          .array(std::vector<std::int64_t>{-1, 2})
                          .matrix(matrix)
                          .matrix(RowMatrix<double>(0, 4))
                          .take();
  MessageReader reader(bytes);
  CHECK(reader.number<int>() == 7);
  CHECK(reader.text() == "seven");
  CHECK(reader.texts() == std::vector<std::string>{"a", "", "b"});
  CHECK_THROWS_AS(reader.finish(), DataError);
  CHECK(reader.array<std::int64_t>() == std::vector<std::int64_t>{-1, 2});
  CHECK(reader.matrix<float>() == matrix);
  CHECK(reader.matrix<double>().size() == 0);
  CHECK_NOTHROW(reader.finish());
  CHECK_THROWS_AS(reader.number<std::uint8_t>(), DataError);

  const auto huge = MessageWriter().number(~std::uint64_t{0}).number(~std::uint64_t{0}).take();
  CHECK_THROWS_AS(MessageReader(huge).text(), DataError);
  CHECK_THROWS_AS(MessageReader(huge).texts(), DataError);
  CHECK_THROWS_AS(MessageReader(huge).array<double>(), DataError);
  CHECK_THROWS_AS(MessageReader(huge).matrix<double>(), DataError);
  const auto ragged = MessageWriter().number(std::uint64_t{2}).array(std::vector<float>{1, 2, 3}).take();
  CHECK_THROWS_AS(MessageReader(ragged).matrix<float>(), DataError);
  const auto tall = MessageWriter().number(std::uint64_t{1} << 60).array(std::vector<float>{}).take();
  CHECK_THROWS_AS(MessageReader(tall).matrix<float>(), DataError);
}

TEST_CASE("Jobs and results that are cut or altered either fail with an error or give a valid scan", "[ranks]") {
  const KnockoutScene knockout(5, true, KnockoutMethod::sampled);
  for (const Bytes& job : {RelayScene(4).job(), knockout.job()}) {
    CHECK(read_whole_job(job)->scan().chunk_count() > 0);
    for (std::size_t size = 0; size < job.size(); size += size < 300 ? 1 : 97) {
      MessageReader cut(std::span<const std::uint8_t>(job).first(size));
      CHECK_THROWS_AS((read_job(cut), read_scan_job(cut)), Error);
    }
    RandomStream random(44, "damage");
    for (int round = 0; round < 400; ++round) {
      Bytes altered = job;
      // The numbers that determine sizes and kinds are mostly at the beginning.
      altered[random.below(round % 2 == 0 ? 150 : altered.size())] ^= static_cast<std::uint8_t>(1u << random.below(8));
      MessageReader reader(altered);
      try {
        if (read_job(reader) == JobKind::scan) read_scan_job(reader);
      } catch (const Error&) {
      }
    }
    Bytes longer = job;
    longer.push_back(0);
    CHECK_THROWS_AS(read_whole_job(longer), DataError);
  }
  ScanChunk chunk{.first_class = 2, .fixed = NeuronSet{1}, .free = NeuronSet{0}, .values = RowMatrix<float>(1, 2)};
  chunk.values << 0.25f, 0.5f;
  chunk.exact_totals = {5, -6};
  const Bytes result = result_message(9, chunk);
  const auto [number, read] = read_result(result);
  CHECK(number == 9);
  CHECK(read.first_class == 2);
  CHECK(read.fixed == chunk.fixed);
  CHECK(read.free == chunk.free);
  CHECK(read.values == chunk.values);
  CHECK(read.exact_totals == chunk.exact_totals);
  for (std::size_t size = 0; size < result.size(); ++size)
    CHECK_THROWS_AS(read_result(std::span<const std::uint8_t>(result).first(size)), DataError);
}

TEST_CASE("Errors sent between ranks keep their type", "[ranks]") {
  CHECK_THROWS_AS(throw_failure(failed_message(ExitCode::usage, "a")), UsageError);
  CHECK_THROWS_AS(throw_failure(failed_message(ExitCode::data, "a")), DataError);
  CHECK_THROWS_AS(throw_failure(failed_message(ExitCode::internal, "a")), ComputeError);
  CHECK_THROWS_AS(throw_failure(Bytes{}), DataError);
}

}  // namespace inforelay

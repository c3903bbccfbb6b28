#include "core/error.hpp"
#include "core/sets/subset_scan.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

TEST_CASE("A part's values go to its classes and sets", "[set_scan]") {
  RowMatrix<float> table = RowMatrix<float>::Constant(3, 16, -1);
  ScanChunk part{.first_class = 1, .fixed = NeuronSet{2}, .free = NeuronSet{0, 3}, .values = RowMatrix<float>(2, 4)};
  part.values << 1, 2, 3, 4, 5, 6, 7, 8;
  put_chunk(part, table);
  RowMatrix<float> expected = RowMatrix<float>::Constant(3, 16, -1);
  expected(1, 4) = 1;   // neuron 2
  expected(1, 5) = 2;   // 2 and 0
  expected(1, 12) = 3;  // 2 and 3
  expected(1, 13) = 4;
  expected(2, 4) = 5;
  expected(2, 5) = 6;
  expected(2, 12) = 7;
  expected(2, 13) = 8;
  CHECK(table == expected);
}

TEST_CASE("A part that is not of the table is refused", "[set_scan]") {
  const ScanChunk good{.first_class = 1, .fixed = NeuronSet{2}, .free = NeuronSet{0}, .values = RowMatrix<float>(2, 2)};
  RowMatrix<float> table(3, 8);
  CHECK_NOTHROW(put_chunk(good, table));
  const auto refused = [&](auto change) {
    ScanChunk bad = good;
    change(bad);
    CHECK_THROWS_AS(put_chunk(bad, table), DataError);
  };
  refused([](ScanChunk& part) { part.first_class = -1; });
  refused([](ScanChunk& part) { part.first_class = 2; });
  refused([](ScanChunk& part) { part.fixed = NeuronSet{3}; });
  refused([](ScanChunk& part) { part.fixed = NeuronSet{0, 2}; });
  refused([](ScanChunk& part) { part.free = NeuronSet{0, 1}; });
  refused([](ScanChunk& part) { part.free = NeuronSet{31}; });
  refused([](ScanChunk& part) { part.values.resize(2, 4); });
  CHECK_THROWS_WITH(
      [&] {
        ScanChunk bad = good;
        bad.fixed = NeuronSet{4};
        put_chunk(bad, table);
      }(),
      "a part of a scan has values [2,2] of the classes from 1 and the sets {4} with any of {0}, which do not fit a "
      "table [3,8]");
}

TEST_CASE("A part of a computation reports as part of the whole", "[set_scan]") {
  struct Record : Progress {
    void report(std::uint64_t d, std::uint64_t t) override { done = d, total = t; }
    void note(std::string_view text) override { said = text; }
    bool stop_requested() const override { return stop; }
    std::uint64_t done = 0, total = 0;
    std::string said;
    bool stop = false;
  } whole;
  PartOfProgress part(whole, 30, 100);
  part.report(5, 10);
  CHECK(whole.done == 35);
  CHECK(whole.total == 100);
  part.note("text");
  CHECK(whole.said == "text");
  CHECK(!part.stop_requested());
  whole.stop = true;
  CHECK(part.stop_requested());
}

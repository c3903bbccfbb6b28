#include <cmath>
#include <numeric>
#include <set>

#include "core/random.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

// Known answers of the Random123 distribution (kat_vectors, philox4x32 10 rounds).
TEST_CASE("Philox4x32-10 gives its published known answers", "[random]") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Streams depend on seed, name and index, and on nothing else", "[random]") {
  const auto first = [](RandomStream stream) { return stream(); };
  CHECK(first({1, "a"}) == first({1, "a"}));
  const RandomStream parent(1, "a");
  const std::set<std::uint64_t> different{first({1, "a"}),          first({2, "a"}),           first({1, "b"}),
                                          first(parent.child(0)),   first(parent.child(1)),    first(parent.child("a")),
                                          first(parent.child("b")), first(RandomStream(1, ""))};
  CHECK(different.size() == 8);
}

TEST_CASE("below(n) is uniform", "[random]") {
  RandomStream stream(3, "below");
  std::array<int, 7> counts{};
  constexpr int draws = 70000;
  for (int i = 0; i < draws; ++i) ++counts[stream.below(7)];
  // Chi-square with 6 degrees of freedom; 22.5 is its 99.9 % point.
  double chi_square = 0;
  for (const int count : counts) chi_square += std::pow(count - draws / 7.0, 2) / (draws / 7.0);
  CHECK(chi_square < 22.5);
}

TEST_CASE("uniform() and normal() have the right moments", "[random]") {
  RandomStream stream(5, "moments");
  constexpr int draws = 100000;
  double sum = 0, sum_normal = 0, squares_normal = 0;
  for (int i = 0; i < draws; ++i) {
    const double u = stream.uniform();
    REQUIRE((u >= 0 && u < 1));
    sum += u;
    const double z = stream.normal();
    sum_normal += z;
    squares_normal += z * z;
  }
  CHECK(sum / draws == Approx(0.5).margin(5 * std::sqrt(1.0 / 12 / draws)));
  CHECK(sum_normal / draws == Approx(0).margin(5 / std::sqrt(draws)));
  CHECK(squares_normal / draws == Approx(1).margin(5 * std::sqrt(2.0 / draws)));
}

TEST_CASE("Sampling without replacement gives distinct numbers", "[random]") {
  RandomStream stream(11, "sample");
  const auto sample = sample_without_replacement(100, 60, stream);
  CHECK(std::set(sample.begin(), sample.end()).size() == 60);
  CHECK(*std::max_element(sample.begin(), sample.end()) < 100);
  std::vector<std::uint32_t> all = sample_without_replacement(10, 10, stream);
  std::sort(all.begin(), all.end());
  std::vector<std::uint32_t> expected(10);
  std::iota(expected.begin(), expected.end(), 0u);
  CHECK(all == expected);
}

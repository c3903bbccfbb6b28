// Random numbers in named streams, all derived from one seed.
//
// The generator is Philox4x32-10 (Salmon et al., SC 2011): a counter is encrypted, so the state of a stream is its
// key and its position, streams never overlap, and block b of a parallel computation draws the same numbers on any
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace inforelay {

/// One Philox4x32-10 block: 128-bit counter, 64-bit key -> 128 random bits.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// A stream of uniform 64-bit words; a UniformRandomBitGenerator (usable with Boost.Random, whose results, unlike the
/// standard library's, are the same on every platform).
class RandomStream {
 public:
  using result_type = std::uint64_t;

  /// The stream called `name` of `seed`, e.g. RandomStream(seed, "full/init"). Different names: independent streams.
  RandomStream(std::uint64_t seed, std::string_view name);

  /// The `index`-th independent sub-stream, from its beginning, e.g. one for each epoch, block or set.
  /// Cheap (no allocation); does not advance this stream.
  RandomStream child(std::uint64_t index) const;
  /// The independent sub-stream called `name`.
  RandomStream child(std::string_view name) const;

  /// Identifies the stream: from_key() gives the same stream in another process, from its beginning.
  std::uint64_t key() const { return key_; }
  static RandomStream from_key(std::uint64_t key) { return RandomStream(key); }

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()();

  /// Uniform in [0,1), 53 bits.
  double uniform();
  /// Uniform in [low,high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform integer in [0,n), exactly (Lemire's rejection). n >= 1.
  std::uint64_t below(std::uint64_t n);
  /// Standard normal (Boost's ziggurat).
  double normal();

 private:
  explicit RandomStream(std::uint64_t key) : key_(key) {}
  std::uint64_t key_;
  std::uint64_t position_ = 0;  // number of 64-bit words drawn so far
  std::array<std::uint64_t, 2> buffer_{};
};

/// Fisher-Yates shuffle.
template <class T>
void shuffle(std::vector<T>& items, RandomStream& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

/// `count` of the numbers [0,n) without replacement, in random order; count <= n. Cost O(n).
std::vector<std::uint32_t> sample_without_replacement(std::size_t n, std::size_t count, RandomStream& random);

}  // namespace inforelay

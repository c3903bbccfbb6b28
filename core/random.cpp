#include "core/random.hpp"

#include <boost/random/normal_distribution.hpp>
#include <cassert>
#include <numeric>

namespace inforelay {
namespace {

// SplitMix64's finaliser: a bijection that mixes all bits.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t multiplier0 = 0xD2511F53u, multiplier1 = 0xCD9E8D57u;
  constexpr std::uint32_t weyl0 = 0x9E3779B9u, weyl1 = 0xBB67AE85u;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = multiplier0 * counter[0], p1 = multiplier1 * counter[2];
    counter = {high(p1) ^ counter[1] ^ key[0], low(p1), high(p0) ^ counter[3] ^ key[1], low(p0)};
    key[0] += weyl0;
    key[1] += weyl1;
  }
  return counter;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name) : key_(mix(mix(seed) ^ fnv1a(name))) {}

RandomStream RandomStream::child(std::uint64_t index) const { return RandomStream(mix(mix(key_) + mix(~index))); }
RandomStream RandomStream::child(std::string_view name) const { return RandomStream(mix(mix(key_) ^ fnv1a(name))); }

RandomStream::result_type RandomStream::operator()() {
  if (position_ % 2 == 0) {
    const std::uint64_t block = position_ / 2;
    const auto words = philox4x32({low(block), high(block), 0, 0}, {low(key_), high(key_)});
    buffer_ = {words[0] | std::uint64_t{words[1]} << 32, words[2] | std::uint64_t{words[3]} << 32};
  }
  return buffer_[position_++ % 2];
}

double RandomStream::uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

std::uint64_t RandomStream::below(std::uint64_t n) {
  assert(n >= 1);
  __extension__ using Wide = unsigned __int128;
  Wide product = Wide{(*this)()} * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t threshold = (0 - n) % n;
    while (static_cast<std::uint64_t>(product) < threshold) product = Wide{(*this)()} * n;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::normal() { return boost::random::normal_distribution<double>{}(*this); }

std::vector<std::uint32_t> sample_without_replacement(std::size_t n, std::size_t count, RandomStream& random) {
  assert(count <= n);
  std::vector<std::uint32_t> items(n);
  std::iota(items.begin(), items.end(), 0u);
  for (std::size_t i = 0; i < count; ++i) std::swap(items[i], items[i + random.below(n - i)]);
  items.resize(count);
  return items;
}

}  // namespace inforelay

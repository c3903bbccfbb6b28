#include "infotheory/information/n_log_n.hpp"

#include <bit>
#include <cmath>
#include <map>
#include <mutex>
#include <utility>

#include "core/error.hpp"

namespace inforelay {

ExactNLogN::ExactNLogN(std::uint32_t max_count, int extra_bits)
    : fraction_bits_(62 - std::bit_width(max_count) - extra_bits) {
  assert(0 <= extra_bits && extra_bits <= 5);
  if (max_count == 0 || max_count >= 1u << 31) throw UsageError("number of samples: {}, expected [1,2^31)", max_count);
  scale_ = std::ldexp(1.0, -fraction_bits_) / max_count;

  // A sieve: first values_[n] = the smallest prime factor of n, then the log, then n times the log.
  const std::uint64_t size = std::uint64_t{max_count} + 1;
  values_.assign(size, 0);
  for (std::uint64_t prime = 2; prime * prime < size; ++prime) {
    if (values_[prime] != 0) continue;
    for (std::uint64_t n = prime * prime; n < size; n += prime)
      if (values_[n] == 0) values_[n] = prime;
  }
  for (std::uint64_t n = 2; n < size; ++n) {
    const std::uint64_t factor = values_[n];
    values_[n] = factor == 0 ? static_cast<std::uint64_t>(
                                   std::llround(std::ldexp(std::log2(static_cast<long double>(n)), fraction_bits_)))
                             : values_[factor] + values_[n / factor];
  }
  for (std::uint64_t n = 2; n < size; ++n) values_[n] *= n;
}

std::shared_ptr<const ExactNLogN> ExactNLogN::shared(std::uint32_t max_count, int extra_bits) {
  static std::mutex mutex;
  static std::map<std::pair<std::uint32_t, int>, std::weak_ptr<const ExactNLogN>> tables;
  const std::lock_guard lock(mutex);  // others wait for a table that is being made
  std::erase_if(tables, [](const auto& each) { return each.second.expired(); });
  auto& kept = tables[{max_count, extra_bits}];
  auto table = kept.lock();
  if (!table) kept = table = std::make_shared<const ExactNLogN>(max_count, extra_bits);
  return table;
}

int ExactNLogN::extra_bits_of(std::uint64_t symbols) {
  assert(symbols >= 1);
  int bits = 0;
  while (bits < 5 && symbols > std::uint64_t{1} << (1 << bits)) ++bits;
  return bits;
}

FloatNLogN::FloatNLogN(std::uint64_t limit) : values_(limit + 1, 0.0) {
  for (std::uint64_t n = 2; n <= limit; ++n) values_[n] = static_cast<double>(n) * std::log2(static_cast<double>(n));
}

}  // namespace inforelay

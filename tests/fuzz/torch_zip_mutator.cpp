// Corrects the checksums of mutated archives, so that the fuzzer reaches their content.
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

std::uint64_t get(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

void put(std::span<std::uint8_t> bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// Sizes and fields of the records: APPNOTE.TXT, sections 4.3.7 and 4.3.12.
constexpr std::size_t local_bytes = 30, central_bytes = 46;

/// Corrects the checksum in the central record at `at` and in its local record, if both are inside the archive.
void repair_entry(std::span<std::uint8_t> archive, std::size_t at) {
  const std::uint64_t size = get(archive, at + 20, 4), local = get(archive, at + 42, 4);
  if (local + local_bytes > archive.size()) return;
  const std::uint64_t begin = local + local_bytes + get(archive, local + 26, 2) + get(archive, local + 28, 2);
  if (begin + size > archive.size()) return;
  const auto sum = static_cast<std::uint32_t>(::crc32(0, archive.data() + begin, static_cast<uInt>(size)));
  put(archive, at + 16, sum);
  put(archive, local + 14, sum);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  const std::size_t mutated = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 16 == 0) return mutated;  // keep some wrong checksums
  const std::span archive(data, mutated);
  for (std::size_t at = 0; at + central_bytes <= mutated; ++at) {
    if (get(archive, at, 4) == 0x02014b50) repair_entry(archive, at);
  }
  return mutated;
}

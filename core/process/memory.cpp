#include "core/process/memory.hpp"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <string>

#include "core/process/control_group.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();

std::uint64_t machine_bytes() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
}

// The number in a control group's file; unbounded if it is "max" or there is no file.
std::uint64_t bound_in(const fs::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return number_from<std::uint64_t>(word).value_or(unbounded);
}

std::uint64_t control_group_bytes(const fs::path& root) {
  std::uint64_t bytes = unbounded;
  for (const ControlGroup& group : control_groups("memory", root)) {
    bytes = std::min(bytes, bound_in(group.folder / (group.version == 2 ? "memory.max" : "memory.limit_in_bytes")));
  }
  return bytes;
}

// Bytes of a line of /proc/self/status, "VmSize:   12345 kB".
std::uint64_t status_bytes(std::string_view name) {
  std::ifstream file("/proc/self/status");
  for (std::string key; file >> key; file.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    std::uint64_t kibibytes = 0;
    if (key == name && file >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

std::optional<std::uint64_t> limit_of(__rlimit_resource resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

// What a limit of `mapped` memory leaves for memory in use.
std::uint64_t left_by(__rlimit_resource resource, std::string_view mapped, std::string_view in_use) {
  const auto limit = limit_of(resource);
  if (!limit) return unbounded;
  const std::uint64_t all = status_bytes(mapped), used = status_bytes(in_use);
  const std::uint64_t reserved = all > used ? all - used : 0;
  return *limit > reserved ? *limit - reserved : 0;
}

bool counts_stacks() { return limit_of(RLIMIT_AS) || limit_of(RLIMIT_DATA); }

}  // namespace

MemoryLimit process_limit() {
  const MemoryLimit address_space{left_by(RLIMIT_AS, "VmSize:", "VmRSS:"), MemorySource::address_space};
  const MemoryLimit data{left_by(RLIMIT_DATA, "VmData:", "RssAnon:"), MemorySource::data};
  return data.bytes < address_space.bytes ? data : address_space;
}

MemoryLimit memory_limit(std::optional<std::uint64_t> asked, const fs::path& root) {
  static const MemoryLimit of_process = process_limit();
  const std::array<MemoryLimit, 3> limits{
      {asked ? MemoryLimit{*asked, MemorySource::asked} : MemoryLimit{machine_bytes(), MemorySource::machine},
       {control_group_bytes(root), MemorySource::control_group},
       of_process}};
  return *std::min_element(limits.begin(), limits.end(),
                           [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
}

std::uint64_t thread_stack_bytes() {
  if (!counts_stacks()) return 0;
  std::size_t bytes = 0;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return 0;
  pthread_attr_getstacksize(&attributes, &bytes);
  pthread_attr_destroy(&attributes);
  return bytes;
}

void save_address_space() {
  if (counts_stacks()) mallopt(M_ARENA_MAX, 1);
}

}  // namespace inforelay

#include <sys/resource.h>

#include <cstring>

#include "core/error.hpp"
#include "core/process/child_process.hpp"
#include "core/process/memory.hpp"
#include "core/text/byte_count.hpp"
#include "tests/catch2.hpp"
#include "tests/core/process/system_files.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using test::put;
using test::TemporaryFolder;

namespace {

std::uint64_t bytes_in(const std::filesystem::path& root) { return memory_limit(std::nullopt, root).bytes; }

// What a child process with this limit finds, which has not asked before. Not for sanitizers, see below.
[[maybe_unused]] MemoryLimit found_with(__rlimit_resource resource, std::uint64_t bytes) {
  const auto sent = run_in_child(
      [&] {
        rlimit limit{bytes, bytes};
        if (setrlimit(resource, &limit) != 0) throw DataError("no limit can be set");
        const MemoryLimit found = process_limit();
        std::vector<std::uint8_t> message(sizeof found);
        std::memcpy(message.data(), &found, sizeof found);
        return message;
      },
      "limits", {});
  MemoryLimit found;
  REQUIRE(sent.size() == sizeof found);
  std::memcpy(&found, sent.data(), sizeof found);
  return found;
}

}  // namespace

TEST_CASE("Memory is that of the machine where no control group bounds it", "[memory]") {
  const TemporaryFolder root;
  const std::uint64_t all = bytes_in(root.path());
  CHECK(all > 0);
  put(root / "proc/self/cgroup", "0::/\n");
  put(root / "sys/fs/cgroup/memory.max", "max\n");
  CHECK(bytes_in(root.path()) == all);
  put(root / "sys/fs/cgroup/memory.max", "999999999999999999\n");
  CHECK(bytes_in(root.path()) == all);
  CHECK(memory_limit(std::nullopt).bytes <= all);
}

TEST_CASE("The tightest control group on the way up bounds the memory", "[memory]") {
  const TemporaryFolder root;
  put(root / "proc/self/cgroup", "0::/user.slice/app.service/inner\n");
  put(root / "sys/fs/cgroup/user.slice/memory.max", "max\n");
  put(root / "sys/fs/cgroup/user.slice/app.service/memory.max", "50000000\n");
  put(root / "sys/fs/cgroup/user.slice/app.service/inner/memory.max", "60000000\n");
  CHECK(bytes_in(root.path()) == 50'000'000);
  put(root / "sys/fs/cgroup/memory.max", "40000000\n");
  CHECK(bytes_in(root.path()) == 40'000'000);
}

TEST_CASE("Control groups of version 1 bound the memory", "[memory]") {
  const TemporaryFolder root;
  put(root / "proc/self/cgroup", "12:cpu,cpuacct:/a\n7:memory:/docker/1234\n1:name=systemd:/x\n");
  // In a container the files of the group stand at the top.
  put(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", "30000000\n");
  CHECK(bytes_in(root.path()) == 30'000'000);
  put(root / "sys/fs/cgroup/memory/docker/1234/memory.limit_in_bytes", "20000000\n");
  CHECK(bytes_in(root.path()) == 20'000'000);
}

TEST_CASE("What is asked for replaces the memory of the machine but no limit of a control group", "[memory]") {
  const TemporaryFolder root;
  put(root / "proc/self/cgroup", "0::/job\n");
  put(root / "sys/fs/cgroup/job/memory.max", "70000000\n");
  CHECK(memory_limit(60'000'000, root.path()).bytes == 60'000'000);
  CHECK(memory_limit(60'000'000, root.path()).source == MemorySource::asked);
  CHECK(memory_limit(80'000'000, root.path()).bytes == 70'000'000);
  CHECK(memory_limit(80'000'000, root.path()).source == MemorySource::control_group);
  const TemporaryFolder unbounded;
  CHECK(memory_limit(std::uint64_t{1} << 50, unbounded.path()).bytes == std::uint64_t{1} << 50);
}

TEST_CASE("Limits of address space and of data count, less what is reserved but not in use", "[memory]") {
#ifdef INFORELAY_SANITIZED
  SKIP_CASE("sanitizers take all address space for themselves");
#else
  constexpr std::uint64_t large = std::uint64_t{3} << 30;
  for (const auto& [resource, source] :
       {std::pair{RLIMIT_AS, MemorySource::address_space}, std::pair{RLIMIT_DATA, MemorySource::data}}) {
    const MemoryLimit found = found_with(resource, large);
    CHECK(found.source == source);
    CHECK(found.bytes <= large);
    CHECK(found.bytes > large / 2);
  }
#endif
}

TEST_CASE("Numbers of bytes are read with their unit and written so that they read back", "[memory][config]") {
  CHECK(byte_count_from("8 GiB") == std::uint64_t{8} << 30);
  CHECK(byte_count_from("500MB") == 500'000'000);
  CHECK(byte_count_from("1.5 KiB") == 1536);
  CHECK(byte_count_from("0.5 kB") == 500);
  CHECK(byte_count_from("12 B") == 12);
  for (const char* wrong : {"", "8", "GiB", "-1 GiB", "+1 GiB", "8 gib", "8  GiB", "8 GiB ", " 8 GiB", "1e3 MB",
                            "010 MB", ".5 GB", "5. GB", "1.2.3 GB", "nan MB", "0x8 MB", "8\tGB", "99999999 TiB"}) {
    INFO(wrong);
    CHECK(!byte_count_from(wrong));
  }
  CHECK(byte_count_text(std::uint64_t{8} << 30) == "8 GiB");
  CHECK(byte_count_text(1'500'000'000) == "1500 MB");
  CHECK(byte_count_text(0) == "0 B");
  for (const std::uint64_t bytes : {std::uint64_t{1}, std::uint64_t{1023}, std::uint64_t{1'234'567},
                                    std::uint64_t{3} << 40, std::uint64_t{2'000'000}}) {
    CHECK(byte_count_from(byte_count_text(bytes)) == bytes);
  }
}

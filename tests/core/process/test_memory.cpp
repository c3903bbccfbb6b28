#include <fstream>

#include "core/process/memory.hpp"
#include "core/text/byte_count.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using test::TemporaryFolder;

namespace {

void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("Memory is that of the machine where no control group bounds it", "[memory]") {
  const TemporaryFolder root;
  const std::uint64_t all = machine_memory(root.path());
  CHECK(all > 100'000'000);
  put(root / "proc/self/cgroup", "0::/\n");
  put(root / "sys/fs/cgroup/memory.max", "max\n");
  CHECK(machine_memory(root.path()) == all);
  put(root / "sys/fs/cgroup/memory.max", "999999999999999999\n");
  CHECK(machine_memory(root.path()) == all);
  CHECK(machine_memory() <= all);
}

TEST_CASE("The tightest control group on the way up bounds the memory", "[memory]") {
  const TemporaryFolder root;
  put(root / "proc/self/cgroup", "0::/user.slice/app.service/inner\n");
  put(root / "sys/fs/cgroup/user.slice/memory.max", "max\n");
  put(root / "sys/fs/cgroup/user.slice/app.service/memory.max", "50000000\n");
  put(root / "sys/fs/cgroup/user.slice/app.service/inner/memory.max", "60000000\n");
  CHECK(machine_memory(root.path()) == 50'000'000);
  put(root / "sys/fs/cgroup/memory.max", "40000000\n");
  CHECK(machine_memory(root.path()) == 40'000'000);
}

TEST_CASE("Control groups of version 1 bound the memory", "[memory]") {
  const TemporaryFolder root;
  put(root / "proc/self/cgroup", "12:cpu,cpuacct:/a\n7:memory:/docker/1234\n1:name=systemd:/x\n");
  // In a container the files of the group stand at the top.
  put(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", "30000000\n");
  CHECK(machine_memory(root.path()) == 30'000'000);
  put(root / "sys/fs/cgroup/memory/docker/1234/memory.limit_in_bytes", "20000000\n");
  CHECK(machine_memory(root.path()) == 20'000'000);
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

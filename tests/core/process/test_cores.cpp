#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "core/process/cores.hpp"
#include "tests/catch2.hpp"
#include "tests/core/process/system_files.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using test::put;
using test::TemporaryFolder;

namespace {

/// Sets or removes a variable until the end of the scope.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }
  void set(const char* value) const { value ? setenv(name_, value, 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("The default number of threads is the least that cores, environment and quotas leave", "[cores]") {
  const TemporaryFolder root;
  const Variable openmp("OMP_NUM_THREADS", nullptr), slurm("SLURM_CPUS_PER_TASK", nullptr);
  CHECK(default_threads(12, root.path()).threads == 12);
  CHECK(default_threads(0, root.path()).threads == 1);
  openmp.set("7");
  CHECK(default_threads(12, root.path()).threads == 7);
  CHECK(default_threads(12, root.path()).source == "OMP_NUM_THREADS");
  openmp.set("6,2");  // of nested regions
  CHECK(default_threads(12, root.path()).threads == 6);
  slurm.set("5");
  CHECK(default_threads(12, root.path()).threads == 5);
  CHECK(default_threads(12, root.path()).source == "SLURM_CPUS_PER_TASK");
  CHECK(default_threads(3, root.path()).threads == 3);
  put(root / "proc/self/cgroup", "0::/job\n");
  put(root / "sys/fs/cgroup/job/cpu.max", "250000 100000\n");
  CHECK(default_threads(12, root.path()).threads == 3);
  CHECK(default_threads(12, root.path()).source == "the CPU quota of the control group");
  for (const char* wrong : {"", "0", "-2", "many", "4x", "99999999999999"}) {
    openmp.set(wrong);
    slurm.set(wrong);
    INFO(wrong);
    CHECK(default_threads(2, root.path()).threads == 2);
  }
}

TEST_CASE("The smallest CPU quota on the way up counts, in both versions of control groups", "[cores]") {
  constexpr int none = std::numeric_limits<int>::max();
  const TemporaryFolder root;
  CHECK(cpu_quota(root.path()) == none);
  put(root / "proc/self/cgroup", "0::/a/b\n");
  put(root / "sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  CHECK(cpu_quota(root.path()) == none);
  put(root / "sys/fs/cgroup/a/cpu.max", "400000 50000\n");
  CHECK(cpu_quota(root.path()) == 8);
  put(root / "sys/fs/cgroup/a/b/cpu.max", "410000 50000\n");
  CHECK(cpu_quota(root.path()) == 8);
  put(root / "sys/fs/cgroup/a/b/cpu.max", "10000 50000\n");
  CHECK(cpu_quota(root.path()) == 1);

  const TemporaryFolder older;
  put(older / "proc/self/cgroup", "4:cpu,cpuacct:/docker/12\n3:cpuset:/other\n");
  put(older / "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  put(older / "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  CHECK(cpu_quota(older.path()) == none);
  put(older / "sys/fs/cgroup/cpu/docker/12/cpu.cfs_quota_us", "150000\n");
  put(older / "sys/fs/cgroup/cpu/docker/12/cpu.cfs_period_us", "100000\n");
  CHECK(cpu_quota(older.path()) == 2);
  for (const char* damaged : {"", "x", "150000x", "0"}) {
    put(older / "sys/fs/cgroup/cpu/docker/12/cpu.cfs_quota_us", damaged);
    CHECK(cpu_quota(older.path()) == none);
  }
}

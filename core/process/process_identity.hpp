// Identity of a process across machines and restarts, and whether it is still running.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace inforelay {

struct ProcessIdentity {
  std::int64_t pid = 0;
  std::uint64_t start = 0;  ///< clock ticks from boot to its start, which distinguish it from a later process of the
                            ///< same pid; 0: not known
  std::string host;         ///< host_name(), for people
  std::string machine;      ///< boot and pid namespace: if these agree, equal pids mean the same process; "": not known

  bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity this_process();

/// The parent, if the system kills this process when the parent ends (PR_SET_PDEATHSIG), as with the runs of a sweep.
std::optional<ProcessIdentity> parent_to_die_with();

/// `unknown`: it belongs to another machine or container, so it cannot be checked from here.
enum class ProcessState { running, ended, unknown };
ProcessState state_of(const ProcessIdentity& process);

/// "2026-01-31T12:00:00Z"
std::string utc_now();

}  // namespace inforelay

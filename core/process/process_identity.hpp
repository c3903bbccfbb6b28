// Which process this is, told apart from every other one on every machine, and whether such a process still lives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace inforelay {

struct ProcessIdentity {
  std::int64_t pid = 0;
  std::uint64_t start = 0;  ///< clock ticks from boot to its start, which a later process of the same pid differs in;
                            ///< 0: not known
  std::string host;         ///< host_name(), for people
  std::string machine;      ///< boot and pid namespace: where these are the same, pids mean the same; "": not known

  bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity this_process();

/// The parent, where the system ends this process when that ends (PR_SET_PDEATHSIG), as with the runs of a sweep.
std::optional<ProcessIdentity> parent_to_die_with();

/// `unknown`: on another machine, or in another container, which cannot be asked from here.
enum class Life { alive, gone, unknown };
Life life_of(const ProcessIdentity& process);

/// "2026-01-31T12:00:00Z"
std::string utc_now();

}  // namespace inforelay

// How fast this machine is at the kinds of work that runs are made of.
#pragma once

namespace inforelay {

/// CPU time by kind of work, in seconds of one core of a reference machine (2.45 GHz, AVX2).
struct CpuWork {
  double dense = 0;   ///< multiply-adds of networks: vector units
  double tables = 0;  ///< scans of all sets: integers and look-ups
  double scalar = 0;  ///< clusters, images, figures, files: all else

  CpuWork& operator+=(const CpuWork& other) {
    dense += other.dense;
    tables += other.tables;
    scalar += other.scalar;
    return *this;
  }
};

/// Seconds that a core of this machine takes for a second of the reference machine.
struct MachineSpeed {
  double dense = 1, tables = 1, scalar = 1;

  double seconds(const CpuWork& work) const { return dense * work.dense + tables * work.tables + scalar * work.scalar; }
};

/// Does a little of each kind, some 50 ms in all, and compares: CPU time of this thread, so that other processes count
/// only as far as they slow a core down. Not to be called beside other work of this process.
MachineSpeed measure_speed();

/// Threads that can run at once, of `wanted`: no more than the cores that this process may use.
int threads_at_once(int wanted);

}  // namespace inforelay

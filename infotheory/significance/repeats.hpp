// Computations that are repeated with other random numbers: permutations, resamples, subsamples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"

namespace inforelay {

/// R repeats of V numbers each.
class Repeats {
 public:
  virtual ~Repeats() = default;

  virtual std::size_t count() const = 0;  ///< R
  virtual std::size_t size() const = 0;   ///< V
  /// The numbers of repeat r in [0,R) -> values [V]; they depend on r only. Called from several threads at once, unless
  /// uses_threads(). Throws Interrupted if a stop is requested.
  virtual void compute(std::size_t repeat, std::span<double> values, Progress& progress) const = 0;
  /// True if one repeat occupies all threads.
  virtual bool uses_threads() const { return false; }
};

/// The repeats that are computed so far; the rows of others are 0.
struct RepeatedValues {
  RowMatrix<double> values;        ///< [R,V]
  std::vector<std::uint8_t> done;  ///< [R] 1: row r is computed

  /// None.
  explicit RepeatedValues(const Repeats& repeats);
  RepeatedValues(RowMatrix<double> values_, std::vector<std::uint8_t> done_);
};

/// Computes those that are not done, in blocks; calls after_block() after each. Reports repeats done of R. Throws
/// Interrupted: those computed until then are marked as done.
void run_repeats(const Repeats& repeats, RepeatedValues& so_far, const std::function<void()>& after_block,
                 Progress& progress);

/// All of them -> [R,V].
RowMatrix<double> run_repeats(const Repeats& repeats, Progress& progress);

}  // namespace inforelay

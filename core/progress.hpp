// How long computations tell their caller how far they are, and learn that they should stop.
// The libraries print nothing; the program decides what a report looks like.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/error.hpp"

namespace inforelay {

class Progress {
 public:
  virtual ~Progress() = default;

  /// `done` of `total` units of work are finished (total 0: not known). Called from one thread at a time; cheap.
  virtual void report(std::uint64_t done, std::uint64_t total) {
    (void)done;
    (void)total;
  }

  /// A short remark on the work in hand, e.g. "epoch 12, mean balanced accuracy 0.9412".
  virtual void note(std::string_view text) { (void)text; }

  /// True when the caller wants the work to end early; or throws an Error that ends it. May be asked from any thread.
  virtual bool stop_requested() const { return false; }

  /// Throws Interrupted when a stop was requested.
  void check() const {
    if (stop_requested()) throw Interrupted{};
  }

  /// A Progress that ignores everything and never stops.
  static Progress& none() {
    static Progress instance;
    return instance;
  }
};

/// The progress of a computation that is one of several: its reports are those of the whole, which has `whole` units,
/// of which `before` are done.
class PartOfProgress final : public Progress {
 public:
  PartOfProgress(Progress& outer, std::uint64_t before, std::uint64_t whole)
      : outer_(outer), before_(before), whole_(whole) {}
  void report(std::uint64_t done, std::uint64_t) override { outer_.report(before_ + done, whole_); }
  void note(std::string_view text) override { outer_.note(text); }
  bool stop_requested() const override { return outer_.stop_requested(); }

 private:
  Progress& outer_;
  std::uint64_t before_, whole_;
};

}  // namespace inforelay

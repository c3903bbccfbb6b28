// Progress reports of long computations, and requests to stop them. The libraries print nothing; the program decides
// how a report looks.
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

  /// A short remark on the current work, e.g. "epoch 12, mean balanced accuracy 0.9412".
  virtual void note(std::string_view text) { (void)text; }

  /// True if the caller wants the work to end early; may instead throw an Error that ends it. Called from any thread.
  virtual bool stop_requested() const { return false; }

  /// Throws Interrupted if a stop was requested.
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

/// For the inner loops of a long computation: passes on requests to stop, but no reports.
class QuietProgress final : public Progress {
 public:
  explicit QuietProgress(const Progress& outer) : outer_(outer) {}
  bool stop_requested() const override { return outer_.stop_requested(); }

 private:
  const Progress& outer_;
};

}  // namespace inforelay

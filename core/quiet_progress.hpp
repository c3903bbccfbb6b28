// A Progress for the inner loops of a long computation.
#pragma once

#include "core/progress.hpp"

namespace inforelay {

/// Passes on the wish to stop, and no reports: what a part has done is of no interest to the caller of the whole.
class QuietProgress final : public Progress {
 public:
  explicit QuietProgress(const Progress& outer) : outer_(outer) {}
  bool stop_requested() const override { return outer_.stop_requested(); }

 private:
  const Progress& outer_;
};

}  // namespace inforelay

// The work of ranks other than 0: they take part in the jobs of rank 0 until it sends the last one.
#pragma once

#include "core/ranks/ranks.hpp"

namespace inforelay {

/// Serves rank 0 until the last job. An error in a job is sent to rank 0, which ends the whole program with its
/// message.
void serve(Ranks& ranks);

}  // namespace inforelay

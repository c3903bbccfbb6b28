// What ranks other than 0 do: share in rank 0's jobs until it says that nothing more will come.
#pragma once

#include "core/ranks/ranks.hpp"

namespace inforelay {

/// Serves rank 0. An error in a job is sent there, and ends the whole job with its message; what cannot be told ends it
/// from here, on stderr. Ends after the last job.
void serve(Ranks& ranks);

}  // namespace inforelay

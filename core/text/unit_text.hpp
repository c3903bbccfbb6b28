// Times, rates and sizes as text with units.
#pragma once

#include <string>

namespace inforelay {

/// "12.3 s", "4 min 05 s", "2 h 30 min", "365 days"
std::string duration(double seconds);
/// "1.2 k/s", "3.0/min"
std::string rate_text(double per_second);
/// "120 MB", "1.44 GB"
std::string bytes_text(double bytes);

}  // namespace inforelay

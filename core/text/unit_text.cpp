#include "core/text/unit_text.hpp"

#include <fmt/format.h>

namespace inforelay {

std::string duration(double seconds) {
  constexpr double day = 24 * 3600, longest_in_hours = 100 * day;
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);  // what is more would be rounded to 60
  if (!(seconds < longest_in_hours)) return fmt::format("{:.3g} days", seconds / day);
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string rate_text(double per_second) {
  if (per_second >= 1e6) return fmt::format("{:.1f} M/s", per_second / 1e6);
  if (per_second >= 1e3) return fmt::format("{:.1f} k/s", per_second / 1e3);
  if (per_second >= 1) return fmt::format("{:.1f}/s", per_second);
  return per_second * 60 >= 1 ? fmt::format("{:.1f}/min", per_second * 60) : fmt::format("{:.1f}/h", per_second * 3600);
}

std::string bytes_text(double bytes) {
  if (bytes < 1e6) return fmt::format("{:.0f} kB", bytes / 1e3);
  return bytes < 1e9 ? fmt::format("{:.0f} MB", bytes / 1e6) : fmt::format("{:.2f} GB", bytes / 1e9);
}

}  // namespace inforelay

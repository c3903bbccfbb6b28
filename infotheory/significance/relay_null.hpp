// The null hypotheses of permutation tests of relay information.
#pragma once

#include "core/named.hpp"

namespace inforelay {

/// See permutation_test.hpp.
enum class RelayNull { no_relay, nothing_to_relay };

inline constexpr WordTable<RelayNull, 2> relay_null_names{{
    {RelayNull::no_relay, "no_relay"},
    {RelayNull::nothing_to_relay, "nothing_to_relay"},
}};

}  // namespace inforelay

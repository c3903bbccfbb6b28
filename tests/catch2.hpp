// Catch2 for all tests: version 3 or 2.13, whichever is installed, with one set of names.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)  // version 3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_session.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_predicate.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using Catch::Approx;

namespace Catch {
using Matchers::EndsWith;
using Matchers::StartsWith;
inline auto Contains(const std::string& part) { return Matchers::ContainsSubstring(part); }
}  // namespace Catch
#else
#include <catch2/catch.hpp>
#endif

namespace inforelay::test {

bool& case_skipped();

/// Equal but for rounding.
inline Approx exactly(double value) { return Approx(value).margin(1e-12).epsilon(0); }

}  // namespace inforelay::test

/// For a case that lacks what it needs, before it returns: unless something else fails, CTest reports it as skipped.
#define SKIP_CASE(reason)                   \
  do {                                      \
    inforelay::test::case_skipped() = true; \
    WARN("skipped: " << (reason));          \
  } while (false)

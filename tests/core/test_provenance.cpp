#include <array>
#include <cstdio>
#include <regex>
#include <string>

#include "core/parallel.hpp"
#include "core/provenance.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

/// What `command` prints.
std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  REQUIRE(::pclose(pipe) == 0);
  return output;
}

}  // namespace

TEST_CASE("The revision is a commit or unknown", "[provenance]") {
  CHECK(std::regex_match(std::string(git_revision()), std::regex("[0-9a-f]{40}(-dirty)?|unknown")));
  CHECK(std::regex_match(std::string(version()), std::regex(R"(\d+\.\d+\.\d+)")));
  CHECK(std::regex_match(std::string(compiler()), std::regex(R"(\w+ \d+\.\d+.*)")));
  CHECK(compiler_flags().find("-ffp-contract=off") != std::string_view::npos);
}

TEST_CASE("A shell splits the line into the same arguments", "[provenance]") {
  const std::array<const char*, 9> arguments{"printf",     "<%s>\\n", "",      "two words",       "it's",
                                             "$HOME `ls`", "a=b",     "größe", "*?[~]#&;\n|\"\\!"};
  std::string expected;
  for (std::size_t i = 2; i < arguments.size(); ++i) expected += std::string("<").append(arguments[i]).append(">\n");
  CHECK(output_of(shell_line(arguments)) == expected);
}

TEST_CASE("Plain arguments stay readable", "[provenance]") {
  const std::array<const char*, 5> arguments{"./run_experiment", "configs/a.yaml", "data.train=10", "-j", "2"};
  CHECK(shell_line(arguments) == "./run_experiment configs/a.yaml data.train=10 -j 2");
  const std::array<const char*, 1> assignment{"a=b"};
  CHECK(shell_line(assignment) == "'a=b'");
}

TEST_CASE("The record names command and threads", "[provenance]") {
  set_thread_count(3);
  const std::array<const char*, 2> arguments{"program", "a b"};
  const Provenance record = current_provenance(2, arguments.data());
  CHECK(record.command_line == "program 'a b'");
  CHECK(record.threads == 3);
  CHECK(record.git_revision == git_revision());
  CHECK_FALSE(record.host.empty());
}

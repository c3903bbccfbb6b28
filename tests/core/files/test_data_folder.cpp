#include <cstdlib>
#include <string>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

TEST_CASE("What a shell would have expanded in a path is named", "[files]") {
  const char* home = std::getenv("HOME");
  const std::string before = home ? home : "";
  setenv("HOME", "/home/ada", 1);
  CHECK(unexpanded_problem("~/data/x.pt") == "'~/data/x.pt': ~ is not expanded here; write /home/ada/data/x.pt");
  CHECK(unexpanded_problem("~") == "'~': ~ is not expanded here; write /home/ada");
  CHECK(unexpanded_problem("~bob/x") == "'~bob/x': ~ is not expanded here; write the home folder in full");
  unsetenv("HOME");
  CHECK(unexpanded_problem("~/x") == "'~/x': ~ is not expanded here; write the home folder in full");
  if (home) setenv("HOME", before.c_str(), 1);
  for (const char* path : {"$SCRATCH/x", "$INFORELAY_DATABASE", "${HOME}/x", "$1"}) {
    CHECK_THAT(unexpanded_problem(path), Catch::Contains("begin with is $INFORELAY_DATA"));
  }
  for (const char* path : {"/scratch/$USER/x", "a/${b}", "$INFORELAY_DATA/$x", "/$_"}) {
    CHECK_THAT(unexpanded_problem(path), Catch::Contains("variables within a path are not expanded"));
  }
  for (const char* path :
       {"", "a", "/a/~b", "a~", "./~", "$INFORELAY_DATA", "$INFORELAY_DATA/mnist", "a/$5", "a$b", "a/$"}) {
    INFO(path);
    CHECK(unexpanded_problem(path).empty());
  }
}

TEST_CASE("The variable of the data folder has to be expanded itself", "[files]") {
  const char* folder = std::getenv("INFORELAY_DATA");
  const std::string before = folder ? folder : "";
  setenv("INFORELAY_DATA", "~/data", 1);
  CHECK_THROWS_WITH(data_folder_from_environment(), Catch::StartsWith("INFORELAY_DATA: '~/data': ~ is not expanded"));
  CHECK_THROWS_AS(data_folder_from_environment(), UsageError);
  setenv("INFORELAY_DATA", "/data", 1);
  CHECK(data_folder_from_environment() == "/data");
  folder ? setenv("INFORELAY_DATA", before.c_str(), 1) : unsetenv("INFORELAY_DATA");
}

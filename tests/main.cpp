#define CATCH_CONFIG_RUNNER  // version 2.13 is compiled here
#include "tests/catch2.hpp"

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }

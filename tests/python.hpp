// The Python of Debian's packages, which tests use to look at files with the programs of others.
#pragma once

#include <cstdlib>
#include <string>

namespace inforelay::test {

inline const std::string python = "/usr/bin/python3";

inline bool python_has(const std::string& module) {
  return std::system((python + " -c 'import " + module + "' 2>/dev/null").c_str()) == 0;
}

}  // namespace inforelay::test

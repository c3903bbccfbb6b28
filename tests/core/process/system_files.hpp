// Files of the kernel (/proc, /sys) in a scratch folder.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace inforelay::test {

/// Writes `file` with its folders.
inline void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace inforelay::test

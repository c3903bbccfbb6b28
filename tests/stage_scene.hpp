// Helpers of the tests of stage files.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/files/stage_store.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay::test {

inline constexpr SaveInterval always{.seconds = 0}, never{.seconds = 1e9};

/// One stage in a folder, and the warnings about its files.
struct Scene {
  explicit Scene(SaveInterval interval = always) : interval_(interval) {}

  StageStore files(const std::string& name = "stage", const FileStamp& stamp = {"run", "input_digest"}) {
    return {folder.path(), name, stamp, interval_, calls()};
  }
  StageStore::Calls calls() {
    return {.warn = [&](const std::string& text) { warnings.push_back(text); }};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) all.push_back(entry.path().filename());
    std::sort(all.begin(), all.end());
    return all;
  }
  void damage(const std::string& name) const {
    std::fstream file(folder.path() / name, std::ios::in | std::ios::out | std::ios::binary);
    REQUIRE(file);
    file.seekp(1500);
    file.put('\x5a');
  }

  TemporaryFolder folder;
  std::vector<std::string> warnings;

 private:
  SaveInterval interval_;
};

inline StageStore::Write number(std::int64_t value) {
  return [value](Hdf5Writer& file) { file.attribute("", "number", value); };
}

inline StageStore::Read into(std::int64_t& value) {
  return [&value](const Hdf5Reader& file) { value = file.attribute<std::int64_t>("", "number"); };
}

}  // namespace inforelay::test

// Chooses the instruction sets that code compiled for several of them uses (Google Highway).
#pragma once

#include <hwy/targets.h>

#include <cstdint>

namespace inforelay::test {

/// During its lifetime only the instruction sets `targets` are used: bits HWY_AVX2 etc. of hwy::SupportedTargets().
/// Must not be used while other threads compute.
class OnlyInstructionSets {
 public:
  explicit OnlyInstructionSets(std::int64_t targets) { use(targets); }
  ~OnlyInstructionSets() { use(0); }
  OnlyInstructionSets(const OnlyInstructionSets&) = delete;
  OnlyInstructionSets& operator=(const OnlyInstructionSets&) = delete;

 private:
  // 0: all that the processor has.
  static void use(std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

}  // namespace inforelay::test

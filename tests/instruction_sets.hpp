// Chooses the instruction sets that code compiled for several of them uses (Google Highway).
#pragma once

#include <hwy/targets.h>

#include <cstdint>

namespace inforelay::test {

/// While it lives, of the instruction sets only `targets` is used: a set of bits of Highway's HWY_AVX2 and the like, of
/// hwy::SupportedTargets(). Not while other threads compute.
class OnlyInstructionSets {
 public:
  explicit OnlyInstructionSets(std::int64_t targets) { use(targets); }
  ~OnlyInstructionSets() { use(0); }
  OnlyInstructionSets(const OnlyInstructionSets&) = delete;
  OnlyInstructionSets& operator=(const OnlyInstructionSets&) = delete;

 private:
  // 0: whatever the processor has.
  static void use(std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

}  // namespace inforelay::test

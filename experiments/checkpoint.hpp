// Unfinished trainings as files: weights, optimiser and curves, from which training goes on as if never stopped.
#pragma once

#include <filesystem>
#include <vector>

#include "nn/detectors.hpp"
#include "nn/trainer.hpp"

namespace inforelay {

// Writers replace the file at `path` atomically and throw IoError; readers throw DataError where it is damaged.

void write_trainer_state(const std::filesystem::path& path, const TrainerState& state);
TrainerState read_trainer_state(const std::filesystem::path& path);

void write_detector_states(const std::filesystem::path& path, const std::vector<DetectorState>& states);
std::vector<DetectorState> read_detector_states(const std::filesystem::path& path);

}  // namespace inforelay

// Unfinished trainings as files: weights, optimiser and curves, from which training goes on as if never stopped. The
// generators need not be kept: each epoch and attempt draws from a stream of its own, named by its number.
#pragma once

#include <vector>

#include "core/files/hdf5_file.hpp"
#include "nn/training/detectors.hpp"
#include "nn/training/trainer.hpp"

namespace inforelay {

// Writers throw IoError; readers throw DataError where something is missing or of another shape than the rest.

void write_trainer_state(Hdf5Writer& file, const TrainerState& state);
TrainerState read_trainer_state(const Hdf5Reader& file);

void write_detector_states(Hdf5Writer& file, const std::vector<DetectorState>& states);
std::vector<DetectorState> read_detector_states(const Hdf5Reader& file);

/// Throws DataError, saying what differs, where training cannot have come from `beginning` to `saved`: other widths or
/// activations, moments that are not as many as the parameters, curves that are not as long as the epochs, more epochs
/// than `max_epochs`.
void check_resumable(const TrainerState& saved, const Mlp& beginning, int max_epochs);

/// The same for detectors, `beginning` being any of them at its start; `options` bounds attempts and epochs.
void check_resumable(const std::vector<DetectorState>& saved, std::size_t classes, const Mlp& beginning,
                     const DetectorOptions& options);

}  // namespace inforelay

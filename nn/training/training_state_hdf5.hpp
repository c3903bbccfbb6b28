// Checkpoints of unfinished trainings: weights, optimiser and curves, from which training continues as if never
// stopped. Random generators need not be saved: each epoch and attempt draws from its own stream, named by its number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/files/hdf5_file.hpp"
#include "nn/training/detectors.hpp"
#include "nn/training/trainer.hpp"

namespace inforelay {

// Writers throw IoError; readers throw DataError if something is missing or of another shape than the rest.

/// Attributes and datasets of `group`: step, first_moment, second_moment.
void write_optimizer_state(Hdf5Writer& file, const std::string& group, const OptimizerState& state);
OptimizerState read_optimizer_state(const Hdf5Reader& file, const std::string& group);

/// Throws DataError unless the moments are as many as `parameters`, or, before a step, none.
void check_moments(std::string_view what, const OptimizerState& state, std::size_t parameters);

void write_trainer_state(Hdf5Writer& file, const TrainerState& state);
TrainerState read_trainer_state(const Hdf5Reader& file);

void write_detector_states(Hdf5Writer& file, const std::vector<DetectorState>& states);
std::vector<DetectorState> read_detector_states(const Hdf5Reader& file);

/// Throws DataError, naming the difference, if training cannot have led from `beginning` to `saved`: other widths or
/// activations, moments that are not as many as the parameters, curves that are not as long as the epochs, more epochs
/// than `max_epochs`.
void check_resumable(const TrainerState& saved, const Mlp& beginning, int max_epochs);

/// The same for detectors, `beginning` being any of them at its start; `options` bounds attempts and epochs.
void check_resumable(const std::vector<DetectorState>& saved, std::size_t classes, const Mlp& beginning,
                     const DetectorOptions& options);

}  // namespace inforelay

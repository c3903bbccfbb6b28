// Recordings in files: symbols, subsets and sizes are read before a run begins, the states of a layer when they are
// needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/arrays/file_array.hpp"
#include "core/recording.hpp"
#include "experiments/config/config.hpp"
#include "experiments/sources/recording_shape.hpp"

namespace inforelay {

/// The name of the layer of a recording that has no named ones.
inline constexpr std::string_view unnamed_layer = "states";

struct RecordingLayer {
  std::string name;
  ArrayPlace place;
  FileArrayInfo info;
  RecordingShape shape;
};

/// The samples of one subset of one layer.
struct RecordingSamples {
  Samples samples;
  std::vector<std::int64_t> trial, time;  ///< [N] of states with an axis time; else empty. One time: no `time`
};

struct LoadedRecording {
  std::string name;
  /// The configuration with what applies to this recording: its subsets in analysis.relay, no knockout, no regression.
  ExperimentConfig config;
  std::string sha256;                 ///< of all its files
  std::vector<std::string> symbols;   ///< names of input and output symbols: the classes
  std::vector<Symbol> input, output;  ///< [N]
  std::vector<std::string> subsets;   ///< names, sorted
  std::vector<std::uint32_t> subset;  ///< [N], positions in `subsets`
  std::vector<RecordingLayer> layers;
  std::vector<std::string> warnings;  ///< sentences

  const RecordingConfig& own() const;
  /// Of all times.
  std::uint64_t samples_of(const std::string& subset_name) const;
  /// T if each time is analysed on its own, else 0.
  std::size_t times() const;

  /// Reads the array of layer 1, 2, ...; throws DataError.
  FileArray read(int layer, const Progress& progress) const;
  /// The samples of a subset in that array as 32-bit floats: all, or those at one of the times. Throws DataError by
  /// sample and unit: text, NaN, infinity, a number beyond the range of floats, an integer beyond 2^24, a whole number
  /// of a double that floats do not hold exactly. Other doubles are rounded.
  RecordingSamples samples(const FileArray& array, int layer, const std::string& subset_name,
                           std::optional<std::size_t> time, const Progress& progress) const;
};

/// Reads all that `config` names. Throws DataError; UsageError if subsets or classes of the analysis do not exist.
std::vector<LoadedRecording> read_recordings(const ExperimentConfig& config, const Progress& progress);

/// SHA-256 over names and digests of files; "" without recordings.
std::string sha256_of(const std::vector<LoadedRecording>& recordings);

}  // namespace inforelay

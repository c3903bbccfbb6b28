// Arrays in files of other programs: .npy, .npz, .h5 (.hdf5, .mat), .csv, .tsv, .safetensors. The ending of the file's
// name tells the format, and the content must agree. Every size is checked before anything is allocated, and no code is
// executed: pickled Python objects are refused. npy, CSV and safetensors are read here: npy's header takes fewer lines
// than the use of a library, of which Debian has none. HDF5 reads in a child process, since files can crash it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/progress.hpp"

namespace inforelay {

/// Types of the file: bool and u8 as u8; other integers as i64; f16, bf16 and f32 as float; f64 as double; text.
using FileArrayValues = std::variant<std::vector<std::uint8_t>, std::vector<std::int64_t>, std::vector<float>,
                                     std::vector<double>, std::vector<std::string>>;

struct FileArray {
  std::vector<std::uint64_t> shape;  ///< as NumPy shows it; of MATLAB's files as MATLAB shows it
  FileArrayValues values;            ///< row-major, their number is the product of the shape
  std::string place;                 ///< for messages: "rec.npz: 'spikes'"
  bool from_matlab = false;          ///< the file has the dimensions in reverse; here they are as in MATLAB
};

struct FileArrayInfo {
  std::vector<std::uint64_t> shape;
  std::string type;         ///< that of the file, for messages: "float32", "text"
  std::uint64_t bytes = 0;  ///< of the values in memory
  std::string place;
  bool from_matlab = false;
};

/// Of an array of text: the first that makes it one.
struct FirstWord {
  std::size_t index = 0;  ///< in FileArray::values
  std::string shown;      ///< for messages: "'abc'"; "'007', a word because of its leading zero"
};
/// None if all are numbers in form, as in an array of text from NumPy, or the values are no text.
std::optional<FirstWord> first_word(const FileArray& array);

/// Where an array stands in a file.
struct ArrayPlace {
  std::filesystem::path file;
  /// .npy: none. .npz, .safetensors: a name. HDF5: a path. CSV: columns and ranges of columns, "a" and "n1..n20"; of
  /// mabe also elements of a list, "input[0]".
  std::vector<std::string> keys{};
  /// CSV of MABE: every cell is a comma-separated list of numbers, whose elements are columns.
  bool mabe = false;
};

/// "rec.npz:spikes", "rec.h5:/cells/spikes", "rec.csv:n1..n20,n30", "rec.npy". Throws UsageError without a known
/// ending, without the key that the format needs, or with one for .npy.
ArrayPlace parse_array_place(std::string_view text);

/// True if the name ends like one of the formats.
bool has_array_ending(const std::filesystem::path& file);
/// ".npy, .npz, ...", for messages.
std::string array_endings();

/// Names of all arrays, or columns, of a file: what keys may be. None for .npy.
std::vector<std::string> array_keys(const std::filesystem::path& file, const Progress& progress = Progress::none());

/// Shape and type of an array. CSV is read as a whole for it, of other formats only the header.
FileArrayInfo array_info(const ArrayPlace& place, const Progress& progress = Progress::none());

/// The array. Columns of a CSV are [row,column], one column without a range [row]; integers where all are, then
/// numbers, then text. A number with a leading zero, "007", is text: as an integer it would equal "07" and "7". Throws
/// DataError, "FILE: 'KEY' ...": a missing array (with those that there are); one of more than `max_bytes` in memory;
/// damage, headers that contradict the content; types that are none of the above (complex, long double, dates,
/// structures, objects), by name; integers beyond 2^63 - 1. NaN and infinity are accepted. Throws Interrupted.
FileArray read_array(const ArrayPlace& place, std::uint64_t max_bytes, const Progress& progress = Progress::none());

}  // namespace inforelay

// The format .safetensors.
#include <fmt/format.h>

#include <optional>

#include "core/arrays/array_format.hpp"
#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/safetensors_header.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

struct File {
  SafetensorsHeader header;
  std::uint64_t header_end;
};

File open(const std::filesystem::path& path) {
  const std::string file = path.string();
  const std::uint64_t size = regular_file_size(path);
  const auto first = read_file_start(path, safetensors_length_bytes + 1);
  const std::uint64_t end = safetensors_header_end(first, size, file);
  const std::vector<std::uint8_t> start = read_file_start(path, end);
  if (start.size() < end) throw DataError("{}: is cut off inside its header", file);
  File opened{parse_safetensors_header(start, file), end};
  sort_safetensors(opened.header, size - end, file);
  return opened;
}

std::vector<std::string> names_in(const SafetensorsHeader& header) {
  std::vector<std::string> names;
  for (const auto& tensor : header.tensors) names.push_back(tensor.name);
  return names;
}

std::vector<std::string> safetensors_names(const std::filesystem::path& file, const Progress&) {
  return names_in(open(file).header);
}

const SafetensorsHeader::Tensor& find(const File& file, const ArrayPlace& place) {
  for (const auto& tensor : file.header.tensors) {
    if (tensor.name == place.keys.front()) return tensor;
  }
  no_such_array(place.file, place.keys.front(), names_in(file.header));
}

StoredType type_of(const SafetensorsHeader::Tensor& tensor, const std::string& shown) {
  if (const std::optional<StoredType> type = safetensors_type(tensor.dtype)) return *type;
  throw DataError("{} is of type {}, expected BOOL, an integer, F16, BF16, F32 or F64", shown,
                  quoted_name(tensor.dtype));
}

FileArrayInfo safetensors_info(const ArrayPlace& place, const Progress&) {
  const std::string shown = place_text(place);
  const File file = open(place.file);
  const auto& tensor = find(file, place);
  return info_of(type_of(tensor, shown), tensor.shape, shown);
}

FileArray read_safetensors_array(const ArrayPlace& place, std::uint64_t max_bytes, const Progress& progress) {
  const std::string shown = place_text(place);
  const File file = open(place.file);
  const auto& tensor = find(file, place);
  const StoredType type = type_of(tensor, shown);
  const std::uint64_t count = checked_count(type, tensor.shape, max_bytes, shown);
  const std::uint64_t begin = tensor.data_offsets[0], bytes = tensor.data_offsets[1] - begin;
  if (bytes != count * type.size) {
    throw DataError("{} takes {} bytes, expected {} for {} of shape {}", shown, bytes, count * type.size, tensor.dtype,
                    shape_text(tensor.shape));
  }
  return {tensor.shape, read_elements(type, count, file_bytes(place.file, file.header_end + begin), shown, progress),
          shown};
}

}  // namespace

const ArrayFormat safetensors_format{.endings = {".safetensors"},
                                     .keys = ArrayFormat::Keys::one,
                                     .names = safetensors_names,
                                     .info = safetensors_info,
                                     .read = read_safetensors_array};

}  // namespace inforelay

// A list of records as arrays of results, one for each member: the rows of a comparison, the runs of a sweep.
#pragma once

#include <fmt/format.h>

#include <string>
#include <variant>
#include <vector>

#include "core/error.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

template <class Record>
struct RecordField {  // the first field of a record must be a text
  std::string name, units, about;
  std::variant<std::string Record::*, double Record::*, std::int64_t Record::*> member;
};

/// An array for each field, all of one axis.
template <class Record>
struct RecordArrays {
  std::string axis;
  std::vector<RecordField<Record>> fields;

  std::vector<ArrayInfo> infos() const {
    std::vector<ArrayInfo> infos;
    for (const auto& field : fields) infos.push_back({field.name, field.units, {axis}, field.about});
    return infos;
  }

  /// `out` knows infos().
  void put(const std::vector<Record>& records, ResultArrays& out) const {
    for (const auto& field : fields) {
      std::visit(
          [&](auto member) {
            std::vector<std::decay_t<decltype(std::declval<Record>().*member)>> values;
            for (const Record& record : records) values.push_back(record.*member);
            out.put(field.name, values);
          },
          field.member);
    }
  }

  /// The inverse; none if the group `arrays` does not exist. Throws DataError if the arrays are damaged.
  std::vector<Record> records_from(const ResultView& arrays) const {
    std::vector<Record> records;
    if (!arrays.has("")) return records;
    records.resize(arrays.texts(fields.front().name).size());
    for (const auto& field : fields) {
      const auto fill = [&](const auto& values, auto member) {
        if (values.size() != records.size()) {
          throw DataError(fmt::format("results: /{}/{} has {} values, expected {}", arrays.group(), field.name,
                                      values.size(), records.size()));
        }
        for (std::size_t i = 0; i < records.size(); ++i) records[i].*member = values[i];
      };
      if (const auto* text = std::get_if<std::string Record::*>(&field.member)) fill(arrays.texts(field.name), *text);
      if (const auto* number = std::get_if<double Record::*>(&field.member))
        fill(arrays.vector<double>(field.name), *number);
      if (const auto* integer = std::get_if<std::int64_t Record::*>(&field.member))
        fill(arrays.vector<std::int64_t>(field.name), *integer);
    }
    return records;
  }
};

}  // namespace inforelay

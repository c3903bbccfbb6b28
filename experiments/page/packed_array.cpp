#include "experiments/page/packed_array.hpp"

#include <variant>

namespace inforelay {

nlohmann::json packed(const ResultArray& array) {
  return std::visit(
      [&](const auto& values) -> nlohmann::json {
        using Values = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<Values, std::vector<std::string>>) {
          return values;
        } else if constexpr (std::is_same_v<Values, RowMatrix<std::int64_t>>) {
          const RowMatrix<double> numbers = values.template cast<double>();
          return packed(std::span(numbers.data(), static_cast<std::size_t>(numbers.size())), array.shape);
        } else {
          return packed(std::span(values.data(), static_cast<std::size_t>(values.size())), array.shape);
        }
      },
      array.values);
}

}  // namespace inforelay

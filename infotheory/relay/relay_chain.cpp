#include "infotheory/relay/relay_chain.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay {
namespace {

using detail::RelayCell;

/// The states for one contrast, in groups that agree on Y_0.
class Groups {
 public:
  Groups(const StateTable& table, int contrast) : states_(table.states()), f_(table.n_log_n().data()) {
    const auto counts = table.contrast_counts(contrast);
    for (std::size_t i = 0; i < table.size(); ++i)
      rows_.push_back({static_cast<std::uint32_t>(i), RelayCell(table.counts()[i], counts[i])});
    enter(0, rows_.size());
  }

  /// N I(X_in; X_out | Y_0).
  std::uint64_t information() const {
    std::uint64_t sum = settled_;
    for (const Group& group : groups_) sum += group.information;
    return sum;
  }

  /// Moves a unit into Y_0.
  void divide(int unit) {
    std::vector<Group> old;
    old.swap(groups_);
    for (const Group& group : old) {
      const auto at = [&](std::size_t i) { return rows_.begin() + static_cast<std::ptrdiff_t>(i); };
      const auto middle =
          std::partition(at(group.begin), at(group.end), [&](const Row& row) { return !states_.bit(row.state, unit); });
      const auto cut = static_cast<std::size_t>(middle - rows_.begin());
      enter(group.begin, cut);
      enter(cut, group.end);
    }
  }

 private:
  struct Row {
    std::uint32_t state;
    RelayCell cell;
  };
  struct Group {
    std::size_t begin, end;
    std::uint64_t information;
  };

  void enter(std::size_t begin, std::size_t end) {
    RelayCell whole;
    for (std::size_t i = begin; i < end; ++i) whole += rows_[i].cell;
    if (whole.is_pure()) return;
    const std::uint64_t information = whole.information(f_);
    if (end - begin == 1)
      settled_ += information;
    else
      groups_.push_back({begin, end, information});
  }

  const UnitStates& states_;
  const std::uint64_t* f_;
  std::vector<Row> rows_;
  std::vector<Group> groups_;  // neither pure nor a single state
  std::uint64_t settled_ = 0;  // of single states
};

}  // namespace

void relay_along_bits(const StateTable& table, std::span<const std::uint32_t> order, RowMatrix<double>& values) {
  const int units = table.unit_count(), contrasts = table.contrast_count();
  check_permutation("relay information", order, units);
  values.resize(units + 1, contrasts);
  for (int c = 0; c < contrasts; ++c) {
    const std::uint64_t given_all = detail::information_given_all(table, c);
    Groups groups(table, c);
    values(units, c) = table.n_log_n().bits(groups.information() - given_all);
    for (int n = units; n-- > 0;) {
      groups.divide(static_cast<int>(order[static_cast<std::size_t>(n)]));
      values(n, c) = table.n_log_n().bits(groups.information() - given_all);
    }
  }
}

void relay_along_bits(const LevelTable& table, std::span<const std::uint32_t> order, RowMatrix<double>& values) {
  const int units = table.unit_count(), contrasts = table.contrast_count();
  check_permutation("relay information", order, units);
  const std::vector<int> relay(order.begin(), order.end());
  values.resize(units + 1, contrasts);
  for (int c = 0; c < contrasts; ++c) {
    for (int n = 0; n <= units; ++n)
      values(n, c) = relay_information_bits(table, c, std::span(relay).first(static_cast<std::size_t>(n)));
  }
}

}  // namespace inforelay

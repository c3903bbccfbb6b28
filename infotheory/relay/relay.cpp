#include "infotheory/relay/relay.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay {
namespace {

void check(const StateTable& table, int cls, NeuronSet set) {
  if (cls < 0 || cls >= table.class_count())
    throw UsageError(fmt::format("relay information: class {}, expected [0,{})", cls, table.class_count()));
  const NeuronSet outside = NeuronSet::all(table.neuron_count()).complement(set);
  if (!outside.empty())
    throw UsageError(fmt::format("relay information: set names neuron {}, expected [0,{})", outside.to_string(),
                                 table.neuron_count()));
}

}  // namespace

std::uint64_t detail::conditional_information(const StateTable& table, int cls, StateWord given) {
  auto states = relay_states(table, cls);
  for (auto& state : states) state.word &= given;
  sort_by_word(states);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < states.size();) {
    const StateWord word = states[i].word;
    RelayCell cell;
    for (; i < states.size() && states[i].word == word; ++i) cell += states[i].cell;
    sum += cell.information(table.n_log_n().data());
  }
  return sum;
}

double conditional_information_bits(const StateTable& table, int cls, NeuronSet given) {
  check(table, cls, given);
  return table.n_log_n().bits(detail::conditional_information(table, cls, given.bits()));
}

double relay_information_bits(const StateTable& table, int cls, NeuronSet relay) {
  check(table, cls, relay);
  const NeuronSet all = NeuronSet::all(table.neuron_count());
  return table.n_log_n().bits(detail::conditional_information(table, cls, relay.complement(all).bits()) -
                              detail::conditional_information(table, cls, all.bits()));
}

std::vector<double> total_relay_information_bits(const StateTable& table) {
  std::vector<double> total;
  for (int cls = 0; cls < table.class_count(); ++cls)
    total.push_back(relay_information_bits(table, cls, NeuronSet::all(table.neuron_count())));
  return total;
}

RowMatrix<double> single_neuron_loss_bits(const StateTable& table) {
  RowMatrix<double> loss(table.class_count(), table.neuron_count());
  for (int cls = 0; cls < table.class_count(); ++cls) {
    const std::uint64_t all = detail::conditional_information(table, cls, 0);
    // The common I(X_in; X_out | all neurons) drops out of the difference.
    for (int k = 0; k < table.neuron_count(); ++k)
      loss(cls, k) = table.n_log_n().bits(all - detail::conditional_information(table, cls, StateWord{1} << k));
  }
  return loss;
}

}  // namespace inforelay

#include "nn/knockout/exact_sums.hpp"

#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace inforelay {
namespace {

// A bias and a product for each neuron, of two outputs.
constexpr std::size_t most_terms = 2 * (NeuronSet::max_neurons + 1);

// The terms as an expansion: numbers that do not overlap, in rising order, whose sum is that of the terms. The sign of
// the sum is that of the last one.
int sign_of_expansion(std::span<const double> terms) {
  std::array<double, most_terms> parts;
  std::size_t count = 0;
  for (double term : terms) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double sum = term + parts[i], of_part = sum - term;
      const double error = (term - (sum - of_part)) + (parts[i] - of_part);
      if (error != 0) parts[kept++] = error;
      term = sum;
    }
    if (term != 0) parts[kept++] = term;
    count = kept;
  }
  return count == 0 ? 0 : parts[count - 1] > 0 ? 1 : -1;
}

}  // namespace

int sign_of_sum(std::span<const double> terms) {
  assert(terms.size() <= most_terms);
  double sum = 0, magnitude = 0;
  for (const double term : terms) {
    sum += term;
    magnitude += std::abs(term);
  }
  // n additions are off by less than n 2^-53 of the sum of magnitudes, which is itself off by that much.
  const double error = static_cast<double>(terms.size()) * std::numeric_limits<double>::epsilon() * magnitude;
  if (std::abs(sum) > error) return sum > 0 ? 1 : -1;
  return sign_of_expansion(terms);
}

bool ExactSums::on(std::size_t sample, int output, NeuronSet knocked_out) const {
  std::array<double, most_terms> terms;
  std::size_t count = 0;
  terms[count++] = static_cast<double>(layer_->bias(output));
  for (int k = 0; k < layer_->in(); ++k) {
    terms[count++] = exact_product(layer_->weight(output, k), value(sample, k, knocked_out));
  }
  return sign_of_sum(std::span(terms).first(count)) > 0;
}

int ExactSums::argmax(std::size_t sample, NeuronSet knocked_out) const {
  int best = 0;
  std::array<double, most_terms> terms;
  for (int c = 1; c < layer_->out(); ++c) {
    std::size_t count = 0;
    terms[count++] = static_cast<double>(layer_->bias(c));
    terms[count++] = -static_cast<double>(layer_->bias(best));
    for (int k = 0; k < layer_->in(); ++k) {
      const float x = value(sample, k, knocked_out);
      terms[count++] = exact_product(layer_->weight(c, k), x);
      terms[count++] = -exact_product(layer_->weight(best, k), x);
    }
    if (sign_of_sum(std::span(terms).first(count)) > 0) best = c;
  }
  return best;
}

}  // namespace inforelay

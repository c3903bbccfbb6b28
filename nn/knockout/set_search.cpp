#include <algorithm>
#include <bit>
#include <mutex>

#include "core/parallel.hpp"
#include "nn/knockout/argmax_counter.hpp"
#include "nn/knockout/deep_counter.hpp"
#include "nn/knockout/knockout_search.hpp"

namespace inforelay {
namespace {

// Enough chunks to keep many cores busy, few enough for one rank to receive their results from thousands of others, and
// chunks of a fraction of a second.
constexpr int least_chunk_count_bits = 6, most_chunk_count_bits = 17, most_chunk_bits = 12;
constexpr double operations_per_chunk = 1 << 30;

// Multiplications, additions and comparisons for one set. An activation counts for ten.
double operations_per_set(const KnockoutSubject& subject) {
  const auto& layers = subject.network.layers;
  double of_sample = 4.0 * layers[static_cast<std::size_t>(subject.layer)].out();
  for (auto l = static_cast<std::size_t>(subject.layer) + 1; l < layers.size(); ++l) {
    of_sample += 10.0 * layers[l].in() + static_cast<double>(layers[l].in()) * layers[l].out();
  }
  return of_sample * static_cast<double>(subject.labels.size());
}

// Depends on the problem only.
int chunk_bits_of(const KnockoutSubject& subject) {
  const int neurons = subject.neurons();
  int bits = 0;
  for (double work = 2 * operations_per_set(subject); work <= operations_per_chunk && bits < most_chunk_bits; work *= 2)
    ++bits;
  bits = std::max(bits, neurons - most_chunk_count_bits);
  return std::clamp(bits, 0, std::max(neurons - least_chunk_count_bits, 0));
}

class SetSearch final : public KnockoutSearch {
 public:
  SetSearch(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random)
      : KnockoutSearch(subject, options, random), bits_(chunk_bits_of(subject)) {}

  std::size_t chunk_count() const override { return std::size_t{1} << (subject_.neurons() - bits_); }
  std::string format_id() const override {
    return subject_.last_hidden() ? "knockout argmax 1"
                                  : "knockout deep " + std::string(to_string(options_.function)) + " 1";
  }
  bool fits(std::size_t part, const ScanChunk& result) const override {
    return result.first_class == 0 && result.values.rows() == rows() &&
           result.values.cols() == Eigen::Index{1} << bits_ && result.fixed == first_set(part) &&
           result.free == NeuronSet::all(bits_);
  }

  void compute(std::span<const std::size_t> parts, const SubsetScan::OnChunk& take, Progress& progress) const override {
    const SetCounter& sets = counter();
    parallel_blocks(
        parts.size(), [&](std::size_t i) { take(parts[i], evaluate(sets, parts[i], progress)); }, progress);
  }

 private:
  NeuronSet first_set(std::size_t part) const { return NeuronSet(static_cast<std::uint32_t>(part << bits_)); }
  Eigen::Index rows() const { return subject_.classes() + (options_.function == KnockoutFunction::argmax ? 1 : 0); }

  // Only where something is computed: a scan that receives all results from others does not need it.
  const SetCounter& counter() const {
    const std::lock_guard lock(mutex_);
    if (!counter_) counter_ = make_set_counter(subject_, options_.function, replacement_);
    return *counter_;
  }

  ScanChunk evaluate(const SetCounter& sets, std::size_t part, const Progress& progress) const {
    const Eigen::Index count = Eigen::Index{1} << bits_;
    ScanChunk result{.first_class = 0,
                     .fixed = first_set(part),
                     .free = NeuronSet::all(bits_),
                     .values = RowMatrix<float>(rows(), count)};
    const RowMatrix<std::uint32_t> counts = sets.count(result.fixed, bits_, progress);
    for (Eigen::Index i = 0; i < count; ++i) {
      const NeuronSet set(result.fixed.bits() | static_cast<std::uint32_t>(i));
      put_accuracies(accuracy_, set, counts, i * subject_.classes(), i, result.values);
    }
    return result;
  }

  int bits_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const SetCounter> counter_;
};

}  // namespace

std::unique_ptr<const KnockoutSearch> make_set_search(const KnockoutSubject& subject, const KnockoutOptions& options,
                                                      const RandomStream& random) {
  return std::make_unique<SetSearch>(subject, options, random);
}

std::unique_ptr<const SetCounter> make_set_counter(const KnockoutSubject& subject, KnockoutFunction function,
                                                   const Replacement& replacement) {
  if (subject.last_hidden()) return std::make_unique<ArgmaxCounter>(subject, replacement);
  return std::make_unique<DeepCounter>(subject, function, replacement);
}

void put_accuracies(const KnockoutAccuracy& accuracy, NeuronSet set, const RowMatrix<std::uint32_t>& counts,
                    Eigen::Index first, Eigen::Index column, RowMatrix<float>& values) {
  const auto classes = static_cast<Eigen::Index>(accuracy.classes());
  for (Eigen::Index c = 0; c < classes; ++c) {
    const auto on_of = [&](std::size_t label) { return counts(static_cast<Eigen::Index>(label), first + c); };
    values(c, column) = accuracy.from_labels(static_cast<std::size_t>(c), set, on_of);
  }
  if (values.rows() > classes)
    values(classes, column) = accuracy.overall(counts.middleCols(first, classes).diagonal().sum());
}

}  // namespace inforelay

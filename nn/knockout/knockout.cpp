#include "nn/knockout/knockout.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout_accuracy.hpp"
#include "nn/knockout/knockout_checks.hpp"
#include "nn/knockout/knockout_forward.hpp"
#include "nn/knockout/knockout_terms.hpp"
#include "nn/knockout/knockout_tree.hpp"

namespace inforelay {
namespace {

constexpr std::size_t sets_per_block = 16;
// A forward pass may take much of a second: a chunk has few sets, so that few are lost at an interruption, and only one
// if there would be fewer than 64 chunks for many threads. If there are very many sets a chunk has more: otherwise
// thousands of ranks would send more results than one can receive.
constexpr int forward_part_bits = 3, most_forward_part_bits = 5, least_forward_parts_bits = 6;
constexpr int most_forward_parts_bits = 17;

int forward_part_bits_of(int neurons) {
  const int bits = std::clamp(neurons - most_forward_parts_bits, forward_part_bits, most_forward_part_bits);
  return std::clamp(neurons - least_forward_parts_bits, 0, bits);
}

const DenseLayer& output_layer(const KnockoutSubject& subject) { return subject.network.layers.back(); }

RowMatrix<float> by_terms(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                          const KnockoutAccuracy& accuracy, Progress& progress) {
  const int classes = subject.classes();
  RowMatrix<float> result(classes, static_cast<Eigen::Index>(sets.size()));
  for (int c = 0; c < classes; ++c) {
    const KnockoutTerms terms = knockout_terms(output_layer(subject), c, subject.hidden);
    const std::size_t blocks = BlockRange::count(sets_per_block, sets.size());
    PartOfProgress part(progress, static_cast<std::uint64_t>(c) * blocks, static_cast<std::uint64_t>(classes) * blocks);
    parallel_blocks(
        blocks,
        [&](std::size_t block) {
          const BlockRange range(block, sets_per_block, sets.size());
          const auto counts = count_on(terms, sets.subspan(range.begin, range.size()), subject.labels, classes);
          for (std::size_t i = 0; i < range.size(); ++i) {
            const auto on_of = [&](std::size_t label) {
              return counts(static_cast<Eigen::Index>(label), static_cast<Eigen::Index>(i));
            };
            result(c, static_cast<Eigen::Index>(range.begin + i)) =
                accuracy.from_labels(static_cast<std::size_t>(c), sets[range.begin + i], on_of);
          }
        },
        part);
  }
  return result;
}

// Accuracies of all classes with one set knocked out, into `column` [C].
template <class Column>
void by_forward(const KnockoutSubject& subject, NeuronSet set, const KnockoutAccuracy& accuracy, Column&& column) {
  const int classes = subject.classes();
  const auto counts = count_on_forward(subject.network, subject.layer, subject.hidden, set, subject.labels, classes);
  for (int c = 0; c < classes; ++c) {
    const auto on_of = [&](std::size_t label) { return counts(c, static_cast<Eigen::Index>(label)); };
    column(c) = accuracy.from_labels(static_cast<std::size_t>(c), set, on_of);
  }
}

RowMatrix<float> by_forward(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                            const KnockoutAccuracy& accuracy, Progress& progress) {
  check_finite(subject);
  RowMatrix<float> result(subject.classes(), static_cast<Eigen::Index>(sets.size()));
  parallel_blocks(
      sets.size(),
      [&](std::size_t i) { by_forward(subject, sets[i], accuracy, result.col(static_cast<Eigen::Index>(i))); },
      progress);
  return result;
}

// Number of blocks of a tree for this many neurons.
std::size_t tree_blocks(int neurons) {
  KnockoutTerms nothing;
  nothing.term.resize(0, neurons);
  return KnockoutTree(nothing, {}, 1).blocks();
}

}  // namespace

RowMatrix<float> knockout_accuracy(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                                   const KnockoutOptions& options, const RandomStream& random, Progress& progress) {
  check_shapes(subject);
  for (const NeuronSet set : sets) {
    if (subject.neurons() < NeuronSet::max_neurons && set.bits() >> subject.neurons() != 0) {
      throw UsageError("knockouts: the set {{{}}} holds neurons that hidden layer {} of {} neurons lacks",
                       set.to_string(), subject.layer, subject.neurons());
    }
  }
  const KnockoutAccuracy accuracy(subject, options, random);
  return subject.last_hidden() ? by_terms(subject, sets, accuracy, progress)
                               : by_forward(subject, sets, accuracy, progress);
}

class KnockoutScan::Search {
 public:
  Search(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random)
      : subject_(subject), accuracy_(subject, options, random) {}
  virtual ~Search() = default;

  virtual std::size_t chunk_count() const = 0;
  virtual std::string format_id() const = 0;
  virtual void compute(std::span<const std::size_t> parts, const OnChunk& take, Progress& progress) const = 0;
  /// Whether a result has the classes and the number of sets of this part.
  virtual bool fits(std::size_t part, const ScanChunk& result) const = 0;

 protected:
  const KnockoutSubject subject_;
  const KnockoutAccuracy accuracy_;
};

class KnockoutScan::TreeSearch final : public Search {
 public:
  TreeSearch(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random)
      : Search(subject, options, random), blocks_(tree_blocks(subject.neurons())) {}

  std::size_t chunk_count() const override { return static_cast<std::size_t>(subject_.classes()) * blocks_; }
  std::string format_id() const override { return "knockout tree 1"; }
  bool fits(std::size_t part, const ScanChunk& result) const override {
    return result.first_class == static_cast<int>(part / blocks_) && result.values.rows() == 1 &&
           result.values.cols() == (Eigen::Index{1} << subject_.neurons()) / static_cast<Eigen::Index>(blocks_);
  }

  void compute(std::span<const std::size_t> parts, const OnChunk& take, Progress& progress) const override {
    std::vector<std::vector<std::size_t>> blocks(static_cast<std::size_t>(subject_.classes()));
    for (const std::size_t part : parts) blocks[part / blocks_].push_back(part % blocks_);
    std::size_t before = 0;
    for (std::size_t c = 0; c < blocks.size(); ++c) {
      if (blocks[c].empty()) continue;
      progress.check();
      PartOfProgress rest(progress, before, parts.size());
      compute(c, blocks[c], take, rest);
      before += blocks[c].size();
    }
  }

 private:
  // One class's tree, and what its blocks have in common.
  struct ClassTree {
    ClassTree(const KnockoutSubject& subject, std::size_t c, std::span<const Symbol> group, int groups)
        : cls(c),
          terms(knockout_terms(output_layer(subject), static_cast<int>(c), subject.hidden)),
          tree(terms, group, groups),
          ascending(tree.sets_per_block()),
          free(tree.set(0, tree.sets_per_block() - 1)) {
      std::iota(ascending.begin(), ascending.end(), 0u);
      std::sort(ascending.begin(), ascending.end(),
                [&](std::uint32_t a, std::uint32_t b) { return tree.set(0, a).index() < tree.set(0, b).index(); });
    }
    ClassTree(const ClassTree&) = delete;
    ClassTree& operator=(const ClassTree&) = delete;

    std::size_t cls;
    KnockoutTerms terms;
    KnockoutTree tree;
    std::vector<std::uint32_t> ascending;  // [sets of a block] columns in ascending order of their sets
    NeuronSet free;                        // the neurons decided within a block
  };

  void compute(std::size_t c, const std::vector<std::size_t>& blocks, const OnChunk& take, Progress& progress) const {
    const std::shared_ptr<const ClassTree> found = tree_of(c);
    const ClassTree& shared = *found;
    parallel_blocks(
        blocks.size(), [&](std::size_t i) { take(c * blocks_ + blocks[i], evaluate(shared, c, blocks[i])); }, progress);
  }

  // Few parts may be asked for at a time, each of which takes less time than the tree: the last tree is kept.
  std::shared_ptr<const ClassTree> tree_of(std::size_t c) const {
    const std::lock_guard lock(mutex_);
    if (last_ && last_->cls == c) return last_;
    last_.reset();  // never two in memory
    if (accuracy_.sampled())
      return last_ = std::make_shared<ClassTree>(subject_, c, subject_.labels, subject_.classes());
    std::vector<Symbol> is_other(subject_.labels.size());
    std::transform(subject_.labels.begin(), subject_.labels.end(), is_other.begin(),
                   [&](Symbol label) { return static_cast<Symbol>(label != c); });
    return last_ = std::make_shared<ClassTree>(subject_, c, is_other, 2);
  }

  ScanChunk evaluate(const ClassTree& shared, std::size_t c, std::size_t block) const {
    const RowMatrix<std::uint32_t> counts = shared.tree.count_on(block);
    ScanChunk part{.first_class = static_cast<int>(c),
                   .fixed = shared.tree.set(block, 0),
                   .free = shared.free,
                   .values = RowMatrix<float>(1, counts.cols())};
    for (std::size_t i = 0; i < shared.ascending.size(); ++i) {
      const auto column = static_cast<Eigen::Index>(shared.ascending[i]);
      const auto on_of = [&](std::size_t label) { return counts(static_cast<Eigen::Index>(label), column); };
      part.values.data()[i] = accuracy_.sampled()
                                  ? accuracy_.from_labels(c, shared.tree.set(block, shared.ascending[i]), on_of)
                                  : accuracy_.exact(c, on_of(0), on_of(1));
    }
    return part;
  }

  std::size_t blocks_;  // of one class's tree
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const ClassTree> last_;  // that was used
};

class KnockoutScan::ForwardSearch final : public Search {
 public:
  ForwardSearch(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random)
      : Search(subject, options, random), bits_(forward_part_bits_of(subject.neurons())) {}

  std::size_t chunk_count() const override { return std::size_t{1} << (subject_.neurons() - bits_); }
  std::string format_id() const override { return "knockout forward 1"; }
  bool fits(std::size_t part, const ScanChunk& result) const override {
    return result.first_class == 0 && result.values.rows() == subject_.classes() &&
           result.values.cols() == Eigen::Index{1} << bits_ && result.fixed == first_set(part);
  }

  void compute(std::span<const std::size_t> parts, const OnChunk& take, Progress& progress) const override {
    check_finite(subject_);
    parallel_blocks(
        parts.size(), [&](std::size_t i) { take(parts[i], evaluate(parts[i], progress)); }, progress);
  }

 private:
  NeuronSet first_set(std::size_t part) const { return NeuronSet(static_cast<std::uint32_t>(part << bits_)); }

  ScanChunk evaluate(std::size_t part, const Progress& progress) const {
    const Eigen::Index sets = Eigen::Index{1} << bits_;
    ScanChunk result{.first_class = 0,
                     .fixed = first_set(part),
                     .free = NeuronSet::all(bits_),
                     .values = RowMatrix<float>(subject_.classes(), sets)};
    for (Eigen::Index i = 0; i < sets; ++i) {
      progress.check();
      const NeuronSet set(result.fixed.bits() | static_cast<std::uint32_t>(i));
      by_forward(subject_, set, accuracy_, result.values.col(i));
    }
    return result;
  }

  int bits_;
};

namespace {

// K; throws if the scan is not possible.
int checked_neurons(const KnockoutSubject& subject) {
  check_shapes(subject);
  if (subject.neurons() > NeuronSet::max_exhaustive_neurons) {
    throw UsageError("knockouts: hidden layer {} has {} neurons; all sets are possible for at most {}", subject.layer,
                     subject.neurons(), NeuronSet::max_exhaustive_neurons);
  }
  return subject.neurons();
}

}  // namespace

KnockoutScan::KnockoutScan(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random,
                           AllSetsTable keep)
    : collector_(checked_neurons(subject), std::vector<SubsetStatisticsCollector::Range>(
                                               static_cast<std::size_t>(subject.classes()), {.low = 0, .high = 1})) {
  if (subject.last_hidden()) {
    search_ = std::make_unique<TreeSearch>(subject, options, random);
  } else {
    search_ = std::make_unique<ForwardSearch>(subject, options, random);
  }
  if (keep == AllSetsTable::keep) table_.resize(subject.classes(), Eigen::Index{1} << subject.neurons());
}

KnockoutScan::~KnockoutScan() = default;

std::size_t KnockoutScan::chunk_count() const { return search_->chunk_count(); }

std::string KnockoutScan::format_id() const { return search_->format_id(); }

void KnockoutScan::compute(std::span<const std::size_t> parts, const OnChunk& take, Progress& progress) const {
  search_->compute(parts, take, progress);
}

void KnockoutScan::add(std::size_t part, const ScanChunk& result) {
  if (part >= chunk_count() || !search_->fits(part, result) || !result.exact_totals.empty()) {
    throw DataError("knockouts: this is not the result of part {} of {}", part, chunk_count());
  }
  collector_.add(result);
  if (table_.size() > 0) put_chunk(result, table_);
}

ExhaustiveKnockout KnockoutScan::result() { return {.accuracy = std::move(table_), .statistics = collector_.result()}; }

RowMatrix<float> exhaustive_knockout_accuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                              const RandomStream& random, Progress& progress) {
  KnockoutScan scan(subject, options, random);
  run_whole(scan, progress);
  return scan.result().accuracy;
}

}  // namespace inforelay

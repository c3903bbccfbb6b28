#include <algorithm>
#include <mutex>
#include <numeric>
#include <vector>

#include "core/parallel.hpp"
#include "nn/knockout/knockout_search.hpp"
#include "nn/knockout/knockout_terms.hpp"
#include "nn/knockout/knockout_tree.hpp"

namespace inforelay {
namespace {

class TreeSearch final : public KnockoutSearch {
 public:
  TreeSearch(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random)
      : KnockoutSearch(subject, options, random), blocks_(KnockoutTree::blocks(subject.neurons())) {}

  std::size_t chunk_count() const override { return static_cast<std::size_t>(subject_.classes()) * blocks_; }
  std::string format_id() const override { return "knockout tree 1"; }
  bool fits(std::size_t part, const ScanChunk& result) const override {
    return result.first_class == static_cast<int>(part / blocks_) && result.values.rows() == 1 &&
           result.values.cols() == (Eigen::Index{1} << subject_.neurons()) / static_cast<Eigen::Index>(blocks_);
  }

  void compute(std::span<const std::size_t> parts, const SubsetScan::OnChunk& take, Progress& progress) const override {
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
    ClassTree(const KnockoutSubject& subject, const Replacement& replacement, std::size_t c,
              std::span<const Symbol> group, int groups)
        : cls(c),
          terms(knockout_terms(subject.network.layers.back(), static_cast<int>(c), subject.hidden, replacement)),
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

  void compute(std::size_t c, const std::vector<std::size_t>& blocks, const SubsetScan::OnChunk& take,
               Progress& progress) const {
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
      return last_ = std::make_shared<ClassTree>(subject_, replacement_, c, subject_.labels, subject_.classes());
    std::vector<Symbol> is_other(subject_.labels.size());
    std::transform(subject_.labels.begin(), subject_.labels.end(), is_other.begin(),
                   [&](Symbol label) { return static_cast<Symbol>(!is_labelled(label, c, subject_.kind)); });
    return last_ = std::make_shared<ClassTree>(subject_, replacement_, c, is_other, 2);
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

}  // namespace

std::unique_ptr<const KnockoutSearch> make_tree_search(const KnockoutSubject& subject, const KnockoutOptions& options,
                                                       const RandomStream& random) {
  return std::make_unique<TreeSearch>(subject, options, random);
}

}  // namespace inforelay

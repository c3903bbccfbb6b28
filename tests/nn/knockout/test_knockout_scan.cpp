// Knockouts of all sets in parts: any order, any process, the same bits.

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

// `deep`: a layer between the analysed one and the outputs, so that every set takes a pass through it.
NetworkScene scanned_scene(int neurons, bool deep) {
  constexpr int classes = 3, samples = 300;
  RandomStream random(31, "scene");
  NetworkScene scene;
  scene.network.layers = {random_layer(2, neurons, random)};
  if (deep) scene.network.layers.push_back(random_layer(neurons, 4, random));
  scene.network.layers.push_back(random_layer(deep ? 4 : neurons, classes, random));
  scene.hidden = random_hidden(samples, neurons, random);
  scene.labels = random_labels(samples, classes, random);
  return scene;
}

const RandomStream scan_random(32, "draws");

}  // namespace

TEST_CASE("Chunks of knockouts computed by different scans give the same result", "[knockout]") {
  const int neurons = GENERATE(1, 3, 9, 13);
  const bool deep = GENERATE(false, true);
  const auto method = GENERATE(KnockoutMethod::exact, KnockoutMethod::sampled);
  const auto function = GENERATE(KnockoutFunction::threshold, KnockoutFunction::argmax);
  const auto replace = GENERATE(KnockoutReplace::zero, KnockoutReplace::noise);
  if (deep && neurons > 9) return;
  CAPTURE(neurons, deep, to_string(method), to_string(function), to_string(replace));
  const NetworkScene scene = scanned_scene(neurons, deep);
  const KnockoutOptions options{.method = method, .sample_size = 20, .function = function, .replace = replace};
  const RowMatrix<float> whole = exhaustive_knockout_accuracy(scene.subject(), options, scan_random);

  KnockoutScan merged(scene.subject(), options, scan_random),
      summary(scene.subject(), options, scan_random, AllSetsTable::discard);
  const auto parts = shuffled_chunks(merged, RandomStream(33, "order"));
  std::map<std::size_t, ScanChunk> all;
  for (std::size_t process = 0; process < 3; ++process) {
    set_thread_count(static_cast<int>(process) + 1);
    const KnockoutScan own(scene.subject(), options, scan_random);
    REQUIRE(own.chunk_count() == parts.size());
    std::vector<std::size_t> mine;
    for (std::size_t i = process; i < parts.size(); i += 3) mine.push_back(parts[i]);
    all.merge(computed(own, mine));
  }
  REQUIRE(all.size() == parts.size());
  for (const std::size_t part : parts) merged.add(part, all.at(part));
  for (const auto& [part, result] : all) summary.add(part, result);
  const ExhaustiveKnockout found = merged.result(), without_table = summary.result();
  CHECK(found.accuracy == whole);
  KnockoutScan again(scene.subject(), options, scan_random);
  run_whole(again, Progress::none());
  CHECK(again.result().overall == found.overall);
  CHECK(found.overall.size() == (function == KnockoutFunction::argmax ? std::size_t{1} << neurons : 0));
  CHECK(without_table.overall.empty());
  CHECK(without_table.accuracy.size() == 0);
  CHECK(same(found.statistics, without_table.statistics));
  for (int c = 0; c < whole.rows(); ++c) {
    CHECK(found.statistics.lowest_of(c, 0) == whole(c, 0));
    CHECK(found.statistics.lowest_of(c, neurons) == whole(c, whole.cols() - 1));
    float worst = 1;
    for (int k = 0; k < neurons; ++k) worst = std::min(worst, whole(c, Eigen::Index{1} << k));
    CHECK(found.statistics.lowest_of(c, 1) == worst);
  }
}

TEST_CASE("The chunks of knockouts have the format of their id", "[knockout]") {
  const NetworkScene wide = scanned_scene(13, false), deep = scanned_scene(9, true), narrow = scanned_scene(5, true);
  const KnockoutScan tree(wide.subject(), {}, scan_random), forward(deep.subject(), {}, scan_random);
  CHECK(KnockoutScan(narrow.subject(), {}, scan_random).chunk_count() == 32);
  // Saved parts are taken for what they are by these names: if they change, so must the names.
  CHECK(tree.format_id() == "knockout tree 1");
  CHECK(forward.format_id() == "knockout deep threshold 1");
  const KnockoutScan argmax(wide.subject(), {.function = KnockoutFunction::argmax}, scan_random);
  CHECK(argmax.format_id() == "knockout argmax 1");
  CHECK(argmax.chunk_count() == 64);
  const KnockoutScan deep_argmax(deep.subject(), {.function = KnockoutFunction::argmax}, scan_random);
  CHECK(deep_argmax.format_id() == "knockout deep argmax 1");
  REQUIRE(tree.chunk_count() == 3 * 64);
  REQUIRE(forward.chunk_count() == 64);
  const std::vector<std::size_t> two{1, 191}, one{3};
  const auto of_tree = computed(tree, two);
  CHECK(of_tree.at(1).first_class == 0);
  CHECK(of_tree.at(191).first_class == 2);
  CHECK(of_tree.at(191).values.cols() == 128);
  CHECK(of_tree.at(1).fixed.size() == 1);
  CHECK(of_tree.at(191).fixed == of_tree.at(191).free.complement(NeuronSet::all(13)));
  // The neurons with the largest terms are decided first, so they are those that a part has in common.
  double least_fixed = 1e9, most_free = 0;
  for (int k = 0; k < 13; ++k) {
    const double mean =
        std::abs(wide.network.layers[1].weight(2, k)) * wide.hidden.col(k).cwiseAbs().cast<double>().mean();
    if (of_tree.at(191).free.contains(k)) {
      most_free = std::max(most_free, mean);
    } else {
      least_fixed = std::min(least_fixed, mean);
    }
  }
  CHECK(most_free <= least_fixed);
  const auto of_forward = computed(forward, one);
  CHECK(of_forward.at(3).first_class == 0);
  CHECK(of_forward.at(3).values.rows() == 3);
  CHECK(of_forward.at(3).fixed == NeuronSet{3, 4});
  CHECK(of_forward.at(3).free == NeuronSet{0, 1, 2});
}

TEST_CASE("Results of another scan of knockouts are rejected", "[knockout]") {
  const NetworkScene wide = scanned_scene(13, false), deep = scanned_scene(5, true);
  KnockoutScan tree(wide.subject(), {}, scan_random), forward(deep.subject(), {}, scan_random);
  const std::vector<std::size_t> some{1};
  const ScanChunk of_tree = computed(tree, some).at(1), of_forward = computed(forward, some).at(1);
  CHECK_NOTHROW(tree.add(1, of_tree));
  CHECK_THROWS_WITH(tree.add(64, of_tree), "knockouts: this is not the result of part 64 of 192");
  CHECK_THROWS_AS(tree.add(192, of_tree), DataError);
  CHECK_THROWS_AS(tree.add(0, of_forward), DataError);
  CHECK_NOTHROW(forward.add(1, of_forward));
  CHECK_THROWS_AS(forward.add(2, of_forward), DataError);
  CHECK_THROWS_AS(forward.add(1, of_tree), DataError);
  KnockoutScan argmax(deep.subject(), {.function = KnockoutFunction::argmax}, scan_random);
  CHECK_THROWS_AS(argmax.add(1, of_forward), DataError);
  ScanChunk of_argmax = computed(argmax, some).at(1);
  CHECK_THROWS_AS(forward.add(1, of_argmax), DataError);
  of_argmax.values(3, 0) = 1.5f;
  CHECK_THROWS_WITH(argmax.add(1, of_argmax), "knockouts: an overall accuracy of part 1 is not in [0,1]");
  ScanChunk more = of_forward;
  more.exact_totals.push_back(0);
  CHECK_THROWS_AS(forward.add(1, more), DataError);
}

TEST_CASE("Knockouts in parts stop when asked to", "[knockout]") {
  for (const bool deep : {false, true}) {
    const NetworkScene scene = scanned_scene(8, deep);
    StopAfter soon(2);
    CHECK_THROWS_AS(exhaustive_knockout_accuracy(scene.subject(), {}, scan_random, soon), Interrupted);
  }
}

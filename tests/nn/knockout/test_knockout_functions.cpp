// Both functions and all replacements, in each hidden layer, compared with forward passes.
#include <fstream>
#include <set>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/argmax_counter.hpp"
#include "nn/knockout/deep_counter.hpp"
#include "nn/knockout/exact_sums.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/knockout/replacement.hpp"
#include "tests/catch2.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/nn/knockout/knockout_forward.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/torch.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

const RandomStream draws(41, "draws");

constexpr Activation hidden_activations[]{
    Activation::tanh,  Activation::sigmoid, Activation::relu,      Activation::identity, Activation::leaky_relu(),
    Activation::elu(), Activation::gelu,    Activation::gelu_tanh, Activation::silu,     Activation::softplus};

// The analysed layer has K neurons; `after` hidden layers of 4 and 5 follow it.
NetworkScene deep_scene(int neurons, int after, int classes, int samples, RandomStream random) {
  NetworkScene scene;
  scene.network.layers = {random_layer(2, neurons, random)};
  int width = neurons;
  for (int l = 0; l < after; ++l) {
    scene.network.layers.push_back(random_layer(width, 4 + l, random));
    scene.network.layers.back().activation = hidden_activations[random.below(std::size(hidden_activations))];
    width = 4 + l;
  }
  scene.network.layers.push_back(random_layer(width, classes, random));
  scene.network.layers.back().activation = Activation::identity;
  scene.hidden = random_hidden(samples, neurons, random);
  scene.labels = random_labels(samples, classes, random);
  return scene;
}

ExhaustiveKnockout scan_all(const NetworkScene& scene, const KnockoutOptions& options) {
  KnockoutScan scan(scene.subject(), options, draws);
  run_whole(scan, Progress::none());
  return scan.result();
}

// The input of torch_knockouts.py.
void write_for_torch(const NetworkScene& scene, KnockoutReplace replace, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  const auto put = [&](const auto* values, std::size_t count) {
    static_assert(sizeof(*values) == 4);
    file.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(4 * count));
  };
  const auto put_matrix = [&](const auto& values) { put(values.data(), static_cast<std::size_t>(values.size())); };
  const std::span layers = std::span(scene.network.layers).subspan(1);
  const Eigen::Index samples = scene.hidden.rows(), neurons = scene.hidden.cols();
  const std::int32_t head[]{static_cast<std::int32_t>(layers.size()), static_cast<std::int32_t>(neurons),
                            static_cast<std::int32_t>(samples), scene.network.output_width()};
  put(head, 4);
  for (const DenseLayer& layer : layers) {
    const auto place = static_cast<std::int32_t>(layer.activation.kind);
    const std::int32_t shape[]{layer.out(), place};
    put(shape, 2);
  }
  for (const DenseLayer& layer : layers) {
    put_matrix(layer.weight);
    put_matrix(layer.bias);
  }
  put_matrix(scene.hidden);
  const Replacement replacement(scene.hidden, {.replace = replace}, draws);
  RowMatrix<float> replaced(samples, neurons);
  for (int i = 0; i < samples; ++i) {
    for (int k = 0; k < neurons; ++k) replaced(i, k) = replacement(static_cast<std::size_t>(i), k);
  }
  put_matrix(replaced);
  const std::vector<std::int32_t> labels(scene.labels.begin(), scene.labels.end());
  put(labels.data(), labels.size());
}

// The counter's counts of all sets, [C, S C].
RowMatrix<std::uint32_t> counts_of(const SetCounter& counter, int neurons) {
  return counter.count(NeuronSet{}, neurons, Progress::none());
}

}  // namespace

TEST_CASE("Knockouts of each hidden layer, function and replacement are forward passes", "[knockout]") {
  const int after = GENERATE(0, 1, 2);
  const auto function = GENERATE(KnockoutFunction::threshold, KnockoutFunction::argmax);
  const auto replace =
      GENERATE(KnockoutReplace::zero, KnockoutReplace::mean, KnockoutReplace::resample, KnockoutReplace::noise);
  CAPTURE(after, to_string(function), to_string(replace));
  const int neurons = 8, classes = 4, samples = 170;
  const NetworkScene scene = deep_scene(neurons, after, classes, samples, RandomStream(42, "scene").child(after));
  const KnockoutOptions options{.function = function, .replace = replace};
  const Replacement replacement(scene.hidden, options, draws);
  const ExhaustiveKnockout found = scan_all(scene, options);
  std::uint32_t doubtful = 0;
  for (std::uint32_t index = 0; index < 1u << neurons; ++index) {
    const NeuronSet set(index);
    const auto expected = forward_knockout(scene.subject(), replacement, set, function);
    doubtful += expected.doubtful;
    for (int c = 0; c < classes; ++c) {
      REQUIRE(found.accuracy(c, index) == Approx(expected.balanced_accuracy(c)).margin(expected.margin(c)));
    }
    if (function == KnockoutFunction::threshold) continue;
    const double overall = static_cast<double>(found.overall[index]);
    REQUIRE(overall == Approx(expected.overall_accuracy()).margin(1e-6 + expected.doubtful / double{samples}));
  }
  CHECK(doubtful < 30);
  // The same set by set, to the last bit.
  std::vector<NeuronSet> some;
  for (std::uint32_t index = 0; index < 1u << neurons; index += 7) some.emplace_back(index);
  const RowMatrix<float> one_by_one = knockout_accuracy(scene.subject(), some, options, draws);
  for (std::size_t i = 0; i < some.size(); ++i)
    CHECK(one_by_one.col(static_cast<Eigen::Index>(i)) == found.accuracy.col(some[i].index()));
}

TEST_CASE("Knockouts are those of ablation in PyTorch", "[knockout][torch]") {
  const test::TemporaryFolder folder;
  const int neurons = 6, classes = 4, samples = 200;
  struct Case {
    NetworkScene scene;
    KnockoutReplace replace;
    std::string file;
  };
  std::vector<Case> cases;
  std::string files;
  for (const int after : {0, 1, 2}) {
    for (const auto& [replace, word] : knockout_replace_names) {
      const RandomStream random = RandomStream(43, "torch").child(static_cast<std::uint64_t>(after));
      cases.push_back({deep_scene(neurons, after, classes, samples, random), replace,
                       folder.path() / (std::string(word) + std::to_string(after))});
      write_for_torch(cases.back().scene, replace, cases.back().file);
      files += " " + cases.back().file;
    }
  }
  if (!test::run_torch(INFORELAY_TORCH_KNOCKOUTS, files)) return;
  for (const Case& each : cases) {
    CAPTURE(each.file);
    const Eigen::Index sets = Eigen::Index{1} << neurons, columns = 2 * classes + 1;
    std::vector<float> numbers(static_cast<std::size_t>(sets * (columns + 1)));
    std::ifstream(each.file + ".out", std::ios::binary)
        .read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(4 * numbers.size()));
    const Eigen::Map<RowMatrix<float>> torch(numbers.data(), sets, columns);
    const auto threshold = scan_all(each.scene, {.replace = each.replace});
    const auto argmax = scan_all(each.scene, {.function = KnockoutFunction::argmax, .replace = each.replace});
    for (Eigen::Index set = 0; set < sets; ++set) {
      const float near_ties = numbers[static_cast<std::size_t>(sets * columns + set)];
      const double margin = 1e-6 + static_cast<double>(near_ties) / 20;
      for (int c = 0; c < classes; ++c) {
        REQUIRE(threshold.accuracy(c, set) == Approx(torch(set, c)).margin(margin));
        REQUIRE(argmax.accuracy(c, set) == Approx(torch(set, classes + c)).margin(margin));
      }
      REQUIRE(argmax.overall[static_cast<std::size_t>(set)] == Approx(torch(set, 2 * classes)).margin(margin));
    }
  }
}

TEST_CASE("Replacements are what they are defined to be", "[knockout]") {
  RandomStream random(44, "replacements");
  const int samples = 3000, neurons = 4;
  const RowMatrix<float> hidden = random_hidden(samples, neurons, random);
  const Replacement zero(hidden, {}, draws), mean(hidden, {.replace = KnockoutReplace::mean}, draws);
  const Replacement other(hidden, {.replace = KnockoutReplace::resample}, draws);
  const Replacement noise(hidden, {.replace = KnockoutReplace::noise, .noise_sd = 0.5}, draws);
  const auto from = replacement_samples(samples, draws);
  CHECK(std::set(from.begin(), from.end()).size() == samples);
  for (int k = 0; k < neurons; ++k) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < samples; ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      CHECK(zero(i, k) == 0);
      CHECK(mean(i, k) == Approx(hidden.col(k).cast<double>().mean()).margin(1e-6));
      CHECK(from[i] != i);
      CHECK(other(i, k) == hidden(from[i], k));
      const double difference = double{noise(i, k)} - double{hidden(row, k)};
      sum += difference;
      squares += difference * difference;
    }
    CHECK(sum / samples == Approx(0).margin(4.5 * 0.5 / std::sqrt(samples)));
    CHECK(squares / samples == Approx(0.25).margin(4.5 * 0.25 * std::sqrt(2.0 / samples)));
  }
  // One cycle: following it from any sample visits all.
  std::size_t steps = 1;
  for (std::uint32_t at = from[0]; at != 0; at = from[at]) ++steps;
  CHECK(steps == samples);
  CHECK(replacement_samples(samples, draws.child("another")) != from);
  CHECK_THROWS_WITH(Replacement(hidden, {.replace = KnockoutReplace::noise, .noise_sd = 0}, draws),
                    "knockouts: noise_sd is 0, expected a finite number above 0");
  RowMatrix<float> large = RowMatrix<float>::Constant(8, 2, 3e38f);
  const NetworkScene scene{.network = {{random_layer(1, 2, random), random_layer(2, 2, random)}},
                           .hidden = large,
                           .labels = {0, 1, 0, 1, 0, 1, 0, 1}};
  for (const auto& [function, name] : knockout_function_names) {
    CAPTURE(name);
    CHECK_THROWS_AS(
        exhaustive_knockout_accuracy(
            scene.subject(), {.function = function, .replace = KnockoutReplace::noise, .noise_sd = 1e38}, draws),
        ComputeError);
  }
}

TEST_CASE("A sign is that of the sum as a real number", "[knockout]") {
  const auto sign = [](std::vector<double> terms) { return sign_of_sum(terms); };
  CHECK(sign({}) == 0);
  CHECK(sign({0, 0}) == 0);
  CHECK(sign({1, -1}) == 0);
  CHECK(sign({1, -0.5}) == 1);
  CHECK(sign({1e30, 1, -1e30}) == 1);
  CHECK(sign({1e30, 1e-30, -1e30, -1e-30}) == 0);
  CHECK(sign({1e30, -1e-30, 1, -1e30, -1}) == -1);
  CHECK(sign({std::ldexp(1, 255), std::ldexp(-1, -298), std::ldexp(-1, 255)}) == -1);
  // Integers of 48 bits times powers of 2, which are added up exactly by 128-bit integers.
  RandomStream random(45, "signs");
  for (int round = 0; round < 20000; ++round) {
    std::vector<double> terms;
    __extension__ __int128 sum = 0;
    const auto count = 1 + random.below(30);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto factor = static_cast<std::int64_t>(random.below(std::uint64_t{1} << 40)) - (std::int64_t{1} << 39);
      const int shift = static_cast<int>(random.below(60));
      terms.push_back(std::ldexp(static_cast<double>(factor), shift));
      sum += static_cast<decltype(sum)>(factor) * (static_cast<decltype(sum)>(1) << shift);
    }
    // Most of what is there taken away again, so that little is left.
    for (std::uint64_t i = 0; i + 1 < count; ++i) terms.push_back(-terms[i]);
    const double last = terms[count - 1];
    REQUIRE(sign_of_sum(terms) == (last > 0) - (last < 0));
    REQUIRE(sign_of_sum(std::span(terms).first(count)) == (sum > 0) - (sum < 0));
  }
}

TEST_CASE("Argmax is exact where sums are equal or next to each other", "[knockout]") {
  RandomStream random(46, "ties");
  const int classes = GENERATE(2, 3, 10, 16, 17, 40);
  const int neurons = 6, samples = 150;
  CAPTURE(classes);
  NetworkScene scene = deep_scene(neurons, 0, classes, samples, random);
  DenseLayer& layer = scene.network.layers.back();
  for (float& value : scene.hidden.reshaped()) value = static_cast<float>(random.below(3)) - 1;
  for (float& weight : layer.weight.reshaped()) weight = static_cast<float>(random.below(5)) - 2;
  layer.bias.setZero();
  SECTION("sums of small whole numbers") {}
  SECTION("a bias of the smallest positive float") { layer.bias(classes - 1) = 1e-38f; }
  SECTION("an enormous weight") {
    layer.weight(classes - 1, 2) = 1e30f;
    layer.bias(0) = 1e-30f;
  }
  SECTION("outputs that are all the same") {
    layer.weight.setConstant(0.3f);
    layer.bias.setConstant(1);
  }
  const KnockoutOptions options{.function = KnockoutFunction::argmax, .replace = KnockoutReplace::resample};
  const Replacement replacement(scene.hidden, options, draws);
  const ArgmaxCounter counter(scene.subject(), replacement);
  const auto counts = counts_of(counter, neurons);
  for (std::uint32_t set = 0; set < 1u << neurons; ++set) {
    // Sums of whole numbers, of 1e30 and of 1e-38 apart: pairs and triples that are compared one after the other.
    RowMatrix<std::uint32_t> expected = RowMatrix<std::uint32_t>::Zero(classes, classes);
    for (std::size_t i = 0; i < static_cast<std::size_t>(samples); ++i) {
      std::array<double, 3> largest{};
      int best = -1;
      for (int c = 0; c < classes; ++c) {
        std::array<double, 3> sum{0, 0, 0};
        const auto put = [&](float weight, float x) {
          const std::size_t part = std::abs(weight) > 1e20f ? 0 : std::abs(weight) > 1e-20f ? 1 : 2;
          sum[part] += double{weight} * double{x};
        };
        put(layer.bias(c), 1);
        for (int k = 0; k < neurons; ++k) {
          const float x =
              NeuronSet(set).contains(k) ? replacement(i, k) : scene.hidden(static_cast<Eigen::Index>(i), k);
          put(layer.weight(c, k), x);
        }
        if (best < 0 || sum > largest) {
          best = c;
          largest = sum;
        }
      }
      ++expected(scene.labels[i], best);
    }
    REQUIRE(counts.middleCols(Eigen::Index{set} * classes, classes) == expected);
  }
}

TEST_CASE("Knockouts by argmax and in deep layers are the same with every instruction set", "[knockout]") {
  RandomStream random(47, "instruction sets");
  for (const int classes : {2, 10, 20}) {
    const NetworkScene last = deep_scene(9, 0, classes, 200, random), deep = deep_scene(7, 1, classes, 200, random);
    const Replacement zero_of_last(9), zero_of_deep(7);
    const ArgmaxCounter argmax(last.subject(), zero_of_last);
    const DeepCounter of_deep(deep.subject(), KnockoutFunction::argmax, zero_of_deep);
    const auto expected = counts_of(argmax, 9), deep_expected = counts_of(of_deep, 7);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      CAPTURE(classes, hwy::TargetName(target));
      const test::OnlyInstructionSets only(target);
      CHECK(counts_of(argmax, 9) == expected);
      // Sums without fused multiply-adds may differ in the last bit.
      const RowMatrix<int> difference = counts_of(of_deep, 7).cast<int>() - deep_expected.cast<int>();
      CHECK(difference.cwiseAbs().sum() <= 4);
    }
  }
}

TEST_CASE("The counts of a set do not depend on the sets that are counted with it", "[knockout]") {
  RandomStream random(48, "runs");
  for (const int after : {0, 1}) {
    const NetworkScene scene = deep_scene(9, after, 3, 150, random);
    const KnockoutOptions options{.replace = KnockoutReplace::noise};
    const Replacement replacement(scene.hidden, options, draws);
    const std::unique_ptr<SetCounter> counter =
        after == 0 ? std::unique_ptr<SetCounter>(std::make_unique<ArgmaxCounter>(scene.subject(), replacement))
                   : std::make_unique<DeepCounter>(scene.subject(), KnockoutFunction::threshold, replacement);
    const auto whole = counts_of(*counter, 9);
    for (const int free : {0, 1, 4}) {
      for (std::uint32_t part = 0; part < 512u >> free; part += 3) {
        const auto counts = counter->count(NeuronSet(part << free), free, Progress::none());
        REQUIRE(counts == whole.middleCols(Eigen::Index{part << free} * 3, counts.cols()));
      }
    }
  }
}

TEST_CASE("A neuron without outgoing weights never matters", "[knockout]") {
  RandomStream random(49, "metamorphic");
  const int after = GENERATE(0, 1, 2);
  const auto function = GENERATE(KnockoutFunction::threshold, KnockoutFunction::argmax);
  NetworkScene scene = deep_scene(7, after, 3, 300, random);
  scene.network.layers[1].weight.col(4).setZero();
  for (const auto& [replace, word] : knockout_replace_names) {
    CAPTURE(after, to_string(function), word);
    const auto found = scan_all(scene, {.function = function, .replace = replace});
    for (std::uint32_t set = 0; set < 128; ++set) CHECK(found.accuracy.col(set) == found.accuracy.col(set | 1u << 4));
  }
}

TEST_CASE("Replacing by the mean changes nothing where activations are constant", "[knockout]") {
  RandomStream random(50, "constant");
  const int after = GENERATE(0, 1);
  const auto function = GENERATE(KnockoutFunction::threshold, KnockoutFunction::argmax);
  const auto replace = GENERATE(KnockoutReplace::mean, KnockoutReplace::resample);
  NetworkScene scene = deep_scene(6, after, 3, 128, random);
  if (after == 1) scene.network.layers[1].activation = Activation::tanh;  // of others all decisions may be the same
  scene.hidden.col(2).setConstant(0.375f);
  const auto found = scan_all(scene, {.function = function, .replace = replace});
  for (std::uint32_t set = 0; set < 64; ++set) CHECK(found.accuracy.col(set) == found.accuracy.col(set | 1u << 2));
  CHECK(found.accuracy.col(0) != found.accuracy.col(1));
}

TEST_CASE("By argmax the intact network decides as argmax of its outputs", "[knockout]") {
  RandomStream random(51, "intact");
  const NetworkScene scene = deep_scene(12, 0, 10, 2000, random);
  const DenseLayer& layer = scene.network.layers.back();
  RowMatrix<float> output = scene.hidden * layer.weight.transpose();
  output.rowwise() += layer.bias.transpose();
  const std::vector<Symbol> decisions = argmax(output);
  double right = 0;
  for (std::size_t i = 0; i < decisions.size(); ++i) right += decisions[i] == scene.labels[i];
  const auto found = scan_all(scene, {.function = KnockoutFunction::argmax});
  CHECK(found.overall[0] == static_cast<float>(right / static_cast<double>(decisions.size())));
}

TEST_CASE("New functions and replacements do not depend on the number of threads", "[knockout]") {
  RandomStream random(52, "threads");
  const NetworkScene last = deep_scene(11, 0, 4, 700, random), deep = deep_scene(8, 2, 4, 700, random);
  const KnockoutOptions options{.function = KnockoutFunction::argmax, .replace = KnockoutReplace::noise};
  const int before = thread_count();
  std::vector<RowMatrix<float>> results;
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    for (const NetworkScene* scene : {&last, &deep}) {
      const auto found = scan_all(*scene, options);
      results.push_back(found.accuracy);
      results.push_back(Eigen::Map<const RowMatrix<float>>(found.overall.data(), 1, std::ssize(found.overall)));
    }
  }
  set_thread_count(before);
  for (std::size_t i = 4; i < results.size(); ++i) CHECK(results[i] == results[i % 4]);
}

TEST_CASE("Knockouts before a layer of each activation are forward passes", "[knockout]") {
  for (const Activation activation : hidden_activations) {
    CAPTURE(to_string(activation));
    NetworkScene scene = deep_scene(5, 1, 3, 120, RandomStream(47, "activation"));
    scene.network.layers[1].activation = activation;
    for (const KnockoutFunction function : {KnockoutFunction::threshold, KnockoutFunction::argmax}) {
      const KnockoutOptions options{.function = function, .replace = KnockoutReplace::mean};
      const Replacement replacement(scene.hidden, options, draws);
      const ExhaustiveKnockout found = scan_all(scene, options);
      for (std::uint32_t index = 0; index < 1u << 5; ++index) {
        const auto expected = forward_knockout(scene.subject(), replacement, NeuronSet(index), function);
        CHECK(expected.doubtful < 3);
        for (int c = 0; c < 3; ++c)
          CHECK(found.accuracy(c, index) == Approx(expected.balanced_accuracy(c)).margin(expected.margin(c)));
      }
    }
  }
}

TEST_CASE("Functions that an output activation does not allow are refused", "[knockout]") {
  NetworkScene scene = deep_scene(3, 0, 3, 40, RandomStream(48, "refused"));
  const auto knock_out = [&](Activation output, KnockoutFunction function) {
    scene.network.layers.back().activation = output;
    return scan_all(scene, {.function = function}).accuracy;
  };
  const auto logits = knock_out(Activation::identity, KnockoutFunction::argmax);
  CHECK(knock_out(Activation::softmax, KnockoutFunction::argmax) == logits);
  CHECK_THROWS_AS(knock_out(Activation::softmax, KnockoutFunction::threshold), UsageError);
  for (const Activation output : {Activation::relu, Activation::gelu, Activation::gelu_tanh, Activation::silu}) {
    CAPTURE(to_string(output));
    CHECK_THROWS_AS(knock_out(output, KnockoutFunction::argmax), UsageError);
    CHECK(knock_out(output, KnockoutFunction::threshold).allFinite());
    CHECK(function_of_output(output) == KnockoutFunction::threshold);
  }
}

TEST_CASE("Outputs of tanh, sigmoid and relu have a threshold, those of identity and softmax the largest",
          "[knockout]") {
  CHECK(function_of_output(Activation::tanh) == KnockoutFunction::threshold);
  CHECK(function_of_output(Activation::sigmoid) == KnockoutFunction::threshold);
  CHECK(function_of_output(Activation::relu) == KnockoutFunction::threshold);
  CHECK(function_of_output(Activation::identity) == KnockoutFunction::argmax);
  CHECK(function_of_output(Activation::softmax) == KnockoutFunction::argmax);
  CHECK(function_of_output(Activation::leaky_relu()) == KnockoutFunction::argmax);
}

#include "experiments/reports/draw_figures.hpp"

#include <fmt/format.h>

#include <functional>

#include "experiments/figures/figures.hpp"

namespace inforelay {
namespace {

std::vector<std::string> class_labels(const NetworkResult& network) {
  std::vector<std::string> labels;
  for (int c = 0; c < network.model.network.output_width(); ++c) labels.push_back(std::to_string(c));
  return labels;
}

TrainingFigure training_figure(const ExperimentResult& result) {
  TrainingFigure figure;
  for (const auto& [name, network] : result.networks) {
    figure.labels = class_labels(network);
    const ModelResult& model = network.model;
    if (model.curve.loss.size() > 0) {
      figure.networks.push_back({.network = name,
                                 .train = curves_by_class(model.curve.accuracy_train),
                                 .test = curves_by_class(model.curve.accuracy_test)});
    }
    if (!model.detectors.empty()) {
      TrainingPanel panel{.network = name + ": detectors",
                          .quantity = "accuracy",
                          .train = {},
                          .test = {},
                          .mean = false,
                          .end_marks = true};
      for (const DetectorCurve& detector : model.detectors) {
        panel.train.push_back(detector.accuracy_train);
        panel.test.push_back(detector.accuracy_test);
      }
      figure.networks.push_back(std::move(panel));
    }
    if (model.staircase) {
      figure.staircases.push_back(
          {.network = name, .train = model.staircase->accuracy_train, .test = model.staircase->accuracy_test});
    }
  }
  return figure;
}

RegressionFigure regression_figure(const ExperimentResult& result) {
  RegressionFigure figure;
  for (const auto& [name, network] : result.networks) {
    if (!network.regression) continue;
    figure.labels = class_labels(network);
    RegressionPanel panel{.network = name, .set_size = {}, .information = {}};
    for (const Regression& fit : network.regression->fits) {
      panel.set_size.push_back(fit.coefficient[1]);
      panel.information.push_back(fit.coefficient[2]);
    }
    figure.networks.push_back(std::move(panel));
  }
  return figure;
}

ClustersFigure clusters_figure(const ExperimentResult& result) {
  ClustersFigure figure{.networks = {}, .quantity = "within-cluster sum of squares a sample"};
  for (const auto& [name, network] : result.networks) {
    if (!network.appendix || network.appendix->clusters.empty()) continue;
    const AppendixResult& appendix = *network.appendix;
    figure.networks.push_back({name, {appendix.clusters.begin(), appendix.clusters.end()}, appendix.cohesion});
  }
  return figure;
}

EntropyFigure entropy_figure(const ExperimentResult& result) {
  EntropyFigure figure;
  for (const auto& [name, network] : result.networks) {
    if (!network.appendix) continue;
    EntropyCurve curve{name, {}, {}};
    RandomWordsBand band;
    for (const EntropyCurvePoint& point : network.appendix->entropy_curve) {
      const auto samples = static_cast<double>(point.samples);
      curve.samples.push_back(samples);
      curve.entropy.push_back(point.entropy_bits);
      band.samples.push_back(samples);
      band.mean.push_back(point.uniform_mean_bits);
      band.low.push_back(point.uniform_mean_bits - 2 * point.uniform_sd_bits);
      band.high.push_back(point.uniform_mean_bits + 2 * point.uniform_sd_bits);
    }
    figure.networks.push_back(std::move(curve));
    // Uniform words of the widest network: the band belongs to its number of neurons.
    const int neurons = static_cast<int>(network.states.begin()->second.hidden.cols());
    if (neurons > figure.neurons) {
      figure.neurons = neurons;
      figure.random = std::move(band);
    }
  }
  return figure;
}

}  // namespace

std::vector<std::string> draw_figures(const FigureOptions& config, const ExperimentResult& result,
                                      const std::filesystem::path& folder, Progress& progress) {
  FigureOptions options = config;
  options.folder = folder;
  if (result.provenance.data_name == "digits") options.note = "data: generated digits, not MNIST";
  const FigureWriter writer(options);

  std::vector<std::function<std::string()>> figures;
  const TrainingFigure training = training_figure(result);
  if (!training.networks.empty() || !training.staircases.empty()) {
    figures.emplace_back([&] { return draw_training(writer, training); });
  }
  for (const auto& each : result.networks) {
    const std::string& name = each.first;
    const NetworkResult& network = each.second;
    const std::vector<std::string> labels = class_labels(network);
    // Where both splits are there, the paper's choice: greedy and single on train, all sets on test.
    const RelayResult& nodes = network.relay.begin()->second;
    for (const auto& [split, relay] : network.relay) {
      if (!relay.exhaustive) continue;
      // Of two splits, the test images keep the plain name.
      const bool both =
          split == Split::train && network.relay.contains(Split::test) && network.relay.at(Split::test).exhaustive;
      const std::string title = both ? fmt::format("{}_{}", name, to_string(split)) : name;
      if (!relay.exhaustive->summaries.empty()) {
        figures.emplace_back([&writer, &relay = relay, title, labels] {
          return draw_sizes(writer, {.network = title,
                                     .labels = labels,
                                     .summaries = relay.exhaustive->summaries,
                                     .greedy_information = relay.greedy.information,
                                     .all_information = relay.all});
        });
      }
      if (!relay.has_table()) continue;
      figures.emplace_back([&writer, &relay = relay, title, labels] {
        return draw_relay(writer, {.network = title,
                                   .labels = labels,
                                   .neurons = static_cast<int>(relay.single.cols()),
                                   .information = relay.exhaustive->information,
                                   .greedy_information = relay.greedy.information,
                                   .all_information = relay.all});
      });
      const auto knockout = network.knockout.find(split);
      if (knockout == network.knockout.end() || !knockout->second.has_table()) continue;
      figures.emplace_back([&writer, &relay = relay, &accuracy = knockout->second.accuracy, &result, title, labels] {
        RandomStream random = RandomStream(static_cast<std::uint64_t>(result.provenance.seed), "figures").child(title);
        return draw_function(writer,
                             {.network = title,
                              .labels = labels,
                              .neurons = static_cast<int>(relay.single.cols()),
                              .information = relay.exhaustive->information,
                              .accuracy = accuracy},
                             random);
      });
    }
    for (const auto& [split, knockout] : network.knockout) {
      if (knockout.summaries.empty()) continue;
      const std::string title = network.knockout.size() > 1 && split == Split::train ? name + "_train" : name;
      figures.emplace_back([&writer, &knockout = knockout, title, labels] {
        return draw_sizes(writer, {.quantity = SizesFigure::Quantity::accuracy,
                                   .network = title,
                                   .labels = labels,
                                   .summaries = knockout.summaries});
      });
    }
    if (nodes.is_wide()) {
      // Neither a panel nor a column for each of so many neurons: the greedy path alone.
      for (const auto& [split, relay] : network.relay) {
        if (!relay.has_greedy()) continue;
        const std::string title = network.relay.size() > 1 && split == Split::train ? name + "_train" : name;
        figures.emplace_back([&writer, &relay = relay, title, labels] {
          return draw_relay(writer, {.network = title,
                                     .labels = labels,
                                     .neurons = static_cast<int>(relay.single.cols()),
                                     .information = RowMatrix<float>(),
                                     .greedy_information = relay.greedy.information,
                                     .all_information = relay.all});
        });
      }
      continue;
    }
    const RelayResult& single = network.relay.rbegin()->second;
    figures.emplace_back([&writer, &nodes, &single, name, labels] {
      return draw_node(writer,
                       {.network = name, .labels = labels, .aggregated = nodes.aggregated, .single = single.single});
    });
    const StatesResult& shape = network.states.rbegin()->second;
    if (network.appendix && network.appendix->component_scores.cols() == 2) {
      figures.emplace_back([&writer, &network, &shape, name, labels] {
        return draw_pca(writer,
                        {.network = name,
                         .labels = labels,
                         .scores = network.appendix->component_scores,
                         .classes = shape.label,
                         .explained = {network.appendix->component_ratio[0], network.appendix->component_ratio[1]}});
      });
    }
    figures.emplace_back([&writer, &shape, name] {
      return draw_activations(writer, {.network = name, .hidden = shape.hidden, .threshold = shape.threshold});
    });
  }
  const RegressionFigure regression = regression_figure(result);
  if (!regression.networks.empty()) figures.emplace_back([&] { return draw_regression(writer, regression); });
  const ClustersFigure clusters = clusters_figure(result);
  if (!clusters.networks.empty()) figures.emplace_back([&] { return draw_clusters(writer, clusters); });
  const EntropyFigure entropy = entropy_figure(result);
  if (!entropy.networks.empty()) figures.emplace_back([&] { return draw_entropy(writer, entropy); });

  std::vector<std::string> names;
  for (const auto& figure : figures) {
    progress.check();
    names.push_back(figure());
    progress.report(names.size(), figures.size());
  }
  return names;
}

}  // namespace inforelay

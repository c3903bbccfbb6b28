#include "experiments/ranks/scan_messages.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/error.hpp"
#include "core/provenance.hpp"
#include "infotheory/relay/exhaustive.hpp"

namespace inforelay {
namespace {

enum class ScanKind : std::uint8_t { relay, knockout, relay_of_levels, measures, measures_of_levels };

constexpr int most_units = UnitStates::max_word_units;

void write_contrasts(MessageWriter& job, std::span<const Contrast> contrasts) {
  job.number(static_cast<std::uint64_t>(contrasts.size()));
  for (const Contrast& contrast : contrasts) {
    for (const SymbolSet* set : {&contrast.input, &contrast.output})
      job.number(static_cast<std::uint64_t>(set->count)).array(set->members);
  }
}

// Contrasts without their names, which scans do not use.
std::vector<Contrast> read_contrasts(MessageReader& job) {
  std::vector<Contrast> contrasts;
  for (auto left = job.number<std::uint64_t>(); left > 0; --left) {
    Contrast& contrast = contrasts.emplace_back();
    for (SymbolSet* set : {&contrast.input, &contrast.output}) {
      set->count = job.number<std::uint64_t>(0, max_symbols, "the number of symbols");
      set->members = job.array<Symbol>();
    }
  }
  return contrasts;
}

void write_table(MessageWriter& job, const TableSource& source) {
  if (const auto* binary = std::get_if<UnitStates>(&source.states))
    job.number(binary->unit_count()).array(binary->words());
  else
    job.matrix(std::get<RowMatrix<std::uint8_t>>(source.states));
  job.array(source.input).array(source.output);
  write_contrasts(job, source.contrasts);
}

template <class Table>
Table read_table(MessageReader& job);

template <>
StateTable read_table(MessageReader& job) {
  const int units = job.number(1, most_units, "the number of units");
  const UnitStates states = UnitStates::from_words(job.array<StateWord>(), units);
  const auto input = job.array<Symbol>(), output = job.array<Symbol>();
  return {states, input, output, read_contrasts(job)};
}

template <>
LevelTable read_table(MessageReader& job) {
  const auto states = job.matrix<std::uint8_t>();
  const auto input = job.array<Symbol>(), output = job.array<Symbol>();
  const std::vector<Contrast> contrasts = read_contrasts(job);
  return contrasts.empty() ? LevelTable(states, input, output) : LevelTable(states, input, output, contrasts);
}

// Results are sent to rank 0, so nothing is added to these scans.
template <class Table>
class ReceivedRelayScan final : public ReceivedScan {
 public:
  explicit ReceivedRelayScan(MessageReader& job)
      : table_(read_table<Table>(job)), path_(read_path(job)), scan_(table_, path_, AllSetsTable::discard) {}
  const SubsetScan& scan() const override { return scan_; }

 private:
  static GreedyRelay read_path(MessageReader& job) {
    GreedyRelay path;
    path.removal_order = job.matrix<std::uint16_t>();
    path.information = job.matrix<double>();
    job.finish();
    return path;
  }

  Table table_;
  GreedyRelay path_;
  ExhaustiveRelayScan scan_;
};

template <class Table>
class ReceivedMeasureScan final : public ReceivedScan {
 public:
  explicit ReceivedMeasureScan(MessageReader& job)
      : table_(read_table<Table>(job)), scan_(table_, read_measures(job), AllSetsTable::discard) {}
  const SubsetScan& scan() const override { return scan_; }

 private:
  static std::vector<SetMeasure> read_measures(MessageReader& job) {
    std::vector<SetMeasure> measures;
    for (const std::uint8_t place : job.array<std::uint8_t>()) {
      if (place >= set_measure_names.size())
        throw DataError("a message between ranks has a measure of unknown kind {}", int{place});
      measures.push_back(set_measure_names[place].first);
    }
    job.finish();
    return measures;
  }

  Table table_;
  SetMeasureScan scan_;
};

class ReceivedKnockoutScan final : public ReceivedScan {
 public:
  explicit ReceivedKnockoutScan(MessageReader& job)
      : network_(read_network(job)),
        layer_(job.number(1, std::numeric_limits<int>::max(), "the layer")),
        hidden_(job.matrix<float>()),
        labels_(job.array<Symbol>()),
        kind_(job.number(0, 1, "the kind of labels") == 1 ? LabelKind::bits : LabelKind::classes),
        options_(read_options(job)),
        random_(read_random(job)),
        scan_({network_, layer_, hidden_, labels_, kind_}, options_, random_, AllSetsTable::discard) {}
  const SubsetScan& scan() const override { return scan_; }

 private:
  static Mlp read_network(MessageReader& job) {
    Mlp network;
    for (auto left = job.number<std::uint64_t>(); left > 0; --left) {
      DenseLayer layer;
      layer.activation = parse_activation(job.text());
      layer.weight = job.matrix<float>();
      const auto bias = job.array<float>();
      layer.bias = Eigen::Map<const Eigen::VectorXf>(bias.data(), static_cast<Eigen::Index>(bias.size()));
      const bool follows = network.layers.empty() || network.layers.back().out() == layer.in();
      if (!follows || layer.in() == 0 || layer.bias.size() != layer.weight.rows()) {
        throw DataError(fmt::format("a message between ranks: layer {} has {} inputs, {} outputs and {} biases",
                                    network.layers.size() + 1, layer.in(), layer.out(), layer.bias.size()));
      }
      network.layers.push_back(std::move(layer));
    }
    return network;
  }
  static KnockoutOptions read_options(MessageReader& job) {
    const bool sampled = job.number(0, 1, "the method") == 1;
    KnockoutOptions options{.method = sampled ? KnockoutMethod::sampled : KnockoutMethod::exact,
                            .sample_size = job.number<int>()};
    options.function = job.number(0, 1, "the function") == 1 ? KnockoutFunction::argmax : KnockoutFunction::threshold;
    const int last = static_cast<int>(knockout_replace_names.size()) - 1;
    options.replace = static_cast<KnockoutReplace>(job.number(0, last, "the replacement"));
    options.noise_sd = job.number<double>();
    return options;
  }

  static RandomStream read_random(MessageReader& job) {
    const auto random = RandomStream::from_key(job.number<std::uint64_t>());
    job.finish();
    return random;
  }

  Mlp network_;
  int layer_;
  RowMatrix<float> hidden_;
  std::vector<Symbol> labels_;
  LabelKind kind_;
  KnockoutOptions options_;
  RandomStream random_;
  KnockoutScan scan_;
};

}  // namespace

MessageWriter begin_job(JobKind kind) {
  MessageWriter job;
  job.number(kind).text(git_revision());
  return job;
}

JobKind read_job(MessageReader& job) {
  const auto kind = job.number<JobKind>();
  if (kind != JobKind::end && kind != JobKind::scan && kind != JobKind::runs) {
    throw DataError(fmt::format("a message between ranks has a job of unknown kind {}", static_cast<int>(kind)));
  }
  if (kind == JobKind::end) return kind;
  const std::string revision = job.text();
  if (revision != git_revision()) {
    throw UsageError(fmt::format("this program is revision {}, that of rank 0 is {}: expected the same on all machines",
                                 git_revision(), revision));
  }
  return kind;
}

Bytes relay_scan_job(const TableSource& source, const GreedyRelay& path) {
  MessageWriter job = begin_job(JobKind::scan);
  const bool binary = std::holds_alternative<UnitStates>(source.states);
  job.number(binary ? ScanKind::relay : ScanKind::relay_of_levels);
  write_table(job, source);
  job.matrix(path.removal_order).matrix(path.information);
  return job.take();
}

Bytes measure_scan_job(const TableSource& source, const std::vector<SetMeasure>& measures) {
  MessageWriter job = begin_job(JobKind::scan);
  const bool binary = std::holds_alternative<UnitStates>(source.states);
  job.number(binary ? ScanKind::measures : ScanKind::measures_of_levels);
  write_table(job, source);
  std::vector<std::uint8_t> places;  // in set_measure_names
  for (const SetMeasure measure : measures) {
    for (std::size_t i = 0; i < set_measure_names.size(); ++i)
      if (set_measure_names[i].first == measure) places.push_back(static_cast<std::uint8_t>(i));
  }
  job.array(places);
  return job.take();
}

Bytes knockout_scan_job(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random) {
  MessageWriter job = begin_job(JobKind::scan);
  job.number(ScanKind::knockout).number(static_cast<std::uint64_t>(subject.network.layers.size()));
  for (const DenseLayer& layer : subject.network.layers) {
    const std::span bias(layer.bias.data(), static_cast<std::size_t>(layer.bias.size()));
    job.text(to_string(layer.activation)).matrix(layer.weight).array(bias);
  }
  job.number(subject.layer).matrix(subject.hidden).array(subject.labels);
  job.number(subject.kind == LabelKind::bits ? 1 : 0);
  job.number(options.method == KnockoutMethod::sampled ? 1 : 0).number(options.sample_size);
  job.number(options.function == KnockoutFunction::argmax ? 1 : 0).number(static_cast<int>(options.replace));
  job.number(options.noise_sd).number(random.key());
  return job.take();
}

std::unique_ptr<ReceivedScan> read_scan_job(MessageReader& job) {
  switch (job.number<ScanKind>()) {
    case ScanKind::relay:
      return std::make_unique<ReceivedRelayScan<StateTable>>(job);
    case ScanKind::relay_of_levels:
      return std::make_unique<ReceivedRelayScan<LevelTable>>(job);
    case ScanKind::measures:
      return std::make_unique<ReceivedMeasureScan<StateTable>>(job);
    case ScanKind::measures_of_levels:
      return std::make_unique<ReceivedMeasureScan<LevelTable>>(job);
    case ScanKind::knockout:
      return std::make_unique<ReceivedKnockoutScan>(job);
  }
  throw DataError("a message between ranks has a scan of unknown kind");
}

Bytes result_message(std::size_t chunk, const ScanChunk& result) {
  MessageWriter message;
  message.number(static_cast<std::uint64_t>(chunk)).number(result.first_class);
  message.number(result.fixed.bits()).number(result.free.bits()).matrix(result.values).array(result.exact_totals);
  return message.take();
}

std::pair<std::size_t, ScanChunk> read_result(std::span<const std::uint8_t> bytes) {
  MessageReader message(bytes);
  const auto chunk = static_cast<std::size_t>(message.number<std::uint64_t>());
  ScanChunk result;
  result.first_class = message.number<int>();
  result.fixed = NeuronSet(message.number<std::uint32_t>());
  result.free = NeuronSet(message.number<std::uint32_t>());
  result.values = message.matrix<float>();
  result.exact_totals = message.array<std::int64_t>();
  message.finish();
  return {chunk, std::move(result)};
}

Bytes failed_message(ExitCode code, std::string_view text) { return MessageWriter().number(code).text(text).take(); }

void throw_failure(std::span<const std::uint8_t> bytes) {
  MessageReader message(bytes);
  const auto code = message.number<ExitCode>();
  const std::string text = message.text();
  if (code == ExitCode::usage) throw UsageError(text);
  if (code == ExitCode::data) throw DataError(text);
  throw ComputeError(text);
}

}  // namespace inforelay

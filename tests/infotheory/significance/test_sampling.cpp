#include "infotheory/significance/sampling.hpp"

#include "tests/catch2.hpp"

namespace inforelay {
namespace {

// The trial of each sample, for trials of these lengths.
std::vector<std::uint32_t> trials(const std::vector<std::size_t>& lengths) {
  std::vector<std::uint32_t> trial;
  for (std::size_t t = 0; t < lengths.size(); ++t) trial.insert(trial.end(), lengths[t], static_cast<std::uint32_t>(t));
  return trial;
}

}  // namespace

TEST_CASE("By default trials are exchanged if eight are of one length, else times within them", "[significance]") {
  const auto exchange = [](const std::vector<std::size_t>& lengths) {
    return sampling_of(trials(lengths), ExchangeChoice::automatic).exchange;
  };
  CHECK(exchange({}) == Exchange::samples);
  CHECK(exchange(std::vector<std::size_t>(20, 1)) == Exchange::samples);  // one time of each
  CHECK(exchange(std::vector<std::size_t>(8, 5)) == Exchange::trials);
  CHECK(exchange(std::vector<std::size_t>(7, 5)) == Exchange::circular_shifts);
  CHECK(exchange({5, 5, 5, 5, 5, 5, 5, 6, 7}) == Exchange::circular_shifts);
  CHECK(exchange({5, 5, 5, 5, 5, 5, 5, 5, 7}) == Exchange::trials);
  CHECK(exchange({100}) == Exchange::circular_shifts);
}

TEST_CASE("The bootstrap draws what depends on nothing else, of at least eight trials", "[significance]") {
  const std::vector<std::uint32_t> eight = trials(std::vector<std::size_t>(8, 3));
  for (const ExchangeChoice choice :
       {ExchangeChoice::automatic, ExchangeChoice::trials, ExchangeChoice::circular_shifts}) {
    const Sampling all = sampling_of(eight, choice);
    CHECK(all.trial == eight);
    CHECK(all.no_bootstrap.empty());
    CHECK(sampling_of(trials({3, 3}), choice).no_bootstrap ==
          "the bootstrap is over trials: 2 trials, expected at least 8");
  }
  CHECK(sampling_of(eight, ExchangeChoice::samples).trial.empty());
  CHECK(sampling_of(trials({3, 3}), ExchangeChoice::samples).no_bootstrap.empty());
  CHECK(sampling_of({}, ExchangeChoice::circular_shifts).no_bootstrap ==
        "the bootstrap is over trials: 1 trial, expected at least 8");
}

}  // namespace inforelay

// Names that other tools have for settings, and values that only look like a misspelt one.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/number_text.hpp"

namespace inforelay {

/// What people know a setting as, and what it is called here.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 18> setting_synonyms{
    {{"epochs", "max_epochs"},
     {"num_epochs", "max_epochs"},
     {"n_epochs", "max_epochs"},
     {"lr", "learning_rate"},
     {"eta", "learning_rate"},
     {"batch", "batch_size"},
     {"minibatch", "batch_size"},
     {"bs", "batch_size"},
     {"opt", "optimizer"},
     {"optimiser", "optimizer"},
     {"criterion", "loss"},
     {"objective", "loss"},
     {"nonlinearity", "activation"},
     {"random_seed", "seed"},
     {"random_state", "seed"},
     {"ablation", "knockout"},
     {"binarize", "discretize"},
     {"checkpoint", "weights"}}};

/// The one of `known` that `key` is a synonym of; "" if there is none.
inline std::string_view known_synonym(std::string_view key, const std::vector<std::string_view>& known) {
  for (const auto& [synonym, name] : setting_synonyms) {
    if (synonym == key && std::find(known.begin(), known.end(), name) != known.end()) return name;
  }
  return {};
}

/// Is it the name of something else that a word which looks like it would be mistaken for? AdamW is not a misspelt
/// Adam.
inline bool means_another_thing(std::string_view word) {
  constexpr std::array<std::string_view, 11> words{"adamw", "adamax", "nadam", "radam", "adagrad", "lamb",
                                                   "lion",  "selu",   "celu",  "nll",   "hinge"};
  const auto same = [](char a, char b) { return ascii_lower(a) == b; };
  return std::any_of(words.begin(), words.end(), [&](std::string_view each) {
    return std::equal(word.begin(), word.end(), each.begin(), each.end(), same);
  });
}

}  // namespace inforelay

// What is knocked out, and how, as the measures of knockouts share it.
#pragma once

#include <string>

#include "experiments/measures/measure.hpp"
#include "nn/knockout/knockout.hpp"

namespace inforelay {

/// The knockouts of a layer on one of analysis.knockout.subsets: the same set has the same accuracy in all measures.
/// Refers to the results and the network of `run`.
struct KnockoutPlace {
  KnockoutSubject subject;
  KnockoutOptions options;  ///< with the function that was chosen for the network
  RandomStream random;

  KnockoutPlace(MeasureRun& run, const std::string& subset);
};

}  // namespace inforelay

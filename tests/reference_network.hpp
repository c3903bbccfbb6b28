// The authors' trained full network (784-20-10, tanh), for tests that compare with published numbers.
#pragma once

#include "nn/mlp.hpp"

namespace inforelay::test {

/// Reads $INFORELAY_DATA/reference/fullModel.model. Inputs are pixels / 255. Its argmax is right on 0.9464 of MNIST's
/// training and 0.9381 of its test images. Throws std::runtime_error where the file is missing or not as expected.
Mlp read_reference_full_network();

}  // namespace inforelay::test

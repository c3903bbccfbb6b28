#!/usr/bin/python3
"""Relay information by counting, set by set, as the paper defines it: eight entropies of joint states (Debian: python3-numpy).

Nothing is shared between sets: each joint variable is written as one integer a sample, and numpy counts the distinct
ones. All sets would take days, so a random sample of them is timed; real_time is what all would take. The network is
the authors' (read by python3-torch).
"""
import os
import sys
import time

import numpy as np
import torch

sys.dont_write_bytecode = True  # bench/ holds sources only
import baselines  # noqa: E402

NEURONS = 20


def entropy_bits(code):
    count = np.unique(code, return_counts=True)[1]
    p = count / len(code)
    return -np.sum(p * np.log2(p))


def relay_information_bits(states, x_in, x_out, relay):
    """I_R = -H(Y0) + H(In,Y0) + H(Y) + H(Out,Y0) - H(In,Y) - H(In,Out,Y0) - H(Out,Y) + H(In,Out,Y), Y = (Y0, YR)."""
    rest = states & ~relay
    both = 2 * x_in + x_out
    total = 0.0
    for y, sign in ((rest, -1), (states, +1)):
        y = y << 2
        total += sign * (entropy_bits(y) - entropy_bits(y | x_in) - entropy_bits(y | x_out) + entropy_bits(y | both))
    return total


def two_means_threshold(values):
    """The best cut of one neuron's activations in two clusters."""
    x = np.sort(values.astype(np.float64))
    n = np.arange(1, len(x))
    lower, total = np.cumsum(x)[:-1], x.sum()
    between = lower**2 / n + (total - lower) ** 2 / (len(x) - n)
    best = int(np.argmax(between))
    return (x[best] + x[best + 1]) / 2


def states_and_predictions(split):
    weights = torch.load(os.path.join(baselines.data_folder(), "reference", "fullModel.model"))
    hidden_weight, hidden_bias, output_weight, output_bias = (
        weights[key].numpy() for key in ("hiddenLayer.weight", "hiddenLayer.bias", "outputLayer.weight", "outputLayer.bias"))
    pixels, labels = baselines.images(split)
    hidden = np.tanh(pixels @ hidden_weight.T + hidden_bias)
    outputs = np.tanh(hidden @ output_weight.T + output_bias)
    states = np.zeros(len(labels), np.int64)
    for neuron in range(NEURONS):
        states |= (hidden[:, neuron] > two_means_threshold(hidden[:, neuron])).astype(np.int64) << neuron
    return states, labels, outputs.argmax(axis=1)


def main():
    parser = baselines.arguments(__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=20, metavar="N", help="random sets timed, each for all ten classes")
    options = parser.parse_args()
    results = baselines.Results("bench/baseline_numpy.py", threads=1, numpy=np.__version__, sets=options.sets)
    random = np.random.default_rng(1)
    for split in ("train", "test"):
        states, labels, predictions = states_and_predictions(split)
        for repetition in range(options.repetitions):
            wall, cpu = time.perf_counter(), time.process_time()
            for relay in random.integers(0, 2**NEURONS, options.sets):
                for cls in range(10):
                    relay_information_bits(states, (labels == cls).astype(np.int64),
                                           (predictions == cls).astype(np.int64), int(relay))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(f"{split}: {1e3 * wall / options.sets / 10:.2f} ms a set and class; all 2^20 sets and ten classes would take "
                  f"{wall / options.sets * 2**NEURONS / 3600:.1f} hours", file=sys.stderr)
            counters = {"repetition": repetition, "repetitions": options.repetitions}
            results.add(f"relay_exhaustive/{split}", wall / options.sets * 2**NEURONS, cpu / options.sets * 2**NEURONS, **counters)
            if split == "train":  # a greedy search asks for 20 + 19 + ... + 1 sets
                asked = NEURONS * (NEURONS + 1) / 2
                results.add("greedy_all_classes/train", wall / options.sets * asked, cpu / options.sets * asked, **counters)
    results.write(options.json)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Prints the calibration of a run of nulls.yaml or relay.yaml: summarise.py RESULTS

For each system and number of samples, over its replicates: quartiles of p of the total by no relay, and the fraction of p
<= 0.05 by either null; mean of the estimate and of its null; the fraction of intervals that cover the true value; mean of
the total by each estimator. Needs h5py and NumPy.
"""
import collections
import sys

import h5py
import numpy as np


def truth(name):
    """Relay information of all units, bits: given the relaying unit, stimulus and choice agree in 80 % as before, but the
    stimulus is known in 80 %: 1 - h(0.2) - (h(0.8 * 0.8 + 0.2 * 0.2) - h(0.2))."""
    h = lambda p: -p * np.log2(p) - (1 - p) * np.log2(1 - p)
    return 1 - h(0.68) if name.startswith("relay") else 0.0


def main():
    with h5py.File(sys.argv[1]) as file:
        for name, recording in file["recordings"].items():
            layer = recording["layers/states"]
            by_size = collections.defaultdict(list)
            for subset in layer["significance"]:
                by_size[int(subset[1:].split("_")[0])].append(subset)
            for size, subsets in sorted(by_size.items()):
                at = lambda path, index=0: np.array([np.ravel(layer[path.format(s)])[index] for s in subsets])
                p = at("significance/{}/total_p")
                line = f"{name:12} N {size:5} replicates {len(subsets)}: p quartiles " + " ".join(
                    f"{q:.2f}" for q in np.quantile(p, [0.25, 0.5, 0.75])) + f", p <= 0.05 in {np.mean(p <= 0.05):.2f}"
                if f"significance/{subsets[0]}/nothing_to_relay" in layer:
                    line += f" (nothing to relay {np.mean(at('significance/{}/nothing_to_relay/total_p') <= 0.05):.2f})"
                line += (f", total {np.mean(at('relay/{}/total')):.4f}, without relay "
                         f"{np.mean(at('significance/{}/total_null_mean')):.4f}, true {truth(name):.4f}")
                if "total_interval" in layer[f"significance/{subsets[0]}"]:
                    low, high = at("significance/{}/total_interval"), at("significance/{}/total_interval", 1)
                    line += f", covered {np.mean((low <= truth(name)) & (truth(name) <= high)):.2f}"
                    low, high = at("significance/{}/single_interval"), at("significance/{}/single_interval", 1)
                    line += f" (unit 0 {np.mean((low <= truth(name)) & (truth(name) <= high)):.2f})"
                print(line + f", extrapolated {np.mean(at('significance/{}/total_extrapolated')):.4f}")
                estimators = [word.decode() for word in layer[f"estimators/{subsets[0]}/estimator"]]
                print("             " + ", ".join(f"{word} {np.mean(at('estimators/{}/total', i)):.4f}"
                                                  for i, word in enumerate(estimators)))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Draws the calibration of finished runs of nulls.yaml and relay.yaml: draw.py NULLS RELAY FIGURE, two results.h5 and the file.

Left to right: the distribution of p where nothing is relayed, which should be the diagonal; the fraction of p up to 0.05 where
there is a relay; how many 95 % intervals hold the true value; the bias of relay information of all units by estimator. Needs
h5py, NumPy and Matplotlib.
"""
import sys

import h5py
import matplotlib
import numpy as np

import summarise

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]


def over_replicates(layer, group, name, index=0):
    """{N: the value of each replicate}."""
    sizes = {}
    for subset in layer[group]:
        sizes.setdefault(int(subset[1:].split("_")[0]), []).append(np.ravel(layer[f"{group}/{subset}/{name}"])[index])
    return {size: np.array(values) for size, values in sorted(sizes.items())}


def layers(path):
    with h5py.File(path) as file:
        for name, recording in file["recordings"].items():
            yield name, recording["layers/states"]


def draw_uniformity(axes, nulls):
    for colour, (name, layer) in zip(COLOURS, layers(nulls)):
        p = np.sort(np.concatenate(list(over_replicates(layer, "significance", "total_p").values())))
        axes.step(p, np.arange(1, len(p) + 1) / len(p), where="post", color=colour, label=name)
    axes.plot([0, 1], [0, 1], color="black", linewidth=0.8)
    axes.set(xlabel="p of no relay", ylabel="fraction of replicates", title="nothing is relayed")


def draw_power(axes, relay):
    for colour, (name, layer) in zip(COLOURS, layers(relay)):
        p = over_replicates(layer, "significance", "total_p")
        axes.plot(list(p), [np.mean(values <= 0.05) for values in p.values()], "o-", color=colour, label=name)
    axes.axhline(0.05, color="black", linewidth=0.8)
    axes.set(xscale="log", ylim=(0, 1.03), xlabel="samples", ylabel="fraction with p up to 0.05", title="a relay is found")


def draw_coverage(axes, relay):
    for colour, (name, layer) in zip(COLOURS, layers(relay)):
        for what, style in (("total", "o-"), ("single", "s--")):
            low, high = (over_replicates(layer, "significance", f"{what}_interval", i) for i in (0, 1))
            true = summarise.truth(name)
            covered = [np.mean((low[size] <= true) & (true <= high[size])) for size in low]
            axes.plot(list(low), covered, style, color=colour, markersize=4,
                      label=f"{name}, {'all units' if what == 'total' else 'the unit'}")
    axes.axhline(0.95, color="black", linewidth=0.8)
    axes.set(xscale="log", ylim=(0.5, 1.03), xlabel="samples", ylabel="intervals with the true value",
             title="95 % intervals")


def draw_bias(axes, nulls, system):
    for name, layer in layers(nulls):
        if name != system:
            continue
        first = next(iter(layer["estimators"]))
        words = [word.decode() for word in layer[f"estimators/{first}/estimator"]]
        for i, (colour, word) in enumerate(zip(COLOURS, words)):
            total = over_replicates(layer, "estimators", "total", i)
            bias = [np.mean(values) - summarise.truth(name) for values in total.values()]
            axes.plot(list(total), bias, "o-", color=colour, markersize=4, label=word)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xscale="log", ylim=(-0.2, 0.35), xlabel="samples", ylabel="bias of all units (bit)",
             title=f"{system}: estimators")


def main():
    nulls, relay, out = sys.argv[1:]
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.4), layout="constrained")
    draw_uniformity(axes[0], nulls)
    draw_power(axes[1], relay)
    draw_coverage(axes[2], relay)
    draw_bias(axes[3], nulls, "irrelevant7")
    for each in axes:
        each.legend(fontsize=7, frameon=False, ncols=2 if each is axes[3] else 1, loc="upper right" if each is axes[3] else "best")
        each.spines[["top", "right"]].set_visible(False)
    figure.savefig(out, dpi=150)


if __name__ == "__main__":
    main()

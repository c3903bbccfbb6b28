#!/usr/bin/python3
"""Recomputes the importance of units from results.h5 by NumPy, by definition.

usage: check_importance.py PAGE RESULTS LAYER    the code of PAGE (docs/importance.md), run on RESULTS and LAYER, gives
                                                 the stored rank correlations; Shapley values, additive fits,
                                                 measures of units and the rest of the verdict are those of slow
                                                 definitions

Prints what differs and exits with 1.
"""
import itertools
import math
import re
import sys

import h5py
import numpy as np


def expect(good, what):
    if not good:
        sys.exit(what)


def code_of(page, results, layer):
    blocks = re.findall(r"```python\n(.*?)```", open(page, encoding="utf-8").read(), re.S)
    code = next(block for block in blocks if "def ranks" in block)
    code = re.sub(r'h5py\.File\(".*?"\)\["[^"]*"\]', f'h5py.File("{results}")["{layer}"]', code)
    expect(results in code, "the page does not open a results file as expected")
    return code


def shapley(value, units):
    """By definition, over the sets without each unit; value(set) of a set as an index."""
    phi = np.zeros(units)
    for unit in range(units):
        others = [k for k in range(units) if k != unit]
        for size in range(units):
            weight = math.factorial(size) * math.factorial(units - size - 1) / math.factorial(units)
            for members in itertools.combinations(others, size):
                index = sum(1 << k for k in members)
                phi[unit] += weight * (value(index | 1 << unit) - value(index))
    return phi


def mutual_information(a, b):
    joint = np.array([[np.mean((a == x) & (b == y)) for y in np.unique(b)] for x in np.unique(a)])
    independent = np.outer(joint.sum(1), joint.sum(0))
    return np.sum(joint[joint > 0] * np.log2(joint[joint > 0] / independent[joint > 0]))


def measures_of_units(layer, weight):
    """The definitions of docs/importance.md, [class, unit] each."""
    states, classes, units = layer["states/test"], len(weight), weight.shape[1]
    value = states["value"][:].astype(float)
    state = states["state"][:][:, None] >> np.arange(units) & 1
    above = value - value.min(0)
    means = np.array([above[states["input"][:] == c].mean(0) for c in range(classes)])
    largest = means.max(0)
    others = (means.sum(0) - largest) / (classes - 1)
    accuracy, information = layer["knockout/test/accuracy"], layer["relay/test/information"]
    all_units = accuracy.shape[1] - 1

    def of(definition):
        return np.array([[definition(c, k) for k in range(units)] for c in range(classes)])

    return {"size": np.ones((classes, units)),
            "weight": weight,
            "weight_deviation": weight * value.std(0),
            "activation_gradient": weight * np.abs(value).mean(0),  # of the last hidden layer
            "selectivity": np.tile((largest - others) / (largest + others), (classes, 1)),
            "knockout_single": of(lambda c, k: accuracy[c, 0] - accuracy[c, 1 << k]),
            "relay_aggregated": layer["relay/test/aggregated"][:],
            "relay_single": of(lambda c, k: information[c, all_units] - information[c, all_units ^ 1 << k]),
            "unit_information_input": of(lambda c, k: mutual_information(states["input"][:] == c, state[:, k])),
            "unit_information_output": of(lambda c, k: mutual_information(states["output"][:] == c, state[:, k]))}


def best_units(value, size):
    """The set of the greatest values, multiples of 2^-40 of the power of two below the largest; of equal ones the first."""
    step = 2.0 ** (np.floor(np.log2(np.abs(value).max())) - 40) if np.any(value) else 1
    return sum(1 << int(k) for k in np.argsort(-np.round(value / step), kind="stable")[:size])


def main():
    page, results, layer_name = sys.argv[1:]
    scope = {}
    exec(code_of(page, results, layer_name), scope)  # prints the table of the page
    layer = h5py.File(results)[layer_name]
    importance, accuracy = layer["importance/test"], layer["knockout/test/accuracy"][:].astype(float)
    information = layer["relay/test/information"][:].astype(float)
    classes, sets = accuracy.shape
    units, everything = int(math.log2(sets)), sets - 1
    for c in (0, classes - 1):
        found = shapley(lambda s: accuracy[c, everything ^ s], units)
        expect(np.allclose(found, importance["shapley_function"][c], atol=1e-6), f"Shapley values of class {c}: {found}")
        found = shapley(lambda s: information[c, s], units)
        expect(np.allclose(found, importance["shapley_information"][c], atol=1e-6), f"of information, class {c}: {found}")
        lesion = [[0 if i == j else accuracy[c, 0] - accuracy[c, 1 << i] - accuracy[c, 1 << j] + accuracy[c, 1 << i | 1 << j]
                   for j in range(units)] for i in range(units)]
        expect(np.allclose(lesion, importance["lesion_function"][c], atol=1e-6), f"lesions of class {c}")

    verdict = importance["verdict"]
    names = [name.decode() for name in verdict["measure"][:]]
    sizes = np.array([bin(s).count("1") for s in range(sets)])
    of_units = {name: values[:] for name, values in importance["unit_measures"].items()}
    for name in ("shapley_function", "shapley_information"):
        of_units[name] = importance[name][:]
        scope["measures"][name] = scope["inside"] @ of_units[name].T
    for name, value in scope["measures"].items():
        row = names.index(name)
        for c in range(classes):
            stored = verdict["spearman"][row, c]
            found = scope["correlation"](name, c)
            expect(np.isclose(found, stored, atol=1e-4, equal_nan=True), f"{name}, class {c}: {found}, stored {stored}")
            lost = -layer["knockout/test/accuracy"][c]
            for size in [None, *range(1, units)]:
                here = np.arange(sets) if size is None else np.flatnonzero(sizes == size)
                x, y = value[here, c], lost[here]
                expected = np.corrcoef(x, y)[0, 1] ** 2 if np.ptp(x) > 1e-9 and np.ptp(y) > 0 else np.nan
                found = verdict["r_squared"][row, c] if size is None else verdict["r_squared_of_size"][row, c, size]
                if np.isfinite(expected):
                    expect(np.isclose(found, expected, atol=1e-5), f"R^2 of {name}, class {c}, size {size}: {found}, {expected}")
                if size is None:
                    continue
                if np.isfinite(expected):
                    ranks = scope["ranks"]
                    expected = np.corrcoef(ranks(x.astype("f4")), ranks(y))[0, 1]
                    found = verdict["spearman_of_size"][row, c, size]
                    expect(np.isclose(found, expected, atol=1e-4), f"{name}, class {c}, size {size}: {found}, {expected}")
                best = best_units(of_units[name][c], size) if name in of_units else here[np.argmax(x)]
                expected = np.mean(y < lost[best]) + np.mean(y == lost[best]) / 2
                found = verdict["percentile"][row, c, size]
                expect(np.isclose(found, expected), f"percentile of {name}, class {c}, size {size}: {found}, {expected}")

    order = layer["relay/test/greedy/removal_order"][:]
    for n in (1, units // 2, units):
        left = [set(row[units - n:]) for row in order]
        jaccard = [[len(a & b) / len(a | b) for b in left] for a in left]
        expect(np.allclose(jaccard, importance["modules/overlap"][:, :, n - 1]), f"overlap of {n} units left")
    expect(sorted(importance["modules/leaf_order"][:]) == list(range(units)), "leaves of the dendrogram")
    first = importance["modules/linkage"][0]
    profile = importance["shapley_information"][:].T
    distances = [np.linalg.norm(profile[i] - profile[j]) for i in range(units) for j in range(i)]
    expect(np.isclose(first[2], min(distances)), "the first merge is not that of the closest units")

    weight = np.abs(h5py.File(results)[layer_name.split("/layers/")[0] + "/model/layer2/weight"][:])
    for name, expected in measures_of_units(layer, weight).items():
        found = importance["unit_measures"][name][:]
        expect(np.allclose(found, expected, atol=1e-6), f"{name}: {found}, expected {expected}")

    indicator = (np.arange(sets)[:, None] >> np.arange(units) & 1).astype(float)
    design = np.column_stack([np.ones(sets), indicator])
    for c in range(classes):
        y = accuracy[c]
        if y.std() == 0 or information[c].std() == 0:
            continue
        rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        for name, expected in (("additive", 1 - rest.var() / y.var()),
                               ("weights", np.corrcoef(indicator @ weight[c], y)[0, 1] ** 2),
                               ("size", np.corrcoef(sizes, y)[0, 1] ** 2),
                               ("information", np.corrcoef(information[c], y)[0, 1] ** 2)):
            found = layer["regression/r_squared_" + name][c]
            expect(np.isclose(found, expected, atol=1e-6), f"R^2 of {name}, class {c}: {found}, expected {expected}")


if __name__ == "__main__":
    main()

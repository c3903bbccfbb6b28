#!/usr/bin/python3
"""Recomputes the importance of units from results.h5 by NumPy, by definition.

usage: check_importance.py PAGE RESULTS LAYER    the code of PAGE (docs/importance.md), run on RESULTS and LAYER, gives
                                                 the stored rank correlations; Shapley values, additive fits and
                                                 percentiles are those of slow definitions

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
    for name, value in scope["measures"].items():
        row = names.index(name)
        for c in range(classes):
            stored = verdict["spearman"][row, c]
            found = scope["correlation"](name, c)
            expect(np.isclose(found, stored, atol=1e-4, equal_nan=True), f"{name}, class {c}: {found}, stored {stored}")
            size = units // 2
            if not np.isfinite(verdict["spearman_of_size"][row, c, size]) or not name.startswith("set_"):
                continue
            here = np.flatnonzero(sizes == size)
            best = here[np.argmax(value[here, c])]
            lost = -layer["knockout/test/accuracy"][c]
            less, equal = np.mean(lost[here] < lost[best]), np.mean(lost[here] == lost[best])
            expect(np.isclose(less + equal / 2, verdict["percentile"][row, c, size]), f"percentile of {name}, class {c}")

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

    indicator = (np.arange(sets)[:, None] >> np.arange(units) & 1).astype(float)
    design = np.column_stack([np.ones(sets), indicator])
    weight = np.abs(h5py.File(results)[layer_name.split("/layers/")[0] + "/model/layer2/weight"][:])
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

"""Slow and obvious definitions, in NumPy only."""
import itertools
import math

import numpy as np


def entropy(*columns):
    """Plug-in, bits, of columns [N] or [N, variables] together."""
    rows = np.column_stack([np.asarray(column).reshape(len(column), -1) for column in columns])
    counts = np.unique(rows, axis=0, return_counts=True)[1]
    p = counts / counts.sum()
    return float(-(p * np.log2(p)).sum())


def conditional_information(x, y, z):
    """I(x; y | z); z [N, variables], perhaps none of them."""
    if z.shape[1] == 0:
        return entropy(x) + entropy(y) - entropy(x, y)
    return entropy(x, z) + entropy(y, z) - entropy(z) - entropy(x, y, z)


def relay_information(states, x, y, units):
    """I(x; y | Y_0) - I(x; y | Y_0, Y_R) of the set Y_R of units."""
    rest = [k for k in range(states.shape[1]) if k not in units]
    return conditional_information(x, y, states[:, rest]) - conditional_information(x, y, states)


def units_of(index):
    return [k for k in range(index.bit_length()) if index >> k & 1]


def all_sets(states, x, y):
    return np.array([relay_information(states, x, y, units_of(s)) for s in range(2 ** states.shape[1])])


def greedy(table):
    """Removal order and what is left, from relay information of all sets of one contrast; ties within 1e-12."""
    left, order, information = set(range(int(len(table)).bit_length() - 1)), [], []
    index = lambda units: sum(1 << k for k in units)
    while left:
        values = {k: table[index(left - {k})] for k in sorted(left)}
        best = max(values.values())
        unit = next(k for k in sorted(left) if values[k] > best - 1e-12)
        left.remove(unit)
        order.append(unit)
        information.append(table[index(left)])
    return order, information


def shapley(value, units):
    """From the definition: the mean over all orders; value(frozenset of the units that are there)."""
    phi = np.zeros(units)
    for order in itertools.permutations(range(units)):
        there = frozenset()
        for unit in order:
            phi[unit] += value(there | {unit}) - value(there)
            there |= {unit}
    return phi / math.factorial(units)


def two_means(values):
    """The cut with the least squares within both sides, by trying all."""
    sorted_values = np.sort(np.asarray(values, np.float64))
    best = None
    for i in range(1, len(sorted_values)):
        if sorted_values[i - 1] == sorted_values[i]:
            continue
        squares = sum(((side - side.mean()) ** 2).sum() for side in (sorted_values[:i], sorted_values[i:]))
        if best is None or squares < best[0] - 1e-12:
            best = squares, (sorted_values[i - 1] + sorted_values[i]) / 2
    return best[1]


def random_system(samples=400, units=5, classes=3, seed=0):
    """Values [N, K], input and output [N] that some of the units relay."""
    random = np.random.default_rng(seed)
    symbol = random.integers(classes, size=samples)
    values = random.normal(size=(samples, units)).astype(np.float32)
    values[:, 0] += 3 * (symbol == 0)
    values[:, 1] += 3 * (symbol == 1)
    values[:, 2] += 2 * (symbol == 0)
    output = np.where(values[:, 0] > 1.5, 0, np.where(values[:, 1] > 1.5, 1, classes - 1))
    return values, symbol, output

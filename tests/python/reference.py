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


class Statistics:
    """What significance takes from all sets of one contrast: x and y [N]."""

    def __init__(self, states, x, y):
        units = states.shape[1]
        self.sets = all_sets(states, x, y)
        self.total = self.sets[-1]
        self.single = [self.total - self.sets[-1 - (1 << k)] for k in range(units)]
        order, information = greedy(self.sets)
        self.greedy = [*information[::-1], self.total]
        self.aggregated = [sum(information[0] - value for value in information[:order.index(k)]) for k in range(units)]
        sizes = np.array([len(units_of(s)) for s in range(len(self.sets))])
        self.maximum = [self.sets[sizes == size].max() for size in range(units + 1)]
        self.maximum_any = max(self.maximum)
        self.last_two = set(order[-2:])
        half = next(size for size, value in enumerate(self.greedy) if value >= self.total / 2)
        self.half = set(order[units - half:]) if self.total > 1e-12 else set()


def statistics(states, input, output, contrast):
    """Of each contrast: of each symbol against the rest, or whole."""
    if contrast == "whole":
        return [Statistics(states, input, output)]
    return [Statistics(states, input == c, output == c) for c in np.unique(np.concatenate([input, output]))]


class Stream:
    """The program's random numbers (core/random.hpp): Philox4x32-10 under a key that follows from seed and name."""

    MASK = 2**64 - 1

    def __init__(self, seed=None, name=None, key=None):
        self.key = key if key is not None else self.mix(self.mix(seed) ^ self.hash(name))
        self.position = 0

    @classmethod
    def mix(cls, x):
        x = (x + 0x9E3779B97F4A7C15) & cls.MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & cls.MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & cls.MASK
        return x ^ (x >> 31)

    @classmethod
    def hash(cls, name):
        value = 0xCBF29CE484222325
        for byte in name.encode():
            value = ((value ^ byte) * 0x100000001B3) & cls.MASK
        return value

    def child(self, index):
        if isinstance(index, str):
            return Stream(key=self.mix(self.mix(self.key) ^ self.hash(index)))
        return Stream(key=self.mix((self.mix(self.key) + self.mix(~index & self.MASK)) & self.MASK))

    def word(self):
        low = 2**32 - 1
        block, half = divmod(self.position, 2)
        counter, key = [block & low, block >> 32, 0, 0], [self.key & low, self.key >> 32]
        for _ in range(10):
            first, second = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
            counter = [(second >> 32) ^ counter[1] ^ key[0], second & low, (first >> 32) ^ counter[3] ^ key[1],
                       first & low]
            key = [(key[0] + 0x9E3779B9) & low, (key[1] + 0xBB67AE85) & low]
        self.position += 1
        return counter[2 * half] | counter[2 * half + 1] << 32

    def below(self, n):
        while True:
            product = self.word() * n
            if product & self.MASK >= (2**64 - n) % n:
                return product >> 64

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items), 1, -1):
            j = self.below(i)
            items[i - 1], items[j] = items[j], items[i - 1]
        return items

    def without_replacement(self, n, count):
        items = list(range(n))
        for i in range(count):
            j = i + self.below(n - i)
            items[i], items[j] = items[j], items[i]
        return items[:count]


def permuted_within(groups, stream):
    """[N] the sample that each gets; rows of `groups` that are equal are exchanged, in ascending order of the rows."""
    source = np.arange(len(groups))
    numbers = (np.unique(groups, axis=0, return_inverse=True)[1].ravel() if groups.shape[1]
               else np.zeros(len(groups), int))
    for group in range(numbers.max() + 1):
        members = np.flatnonzero(numbers == group)
        source[members] = stream.shuffled(members)
    return source


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

#!/usr/bin/env python3
"""Writes recordings of systems whose relay information is known, for nulls.yaml and relay.yaml: make_calibration.py [FOLDER]

Needs nothing but Python. Every recording consists of replicates of several sizes: the column `replicate` has n300_07 for
replicate 7 of 300 samples, which is a subset of its own. Input and output are bits.

independent   output and input are independent; four fair coins as units
skewed        likewise, 1 in a tenth of the samples
sparse        likewise fair, ten units: most states have few samples
irrelevant    the output equals the input in 80 % of the samples; four, seven or ten coins as units, which relay nothing
relay         the same output; of two or five units the first equals the input in 80 % of the samples, the others are coins
"""
import pathlib
import random
import sys

# name: (units, relaying units, agreement of output and input; None: independent, probability of a 1)
SYSTEMS = {
    "independent": (4, 0, None, 0.5),
    "skewed": (4, 0, None, 0.1),
    "sparse": (10, 0, None, 0.5),
    "irrelevant4": (4, 0, 0.8, 0.5),
    "irrelevant7": (7, 0, 0.8, 0.5),
    "irrelevant10": (10, 0, 0.8, 0.5),
    "relay2": (2, 1, 0.8, 0.5),
    "relay5": (5, 1, 0.8, 0.5),
}
SIZES = {
    "independent": [100, 300, 1000], "skewed": [100, 300, 1000], "sparse": [100, 300, 1000],
    "irrelevant4": [100, 300, 1000], "irrelevant7": [100, 300, 1000, 3000], "irrelevant10": [100, 300, 1000, 3000],
    "relay2": [20, 50, 100, 300, 1000], "relay5": [20, 50, 100, 300, 1000],
}
REPLICATES = 60


def samples(name, count, draw):
    units, relays, agreement, ones = SYSTEMS[name]
    for _ in range(count):
        stimulus = int(draw.random() < ones)
        if agreement is None:
            choice = int(draw.random() < ones)
        else:
            choice = stimulus if draw.random() < agreement else 1 - stimulus
        states = [(stimulus if draw.random() < 0.8 else 1 - stimulus) if k < relays else draw.getrandbits(1)
                  for k in range(units)]
        yield [*states, stimulus, choice]


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    for number, (name, sizes) in enumerate(SIZES.items()):
        with open(folder / f"{name}.csv", "w") as table:
            print(*[f"u{k}" for k in range(SYSTEMS[name][0])], "stimulus", "choice", "replicate", sep=",", file=table)
            for size in sizes:
                for replicate in range(REPLICATES):
                    draw = random.Random(f"{number} {size} {replicate}")
                    for row in samples(name, size, draw):
                        print(*row, f"n{size}_{replicate:02}", sep=",", file=table)


if __name__ == "__main__":
    main()

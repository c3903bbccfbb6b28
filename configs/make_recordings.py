#!/usr/bin/env python3
"""Writes recordings of a known system, for recording.yaml and mabe.yaml: make_recordings.py [FOLDER] [SAMPLES]

Needs nothing but Python. A stimulus, left or right, is relayed by two of twelve units and encrypted: unit n4 is a fair
bit, unit n8 is 1 if that bit and the stimulus differ. Neither alone is informative; both together determine the stimulus. The
choice agrees with them in 80 % of the samples. The other ten units are fair bits of their own.

recording.csv has a line for each sample: n1 ... n12, stimulus, choice, split (fit or check). mabe.csv has the same as
MABE writes it: every cell a list, one line per update.
"""
import pathlib
import random
import sys

UNITS, KEY, CIPHER, FIDELITY = 12, 3, 7, 0.8  # numbers of units from 0


def samples(count, seed=1):
    draw = random.Random(seed)
    for _ in range(count):
        stimulus = draw.getrandbits(1)
        units = [draw.getrandbits(1) for _ in range(UNITS)]
        units[CIPHER] = units[KEY] ^ stimulus
        relayed = units[KEY] ^ units[CIPHER]
        yield units, stimulus, relayed if draw.random() < FIDELITY else 1 - relayed


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    words = ["left", "right"]
    names = [f"n{i + 1}" for i in range(UNITS)]
    before = [0] * UNITS
    with open(folder / "recording.csv", "w") as table, open(folder / "mabe.csv", "w") as mabe:
        print(*names, "stimulus", "choice", "split", sep=",", file=table)
        print("input,output,hiddenBefore,hiddenAfter", file=mabe)
        for i, (units, stimulus, choice) in enumerate(samples(count)):
            print(*units, words[stimulus], words[choice], "fit" if i % 2 == 0 else "check", sep=",", file=table)
            cells = [[stimulus], [choice], before, units]
            print(",".join('"' + ",".join(map(str, cell)) + '"' for cell in cells), file=mabe)
            before = units


if __name__ == "__main__":
    main()

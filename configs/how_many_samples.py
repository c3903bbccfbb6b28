#!/usr/bin/env python3
"""Relay information of known systems, estimated from few and from many samples: how_many_samples.py [PROGRAM]

Prints the two tables of docs/recordings.md. Writes recordings and configurations into a temporary folder, runs PROGRAM
(./run_experiment) on them, and reads its results. Needs NumPy and h5py; a minute and 2 GB of disk.

Input and output are bits that agree in 80 % of the samples. In the first table the units are fair bits that have nothing
to do with them; their relay information is 0. In the second one two of twelve units relay, encrypted, as in
make_recordings.py: unit 3 is a fair bit, unit 7 differs from it if the input is 1.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

PROGRAM = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "run_experiment").resolve()
UNITS = (4, 6, 8, 10, 12, 16, 20)
KEY, CIPHER, OTHER = 3, 7, 0


def recording(seed, samples, units, relayed):
    random = np.random.default_rng([seed, samples, units])
    states = random.integers(0, 2, (samples, units), dtype=np.uint8)
    stimulus = random.integers(0, 2, samples, dtype=np.uint8)
    if relayed:
        states[:, CIPHER] = states[:, KEY] ^ stimulus
    choice = stimulus ^ (random.random(samples) >= 0.8)
    return {"states": states, "in": stimulus, "out": choice}


def run(folder, name, recordings, exhaustive):
    """The results of recordings {name: arrays}, as an open file."""
    for key, arrays in recordings.items():
        np.savez(folder / f"{key}.npz", **arrays)
    files = {key: {"file": f"{key}.npz", "states": "states", "input": "in", "output": "out"} for key in recordings}
    config = {"name": name, "recordings": files,
              "analysis": {"discretize": {"method": "threshold", "threshold": 0.5}, "geometry": False,
                           "relay": {"subsets": ["all"], "greedy": False, "exhaustive": ["all"] if exhaustive else []}}}
    (folder / f"{name}.yaml").write_text(json.dumps(config))  # JSON is YAML
    subprocess.run([PROGRAM, f"{name}.yaml", "-q", "-o", name], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return h5py.File(folder / name / "results.h5")


def row(*cells):
    print("|", " | ".join(cells), "|")


def unrelated_units(folder):
    row("samples", *(f"{units} units" if units == UNITS[0] else str(units) for units in UNITS))
    row(*["---"] * (len(UNITS) + 1))
    for samples in (300, 1000, 3000, 10000, 30000, 100000, 1000000):
        cells = []
        for units in UNITS:
            seeds = range(1 if samples > 100000 else 5)
            with run(folder, f"n{samples}_{units}",
                     {f"r{seed}": recording(seed, samples, units, False) for seed in seeds}, False) as results:
                layers = [results[f"recordings/r{seed}/layers/states"] for seed in seeds]
                bits = np.mean([layer["relay/all/total"][0] for layer in layers])
                alone = np.mean([layer["states/all/singleton_fraction"][()] for layer in layers])
            cells.append(f"{bits:.3f} ({100 * alone:.0f} %)".replace("-0.000", "0.000"))
        row(f"{samples:,}", *cells)


def relaying_pair(folder):
    row("samples", "all twelve", "the pair", "one of the pair", "another unit")
    row(*["---"] * 5)
    for samples in (300, 1000, 3000, 10000, 30000):
        seeds = range(3)
        with run(folder, f"pair{samples}", {f"r{seed}": recording(seed, samples, 12, True) for seed in seeds},
                 True) as results:
            tables = [results[f"recordings/r{seed}/layers/states/relay/all/information"][0] for seed in seeds]
        cells = []
        for a_set in (2 ** 12 - 1, 1 << KEY | 1 << CIPHER, 1 << KEY, 1 << OTHER):
            bits = [table[a_set] for table in tables]
            cells.append(f"{min(bits):.2f} to {max(bits):.2f}".replace("-0.00", "0.00"))
        row(f"{samples:,}", *cells)


with tempfile.TemporaryDirectory() as scratch:
    unrelated_units(pathlib.Path(scratch))
    print()
    relaying_pair(pathlib.Path(scratch))

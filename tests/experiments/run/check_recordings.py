"""Runs recordings of known systems in every format and compares the results with brute force:
check_recordings.py PROGRAM FOLDER

Prints every difference and exits with 1 if there is one.
"""
import collections
import functools
import itertools
import json
import math
import pathlib
import struct
import subprocess
import sys

import h5py
import numpy as np

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
EXACT, FLOAT = 1e-12, 1e-6  # numbers in double, and the table of all sets in float
problems = []


def expect(condition, text):
    if not condition:
        problems.append(text)


# --- brute force, by the definition --------------------------------------------------------------------------------

def entropy(*columns):
    counts = collections.Counter(map(tuple, np.column_stack(columns).tolist()))
    total = sum(counts.values())
    return -sum(n / total * math.log2(n / total) for n in counts.values())


def conditional(a, b, given):
    if given.shape[1] == 0:
        return entropy(a) + entropy(b) - entropy(a, b)
    return entropy(a, given) + entropy(b, given) - entropy(a, b, given) - entropy(given)


def relay_of_sets(states, a, b):
    """units -> relay information, for every set"""
    every = range(states.shape[1])
    sets = [s for n in range(states.shape[1] + 1) for s in itertools.combinations(every, n)]
    given_all = conditional(a, b, states)
    return {s: conditional(a, b, states[:, [k for k in every if k not in s]]) - given_all for s in sets}


@functools.lru_cache
def relay_of_case(name, symbol):
    """The same in a case and its contrast, once for all formats."""
    states, a, b, _ = cases[name]
    return relay_of_sets(states, (a == symbol).astype(int), (b == symbol).astype(int))


# --- the systems of known relay information: rows (input, output, units), each equally likely --------------------------

def bits(n):
    return list(itertools.product((0, 1), repeat=n))


def flips(tenths=10):
    return [0] * (tenths - 1) + [1]  # 1 in one of ten


def table_cases():
    """name -> (rows, {units: relay information of the table})"""
    yield "bypass_of_a_copy", [(a, a, (a, n)) for a, n in bits(2)], {(0,): 1, (1,): 0, (0, 1): 1}
    yield "two_copies", [(a, a, (a, a)) for (a,) in bits(1)], {(0,): 0, (1,): 0, (0, 1): 1}
    yield "encrypted", [(a, a, (n, a ^ n)) for a, n in bits(2)], {(0,): 1, (1,): 1, (0, 1): 1}
    yield ("majority", [(int(sum(x) > 1), int(sum(x) > 1), x) for x in bits(3)],
           {(0,): 0.5, (1, 2): 0.8112781244591328, (0, 1, 2): 1})
    yield "and", [(a & b, a & b, (a, b)) for a, b in bits(2)], {(0,): 0.5, (1,): 0.5, (0, 1): 0.8112781244591328}
    yield "parity", [(sum(x) % 2, sum(x) % 2, x) for x in bits(3)], {(0,): 1, (1, 2): 1, (0, 1, 2): 1}
    yield "collider", [(a, b, (a ^ b,)) for a, b in bits(2)], {(0,): -1}
    yield "bypass", [(a, a, (n,)) for a, n in bits(2)], {(0,): 0}
    yield "channel", [(a, a ^ f, (a ^ f,)) for (a,) in bits(1) for f in flips()], {(0,): 0.5310044064107188}
    yield ("two_channels", [(a, a ^ f ^ g, (a ^ f,)) for (a,) in bits(1) for f in flips() for g in flips()],
           {(0,): 0.31992295427172})
    yield "rare", [(a, a, (a,)) for a in flips()], {(0,): 0.4689955935892812}
    # Several symbols: one_vs_rest has other values than the table, brute force decides.
    yield "two_bits", [(2 * a + b, 2 * a + b, (a, b)) for a, b in bits(2)], {}
    yield "half_relayed", [(2 * a + b - 7, 2 * a + b - 7, (a,)) for a, b in bits(2)], {}


random = np.random.default_rng(1)
cases = {}
for name, rows, known in table_cases():
    cases[name] = (np.array([r[2] for r in rows]), np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), known)
stimulus = random.integers(-1, 2, 400) * 10**12
cases["random"] = (random.integers(0, 2, (400, 5)), stimulus,
                   np.where(random.random(400) < 0.7, stimulus, random.permutation(stimulus)), {})


# --- the formats -------------------------------------------------------------------------------------------------------

def write_text(file, separator, states, a, b):
    with open(file, "w") as out:
        print(*(f"n{k + 1}" for k in range(states.shape[1])), "in", "out", sep=separator, file=out)
        for row, x, y in zip(states, a, b):
            print(*row, x, y, sep=separator, file=out)


def write_safetensors(file, arrays):
    header, data = {}, b""
    for name, array in arrays.items():
        code = {"i": "I64", "u": "U8", "f": "F16"}[array.dtype.kind]
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write(name, states, a, b):
    """Writes all formats; returns their recordings as YAML's maps."""
    common = {"input": "in", "output": "out"}
    units = states.shape[1]
    write_text(folder / f"{name}.csv", ",", states, a, b)
    write_text(folder / f"{name}.tsv", "\t", states, a, b)
    np.savez_compressed(folder / f"{name}.npz", states=np.asfortranarray(states.astype(">f4")), **{"in": a, "out": b})
    np.save(folder / f"{name}.npy", states.astype(bool))
    np.savez(folder / f"{name}_labels.npz", **{"in": a.astype(">i8"), "out": b})
    with h5py.File(folder / f"{name}.h5", "w") as file:
        file["a/states"], file["in"], file["out"] = states.astype(np.int16), a, b
    with h5py.File(folder / f"{name}.mat", "w", userblock_size=512) as file:
        for key, array in {"states": states.astype(float).T, "in": a[None, :].astype(float), "out": b[:, None]}.items():
            file[key] = array
            file[key].attrs["MATLAB_class"] = np.bytes_("double" if array.dtype.kind == "f" else "int64")
    write_safetensors(folder / f"{name}.safetensors", {"states": states.astype(np.float16), "in": a, "out": b})
    with open(folder / f"{name}_mabe.csv", "w") as out:
        print("input,output,hiddenAfter", file=out)
        for row, x, y in zip(states, a, b):
            print(f'"0,{x}","{y}","{",".join(map(str, row))}"', file=out)
    return {
        "csv": {"file": f"{name}.csv", "states": f"n1..n{units}", **common},
        "tsv": {"file": f"{name}.tsv", "states": [f"n{k + 1}" for k in range(units)], **common},
        "npz": {"file": f"{name}.npz", "states": "states", **common},
        "npy": {"file": f"{name}.npy", "input": f"{name}_labels.npz:in", "output": f"{name}_labels.npz:out"},
        "h5": {"file": f"{name}.h5", "states": "/a/states", **common},
        "mat": {"file": f"{name}.mat", "states": "states", **common},
        "st": {"file": f"{name}.safetensors", "states": "states", **common},
        "mabe": {"file": f"{name}_mabe.csv", "format": "mabe", "states": "hiddenAfter", "input": "input[1]",
                 "output": "output[0]"}}


def run(name, recordings, analysis):
    config = {"name": name, "recordings": recordings,
              "analysis": {"discretize": {"method": "threshold", "threshold": 0.5}} | analysis}
    (folder / f"{name}.yaml").write_text(json.dumps(config))  # JSON is YAML
    done = subprocess.run([program, f"{name}.yaml", "-o", f"{name}_out"], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{name}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return h5py.File(folder / f"{name}_out" / "results.h5")


def compare(place, group, subset, states, a, b, known=None, case=None):
    """The results of a layer on a subset against brute force."""
    names = [name.decode() for name in group.parent.parent["class"][:]]
    expect(names == [str(v) for v in sorted({*a.tolist(), *b.tolist()})], f"{place}: classes {names}")
    got = group[f"relay/{subset}"]
    units = states.shape[1]
    for c, symbol in enumerate(map(int, names)):
        value = (relay_of_case(case, symbol) if case
                 else relay_of_sets(states, (a == symbol).astype(int), (b == symbol).astype(int)))
        every = tuple(range(units))
        checks = [("total", got["total"][c], value[every], EXACT)]
        checks += [(f"single {k}", got["single"][c, k], value[every] - value[tuple(u for u in every if u != k)], EXACT)
                   for k in range(units)]
        left = list(every)
        for step, unit in enumerate(got["greedy/removal_order"][c]):
            left.remove(unit)
            checks.append((f"greedy {step}", got["greedy/information"][c, step], value[tuple(left)], EXACT))
        checks += [(f"set {s}", got["information"][c, sum(1 << k for k in s)], v, FLOAT) for s, v in value.items()]
        if known and symbol == 1:
            checks += [(f"table {s}", value[s], v, EXACT) for s, v in known.items()]
        for what, found, expected, tolerance in checks:
            expect(abs(found - expected) <= tolerance, f"{place}, class {symbol}, {what}: {found}, expected {expected}")
    expect(np.array_equal(group[f"states/{subset}/value"][:], states), f"{place}: values")


recordings = {}
for name, (states, a, b, known) in cases.items():
    for kind, recording in write(name, states, a, b).items():
        recordings[f"{name}_{kind}"] = (recording, name)
results = run("formats", {key: value[0] for key, value in recordings.items()}, {})
for key, (_, name) in recordings.items():
    compare(key, results[f"recordings/{key}/layers/states"], "all", *cases[name], case=name)

# Trials, times and subsets: the samples come trial by trial, whatever the order of the axes.
trials, times, units = 30, 4, 3
spikes = random.integers(0, 2, (trials, times, units))
by_trial, by_step = random.integers(0, 3, trials), random.integers(0, 3, (trials, times))
split = np.where(np.arange(trials) % 3 == 0, "check", "fit")
np.savez(folder / "trials.npz", a=spikes, b=spikes.transpose(1, 2, 0), c=spikes[:, :, :2], stimulus=by_trial,
         choice=by_step, choice_b=by_step.T, split=split)
common = {"file": "trials.npz", "input": "stimulus", "subset": "split"}
axes_a, axes_b = ["trial", "time", "unit"], ["time", "unit", "trial"]
results = run("trials", {
    "a": {**common, "states": {"v1": "a", "v4": "c"}, "axes": axes_a, "output": "choice"},
    "b": {**common, "states": "b", "axes": axes_b, "output": "choice_b"},
    "some": {**common, "states": "a", "axes": axes_a, "output": "choice", "time": [3, 1]}},
    {"relay": {"subsets": ["fit", "check"], "exhaustive": ["fit", "check"]}})
for key, layer, chosen, columns in (("a", "v1", range(times), 3), ("a", "v4", range(times), 2),
                                    ("b", "states", range(times), 3), ("some", "states", [3, 1], 3)):
    group = results[f"recordings/{key}/layers/{layer}"]
    for subset in ("fit", "check"):
        where = np.flatnonzero(split == subset)
        steps = [(t, s) for t in where for s in chosen]
        compare(f"{key}, {layer}, {subset}", group, subset, np.array([spikes[t, s, :columns] for t, s in steps]),
                np.array([by_trial[t] for t, _ in steps]), np.array([by_step[t, s] for t, s in steps]))
        states = group[f"states/{subset}"]
        expect(list(zip(states["trial"][:], states["time"][:])) == steps, f"{key}, {subset}: trial and time")

# Each time by itself, against brute force over its trials.
results = run("each", {"a": {**common, "states": "a", "axes": axes_a, "output": "choice", "time": "each"}},
              {"relay": {"subsets": ["fit", "check"], "exhaustive": ["fit", "check"]}})
names = [int(name) for name in results["recordings/a/class"][:]]
for subset in ("fit", "check"):
    where = np.flatnonzero(split == subset)
    got = results[f"recordings/a/layers/states/relay/{subset}"]
    expect(got["single"].dims[0][0].name.endswith("/a/time"), "time is no dimension")
    for t in range(times):
        for c, symbol in enumerate(names):
            value = relay_of_sets(spikes[where, t], (by_trial[where] == symbol).astype(int),
                                  (by_step[where, t] == symbol).astype(int))
            checks = [("total", got["total"][t, c], value[(0, 1, 2)], EXACT)]
            checks += [(f"set {s}", got["information"][t, c, sum(1 << k for k in s)], v, FLOAT) for s, v in value.items()]
            checks += [(f"single {k}", got["single"][t, c, k],
                        value[(0, 1, 2)] - value[tuple(u for u in range(units) if u != k)], EXACT) for k in range(units)]
            for what, found, expected, tolerance in checks:
                expect(abs(found - expected) <= tolerance, f"each, {subset}, time {t}, {what}: {found}, not {expected}")

for problem in problems:
    print(problem)
print(f"{len(recordings)} recordings in all formats")
sys.exit(1 if problems else 0)

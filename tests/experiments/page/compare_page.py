#!/usr/bin/env python3
"""Compares report.html with results.h5 in Chromium: compare_page.py SETS FOLDER...

For every layer, time and subset with tables of all sets, SETS different random sets: relay information to 1e-6 bit for all contrasts;
and, of the last hidden layer by the exact method, accuracy to 1e-9. In other hidden layers outputs within rounding of the
threshold may come out on either side: there to 1e-3. Of knockouts by noise, which the page does not have, that it says so. Prints
what was compared; exits with 1 at the first difference, a table of fewer sets, or an error in the console.
"""
import itertools
import json
import random
import sys

import h5py

from browser import Browser


def compare(page, where, table, function, tolerance, sets):
    if not table[:].max() - table[:].min() > 0.01:
        sys.exit(f"{function} {where}: all sets are alike, which compares nothing")
    if table.shape[1] < sets:
        sys.exit(f"{function} {where}: {table.shape[1]} sets, expected at least {sets}")
    chosen = random.Random(1).sample(range(table.shape[1]), sets)
    found = page.evaluate(f"{json.dumps(chosen)}.map((set) => Array.from({{length: {table.shape[0]}}}, (_, c) => "
                          f"window.inforelay.{function}(c, set, {json.dumps(where)})))")
    expected = table[:, sorted(chosen)].T
    columns = {s: i for i, s in enumerate(sorted(chosen))}
    worst = 0
    for set_index, values in zip(chosen, found):
        for c, value in enumerate(values):
            difference = abs(value - float(expected[columns[set_index], c]))
            worst = max(worst, difference)
            if not difference <= tolerance:
                sys.exit(f"{function} {where}, class {c}, set {set_index}: {value} in the page, "
                         f"{expected[columns[set_index], c]} in results.h5")
    print(f"{function} {where}: {len(chosen)} sets, largest difference {worst:.3g}")


def check_noise(page, where):
    asked = f"window.inforelay.accuracy(0, 1, {json.dumps(where)})"
    refused = page.evaluate(f"(() => {{ try {{ return {asked}; }} catch (e) {{ return e.message; }} }})()")
    if refused != "replacement by noise cannot be computed from this page":
        sys.exit(f"accuracy by noise: {refused}")
    offered = page.evaluate("[...document.querySelectorAll('#choices select')].map((s) => [...s.options].map((o) => o.value).join()).includes('zero,mean')")
    if not offered:
        sys.exit("zero and mean are not offered in place of noise")


def compare_folder(page, folder, sets):
    compared = 0
    with h5py.File(folder + "/results.h5") as file:
        page.open(folder + "/report.html")
        for kind in ("networks", "recordings"):
            for network, system in file.get(kind, {}).items():
                numbers = [int(name[5:]) for name in system.get("model", {}) if name.startswith("layer")]
                for name, layer in system["layers"].items():
                    times = system["time"][:].tolist() if "time" in system else [None]
                    for (t, time), (subset, relay) in itertools.product(enumerate(times), layer["relay"].items()):
                        where = {"network": network, "layer": name, "subset": subset}
                        if time is not None:
                            table = relay["information"][t] if "information" in relay else None
                            if table is not None and table.max() - table.min() > 0.01:
                                compare(page, {**where, "time": time}, table, "information", 1e-6, sets)
                                compared += 1
                            continue
                        if "information" in relay:
                            compare(page, where, relay["information"], "information", 1e-6, sets)
                            compared += 1
                        knockout = layer.get(f"knockout/{subset}")
                        if knockout is None or "accuracy" not in knockout or knockout.attrs["method"] not in ("exact", b"exact"):
                            continue
                        if knockout.attrs["replace"] in ("noise", b"noise"):
                            check_noise(page, where)
                            continue
                        exact = int(name) == max(numbers) - 1
                        compare(page, where, knockout["accuracy"], "accuracy", 1e-9 if exact else 1e-3, sets)
                        compared += 1
    if page.errors:
        sys.exit("\n".join(["console:"] + page.errors))
    if compared == 0:
        sys.exit(f"{folder}: nothing to compare")


def main():
    sets, folders = int(sys.argv[1]), sys.argv[2:]
    with Browser() as page:
        for folder in folders:
            print(folder)
            compare_folder(page, folder, sets)


main()

#!/usr/bin/env python3
"""Compares what report.html says of chance with significance/ of results.h5: compare_chance.py FOLDER

In the verdict the interval, null and p of all units; in the set builder p and null of the greedy and the best set of a size, and of
a single unit; in the units' numbers p of each. Exits with 1 at the first difference.
"""
import csv
import io
import math
import sys

import h5py

from browser import Browser
from chance import expected_chance_tile, tile_of

# Rows of a table as texts, its heads first; numbers of the null of a set come later than the view.
TABLE = """(() => { const rows = [...document.querySelectorAll('%s tr')];
                    return rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent)); })()"""


def main():
    folder = sys.argv[1]
    with Browser() as page, h5py.File(folder + "/results.h5") as file:

        def check(what, found, expected):
            if found != expected:
                sys.exit(f"{what}: {found!r} in the page, expected {expected!r}")

        def p_text(p):
            return str(float(f"{p:.2g}")).removesuffix(".0")

        def csv_of(view):
            return list(csv.reader(io.StringIO(page.csv_of(view))))

        layer = file["networks/full/layers/1"]
        relay, chance = layer["relay/test"], layer["significance/test"]
        units, size, c = relay["single"].shape[1], 2, 1
        order = relay["greedy/removal_order"][c]
        greedy = sorted(order[units - size:])
        page.open(folder + "/report.html", f"#network=full&subset=test&class={c}&set={'.'.join(map(str, greedy))}")
        rows = page.evaluate(TABLE % "#verdict table")
        for k, row in enumerate(rows[1:]):
            low, high = chance["total_interval"][k]
            check(f"interval of class {k}", row[2], f"{low:.3f}\u2013{high:.3f}")
            check(f"null of class {k}", row[5], f"{chance['total_null'][k, 2]:.4f}")
            check(f"p of class {k}", row[6], p_text(chance["total_p"][k]))
        check("classes", len(rows) - 1, relay["total"].shape[0])
        for subset in ("test", "train"):
            page.open(folder + "/report.html", f"#network=full&subset={subset}&class={c}&set={'.'.join(map(str, greedy))}")
            check(f"tile of chance, {subset}", tile_of(page, "above chance"), expected_chance_tile(layer, subset))
        page.open(folder + "/report.html", f"#network=full&subset=test&class={c}&set={'.'.join(map(str, greedy))}")

        page.wait("document.querySelector('#set .null').textContent")
        said = {row[0]: row[1:] for row in csv_of("set") if row and row[0] not in ("class", "relay information of")}
        best = [k for k in range(units) if int(relay["best/set"][c, size]) >> k & 1]
        for what, name, value in ((f"the greedy set of {size}: {' '.join(map(str, greedy))}", "greedy", relay["greedy/information"][c, units - 1 - size]),
                                  (f"the best set of {size}: {' '.join(map(str, best))}", "maximum", relay["best/information"][c, size])):
            low, high = chance[f"{name}_null"][c, size, 0], chance[f"{name}_null"][c, size, 2]
            check(what, said.get(what), [f"{value:.4f}", f"{low:.4f} to {high:.4f}", p_text(chance[f"{name}_p"][c, size])])
        said_of_p = page.evaluate("document.querySelector('#set .null').textContent")
        sets = math.comb(units, size) if greedy == best else sum(range(size + 1, units + 1))
        check("the p of a chosen set", f"chosen as the best of {sets:,} sets, for which this p is too small; the test of that is in the table below." in said_of_p, True)
        methods = page.evaluate("document.querySelector('#methods .paragraph').textContent")
        for part in ("method kmeans, 2 levels", "searched greedily", "19 permutations, samples permuted", "tested by 9 permutations",
                     f"{int(chance.attrs['bootstrap'])} bootstrap resamples of samples", "Intervals of level 95.0 %"):
            check(f"{part} in Methods", part in methods, True)
        check("this set", said["this set"][0], f"{relay['greedy/information'][c, units - 1 - size]:.4f}")
        check("all units", said["all units"][2], p_text(chance["total_p"][c]))

        rows = csv_of("units")
        check("units", sorted(int(row[0]) for row in rows[1:]), list(range(units)))
        for row in rows[1:]:
            k = int(row[0])
            check(f"loss of unit {k}", row[1], f"{relay['single'][c, k]:.4f}")
            check(f"p of unit {k}", row[4], p_text(chance["single_p"][c, k]))
            check(f"place of unit {k}", row[6], str(units - list(order).index(k)))
            check(f"accuracy of unit {k}", row[7], f"{layer['knockout/test/accuracy'][c, 1 << k]:.4f}")
        band = {int(row[1]): row[2] for row in csv_of("landscape") if row[0] == "null_95_percent"}
        for n in range(units + 1):
            if abs(float(band[n]) - chance["maximum_null"][c, n, 2]) > 1e-12:
                sys.exit(f"band of {n} units: {band[n]}")
        if page.errors:
            sys.exit("\n".join(["console:"] + page.errors))


main()

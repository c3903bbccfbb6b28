#!/usr/bin/env python3
"""Uses the report.html of a network with a layer of 64 units, of which the page has the values of some samples: use_wide_page.py FOLDER

Relay information of sets of the greedy path equals results.h5; accuracies say of which samples they are, and are close to those of
all; what cannot be shown is said. Exits with 1 and says what is wrong.
"""
import sys
from collections import Counter

import h5py

from browser import Browser
from chance import expected_chance_tile, tile_of


def main():
    folder = sys.argv[1]
    with Browser() as page, h5py.File(folder + "/results.h5") as file:

        def check(what, value, expected=True):
            if value != expected:
                sys.exit(f"{what}: {value!r}, expected {expected!r}")

        layer = file["networks/full/layers/1"]
        order, information = layer["relay/test/greedy/removal_order"][:], layer["relay/test/greedy/information"][:]
        classes, units = order.shape
        where = {"network": "full", "layer": "1", "subset": "test"}
        page.open(folder + "/report.html", "#class=1&set=0")
        for c in range(classes):
            for removed in (1, units // 2, units - 3):
                found = page.evaluate(f"window.inforelay.information({c}, {order[c][removed:].tolist()}, {where})")
                if abs(found - information[c, removed - 1]) > 1e-9:
                    sys.exit(f"class {c}, {removed} removed: {found} in the page, {information[c, removed - 1]} in results.h5")

        check("tile of chance", tile_of(page, "above chance"), expected_chance_tile(layer, "test"))

        # The chance of the accuracy is that of all samples.
        counts = Counter(layer["states/test/input"][:].tolist())
        note = page.evaluate("[...document.querySelectorAll('#verdict .tile')].find((t) => t.querySelector('.name').textContent === 'accuracy (argmax)')"
                             ".querySelector('.note').textContent")
        check("commonest class", note, f"the commonest class has {max(counts.values()) / sum(counts.values()):.4f}")

        check("a wide layer half named", page.evaluate(
            "(() => { try { return window.inforelay.information(0, 1, {layer: '1'}); } catch (e) { return e.message.includes('name network, layer and subset'); } })()"))
        check("accuracy of some samples is refused", page.evaluate(
            f"(() => {{ try {{ return window.inforelay.accuracy(0, 1, {where}); }} catch (e) {{ return e.name; }} }})()"), "RangeError")
        press = "[...document.querySelectorAll('#set button')].find((b) => b.textContent === '%s').click()"
        check("no table of all sets", page.evaluate("[...document.querySelectorAll('#set .tools button:not([hidden])')].map((b) => b.textContent)"),
              ["Add best", "Drop worst", "Greedy of this size", "Invert", "Clear"])
        page.evaluate(press % "Greedy of this size")
        check("greedy set of one", page.evaluate("new URLSearchParams(location.hash.slice(1)).get('set')"), str(order[1][-1]))
        page.evaluate(press % "Add best")
        page.wait("document.querySelectorAll('button.unit[aria-pressed=true]').length === 2")
        check("samples are named", "drawn at random" in page.evaluate("document.querySelector('#set caption').textContent"))
        page.wait("document.querySelector('#walk .missing')")
        check("walk", page.evaluate("document.querySelectorAll('#walk path.line').length") >= 4)
        check("walk names the samples", "drawn at random" in page.evaluate("document.querySelector('#walk .missing').textContent"))

        # Of single units: accuracies of the samples drawn beside those of all.
        single = layer["knockout/test/accuracy_single"][:]
        for k in range(0, units, 13):
            page.open(folder + "/report.html", f"#class=1&set={k}")
            cell = page.evaluate("document.querySelector('#set tbody tr:nth-child(2)').lastElementChild.previousElementSibling.textContent")
            if abs(float(cell) - single[1, k]) > 0.08:
                sys.exit(f"accuracy without unit {k}: {cell} of some samples, {single[1, k]} of all")
        page.wait("document.querySelector('#landscape .missing')")
        check("landscape", page.evaluate("document.querySelectorAll('#landscape path.greedy').length"), 1)
        check("units", page.evaluate("document.querySelectorAll('#units svg.chart').length"), 3)
        check("modules", page.evaluate("document.querySelectorAll('#modules svg.chart').length"), 2)
        if page.errors:
            sys.exit("\n".join(["console:"] + page.errors))


main()

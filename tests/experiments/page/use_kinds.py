#!/usr/bin/env python3
"""Uses the pages of networks, of knockouts and contrasts of several kinds: use_kinds.py RESAMPLE BITS WHOLE FIT

RESAMPLE: folder of a run with replace: resample; BITS: of a Boolean task, whose classes are output bits; WHOLE: of one with contrast:
whole; FIT: of one with discretize.fit: train. What the views show is compared with results.h5. Exits with 1 and says what is wrong.
"""
import sys

import h5py

from browser import Browser
from chance import expected_chance_tile, tile_of

SET = 5  # units 0 and 2


class Page:
    def __init__(self, browser, folder):
        self.browser, self.folder = browser, folder
        self.layer = h5py.File(folder + "/results.h5")["networks/full/layers/1"]
        browser.open(folder + "/report.html", "#set=0.2")
        browser.wait("document.querySelector('#landscape svg') && document.querySelector('#samples .body').childElementCount > 0")

    def check(self, what, found, expected=True):
        if found != expected:
            sys.exit(f"{self.folder}: {what}: {found!r}, expected {expected!r}")

    def evaluate(self, expression):
        return self.browser.evaluate(expression)

    def wait(self, condition):
        self.browser.wait(condition)

    def text(self, selector):
        return self.evaluate(f"document.querySelector({selector!r}).textContent")

    def cells(self, section, caption):
        """Rows of the table whose caption begins so: [[text]], without its heads; none without such a table."""
        return self.evaluate(f"[...([...document.querySelectorAll('#{section} table')].find((t) => t.caption.textContent.startsWith('{caption}'))?.tBodies[0].rows ?? [])]"
                             ".map((row) => [...row.cells].map((cell) => cell.textContent))")

    def check_accuracies(self, rows, column):
        """Those of results.h5 with the set replaced, and intact."""
        accuracy = self.layer["knockout/test/accuracy"][:]
        for c, row in enumerate(rows):
            self.check(f"accuracy of {row[0]}", row[column:column + 2], [f"{accuracy[c, SET]:.4f}", f"{accuracy[c, 0]:.4f}"])
        self.check("classes", len(rows), accuracy.shape[0])


def use_resample(page):
    page.check("replacements", page.evaluate("[...[...document.querySelectorAll('#choices select')].pop().options].map((o) => o.value)"),
               ["zero", "mean", "resample"])
    page.check_accuracies(page.cells("set", "Set {0 2}"), 6)
    page.evaluate("document.querySelector('button.unit').click()")
    page.check("address", page.evaluate("new URLSearchParams(location.hash.slice(1)).get('replace')"), "resample")
    page.wait("document.querySelectorAll('#walk path.line').length >= 6")
    page.check("curves by resampling", page.evaluate("document.querySelectorAll('#walk path.line.resample').length"), 2)
    expected = expected_chance_tile(page.layer, "test")
    page.check("tile of chance", tile_of(page.browser, "above chance"), expected)
    page.check("classes of too few samples", expected[2])
    page.check("methods", "replaced by their values in another sample" in page.text("#methods .paragraph"))


def use_bits(page):
    names = [name.decode() if isinstance(name, bytes) else name for name in page.layer.parent.parent["class"][:]]
    page.check("classes", page.evaluate("[...document.querySelectorAll('#verdict tbody th')].map((e) => e.textContent)"), names)
    page.check_accuracies(page.cells("set", "Set {0 2}"), 6)
    tiles = page.evaluate("Object.fromEntries([...document.querySelectorAll('.tile')].map((t) => [t.querySelector('.name').textContent, t.querySelector('.value').textContent]))")
    page.check("all bits right", tiles.get("samples with all bits right"), f"{page.layer['states/test/argmax_accuracy'][()]:.4f}")
    page.check("methods", "for each output bit, of its value in input and output" in page.text("#methods .paragraph"))
    # The decisions of the samples about a bit add up to what its accuracy loses.
    accuracy, label = page.layer["knockout/test/accuracy"][:], page.layer["states/test/input"][:]
    moved = 0
    for c, name in enumerate(names):
        page.evaluate(f"document.querySelectorAll('#verdict tbody th button')[{c}].click()")
        page.wait(f"document.querySelector('#samples .body p').textContent.includes('decisions about class {name} become wrong')")
        wrong = page.cells("samples", "By their class")
        lost = {0: 0, 1: 0}
        symbols = page.evaluate("JSON.parse(document.getElementById('data').textContent).systems[0].symbols")
        for symbol, _, worse, better in wrong:
            lost[symbols.index(symbol) >> c & 1] += int(worse) - int(better)
        ones = sum(int(x) >> c & 1 for x in label)
        found = lost[1] / ones / 2 + lost[0] / (len(label) - ones) / 2
        moved += lost[0] ** 2 + lost[1] ** 2
        expected = float(accuracy[c, 0]) - float(accuracy[c, SET])
        page.check(f"what {name} loses, {found} and {expected}", abs(found - expected) < 1e-6)
    page.check("a bit that loses something", moved > 0)


def use_whole(page):
    page.check("contrasts", page.evaluate("document.querySelectorAll('#verdict tbody tr').length"), 1)
    page.check("no accuracy of a contrast", page.evaluate("[...document.querySelectorAll('#verdict thead th')].some((e) => e.textContent.includes('accuracy'))"), False)
    page.check_accuracies(page.cells("set", "Balanced accuracy"), 1)
    page.wait("document.querySelector('#set .null').textContent")
    page.check("null", "more than two symbols" in page.text("#set .null"))
    page.check("samples", page.text("#samples .missing"), "Needs contrasts of single classes.")
    page.check("walk", page.text("#walk .missing"), "Needs the greedy search, by class.")
    page.check("landscape", page.evaluate("document.querySelectorAll('#landscape svg').length"), 1)
    page.check("cuts", "method kmeans, 2 levels, cuts made of these samples" in page.text("#methods .paragraph"))
    page.check("methods", "of the input and output symbols themselves" in page.text("#methods .paragraph"))
    value = page.layer["relay/test/information"][0, SET]
    page.check("information", page.text("#set tbody td"), f"{value:.4f}")


def use_fit(page):
    page.check("methods", 'method kmeans, 3 levels, cuts made of subset "train"' in page.text("#methods .paragraph"))
    page.check("replaced by the mean", page.evaluate("new URLSearchParams(location.hash.slice(1)).get('replace') ?? [...document.querySelectorAll('#choices select')].pop().value"), "mean")


def main():
    with Browser() as browser:
        for use, folder in zip((use_resample, use_bits, use_whole, use_fit), sys.argv[1:]):
            use(Page(browser, folder))
            if browser.errors:
                sys.exit("\n".join([folder, "console:"] + browser.errors))


main()

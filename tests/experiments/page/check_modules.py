#!/usr/bin/env python3
"""Checks modules of the page against references in Python: check_modules.py FOLDER_OF_SOURCES"""
import base64
import fractions
import json
import math
import random
import struct
import sys
import zlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from browser import Browser


def packed(type_name, code, values):
    return {"type": type_name, "shape": [len(values)], "data": base64.b64encode(struct.pack(f"<{len(values)}{code}", *values)).decode()}


def entropy(values):
    counts, n = Counter(values), len(values)
    return -sum(c / n * math.log2(c / n) for c in counts.values())


def conditional_information(x, y, z):
    """I(X;Y|Z) from entropies."""
    return (entropy(list(zip(x, z))) + entropy(list(zip(y, z))) - entropy(list(zip(x, y, z))) - entropy(z))


def random_sums(draw):
    for _ in range(500):
        terms = [draw.choice([-1, 1]) * draw.random() * 2.0 ** draw.randint(-60, 60) for _ in range(draw.randint(0, 6))]
        terms += [-t for t in terms] + [draw.choice([0.0, 1.0, -1.0]) * 2.0 ** draw.randint(-200, -100)]
        draw.shuffle(terms)
        yield terms


def check_signs(page, draw):
    sums = list(random_sums(draw))
    found = page.evaluate(f"{json.dumps(sums)}.map((terms) => window.accuracy.signOfSum(terms))")
    for terms, sign in zip(sums, found):
        exact = sum(map(fractions.Fraction, terms))
        if sign != (exact > 0) - (exact < 0):
            sys.exit(f"sign of {terms}: {sign}")


def check_information(page, draw):
    for units, levels, classes, whole in [(3, 2, 2, False), (4, 3, 3, False), (10, 2, 4, False), (3, 4, 5, True), (1, 2, 2, True)]:
        samples = 60
        states = [tuple(draw.randrange(levels) for _ in range(units)) for _ in range(samples)]
        inputs = [(s[0] + draw.randrange(2)) % classes for s in states]
        outputs = [i if draw.random() < 0.7 else draw.randrange(classes) for i in inputs]
        rows = Counter(zip(states, inputs, outputs))
        size = (units + 7) // 8 if levels == 2 else units
        bytes_of = lambda s: ([sum(s[8 * b + j] << j for j in range(8) if 8 * b + j < units) for b in range(size)] if levels == 2 else list(s))
        table = {"levels": levels, "state_bytes": size, "state": packed("u8", "B", [b for s, _, _ in rows for b in bytes_of(s)]),
                 "input": packed("u16", "H", [i for _, i, _ in rows]), "output": packed("u16", "H", [o for _, _, o in rows]),
                 "count": packed("u32", "I", list(rows.values()))}
        page.evaluate(f"window.relay = new window.information.RelayInformation({json.dumps(table)}, {units}, {classes}, {json.dumps(whole)}), 0")
        for _ in range(20):
            chosen = [draw.randrange(2) for _ in range(units)]
            others = [tuple(v for v, c in zip(s, chosen) if not c) for s in states]
            found = page.evaluate(f"window.relay.ofAll({chosen})")
            for c, value in enumerate(found):
                x = inputs if whole else [i == c for i in inputs]
                y = outputs if whole else [o == c for o in outputs]
                expected = conditional_information(x, y, others) - conditional_information(x, y, states)
                alone = page.evaluate(f"window.relay.of({c}, {chosen})")
                if abs(value - expected) > 1e-11 or alone != value:
                    sys.exit(f"information of {chosen}, contrast {c}: {value} and {alone}, expected {expected}")
        if not whole:
            check_null(page, draw, states, inputs, outputs, units)


def check_null(page, draw, states, inputs, outputs, units):
    """Means over many permutations, of the page and of Python."""
    chosen = [1] + [draw.randrange(2) for _ in range(units - 1)]
    others = [tuple(v for v, c in zip(s, chosen) if not c) for s in states]
    own = [tuple(v for v, c in zip(s, chosen) if c) for s in states]
    x, y = [i == 0 for i in inputs], [o == 0 for o in outputs]
    groups = {}
    for i, other in enumerate(others):
        groups.setdefault(other, []).append(i)
    given, values = conditional_information(x, y, others), []
    for _ in range(400):
        moved = list(own)
        for group in groups.values():
            for i, j in zip(group, draw.sample(group, len(group))):
                moved[i] = own[j]
        values.append(given - conditional_information(x, y, list(zip(others, moved))))
    found = page.evaluate(f"""(() => {{
        let seed = 7;
        const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647, next = window.relay.nullOf(0, {chosen}, random);
        return Array.from({{length: 400}}, () => next(random)); }})()""")
    mean = sum(values) / 400
    sd = math.sqrt(sum((v - mean) ** 2 for v in values) / 400)
    if abs(sum(found) / 400 - mean) > 5 * sd * math.sqrt(2 / 400) + 1e-12:
        sys.exit(f"null of {chosen}: mean {sum(found) / 400}, expected {mean} within {sd}")


def check_ties(page):
    """A sum that is exactly 0 is not on; of two equal sums the lowest class is largest, whatever doubles make of them."""
    tiny = 2.0 ** -40
    knockout = {"value": packed("f32", "f", [1, 1, 1]), "label": packed("u16", "H", [0, 1, 1]), "mean": packed("f32", "f", [1])}
    for bias, fn, expected in [([-1, -1], "threshold", [0] * 6), ([-1 + 2.0 ** -24, -1], "threshold", [1, 0] * 3),
                               ([0, 0], "argmax", [0] * 3), ([0, tiny], "argmax", [1] * 3)]:
        next_layer = [{"weight": packed("f32", "f", [1, 1]), "bias": packed("f32", "f", bias), "activation": "tanh"}]
        found = page.evaluate(f"Array.from(new window.accuracy.Accuracy({json.dumps(knockout)}, {json.dumps(next_layer)}, 1, 2)"
                              f".decisions([0], '{fn}', 'zero'))")
        if found != expected:
            sys.exit(f"decisions of {bias} by {fn}: {found}, expected {expected}")


def deflated(content, level=9, strategy=zlib.Z_DEFAULT_STRATEGY):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return packer.compress(content) + packer.flush()


def check_inflate(page, draw):
    """Blocks that are stored, of fixed and of own codes; runs that overlap; data that are cut off, longer or damaged."""
    contents = [b"", b"a", b"abc" * 40000, draw.randbytes(70000), bytes(draw.choice(b"ab cde") for _ in range(50000)),
                bytes(min(255, int(draw.expovariate(0.05))) for _ in range(200000))]
    kinds = [(0, zlib.Z_DEFAULT_STRATEGY), (1, zlib.Z_DEFAULT_STRATEGY), (9, zlib.Z_DEFAULT_STRATEGY), (9, zlib.Z_HUFFMAN_ONLY), (9, zlib.Z_FIXED)]
    page.evaluate("""window.inflated = (text, size) => {
        try {
            const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), found = window.inflate.inflate(bytes, size);
            let sum = 0;
            for (const byte of found) sum = (sum * 31 + byte + 1) % 4294967291;
            return sum;
        } catch (e) { return e.message; } }""")

    def found(packed_bytes, size):
        return page.evaluate(f"window.inflated('{base64.b64encode(packed_bytes).decode()}', {size})")

    for content in contents:
        expected = 0
        for byte in content:
            expected = (expected * 31 + byte + 1) % 4294967291
        for kind in kinds:
            small = deflated(content, *kind)
            if found(small, len(content)) != expected:
                sys.exit(f"{len(content)} bytes, deflated by {kind}: {found(small, len(content))}")
            for wrong, size in ((small[:-1], len(content)), (small + b"x", len(content)), (small, len(content) + 1),
                                (small, max(0, len(content) - 1) if content else 1)):
                message = found(wrong, size)
                if not str(message).startswith("compressed data: "):
                    sys.exit(f"{len(content)} bytes, deflated by {kind}, with mistakes: {message}")


def check_unpack(page, draw):
    """Values from their bytes, first bytes first."""
    for name, code, width, values in (("u8", "B", 1, list(range(200))), ("u16", "H", 2, [300 * i for i in range(200)]),
                                      ("f32", "f", 4, [struct.unpack("f", struct.pack("f", draw.gauss(0, 1)))[0] for _ in range(300)]),
                                      ("f64", "d", 8, [draw.gauss(0, 1) for _ in range(300)])):
        content = struct.pack(f"<{len(values)}{code}", *values)
        planes = b"".join(content[b::width] for b in range(width))
        array = {"type": name, "shape": [2, len(values) // 2], "deflated": base64.b64encode(deflated(planes)).decode()}
        found = page.evaluate(f"(() => {{ const a = window.arrays.unpack({json.dumps(array)}); return [Array.from(a), a.shape, Array.from(window.arrays.row(a, 1))]; }})()")
        if found != [values, array["shape"], values[len(values) // 2:]]:
            sys.exit(f"values of type {name}: {found}")


def check_smallest(page, load):
    """On greedy paths, which may rise again, the smallest set with enough information; with all sets, the best of them."""
    greedy = [0.8, 0.3, 0.6, 0.2, 0.0]  # of 4, 3, 2, 1 and 0 units; 1.0 of all five
    arrays = {"relay/test/total": packed("f64", "d", [1.0]), "relay/test/greedy/information": {**packed("f64", "d", greedy), "shape": [1, 5]},
              "relay/test/greedy/removal_order": {**packed("u8", "B", [4, 0, 3, 1, 2]), "shape": [1, 5]}}
    subset = {"name": "test", "samples": 1, "contrasts": ["a"], "whole": False, "left_out": [], "results": list(arrays)}
    data = {"systems": [{"name": "n", "kind": "network", "classes": ["a"], "symbols": ["a"], "bits": False, "source": "",
                         "layers": [{"name": "1", "title": "n", "units": 5, "arrays": arrays, "subsets": [subset]}]}]}
    page.evaluate(f"""(() => {{
        const element = document.createElement('script');
        element.type = 'application/json';
        element.id = 'data';
        element.textContent = {json.dumps(json.dumps(data))};
        document.body.append(element); }})()""")
    load("model")  # which reads the data
    for part, expected in ((0.9, [5, 1.0]), (0.7, [4, 0.8]), (0.6, [2, 0.6]), (0.25, [2, 0.6]), (0.2, [1, 0.2]), (0.1, [1, 0.2])):
        found = page.evaluate(f"(() => {{ const one = window.model.systems[0].layers[0].subsets[0].smallest(0, {part}); "
                              "return [one.set.reduce((a, b) => a + b, 0), one.bits]; })()")
        if found != expected:
            sys.exit(f"smallest set of a greedy path with {part} of the information: {found}, expected {expected}")


def main():
    sources, draw = Path(sys.argv[1]).resolve(), random.Random(1)
    with TemporaryDirectory() as folder, Browser(options=["--allow-file-access-from-files"]) as page:
        empty = Path(folder) / "empty.html"
        empty.write_text("<!DOCTYPE html><title>empty</title>")
        page.open(str(empty))
        def load(*modules):
            for module in modules:
                page.evaluate(f"import('file://{sources}/{module}.js').then((found) => {{ window.{module} = found; }})")

        load("inflate", "arrays", "accuracy", "information")
        check_inflate(page, draw)
        check_unpack(page, draw)
        check_signs(page, draw)
        check_information(page, draw)
        check_ties(page)
        check_smallest(page, load)
        if page.errors:
            sys.exit("\n".join(page.errors))


main()

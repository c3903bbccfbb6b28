"""Fragmentation and smearedness against their definitions."""
import unittest
import warnings

import numpy as np

import inforelay as ir
import reference
from test_significance import level_system

CASES = [(2, 3, "one_vs_rest"), (3, 2, "one_vs_rest"), (5, 7, "whole"), (5, 3, "one_vs_rest"), (2, 4, "whole")]


def concepts(input, output, symbols, contrast):
    """(X_in, X_out) of each contrast."""
    return [(input, output)] if contrast == "whole" else [(input == c, output == c) for c in range(symbols)]


class Spread(unittest.TestCase):
    def setUp(self):
        quiet = warnings.catch_warnings()
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)
        warnings.simplefilter("ignore", ir.SamplingWarning)

    def each_case(self):
        for number, (levels, symbols, contrast) in enumerate(CASES):
            states, input, output = level_system(150, levels, symbols, 20 + number)
            states = np.concatenate([states, (input % levels)[:, None]], 1)
            states[::3, 3] = 0
            yield states, concepts(input, output, symbols, contrast), dict(
                states=states, input=input, output=output, contrast=contrast, discretize="symbols")

    def test_fragmentation_is_the_least_size_with_enough(self):
        theta = [0.05, 0.3, 0.6, 0.9, 1]
        for states, contrasts, arguments in self.each_case():
            found = ir.fragmentation(theta=theta, **arguments)
            for c, (x, _) in enumerate(contrasts):
                known = np.array([reference.conditional_information(x, states[:, units], states[:, []]) if units else 0
                                  for units in map(reference.units_of, range(16))])
                sizes = np.array([len(reference.units_of(s)) for s in range(16)])
                for kind, full in (("feature", reference.entropy(x)), ("shared", known[-1])):
                    for t, part in enumerate(theta):
                        enough = sizes[known >= part * full - 1e-7]
                        least = enough.min() if enough.size else -1
                        self.assertEqual(getattr(found, kind)[c, t], least)
                        chosen = getattr(found, kind + "_set")[c, t]
                        if least < 0:
                            self.assertEqual(chosen, -1)
                            continue
                        self.assertEqual(sizes[chosen], least)
                        self.assertAlmostEqual(known[chosen], known[sizes == least].max(), 6)

    def test_smearedness_is_what_units_and_concepts_share(self):
        for states, contrasts, arguments in self.each_case():
            found = ir.smearedness(**arguments)
            m = np.array([[reference.conditional_information(x, states[:, [k]], y[:, None]) for k in range(4)]
                          for x, y in contrasts])
            np.testing.assert_allclose(found.representation, m, atol=1e-12)
            pairs = lambda rows: sum(np.minimum(rows[i], rows[k]).sum() for i in range(len(rows)) for k in range(i))
            self.assertAlmostEqual(found.over_nodes, pairs(m.T), 12)
            self.assertAlmostEqual(found.over_concepts, pairs(m), 12)

    def test_named_axes_and_texts(self):
        states, input, output = level_system(200, 2, 3, 1)
        found = ir.fragmentation(states, input, output)
        self.assertEqual(found.to_xarray()["shared"].dims, ("class", "theta"))
        self.assertEqual(int(found.to_xarray()["shared"].sel(theta=1.0)[1]), found.shared[1, 9])
        self.assertIn("10 20 30", repr(found))
        self.assertIn("bits over nodes", repr(ir.smearedness(states, input, output)))

    def test_threads(self):
        states, input, output = level_system(200, 4, 3, 2)
        threads, first = ir.threads(), None
        try:
            for n in (1, 2, 5):
                ir.set_threads(n)
                both = ir.fragmentation(states, input, output), ir.smearedness(states, input, output)
                first = first or both
                self.assertEqual(both, first)
        finally:
            ir.set_threads(threads)


if __name__ == "__main__":
    unittest.main()

"""Null distributions, bootstrap and subsampling."""
import unittest

import numpy as np

import inforelay as ir
import reference


class Significance(unittest.TestCase):
    def setUp(self):
        self.values, self.input, self.output = reference.random_system(600, 4)

    def test_a_relay_is_found_and_noise_is_not(self):
        found = ir.significance(self.values, self.input, self.output, permutations=99, sets=[[0, 1], [3]], bootstrap=20,
                                subsample=True, draws=2)
        self.assertEqual(found.total_p.tolist(), [0.01] * 3)
        self.assertEqual(found.single_p.shape, (3, 4))
        self.assertLess(found.sets_p[0, 0], 0.05)
        self.assertEqual(found.sets_null.shape, (3, 2, 3))
        self.assertEqual(found.total_interval.shape, (3, 2))
        self.assertTrue((found.total_interval[:, 0] < found.total_interval[:, 1]).all())
        self.assertEqual(found.curve_total.shape, (3, 4))
        total = ir.analyze(self.values, self.input, self.output).total
        np.testing.assert_array_equal(found.total, total)
        np.testing.assert_allclose(found.curve_total[:, -1], total, atol=1e-12)
        dataset = found.to_xarray()
        self.assertEqual(dataset["single_null"].dims, ("class", "unit", "null_percent"))
        self.assertEqual(dataset["curve_total"].coords["curve_samples"].values.tolist(), [75, 150, 300, 600])
        self.assertIn("0.01", repr(found))

    def test_p_values_count_the_null(self):
        shuffled = np.random.default_rng(8).permutation(self.output)
        found = ir.significance(self.values, self.input, shuffled, permutations=99, null="nothing_to_relay")
        self.assertTrue((found.total_p > 0.01).any())

    def test_the_best_set_is_tested_against_the_best_of_each_permutation(self):
        found = ir.significance(self.values, self.input, self.output, permutations=19, maximum=True)
        best = ir.analyze(self.values, self.input, self.output, exhaustive=True).best.information
        np.testing.assert_allclose(found.maximum_any, best.max(1), atol=1e-12)
        self.assertEqual(found.maximum_p.shape, (3, 5))

    def test_a_seed_gives_the_same_numbers_for_any_number_of_threads(self):
        call = lambda seed: ir.significance(self.values, self.input, self.output, permutations=20, bootstrap=5,
                                            seed=seed)
        threads = ir.threads()
        try:
            ir.set_threads(1)
            one = call(1)
            ir.set_threads(3)
            self.assertEqual(call(1), one)
            self.assertNotEqual(call(2), one)
        finally:
            ir.set_threads(threads)

    def test_trials_follow_from_axes(self):
        trials = self.values.reshape(60, 10, 4)
        found = ir.significance(trials, self.input.reshape(60, 10), self.output.reshape(60, 10),
                                axes=["trial", "time", "unit"], exchange="circular_shifts", permutations=19)
        same = ir.significance(self.values, self.input, self.output, trial=np.repeat(np.arange(60), 10),
                               exchange="circular_shifts", permutations=19)
        self.assertEqual(found, same)


    def test_samples_of_a_trial_are_not_exchanged_one_by_one(self):
        slow = lambda seed, trials: [np.repeat(np.random.default_rng(seed).integers(2, size=(trials, n)), 50, 0)
                                     .reshape(trials, 50, n) for n in (3, 1, 1)]

        def test(seed, trials, **options):
            states, *symbols = slow(seed, trials)
            return ir.significance(states, *(each[..., 0] for each in symbols), axes=["trial", "time", "unit"],
                                   permutations=19, **options)

        found = [test(seed, 20, bootstrap=2) for seed in range(10)]
        self.assertEqual({one._attributes["exchange"] for one in found}, {"trials"})
        self.assertEqual(found[0]._attributes["bootstrap_of"], "trials")
        # Nothing is related: p is 0.05 in one of twenty. Exchanged one by one, samples make it the least that there is.
        self.assertLess(np.mean([one.total_p.min() <= 0.05 for one in found]), 0.5)
        one_by_one = [test(seed, 20, exchange="samples", bootstrap=2) for seed in range(10)]
        self.assertEqual(one_by_one[0]._attributes["bootstrap_of"], "samples")
        self.assertGreater(np.mean([one.total_p.min() <= 0.05 for one in one_by_one]), 0.8)
        self.assertEqual(test(0, 7)._attributes["exchange"], "circular_shifts")
        with self.assertRaisesRegex(ir.UsageError, "the bootstrap is over trials: 7 trials, expected at least 8"):
            test(0, 7, bootstrap=2)
        self.assertEqual(test(0, 20, time=3)._attributes["exchange"], "samples")

    def test_sets_may_be_an_iterator(self):
        call = lambda sets: ir.significance(self.values, self.input, self.output, permutations=9, sets=sets)
        self.assertEqual(call(iter([[0], [1, 2]])), call([[0], [1, 2]]))


def level_system(samples, levels, symbols, seed):
    """States [N, 3] of `levels` levels, of which one relays; input, output [N] of so many symbols."""
    random = np.random.default_rng(seed)
    input = random.integers(symbols, size=samples)
    states = random.integers(levels, size=(samples, 3))
    states[:, 0] = np.where(random.random(samples) < 0.8, input % levels, states[:, 0])
    states[:, 2] *= random.random(samples) < 0.4
    output = np.where(random.random(samples) < 0.8, states[:, 0] % symbols, random.integers(symbols, size=samples))
    return states, input, output


CASES = [(3, 2, "one_vs_rest"), (5, 4, "one_vs_rest"), (3, 7, "whole"), (5, 3, "whole"), (2, 2, "whole")]


class SeveralLevels(unittest.TestCase):
    """Against the definitions, for the same random numbers."""

    samples, level, seed = 40, 0.8, 3

    def call(self, system, contrast, **options):
        return ir.significance(*system, discretize="symbols", contrast=contrast, level=self.level, seed=self.seed,
                               **options)

    def check_null(self, found, name, observed, nulls):
        """observed [class, ...], nulls: a list of such arrays."""
        observed, nulls = np.array(observed), np.array(nulls)
        np.testing.assert_allclose(getattr(found, name), observed, atol=1e-12, err_msg=name)
        p = (1 + (nulls >= observed - 1e-12).sum(0)) / (1 + len(nulls))
        np.testing.assert_array_equal(getattr(found, name + "_p"), p, err_msg=name)
        quantiles = np.moveaxis(np.quantile(nulls, [0.05, 0.5, 0.95], axis=0), 0, -1)
        np.testing.assert_allclose(getattr(found, name + "_null"), quantiles, atol=1e-12, err_msg=name)

    def test_permutations(self):
        for number, (levels, symbols, contrast) in enumerate(CASES):
            states, input, output = system = level_system(self.samples, levels, symbols, number)
            for null in ("no_relay", "nothing_to_relay"):
                with self.subTest(levels=levels, symbols=symbols, contrast=contrast, null=null):
                    found = self.call(system, contrast, permutations=6, null=null, sets=[[0], [2, 1]], maximum=True)

                    def permuted(others, stream):
                        for p in range(6):
                            source = reference.permuted_within(states[:, others], stream.child(p))
                            yield reference.statistics(
                                states, input[source] if null == "no_relay" else input, output[source], contrast)

                    observed = reference.statistics(states, input, output, contrast)
                    stream = reference.Stream(self.seed, null)
                    nulls = list(permuted([], stream))
                    best = list(permuted([], reference.Stream(self.seed, "maximum")))
                    of = lambda each, name: [getattr(one, name) for one in each]
                    for name in ("total", "single", "aggregated", "greedy"):
                        self.check_null(found, name, of(observed, name), [of(each, name) for each in nulls])
                    for name in ("maximum", "maximum_any"):
                        self.check_null(found, name, of(observed, name), [of(each, name) for each in best])
                    columns = [[[one.sets[index] for one in each] for each in permuted(others, stream.child(f"set{i}"))]
                               for i, (index, others) in enumerate([(1, [1, 2]), (6, [0])])]
                    self.check_null(found, "sets", [[one.sets[1], one.sets[6]] for one in observed],
                                    np.moveaxis(columns, 0, -1))

    def test_bootstrap_and_subsampling(self):
        for number, (levels, symbols, contrast) in enumerate(CASES):
            with self.subTest(levels=levels, symbols=symbols, contrast=contrast):
                states, input, output = system = level_system(self.samples, levels, symbols, number)
                found = self.call(system, contrast, permutations=0, bootstrap=8, subsample=True, draws=2)

                def drawn(source):
                    if contrast == "whole":
                        return reference.statistics(states[source], input[source], output[source], contrast)
                    return [reference.Statistics(states[source], input[source] == c, output[source] == c)
                            for c in range(symbols)]

                observed, stream = drawn(np.arange(self.samples)), reference.Stream(self.seed, "bootstrap")
                resamples = []
                for b in range(8):
                    child = stream.child(b)
                    resamples.append(drawn([child.below(self.samples) for _ in range(self.samples)]))
                for name in ("total", "single", "aggregated"):
                    values = np.array([[getattr(one, name) for one in each] for each in resamples])
                    t = np.array([getattr(one, name) for one in observed])
                    bias = values.mean(0) - t
                    np.testing.assert_allclose(getattr(found, name + "_bias"), bias, atol=1e-12)
                    bounds = np.moveaxis(np.quantile(values, [0.1, 0.9], axis=0) - bias, 0, -1)
                    np.testing.assert_allclose(getattr(found, name + "_interval"), bounds, atol=1e-12)
                for c, one in enumerate(observed):
                    same = lambda name: np.mean([getattr(each[c], name) == getattr(one, name) for each in resamples])
                    self.assertAlmostEqual(found.last_two_recur[c], same("last_two"), 12)
                    self.assertTrue(one.half)
                    self.assertAlmostEqual(found.half_set_recurs[c], same("half"), 12)
                    np.testing.assert_allclose(found.in_half_set[c], [np.mean([k in each[c].half for each in resamples])
                                                                      for k in range(3)], atol=1e-12)
                curve = reference.Stream(self.seed, "subsampling")
                for size, divisor in enumerate((8, 4, 2)):
                    count = self.samples // divisor
                    draws = [drawn(curve.child(size).child(d).without_replacement(self.samples, count))
                             for d in range(2)]
                    for name in ("total", "single"):
                        mean = np.mean([[getattr(one, name) for one in each] for each in draws], axis=0)
                        np.testing.assert_allclose(getattr(found, "curve_" + name)[..., size], mean, atol=1e-12)

    def test_any_number_of_threads(self):
        system = level_system(80, 4, 3, 9)
        call = lambda: self.call(system, "whole", permutations=10, bootstrap=5, subsample=True, sets=[[1]],
                                 maximum=True)
        threads, one = ir.threads(), None
        try:
            for n in (1, 2, 5):
                ir.set_threads(n)
                one = one or call()
                self.assertEqual(call(), one)
        finally:
            ir.set_threads(threads)
        self.assertEqual(list(one.to_xarray()["class"].values), ["whole"])

    def test_up_to_256_levels(self):
        random = np.random.default_rng(1)
        wide = random.integers(256, size=(600, 2))
        wide[0] = 255, 0
        found = self.call((wide, wide[:, 0] % 3, wide[:, 0] % 3), "whole", permutations=9, maximum=True)
        self.assertEqual(found.single.shape, (1, 2))
        # All of H(input) is lost with the unit that knows it.
        self.assertAlmostEqual(found.maximum_any[0], reference.entropy(wide[:, 0] % 3), 12)
        with self.assertRaisesRegex(ir.UsageError, r"the number of units is 25, expected \[1,24\]"):
            self.call((random.integers(3, size=(30, 25)), wide[:30, 0] % 2, wide[:30, 0] % 2), "whole", maximum=True)

    def test_what_was_not_computed_says_how_to_get_it(self):
        without = ir.significance([[0], [1]] * 9, [0, 1] * 9, [0, 1] * 9, permutations=9, greedy=False)
        for name, hint in (("greedy", "greedy=True"), ("greedy_p", "greedy=True"), ("aggregated_null", "greedy=True"),
                           ("sets", r"sets=\[...\]"), ("maximum", "maximum=True"), ("maximum_any_p", "maximum=True"),
                           ("total_interval", "bootstrap"), ("curve_total", "subsample=True")):
            with self.subTest(name=name), self.assertRaisesRegex(AttributeError, f"not computed; pass {hint}$"):
                getattr(without, name)
        with self.assertRaisesRegex(AttributeError, "Significance.total: not computed; pass permutations"):
            getattr(ir.significance([[0], [1]] * 9, [0, 1] * 9, [0, 1] * 9, permutations=0, subsample=True, draws=2),
                    "total")
        self.assertIn("9 permutations (exchange: samples); 0 bootstrap resamples of samples", repr(without))


if __name__ == "__main__":
    unittest.main()

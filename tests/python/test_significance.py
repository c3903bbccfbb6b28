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
        self.assertEqual(dataset["single_null"].dims, ("class", "unit", "level"))
        self.assertEqual(dataset["curve_total"].coords["curve_samples"].values.tolist(), [75, 150, 300, 600])
        self.assertIn("0.01", repr(found))

    def test_p_values_count_the_null(self):
        shuffled = np.random.default_rng(8).permutation(self.output)
        found = ir.significance(self.values, self.input, shuffled, permutations=99, null="nothing_to_relay")
        self.assertTrue((found.total_p > 0.01).any())

    def test_the_best_set_is_tested_against_the_best_of_each_permutation(self):
        found = ir.significance(self.values, self.input, self.output, permutations=19, maximum=True)
        best = ir.analyze(self.values, self.input, self.output, exhaustive=True).best.information
        np.testing.assert_allclose(found.maximum, best.max(1), atol=1e-12)
        self.assertEqual(found.maximum_by_size_p.shape, (3, 5))

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


if __name__ == "__main__":
    unittest.main()

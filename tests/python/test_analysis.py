"""Relay information, discretisation and entropies against their definitions."""
import importlib
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import unittest
import warnings

import numpy as np

import inforelay as ir
import reference
from inforelay import _arrays


def import_or_skip(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        raise unittest.SkipTest(f"there is no {name}") from None


class Discretisation(unittest.TestCase):
    def test_two_means_are_the_best_of_all_cuts(self):
        values, _, _ = reference.random_system(60, 4)
        thresholds, states = ir.discretize(values)
        np.testing.assert_allclose(thresholds, [reference.two_means(column) for column in values.T], rtol=1e-6)
        np.testing.assert_array_equal(states, values > thresholds)

    def test_methods_with_a_formula(self):
        values = np.random.default_rng(1).normal(size=(101, 3)).astype(np.float32)
        np.testing.assert_array_equal(ir.discretize(values, "median").thresholds, np.median(values, axis=0))
        np.testing.assert_allclose(ir.discretize(values, "mean").thresholds, values.mean(0, np.float64), rtol=1e-12)
        np.testing.assert_array_equal(ir.discretize(values, "sign").states, values > 0)
        np.testing.assert_array_equal(ir.discretize(values, "threshold", threshold=0.5).states, values > 0.5)
        three = ir.discretize(values, "edges", edges=[-0.5, 0.5])
        np.testing.assert_array_equal(three.states, (values > -0.5).astype(int) + (values > 0.5))
        self.assertEqual(three.thresholds.shape, (3, 2))
        width = ir.discretize(values, "equal_width", levels=4).thresholds
        low, high = values.min(0).astype(float), values.max(0).astype(float)
        np.testing.assert_allclose(width, low[:, None] + np.outer(high - low, [0.25, 0.5, 0.75]), rtol=1e-12)

    def test_thresholds_of_other_samples(self):
        values = np.random.default_rng(2).normal(size=(50, 4)).astype(np.float32)
        thresholds, states = ir.discretize(values)
        np.testing.assert_array_equal(ir.discretize(values, thresholds).states, states)
        cuts, levels = ir.discretize(values, levels=3)
        np.testing.assert_array_equal(ir.discretize(values, cuts).states, levels)
        self.assertEqual(levels.max(), 2)

    def test_thresholds_are_rounded_as_the_values_are(self):
        for threshold in (0.3, 0.1 + 0.2, 1 / 3, 0.7, 1e-5, -0.3, np.pi, 16777216.5):
            with self.subTest(threshold=threshold):
                value = np.array([[threshold]])
                for given in ([threshold], np.array([[threshold]]), [np.float32(threshold)]):
                    self.assertEqual(ir.discretize(value, given).states[0, 0], 0)
                self.assertEqual(ir.discretize(value, "threshold", threshold=threshold).states[0, 0], 0)
                self.assertEqual(ir.discretize(value + 1e-6 * abs(value), [threshold]).states[0, 0], 1)
        self.assertEqual(ir.discretize([[0.3, 0.5]], [[0.1, 0.3], [0.2, 0.3]]).states.tolist(), [[1, 2]])

    def test_returned_thresholds_give_the_same_states(self):
        # Of neighbours among the floats, where a threshold between them would be rounded to the higher.
        random = np.random.default_rng(6)
        low = np.concatenate([random.normal(size=200), [0.3, 0.1, 1, 16777217, 123456.7]]).astype(np.float32)
        values = np.stack([low, np.nextafter(low, np.float32(np.inf))])
        for method in ("kmeans", "mean", "equal_width"):
            thresholds, states = ir.discretize(values, method)
            np.testing.assert_array_equal(states, [[0] * len(low), [1] * len(low)])
            np.testing.assert_array_equal(ir.discretize(values, thresholds).states, states)
        constant = np.full((7, 3), 0.1, np.float32)
        thresholds, states = ir.discretize(constant, "mean")
        np.testing.assert_array_equal(ir.discretize(constant, thresholds).states, states)

    def test_symbols_are_levels_already(self):
        levels = np.random.default_rng(3).integers(0, 7, (40, 3))
        cuts, states = ir.discretize(levels, "symbols")
        np.testing.assert_array_equal(states, levels)
        self.assertEqual(cuts.shape, (3, 0))
        np.testing.assert_array_equal(ir.discretize(levels[:9], cuts).states, levels[:9])

    def test_the_order_and_the_type_of_the_elements_make_no_difference(self):
        values = np.random.default_rng(4).normal(size=(30, 5)).astype(np.float32)
        expected = ir.discretize(values).states
        for same in (np.asfortranarray(values), values.astype(np.float64), np.repeat(values, 2, 0)[::2],
                     values.astype(">f4"), values.tolist()):
            np.testing.assert_array_equal(ir.discretize(same).states, expected)


class Relay(unittest.TestCase):
    def setUp(self):
        self.values, self.input, self.output = reference.random_system()
        self.found = ir.analyze(self.values, self.input, self.output, exhaustive=True, measures=["co_information"])
        self.states = (self.values > self.found.thresholds[:, 0]).astype(int)
        self.tables = np.array([reference.all_sets(self.states, self.input == c, self.output == c) for c in range(3)])

    def test_all_sets_are_those_of_the_definition(self):
        self.assertEqual(self.found.information.dtype, np.float32)
        np.testing.assert_allclose(self.found.information, self.tables, atol=1e-6)
        np.testing.assert_allclose(self.found.total, self.tables[:, -1], atol=1e-12)
        without = self.tables[:, -1:] - self.tables[:, [31 - (1 << k) for k in range(5)]]
        np.testing.assert_allclose(self.found.single, without, atol=1e-12)

    def test_given_sets(self):
        sets = [[], [0], [4, 2], [0, 1, 2, 3, 4]]
        found = ir.relay_information(self.values, self.input, self.output, sets)
        np.testing.assert_allclose(found, self.tables[:, [0, 1, 20, 31]], atol=1e-12)
        plug_in = ir.relay_information(self.values, self.input, self.output, sets, estimator="plug_in")
        np.testing.assert_allclose(plug_in, found, atol=1e-12)
        corrected = ir.relay_information(self.values, self.input, self.output, sets, estimator="miller_madow")
        miller_madow = ir.measures(self.values, self.input, self.output, ["miller_madow_correction"])
        complement = [31 - ir.set_index(units) for units in sets]
        np.testing.assert_allclose(corrected, found + miller_madow["miller_madow_correction"][:, complement], atol=1e-6)

    def test_the_greedy_path_follows_the_table(self):
        for c, table in enumerate(self.tables):
            order, information = reference.greedy(table)
            self.assertEqual(list(self.found.greedy.removal_order[c]), order)
            np.testing.assert_allclose(self.found.greedy.information[c], information, atol=1e-12)
            first = information[0]
            expected = [sum(first - value for value in information[:order.index(k)]) for k in range(5)]
            np.testing.assert_allclose(self.found.aggregated[c], expected, atol=1e-12)
        alone = ir.greedy(self.values, self.input, self.output)
        np.testing.assert_array_equal(alone.removal_order, self.found.greedy.removal_order)

    def test_branching_keeps_all_tied_sets(self):
        copies = np.repeat(self.states[:, :1], 3, 1)
        paths = ir.greedy(copies, self.input, self.output, branching=True)
        self.assertEqual([list(sets) for sets in paths.sets[0]], [[3, 5, 6], [1, 2, 4], [0]])
        self.assertEqual(list(paths.tied[0]), [3, 3, 1])

    def test_all_results_can_be_written_as_netcdf(self):
        xarray = import_or_skip("xarray")
        copies = np.repeat(self.states[:, :1], 3, 1)
        paths = ir.greedy(copies, self.input, self.output, branching=True)
        for result in (self.found, ir.greedy(copies, self.input, self.output), paths):
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "result.nc")
                result.to_xarray().to_netcdf(path, engine="h5netcdf")
                with xarray.open_dataset(path, engine="h5netcdf") as read:
                    self.assertEqual(set(read.data_vars), set(result.to_xarray().data_vars))
                    np.testing.assert_array_equal(read["information"], result.information)
        self.assertEqual(paths.to_xarray()["sets"][0].values.tolist(), [[3, 5, 6], [1, 2, 4], [0, -1, -1]])

    def test_best_sets_are_the_largest_of_their_size(self):
        sizes = np.array([len(reference.units_of(s)) for s in range(32)])
        for c in range(3):
            for size in range(6):
                self.assertAlmostEqual(self.found.best.information[c, size], self.tables[c, sizes == size].max(), 12)
                self.assertEqual(len(self.found.best_set(c, size)), size)

    def test_co_information_is_that_of_the_definition(self):
        for c in range(3):
            x, y = self.input == c, self.output == c
            together = reference.conditional_information(x, y, self.states[:, []])
            expected = [together - reference.conditional_information(x, y, self.states[:, reference.units_of(s)])
                        for s in range(32)]
            np.testing.assert_allclose(self.found.measures.co_information[c], expected, atol=1e-6)

    def test_whole_symbols_and_several_levels(self):
        found = ir.analyze(self.values, self.input, self.output, discretize={"method": "kmeans", "levels": 3},
                           contrast="whole", exhaustive=True)
        levels = ir.discretize(self.values, levels=3).states
        np.testing.assert_allclose(found.information[0], reference.all_sets(levels, self.input, self.output), atol=1e-6)
        self.assertEqual(list(found.classes), ["whole"])

    def test_symbols_are_named_as_given(self):
        words = np.array(["red", "blue", "green"])
        found = ir.analyze(self.values, words[self.input], words[self.output])
        self.assertEqual(list(found.classes), ["blue", "green", "red"])
        np.testing.assert_array_equal(found.total, self.found.total[[1, 2, 0]])
        signed = ir.analyze(self.values, self.input - 1, self.output - 1, classes=[-1, 0, 1, 7])
        np.testing.assert_array_equal(signed.total[:3], self.found.total)
        self.assertEqual(signed.total[3], 0)

    def test_words_are_told_apart_as_numpy_does(self):
        # Of several lengths, with characters of one, two and four bytes, that differ in their last one only.
        distinct = ["a", "ab", "\xe4", "\u03b1", "\u03b1b", "\U0001d6fc", "A", "b" * 40, "b" * 41]
        random = np.random.default_rng(8)
        input, output = (np.array(distinct)[random.integers(len(distinct) - side, size=300)] for side in (0, 3))
        names, codes = np.unique(np.concatenate([input, output]), return_inverse=True)
        for kind in (lambda words: words, list, np.ndarray.tolist, lambda words: words.astype(object),
                     lambda words: words.astype(words.dtype.newbyteorder()), lambda words: words[::-1][::-1]):
            found, asked, answered = _arrays.encode_symbols(kind(input), kind(output), 300)
            self.assertEqual(list(found), list(names))
            np.testing.assert_array_equal(np.concatenate([asked, answered]), codes)
        self.assertEqual(ir.mutual_information(input, output), ir.mutual_information(codes[:300], codes[300:]))
        self.assertEqual(_arrays.plain_array([["a", "bc"], ["d", "a"]], "words").tolist(), [["a", "bc"], ["d", "a"]])

    def test_dimensions_of_xarray_are_the_axes(self):
        xarray = import_or_skip("xarray")
        named = lambda array, *dimensions: xarray.DataArray(array, dims=dimensions)
        for dimensions in (("sample", "unit"), ("trial", "unit"), ("dim_0", "dim_1"), ("image", "neuron")):
            with self.subTest(dimensions=dimensions):
                states = named(self.values, *dimensions)
                self.assertEqual(ir.analyze(states, self.input, self.output, exhaustive=True).information.tobytes(),
                                 self.found.information.tobytes())
        turned = ir.analyze(named(self.values.T, "unit", "sample"), self.input, self.output)
        np.testing.assert_array_equal(turned.single, self.found.single)
        steps = named(self.values[:, :2].reshape(20, 20, 2), "trial", "time", "unit")  # as many trials as times
        input, output = (named(symbols.reshape(20, 20), "trial", "time") for symbols in (self.input, self.output))
        each = ir.analyze(steps, input, output, time="each")
        self.assertEqual(each, ir.analyze(steps.values, input.values, output.values, time="each",
                                          axes=["trial", "time", "unit"]))
        self.assertEqual(ir.analyze(steps.transpose("time", "unit", "trial"), input, output.T, time="each"), each)
        for dimensions in (("neuron", "sample"), ("unit", "image"), ("sample", "time")):
            with self.subTest(dimensions=dimensions), self.assertRaisesRegex(ir.UsageError, "dimensions|no unit"):
                ir.analyze(named(self.values, *dimensions), self.input, self.output)
        np.testing.assert_array_equal(
            ir.analyze(named(self.values.T, "unit", "image"), self.input, self.output, axes=["unit", "sample"]).total,
            self.found.total)

    def test_columns_of_pandas(self):
        pandas = import_or_skip("pandas")
        names = np.array(["red", "blue", "green"])
        expected = ir.analyze(self.values, names[self.input], names[self.output])
        frame = pandas.DataFrame({"input": names[self.input], "output": names[self.output]})  # objects
        for kind in (object, "string", "category"):
            with self.subTest(kind=kind):
                words = frame.astype(kind)
                self.assertEqual(ir.analyze(self.values, words["input"], words["output"]), expected)
                self.assertEqual(list(ir.analyze(self.values, words.input, words.output).classes), sorted(names))
        count = np.rint(4 * self.values).astype(int)
        expected = ir.analyze(count, self.input, self.output)
        symbols = [pandas.Series(column, dtype="Int64") for column in (self.input, self.output)]
        self.assertEqual(ir.analyze(pandas.DataFrame(count).astype("Int64"), *symbols), expected)
        self.assertEqual(ir.analyze(pandas.DataFrame(count).astype("Float64"), *symbols), expected)
        self.assertEqual(ir.entropy(symbols[0]), ir.entropy(self.input))
        symbols[0][3] = pandas.NA
        with self.assertRaisesRegex(ir.DataError, "input: entry 3 is <NA>, a missing value"):
            ir.analyze(count, *symbols)

    def test_large_symbols_are_compared_exactly(self):
        names = np.array([2**53 + 1, 2**53, 2**53 + 2], np.uint64)
        signed = names.astype(np.int64)
        expected = ir.analyze(self.values, signed[self.input], signed[self.output], classes=signed)
        for input, output, classes in ((signed, signed, names), (names, signed, names), (names, names, signed)):
            with self.subTest(types=[array.dtype.name for array in (input, output, classes)]):
                found = ir.analyze(self.values, input[self.input], output[self.output], classes=classes)
                self.assertEqual(found, expected)
                self.assertEqual([int(name) for name in found.classes], [int(name) for name in names])
                with self.assertRaisesRegex(ir.DataError, "which is not among the classes"):
                    ir.analyze(self.values, input[self.input], output[self.output], classes=classes[1:])
        with self.assertRaisesRegex(ir.DataError, "input: sample 0 has symbol -1,"):
            ir.analyze(self.values, -1 - self.input * 0, self.output, classes=np.array([2**64 - 1, 0, 1, 2], np.uint64))

    def test_results_do_not_depend_on_threads(self):
        threads = ir.threads()
        try:
            for n in (1, 2, 5):
                ir.set_threads(n)
                again = ir.analyze(self.values, self.input, self.output, exhaustive=True, measures=["co_information"])
                self.assertEqual(again, self.found)
        finally:
            ir.set_threads(threads)

    def test_times_one_by_one(self):
        trials = self.values.reshape(100, 4, 5)
        by_trial, out = self.input.reshape(100, 4), self.output.reshape(100, 4)
        axes = ["trial", "time", "unit"]
        pooled = ir.analyze(trials, by_trial, out, axes=axes)
        np.testing.assert_array_equal(pooled.total, self.found.total)
        each = ir.analyze(trials, by_trial, out, axes=axes, time="each", exhaustive=True)
        self.assertEqual(each.information.shape, (4, 3, 32))
        self.assertEqual(each.to_xarray()["single"].dims, ("time", "class", "unit"))
        for t in range(4):
            one = ir.analyze(trials, by_trial, out, axes=axes, time=[t], discretize=pooled.thresholds,
                             classes=[0, 1, 2])
            np.testing.assert_array_equal(each.total[t], one.total)
        turned = ir.analyze(trials.transpose(1, 2, 0), by_trial.T, out.T, axes=["time", "unit", "trial"], time="each",
                            exhaustive=True)
        self.assertEqual(turned, each)
        constant = np.repeat(by_trial[:, :1], 4, 1)
        np.testing.assert_array_equal(ir.analyze(trials, by_trial[:, 0], out, axes=axes).total,
                                      ir.analyze(trials, constant, out, axes=axes).total)


class Results(unittest.TestCase):
    def setUp(self):
        values, symbols, output = reference.random_system()
        self.found = ir.analyze(values, np.array(["a", "b", "c"])[symbols], np.array(["a", "b", "c"])[output],
                                exhaustive=True)

    def test_named_axes(self):
        dataset = self.found.to_xarray()
        self.assertEqual(float(dataset["single"].sel({"class": "b"})[2]), self.found.single[1, 2])
        self.assertEqual(dataset["greedy_information"].dims, ("class", "step"))
        self.assertEqual(dataset["information"].attrs["units"], "bit")
        self.assertEqual(dataset.attrs["units"], 5)

    def test_tables(self):
        frame = self.found.to_pandas()
        self.assertEqual(frame.loc[("b", 2), "single"], self.found.single[1, 2])
        self.assertEqual(self.found.to_pandas("total")["c"], self.found.total[2])
        self.assertEqual(self.found.to_pandas("best.information").loc["a", 3], self.found.best.information[0, 3])

    def test_texts_tell_the_main_numbers(self):
        for text in (repr(self.found), self.found._repr_html_()):
            self.assertIn(f"{self.found.total[0]:.4f}", text)
            self.assertIn("400 samples", text)
        self.assertIn("<td>", self.found._repr_html_())
        self.assertIn("removal_order", repr(self.found.greedy))

    def test_tables_of_text_say_that_they_are_cut(self):
        states, symbols = np.arange(13)[:, None] % 2, np.arange(13)
        each = lambda times, classes: repr(ir.analyze(
            np.zeros((classes, times, 1)), np.arange(classes), np.arange(classes), axes=["trial", "time", "unit"],
            time="each", discretize="sign"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ir.SamplingWarning)
            for result in (ir.analyze(states, symbols, symbols), ir.greedy(states, symbols, symbols),
                           ir.significance(states, symbols, symbols, permutations=1)):
                with self.subTest(result=type(result).__name__):
                    lines = repr(result).splitlines()
                    self.assertEqual([line.split()[0] for line in lines[-2:]], ["11", "..."])
            self.assertEqual([line.split()[0] for line in each(13, 2).splitlines()[-2:]], ["11", "..."])
            self.assertRegex(each(2, 13).splitlines()[-3], r"I_R\(all\) 11  \.\.\.$")
            self.assertNotIn("...", each(12, 12))

    def test_one_unit_has_a_text(self):
        self.assertIn("1 units", repr(ir.analyze([[0], [1]] * 3, [0, 1] * 3, [0, 1] * 3)))

    def test_what_was_not_computed_says_how_to_get_it(self):
        plain = ir.analyze([[0], [1]] * 3, [0, 1] * 3, [0, 1] * 3)
        with self.assertRaisesRegex(AttributeError, "information: not computed; pass exhaustive=True"):
            plain.information
        with self.assertRaisesRegex(AttributeError, "no_such_thing is not there"):
            plain.no_such_thing

    def test_results_can_be_pickled(self):
        self.assertEqual(pickle.loads(pickle.dumps(self.found)), self.found)
        part = pickle.loads(pickle.dumps(self.found.greedy))
        np.testing.assert_array_equal(part.information, self.found.greedy.information)


class Entropies(unittest.TestCase):
    def test_plug_in_is_the_definition(self):
        random = np.random.default_rng(5)
        x, y, z = random.integers(0, 3, (3, 200))
        self.assertAlmostEqual(ir.entropy(x), reference.entropy(x), 12)
        self.assertAlmostEqual(ir.entropy(np.stack([x, y], 1)), reference.entropy(x, y), 12)
        self.assertAlmostEqual(ir.mutual_information(x, y), reference.conditional_information(x, y, z[:, None][:, :0]),
                               12)
        self.assertAlmostEqual(ir.mutual_information(x, y, given=z),
                               reference.conditional_information(x, y, z[:, None]), 12)
        self.assertAlmostEqual(ir.co_information(x, y, z), ir.co_information(z, y, x), 12)
        both = np.stack([x, y], 1)
        self.assertAlmostEqual(ir.total_correlation(both), ir.mutual_information(x, y), 12)
        self.assertAlmostEqual(ir.dual_total_correlation(both), ir.mutual_information(x, y), 12)
        self.assertEqual(ir.entropy(["a", "b"]), 1)

    def test_corrections(self):
        counts = [5, 3, 2]
        self.assertAlmostEqual(ir.entropy(counts=counts, estimator="miller_madow"),
                               ir.entropy(counts=counts) + 2 / (2 * 10 * np.log(2)), 12)
        self.assertGreater(ir.entropy(counts=[1, 1, 1, 1], estimator="nsb", alphabet=64), 2)
        self.assertEqual(ir.entropy(counts=[2**53, 2**53]), 1)

    def test_the_alphabet_of_several_variables_is_the_product(self):
        x, y = [0, 0, 1, 2, 2, 2], [0, 0, 0, 0, 0, 1]  # four of six pairs occur
        both = np.stack([x, y], 1)
        nsb = lambda samples, **options: ir.entropy(samples, estimator="nsb", **options)
        self.assertEqual(nsb(both), nsb(both, alphabet=6))
        self.assertNotEqual(nsb(both), nsb(both, alphabet=4))
        self.assertAlmostEqual(ir.mutual_information(x, y, estimator="nsb"), nsb(x) + nsb(y) - nsb(both), 12)
        self.assertEqual(nsb(x), ir.entropy(counts=[2, 1, 3], estimator="nsb"))


MEMORY_OF_AN_ANALYSIS = """
import resource, warnings
import numpy as np
import inforelay as ir

warnings.simplefilter("ignore")
ir.set_threads(2)  # each has memory of its own
peak = lambda: 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
values = np.zeros((1_000_000, 100), np.float32)
values[::2] = 1
symbols = np.arange(len(values)) % 2
ir.analyze(values[:100], symbols[:100], symbols[:100], discretize="sign", greedy=False)
before = peak()
ir.analyze(values, symbols, symbols, discretize="sign", greedy=False)
print(peak() - before)
"""


class Memory(unittest.TestCase):
    def test_float32_arrays_are_not_copied(self):
        # 400 MB of values; what is made of them is packed bits and symbols. In a process whose memory was never larger.
        found = subprocess.run([sys.executable, "-c", MEMORY_OF_AN_ANALYSIS], stdout=subprocess.PIPE, check=True)
        self.assertLess(int(found.stdout), 100_000_000)

    def test_calls_do_not_leak(self):
        values, symbols, output = reference.random_system(200, 4)
        table, not_a_number = np.arange(16.0), np.full((2, 2), np.nan)
        words = [f"stimulus {symbol}" for symbol in symbols]

        class Mine(Exception):
            pass

        def fail(done, total):
            raise Mine

        def calls(n):
            for _ in range(n):
                ir.entropy(words)
                ir.shapley(table, "present")
                with self.assertRaises(ir.DataError):
                    ir.discretize(not_a_number)
                with self.assertRaises(Mine):
                    ir.relay_information(values, symbols, output, [[0, 2], []], progress=fail)
                ir.analyze(values, symbols, output, exhaustive=True)

        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * resource.getpagesize()

        self.addCleanup(ir.set_threads, ir.threads())
        ir.set_threads(1)  # many threads would take longer for so little
        calls(300)
        before = resident()
        calls(2_000)  # 10,000 calls
        self.assertLess(resident() - before, 1_000_000)  # 500 bytes of each round


if __name__ == "__main__":
    unittest.main()

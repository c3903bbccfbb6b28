"""What is wrong with arguments is said, by the type that fits."""
import pathlib
import tempfile
import unittest
import warnings

import numpy as np

import inforelay as ir

STATES = [[0.0, 1.0], [1.0, 0.0], [0.5, 2.0]]
SYMBOLS = [0, 1, 1]
TABLE = [0.0, 1.0, 2.0, 3.0]


def analyze(states=STATES, input=SYMBOLS, output=SYMBOLS, **options):
    return ir.analyze(states, input, output, **options)


# (call, exception, part of its message)
CASES = [
    # shapes
    (lambda: analyze(states=[1.0, 2.0, 3.0]), ir.UsageError, r"states has shape \(3,\), expected two dimensions"),
    (lambda: analyze(states=np.zeros((3, 2, 2))), ir.UsageError, "name those of more with axes"),
    (lambda: analyze(input=[0, 1]), ir.UsageError, "input has 2 symbols for 3 samples, expected as many"),
    (lambda: analyze(output=[[0, 1, 1]]), ir.UsageError, r"output has shape \(1, 3\), expected one dimension"),
    (lambda: analyze(states=np.zeros((3, 4097))), ir.UsageError, "number of units is 4097"),
    (lambda: analyze(states=np.zeros((3, 25)), exhaustive=True), ir.UsageError, "25"),
    # types
    (lambda: analyze(states=[[1j, 2], [0, 1], [1, 1]]), TypeError, "complex128, expected real numbers"),
    (lambda: analyze(states=[["a", "b"], ["c", "d"], ["e", "f"]]), TypeError, "expected real numbers"),
    (lambda: analyze(states=[[None, 1], [1, 2], [1, 1]]), ir.DataError,
     r"states: entry \[0, 0\] is None, a missing value"),
    (lambda: analyze(states=np.array([[1, 2], [1, "a"], [1, 1]], object)), TypeError,
     r"states: entry \[1, 1\] is 'a' of type str, expected all numbers"),
    (lambda: analyze(input=[1j, 0, 0]), TypeError, "input has elements of type complex128, expected integers or words"),
    (lambda: analyze(input=[0, None, 0]), ir.DataError, "input: entry 1 is None, a missing value"),
    (lambda: analyze(input=np.array(["a", "b", np.nan], object)), ir.DataError, "input: entry 2 is nan, a missing"),
    (lambda: analyze(input=np.array([{}, 1, 1], object)), TypeError, "input: entry 0 is {} of type dict"),
    (lambda: analyze(input=np.array([1, 2.5, "a"], object)), TypeError, "input: entry 2 is 'a' of type str, expected"),
    (lambda: analyze(input=["a", "b", 1]), TypeError, "input: entry 2 is 1 of type int, expected all numbers"),
    (lambda: analyze(input=[1, True, "a"]), TypeError, "input: entry 2 is 'a' of type str"),
    (lambda: analyze(input=[0, 1, b"a"]), TypeError, "input: entry 2 is b'a' of type bytes"),
    (lambda: analyze(states=[[1, 0], [1, "a"], [1, 1]]), TypeError, r"states: entry \[1, 1\] is 'a' of type str"),
    (lambda: analyze(input=np.array([1, 2**64, 1], object)), ir.DataError, "integers from 1 to 18446744073709551616"),
    (lambda: analyze(states=np.zeros((3, 2), np.longdouble)), TypeError, "expected at most 64 bits"),
    # values
    (lambda: analyze(states=[[0, np.nan], [1, 1], [1, 0]]), ir.DataError, "value of unit 1 of sample 0 is nan"),
    (lambda: analyze(states=[[0, 1], [1, -np.inf], [1, 0]]), ir.DataError, "value of unit 1 of sample 1 is -inf"),
    (lambda: analyze(states=[[0, 1], [1, 1e300], [1, 0]]), ir.DataError, "which a 32-bit float does not hold"),
    (lambda: analyze(states=[[0, 1], [1, 2**24 + 1], [1, 0]]), ir.DataError, "which a 32-bit float does not hold"),
    (lambda: analyze(states=np.zeros((0, 2)), input=[], output=[]), ir.DataError, r"states has shape \(0, 2\)"),
    (lambda: analyze(states=np.zeros((3, 0))), ir.DataError, r"states has shape \(3, 0\)"),
    # symbols
    (lambda: analyze(input=[-1, 0, 1]), ir.DataError, r"input: sample 0 has symbol -1, expected \[0,65535\]"),
    (lambda: analyze(output=[0, 65536, 1]), ir.DataError, "output: sample 1 has symbol 65536"),
    (lambda: analyze(output=[0, 2**62, 1]), ir.DataError, "output: sample 1 has symbol 4611686018427387904"),
    (lambda: analyze(input=[0.5, 0, 1]), ir.DataError, "input: sample 0 is 0.5, expected an integer or a word"),
    (lambda: analyze(input=[np.nan, 0, 1]), ir.DataError, "input: sample 0 is nan"),
    (lambda: analyze(input=["", "a", "b"], output=["a", "a", "b"]), ir.DataError, "sample 0 is an empty word"),
    (lambda: analyze(classes=[0]), ir.DataError, "sample 1 has symbol 1, which is not among the classes"),
    (lambda: analyze(classes=[0, 1, 1]), ir.UsageError, "classes names a symbol twice"),
    # words
    (lambda: analyze(contrast="one"), ir.UsageError, "contrast is one, expected one of one_vs_rest, whole"),
    (lambda: analyze(discretize="k_means"), ir.UsageError,
     "method is k_means, expected one of kmeans, kmeans_iterated"),
    (lambda: analyze(discretize={"levels": 3, "cuts": 2}), ir.UsageError, "no option 'cuts'"),
    (lambda: analyze(discretize={"method": "median", "levels": 3}), ir.UsageError, "levels is 3 with method median"),
    (lambda: analyze(discretize={"levels": 257}), ir.UsageError, r"levels is 257, expected \[2,256\]"),
    (lambda: analyze(discretize=[0.5]), ir.UsageError, "1 thresholds for 2 units"),
    (lambda: analyze(discretize=np.zeros((1, 0))), ir.UsageError, "1 thresholds for 2 units"),
    (lambda: analyze(discretize=[]), ir.UsageError, "0 thresholds for 2 units"),
    (lambda: analyze(discretize={"method": "edges", "edges": [1, 1]}), ir.UsageError, "edge 1 is 1 after 1"),
    (lambda: analyze(discretize={"method": "threshold", "threshold": "x"}), TypeError,
     "discretize: threshold is 'x', expected a number"),
    (lambda: ir.discretize(STATES, "threshold", threshold=[0, 1]), TypeError,
     r"threshold is \[0, 1\], expected a number"),
    (lambda: ir.discretize(STATES, "threshold", threshold=1e300), ir.UsageError, "threshold is inf, expected a finite"),
    (lambda: ir.discretize(STATES, "edges", edges=["a"]), TypeError, "discretize: edges has elements of type <U1"),
    (lambda: ir.discretize(STATES, "median", threshold=0.5), ir.UsageError, "threshold is 0.5 with method median"),
    (lambda: ir.discretize(STATES, [0.5, 1], levels=3), ir.UsageError, "levels, threshold or edges with given"),
    (lambda: analyze(discretize=None), TypeError, "thresholds is None of type NoneType, expected an array"),
    (lambda: analyze(states=[[1], [1, 2], [1]]), ir.UsageError, "states is no array: .*inhomogeneous"),
    (lambda: analyze(discretize="symbols"), ir.DataError, r"expected a whole number in \[0,255\]"),
    (lambda: analyze(measures=["entropy"], exhaustive=True), ir.UsageError, "measure is entropy, expected one of"),
    (lambda: analyze(time="each"), ir.UsageError, "without an axis time"),
    (lambda: analyze(axes=["sample", "neuron"]), ir.UsageError, "axes has 'neuron'"),
    (lambda: analyze(axes=["trial", "time", "unit"]), ir.UsageError, "axes names 3 dimensions, states has 2"),
    (lambda: ir.analyze(np.zeros((3, 2, 2)), SYMBOLS, SYMBOLS, axes=["trial", "time", "unit"], time=[2]), ir.UsageError,
     r"time is 2, expected \[0,1\]"),
    (lambda: ir.analyze(np.zeros((3, 2, 2)), [0, 1], SYMBOLS, axes=["trial", "time", "unit"]), ir.UsageError,
     r"input has shape \(2,\), expected \[3\] for each trial or \[3, 2\]"),
    (lambda: analyze(progress="yes"), TypeError, "progress is 'yes', expected True or a function"),
    # sets
    (lambda: ir.relay_information(STATES, SYMBOLS, SYMBOLS, [[2]]), ir.UsageError,
     r"set names unit 2, expected \[0,2\)"),
    (lambda: ir.relay_information(STATES, SYMBOLS, SYMBOLS, [[-1]]), ir.UsageError,
     r"set names unit -1, expected \[0,2\)"),
    (lambda: ir.relay_information(STATES, SYMBOLS, SYMBOLS, [[1, 1]]), ir.UsageError, "set names unit 1 twice"),
    (lambda: ir.relay_information(STATES, SYMBOLS, SYMBOLS, [3]), TypeError,
     r"sets\[0\] is 3, expected a list of units"),
    (lambda: ir.relay_information(STATES, SYMBOLS, SYMBOLS, [["a"]]), TypeError,
     "expected a list of units|expected an integer"),
    (lambda: ir.relay_information(STATES, SYMBOLS, SYMBOLS, [[0]], estimator="best"), ir.UsageError,
     "estimator is best"),
    (lambda: ir.set_index([1, 1]), ir.UsageError, "unit 1 twice"),
    (lambda: ir.set_index([-1]), ir.UsageError, "unit is -1"),
    (lambda: ir.units_of(-1), ir.UsageError, "index is -1"),
    (lambda: ir.units_of(1.5), TypeError, "index is 1.5, expected an integer"),
    (lambda: ir.fragmentation(STATES, SYMBOLS, SYMBOLS, [0.5, 1.5]), ir.UsageError,
     r"theta is 1.5, expected a number in \(0,1\]"),
    (lambda: ir.fragmentation(STATES, SYMBOLS, SYMBOLS, 0.5), ir.UsageError, "theta has shape"),
    (lambda: ir.fragmentation(STATES, SYMBOLS, SYMBOLS, []), ir.DataError, "theta has shape .*at least one number"),
    (lambda: ir.fragmentation(np.zeros((3, 25)), SYMBOLS, SYMBOLS), ir.UsageError, "25 units, expected at most 24"),
    (lambda: ir.smearedness(np.zeros((3, 33)), SYMBOLS, SYMBOLS), ir.UsageError, "33 units, expected at most 32"),
    # tables
    (lambda: ir.shapley(TABLE[:3]), ir.UsageError, "3"),
    (lambda: ir.shapley([0.0, np.nan, 2.0, 3.0]), ir.DataError, "nan"),
    (lambda: ir.shapley(TABLE, index="absent"), ir.UsageError, "index is absent, expected one of knocked_out, present"),
    (lambda: ir.shapley([[[1.0]]]), ir.UsageError, r"expected \[set\] or \[class, set\]"),
    (lambda: ir.shapley([]), ir.DataError, r"table has shape \(0,\), expected at least one set"),
    (lambda: ir.interactions(TABLE, kind="banzhaf"), ir.UsageError, "kind is 'banzhaf'"),
    (lambda: ir.knockout_table(3, 2), TypeError, "expected a function"),
    (lambda: ir.knockout_table(lambda kept: "x", 2), TypeError, "returned 'x' for the set"),
    (lambda: ir.knockout_table(lambda kept: [1] * (1 + kept.sum()), 2), ir.UsageError,
     r"returned shape \(2,\) for the set \[0\]"),
    (lambda: ir.knockout_table(lambda kept: 1, 25), ir.UsageError, r"units is 25, expected \[1,24\]"),
    (lambda: ir.knockout_table(lambda kept: 1, 2, sets=[[2]]), ir.UsageError, r"set names unit 2, expected \[0,2\)"),
    # entropies
    (lambda: ir.entropy(), ir.UsageError, "entropy of nothing"),
    (lambda: ir.entropy(counts=[0, 0]), ir.UsageError, "counts sum to 0, expected at least 1"),
    (lambda: ir.entropy(counts=[1, -1]), ir.DataError, "entry 1 is -1"),
    (lambda: ir.entropy(counts=[]), ir.DataError, r"counts has shape \(0,\), expected at least one count"),
    (lambda: ir.entropy(probabilities=[]), ir.DataError, "expected at least one probability"),
    (lambda: ir.entropy(counts=[np.inf, 1]), ir.DataError, "probabilities"),
    (lambda: ir.entropy(counts=[1, 1e30]), ir.DataError, r"counts: entry 1 is 1e\+30, expected at most 2\^53"),
    (lambda: ir.entropy(counts=[1, 2**63]), ir.DataError, "counts: entry 1 is 9.2"),
    (lambda: ir.entropy(counts=[0.5, 0.5]), ir.DataError, "probabilities"),
    (lambda: ir.entropy(probabilities=[0.5, 0.6]), ir.UsageError, "1.1"),
    (lambda: ir.entropy([0, 1], estimator="mle"), ir.UsageError, "mle, expected one of plug_in"),
    (lambda: ir.entropy([0, 1], estimator="nsb", alphabet=1), ir.UsageError, "alphabet size is 1"),
    (lambda: ir.entropy([0, 1], alphabet="x"), TypeError, "alphabet is 'x', expected a number"),
    (lambda: ir.mutual_information([0, 1], [0, 1, 1]), ir.UsageError, "y has 3 samples, expected 2"),
    # significance
    (lambda: ir.significance(STATES, SYMBOLS, SYMBOLS, null="h0"), ir.UsageError,
     "null is h0, expected one of no_relay"),
    (lambda: ir.significance(np.zeros((3, 25)), SYMBOLS, SYMBOLS, maximum=True), ir.UsageError,
     r"best of all sets: the number of units is 25, expected \[1,24\]"),
    (lambda: ir.significance(STATES, SYMBOLS, SYMBOLS, trial=[0]), ir.UsageError, "trial has 1 entries for 3 samples"),
    (lambda: ir.significance(STATES, SYMBOLS, SYMBOLS, seed=-1), ir.UsageError, "seed is -1"),
    (lambda: ir.significance(STATES, SYMBOLS, SYMBOLS, permutations=0).to_pandas(), ir.UsageError,
     "nothing was computed for each class; pass one of permutations, "),
    # files and settings
    (lambda: ir.open("no/such/folder"), ir.DataError, "no/such/folder: expected the results of a run, found no file"),
    (lambda: ir.open(__file__), ir.DataError, "found no HDF5 file"),
    (lambda: ir.set_threads(0), ir.UsageError, "threads is 0"),
    (lambda: ir.set_threads("two"), TypeError, "threads is 'two', expected an integer"),
]


class Errors(unittest.TestCase):
    def test_every_mistake_is_named(self):
        for number, (call, exception, message) in enumerate(CASES):
            with self.subTest(case=number, message=message), warnings.catch_warnings():
                warnings.simplefilter("ignore", ir.SamplingWarning)
                with self.assertRaisesRegex(exception, message) as caught:
                    call()
                self.assertIs(type(caught.exception), exception)

    def test_they_are_those_that_python_programs_expect(self):
        self.assertTrue(issubclass(ir.UsageError, ValueError) and issubclass(ir.DataError, ValueError))
        self.assertTrue(issubclass(ir.ComputeError, RuntimeError) and issubclass(ir.IoError, OSError))
        self.assertEqual(ir.DataError.__module__, "inforelay")

    def test_too_few_samples_and_strange_symbols_are_warned_of(self):
        values = np.random.default_rng(0).normal(size=(50, 12))
        symbols = np.arange(50) % 2
        with self.assertWarnsRegex(ir.SamplingWarning, r"\d+ % of the 50 samples are alone in their state"):
            ir.analyze(values, symbols, symbols)
        with self.assertWarnsRegex(ir.SamplingWarning, "no symbol in common"):
            ir.analyze(values[:, :1], symbols, symbols + 2)

    def test_warnings_point_to_the_caller(self):
        values = np.random.default_rng(0).normal(size=(50, 12))
        symbols, axes = np.arange(50) % 2, ["time", "unit"]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "table")
            ir.knockout_table(lambda kept: 1.0, 2, path=path)
            for call in (lambda: ir.analyze(values, symbols, symbols),
                         lambda: ir.analyze(values[:, :1], symbols, symbols + 2),
                         lambda: ir.analyze(values[:, :1], symbols, symbols + 2, axes=axes, time=list(range(50))),
                         lambda: ir.greedy(values[:, :1], symbols, symbols + 2),
                         lambda: ir.smearedness(values[:, :1], symbols, symbols + 2),
                         lambda: path.write_bytes(path.read_bytes()[:-1])
                         and ir.knockout_table(lambda kept: 1.0, 2, path=path)):
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    call()
                self.assertTrue(caught)
                for warning in caught:
                    self.assertEqual(warning.filename, __file__, warning.message)


if __name__ == "__main__":
    unittest.main()

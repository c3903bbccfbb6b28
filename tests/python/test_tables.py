"""Tables of all sets: knockouts of any function, Shapley values, interactions."""
import multiprocessing
import os
import signal
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import numpy as np

import inforelay as ir
import reference

WEIGHTS = np.array([3.0, -1.0, 0.5, 2.0])


def worth(kept):
    """Sum of the weights, and what the first and last do only together."""
    return float(WEIGHTS[kept].sum() + 5 * (kept[0] and kept[3]) - 2 * (kept[1] or kept[2]))


def die_after(path, calls):
    left = iter(range(calls))

    def function(kept):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return worth(kept)

    ir.knockout_table(function, 4, path=path)


class Tables(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "table"

    def test_every_set_is_called_once_in_order(self):
        seen = []
        table = ir.knockout_table(lambda kept: seen.append(kept.copy()) or len(seen), units=3)
        np.testing.assert_array_equal(table, np.arange(1, 9))
        for index, kept in enumerate(seen):
            self.assertEqual([k for k in range(3) if not kept[k]], ir.units_of(index))

    def test_given_sets_and_arrays(self):
        table = ir.knockout_table(lambda kept: [worth(kept), kept.sum()], units=4, sets=[[1], [0, 3]])
        np.testing.assert_array_equal(table,
                                      [[worth(np.array([1, 0, 1, 1], bool)), worth(np.array([0, 1, 1, 0], bool))],
                                       [3, 2]])

    def test_a_killed_computation_resumes(self):
        expected = ir.knockout_table(worth, 4)
        with unittest.mock.patch.object(ir._knockout_table, "SECONDS_BETWEEN_SAVES", 0):
            child = multiprocessing.get_context("fork").Process(target=die_after, args=(self.path, 5))
            child.start()
            child.join()
        self.assertEqual(child.exitcode, -signal.SIGKILL)
        calls = []
        again = ir.knockout_table(lambda kept: calls.append(1) or worth(kept), 4, path=self.path)
        self.assertEqual(again.tobytes(), expected.tobytes())
        self.assertEqual(len(calls), 11)
        finished = ir.knockout_table(lambda kept: self.fail("it is complete"), 4, path=self.path)
        self.assertEqual(finished.tobytes(), expected.tobytes())

    def test_an_exception_keeps_what_was_computed(self):
        def fail(kept):
            if not kept[2]:
                raise RuntimeError("enough")
            return worth(kept)

        with self.assertRaisesRegex(RuntimeError, "enough"):
            ir.knockout_table(fail, 4, path=self.path)
        calls = []
        ir.knockout_table(lambda kept: calls.append(1) or worth(kept), 4, path=self.path)
        self.assertEqual(len(calls), 12)

    def test_files_that_are_damaged_or_of_another_table(self):
        expected = ir.knockout_table(worth, 4, path=self.path)
        content = self.path.read_bytes()
        for damaged in (content[:-3], content[:-30] + b"\0" + content[-29:], content + b"more"):
            self.path.write_bytes(damaged)
            with self.assertWarnsRegex(UserWarning, "damaged after"):
                again = ir.knockout_table(worth, 4, path=self.path)
            self.assertEqual(again.tobytes(), expected.tobytes())
        for options, message in ((dict(units=3), "units is 4, expected 3"),
                                 (dict(units=4, sets=[[0]]), "sets is 16, expected 1"),
                                 (dict(units=4, label="x"), "label is '', expected 'x'")):
            with self.assertRaisesRegex(ir.DataError, message):
                ir.knockout_table(worth, path=self.path, **options)
        with self.assertRaisesRegex(ir.UsageError, r"returned shape \(2,\)"):
            self.path.write_bytes(content[:content.index(b"\n") + 1])
            ir.knockout_table(lambda kept: [1, 2], 4, path=self.path)
        for strange in (b"\x89HDF\r\n", b"[]\n", b'{"format": 1}\n',
                        b'{"format": "inforelay-knockout-table 1", "shape": [-1]}\n'):
            self.path.write_bytes(strange)
            with self.assertRaisesRegex(ir.DataError, "not a table of knockouts"):
                ir.knockout_table(worth, 4, path=self.path)

    def test_a_file_in_use_is_refused(self):
        def nested(kept):
            with self.assertRaisesRegex(ir.DataError, "another process"):
                ir.knockout_table(worth, 4, path=self.path)
            return 1.0

        ir.knockout_table(nested, 1, path=self.path)


class Importance(unittest.TestCase):
    def setUp(self):
        self.table = ir.knockout_table(worth, 4)
        value = lambda there: worth(np.array([k in there for k in range(4)]))
        self.expected = reference.shapley(value, 4)
        self.value = value

    def test_shapley_values_are_the_mean_over_all_orders(self):
        np.testing.assert_allclose(ir.shapley(self.table), self.expected, atol=1e-12)
        np.testing.assert_allclose(ir.shapley(self.table[::-1].copy(), index="present"), self.expected, atol=1e-12)
        self.assertAlmostEqual(ir.shapley(self.table).sum(), self.table[0] - self.table[-1], 12)

    def test_units_that_raise_the_function_have_positive_contributions(self):
        table = ir.knockout_table(lambda kept: 2.0 * kept[0] - kept[1], units=2)
        np.testing.assert_array_equal(ir.shapley(table), [2, -1])

    def test_rows_are_independent_and_of_either_type(self):
        rows = np.stack([self.table, 2 * self.table])
        np.testing.assert_allclose(ir.shapley(rows), [self.expected, 2 * self.expected], atol=1e-12)
        np.testing.assert_allclose(ir.shapley(rows.astype(np.float32)), [self.expected, 2 * self.expected], atol=1e-5)
        self.assertEqual(ir.interactions(rows).shape, (2, 4, 4))

    def test_interactions_of_pairs(self):
        expected = np.zeros((4, 4))
        for i in range(4):
            for j in range(4):
                if i == j:
                    continue
                rest = [k for k in range(4) if k not in (i, j)]
                for s in range(4):
                    others = frozenset(rest[b] for b in range(2) if s >> b & 1)
                    size = len(others)
                    weight = [1 / 3, 1 / 6, 1 / 3][size]
                    expected[i, j] += weight * (self.value(others | {i, j}) - self.value(others | {i})
                                                - self.value(others | {j}) + self.value(others))
        np.testing.assert_allclose(ir.interactions(self.table), expected, atol=1e-12)
        everything = frozenset(range(4))
        lesion = ir.interactions(self.table, kind="lesion")
        self.assertAlmostEqual(lesion[0, 3], self.value(everything) - self.value(everything - {0})
                               - self.value(everything - {3}) + self.value(everything - {0, 3}), 12)


if __name__ == "__main__":
    unittest.main()

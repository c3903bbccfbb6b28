"""Figures show the numbers of the results."""
import unittest

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

import inforelay as ir
import reference
from inforelay import _panels, _plot


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        values, input, output = reference.random_system()
        cls.system = values, np.array(["a", "b", "c"])[input], np.array(["a", "b", "c"])[output]
        cls.found = ir.analyze(*cls.system, exhaustive=True)
        # Units in another order than that of their clusters.
        cls.mixed = ir.analyze(cls.system[0][:, [0, 3, 1, 4, 2]], *cls.system[1:], exhaustive=True)
        cls.real = ir.significance(*cls.system, permutations=19, bootstrap=10, subsample=True, draws=2)

    def tearDown(self):
        plt.close("all")

    def test_node_and_relay(self):
        axes = self.found.plot_node(clustered=False)
        np.testing.assert_array_equal(axes[0].images[0].get_array(), self.found.aggregated)
        np.testing.assert_array_equal(axes[1].images[0].get_array(), self.found.single)
        for axis in axes:
            self.assertEqual((axis.get_xlabel(), axis.get_ylabel()), ("unit", "class"))
        axes = self.found.plot_relay(classes=["b"])
        self.assertEqual(len(axes), 1)
        greedy = [line for line in axes[0].lines if line.get_label() == "greedy"][0]
        np.testing.assert_array_equal(greedy.get_ydata()[1:], self.found.greedy.information[1])

    def test_units_are_clustered(self):
        mixed, expected = self.mixed, _panels.Tree.of_units(self.mixed.single).order
        self.assertNotEqual(expected, sorted(expected))
        self.assertEqual(sorted(expected), list(range(5)))
        for axis, values in zip(mixed.plot_node(), (mixed.aggregated, mixed.single)):
            order = [int(label.get_text()) for label in axis.get_xticklabels()]
            self.assertEqual(order, expected)
            np.testing.assert_array_equal(axis.images[0].get_array(), values[:, order])

    def test_many_units_stand_in_their_own_order(self):
        most = _plot._MOST_CLUSTERED
        random = np.random.default_rng(2)
        for units in (most, most + 1):
            values = np.repeat(random.normal(size=(6, units)), 10, axis=0)
            found = ir.analyze(values, *random.integers(3, size=(2, 60)), greedy=True)
            # Losses of which none are alike: the order of the clusters is another one.
            found._arrays["single"] = random.normal(size=(3, units))
            axis = found.plot_node()[1]
            clustered = _panels.Tree.of_units(found.single).order
            self.assertNotEqual(clustered, sorted(clustered))
            order = clustered if units == most else list(range(units))
            np.testing.assert_array_equal(axis.images[0].get_array(), found.single[:, order])
            self.assertEqual(len(axis.get_xticks()) == units, units == most)

    def test_time(self):
        values, input, output = self.system
        each = ir.analyze(values.reshape(100, 4, 5), input.reshape(100, 4), output.reshape(100, 4),
                          axes=["trial", "time", "unit"], time="each")
        axes = each.plot_time(classes=["c", "a"])
        for axis, c in zip(axes, (2, 0)):
            np.testing.assert_array_equal(axis.images[0].get_array(), each.aggregated[:, c].T)
            self.assertEqual((axis.get_xlabel(), axis.get_ylabel(), axis.get_title()), ("time", "unit", "abc"[c]))
            self.assertEqual(axis.images[0].get_clim(), axes[0].images[0].get_clim())
        with self.assertRaisesRegex(ir.UsageError, 'expected one with time="each"'):
            self.found.plot_time()
        with self.assertRaisesRegex(ir.UsageError, r"expected plot_time\(\) or one time"):
            each.plot_node()

    def test_thinned_sets_hold_every_unit(self):
        for units in range(14, 25):
            sets = _plot._some_sets(1 << units)
            self.assertLess(len(sets), 2 * _plot._POINTS)
            for unit in range(units):
                self.assertAlmostEqual(np.mean(sets >> unit & 1), 0.5, delta=0.02)

    def test_a_panel_for_each_class_and_no_others(self):
        self.assertEqual(len(self.found.plot_relay()[0].figure.axes), 3)
        states, symbols = np.arange(14)[:, None] % 2, np.arange(14) % 7
        seven = ir.analyze(states, symbols, symbols, exhaustive=True)
        self.assertEqual(len(seven.plot_sizes()[0].figure.axes), 7)
        given = plt.subplots(1, 7)[1]
        self.assertIs(seven.plot_sizes(axes=given)[6], given[6])
        with self.assertRaisesRegex(ir.UsageError, "6 axes, expected 7"):
            seven.plot_sizes(axes=given[:6])

    def test_sizes_with_the_null(self):
        for options, name in (({}, "greedy_null"), ({"maximum": True}, "maximum_null")):
            real = ir.significance(*self.system, permutations=9, **options)
            axis = self.found.plot_sizes(["c"], significance=real)[0]
            dashed = [line.get_ydata() for line in axis.lines if line.get_linestyle() == "--"]
            np.testing.assert_array_equal(dashed, getattr(real, name)[2][:, [0, 2]].T)
            greedy = [line for line in axis.lines if line.get_label() == "greedy"][0]
            np.testing.assert_array_equal(greedy.get_ydata(), [self.found.total[2], *self.found.greedy.information[2]])
        with self.assertRaisesRegex(ir.UsageError, "no null by size"):
            self.found.plot_sizes(significance=ir.significance(*self.system, permutations=9, greedy=False))
        other = ir.significance(self.system[0][:, :3], *self.system[1:], permutations=2)
        with self.assertRaisesRegex(ir.UsageError, r"significance has \(3, 4\) classes and sizes, expected \(3, 6\)"):
            self.found.plot_sizes(significance=other)

    def test_function_and_density(self):
        accuracy = 1 - self.found.information
        points = self.found.plot_function(accuracy)[2].collections[0].get_offsets()
        np.testing.assert_allclose(points[:, 1], accuracy[2], rtol=1e-6)
        axes = self.found.plot_density(accuracy)
        for c, axis in enumerate(axes):
            self.assertEqual(axis.collections[0].get_array().sum(), 32)
            greedy = [line for line in axis.lines if line.get_label() == "greedy"][0]
            np.testing.assert_allclose(greedy.get_xdata(), [0, *self.found.greedy.information[c][-2::-1],
                                                            self.found.total[c]], atol=1e-7)
        for plot in (self.found.plot_function, self.found.plot_density):
            with self.assertRaisesRegex(ir.UsageError, r"accuracy has shape \(3, 31\), expected \(3, 32\)"):
                plot(accuracy[:, 1:])
        constant = self.found.plot_density(np.full_like(accuracy, 0.5))
        self.assertEqual(constant[1].collections[0].get_array().sum(), 32)

    def test_ablation_and_knockouts_by_size(self):
        accuracy = (1 - self.found.information) ** 2
        sizes = np.array([bin(s).count("1") for s in range(32)])
        for c, axis in enumerate(self.found.plot_ablation(accuracy)):
            order = self.found.greedy.removal_order[c]
            for label, units in (("relay units first", order[::-1]), ("relay units last", order)):
                line, = (line for line in axis.lines if line.get_label() == label)
                sets = [ir.set_index(units[:count]) for count in range(6)]
                np.testing.assert_array_equal(line.get_ydata(), accuracy[c, sets])
            band = axis.collections[0].get_paths()[0].vertices
            low, high = np.percentile(accuracy[c, sizes == 2], [5, 95])
            at = band[band[:, 0] == 2][:, 1]
            np.testing.assert_allclose([at.min(), at.max()], [low, high])
        axis, = self.found.plot_knockout_sizes(accuracy, classes=["b"])
        median = [np.median(accuracy[1, sizes == size]) for size in range(6)]
        np.testing.assert_allclose(axis.lines[0].get_ydata(), median, rtol=1e-6)
        self.assertEqual(axis.get_xlabel(), "units knocked out")
        with self.assertRaisesRegex(ir.UsageError, r"accuracy has shape \(3, 31\)"):
            self.found.plot_ablation(accuracy[:, 1:])

    def test_modules(self):
        axes = self.mixed.plot_modules()
        units = [int(label.get_text()) for label in axes[0].get_xticklabels()]
        self.assertEqual(units, _panels.Tree.of_units(self.mixed.single).order)
        self.assertNotEqual(units, sorted(units))
        names = [label.get_text() for label in axes[0].get_yticklabels()]
        self.assertEqual(sorted(names), ["a", "b", "c"])
        expected = []
        for name in names:
            c, sets = "abc".index(name), []
            for part in (0.5, 0.9):
                size = np.flatnonzero(self.mixed.best.information[c] >= part * self.mixed.total[c])[0]
                sets.append(self.mixed.best_set(c, size))
            expected.append(sets)
        matrix = np.asarray(axes[0].images[0].get_array())[:, np.argsort(units)]
        for row, (half, most) in enumerate(expected):
            self.assertEqual(list(np.flatnonzero(matrix[row] == 1)), half)
            self.assertEqual(list(np.flatnonzero(matrix[row] > 0)), sorted({*half, *most}))
        overlap = [[len({*a} & {*b}) / len({*a} | {*b}) for _, b in expected] for _, a in expected]
        np.testing.assert_allclose(axes[1].images[0].get_array(), overlap)
        self.assertEqual(len(axes[2].lines), 2)
        greedy = ir.analyze(*self.system)
        self.assertEqual(len(greedy.plot_modules()), 3)
        with self.assertRaisesRegex(ir.UsageError, "0 classes have units"):
            ir.analyze([[0], [0], [0]], [0, 1, 0], [0, 1, 1]).plot_modules()

    def test_average_linkage(self):
        distance = np.array([[0, 0.9, 0.1, 0.6], [0.9, 0, 0.7, 0.2], [0.1, 0.7, 0, 0.5], [0.6, 0.2, 0.5, 0]])
        tree = _panels.Tree.of_distances(distance)
        self.assertEqual(tree.order, [0, 2, 1, 3])
        np.testing.assert_allclose(tree.brackets, [(0, 1, 0, 0, 0.1), (2, 3, 0, 0, 0.2), (0.5, 2.5, 0.1, 0.2, 0.675)])
        units = _panels.Tree.of_units(np.array([[0.0, 5.0, 1.0], [0.0, np.nan, 0.0]]))
        self.assertEqual(units.order, [1, 0, 2])
        np.testing.assert_allclose(units.brackets, [(1, 2, 0, 0, 1), (0, 1.5, 0, 1, 4.5)])
        self.assertEqual(_panels.Tree.of_distances(np.zeros((1, 1))).order, [0])

    def test_significance(self):
        axis = self.real.plot_total()[0]
        np.testing.assert_array_equal(axis.collections[-1].get_offsets()[:, 1], self.real.total)
        bars = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in axis.patches]
        np.testing.assert_allclose(bars, self.real.total_null[:, [0, 2]], atol=1e-15)
        segments = axis.collections[0].get_segments()
        np.testing.assert_allclose([segment[:, 1] for segment in segments], self.real.total_interval, atol=1e-15)
        axes = self.real.plot_single()
        self.assertEqual(len(axes), 3)
        np.testing.assert_array_equal(axes[1].collections[-1].get_offsets()[:, 1], self.real.single[1])
        self.assertEqual(len(ir.significance(*self.system, permutations=0, bootstrap=3).plot_total()), 1)

    def test_an_interval_beside_its_value_is_drawn_where_it_is(self):
        bounds = np.array([[0.4, 0.5], [0.1, 0.2], [0.2, 0.4]])
        moved = ir.Significance({**self.real._arrays, "total": np.full(3, 0.3), "total_interval": bounds},
                                self.real._coordinates, self.real._attributes)
        segments = moved.plot_total()[0].collections[0].get_segments()
        np.testing.assert_array_equal([segment[:, 1] for segment in segments], bounds)

    def test_curve(self):
        axis = self.real.plot_curve(classes=["b", "c"])[0]
        dashed = [line.get_ydata()[0] for line in axis.lines if line.get_linestyle() == "--"]
        np.testing.assert_array_equal(dashed, self.real.total_extrapolated[1:])
        curve = [line for line in axis.lines if len(line.get_xdata()) == 4][0]
        np.testing.assert_array_equal(curve.get_ydata(), self.real.curve_total[1])
        with self.assertRaisesRegex(AttributeError, "subsample=True"):
            ir.significance(*self.system, permutations=2).plot_curve()


if __name__ == "__main__":
    unittest.main()

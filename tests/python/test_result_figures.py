"""Figures of a results file show the arrays that stand in it, as h5py reads them."""
import shutil
import tempfile
import unittest
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import h5py
import matplotlib.pyplot as plt
import numpy as np

import inforelay as ir

OVERRIDES = {"figures": None, "analysis.importance": True,
             "analysis.significance": {"permutations": 9, "bootstrap": 10, "subsample": True, "statistics": "greedy"}}
RECORDING = """
name: cells
recordings:
  v1: {file: rec.npz, states: spikes, input: stimulus, output: choice, axes: [trial, time, unit], time: each}
"""


def points(axis, number=-1):
    """The places of the points of a scatter."""
    return np.asarray(axis.collections[number].get_offsets())


class ResultFigures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.results = ir.run("quick.yaml", OVERRIDES, output=cls.folder / "out", quiet=True)
        cls.layer = cls.results["networks/full/layers/1"]
        cls.file = h5py.File(cls.folder / "out" / "results.h5")
        cls.addClassCleanup(cls.file.close)
        cls.raw = cls.file["networks/full/layers/1"]

    def tearDown(self):
        plt.close("all")

    def test_ablation(self):
        axes = self.layer.plot_ablation(classes=["3", 7])
        self.assertEqual([axis.get_title() for axis in axes], ["3", "7"])
        for axis, c in zip(axes, (3, 7)):
            for word, name, style in (("zero", "at 0, ", "-"), ("mean", "at the mean, ", "--")):
                for kind, end in (("greedy", "first"), ("reverse", "last")):
                    line, = (line for line in axis.lines if line.get_label() == f"{name}relay units {end}")
                    self.assertEqual(line.get_linestyle(), style)
                    np.testing.assert_array_equal(line.get_ydata(), self.raw[f"ablation/{word}/{kind}"][c])
            band = axis.collections[0].get_paths()[0].vertices
            random = self.raw["ablation/zero/random"][c]
            for size in range(9):
                at = band[band[:, 0] == size][:, 1]
                np.testing.assert_allclose([at.min(), at.max()], [random[:, size].min(), random[:, size].max()])
        self.assertEqual((axes[0].get_xlabel(), axes[0].get_ylabel()), ("units knocked out", "balanced accuracy"))

    def test_knockout_sizes(self):
        axes = self.layer.plot_knockout_sizes()
        self.assertEqual(len(axes), 10)
        quantile = self.raw["knockout/test/sizes/quantile"]
        median, = (line for line in axes[4].lines if line.get_label() == "median")
        np.testing.assert_array_equal(median.get_ydata(), quantile[4, :, 3])
        with self.assertRaisesRegex(ir.UsageError, "subset is 'train', expected one of test"):
            self.layer.plot_knockout_sizes(subset="train")

    def test_regression(self):
        given = plt.subplots()[1]
        axis, = self.layer.plot_regression(axes=given)
        self.assertIs(axis, given)
        coefficient = self.raw["regression/coefficient"][:]
        np.testing.assert_array_equal(points(axis, 0), np.transpose([range(10), coefficient[:, 1]]))
        np.testing.assert_array_equal(points(axis, 1), np.transpose([range(10), coefficient[:, 2]]))
        self.assertEqual([text.get_text() for text in axis.texts],
                         [f"{square:.2f}" for square in self.raw["regression/r_squared"]])

    def test_importance(self):
        axis, = self.layer.plot_importance()
        verdict = self.raw["importance/test/verdict"]
        spearman, there = verdict["spearman"][:], np.isfinite(verdict["spearman"][:]).any(axis=1)
        names = [name.decode() for name in verdict["measure"][there]]
        self.assertEqual([label.get_text() for label in axis.get_xticklabels()], names)
        np.testing.assert_array_equal(points(axis, 0)[:, 1], spearman[there].ravel())
        np.testing.assert_array_equal(points(axis, 1)[:, 1], np.nanmean(spearman[there], axis=1))

    def test_geometry(self):
        axis, = self.layer.plot_clusters()
        line, = axis.lines
        np.testing.assert_array_equal(line.get_xydata(), np.transpose([self.raw["geometry/clusters"],
                                                                       self.raw["geometry/cohesion"]]))
        other = self.results["networks/composite/layers/1"].plot_clusters(axes=axis)
        self.assertEqual([line.get_label() for line in other[0].lines], ["full, layer 1", "composite, layer 1"])
        axis, = self.layer.plot_entropy()
        bound, mean, entropy = (line.get_ydata() for line in axis.lines)
        samples, found = self.raw["geometry/samples"][:], self.raw["geometry/entropy"][:]
        np.testing.assert_array_equal(bound, np.minimum(np.log2(samples), 8))
        np.testing.assert_array_equal(mean, found[:, 2])
        np.testing.assert_array_equal(entropy, found[:, 0])
        self.results["networks/composite/layers/1"].plot_entropy(axes=axis)
        self.assertGreater(axis.get_ylim()[1], 10)  # that of ten units has room
        band = axis.collections[0].get_paths()[0].vertices
        self.assertAlmostEqual(band[:, 1].max(), (found[:, 2] + 2 * found[:, 3]).max())

    def test_components(self):
        axis, = self.layer.plot_pca()
        values = self.raw["states/test/value"][:].astype(np.float64)
        deviation = values.std(axis=0)
        varying = values[:, deviation >= 0.05 * np.sort(deviation)[6]]
        standard = (varying - varying.mean(axis=0)) / varying.std(axis=0)
        variance, vectors = np.linalg.eigh(np.cov(standard.T, bias=True))
        scores, input = standard @ vectors[:, :-3:-1], self.raw["states/test/input"][:]
        for c, line in enumerate(axis.lines):
            np.testing.assert_allclose(np.abs(line.get_xydata()), np.abs(scores[input == c]), atol=1e-9)
        self.assertIn(f"{100 * variance[-1] / varying.shape[1]:.1f} %", axis.get_xlabel())

    def test_samples(self):
        axis, = self.layer.plot_confusion()
        input, output = self.raw["states/test/input"][:], self.raw["states/test/output"][:]
        shown = np.asarray(axis.images[0].get_array())
        for c in range(10):
            np.testing.assert_allclose(shown[c], [100 * np.mean(output[input == c] == d) for d in range(10)])
        axes = self.layer.plot_activations()
        self.assertEqual(len(axes), 8)
        for unit, axis in enumerate(axes):
            heights = [patch.get_height() for patch in axis.patches]
            np.testing.assert_array_equal(heights, np.histogram(self.raw["states/test/value"][:, unit], 50, (-1, 1))[0])
            self.assertEqual(axis.lines[0].get_xdata()[0], self.raw["states/test/threshold"][unit, 0])

    def test_weights_and_training(self):
        axes = self.layer.plot_receptive()
        weight = self.file["networks/full/model/layer1/weight"][:]
        np.testing.assert_array_equal(axes[5].images[0].get_array(), weight[5].reshape(28, 28))
        axis, = self.results["networks/full"].plot_training()
        training = self.file["networks/full/training"]
        np.testing.assert_array_equal(axis.lines[2].get_ydata(), training["accuracy_train"][:, 2])
        np.testing.assert_array_equal(axis.lines[12].get_ydata(), training["accuracy_test"][:, 2])
        np.testing.assert_allclose(axis.lines[20].get_ydata(), training["accuracy_train"][:].mean(axis=1))
        detectors, staircase = self.results["networks/composite"].plot_training()
        training = self.file["networks/composite/training"]
        for kind, first in (("train", 0), ("test", 10)):
            np.testing.assert_array_equal(detectors.lines[first + 3].get_ydata(),
                                          training[f"detectors/3/balanced_accuracy_{kind}"])
        self.assertEqual(detectors.get_ylabel(), "balanced accuracy")
        np.testing.assert_array_equal(staircase.lines[3].get_ydata(), training["staircase_train"][:, 3])

    def test_training_of_earlier_versions(self):
        earlier = self.folder / "earlier"
        earlier.mkdir()
        shutil.copy(self.folder / "out" / "results.h5", earlier)
        with h5py.File(earlier / "results.h5", "r+") as file:
            training = file["networks/composite/training"]
            for c in range(10):
                for kind in ("train", "test"):
                    del training[f"detectors/{c}/balanced_accuracy_{kind}"]
        detectors = ir.open(earlier)["networks/composite"].plot_training()[0]
        training = self.file["networks/composite/training"]
        np.testing.assert_array_equal(detectors.lines[3].get_ydata(), training["detectors/3/accuracy_train"])
        self.assertEqual(detectors.get_ylabel(), "accuracy (test unbalanced)")

    def test_readout(self):
        for network, framed in (("full", 0), ("composite", 10)):
            weight = self.file[f"networks/{network}/model/layer2/weight"][:]
            axis, = self.results[f"networks/{network}/layers/1"].plot_readout()
            np.testing.assert_array_equal(axis.images[0].get_array(), weight)
            self.assertEqual([label.get_text() for label in axis.get_yticklabels()], [str(c) for c in range(10)])
            self.assertEqual((axis.get_xlabel(), axis.get_ylabel()), ("unit", "output"))
            self.assertEqual(len(axis.patches), framed)
        size = weight.shape[1] // 10
        self.assertEqual(axis.patches[3].get_xy(), (3 * size - 0.5, 2.5))
        self.assertEqual((axis.patches[3].get_width(), axis.patches[3].get_height()), (size, 1))
        with self.assertRaisesRegex(ir.UsageError, "plot_readout of networks/full, expected a layer such as"):
            self.results["networks/full"].plot_readout()

    def test_results_as_those_of_arrays(self):
        states = self.raw["states/test"]
        expected = ir.analyze(states["value"][:], states["input"][:], states["output"][:], exhaustive=True,
                              classes=range(10))
        found = self.layer.as_analysis()
        for name in expected.names():
            np.testing.assert_array_equal(found._arrays[name], expected._arrays[name], name)
        self.assertIn("results networks/full/layers/1, subset test", repr(found))
        image = np.asarray(found.plot_node()[1].images[0].get_array())
        np.testing.assert_array_equal(np.sort(image), np.sort(self.raw["relay/test/single"]))
        stream = ["networks", "full", "significance", "1", "test"]
        real = ir.significance(states["value"][:], states["input"][:], states["output"][:], permutations=9,
                               bootstrap=10, subsample=True, seed=1, stream=stream, classes=range(10))
        saved = self.layer.as_significance()
        self.assertLess(25, len(set(saved.names()) & set(real.names())))
        for name in saved.names():
            np.testing.assert_array_equal(saved._arrays[name], real._arrays[name], name)
        found.plot_sizes(significance=saved)
        bars = [bar.get_y() for bar in saved.plot_total()[0].patches]
        np.testing.assert_array_equal(bars, self.raw["significance/test/total_null"][:, 0])

    def test_times(self):
        random = np.random.default_rng(0)
        stimulus = random.integers(3, size=40)
        spikes = random.poisson(2 + stimulus[:, None, None] * np.array([[0, 1, 2, 3]]), (40, 5, 4)).astype(np.float32)
        np.savez(self.folder / "rec.npz", spikes=spikes, stimulus=stimulus, choice=stimulus)
        (self.folder / "cells.yaml").write_text(RECORDING)
        layer = ir.run(self.folder / "cells.yaml", output=self.folder / "cells",
                       quiet=True)["recordings/v1/layers/states"]
        found = layer.as_analysis()
        self.assertEqual(found.aggregated.shape, (5, 3, 4))
        expected = ir.analyze(spikes, stimulus, stimulus, axes=["trial", "time", "unit"], time="each")
        for analysis in (found, expected):
            axes = analysis.plot_time(["1", "2"] if analysis is found else [1, 2])
            for axis, c in zip(axes, (1, 2)):
                np.testing.assert_array_equal(axis.images[0].get_array(), expected.aggregated[:, c].T)
        with self.assertRaisesRegex(ir.UsageError, "as_significance: results with time each"):
            layer.as_significance()
        with self.assertRaisesRegex(ir.UsageError, "plot_readout of recordings/v1/layers/states, expected"):
            layer.plot_readout()
        overrides = {"analysis.relay.classes": [0, 2], "analysis.relay.exhaustive": []}
        some = ir.run(self.folder / "cells.yaml", overrides, output=self.folder / "some",
                      quiet=True)["recordings/v1/layers/states"].as_analysis()
        self.assertEqual(list(some.classes), ["0", "2"])
        self.assertEqual(some.single.shape, (5, 2, 4))
        for name in ("total", "single", "aggregated", "greedy.information"):
            np.testing.assert_array_equal(some._arrays[name], found._arrays[name][:, [0, 2]], name)
            self.assertTrue(np.isfinite(some._arrays[name]).all())

    def test_what_is_not_there_is_named(self):
        root, layer = self.results, self.layer
        for call, message in ((root.plot_ablation, "plot_ablation: / has no ablation, expected a group of a run"),
                              (root.plot_receptive, "plot_receptive of /, expected networks/NAME or a layer of it"),
                              (lambda: layer.plot_confusion(subset="all"), "subset is 'all', expected one of test"),
                              (lambda: layer.as_analysis("all"), "subset is 'all', expected one of test, train"),
                              (lambda: layer.plot_ablation(classes=["10"]), "class '10' is not there; there are 0")):
            with self.assertRaisesRegex(ir.UsageError, message):
                call()

    def test_lists_of_texts_are_coordinates_and_attributes(self):
        self.assertEqual(list(self.layer["regression/coefficient"].coords["term"].values),
                         ["intercept", "set_size", "information"])
        self.assertEqual(list(self.layer["ablation"].attrs["replacements"]), ["zero", "mean"])
        self.assertEqual(self.layer.root["networks/full/layers/1"].name, self.layer.name)


if __name__ == "__main__":
    unittest.main()

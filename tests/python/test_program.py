"""The program from Python: its numbers are those of the package to the last bit; its results as arrays of xarray."""
import contextlib
import io
import os
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import numpy as np

import inforelay as ir
import reference

CONFIG = """
name: cells
recordings:
  v1: {file: rec.npz, states: spikes, input: stimulus, output: choice}
analysis:
  discretize: %s
  contrast: %s
  relay: {subsets: [all], exhaustive: [all]}
  measures: [co_information, representation]
"""
# discretize of the program, the same for the package, contrast
SETTINGS = [("kmeans", "kmeans", "one_vs_rest"),
            ("{method: kmeans_iterated}", {"method": "kmeans_iterated", "seed": 1,
                                           "stream": ("recordings", "v1", "states", "all")}, "one_vs_rest"),
            ("{method: threshold, threshold: 0.3}", {"method": "threshold", "threshold": 0.3}, "one_vs_rest"),
            ("{method: equal_population, levels: 3}", {"method": "equal_population", "levels": 3}, "one_vs_rest"),
            ("median", "median", "whole")]
ARRAYS = {"total": "total", "single": "single", "aggregated": "aggregated", "participation": "participation",
          "input_output_information": "input_output_information", "information": "information",
          "greedy/removal_order": "greedy.removal_order", "greedy/information": "greedy.information",
          "best/information": "best.information", "best/set": "best.set", "best/above_greedy": "best.above_greedy"}

_VALUES = ("total", "single", "aggregated", "greedy", "maximum", "maximum_any")  # of the samples; in the file in relay/


class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = Path(cls.scratch.name)
        cls.values, cls.input, cls.output = reference.random_system(500, 6, seed=3)
        cls.values[:, 4] = np.round(cls.values[:, 4], 1)  # some values on the threshold 0.3
        np.savez(cls.folder / "rec.npz", spikes=cls.values.astype(np.float64), stimulus=cls.input, choice=cls.output)

    def run_config(self, number, discretize, contrast):
        config = self.folder / f"cells{number}.yaml"
        config.write_text(CONFIG % (discretize, contrast))
        return ir.run(config, output=self.folder / f"out{number}", quiet=True)

    def test_numbers_are_the_same_to_the_last_bit(self):
        for number, (discretize, same, contrast) in enumerate(SETTINGS):
            with self.subTest(discretize=discretize, contrast=contrast):
                results = self.run_config(number, discretize, contrast)
                layer = results["recordings/v1/layers/states"]
                found = ir.analyze(self.values.astype(np.float64), self.input, self.output, discretize=same,
                                   contrast=contrast, exhaustive=True, measures=["co_information", "representation"])
                for path, name in ARRAYS.items():
                    ours, theirs = found._arrays[name], layer[f"relay/all/{path}"].values
                    self.assertEqual(np.asarray(ours, theirs.dtype).tobytes(), theirs.tobytes(), path)
                for measure in ("co_information", "representation"):
                    self.assertEqual(found.measures[measure].tobytes(),
                                     layer[f"measures/all/{measure}"].values.tobytes())
                for name in ("occupied_states", "singleton_fraction", "entropy_bits", "output_given_state_bits",
                             "input_given_state_bits"):
                    self.assertEqual(getattr(found, name), layer[f"states/all/{name}"].values[()], name)
                np.testing.assert_array_equal(found.thresholds, layer["states/all/threshold"].values)

    def test_significance_is_the_same_to_the_last_bit(self):
        for number, (discretize, same, contrast) in enumerate(SETTINGS[3:]):
            with self.subTest(discretize=discretize, contrast=contrast):
                config = self.folder / f"significance{number}.yaml"
                config.write_text(CONFIG % (discretize, contrast) + "  significance: {permutations: 9, bootstrap: 5, "
                                  "nulls: [no_relay, nothing_to_relay], statistics: greedy, maximum: 4}\n")
                group = ir.run(config, quiet=True, output=self.folder / f"outsignificance{number}")[
                    "recordings/v1/layers/states/significance/all"]
                call = lambda **options: ir.significance(
                    self.values.astype(np.float64), self.input, self.output, discretize=same, contrast=contrast, seed=1,
                    stream=("recordings", "v1", "significance", "states", "all"), **options)
                found = call(permutations=9, bootstrap=5, subsample=True)
                other = call(permutations=9, null="nothing_to_relay")
                best = call(permutations=4, maximum=True)
                pairs = [(found, name, name) for name in found._arrays if name not in _VALUES]
                pairs += [(other, name, f"nothing_to_relay/{name}") for name in other._arrays if name not in _VALUES]
                pairs += [(best, name, name) for name in best._arrays if name.startswith("maximum") and "_" in name
                          and name not in _VALUES]
                self.assertGreater(len(pairs), 35)
                for result, name, path in pairs:
                    self.assertEqual(result._arrays[name].tobytes(), group[path].values.tobytes(), path)

    def test_results_as_groups_and_arrays(self):
        results = self.run_config("results", "kmeans", "one_vs_rest")
        self.assertEqual(results.path, (self.folder / "outresults").resolve())
        self.assertEqual(results.attrs["format"], "inforelay-results")
        self.assertIn("recordings", results)
        relay = results.recordings.v1["layers/states/relay/all"]
        total = relay["total"]
        self.assertEqual(total.dims, ("class",))
        self.assertEqual(list(total.coords["class"].values), ["0", "1", "2"])
        self.assertEqual(total.attrs["units"], "bit")
        self.assertEqual(float(relay.single.sel({"class": "1"})[2]), float(relay["single"][1, 2]))
        self.assertIn("total", relay.to_xarray())
        self.assertIn("greedy", relay)
        self.assertIn("recordings/v1/layers/states/relay/all", results.groups())
        self.assertIn("relay information of all units together", repr(relay))
        with self.assertRaisesRegex(KeyError, "'nothing' is not in results.h5"):
            results["nothing"]
        self.assertEqual(len(ir.open(results.path / "results.h5")), len(results))

    def test_arrays_are_read_when_they_are_used(self):
        results = self.run_config("lazy", "kmeans", "one_vs_rest")
        information = results["recordings/v1/layers/states/relay/all"].to_xarray()["information"]
        self.assertFalse(information.variable._in_memory)
        self.assertEqual(information[1, 5].values, information.values[1, 5])

    def test_each_group_is_opened_once(self):
        results = self.run_config("once", "kmeans", "one_vs_rest")
        import xarray
        with unittest.mock.patch.object(xarray, "open_dataset", wraps=xarray.open_dataset) as opened:
            for name in ("total", "single", "total"):
                results[f"recordings/v1/layers/states/relay/all/{name}"].load()
                results.recordings.v1["layers/states/relay/all"][name].load()
        self.assertEqual(opened.call_count, 1)

    def enter_folder(self):
        here = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, here)

    def test_the_folder_is_that_of_the_program(self):
        self.enter_folder()
        config = self.folder / "named.yaml"
        config.write_text(CONFIG % ("kmeans", "one_vs_rest"))
        first = ir.run(config, {"seed": 5}, quiet=True)
        self.assertTrue(first.path.name.startswith("cells-"))
        self.assertEqual(first.path.parent.name, "runs")
        changed = (first.path / "results.h5").stat().st_mtime_ns
        again = ir.run(config, {"seed": 5}, quiet=True)
        self.assertEqual(again.path, first.path)
        self.assertEqual((again.path / "results.h5").stat().st_mtime_ns, changed)
        self.assertNotEqual(ir.run(config, {"analysis.discretize": {"method": "kmeans", "levels": 3}}, quiet=True).path,
                            first.path)

    def test_settings_of_numpy(self):
        for value, text in ((np.int64(3), "3"), (np.float32(0.5), "0.5"), (np.bool_(True), "true"),
                            ({"levels": np.int32(3)}, '{"levels": 3}'), ([np.uint8(1), 2], "[1, 2]"),
                            (np.array([1, 2]), "[1, 2]"), ([Path("a")], '["a"]'), ("word", "word"), (None, "null")):
            self.assertEqual(ir._run._setting(value), text)
        with self.assertRaisesRegex(TypeError, r"overrides has \{1\} of type set, expected numbers"):
            ir._run._setting([{1}])

    def test_results_opened_by_a_relative_path_stay_open(self):
        expected = self.run_config("relative", "kmeans", "one_vs_rest")
        self.enter_folder()
        for path in ("outrelative", Path("outrelative", "results.h5"),
                     os.path.join("..", self.folder.name, "outrelative")):
            with self.subTest(path=path):
                os.chdir(self.folder)
                results = ir.open(path)
                os.chdir("/")
                self.assertEqual(results.path, expected.path)
                relay = results["recordings/v1/layers/states/relay/all"]
                np.testing.assert_array_equal(relay["total"].values,
                                              expected["recordings/v1/layers/states/relay/all/total"].values)
                self.assertIn("single", relay)

    def test_complete_results_are_found_under_another_name(self):
        self.enter_folder()
        config = self.folder / "renamed.yaml"
        config.write_text(CONFIG % ("mean", "one_vs_rest"))
        first = ir.run(config, quiet=True)
        ir.run(config, {"name": "others", "seed": 7}, quiet=True)  # runs/others-latest leads to this run
        for quiet in (True, False):
            with contextlib.redirect_stdout(io.StringIO()) as written:
                self.assertEqual(ir.run(config, {"name": "others"}, quiet=quiet).path, first.path)
            self.assertEqual(written.getvalue(), "" if quiet else (first.path / "summary.txt").read_text())

    def test_a_sweep_and_one_with_failed_runs(self):
        self.enter_folder()
        config = self.folder / "sweep.yaml"
        for methods, failed in (("kmeans, median", 0), ("kmeans, symbols", 1)):
            config.write_text(CONFIG % ("kmeans", "one_vs_rest")
                              + "sweep: {parameters: {analysis.discretize: {values: [%s]}}}\n" % methods)
            found = []
            for quiet in (False, False, True):  # the second is complete, or retries what failed
                with contextlib.redirect_stdout(io.StringIO()) as written:
                    found.append(ir.run(config, quiet=quiet).path)
                self.assertEqual(written.getvalue(), "" if quiet else (found[0] / "summary.txt").read_text())
            self.assertEqual(set(found), {found[0]})
            self.assertEqual((found[0] / "sweep.csv").read_text().count("failed"), failed)

    def test_what_is_not_a_program_is_refused(self):
        with unittest.mock.patch.dict(os.environ, INFORELAY_PROGRAM=__file__):
            with self.assertRaisesRegex(ir.IoError, "which is not an executable file"):
                ir.program()

    def test_errors_have_the_words_of_the_program(self):
        config = self.folder / "wrong.yaml"
        config.write_text(CONFIG % ("no_such_method", "one_vs_rest"))
        with self.assertRaisesRegex(ir.UsageError, "no_such_method"):
            ir.run(config, output=self.folder / "wrong", quiet=True)
        config.write_text((CONFIG % ("kmeans", "one_vs_rest")).replace("rec.npz", "missing.npz"))
        with self.assertRaisesRegex((ir.DataError, ir.UsageError), "missing.npz"):
            ir.run(config, output=self.folder / "wrong", quiet=True)

    def test_installed_configurations_are_found_by_name(self):
        with self.assertRaisesRegex(ir.UsageError, "no_such_setting"):
            ir.run("quick.yaml", {"no_such_setting": 1}, quiet=True)


if __name__ == "__main__":
    unittest.main()

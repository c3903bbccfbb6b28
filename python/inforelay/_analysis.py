"""Relay information: of given sets, of single units, along the greedy path, of all sets."""
from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

import numpy as np
from numpy.typing import ArrayLike

from . import _core, _plot
from ._arrays import unit_lists, whole_number
from ._core import UsageError
from ._named import MOST_ROWS, NamedArrays, first_rows
from ._progress import reporter
from ._samples import prepare, require_pooled, warn_if_undersampled
from ._sets import units_of
from ._types import Discretize, Names, Progress, Sets, Time

if TYPE_CHECKING:
    import xarray


class Analysis(NamedArrays):
    """What `analyze` found. Arrays in bits; with time "each" all have `time` as their first axis.

    Attributes
    ----------
    total : [class]
        Relay information of all units together.
    input_output_information : [class]
        I(X_in; X_out), an upper bound of it.
    single : [class, unit]
        Loss of relay information without the unit.
    aggregated : [class, unit]
        Aggregated relay information.
    participation : [class]
        Number of units over which it is spread.
    greedy.removal_order, greedy.information : [class, step]
        The unit removed at each step, and the relay information of what is left.
    information : [class, set]
        Of every set of units, float32; index: bit k is unit k.
    best.information, best.set : [class, size]
        The set of each size with the largest relay information.
    best.above_greedy, best.above_greedy_as_published : [class]
        Fraction of all sets with more relay information than the greedy set of their size.
    measures.NAME : [class, set]
        Further measures of every set.
    thresholds : [unit, cut]
    occupied_states, singleton_fraction, entropy_bits, output_given_state_bits, input_given_state_bits
        How the samples are spread over the states.
    classes : array
        Names of the contrasts.
    """

    _about = {
        "total": (("class",), "bit", "relay information of all units together"),
        "input_output_information": (("class",), "bit", "I(X_in; X_out): an upper bound of the total"),
        "single": (("class", "unit"), "bit", "loss of relay information without the unit"),
        "aggregated": (("class", "unit"), "bit", "aggregated relay information"),
        "participation": (("class",), "1", "participation ratio of the aggregated relay information"),
        "greedy.removal_order": (("class", "step"), "1", "unit removed at each step"),
        "greedy.information": (("class", "step"), "bit", "relay information of what is left after that removal"),
        "information": (("class", "set"), "bit", "relay information of every set of units"),
        "best.information": (("class", "size"), "bit", "largest relay information of a set of each size"),
        "best.set": (("class", "size"), "1", "that set, bit k is unit k; among equal ones the lowest"),
        "best.above_greedy": (("class",), "1", "fraction of all sets above the greedy set of their size"),
        "best.above_greedy_as_published": (("class",), "1", "the same against the greedy set one smaller"),
        **{f"measures.{name}": (("class", "set"), "bit", f"{name.replace('_', ' ')} of every set of units")
           for name in _core.set_measures},
        "thresholds": (("unit", "cut"), "1", "a unit's state is the number of these that its value is above"),
        "occupied_states": ((), "1", "distinct states that occur"),
        "singleton_fraction": ((), "1", "fraction of the samples that are alone in their state"),
        "entropy_bits": ((), "bit", "plug-in entropy of the states"),
        "output_given_state_bits": ((), "bit", "H(output given state)"),
        "input_given_state_bits": ((), "bit", "H(input given state)"),
    }
    _missing = {"greedy": "greedy=True", "aggregated": "greedy=True", "participation": "greedy=True",
                "information": "exhaustive=True", "best": "exhaustive=True", "measures": "measures=[...]"}

    @property
    def classes(self) -> np.ndarray:
        return self._coordinates["class"]

    @property
    def _title(self):
        size = self._attributes
        times = f", {len(self._coordinates['time'])} times" if "time" in self._coordinates else ""
        return f"{size['samples']} samples, {size['units']} units, {len(self.classes)} contrasts{times}"

    def _lines(self):
        about = self._attributes  # of results of a file, which one
        lines = [", ".join(f"{name} {about[name]}" for name in ("discretize", "contrast", "results", "subset")
                           if name in about)]
        if "time" not in self._coordinates:
            lines.append(f"{self.occupied_states} states occur, {100 * self.singleton_fraction:.1f} % of the samples "
                         f"are alone in theirs; their entropy is {self.entropy_bits:.3f} bits")
        return lines

    def _table(self):
        if "time" in self._coordinates:
            times, more = self._coordinates["time"], ["..."] if len(self.classes) > MOST_ROWS else []
            row = lambda t: [str(times[t]), *(f"{value:.4f}" for value in self.total[t, :MOST_ROWS]), *more]
            titles = ["time", *(f"I_R(all) {name}" for name in self.classes[:MOST_ROWS]), *more]
            return titles, first_rows(row, len(times))
        titles = ["class", "I(X_in; X_out)", "I_R(all)"]
        if "greedy.removal_order" in self._arrays:
            titles += ["last two", "participation"]
            last = self.last_units(min(2, self._attributes["units"]))
        if "information" in self._arrays:
            titles += ["above greedy"]

        def row(c):
            texts = [str(self.classes[c]), f"{self.input_output_information[c]:.4f}", f"{self.total[c]:.4f}"]
            if "greedy.removal_order" in self._arrays:
                texts += [" ".join(map(str, last[c])), f"{self.participation[c]:.1f}"]
            if "information" in self._arrays:
                texts += [f"{100 * self.best.above_greedy[c]:.3g} %"]
            return texts

        return titles, first_rows(row, len(self.classes))

    def _check_not_timed(self, what):
        if "time" in self._coordinates:
            raise UsageError(f"{what} of an analysis with time each, expected an analysis of one time")

    def last_units(self, count: int) -> list[list[int]]:
        """The units that greedy removal keeps longest, ascending, of each class: a list of lists."""
        self._check_not_timed("last_units")
        whole_number(count, "count", 1, self._attributes["units"])
        order = self.greedy.removal_order
        return [sorted(map(int, row[len(row) - count:])) for row in order]

    def best_set(self, class_index: int, size: int) -> list[int]:
        """Units of the best set of this size of a class, by its position among `classes`."""
        self._check_not_timed("best_set")
        return units_of(int(self.best.set[class_index, size]))

    plot_node = _plot.plot_node
    plot_relay = _plot.plot_relay
    plot_sizes = _plot.plot_sizes
    plot_function = _plot.plot_function
    plot_density = _plot.plot_density
    plot_modules = _plot.plot_modules
    plot_ablation = _plot.plot_ablation
    plot_knockout_sizes = _plot.plot_knockout_sizes
    plot_time = _plot.plot_time


class Greedy(NamedArrays):
    """A greedy search: see `greedy`. In xarray, `sets` of a branching one is [class, step, tied_set], -1 behind the
    last."""

    _about = {
        "removal_order": (("class", "step"), "1", "unit removed at each step"),
        "information": (("class", "step"), "bit", "relay information of what is left after that removal"),
        "aggregated": (("class", "unit"), "bit", "aggregated relay information"),
        "tied": (("class", "step"), "1", "number of sets that share the largest relay information"),
    }
    _missing = {"tied": "branching=True", "sets": "branching=True"}

    def to_xarray(self) -> xarray.Dataset:
        dataset = super().to_xarray()
        lists = dataset.attrs.pop("sets", None)  # a file of netCDF has no lists of lists
        if lists is None:
            return dataset
        sets = np.full((*self.tied.shape, int(self.tied.max())), -1, np.int64)
        for c, steps in enumerate(lists):
            for step, tied in enumerate(steps):
                sets[c, step, :len(tied)] = tied
        return dataset.assign(sets=(("class", "step", "tied_set"), sets,
                                    {"units": "1", "long_name": "sets that share the largest relay information: bit k "
                                                                "is unit k; -1: no more"}))

    @property
    def _title(self):
        return f"{self._attributes['units']} units, {len(self._coordinates['class'])} contrasts"

    def _table(self):
        names = self._coordinates["class"]
        title, steps = (("removal order", self.removal_order) if "removal_order" in self._arrays
                        else ("tied sets at each step", self.tied))
        return ["class", title], first_rows(lambda c: [str(names[c]), " ".join(map(str, steps[c]))], len(names))


def _single_analysis(prepared, greedy, exhaustive, measures, progress):
    samples, report = prepared.samples, lambda label: reporter(progress, label)
    occupancy = samples.occupancy()
    arrays = {"total": samples.total(), "input_output_information": samples.input_output_information(),
              "single": samples.single(report("single units")),
              "thresholds": prepared.cuts if prepared.cuts.shape[1] > 0 else None,
              **dict(zip(("occupied_states", "singleton_fraction", "entropy_bits", "output_given_state_bits",
                          "input_given_state_bits"), occupancy))}
    if greedy or exhaustive:
        order, information, aggregated, participation = samples.greedy(report("greedy search"))
    if greedy:
        arrays.update({"aggregated": aggregated, "participation": participation, "greedy.removal_order": order,
                       "greedy.information": information})
    if exhaustive:
        found = samples.exhaustive(order, information, report("relay information of all sets"))
        arrays.update({"information": found["information"], "best.information": found["best_information"],
                       "best.set": found["best_set"], "best.above_greedy": found["above_greedy"],
                       "best.above_greedy_as_published": found["above_greedy_as_published"]})
    if measures:
        found = samples.measures(measures, report("measures of all sets"))
        arrays.update({f"measures.{name}": array for name, array in found.items()})
    return Analysis(arrays, prepared.coordinates(), prepared.attributes())


def _stacked(each):
    """Analyses of several times as one; thresholds are the same at all times."""
    arrays = {name: np.stack([np.asarray(one._arrays[name]) for one in each]) for name in each[0]._arrays}
    coordinates = {"time": np.arange(len(each)), **each[0]._coordinates}
    return Analysis(arrays, coordinates, each[0]._attributes)


def _names(measures):
    if isinstance(measures, str):
        measures = [measures]
    return [str(name) for name in measures]


def analyze(states: ArrayLike, input: ArrayLike, output: ArrayLike, *, discretize: Discretize = "kmeans",
            contrast: str = "one_vs_rest", classes: ArrayLike | None = None, greedy: bool = True,
            exhaustive: bool = False, measures: Names = (), axes: Sequence[str] | None = None, time: Time = "pooled",
            progress: Progress = None) -> Analysis:
    """Relay information of the units of a system: of all together, of single ones, along the greedy path, of all sets.

    I_R = I(X_in; X_out | Y_0) - I(X_in; X_out | Y_0, Y_R), in bits, of a set of units Y_R given all others Y_0 (Hintze
    and Adami, Entropy 2023, 25(3), 401). The numbers are those of run_experiment for a recording of the same arrays,
    to the last bit, for any number of threads.

    Parameters
    ----------
    states : array_like, [sample, unit]
        Values of the units: real numbers. float32 with contiguous rows are not copied. More dimensions need `axes`.
    input, output : array_like, [sample]
        What was asked and what was answered: integers in [0, 65535] or words; others need `classes`.
    discretize : str, dict or array_like
        As `method` of `discretize`; {"method": "kmeans", "levels": 3} with its options, or thresholds [unit] or cuts
        [unit, cut] of other samples.
    contrast : str
        "one_vs_rest": for each symbol, is it this one? "whole": the symbols themselves, one contrast.
    classes : array_like, optional
        The symbols, in the order of the results. Without it those that occur, ascending.
    greedy : bool
        The greedy search and what follows from it.
    exhaustive : bool
        All 2^K sets of up to 24 units; 4 bytes for each set and class.
    measures : sequence of str
        Further measures of all sets: mutual_information_input, mutual_information_output, co_information,
        representation, intersection_information, miller_madow_correction.
    axes : sequence of str, optional
        Names of the dimensions of states: sample, trial, time and unit; by default those of an `xarray.DataArray`.
        Symbols are then given for each trial [trial], or for each step in the order of these axes.
    time : str, int or list of int
        "pooled": every step is a sample; "each": one analysis for each time, with the cuts of all; or these times only.
    progress : bool or callable, optional
        True: a bar on stderr. A function: called with (done, total) of the part that is being computed.

    Returns
    -------
    Analysis

    Raises
    ------
    DataError
        No samples, values that are not finite, symbols that are out of range.
    UsageError
        Shapes that do not fit, unknown words, more than 24 units with exhaustive=True, more than 4096 units.
    TypeError
        Elements that are no numbers or words.

    Warns
    -----
    SamplingWarning
        If many samples are alone in their state, or input and output have no symbol in common.

    Examples
    --------
    Two units, and the answer is their exclusive or, which neither knows by itself:

    >>> import inforelay as ir
    >>> r = ir.analyze([[0, 0], [0, 1], [1, 1], [1, 0]] * 5, [0, 1, 0, 1] * 5, [0, 1, 0, 1] * 5, exhaustive=True)
    >>> r.total
    array([1., 1.])
    >>> r.information[0]
    array([0., 1., 1., 1.], dtype=float32)
    >>> r
    Analysis: 20 samples, 2 units, 2 contrasts
      discretize kmeans, contrast one_vs_rest
      4 states occur, 0.0 % of the samples are alone in theirs; their entropy is 2.000 bits
      class  I(X_in; X_out)  I_R(all)  last two  participation  above greedy
          0          1.0000    1.0000       0 1            nan           0 %
          1          1.0000    1.0000       0 1            nan           0 %
    """
    prepared = prepare(states, input, output, discretize=discretize, contrast=contrast, classes=classes, axes=axes,
                       time=time, progress=reporter(progress, "discretisation"))
    each = prepared if isinstance(prepared, list) else [prepared]
    found = [_single_analysis(one, greedy, exhaustive, _names(measures), progress) for one in each]
    worst = max(found, key=lambda one: one.singleton_fraction)
    warn_if_undersampled(worst.singleton_fraction, worst._attributes["samples"])
    return _stacked(found) if isinstance(prepared, list) else found[0]


def relay_information(states: ArrayLike, input: ArrayLike, output: ArrayLike, sets: Sets, *, estimator: str = "exact",
                      discretize: Discretize = "kmeans", contrast: str = "one_vs_rest",
                      classes: ArrayLike | None = None, axes: Sequence[str] | None = None, time: Time = "pooled",
                      progress: Progress = None) -> np.ndarray:
    """Relay information of given sets of units, in bits.

    Parameters
    ----------
    states, input, output, discretize, contrast, classes, axes, time, progress
        As of `analyze`; time not "each".
    sets : list of lists of int
        Units of each set, each once. The empty set has 0.
    estimator : str
        "exact": plug-in, from exact integers, so that equal information is equal. Otherwise each of the eight entropies
        is estimated by itself: plug_in, miller_madow, chao_shen, grassberger_1988, grassberger_2003, nsb (up to 62
        units); nothing is clamped, so values may be out of their bounds.

    Returns
    -------
    ndarray, [class, set]

    Raises
    ------
    DataError, UsageError, TypeError
        As `analyze`; UsageError for a unit that is not there or named twice, and for an unknown estimator.

    Examples
    --------
    >>> import inforelay as ir
    >>> states, answer = [[0, 0], [0, 1], [1, 1], [1, 0]] * 5, [0, 1, 0, 1] * 5
    >>> ir.relay_information(states, answer, answer, sets=[[0], [0, 1], []])
    array([[1., 1., 0.],
           [1., 1., 0.]])
    """
    lists, report = unit_lists(sets), reporter(progress, "relay information")
    prepared = require_pooled(prepare(states, input, output, discretize=discretize, contrast=contrast, classes=classes,
                                      axes=axes, time=time), "relay information")
    warn_if_undersampled(prepared.samples.occupancy()[1], prepared.samples.samples)
    if estimator == "exact":
        return prepared.samples.relay(lists, report)
    return prepared.samples.estimated_relay(lists, str(estimator), report)


def greedy(states: ArrayLike, input: ArrayLike, output: ArrayLike, *, branching: bool = False, max_sets: int = 10_000,
           discretize: Discretize = "kmeans", contrast: str = "one_vs_rest", classes: ArrayLike | None = None,
           axes: Sequence[str] | None = None, time: Time = "pooled", progress: Progress = None) -> Greedy:
    """Greedy search (shrinking subset aggregation): from all units on, the one whose removal leaves the most is
    removed.

    Parameters
    ----------
    states, input, output, discretize, contrast, classes, axes, time, progress
        As of `analyze`; time not "each".
    branching : bool
        Keep at each step all sets that share the largest relay information, in place of the lowest unit's. Up to 32
        units of two levels.
    max_sets : int
        Most tied sets of a step; more is a ComputeError.

    Returns
    -------
    Greedy
        `removal_order`, `information` [class, step] and `aggregated` [class, unit]. With branching: `information`,
        `tied` [class, step], the number of sets, and `sets`: of each class a list of the sets' indices at each step.

    Raises
    ------
    DataError, UsageError, TypeError
        As `analyze`; UsageError for branching of more units or levels than it takes.
    ComputeError
        If a step of branching has more than max_sets tied sets.

    Examples
    --------
    >>> import inforelay as ir
    >>> states, answer = [[0, 0], [0, 1], [1, 1], [1, 0]] * 5, [0, 1, 0, 1] * 5
    >>> ir.greedy(states, answer, answer).removal_order
    array([[0, 1],
           [0, 1]], dtype=uint16)
    >>> ir.greedy(states, answer, answer, branching=True).sets[0]
    [array([1, 2], dtype=uint32), array([0], dtype=uint32)]
    """
    report = reporter(progress, "greedy search")
    prepared = require_pooled(prepare(states, input, output, discretize=discretize, contrast=contrast, classes=classes,
                                      axes=axes, time=time), "greedy")
    samples = prepared.samples
    warn_if_undersampled(samples.occupancy()[1], samples.samples)
    if not branching:
        order, information, aggregated, _ = samples.greedy(report)
        return Greedy({"removal_order": order, "information": information, "aggregated": aggregated},
                      prepared.coordinates(), prepared.attributes())
    most = whole_number(max_sets, "max_sets", 1, 2**40)
    paths = [samples.branching(c, most, report) for c in range(samples.contrasts)]
    return Greedy({"information": np.array([information for information, _ in paths]),
                   "tied": np.array([[len(sets) for sets in path] for _, path in paths])},
                  prepared.coordinates(), {**prepared.attributes(), "sets": [path for _, path in paths]})


def measures(states: ArrayLike, input: ArrayLike, output: ArrayLike, names: Names | None = None, *,
             discretize: Discretize = "kmeans", contrast: str = "one_vs_rest", classes: ArrayLike | None = None,
             axes: Sequence[str] | None = None, time: Time = "pooled",
             progress: Progress = None) -> dict[str, np.ndarray]:
    """Information measures of every set B of up to 24 units, plug-in estimates in bits.

    Parameters
    ----------
    states, input, output, discretize, contrast, classes, axes, time, progress
        As of `analyze`; time not "each".
    names : sequence of str, optional
        By default all: mutual_information_input I(X_in; B), mutual_information_output I(X_out; B), co_information
        I(X_in; X_out) - I(X_in; X_out | B), representation I(X_in; B | X_out), intersection_information, and
        miller_madow_correction of the relay information of the units that are not in B.

    Returns
    -------
    dict of str to ndarray, [class, set], float32
        Index: bit k is unit k of the set B itself.

    Raises
    ------
    DataError, UsageError, TypeError
        As `analyze`; UsageError for another name and for more than 24 units.

    Examples
    --------
    >>> import inforelay as ir
    >>> answer = [0, 1, 0, 1] * 5
    >>> ir.measures([[0, 0], [0, 1], [1, 1], [1, 0]] * 5, answer, answer, ["co_information"])["co_information"][0]
    array([0., 0., 0., 1.], dtype=float32)
    """
    report = reporter(progress, "measures of all sets")
    prepared = require_pooled(prepare(states, input, output, discretize=discretize, contrast=contrast, classes=classes,
                                      axes=axes, time=time), "measures")
    warn_if_undersampled(prepared.samples.occupancy()[1], prepared.samples.samples)
    return prepared.samples.measures(_names(_core.set_measures if names is None else names), report)

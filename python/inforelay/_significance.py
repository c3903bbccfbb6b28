"""Is it real? Null distributions, bootstrap and subsampling of relay information."""
from __future__ import annotations

from typing import Sequence

import numpy as np
from numpy.typing import ArrayLike

from . import _core, _plot_significance
from ._arrays import real_number, seed_number, unit_lists, whole_number
from ._core import UsageError
from ._named import NamedArrays, first_rows
from ._progress import reporter
from ._samples import prepare, require_pooled
from ._types import Discretize, Names, Progress, Sets, Time

_COLUMNS = {"total": ("class",), "single": ("class", "unit"), "aggregated": ("class", "unit"),
            "greedy": ("class", "size"), "sets": ("class", "tested_set"), "maximum": ("class", "size"),
            "maximum_any": ("class",)}
_WHAT = {"total": "relay information of all units", "single": "relay information of the unit alone",
         "aggregated": "aggregated relay information", "greedy": "relay information of the greedy set of each size",
         "sets": "relay information of the set", "maximum": "largest relay information of a set of each size",
         "maximum_any": "largest relay information of any set"}


class Significance(NamedArrays):
    """What `significance` found, by the names that results.h5 has for it.

    Attributes
    ----------
    total_p, single_p, aggregated_p, greedy_p, sets_p, maximum_p, maximum_any_p
        p-values: (1 + null values at least as large) / (1 + permutations).
    NAME, NAME_null_mean, NAME_null : [..., null_percent]
        The value of the samples; mean, and quantiles 5, 50 and 95 %, of the null.
    NAME_interval : [..., bound], NAME_bias
        Of the bootstrap, of total, single and aggregated.
    last_two_recur, half_set_recurs : [class], in_half_set : [class, unit]
        Fractions of the resamples with the same greedy sets.
    curve_total, curve_total_sd : [class, curve_samples], curve_single : [class, unit, curve_samples]
        Means over subsamples of N/8, N/4, N/2 and N samples; total_extrapolated, single_extrapolated: their limit.
    classes : array
        Names of the contrasts.
    """

    _about = {
        **{f"{name}_p": (axes, "1", f"p-value of the {_WHAT[name]}") for name, axes in _COLUMNS.items()},
        **{f"{name}_null": ((*axes, "null_percent"), "bit", f"quantiles of the null of the {_WHAT[name]}")
           for name, axes in _COLUMNS.items()},
        **{f"{name}_null_mean": (axes, "bit", f"mean of the null of the {_WHAT[name]}")
           for name, axes in _COLUMNS.items()},
        **{name: (axes, "bit", _WHAT[name]) for name, axes in _COLUMNS.items()},
        **{f"{name}_interval": ((*_COLUMNS[name], "bound"), "bit", f"bootstrap interval of the {_WHAT[name]}")
           for name in ("total", "single", "aggregated")},
        **{f"{name}_bias": (_COLUMNS[name], "bit", f"mean of the resamples minus the {_WHAT[name]}")
           for name in ("total", "single", "aggregated")},
        "last_two_recur": (("class",), "1", "fraction of the resamples with the same greedy pair"),
        "half_set_recurs": (("class",), "1", "fraction of the resamples with the same greedy set of half of the total"),
        "in_half_set": (("class", "unit"), "1",
                        "fraction of the resamples in whose set with half of the total a unit is"),
        "curve_total": (("class", "curve_samples"), "bit", "mean total over subsamples"),
        "curve_total_sd": (("class", "curve_samples"), "bit", "its standard deviation"),
        "curve_single": (("class", "unit", "curve_samples"), "bit", "mean of single units over subsamples"),
        "curve_single_sd": (("class", "unit", "curve_samples"), "bit", "its standard deviation"),
        "total_extrapolated": (("class",), "bit", "total, extrapolated to infinitely many samples"),
        "single_extrapolated": (("class", "unit"), "bit", "of single units, likewise"),
    }
    _missing = {**{f"{name}{kind}": {"aggregated": "greedy=True", "greedy": "greedy=True", "sets": "sets=[...]",
                                     "maximum": "maximum=True", "maximum_any": "maximum=True"}.get(name, "permutations")
                   for name in _COLUMNS for kind in ("", "_p", "_null", "_null_mean")},
                **{f"{name}{kind}": "bootstrap" for name in ("total", "single", "aggregated")
                   for kind in ("_interval", "_bias")},
                **{name: "bootstrap" for name in ("last_two_recur", "half_set_recurs", "in_half_set")},
                **{name: "subsample=True" for name in ("curve_total", "curve_total_sd", "curve_single",
                                                       "curve_single_sd", "total_extrapolated",
                                                       "single_extrapolated")}}

    @property
    def classes(self):
        return self._coordinates["class"]

    @property
    def _title(self):
        return (f"{self._attributes['samples']} samples, {self._attributes['units']} units, "
                f"{len(self._coordinates['class'])} contrasts")

    def _lines(self):
        about = self._attributes
        exchange = str(about["exchange"]).replace("_", " ")
        return [f"null {about['null']}, {about['permutations']} permutations (exchange: {exchange}); "
                f"{about['bootstrap']} bootstrap resamples of {about['bootstrap_of']}"]

    def _table(self):
        names, titles = self._coordinates["class"], ["class", "I_R(all)"]
        if "total_p" in self._arrays:
            titles += ["null 5 to 95 %", "p"]
        if "total_interval" in self._arrays:
            titles.append("interval")

        def row(c):
            texts = [str(names[c]), f"{self.total[c]:.4f}" if "total" in self._arrays else ""]
            if "total_p" in self._arrays:
                texts += [f"{self.total_null[c, 0]:.4f} to {self.total_null[c, 2]:.4f}", f"{self.total_p[c]:.3g}"]
            if "total_interval" in self._arrays:
                texts.append("{:.4f} to {:.4f}".format(*self.total_interval[c]))
            return texts

        return titles, first_rows(row, len(names))

    plot_total = _plot_significance.plot_total
    plot_single = _plot_significance.plot_single
    plot_curve = _plot_significance.plot_curve


def _put_test(arrays, found):
    for key, array in found.items():
        name, kind = key.rsplit("_", 1)
        target = {"observed": "", "p": "_p", "quantile": "_null", "mean": "_null_mean"}[kind]
        axes = len(_COLUMNS[name]) + (kind == "quantile")
        arrays[name + target] = array[:, 0] if array.ndim > axes else array


def significance(states: ArrayLike, input: ArrayLike, output: ArrayLike, *, permutations: int = 200,
                 null: str = "no_relay", exchange: str = "auto", bootstrap: int = 0, level: float = 0.95,
                 subsample: bool = False, draws: int = 10, greedy: bool = True, sets: Sets | None = None,
                 maximum: bool = False, trial: ArrayLike | None = None, seed: int = 0, stream: Names = (),
                 discretize: Discretize = "kmeans", contrast: str = "one_vs_rest", classes: ArrayLike | None = None,
                 axes: Sequence[str] | None = None, time: Time = "pooled", progress: Progress = None) -> Significance:
    """Whether relay information is more than chance, and how far it can be trusted.

    Parameters
    ----------
    states, input, output, discretize, contrast, classes, axes, time, progress
        As of `analyze`; time not "each".
    permutations : int
        Of the null distribution; 0: none. The smallest p is 1 / (1 + permutations).
    null : str
        "no_relay": states are permuted, so they say nothing about input and output; contains the artefact of
        undersampling. "nothing_to_relay": output symbols are permuted.
    exchange : str
        "samples", independent of each other; "circular_shifts" of time within each trial; "trials", whole ones.
        "auto": of trials in time whole ones if at least eight are of one length, else circular shifts; of all others
        samples. Samples in time that are exchanged one by one make p too small.
    bootstrap : int
        Resamples, of trials unless single samples are exchanged; 0: none. At least eight trials are needed.
    level : float
        Of the intervals.
    subsample : bool
        The curve over the number of samples, from `draws` subsamples of each size.
    greedy : bool
        Also along the greedy path.
    sets : list of lists of int, optional
        Tests of these sets, given all other units. Only where single samples are exchanged.
    maximum : bool
        Test of the best of all sets of each size, of up to 24 units: all sets are computed for each permutation.
    trial : array_like of int, [sample], optional
        The trial of each sample, those of one side by side; follows from axes.
    seed, stream : int, str or sequence of str
        Of all random numbers; a run of the program has the stream ("recordings", NAME, "significance", LAYER, SUBSET),
        or ("networks", ...).

    Returns
    -------
    Significance

    Raises
    ------
    DataError, UsageError, TypeError
        As `analyze`; UsageError for options out of range, for fewer than eight trials with bootstrap, and for more than
        24 units with maximum=True.

    Examples
    --------
    >>> import inforelay as ir
    >>> states, answer = [[0, 0], [0, 1], [1, 1], [1, 0]] * 5, [0, 1, 0, 1] * 5
    >>> ir.significance(states, answer, answer, permutations=99).total_p
    array([0.01, 0.01])
    """
    permutations = whole_number(permutations, "permutations", 0)
    bootstrap = whole_number(bootstrap, "bootstrap", 0)
    level = real_number(level, "level")
    draws, seed = whole_number(draws, "draws", 1), seed_number(seed)
    report = lambda label: reporter(progress, label)
    prepared = require_pooled(prepare(states, input, output, discretize=discretize, contrast=contrast, classes=classes,
                                      axes=axes, time=time), "significance")
    samples = prepared.samples
    if trial is None:
        trial = np.zeros(0, np.uint32) if prepared.trial is None else prepared.trial
    else:
        trial = np.asarray(trial)
        if trial.dtype.kind not in "iu" or trial.ndim != 1 or ((trial < 0) | (trial >= 2**32)).any():
            raise UsageError("trial: expected an integer in [0, 2^32) for each sample")
        trial = np.ascontiguousarray(trial, np.uint32)
        if trial.size != samples.samples:
            raise UsageError(f"trial has {trial.size} entries for {samples.samples} samples, expected as many")
    tested = None if sets is None else list(unit_lists(sets))
    if tested is not None and not tested:
        raise UsageError("sets is empty, expected at least one set")
    if not permutations and (tested or maximum):
        raise UsageError("permutations is 0, expected at least 1 for sets and maximum")
    stream = [stream] if isinstance(stream, str) else [str(name) for name in stream]
    exchanged, drawn, no_bootstrap = _core.sampling(trial, str(exchange))
    if bootstrap and no_bootstrap:
        raise UsageError(f'{no_bootstrap}; exchange="samples" takes samples as independent')
    arrays = {}
    if permutations:
        shared = {"null": str(null), "permutations": permutations, "exchange": exchanged, "trial": drawn, "seed": seed}
        if tested:
            tests = [_core.set_test(samples, units, **shared, stream=[*stream, str(null), f"set{i}"],
                                    progress=report("permutations of a set")) for i, units in enumerate(tested)]
            _put_test(arrays, {f"sets_{kind}": np.concatenate([test[f"set_{kind}"] for test in tests], axis=1)
                               for kind in ("observed", "p", "quantile", "mean")})
        if maximum:
            _put_test(arrays, _core.maximum_test(samples, **shared, stream=[*stream, "maximum"],
                                                 progress=report("best sets")))
        _put_test(arrays, _core.permutation_test(samples, **shared, stream=[*stream, str(null)], greedy=bool(greedy),
                                                 progress=report("permutations")))
    if bootstrap:
        found = _core.bootstrap(samples, bootstrap, level, drawn, seed, [*stream, "bootstrap"],
                                report("bootstrap"))
        for name in ("total", "single", "aggregated"):
            interval = np.stack([found[name + "_low"], found[name + "_high"]], axis=-1)
            narrow = (lambda array: array[:, 0]) if name == "total" else (lambda array: array)
            arrays.update({name: narrow(found[name + "_observed"]), name + "_bias": narrow(found[name + "_bias"]),
                           name + "_interval": narrow(interval)})
        arrays.update({name: found[name] for name in ("last_two_recur", "half_set_recurs", "in_half_set")})
    coordinates = {**prepared.coordinates(), "bound": np.array(["low", "high"]),
                   "null_percent": np.rint(100 * np.array(_core.null_quantile_levels)).astype(int)}
    if subsample:
        found = _core.subsampling(samples, draws, seed, [*stream, "subsampling"], report("subsamples"))
        coordinates["curve_samples"] = found["samples"]
        arrays.update({"curve_total": found["total_mean"], "curve_total_sd": found["total_sd"],
                       "curve_single": found["single_mean"], "curve_single_sd": found["single_sd"],
                       "total_extrapolated": found["total_extrapolated"],
                       "single_extrapolated": found["single_extrapolated"]})
    attributes = {**prepared.attributes(), "null": null, "exchange": exchanged, "permutations": permutations,
                  "bootstrap": bootstrap, "bootstrap_of": "trials" if drawn.size else "samples", "level": level,
                  "seed": seed}
    return Significance(arrays, coordinates, attributes)

"""What a results file has of a layer, as `analyze` and `significance` give it; methods of `Group`."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import _core
from ._analysis import Analysis
from ._core import UsageError
from ._plot_results import subset_of
from ._significance import Significance

if TYPE_CHECKING:
    from ._results import Group


def _arrays_of(group, about):
    """The arrays of `about` that are below the group, by their names there: "greedy.information" is
    greedy/information."""
    found = {}
    for name in about:
        parent, _, leaf = name.replace(".", "/").rpartition("/")
        below = group if not parent else group[parent] if parent in group else {}
        if leaf in below:
            found[name] = below[leaf]
    return found


def as_analysis(layer: Group, subset: str | None = None) -> Analysis:
    """The relay information of a layer as `analyze` returns it, with its figures.

    Parameters
    ----------
    subset : str, optional
        Of the samples; by default "test", or the only one.

    Returns
    -------
    Analysis
        What the file has: without tables of all sets, for example, `information` is not there. Classes that were left
        out (relay.classes) are not there either.

    Raises
    ------
    UsageError
        For a group that is no layer with relay information, and for a subset that is not there.

    Examples
    --------
    >>> import inforelay as ir
    >>> layer = ir.open("runs/quick-latest")["networks/full/layers/1"]               # doctest: +SKIP
    >>> layer.as_analysis("test").plot_node()                                        # doctest: +SKIP
    """
    subset = subset_of(layer, "relay", subset, "as_analysis")
    relay, states = layer[f"relay/{subset}"], layer[f"states/{subset}"]
    found = _arrays_of(relay, [name for name in Analysis._about if "measures" not in name])
    if f"measures/{subset}" in layer:
        there = _arrays_of(layer["measures"][subset], [name.partition(".")[2] for name in Analysis._about
                                                       if name.startswith("measures.")])
        found.update({f"measures.{name}": array for name, array in there.items()})
    found.update({name: states[name] for name in ("occupied_states", "singleton_fraction", "entropy_bits",
                                                  "output_given_state_bits", "input_given_state_bits")
                  if name in states})
    if "threshold" in states:
        found["thresholds"] = states["threshold"]
    total, timed = found["total"], "time" in found["total"].dims
    # Rows of classes that were not computed are NaN.
    kept = np.isfinite(total.values).any(axis=0) if timed else np.isfinite(total.values)
    of_kept = lambda array: array.values.compress(kept, array.dims.index("class"))
    arrays = {name: of_kept(array) if "class" in array.dims else array.values[()] for name, array in found.items()}
    samples, units = states["value"].shape[0], found["single"].shape[-1]
    return Analysis(arrays, _coordinates(total, kept, units),
                    {"samples": samples, "units": units, "results": layer.name, "subset": subset})


def _coordinates(total, kept, units):
    names = np.array([str(name) for name in total.coords["class"].values])[kept]
    axes = {"class": names, "unit": np.arange(units), "size": np.arange(units + 1), "step": np.arange(units)}
    return {"time": total.coords["time"].values, **axes} if "time" in total.dims else axes


def as_significance(layer: Group, subset: str | None = None) -> Significance:
    """The significance of the relay information of a layer, by the null no_relay, as `significance` returns it.

    Parameters, errors and use as of `as_analysis`.
    """
    subset = subset_of(layer, "significance", subset, "as_significance")
    group, relay = layer[f"significance/{subset}"], layer[f"relay/{subset}"]
    found = {**_arrays_of(relay, ("total", "single", "aggregated")), **_arrays_of(group, Significance._about)}
    if "time" in found["total"].dims:
        raise UsageError("as_significance: results with time each, expected results of one time")
    kept, units = np.isfinite(found["total"].values), found["single"].shape[1]
    arrays = {name: array.values[kept] for name, array in found.items()}
    coordinates = {**_coordinates(found["total"], kept, units), "bound": np.array(["low", "high"]),
                   "null_percent": np.rint(100 * np.array(_core.null_quantile_levels)).astype(int)}
    if "curve_samples" in group:
        coordinates["curve_samples"] = group["curve_samples"].values
    attributes = {name: group.attrs.get(name, 0) for name in ("exchange", "permutations", "bootstrap", "bootstrap_of",
                                                              "level")}
    samples = layer[f"states/{subset}/value"].shape[0]
    return Significance(arrays, coordinates, {"samples": samples, "units": units, "null": "no_relay", **attributes})

"""From values of units to discrete states."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._arrays import float_values, real_number, real_numbers, seed_number, whole_number
from ._core import UsageError
from ._progress import reporter
from ._types import Names, Progress

OPTIONS = ("method", "levels", "threshold", "edges", "seed", "stream")


class Discretized(NamedTuple):
    """Thresholds and the states that they give: `thresholds, states = discretize(values)`."""

    thresholds: np.ndarray
    """[unit] of two levels, [unit, cut] of more; a state is the number of cuts that the value is above. [unit, 0]:
    of values that are levels already"""
    states: np.ndarray
    """[sample, unit] of uint8"""


def _as_cuts(given, units):
    """Thresholds [K] or cuts [K,L-1] of other values, as an array [K,L-1] of float64. [K,0]: values are levels."""
    cuts = real_numbers(given, "thresholds")
    if cuts.ndim not in (1, 2):
        raise UsageError(f"thresholds have shape {cuts.shape}, expected [unit] or [unit, cut]")
    if len(cuts) != units:
        raise UsageError(f"discretize: {len(cuts)} thresholds for {units} units, expected one for each")
    return np.ascontiguousarray(cuts[:, None] if cuts.ndim == 1 else cuts, np.float64)


def _as_floats(cuts):
    """Cuts rounded to 32 bits, as values are: the double 0.3 is below the value 0.3, which is no more a double."""
    with np.errstate(over="ignore"):
        return cuts.astype(np.float32).astype(np.float64)


def _options(given):
    """The arguments of _core.cuts() from a word or a dictionary."""
    options = {"method": given} if isinstance(given, str) else dict(given)
    for name in options:
        if name not in OPTIONS:
            raise UsageError(f"discretize has no option {name!r}, expected one of {', '.join(OPTIONS)}")
    method = options.get("method", "kmeans")
    if not isinstance(method, str):
        raise TypeError(f"discretize: method is {method!r}, expected one of {', '.join(_core.discretizations)}")
    # Values are floats, so a cut among them must be one: 0.3 as a float is above the double 0.3.
    edges = _as_floats(real_numbers(options.get("edges", ()), "discretize: edges"))
    threshold = _as_floats(np.float64(real_number(options.get("threshold", 0), "discretize: threshold")))
    if threshold != 0 and method != "threshold":
        raise UsageError(f"discretize: threshold is {options['threshold']} with method {method}, expected method "
                         "threshold")
    stream = options.get("stream", ("discretize",))
    return {"method": method,
            "threshold": float(threshold),
            "levels": whole_number(options.get("levels", 2), "discretize: levels", -2**62, 2**62),
            "edges": [float(edge) for edge in edges.ravel()],
            "seed": seed_number(options.get("seed", 0)),
            "stream": [stream] if isinstance(stream, str) else [str(name) for name in stream]}


def prepared_states(values, discretize, progress=None):
    """(states of the extension module, cuts [K,L-1], a word for people). `values` as float_values() gives them."""
    if isinstance(discretize, str) or hasattr(discretize, "keys"):
        options = _options(discretize)
        cuts = _core.cuts(values, **options, progress=progress)
        name = options["method"]
        if options["levels"] > 2:
            name += f" ({options['levels']} levels)"
    else:
        cuts, name = _as_cuts(discretize, values.shape[1]), "given thresholds"
        return _core.states_by_cuts(values, _as_floats(cuts)), cuts, name
    return _core.states_by_cuts(values, cuts), cuts, name


def discretize(values: ArrayLike, method: str | ArrayLike = "kmeans", *, levels: int = 2, threshold: float = 0.0,
               edges: ArrayLike = (), seed: int = 0, stream: Names = ("discretize",),
               progress: Progress = None) -> Discretized:
    """Discrete states of units: each unit's values over the samples are divided by a threshold, or by several cuts.

    Parameters
    ----------
    values : array_like, [sample, unit]
        Real numbers; float32 with contiguous rows are not copied. 64-bit numbers are rounded to 32 bits.
    method : str or array_like
        "kmeans" (exact one-dimensional k-means), "kmeans_iterated" (Lloyd's iteration, two levels), "median", "mean",
        "sign", "threshold", "edges", "equal_width", "equal_population" or "symbols" (the values are levels in [0,
        255]). An array [unit] or [unit, cut]: these thresholds, such as those of other samples. They are rounded to 32
        bits as the values are, so that a value of 0.3 is not above the threshold 0.3.
    levels : int
        Of each unit, in [2, 256]; of kmeans, equal_width and equal_population.
    threshold : float
        Of method "threshold", in units of the values; rounded likewise.
    edges : sequence of float
        Of method "edges": 1 to 255 cuts, ascending, the same for all units.
    seed, stream : int, str or sequence of str
        Random numbers of kmeans_iterated. The program's are ("recordings", NAME, "states", SUBSET) of its seed.
    progress : bool or callable, optional
        True: a bar on stderr. A function: called with (done, total).

    Returns
    -------
    Discretized
        `thresholds`, [unit] of two levels and [unit, cut] of more, in units of the values; `states` [sample, unit] of
        uint8, the number of cuts that the value is above. Given as `method`, the thresholds give the same states again.

    Raises
    ------
    DataError
        For no samples, and for a value that is not finite or that a 32-bit float does not hold.
    UsageError
        For another number of dimensions and for options that do not go together.

    Examples
    --------
    >>> import inforelay as ir
    >>> thresholds, states = ir.discretize([[0.1, 5], [0.2, 9], [0.9, 8], [0.8, 4]])
    >>> thresholds.round(6)
    array([0.5, 6.5])
    >>> states
    array([[0, 0],
           [0, 1],
           [1, 1],
           [1, 0]], dtype=uint8)
    """
    if isinstance(method, str):
        method = {"method": method, "levels": levels, "threshold": threshold, "edges": edges, "seed": seed,
                  "stream": stream}
    elif levels != 2 or threshold != 0 or np.size(edges) != 0:
        raise UsageError("discretize: levels, threshold or edges with given thresholds, expected a method that takes "
                         "them")
    states, cuts, _ = prepared_states(float_values(values, "values"), method, reporter(progress, "discretisation"))
    return Discretized(cuts[:, 0].copy() if cuts.shape[1] == 1 else cuts, states.to_bytes())


def set_threads(n: int) -> None:
    """Sets the number of threads of all later computations; results do not depend on it.

    Parameters
    ----------
    n : int
        In [1, 4096]. At first: the cores of this process, less where OMP_NUM_THREADS, SLURM_CPUS_PER_TASK or the quota
        of a control group says so.

    Raises
    ------
    UsageError
        For another number.

    Examples
    --------
    >>> import inforelay as ir
    >>> before = ir.threads()
    >>> ir.set_threads(2)
    >>> ir.threads()
    2
    >>> ir.set_threads(before)
    """
    _core.set_threads(whole_number(n, "threads", -2**62, 2**62))


def threads() -> int:
    """The number of threads that computations use.

    Returns
    -------
    int

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.threads() >= 1
    True
    """
    return _core.threads()

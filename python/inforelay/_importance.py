"""How much each unit, and each pair of units, contributes to a function of sets."""
from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._arrays import numbers
from ._core import UsageError

_MEANINGS = ("knocked_out", "present")


def _importance(table, index):
    if not isinstance(index, str):
        raise TypeError(f"index is {index!r}, expected one of {', '.join(_MEANINGS)}")
    array = numbers(table, "table", "one set")
    if array.ndim not in (1, 2):
        raise UsageError(f"table has shape {array.shape}, expected [set] or [class, set]")
    kind = np.float32 if array.dtype == np.float32 else np.float64
    shapley, interaction, lesion = _core.importance(np.ascontiguousarray(np.atleast_2d(array), kind), index)
    return (shapley, interaction, lesion) if array.ndim == 2 else (shapley[0], interaction[0], lesion[0])


def shapley(table: ArrayLike, index: str = "knocked_out") -> np.ndarray:
    """Shapley values of units, exactly, from a table of all sets.

    phi_i is the mean over all orders in which units are put back of what unit i adds. They sum to the difference
    between all units and none, so a unit that raises the function has a positive one, whatever `index`.

    Parameters
    ----------
    table : array_like, [set] or [class, set]
        2^K values, K in [1, 24].
    index : str
        What the index of the table is, bit k for unit k: "knocked_out", the set that was taken out, as in
        `knockout_table` and in knockout/SUBSET/accuracy of results.h5; or "present", the set that was there, as in
        `Analysis.information`.

    Returns
    -------
    ndarray, [unit] or [class, unit], in the unit of the table

    Raises
    ------
    UsageError
        For another number of values than 2^K, and another word.
    DataError
        For a value that is not finite, naming the set.

    Examples
    --------
    >>> import inforelay as ir
    >>> table = ir.knockout_table(lambda kept: 3.0 * kept[0] + 1.0 * kept[1], units=2)
    >>> table
    array([4., 1., 3., 0.])
    >>> ir.shapley(table)
    array([3., 1.])
    """
    return _importance(table, index)[0]


def interactions(table: ArrayLike, index: str = "knocked_out", kind: str = "shapley") -> np.ndarray:
    """Interactions of all pairs of units, exactly, from a table of all sets.

    Parameters
    ----------
    table, index
        As of `shapley`.
    kind : str
        "shapley": the Shapley interaction index (Grabisch and Roubens 1999), over all sets of the others; positive
        where two units do more together than each by itself, negative where they replace each other. "lesion": v(all)
        - v(all but i) - v(all but j) + v(all but i and j).

    Returns
    -------
    ndarray, [unit, unit] or [class, unit, unit]
        Symmetric, 0 on the diagonal, in the unit of the table.

    Raises
    ------
    UsageError, DataError
        As `shapley`.

    Examples
    --------
    >>> import inforelay as ir
    >>> table = ir.knockout_table(lambda kept: float(kept[0] and kept[1]), units=2)
    >>> ir.interactions(table)
    array([[0., 1.],
           [1., 0.]])
    """
    if kind not in ("shapley", "lesion"):
        raise UsageError(f"kind is {kind!r}, expected one of shapley, lesion")
    return _importance(table, index)[1 if kind == "shapley" else 2]

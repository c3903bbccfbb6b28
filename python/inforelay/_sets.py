"""Sets of units as indices: bit k is unit k."""
from __future__ import annotations

from typing import Iterable

from ._arrays import whole_number
from ._core import UsageError

MOST_UNITS = 4096


def set_index(units: Iterable[int]) -> int:
    """Index of a set of units: bit k is set if unit k is in the set.

    Parameters
    ----------
    units : iterable of int
        Units in [0, 4096), in any order, each once.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        For a unit that is out of range or named twice.

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.set_index([1, 4])
    18
    """
    index = 0
    for unit in units:
        unit = whole_number(unit, "unit", 0, MOST_UNITS - 1)
        if index >> unit & 1:
            raise UsageError(f"set names unit {unit} twice, expected once")
        index |= 1 << unit
    return index


def units_of(index: int) -> list[int]:
    """The units of the set with this index, ascending.

    Parameters
    ----------
    index : int
        At least 0; bit k is unit k.

    Returns
    -------
    list of int

    Raises
    ------
    UsageError
        For a negative index.

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.units_of(18)
    [1, 4]
    """
    index = whole_number(index, "index", 0)
    return [unit for unit in range(index.bit_length()) if index >> unit & 1]

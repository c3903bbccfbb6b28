"""A function of sets of units, called for every set."""
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
import zlib
from pathlib import Path
from typing import Callable

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import unit_lists, warn, whole_number
from ._core import DataError, UsageError
from ._progress import reporter
from ._sets import MOST_UNITS, set_index, units_of
from ._types import PathLike, Progress, Sets

FORMAT = "inforelay-knockout-table 1"
MOST_UNITS_FOR_ALL_SETS = 24
SECONDS_BETWEEN_SAVES = 1.0


class _Saved:
    """Values in the order of their sets, in a file that survives the end of the process.

    A line of JSON, then a record for each set: its values as 64-bit floats, little endian, and their CRC-32.
    """

    def __init__(self, path, about):
        self.path, self.about, self.shape, self.values = Path(path), about, None, []
        self.file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        try:
            self._lock()
            self._read()
        except BaseException:
            self.file.close()
            raise
        self.saved = time.monotonic()

    def _lock(self):
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(f"{self.path} is being written by another process") from None
        except OSError:
            pass  # the disk has no locks

    def _read_header(self):
        line = self.file.readline(65536)
        if not line:
            return
        try:
            header = json.loads(line)
            known = header["format"] == FORMAT
            shape = tuple(header["shape"])
            known = known and len(shape) <= 1 and all(type(size) is int and 1 <= size <= 2**20 for size in shape)
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise DataError(f"{self.path} is not a table of knockouts of this version")
        for name, value in self.about.items():
            if header.get(name) != value:
                raise DataError(f"{self.path} is of another table: {name} is {header.get(name)!r}, expected {value!r}; "
                                "choose another path, or remove the file")
        self.shape = shape

    def _read(self):
        self._read_header()
        if self.shape is None:
            return
        size, good = 8 * int(np.prod(self.shape, dtype=int)) + 4, self.file.tell()
        while len(self.values) < self.about["sets"]:
            record = self.file.read(size)
            if len(record) < size or zlib.crc32(record[:-4]) != int.from_bytes(record[-4:], "little"):
                break
            self.values.append(np.frombuffer(record[:-4], "<f8").astype(np.float64).reshape(self.shape))
            good += size
        self.file.seek(0, os.SEEK_END)
        if self.file.tell() > good:
            warn(f"{self.path}: damaged after {len(self.values)} of {self.about['sets']} sets; the others are computed "
                 "again")
        self.file.seek(good)
        self.file.truncate()

    def append(self, value):
        if self.shape is None:
            self.shape = value.shape
            header = {"format": FORMAT, "shape": list(self.shape), **self.about}
            self.file.write(json.dumps(header).encode() + b"\n")
        data = value.astype("<f8").tobytes()
        self.file.write(data + zlib.crc32(data).to_bytes(4, "little"))
        if time.monotonic() - self.saved > SECONDS_BETWEEN_SAVES:
            self.save()

    def save(self):
        self.file.flush()
        os.fsync(self.file.fileno())
        self.saved = time.monotonic()

    def close(self):
        try:
            self.save()
        finally:
            self.file.close()


def _checked_value(value, knocked_out, shape):
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"the function returned {value!r} for the set {knocked_out}, expected a number or an array of "
                        "them")
    if array.ndim > 1 or array.size == 0:
        raise UsageError(f"the function returned an array of shape {array.shape} for the set {knocked_out}, expected a "
                         "number or [class]")
    if shape is not None and array.shape != shape:
        raise UsageError(f"the function returned shape {array.shape} for the set {knocked_out}, expected {shape} as "
                         "for the sets before")
    return array.astype(np.float64)


def _sets_to_knock_out(units, sets):
    """(number of sets, the units of each by its number, a word or a digest for the file)"""
    if sets is None:
        return 2**units, units_of, "all"
    lists = unit_lists(sets)
    if not lists:
        raise UsageError("sets is empty, expected at least one set")
    for one in lists:
        if one and max(one) >= units:
            raise UsageError(f"set names unit {max(one)}, expected [0,{units})")
        set_index(one)
    return len(lists), lists.__getitem__, hashlib.sha256(json.dumps(lists).encode()).hexdigest()


def knockout_table(function: Callable[[np.ndarray], ArrayLike], units: int, sets: Sets | None = None,
                   path: PathLike | None = None, progress: Progress = None, label: str = "") -> np.ndarray:
    """Calls a function for every set of units that can be knocked out, once, in order.

    Parameters
    ----------
    function : callable
        function(kept) -> number or [class]. `kept` [unit] of bool: False where the unit is knocked out. What it raises
        comes out unchanged. Each call gets an array of its own.
    units : int
        K; at most 24 for all sets.
    sets : list of lists of int, optional
        Sets to knock out, in place of all 2^K.
    path : str or path, optional
        A file that keeps the values as they come, at most a second behind. The same call resumes an interrupted one,
        and returns at once if that was finished. One process at a time.
    progress : bool or callable, optional
        True: a bar on stderr with the time that is left. A function: called with (done, total) after each set.
    label : str
        Names the function in the file, so that the values of another one are refused: two functions cannot be told
        apart otherwise.

    Returns
    -------
    ndarray of float64, [set], or [class, set] of a function that returns arrays
        Index: the set knocked out, bit k is unit k; with `sets`, in their order. As `shapley` and `interactions` take
        it.

    Raises
    ------
    UsageError
        For units that are out of range, and values of different shapes.
    TypeError
        For values that are no numbers.
    DataError
        For a file of another table, naming what differs, or one in use.

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.knockout_table(lambda kept: kept.sum(), units=2)
    array([2., 1., 1., 0.])
    >>> ir.knockout_table(lambda kept: [kept.sum(), 1], units=2, sets=[[], [0, 1]])
    array([[2., 0.],
           [1., 1.]])
    """
    if not callable(function):
        raise TypeError(f"function is {function!r}, expected a function of the units that are kept")
    units = whole_number(units, "units", 1, MOST_UNITS_FOR_ALL_SETS if sets is None else MOST_UNITS)
    count, units_out, which = _sets_to_knock_out(units, sets)
    report = reporter(progress, "knockouts")
    about = {"units": units, "sets": count, "which": which, "label": str(label)}
    saved = None if path is None else _Saved(path, about)
    try:
        values = saved.values if saved else []
        done, shape = len(values), saved.shape if saved else None
        table = None if shape is None else _table_of(values, shape, count)
        if report and done:
            report(done, count)
        for s in range(done, count):
            out = units_out(s)
            kept = np.ones(units, bool)
            kept[out] = False
            value = _checked_value(function(kept), out, shape)
            if table is None:
                shape = value.shape
                table = np.empty((*shape, count))
            table[..., s] = value
            if saved:
                saved.append(value)
            if report:
                report(s + 1, count)
    finally:
        if saved:
            saved.close()
    return table


def _table_of(values, shape, count):
    table = np.empty((*shape, count))
    if values:
        table[..., :len(values)] = np.stack(values, axis=-1)
    return table

"""Results: arrays with named axes."""
from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

from ._core import UsageError

if TYPE_CHECKING:
    import pandas
    import xarray

MOST_ROWS = 12  # classes or times that a table of text shows
# Of to_pandas() without a name: the first that there are.
_MAIN_AXES = (("class", "unit"), ("class", "step"), ("class",))


def first_rows(row, count):
    """row(i) for i in [0,count), but at most MOST_ROWS; a last row "..." stands for those left out."""
    rows = [row(i) for i in range(min(count, MOST_ROWS))]
    return rows if count <= MOST_ROWS else [*rows, ["...", *[""] * (len(rows[0]) - 1)]]


class NamedArrays:
    """Arrays by name, each with the names of its axes, its unit and a sentence about it.

    Results are subclasses. Arrays are attributes; those that were not computed raise AttributeError with what to ask
    for.
    """

    #: name -> (axes, unit, long name); a name "greedy.information" is the array `information` of the attribute `greedy`
    _about = {}
    #: name -> what to pass so that it is there
    _missing = {}
    _title = ""

    def __init__(self, arrays, coordinates, attributes=None):
        self._arrays = {name: array for name, array in arrays.items() if array is not None}
        self._coordinates = coordinates
        self._attributes = attributes or {}

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._arrays:
            return self._arrays[name]
        if name in self._attributes:
            return self._attributes[name]
        parts = {key[len(name) + 1:]: key for key in self._arrays if key.startswith(name + ".")}
        if parts:
            return Part(self, name, parts)
        known = name in self._missing or name in self._about
        hint = f": not computed; pass {self._missing[name]}" if name in self._missing else ""
        hint = hint or (": not computed" if known else " is not there")
        raise AttributeError(f"{type(self).__name__}.{name}{hint}")

    def __dir__(self):
        return sorted({*super().__dir__(), *(name.split(".")[0] for name in self._arrays), *self._attributes})

    def __reduce__(self):
        return type(self), (self._arrays, self._coordinates, self._attributes)

    def __eq__(self, other):
        """Whether all arrays are the same to the last bit (NaN where the other has NaN)."""
        if type(self) is not type(other):
            return NotImplemented
        return self._arrays.keys() == other._arrays.keys() and all(
            np.asarray(array).tobytes() == np.asarray(other._arrays[name]).tobytes()
            for name, array in self._arrays.items())

    __hash__ = None

    def names(self) -> list[str]:
        """The arrays that there are, such as "greedy.information"."""
        return list(self._arrays)

    def axes_of(self, name: str) -> tuple[str, ...]:
        """The names of the axes of an array."""
        axes = self._about[name][0]
        return ("time", *axes) if "time" in self._coordinates else axes

    def to_xarray(self) -> xarray.Dataset:
        """All arrays as an `xarray.Dataset`; "greedy.information" is the variable `greedy_information`."""
        import xarray

        variables = {}
        for name, array in self._arrays.items():
            _, unit, about = self._about[name]
            variables[name.replace(".", "_")] = (self.axes_of(name), array, {"units": unit, "long_name": about})
        used = {axis for axes, *_ in variables.values() for axis in axes}
        coordinates = {axis: values for axis, values in self._coordinates.items() if axis in used}
        return xarray.Dataset(variables, coordinates, self._attributes)

    def to_pandas(self, name: str | None = None) -> pandas.Series | pandas.DataFrame:
        """An array as a `pandas` Series or DataFrame, its last axis as columns; without a name those per class and
        unit.

        Parameters
        ----------
        name : str, optional
            Such as "single" or "greedy.information".
        """
        import pandas

        if name is None:
            return self._main_frame(pandas)
        array, axes = np.asarray(self._arrays[name]), self.axes_of(name)
        labels = [pandas.Index(self._coordinates.get(axis, np.arange(size)), name=axis)
                  for axis, size in zip(axes, array.shape)]
        if array.ndim == 1:
            return pandas.Series(array, labels[0], name=name)
        rows = labels[0] if array.ndim == 2 else pandas.MultiIndex.from_product(labels[:-1], names=axes[:-1])
        return pandas.DataFrame(array.reshape(-1, array.shape[-1]), rows, labels[-1])

    def _main_frame(self, pandas):
        groups = {}
        for name in self._arrays:
            groups.setdefault(self.axes_of(name), []).append(name)
        axes = next((axes for last in _MAIN_AXES for axes in groups
                     if axes[-len(last):] == last and "set" not in axes), None)
        if axes is None:
            raise UsageError("to_pandas: nothing was computed for each class; pass one of "
                             + ", ".join(dict.fromkeys(self._missing.values())))
        shape = np.asarray(self._arrays[groups[axes][0]]).shape
        labels = [self._coordinates.get(axis, np.arange(size)) for axis, size in zip(axes, shape)]
        if len(axes) > 1:
            index = pandas.MultiIndex.from_product(labels, names=axes)
        else:
            index = pandas.Index(labels[0], name=axes[0])
        return pandas.DataFrame({name: np.asarray(self._arrays[name]).ravel() for name in groups[axes]}, index)

    def _lines(self):
        """Lines of text above the table."""
        return [f"{name} {list(np.shape(array))}" for name, array in self._arrays.items()]

    def _table(self):
        """(column titles, rows of texts) with the main numbers."""
        return [], []

    def __repr__(self):
        titles, rows = self._table()
        lines = [f"{type(self).__name__}: {self._title}".rstrip(": "), *("  " + line for line in self._lines())]
        if rows:
            widths = [max(map(len, column)) for column in zip(titles, *rows)]
            for row in [titles, *rows]:
                lines.append("  " + "  ".join(text.rjust(width) for text, width in zip(row, widths)))
        return "\n".join(lines)

    def _repr_html_(self):
        titles, rows = self._table()
        text = "<br>".join([f"<b>{html.escape(type(self).__name__)}</b> {html.escape(self._title)}",
                            *map(html.escape, self._lines())])
        if not rows:
            return text
        cells = lambda row, tag: "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
        body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
        return f"{text}<table><thead><tr>{cells(titles, 'th')}</tr></thead><tbody>{body}</tbody></table>"


class Part:
    """Arrays of a result whose names begin alike, as attributes: `result.greedy.information`."""

    def __init__(self, result, name, parts):
        self._result, self._name, self._parts = result, name, parts

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._parts:
            raise AttributeError(f"{type(self._result).__name__}.{self._name}.{name} is not there; "
                                 f"there are {', '.join(self._parts)}")
        return self._result._arrays[self._parts[name]]

    def __dir__(self):
        return sorted({*super().__dir__(), *self._parts})

    def __getitem__(self, name):
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise KeyError(str(error)) from None

    def keys(self):
        return list(self._parts)

    def __repr__(self):
        return "\n".join(f"{self._name}.{part} {list(np.shape(self._result._arrays[name]))}"
                         for part, name in self._parts.items())

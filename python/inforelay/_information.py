"""Entropies and information of symbols, in bits, by any of the estimators."""
from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._arrays import distinct, numbers, plain_array, real_number, symbol_array
from ._core import DataError, UsageError

MOST_VARIABLES = 64
MOST_COUNTS = 2**53  # a double holds all integers up to here


class _Variables:
    """Columns of symbols as one joint table, and which of its variables each argument is."""

    def __init__(self, arguments):
        columns, self.of, self.alphabets = [], {}, []
        for name, data in arguments.items():
            rows = _columns(data, name)
            if columns and rows.shape[0] != len(columns[0]):
                raise UsageError(f"{name} has {rows.shape[0]} samples, expected {len(columns[0])} as the others")
            self.of[name] = list(range(len(columns), len(columns) + rows.shape[1]))
            for column in rows.T:
                values, codes = distinct(column)
                columns.append(codes.astype(np.uint32))
                self.alphabets.append(float(len(values)))
        self.table = _core.JointTable(np.ascontiguousarray(np.stack(columns)))

    def entropy(self, names, estimator):
        variables = sorted({variable for name in names for variable in self.of[name]})
        return self.table.entropy(variables, estimator, self.alphabets)


def _columns(data, name):
    """[N, variables] of symbols."""
    array = plain_array(data, name)
    if array.ndim not in (1, 2):
        raise UsageError(f"{name} has shape {array.shape}, expected [sample] or [sample, variable]")
    if array.size == 0:
        raise DataError(f"{name} has shape {array.shape}, expected at least one sample and one variable")
    rows = array.reshape(len(array), -1)
    if rows.shape[1] > MOST_VARIABLES:
        raise UsageError(f"{name} has {rows.shape[1]} variables, expected at most {MOST_VARIABLES}")
    return np.stack([symbol_array(column, name) for column in rows.T], axis=1)


def entropy(samples: ArrayLike | None = None, *, counts: ArrayLike | None = None,
            probabilities: ArrayLike | None = None, estimator: str = "plug_in",
            alphabet: int | None = None) -> float:
    """Shannon entropy in bits, of samples, of counts or of probabilities.

    Parameters
    ----------
    samples : array_like, [sample] or [sample, variable]
        Integers or words; the entropy of all variables together.
    counts : array_like of int
        How often each value was seen.
    probabilities : array_like of float
        They add up to 1 within 1e-9.
    estimator : str
        plug_in, miller_madow, chao_shen, grassberger_1988, grassberger_2003 or nsb. Corrected values may exceed
        log2(alphabet) or be negative; nothing is clamped.
    alphabet : int, optional
        Number of possible values, for nsb; by default the product of the numbers of values of the variables that
        occur, as for `mutual_information`; of counts their number.

    Returns
    -------
    float

    Raises
    ------
    UsageError
        For other than one of samples, counts and probabilities, an unknown estimator, counts that are all 0, an
        alphabet smaller than what occurs.
    DataError
        For counts that are negative, above 2^53 or no whole numbers.

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.entropy([0, 1, 1, 0])
    1.0
    >>> ir.entropy(counts=[2, 2], estimator="miller_madow").__round__(4)
    1.1803
    >>> ir.entropy(probabilities=[0.5, 0.25, 0.25])
    1.5
    """
    given = [name for name, data in (("samples", samples), ("counts", counts), ("probabilities", probabilities))
             if data is not None]
    if len(given) != 1:
        raise UsageError(f"entropy of {' and '.join(given) or 'nothing'}, expected one of samples, counts, "
                         "probabilities")
    if probabilities is not None:
        if estimator != "plug_in":
            raise UsageError(f"estimator {estimator} of probabilities, expected counts or samples")
        probabilities = numbers(probabilities, "probabilities", "one probability").ravel()
        return _core.entropy_of_probabilities(np.ascontiguousarray(probabilities, np.float64))
    if samples is not None:
        rows = _columns(samples, "samples")
        if alphabet is None and _core.estimators.get(str(estimator), (None, False))[1]:  # others take none
            alphabet = math.prod(float(len(np.unique(column))) for column in rows.T)
        if rows.dtype.kind == "i" and rows.shape[1] == 1:
            counts = np.unique(rows[:, 0], return_counts=True)[1]
        else:
            counts = np.unique(rows, axis=0, return_counts=True)[1]
    counts = numbers(counts, "counts", "one count").ravel()
    if counts.dtype.kind == "f" and not (np.isfinite(counts) & (counts == np.floor(counts))).all():
        raise DataError("counts are not whole numbers; probabilities=[...] takes fractions")
    if counts.min() < 0:
        raise DataError(f"counts: entry {int(counts.argmin())} is {counts.min()}, expected at least 0")
    if counts.max() > MOST_COUNTS:
        raise DataError(f"counts: entry {int(counts.argmax())} is {counts.max()}, expected at most 2^53")
    return _core.entropy_of_counts(np.ascontiguousarray(counts, np.uint64), str(estimator),
                                   real_number(len(counts) if alphabet is None else alphabet, "alphabet"))


def mutual_information(x: ArrayLike, y: ArrayLike, given: ArrayLike | None = None, *,
                       estimator: str = "plug_in") -> float:
    """I(X;Y) = H(X) + H(Y) - H(X,Y), or I(X;Y|Z) = H(X,Z) + H(Y,Z) - H(Z) - H(X,Y,Z), in bits.

    Parameters
    ----------
    x, y : array_like, [sample] or [sample, variable]
        Integers or words.
    given : array_like, optional
        Z, likewise.
    estimator : str
        As of `entropy`; each entropy is estimated by itself.

    Returns
    -------
    float
        Plug-in: at least 0 up to rounding.

    Raises
    ------
    UsageError
        For different numbers of samples, more than 64 variables, an unknown estimator.
    DataError
        For no samples, and symbols that are neither integers nor words.

    Examples
    --------
    >>> import inforelay as ir
    >>> a, b = [0, 0, 1, 1], [0, 1, 0, 1]
    >>> exclusive_or = [0, 1, 1, 0]
    >>> ir.mutual_information(a, exclusive_or), ir.mutual_information(a, exclusive_or, given=b)
    (0.0, 1.0)
    """
    variables = _Variables({"x": x, "y": y} if given is None else {"x": x, "y": y, "given": given})
    h = lambda *names: variables.entropy(names, estimator)
    if given is None:
        return h("x") + h("y") - h("x", "y")
    return h("x", "given") + h("y", "given") - h("given") - h("x", "y", "given")


def co_information(x: ArrayLike, y: ArrayLike, z: ArrayLike, *, estimator: str = "plug_in") -> float:
    """I(X;Y) - I(X;Y|Z) in bits: positive is redundancy, negative synergy; symmetric in its arguments.

    Parameters
    ----------
    x, y, z, estimator
        As x, y and estimator of `mutual_information`.

    Returns
    -------
    float

    Raises
    ------
    UsageError, DataError
        As `mutual_information`.

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.co_information([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0])
    -1.0
    """
    return (mutual_information(x, y, estimator=estimator)
            - mutual_information(x, y, given=z, estimator=estimator))


def _variables(samples):
    rows = _columns(samples, "samples")
    return _Variables({v: rows[:, v] for v in range(rows.shape[1])})


def total_correlation(samples: ArrayLike, *, estimator: str = "plug_in") -> float:
    """TC = sum of H(X_i) - H(X_1, ..., X_V) in bits.

    Parameters
    ----------
    samples : array_like, [sample, variable]
        Integers or words.
    estimator : str
        As of `mutual_information`.

    Returns
    -------
    float

    Raises
    ------
    UsageError, DataError
        As `mutual_information`.

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.total_correlation([[0, 0], [0, 0], [1, 1], [1, 1]])
    1.0
    """
    variables = _variables(samples)
    return sum(variables.entropy([v], estimator) for v in variables.of) - variables.entropy(variables.of, estimator)


def dual_total_correlation(samples: ArrayLike, *, estimator: str = "plug_in") -> float:
    """DTC = H(X_1, ..., X_V) - sum of H(X_i | all others) in bits.

    Parameters
    ----------
    samples, estimator
        As of `total_correlation`.

    Returns
    -------
    float

    Raises
    ------
    UsageError, DataError
        As `mutual_information`.

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.dual_total_correlation([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    2.0
    """
    variables = _variables(samples)
    joint = variables.entropy(variables.of, estimator)
    return joint - sum(joint - variables.entropy([u for u in variables.of if u != v], estimator) for v in variables.of)


def o_information(samples: ArrayLike, *, estimator: str = "plug_in") -> float:
    """TC - DTC in bits: positive where redundancy dominates, negative where synergy does.

    Parameters
    ----------
    samples, estimator
        As of `total_correlation`.

    Returns
    -------
    float

    Raises
    ------
    UsageError, DataError
        As `mutual_information`.

    Examples
    --------
    >>> import inforelay as ir
    >>> ir.o_information([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    -1.0
    """
    return total_correlation(samples, estimator=estimator) - dual_total_correlation(samples, estimator=estimator)


class GTest(NamedTuple):
    """The likelihood-ratio test of independence."""

    information_bits: float
    statistic: float
    degrees_of_freedom: int
    p: float


def g_test(x: ArrayLike, y: ArrayLike) -> GTest:
    """G-test of the independence of x and y: G = 2 N ln 2 I(X;Y).

    Parameters
    ----------
    x, y
        As of `mutual_information`.

    Returns
    -------
    GTest
        I(X;Y) in bits, the statistic, its degrees of freedom, and p of chi squared.

    Raises
    ------
    UsageError, DataError
        As `mutual_information`.

    Examples
    --------
    >>> import inforelay as ir
    >>> test = ir.g_test([0, 0, 1, 1, 1] * 4, [0, 0, 1, 1, 0] * 4)
    >>> test.degrees_of_freedom, round(test.statistic, 2), round(test.p, 4)
    (1, 11.64, 0.0006)
    """
    variables = _Variables({"x": x, "y": y})
    return GTest(*variables.table.g_test(variables.of["x"], variables.of["y"]))

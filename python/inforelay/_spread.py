"""Over how many units information about the input is spread: fragmentation and smearedness."""
from __future__ import annotations

from typing import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import numbers
from ._core import UsageError
from ._named import NamedArrays, first_rows
from ._progress import reporter
from ._samples import prepare, require_pooled, warn_if_undersampled
from ._types import Discretize, Progress, Time


class Fragmentation(NamedArrays):
    """See `fragmentation`."""

    _about = {
        "feature": (("class", "theta"), "1", "least number of units with theta of H(X_in); -1: all units have less"),
        "feature_set": (("class", "theta"), "1", "the set of that size with the most information; -1: none"),
        "shared": (("class", "theta"), "1", "least number of units with theta of I(X_in; all units)"),
        "shared_set": (("class", "theta"), "1", "the set of that size with the most information"),
    }

    @property
    def _title(self):
        return f"{self._attributes['units']} units, {len(self._coordinates['class'])} contrasts"

    def _table(self):
        names, theta = self._coordinates["class"], self._coordinates["theta"]
        row = lambda c: [str(names[c]), " ".join(map(str, self.feature[c])), " ".join(map(str, self.shared[c]))]
        parts = " ".join(f"{100 * t:g}" for t in theta)
        return ["class", f"units with {parts} % of H(X_in)", "of I(X_in; all)"], first_rows(row, len(names))


class Smearedness(NamedArrays):
    """See `smearedness`."""

    _about = {
        "representation": (("class", "unit"), "bit", "I(X_in; unit | X_out)"),
        "over_nodes": ((), "bit", "sum over classes and pairs of units of the lesser representation"),
        "over_concepts": ((), "bit", "sum over units and pairs of classes of the lesser representation"),
    }

    @property
    def _title(self):
        return (f"{self.over_nodes:.4f} bits over nodes, {self.over_concepts:.4f} over concepts; "
                f"{self._attributes['units']} units, {len(self._coordinates['class'])} contrasts")

    def _table(self):
        names = self._coordinates["class"]
        row = lambda c: [str(names[c]), f"{self.representation[c].sum():.4f}"]
        return ["class", "sum of the representation of single units"], first_rows(row, len(names))


def fragmentation(states: ArrayLike, input: ArrayLike, output: ArrayLike,
                  theta: ArrayLike = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0), *,
                  discretize: Discretize = "kmeans", contrast: str = "one_vs_rest", classes: ArrayLike | None = None,
                  axes: Sequence[str] | None = None, time: Time = "pooled", progress: Progress = None) -> Fragmentation:
    """Fragmentation (Bohm, Kirkpatrick and Hintze 2022): the least number of units that together have enough
    information about the input, of up to 24 units.

    Parameters
    ----------
    states, input, output, discretize, contrast, classes, axes, time, progress
        As of `analyze`; time not "each".
    theta : sequence of float
        The parts of the information that are enough, in (0, 1].

    Returns
    -------
    Fragmentation
        `feature` [class, theta], least size of a set B with I(X_in; B) >= theta H(X_in), -1 if all units have less;
        `shared`, with I(X_in; B) >= theta I(X_in; all units); `feature_set`, `shared_set`: the index of the set of that
        size with the most information, among equal ones the lowest. Information is compared as float32.

    Raises
    ------
    DataError, UsageError, TypeError
        As `analyze`; UsageError for theta that is not in (0, 1] and for more than 24 units.

    Examples
    --------
    The answer is the exclusive or of two units, which neither knows by itself:

    >>> import inforelay as ir
    >>> states, answer = [[0, 0], [0, 1], [1, 1], [1, 0]] * 5, [0, 1, 0, 1] * 5
    >>> ir.fragmentation(states, answer, answer, [0.5, 1]).feature
    array([[2, 2],
           [2, 2]])
    """
    report = reporter(progress, "fragmentation")
    theta = numbers(theta, "theta", "one number").astype(np.float64)
    if theta.ndim != 1:
        raise UsageError(f"theta has shape {theta.shape}, expected a list of numbers")
    prepared = require_pooled(prepare(states, input, output, discretize=discretize, contrast=contrast, classes=classes,
                                      axes=axes, time=time), "fragmentation")
    warn_if_undersampled(prepared.samples.occupancy()[1], prepared.samples.samples)
    found = prepared.samples.fragmentation(theta.tolist(), report)
    return Fragmentation(dict(zip(("feature", "feature_set", "shared", "shared_set"), found)),
                         {**prepared.coordinates(), "theta": theta}, prepared.attributes())


def smearedness(states: ArrayLike, input: ArrayLike, output: ArrayLike, *, discretize: Discretize = "kmeans",
                contrast: str = "one_vs_rest", classes: ArrayLike | None = None, axes: Sequence[str] | None = None,
                time: Time = "pooled", progress: Progress = None) -> Smearedness:
    """Smearedness (Hintze, Kirkpatrick and Adami): how much of the information of single units other units have, too.

    Parameters
    ----------
    states, input, output, discretize, contrast, classes, axes, time, progress
        As of `analyze`; time not "each". Up to 32 units of two levels, or any number of several levels.

    Returns
    -------
    Smearedness
        `representation` M [class, unit], I(X_in; unit | X_out) in bits; `over_nodes`, the sum of min(M[j, i], M[j, k])
        over classes j and pairs of units; `over_concepts`, of min(M[j, i], M[k, i]) over units i and pairs of classes.

    Raises
    ------
    DataError, UsageError, TypeError
        As `analyze`; UsageError for more than 32 units of two levels.

    Examples
    --------
    Two units that both know the input, of which the output knows nothing:

    >>> import inforelay as ir
    >>> bits = [0, 0, 1, 1] * 5
    >>> ir.smearedness([[bit, bit] for bit in bits], bits, [0, 1] * 10).over_nodes
    2.0
    """
    report = reporter(progress, "smearedness")
    prepared = require_pooled(prepare(states, input, output, discretize=discretize, contrast=contrast, classes=classes,
                                      axes=axes, time=time), "smearedness")
    warn_if_undersampled(prepared.samples.occupancy()[1], prepared.samples.samples)
    found = prepared.samples.smearedness(report)
    return Smearedness(dict(zip(("representation", "over_nodes", "over_concepts"), found)), prepared.coordinates(),
                       prepared.attributes())

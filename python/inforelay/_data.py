"""Data to try things on."""
from __future__ import annotations

import numpy as np

from . import _core
from ._arrays import seed_number, whole_number
from ._progress import reporter
from ._types import Progress


def digits(train: int = 60_000, test: int = 10_000, seed: int = 1, progress: Progress = None) -> tuple[
        tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Digits that look handwritten, drawn by a program: the data set `digits` of run_experiment, in the format of
    MNIST.

    Parameters
    ----------
    train, test : int
        Numbers of images. A smaller set is the beginning of a larger one.
    seed : int
    progress : bool or callable, optional

    Returns
    -------
    ((images, labels), (images, labels))
        Of training and test: [sample, 28, 28] of uint8, white on black, and [sample] of int64.

    Raises
    ------
    UsageError
        For numbers of images that are out of range, and for a negative seed.

    Examples
    --------
    >>> import inforelay as ir
    >>> (images, labels), _ = ir.digits(train=20, test=10)
    >>> images.shape, sorted(labels[:10].tolist())
    ((20, 28, 28), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    return _core.digits(whole_number(train, "train", -2**62, 2**62), whole_number(test, "test", -2**62, 2**62),
                        seed_number(seed), reporter(progress, "digits"))

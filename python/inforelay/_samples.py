"""Arguments that all analyses share: states with the symbols of each sample, of one time or several."""
import numpy as np

from . import _core
from ._arrays import encode_symbols, float_values, numbers, plain_array, warn, whole_number
from ._core import UsageError
from ._states import prepared_states

WELL_SAMPLED = 0.25  # samples alone in their state: a warning is issued above this fraction
AXES = ("sample", "trial", "time", "unit")


class SamplingWarning(UserWarning):
    """The numbers may say more about the number of samples, or about the choice of symbols, than about the system."""


class Prepared:
    """What the extension module computes from, and what results say about it."""

    def __init__(self, states, input, output, discretize, contrast, classes, trial=None, progress=None):
        if not isinstance(contrast, str):
            raise TypeError(f"contrast is {contrast!r}, expected one of {', '.join(_core.contrasts)}")
        values = float_values(states)
        names, codes_in, codes_out = encode_symbols(input, output, len(values), classes)
        self.states, self.cuts, self.method = prepared_states(values, discretize, progress)
        self.symbols = names
        self.samples = _core.Samples(self.states, codes_in, codes_out, [str(name) for name in names], contrast)
        self.names = np.array(["whole"]) if contrast == "whole" else names
        self.contrast = contrast
        self.trial = trial
        self._warn_of_symbols(codes_in, codes_out)

    def _warn_of_symbols(self, input, output):
        answered = np.zeros(len(self.symbols), bool)
        answered[output] = True
        if self.contrast == "one_vs_rest" and not answered[input].any():
            listed = lambda codes: ", ".join(str(name) for name in self.symbols[np.unique(codes)][:10])
            warn(f"input and output have no symbol in common (inputs {listed(input)}; outputs "
                 f"{listed(output)}): contrast one_vs_rest, which asks about the same symbol on both sides, finds "
                 "nothing; \"whole\" asks about all symbols", SamplingWarning)

    def coordinates(self):
        units = self.samples.units
        return {"class": self.names, "unit": np.arange(units), "size": np.arange(units + 1), "step": np.arange(units)}

    def attributes(self):
        return {"samples": self.samples.samples, "units": self.samples.units, "discretize": self.method,
                "contrast": self.contrast}


def warn_if_undersampled(singleton_fraction, samples):
    if singleton_fraction > WELL_SAMPLED:
        warn(f"{100 * singleton_fraction:.0f} % of the {samples} samples are alone in their state: relay information "
             "of many units is then mostly an artefact of too few samples; analyse fewer units or more samples "
             "(docs/recordings.md, How many samples?)", SamplingWarning)


def _checked_axes(axes, dimensions):
    axes = tuple(axes)
    for axis in axes:
        if axis not in AXES:
            raise UsageError(f"axes has {axis!r}, expected some of {', '.join(AXES)}")
    if len(axes) != dimensions:
        raise UsageError(f"axes names {len(axes)} dimensions, states has {dimensions}")
    if len(set(axes)) != len(axes):
        raise UsageError(f"axes {axes} names a dimension twice, expected each once")
    if "unit" not in axes:
        raise UsageError(f"axes {axes} has no unit, expected one")
    if "sample" in axes and len(axes) != 2:
        raise UsageError(f"axes {axes}: sample stands for all dimensions but unit; name trial and time")
    return axes


def _named_axes(states):
    """The names of the dimensions of an xarray.DataArray if they are axes; None of other arrays, whose order counts."""
    dimensions = getattr(states, "dims", None)
    if not isinstance(dimensions, tuple):  # those of a Dataset are a mapping
        return None
    if all(name in AXES for name in dimensions):
        return dimensions
    if "unit" in dimensions or any(name in AXES for name in dimensions[1:]):
        raise UsageError(f"states has the dimensions {dimensions}, expected some of {', '.join(AXES)}; name them with "
                         "axes=[...], in their order, or rename them")
    return None


def _in_order(symbols, order):
    """Symbols of an xarray.DataArray with these dimensions, in their order; others as they are."""
    dimensions = getattr(symbols, "dims", None)
    if isinstance(dimensions, tuple) and dimensions != tuple(order) and sorted(map(str, dimensions)) == sorted(order):
        return symbols.transpose(*order)
    return symbols


def _symbols_by_trial(symbols, name, trials, times):
    """[trial, time] of symbols given for each trial, or for each step."""
    array = plain_array(symbols, name)
    if array.shape == (trials,):
        return np.broadcast_to(array[:, None], (trials, times))
    if array.shape == (trials, times):
        return array
    raise UsageError(f"{name} has shape {array.shape}, expected [{trials}] for each trial or [{trials}, {times}] for "
                     "each step of it")


def _times(time, count):
    if isinstance(time, str):
        raise UsageError(f"time is {time!r}, expected pooled, each or a list of times")
    chosen = [whole_number(t, "time", 0, count - 1) for t in ([time] if np.ndim(time) == 0 else time)]
    if not chosen:
        raise UsageError("time is an empty list, expected at least one time")
    return chosen


def prepare(states, input, output, *, discretize="kmeans", contrast="one_vs_rest", classes=None, axes=None,
            time="pooled", progress=None):
    """A Prepared, or of time "each" a list of one for each time.

    Cuts are those of all the samples that are analysed together; those of "each" are of all times, so that states of
    different times can be compared.
    """
    axes = _named_axes(states) if axes is None else axes
    if axes is None:
        if time != "pooled":
            raise UsageError(f"time is {time!r} of states without an axis time; name their axes, such as "
                             "axes=['trial', 'time', 'unit']")
        return Prepared(states, input, output, discretize, contrast, classes, progress=progress)
    array = numbers(states, "states")
    axes = _checked_axes(axes, array.ndim)
    steps = [axis for axis in axes if axis != "unit"]
    input, output = _in_order(input, steps), _in_order(output, steps)
    if "time" not in axes:
        if time != "pooled":
            raise UsageError(f"time is {time!r} of states with axes {axes}, expected an axis time")
        return Prepared(np.moveaxis(array, axes.index(steps[0]), 0), input, output, discretize, contrast, classes,
                        progress=progress)
    if "trial" not in axes:
        array, axes = array[None], ("trial", *axes)
        input, output = plain_array(input, "input")[None], plain_array(output, "output")[None]
    array = array.transpose([axes.index(axis) for axis in ("trial", "time", "unit")])
    trials, times, units = array.shape
    turned = lambda symbols, name: (plain_array(symbols, name).T if steps == ["time", "trial"]
                                    and np.ndim(symbols) == 2 else symbols)
    input = _symbols_by_trial(turned(input, "input"), "input", trials, times)
    output = _symbols_by_trial(turned(output, "output"), "output", trials, times)

    def pooled(chosen, discretize, classes):
        at = slice(None) if chosen is None else chosen  # no copy of all times
        values, count = array[:, at], times if chosen is None else len(chosen)
        trial = np.repeat(np.arange(trials, dtype=np.uint32), count)
        return Prepared(values.reshape(-1, units), input[:, at].ravel(), output[:, at].ravel(), discretize, contrast,
                        classes, trial, progress)

    if not (isinstance(time, str) and time in ("pooled", "each")):
        return pooled(_times(time, times), discretize, classes)
    whole = pooled(None, discretize, classes)
    if time == "pooled":
        return whole
    each = [pooled([t], whole.cuts, whole.symbols) for t in range(times)]
    for one in each:
        one.method = whole.method
    return each


def require_pooled(prepared, what):
    if isinstance(prepared, list):
        raise UsageError(f"{what}: time each, expected pooled or a list of times")
    return prepared

"""Checks of arguments, and arrays as the extension module takes them."""
import operator
import sys
import warnings

import numpy as np

from . import _core
from ._core import DataError, UsageError

LARGEST_SYMBOL = 65535
EXACT_IN_FLOAT = 2.0**24  # all integers up to here are floats
_MISSING = ("NoneType", "NAType", "NaTType")  # types of None, pandas.NA and pandas.NaT
_INTEGERS = (int, np.integer, np.bool_)  # also bool, which is a number among others
_NUMBERS = (*_INTEGERS, float, np.floating)


def warn(message, category=UserWarning):
    """Warns at the line that called this package, however deep in it the reason was found."""
    package, frame, depth = __name__.partition(".")[0], sys._getframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, depth = frame.f_back, depth + 1
    warnings.warn(message, category, stacklevel=depth + 1)


def plain_array(data, name):
    """`data` as an array of NumPy; tensors of PyTorch from any device."""
    if hasattr(data, "detach"):
        data = data.detach().cpu()
    words = _words(data) if type(data) is list else None
    if words is not None:
        return words
    try:
        array = np.asarray(data)
    except ValueError as error:  # rows of different lengths
        raise UsageError(f"{name} is no array: {error}") from None
    if array.dtype.kind == "O" and array.ndim == 0:
        raise TypeError(f"{name} is {data!r} of type {type(data).__name__}, expected an array of numbers or words")
    if array.dtype.kind in "US" and isinstance(data, (list, tuple)):
        array = np.array(data, object)  # NumPy makes words of numbers among words
    if array.dtype.kind != "O":
        return array
    words = _words(array.ravel().tolist())
    return _of_one_type(array, name) if words is None else words.reshape(array.shape)


def _of_one_type(array, name):
    """An array of objects that are not all words, as pandas gives columns of nullable numbers, as one of their own
    type."""
    found = {type(value) for value in array.flat}
    if any(kind.__name__ in _MISSING or issubclass(kind, float) for kind in found):
        for place, value in np.ndenumerate(array):
            if type(value).__name__ in _MISSING or (isinstance(value, float) and value != value):
                raise DataError(f"{name}: {_entry(place)} is {value}, a missing value")
    all_are = lambda *types: all(issubclass(kind, types) for kind in found)
    if all_are(bytes):
        return array.astype(bytes)
    if all_are(bool, np.bool_):
        return array.astype(bool)
    if all_are(*_INTEGERS):
        low, high = min(array.flat), max(array.flat)
        for kind in (np.int64, np.uint64):
            if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
                return array.astype(kind)
        raise DataError(f"{name} has integers from {low} to {high}, expected 64 bits")
    if all_are(*_NUMBERS):
        return array.astype(np.float64)
    expected = _NUMBERS if isinstance(array.flat[0], _NUMBERS) else str
    place, value = next((place, value) for place, value in np.ndenumerate(array) if not isinstance(value, expected))
    raise TypeError(f"{name}: {_entry(place)} is {value!r} of type {type(value).__name__}, expected all numbers, in "
                    "rows of the same length, or all words")


def _words(values):
    """np.array(values) of a list of words, None of other lists. Only the distinct words are converted, which takes a
    quarter of the time."""
    found = _core.distinct_words(values) if values else None
    if found is None:
        return None
    place, first = found
    return np.array([values[n] for n in first])[place]


def _entry(place):
    return f"entry {place[0] if len(place) == 1 else list(place)}"


def real_numbers(data, name):
    """An array of real numbers, perhaps empty. TypeError for another type."""
    array = plain_array(data, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} has elements of type {array.dtype}, expected real numbers")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        raise TypeError(f"{name} has elements of type {array.dtype}, expected at most 64 bits")
    return array


def numbers(data, name, least="one sample and one unit"):
    """real_numbers() of which there is at least `least`; DataError for an empty array."""
    array = real_numbers(data, name)
    if array.size == 0:
        raise DataError(f"{name} has shape {array.shape}, expected at least {least}")
    return array


def float_values(data, name="states"):
    """[N,K] of float32, rows contiguous: the array itself if it is one, otherwise a copy.

    64-bit numbers are rounded; DataError for integers that 32 bits do not hold, which would no longer be distinct.
    """
    array = numbers(data, name)
    if array.ndim != 2:
        raise UsageError(f"{name} has shape {array.shape}, expected two dimensions [sample, unit]"
                         + (": name those of more with axes" if array.ndim > 2 else ""))
    if array.dtype == np.float32 or array.dtype.kind == "b" or array.dtype.itemsize == 1:
        return np.ascontiguousarray(array, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.ascontiguousarray(array, np.float32)
        if not max(-float(array.min()), float(array.max())) > EXACT_IN_FLOAT:  # of NaN: not, and found later
            return rounded
        wrong = rounded.astype(np.float64) != array
        if array.dtype.kind == "f":
            wrong &= (array == np.floor(array)) | ~np.isfinite(rounded)
            wrong &= np.isfinite(array)
    if wrong.any():
        sample, unit = np.argwhere(wrong)[0]
        raise DataError(f"{name}: value of unit {unit} of sample {sample} is {array[sample, unit]}, "
                        "which a 32-bit float does not hold")
    return rounded


def symbol_array(data, name, samples=None):
    """[N] of integers, or of words. `samples`: the expected N."""
    array = plain_array(data, name)
    if array.ndim != 1:
        raise UsageError(f"{name} has shape {array.shape}, expected one dimension [sample]")
    if array.size == 0:
        raise DataError(f"{name} is empty, expected a symbol for each sample")
    if samples is not None and array.size != samples:
        raise UsageError(f"{name} has {array.size} symbols for {samples} samples, expected as many")
    if array.dtype.kind == "f":
        whole = np.isfinite(array) & (array == np.floor(array)) & (np.abs(array) < 2.0**53)
        if not whole.all():
            sample = int(np.argmin(whole))
            raise DataError(f"{name}: sample {sample} is {array[sample]}, expected an integer or a word")
        return array.astype(np.int64)
    if array.dtype.kind == "b":
        return array.astype(np.int64)
    if array.dtype.kind not in "iuUS":
        raise TypeError(f"{name} has elements of type {array.dtype}, expected integers or words")
    if array.dtype.kind == "S":
        return np.char.decode(array, "utf-8")
    return array


def _check_small(array, name):
    low, high = array.min(), array.max()
    if low < 0 or high > LARGEST_SYMBOL:
        sample = int(array.argmin() if low < 0 else array.argmax())
        raise DataError(f"{name}: sample {sample} has symbol {array[sample]}, expected [0,{LARGEST_SYMBOL}]; "
                        "name other symbols with classes=[...]")


def distinct(symbols):
    """np.unique(symbols, return_inverse=True) of one dimension; of words only the distinct ones are sorted, which
    takes a tenth of the time."""
    if symbols.dtype.kind != "U":
        return np.unique(symbols, return_inverse=True)
    words = np.ascontiguousarray(symbols, symbols.dtype.newbyteorder("="))
    place, first = _core.distinct_rows(words.view(np.uint8).reshape(len(words), -1))
    names, code = np.unique(words[first], return_inverse=True)
    return names, code[place]


def _encoded_as(array, classes, name):
    if array.dtype.kind != "U" and np.result_type(array, classes).kind == "f":
        # int64 with uint64, which NumPy compares as doubles.
        array, classes = array.astype(object), classes.astype(object)
    order = np.argsort(classes, kind="stable")
    place = np.searchsorted(classes, array, sorter=order)
    code = order[np.minimum(place, len(classes) - 1)]
    wrong = classes[code] != array
    if wrong.any():
        sample = int(np.argmax(wrong))
        raise DataError(f"{name}: sample {sample} has symbol {array[sample]!r}, which is not among the classes")
    return code.astype(np.uint16)


def encode_symbols(input, output, samples, classes=None):
    """Names [C] of the symbols, and input and output [N] as positions among them.

    Without `classes` these are the symbols that occur, ascending.
    """
    input, output = symbol_array(input, "input", samples), symbol_array(output, "output", samples)
    if (input.dtype.kind == "U") != (output.dtype.kind == "U"):
        input, output = input.astype(str), output.astype(str)
    if classes is not None:
        names = symbol_array(classes, "classes")
        if (names.dtype.kind == "U") != (input.dtype.kind == "U"):
            raise TypeError(f"classes are of type {names.dtype}, input and output of {input.dtype}")
        if len(np.unique(names)) != len(names):
            raise UsageError("classes names a symbol twice, expected each once")
        if len(names) > LARGEST_SYMBOL + 1:
            raise UsageError(f"classes names {len(names)} symbols, expected at most {LARGEST_SYMBOL + 1}")
        return names, _encoded_as(input, names, "input"), _encoded_as(output, names, "output")
    if input.dtype.kind == "U":
        for name, array in (("input", input), ("output", output)):
            if (array == "").any():
                raise DataError(f"{name}: sample {int(np.argmax(array == ''))} is an empty word")
        names, codes = distinct(np.concatenate([input, output]))
        if len(names) > LARGEST_SYMBOL + 1:
            raise DataError(f"{len(names)} different input and output symbols, expected at most {LARGEST_SYMBOL + 1}")
        codes = codes.astype(np.uint16)
        return names, codes[:samples], codes[samples:]
    _check_small(input, "input")
    _check_small(output, "output")
    occurs = np.zeros(max(int(input.max()), int(output.max())) + 1, bool)
    occurs[input] = True
    occurs[output] = True
    place = (np.cumsum(occurs) - 1).astype(np.uint16)
    return np.flatnonzero(occurs), place[input], place[output]


def whole_number(value, name, least=None, most=None):
    """An integer argument in [least, most]. TypeError for another type, also for bool."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {value}, expected an integer")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}, expected an integer") from None
    if (least is not None and number < least) or (most is not None and number > most):
        raise UsageError(f"{name} is {number}, expected "
                         + (f"at least {least}" if most is None else f"[{least},{most}]"))
    return number


def real_number(value, name):
    """A number as a float, perhaps not finite. TypeError for another type."""
    if isinstance(value, (str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name} is {value!r}, expected a number")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {value!r}, expected a number") from None


def seed_number(seed):
    return whole_number(seed, "seed", 0, 2**64 - 1)


def unit_lists(sets):
    """Sets of units as lists of integers; what is wrong with a unit the library says."""
    if isinstance(sets, (str, bytes)) or not np.iterable(sets):
        raise TypeError(f"sets is {sets!r}, expected a list of lists of units")
    lists = []
    for i, units in enumerate(sets):
        if isinstance(units, (str, bytes)) or not np.iterable(units):
            raise TypeError(f"sets[{i}] is {units!r}, expected a list of units; units_of() gives those of an index")
        lists.append([whole_number(unit, f"a unit of sets[{i}]", -2**31, 2**31 - 1) for unit in units])
    return lists

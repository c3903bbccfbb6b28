"""Opens the file of test_hdf5_open.cpp with all programs, and compares it with what was written.

usage: open_sample.py FILE
"""
import pathlib
import sys

import h5py
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "experiments/results"))
import open_results  # noqa: E402


def extremes(kind):
    limits = numpy.iinfo(kind)
    return numpy.array([limits.min, 0, 1, limits.max], kind)


DATASETS = {
    "numbers/place": numpy.array([10, 20, 30, 40], "i8"),
    "numbers/u8": extremes("u1"),
    "numbers/u16": extremes("u2"),
    "numbers/u32": extremes("u4"),
    "numbers/i64": extremes("i8"),
    "numbers/f32": numpy.array([-0.5, 0, numpy.nan, numpy.inf], "f4"),
    "numbers/f64": numpy.array([-0.1, 0, numpy.nan, -numpy.inf]),
    "numbers/deeper/still": extremes("u1"),
    "numbers/deeper/five": numpy.ones(5, "f4"),
    "numbers/0/place_5": numpy.ones(5, "f4"),
    "numbers/scalar": numpy.float64(0.25),
    "numbers/cube": numpy.full(16, 2.0),
    "numbers/square": numpy.array([1, 0.5, 0.25, 1, 1, 0.5, 0.25, 1]).reshape(2, 2, 2),
    "texts/class": ["left", "größer", ""],
    "texts/digit": ["0", "1"],
    "texts/of_class": numpy.array([1, 2, 3], "f4"),
    "texts/of_digit": numpy.array([1, 2], "f4"),
    "texts/why": ["", "constant", "two\nlines"],
    "texts/blanks": ["", "", ""],
    "texts/none": [],
    "texts/text": "Größe, 数字\nname: x",
    "texts/blank": "",
    "texts/letter": "x",
    "lengths/none": numpy.zeros(0),
    "lengths/no_rows": numpy.zeros((0, 3), "f4"),
    "lengths/no_columns": numpy.zeros((3, 0), "f4"),
    "lengths/sets": numpy.arange(1 << 16, dtype="u4"),
}
DIMENSIONS = {"numbers/0/place": 5, "numbers/class": 2, "numbers/deeper/step": 5, "numbers/other": 16,
              "numbers/variable": 2, "texts/nothing": 0, "lengths/column": 3, "lengths/nothing": 0, "lengths/row": 0,
              "lengths/set": 1 << 16}
ATTRIBUTES = {
    "/": {"format": "inforelay-results", "empty": "", "letter": "x", "name": "größe",
          "texts": ["intercept", "", "größe"], "letters": ["a", ""], "no_texts": [], "one_text": ["one"],
          "integers": [1, -2], "reals": [0.5], "no_reals": [], "long_text": "x" * 100000},
    "/empty_group": {"note": "nothing else"},
    "/texts": {"class": ["left", "größer", ""], "why": ["", "constant", "two\nlines"]},
}


def plain(value):
    """An attribute as xarray or h5py return it, as Python's own values."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (list, numpy.ndarray)):
        return [plain(element) for element in value]
    return value.item() if isinstance(value, numpy.generic) else value


def check_values(path):
    with h5py.File(path) as file:
        for name, expected in DATASETS.items():
            texts = isinstance(expected, (str, list))
            found = plain(file[name][()]) if texts else file[name][()]
            assert found == expected if texts else open_results.same(expected, found), (name, found)
            assert not texts or file[name].id.get_type().get_cset() == h5py.h5t.CSET_ASCII  # for Octave
        for name, length in DIMENSIONS.items():
            assert file[name].shape == (length,) and open_results.hidden(file[name]), name
            assert file[name].id.get_storage_size() == 0, name
        written = {"/" + name for name in DATASETS.keys() | DIMENSIONS.keys()}
        assert {item.name for group in open_results.contents(file).values() for item in group.values()} == written
        square = file["numbers/square"]
        assert square.dims[2][0] == file["numbers/variable"] and square.dims[0].label == "class"
        assert file["numbers/deeper/still"].dims[0][0] == file["numbers/place"]
        for group, expected in ATTRIBUTES.items():
            assert {name: plain(value) for name, value in file[group].attrs.items()} == expected, group


def check_attributes(path):
    import xarray

    for engine in ("netcdf4", "h5netcdf"):
        for group, expected in ATTRIBUTES.items():
            with xarray.open_dataset(path, engine=engine, group=group) as data:
                for name, value in data.attrs.items():
                    # Lists of one element are single values to netCDF.
                    found = plain(value)
                    assert found == expected[name] or [found] == expected[name], (engine, group, name, found)
                assert data.attrs.keys() == expected.keys(), (engine, group)


path = sys.argv[1]
check_values(path)
if open_results.main([path]) != 0:
    sys.exit(1)
if all(open_results.PROGRAMS[program][0]() for program in ("xarray with netcdf4", "xarray with h5netcdf")):
    check_attributes(path)

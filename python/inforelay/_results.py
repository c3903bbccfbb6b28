"""Results files as lazily read arrays of xarray."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from . import _layers, _plot_network, _plot_results
from ._core import DataError
from ._types import PathLike

FORMAT, VERSION = "inforelay-results", 2


def open(path: PathLike) -> Group:
    """Opens the results of a run, which are read as they are used.

    Parameters
    ----------
    path : str or path
        A folder of results such as "runs/mnist_relay-latest", or its results.h5.

    Returns
    -------
    Group
        The root of the file. Items are groups and arrays by their names or paths: `r["networks/full/layers/1"]`,
        `r["recordings/cells/layers/states/relay/all/total"]`; docs/results.md lists them.

    Raises
    ------
    DataError
        If there is no such file, or it is none of these results.

    Examples
    --------
    >>> import inforelay as ir
    >>> results = ir.open("runs/quick-latest")                                       # doctest: +SKIP
    >>> results["networks/full/layers/1/relay/test/total"].values                    # doctest: +SKIP
    >>> ir.open("no/such/folder")
    Traceback (most recent call last):
    inforelay.DataError: no/such/folder: expected the results of a run, found no file
    """
    path = Path(path)
    file = path / "results.h5" if path.is_dir() else path
    if not file.is_file():
        raise DataError(f"{file}: expected the results of a run, found no file")
    import h5py

    try:
        with h5py.File(file, "r") as opened:
            found = {name: _text(opened.attrs[name]) for name in ("format", "format_version") if name in opened.attrs}
    except OSError as error:
        raise DataError(f"{file}: expected the results of a run, found no HDF5 file ({error})") from None
    if found.get("format") != FORMAT:
        raise DataError(f"{file}: expected the results of a run, found another HDF5 file")
    if int(found.get("format_version", 0)) != VERSION:
        raise DataError(f"{file}: format_version is {found.get('format_version')}, expected {VERSION}")
    return Group(file.resolve(), "")


def _text(value):
    if isinstance(value, bytes):
        return value.decode()
    if getattr(value, "dtype", None) is not None and value.dtype.kind == "S":
        return np.char.decode(value, "utf-8")
    return value


class Group(Mapping):
    """A group of a results file: a mapping of the names below it to groups and `xarray.DataArray`s.

    Attributes are items, too: `results.networks.full.attrs`. Nothing is read before it is used; arrays are opened by
    xarray with h5netcdf, and have the coordinates of their dimensions, such as the names of the classes, wherever in
    the file these stand.
    """

    def __init__(self, file, name, known=None):
        self._file, self._name = file, name
        self._known = {} if known is None else known  # groups by name, so that each is opened once
        self._datasets = None

    @property
    def path(self):
        """The folder of the run."""
        return self._file.parent

    @property
    def name(self):
        """The path of the group in the file; "" for the root."""
        return self._name

    @property
    def root(self):
        """The group of the whole file."""
        return self._group("")

    def _opened(self):
        import h5py

        return h5py.File(self._file, "r")

    @property
    def attrs(self):
        """The attributes of the group."""
        with self._opened() as opened:
            return {name: _text(value) for name, value in opened[self._name or "/"].attrs.items()}

    def __iter__(self):
        import h5py

        with self._opened() as opened:
            names = [name for name, item in opened[self._name or "/"].items()
                     if isinstance(item, h5py.Group) or not _is_dimension(item)]
        return iter(names)

    def __len__(self):
        return len(list(iter(self)))

    def __getitem__(self, path):
        import h5py

        if not isinstance(path, str):
            raise TypeError(f"{path!r} is no path in a results file")
        full = "/".join(part for part in [*self._name.split("/"), *path.split("/")] if part)
        with self._opened() as opened:
            item = opened.get(full) if full else opened
            if item is None:
                raise KeyError(f"{path!r} is not in {self._file.name}/{self._name}; there are {', '.join(self)}")
            is_group = isinstance(item, h5py.Group)
        if is_group:
            return self._group(full)
        parent, _, leaf = full.rpartition("/")
        return self._group(parent).to_xarray()[leaf]

    def _group(self, name):
        if name == self._name:
            return self
        if name not in self._known:
            self._known[name] = Group(self._file, name, self._known)
        return self._known[name]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def __dir__(self):
        return sorted({*super().__dir__(), *self})

    def to_xarray(self):
        """The arrays of this group as an `xarray.Dataset`, without those of the groups below."""
        import xarray

        if self._datasets is None:
            dataset = _decoded(xarray.open_dataset(self._file, engine="h5netcdf", group=self._name or None,
                                                   decode_times=False))
            found = self._missing_coordinates(dataset)
            dataset.attrs = {name: _text(value) for name, value in dataset.attrs.items() if name not in found}
            self._datasets = dataset.assign_coords(found)
        return self._datasets

    def _missing_coordinates(self, dataset):
        """Coordinates of its dimensions that stand in groups above, and lists of texts of this one, which xarray takes
        for attributes."""
        missing, found = [axis for axis in dataset.dims if axis not in dataset.coords], {}
        with self._opened() as opened:
            levels = self._name.split("/") if self._name else []
            for depth in range(len(levels), -1, -1):
                above = "/".join(levels[:depth])
                for axis in missing:
                    item = opened.get(f"{above}/{axis}")
                    if item is not None and not _is_dimension(item) and item.shape == (dataset.sizes[axis],):
                        found[axis] = np.char.decode(item[:], "utf-8") if item.dtype.kind == "S" else item[:]
                missing = [axis for axis in missing if axis not in found]
        return found

    def groups(self):
        """The paths of all groups below this one, relative to it."""
        import h5py

        found = []
        with self._opened() as opened:
            opened[self._name or "/"].visititems(
                lambda name, item: found.append(name) if isinstance(item, h5py.Group) else None)
        return found

    as_analysis = _layers.as_analysis
    as_significance = _layers.as_significance
    plot_ablation = _plot_results.plot_ablation
    plot_activations = _plot_results.plot_activations
    plot_clusters = _plot_results.plot_clusters
    plot_confusion = _plot_results.plot_confusion
    plot_entropy = _plot_results.plot_entropy
    plot_importance = _plot_results.plot_importance
    plot_knockout_sizes = _plot_results.plot_knockout_sizes
    plot_pca = _plot_results.plot_pca
    plot_readout = _plot_network.plot_readout
    plot_receptive = _plot_network.plot_receptive
    plot_regression = _plot_results.plot_regression
    plot_training = _plot_network.plot_training

    def __repr__(self):
        import h5py

        lines = [f"<{self._file}:/{self._name}>"]
        names = list(self)
        with self._opened() as opened:
            for name in names:
                item = opened[f"{self._name}/{name}"]
                if isinstance(item, h5py.Group):
                    lines.append(f"  {name}/")
                else:
                    lines.append(f"  {name} {list(item.shape)} {_text(item.attrs.get('units', ''))} "
                                 f"{_text(item.attrs.get('long_name', ''))}".rstrip())
        return "\n".join(lines)


def _is_dimension(item):
    """A dimension without coordinates, as netCDF-4 writes one. Lists of texts, which its versions cannot all read, look
    like these."""
    is_one = str(_text(item.attrs.get("NAME", b""))).startswith("This is a netCDF dimension but not a netCDF variable")
    return is_one and item.dtype.kind != "S"


def _decoded(dataset):
    """Texts as such: h5netcdf gives them as bytes."""
    texts = {name: variable for name, variable in dataset.variables.items() if variable.dtype.kind == "S"}
    return dataset.assign({name: (variable.dims, np.char.decode(variable.values, "utf-8"), variable.attrs)
                           for name, variable in texts.items()})

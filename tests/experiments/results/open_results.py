#!/usr/bin/python3
"""Opens every group of HDF5 files of inforelay with h5py, ncdump, xarray (netcdf4 and h5netcdf) and Octave.

usage: open_results.py FILE...    (Debian's python3-h5py, python3-xarray, python3-netcdf4, python3-h5netcdf,
                                   netcdf-bin and octave)

Compares all values with those of h5py. Prints each group that fails, with the program and the reason, and exits with 1;
prints "PROGRAM is not installed" for those that are missing.
"""
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy

WITHOUT_VARIABLE = b"This is a netCDF dimension but not a netCDF variable."


def is_scale(dataset):
    return dataset.attrs.get("CLASS", b"") == b"DIMENSION_SCALE"


def hidden(dataset):
    """Whether netCDF treats the dataset as a dimension without a variable."""
    return is_scale(dataset) and dataset.attrs["NAME"].startswith(WITHOUT_VARIABLE)


def contents(file):
    """{group: {name: dataset}} of an open file, groups as "/" and "/a/b"."""
    groups = {"/": {}}

    def add(name, item):
        if isinstance(item, h5py.Group):
            groups["/" + name] = {}
        else:
            parent, _, name = ("/" + name).rpartition("/")
            groups[parent or "/"][name] = item

    file.visititems(add)
    return groups


def has_variable_length(value):
    string = h5py.check_string_dtype(value.dtype) if hasattr(value, "dtype") else None
    return isinstance(value, str) or (string is not None and string.length is None)


def check_attributes(owner):
    for name, value in owner.attrs.items():
        if name != "DIMENSION_LABELS" and has_variable_length(value):
            yield f"{owner.name}@{name} is a text of variable length"


def check_dataset(dataset, owner):
    """Checks one dataset against docs/results.md; yields each violation."""
    for name in ("units", "long_name"):
        if not dataset.attrs.get(name):
            yield f"{dataset.name} has no {name}"
    yield from check_attributes(dataset)
    string = h5py.check_string_dtype(dataset.dtype)
    if string and string.length is None:
        yield f"{dataset.name} has texts of variable length"
    if is_scale(dataset):
        return
    for axis, dimension in enumerate(dataset.dims):
        if not dimension.label:
            yield f"axis {axis} of {dataset.name} has no name"
        if len(dimension) != 1:
            yield f"axis {axis} of {dataset.name} has {len(dimension)} scales"
            continue
        scale = dimension[0]
        if scale.name.rpartition("/")[2] != dimension.label or scale.shape != (dataset.shape[axis],):
            yield f"axis {axis} of {dataset.name} is not like its scale {scale.name}"
        if not (owner.rstrip("/") + "/").startswith(scale.parent.name.rstrip("/") + "/"):
            yield f"scale {scale.name} of {dataset.name} is in no group above it"


def same(ours, theirs):
    ours, theirs = numpy.asarray(ours), numpy.asarray(theirs)
    if ours.dtype.kind == "S":
        def decode(value):
            return value.decode() if isinstance(value, bytes) else value

        theirs = theirs if theirs.dtype.kind != "S" else theirs.astype(object)
        texts = [decode(value) for value in theirs.reshape(-1).tolist()]
        return ours.shape == theirs.shape and [value.decode() for value in ours.reshape(-1).tolist()] == texts
    return ours.dtype == theirs.dtype and ours.shape == theirs.shape and ours.tobytes() == theirs.tobytes()


def open_h5py(file, groups):
    for group, datasets in groups.items():
        for problem in check_attributes(file[group]):
            yield group, problem
        for dataset in datasets.values():
            for problem in check_dataset(dataset, group):
                yield group, problem


def open_xarray(path, groups, engine):
    import xarray

    for group, datasets in groups.items():
        try:
            with xarray.open_dataset(path, engine=engine, group=group, decode_cf=False) as raw:
                xarray.decode_cf(raw).load()
                expected = {name for name, dataset in datasets.items() if not hidden(dataset)}
                if set(raw.variables) != expected:
                    yield group, f"has the variables {sorted(raw.variables)}, expected {sorted(expected)}"
                    continue
                for name in expected:
                    if not same(datasets[name][()], raw.variables[name].values):
                        yield group, f"{name} has other values"
        except Exception as error:  # of any kind: the user would see it
            yield group, f"{type(error).__name__}: {error}"


def open_ncdump(path, groups):
    for options in (["-h"], []):
        done = subprocess.run(["ncdump", *options, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0 or done.stderr:
            yield "/", f"ncdump {' '.join(options)} exits with {done.returncode}: {done.stderr.strip()}"
            return
        for group in groups:
            name = group.rpartition("/")[2]
            if name and not re.search(rf"group: \\?{re.escape(name)} {{", done.stdout):
                yield group, "is not in the output of ncdump"


OCTAVE = r"""
1;
function walk(path, value)
  if isstruct(value)
    for name = fieldnames(value)'
      for element = value(:)'
        walk([path "/" name{1}], element.(name{1}));
      end
    end
  elseif ischar(value)
    for row = 1:rows(value)
      printf("%s\t%s\n", path, strrep(deblank(strrep(value(row, :), "\0", "")), "\n", "\\n"));
    end
  else
    values = double(value(:));
    values = values(isfinite(values));
    printf("%s\t%d %.17g\n", path, numel(value), sum(values));
  end
end
walk("", load("FILE"));
"""


def octave_name(path):
    """The names of Octave's fields for a path of groups and datasets."""
    names = [re.sub(r"\W", "_", name) for name in path.strip("/").split("/")]
    return "".join("/" + (name if re.match(r"[A-Za-z_]", name) else "_" + name) for name in names)


def open_octave(path, groups):
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "walk.m")
        with open(script, "w", encoding="utf-8") as file:
            file.write(OCTAVE.replace("FILE", path))
        done = subprocess.run(["octave-cli", "--quiet", "--norc", "--no-history", script],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    errors = done.stderr.decode(errors="replace")
    if done.returncode != 0 or errors:
        yield "/", f"octave exits with {done.returncode}: {errors[:1000]}"
        return
    found = {}
    for line in done.stdout.decode().splitlines():
        name, _, value = line.partition("\t")
        found.setdefault(name, []).append(value)
    for group, datasets in groups.items():
        for dataset in datasets.values():
            values, got = dataset[()], found.get(octave_name(dataset.name), [])
            if dataset.dtype.kind == "S":
                expected = [text.decode().rstrip().replace("\n", "\\n") for text in numpy.atleast_1d(values).tolist()]
                # Octave has no rows for a text without characters.
                equal = got == expected or (not got and not any(expected))
            else:
                finite = values[numpy.isfinite(values)].astype(float) if values.shape else numpy.array([float(values)])
                count, total = (got or ["-1 0"])[0].split()
                equal = int(count) == values.size and numpy.isclose(float(total), finite.sum(), rtol=1e-9, atol=1e-9)
            if not equal:
                yield group, f"octave has other values of {dataset.name}: {got[:3]}"


PROGRAMS = {
    "ncdump": (lambda: shutil.which("ncdump"), open_ncdump),
    "xarray with netcdf4": (lambda: importlib.util.find_spec("xarray") and importlib.util.find_spec("netCDF4"),
                            lambda path, groups: open_xarray(path, groups, "netcdf4")),
    "xarray with h5netcdf": (lambda: importlib.util.find_spec("xarray") and importlib.util.find_spec("h5netcdf"),
                             lambda path, groups: open_xarray(path, groups, "h5netcdf")),
    "octave": (lambda: shutil.which("octave-cli"), open_octave),
}


def open_file(path):
    """Opens one file with each program; returns [(program, group, problem)]."""
    failures = []
    with h5py.File(path, "r") as file:
        groups = contents(file)
        failures += [("h5py", *problem) for problem in open_h5py(file, groups)]
        for program, (installed, check) in PROGRAMS.items():
            if installed():
                failures += [(program, *problem) for problem in check(path, groups)]
            else:
                print(f"{program} is not installed", flush=True)
        print(f"{path}: {len(groups)} groups, {sum(map(len, groups.values()))} datasets", flush=True)
    return failures


def main(paths):
    failed = False
    for path in paths:
        for program, group, problem in open_file(path):
            print(f"{path}: {program}: group {group}: {problem}", file=sys.stderr)
            failed = True
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

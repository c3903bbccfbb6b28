"""Writes arrays in all formats, and what a reader should find: write_arrays.py FOLDER

FOLDER/expected.txt has a line for each array: FILE:KEY KIND RANK EXTENT... VALUE..., row-major; KIND is u8, i64, f32, f64
or text, texts are hexadecimal UTF-8 behind an x.
"""
import json
import pathlib
import struct
import sys

import h5py
import numpy as np

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(1)


def kind_of(array):
    if array.dtype.kind in "SUO":
        return "text"
    if array.dtype == bool or array.dtype == np.uint8:
        return "u8"
    if array.dtype.kind in "iu":
        return "i64"
    return "f64" if array.dtype.itemsize == 8 else "f32"


def text_of(value):
    data = value if isinstance(value, bytes) else str(value).encode()
    return "x" + data.hex()


def line(place, array):
    values = [text_of(v) if kind_of(array) == "text" else repr(v.item()) if array.dtype.kind != "b" else str(int(v))
              for v in array.ravel(order="C")]
    return " ".join([place, kind_of(array), str(array.ndim), *map(str, array.shape), *values])


shape = (3, 4, 2)
arrays = {"bool": random.integers(0, 2, shape).astype(bool)}
for bits in (8, 16, 32, 64):
    low, high = np.iinfo(f"int{bits}").min, np.iinfo(f"int{bits}").max
    arrays[f"int{bits}"] = random.integers(low, high, shape, dtype=f"int{bits}", endpoint=True)
    arrays[f"uint{bits}"] = random.integers(0, min(2**bits, 2**63) - 1, shape, dtype=f"uint{bits}", endpoint=True)
for bits in (16, 32, 64):
    arrays[f"float{bits}"] = random.normal(size=shape).astype(f"float{bits}")
arrays["special"] = np.array([0.0, -0.0, 1e-45, 3.4e38], dtype=np.float32)
arrays["scalar"] = np.array(7)
arrays["none"] = np.zeros((0, 3), dtype=np.float32)
texts = {"words": np.array([["go", "stop", "ä€𝄞"], ["", "a b", "x"]]), "bytes": np.array([b"go", b"", b"stop"])}

lines = []
variants = {}
for name, array in (arrays | texts).items():
    variants[name] = array
    if array.dtype.kind != "S":
        variants[name + "_big"] = array.astype(array.dtype.newbyteorder(">"))
    if array.ndim > 1:
        variants[name + "_fortran"] = np.asfortranarray(array)
np.savez(folder / "stored.npz", **variants)
np.savez_compressed(folder / "deflated.npz", **variants)
for name, array in variants.items():
    np.save(folder / f"{name}.npy", array)
    lines += [line(f"{name}.npy", array), line(f"stored.npz:{name}", array), line(f"deflated.npz:{name}", array)]

with h5py.File(folder / "a.h5", "w") as file:
    for name, array in variants.items():
        if array.dtype.kind == "U":
            file[f"group/{name}"] = array.astype(object)  # texts of variable length
        else:
            file[f"group/{name}"] = array
        lines.append(line(f"a.h5:/group/{name}", array))
    packed = file.create_dataset("packed", data=arrays["float64"], compression="gzip", shuffle=True)
    packed.attrs["note"] = np.array((1, 2.0), dtype=[("a", "i4"), ("b", "f8")])
    lines.append(line("a.h5:packed", arrays["float64"]))

with h5py.File(folder / "matlab.mat", "w", userblock_size=512) as file:
    for name, matlab_class in (("int16", "int16"), ("float64", "double"), ("bool", "logical")):
        # MATLAB writes column-major what HDF5 takes for row-major: the dimensions are reversed.
        file[name] = arrays[name].astype("u1" if name == "bool" else arrays[name].dtype).T
        file[name].attrs["MATLAB_class"] = np.bytes_(matlab_class)
        lines.append(line(f"matlab.mat:{name}", arrays[name]))
    file["text"] = np.array([[103], [111]], dtype=np.uint16)
    file["text"].attrs["MATLAB_class"] = np.bytes_("char")

header, data = {"__metadata__": {"format": "pt"}}, b""
for name, array in arrays.items():
    code = {"b": "BOOL", "i": "I", "u": "U", "f": "F"}[array.dtype.kind]
    code += "" if code == "BOOL" else str(8 * array.dtype.itemsize)
    raw = array.tobytes()
    header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
    lines.append(line(f"a.safetensors:{name}", array))
upper = arrays["float32"].view(np.uint32) >> 16
header["brain"] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [len(data), len(data) + 2 * upper.size]}
data += upper.astype("<u2").tobytes()
lines.append(line("a.safetensors:brain", (upper << 16).astype(np.uint32).view(np.float32)))
text = json.dumps(header).encode()
(folder / "a.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)

units = random.integers(-5, 6, (6, 12))
real = random.normal(size=6)
words = np.array(["go", "stop", 'say "no", now', "go", "7", ""])
for file, separator in (("a.csv", ","), ("a.tsv", "\t")):
    with open(folder / file, "w", encoding="utf-8") as out:
        out.write(separator.join(["time", *(f"n{i + 1}" for i in range(12)), "real", "word"]) + "\n")
        for i in range(6):
            cells = [str(i), *map(str, units[i]), repr(float(real[i])), '"' + words[i].replace('"', '""') + '"']
            out.write(separator.join(cells) + "\r\n")
    lines += [line(f"{file}:n1..n12", units), line(f"{file}:n3", units[:, 2]), line(f"{file}:n3,n1", units[:, [2, 0]]),
              line(f"{file}:n2..n4,time", np.column_stack([units[:, 1:4], np.arange(6)])),
              line(f"{file}:real", real), line(f"{file}:real,n1", np.column_stack([real, units[:, 0].astype(float)])),
              line(f"{file}:word", words), line(f"{file}:n1..n1", units[:, :1])]

objects = np.array([{"a": 1}, None], dtype=object)
np.save(folder / "objects.npy", objects, allow_pickle=True)
np.savez(folder / "refused.npz", objects=objects, complex=np.zeros(2, complex), date=np.zeros(2, "M8[s]"),
         duration=np.zeros(2, "m8[s]"), long=np.zeros(2, np.longdouble), fields=np.zeros(2, [("a", "i4"), ("b", "f4")]),
         raw=np.zeros(2, "V3"), large=np.array([1, 2**63], np.uint64))
with h5py.File(folder / "refused.h5", "w") as file:
    file["complex"] = np.zeros(2, complex)
    file["long"] = np.zeros(2, np.longdouble)
    file["large"] = np.array([1, 2**63], np.uint64)
    file["reference"] = np.array([file["large"].ref], dtype=h5py.ref_dtype)
    file["soft"] = h5py.SoftLink("/large")
(folder / "expected.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

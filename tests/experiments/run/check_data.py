#!/usr/bin/python3
"""Data for tests of the program, and checks of its results by NumPy and PyTorch.

usage: check_data.py make FOLDER             arrays of several formats, and a table
       check_data.py standardised RESULTS FOLDER
       check_data.py split RESULTS FRACTION COUNT...
       check_data.py torch RESULTS FOLDER    of configs/my_network.yaml and configs/my_data.py

Prints what differs and exits with 1.
"""
import pathlib
import sys

import h5py
import numpy as np

ACTIVATIONS = {"tanh": np.tanh, "identity": lambda x: x, "relu": lambda x: np.maximum(x, 0)}


def make(folder):
    random = np.random.default_rng(1)
    x = random.normal(3, 2, (150, 4, 6)) * 10.0 ** random.integers(-2, 3, (1, 4, 6))
    x[:, 2, 3] = 0.1
    y = np.array([-2, 7, 9])[np.arange(150) % 3]
    np.savez(folder / "a.npz", x=x[:120], y=y[:120], xt=x[120:].astype("f4"), yt=y[120:].astype("i2"))
    with h5py.File(folder / "a.h5", "w") as file:
        file["deep/x"], file["y"] = x[:120], y[:120]
        file["xt"], file["yt"] = x[120:], y[120:].astype(float)
    np.save(folder / "x.npy", x[:120].reshape(120, 24))
    np.save(folder / "words.npy", np.array(["two", "seven", "nine"])[np.arange(120) % 3])
    np.save(folder / "xt.npy", x[120:].reshape(30, 24))
    np.save(folder / "wordst.npy", np.array(["two", "seven", "nine"])[np.arange(30) % 3])
    many = np.arange(3000) % 300
    np.savez(folder / "many.npz", x=np.stack([many % 17, many // 17, random.normal(size=3000)], 1), y=many + 1)


def expect(good, what):
    if not good:
        sys.exit(what)


def standardised(results, folder):
    """Statistics of the training set, and a forward pass over the test set."""
    arrays = np.load(folder / "a.npz")
    train = arrays["x"].reshape(120, 24).astype("f4").astype("f8")
    network = h5py.File(results)["networks/n"]
    mean, std = network["model/input_mean"][:], network["model/input_std"][:]
    expected = train.std(0)
    constant = (train == train[0]).all(0)
    expect(constant.sum() == 1, "one input is constant")
    expect(network["model"].attrs["constant_inputs"] == 1, "constant_inputs")
    expected[constant] = 1
    expect(np.allclose(mean, train.mean(0), rtol=1e-6, atol=0), "mean")
    expect(np.allclose(std, expected, rtol=1e-6, atol=0), "std")
    values = (arrays["xt"].reshape(30, 24).astype("f4") - mean) / std
    layer = 1
    while f"model/layer{layer}" in network:
        group = network[f"model/layer{layer}"]
        name = group.attrs["activation"]
        name = name.decode() if isinstance(name, bytes) else str(name)
        values = ACTIVATIONS[name](values @ group["weight"][:].T + group["bias"][:])
        layer += 1
    output = network["layers/1/states/test/network_output"][:]
    expect(np.abs(values - output).max() < 1e-5, f"outputs differ by {np.abs(values - output).max()}")
    names = [name.decode() if isinstance(name, bytes) else name for name in network["class"][:]]
    expect(names == ["-2", "7", "9"], f"classes {names}")


def split(results, fraction, counts):
    """Largest remainders, as documented."""
    share = fraction * counts
    test = np.floor(share).astype(int)
    total = int(np.floor(fraction * counts.sum() + 0.5))
    test[np.argsort(-(share - test), kind="stable")[: total - test.sum()]] += 1
    states = h5py.File(results)["networks/small/layers/1/states"]
    for subset, expected in (("test", test), ("train", counts - test)):
        found = np.bincount(states[subset + "/input"][:], minlength=len(counts))
        expect((found == expected).all(), f"{subset}: {found}, expected {expected}")


def compare_with_torch(results, folder):
    import torch

    arrays = np.load(folder / "data.npz")
    model = torch.nn.Sequential(torch.nn.Linear(16, 24), torch.nn.ReLU(), torch.nn.Linear(24, 10), torch.nn.ReLU(),
                                torch.nn.Linear(10, 3))
    model.load_state_dict(torch.load(folder / "network.pt"))
    mean, std = (statistic(arrays["x_train"], 0, dtype="f8").astype("f4") for statistic in (np.mean, np.std))
    for subset in ("train", "test"):
        with torch.no_grad():
            expected = model(torch.from_numpy((arrays["x_" + subset] - mean) / std)).numpy()
        states = h5py.File(results)[f"networks/mine/layers/2/states/{subset}"]
        difference = np.abs(states["network_output"][:] - expected).max() / np.abs(expected).max()
        expect(difference < 1e-5, f"{subset}: outputs differ by {difference} of the largest")
        accuracy = (expected.argmax(1) == arrays["y_" + subset]).mean()
        expect(states["argmax_accuracy"][()] == accuracy, f"{subset}: argmax accuracy is not {accuracy}")
        expect(accuracy > 0.9, f"{subset}: accuracy {accuracy}")


def main():
    command, place = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "make":
        make(place)
    elif command == "standardised":
        standardised(place, pathlib.Path(sys.argv[3]))
    elif command == "split":
        split(place, float(sys.argv[3]), np.array([int(count) for count in sys.argv[4:]]))
    else:
        compare_with_torch(place, pathlib.Path(sys.argv[3]))


main()

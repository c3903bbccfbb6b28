#!/usr/bin/env python3
"""Makes the data and the network that my_network.yaml and my_table.yaml analyse: my_data.py [FOLDER].

FOLDER is my_data beside this file unless given. Three kinds of points in the plane, each a spiral arm, seen through 16
noisy detectors. data.npz holds them as arrays, table.csv as a table with words for labels. If PyTorch is installed,
network.pt is a network that was trained on the arrays, with ReLU, cross entropy and standardised inputs.
"""
import pathlib
import sys

import numpy as np

KINDS = ["inner", "middle", "outer"]


def spirals(random, count):
    """Inputs [count,16] and labels [count] in {0, 1, 2}."""
    label = np.arange(count) % 3
    radius = random.uniform(0.3, 1, count)
    angle = 4 * radius + label * 2 * np.pi / 3
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    directions = np.arange(16) * 2 * np.pi / 16
    seen = np.exp(points @ np.stack([np.cos(directions), np.sin(directions)]))
    return (100 * (seen + random.normal(0, 0.02, seen.shape))).astype(np.float32), label


def train(x, y, folder):
    """The PyTorch part: any chain of dense layers will do."""
    import torch

    torch.manual_seed(1)
    mean, std = x.mean(0, dtype="f8").astype("f4"), x.std(0, dtype="f8").astype("f4")
    inputs, labels = torch.from_numpy((x - mean) / std), torch.from_numpy(y)
    model = torch.nn.Sequential(torch.nn.Linear(16, 24), torch.nn.ReLU(), torch.nn.Linear(24, 10), torch.nn.ReLU(),
                                torch.nn.Linear(10, 3))
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(300):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
    torch.save(model.state_dict(), folder / "network.pt")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "my_data"
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    x_train, y_train = spirals(random, 3000)
    x_test, y_test = spirals(random, 1000)
    np.savez(folder / "data.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    with open(folder / "table.csv", "w", encoding="utf-8") as table:
        print(*(f"d{i + 1}" for i in range(16)), "kind", sep=",", file=table)
        for values, label in zip(x_test, y_test):
            print(*(f"{value:.4f}" for value in values), KINDS[label], sep=",", file=table)
    try:
        train(x_train, y_train, folder)
    except ImportError:
        print("PyTorch is not installed: no network.pt")


main()

"""Ablation in PyTorch, for test_knockout_functions.cpp: torch_knockouts.py IN...

IN, all numbers of 4 bytes: layers L, then K, N, C as int32; for each layer after the analysed one its outputs and the
place of its activation in ACTIVATIONS; then as float32 weight and bias of each, activations [N,K], replacements [N,K];
labels [N] int32. Written to IN.out, float32: for each set of neurons the balanced accuracy of each class by threshold, then by argmax,
then the overall accuracy, [2^K, 2C + 1]; then [2^K] the number of samples near a tie. Exits with 77 where there is no
PyTorch.
"""
import sys

try:
    import numpy as np
    import torch
except ImportError:
    print("skipped: no python3-torch")
    sys.exit(77)

ACTIVATIONS = [  # in the order of Activation::Kind
    torch.tanh,
    torch.sigmoid,
    torch.relu,
    torch.nn.Identity(),
    torch.nn.LeakyReLU(),
    torch.nn.ELU(),
    torch.nn.GELU(),
    torch.nn.GELU(approximate="tanh"),
    torch.nn.SiLU(),
    torch.nn.Softplus(),
]


class Reader:
    """Arrays from a file, one after the other."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.position = 0

    def __call__(self, count, dtype):
        values = np.frombuffer(self.data, dtype=dtype, count=count, offset=self.position)
        self.position += 4 * count
        return values


def ablate(path):
    take = Reader(path)
    layers, neurons, samples, classes = take(4, np.int32)
    shapes = take(2 * layers, np.int32).reshape(layers, 2)
    modules, width = [], neurons
    for outputs, activation in shapes:
        linear = torch.nn.Linear(int(width), int(outputs))
        with torch.no_grad():
            linear.weight[:] = torch.tensor(take(outputs * width, np.float32).reshape(outputs, width))
            linear.bias[:] = torch.tensor(take(outputs, np.float32))
        modules.append((linear, ACTIVATIONS[activation]))
        width = outputs
    hidden = torch.tensor(take(samples * neurons, np.float32).reshape(samples, neurons))
    replacement = torch.tensor(take(samples * neurons, np.float32).reshape(samples, neurons))
    labels = torch.tensor(take(samples, np.int32).astype(np.int64))

    rows, ties = [], []
    with torch.no_grad():
        for index in range(2**neurons):
            out = torch.tensor([index >> k & 1 for k in range(neurons)], dtype=torch.bool)
            x = torch.where(out, replacement, hidden)
            for number, (linear, activation) in enumerate(modules):
                x = linear(x)
                if number + 1 < layers:
                    x = activation(x)
            top = x.topk(2).values
            ties.append(int(((x.abs().min(1).values < 1e-5) | (top[:, 0] - top[:, 1] < 1e-5)).sum()))
            decision = x.argmax(1)
            one_hot = torch.nn.functional.one_hot(decision, int(classes)).bool()
            row = []
            for on in (x > 0, one_hot):
                for c in range(classes):
                    of_class = labels == c
                    row.append(float(on[of_class, c].double().mean() + (~on[~of_class, c]).double().mean()) / 2)
            row.append(float((decision == labels).double().mean()))
            rows.append(row)

    with open(path + ".out", "wb") as file:
        np.array(rows, dtype=np.float32).tofile(file)
        np.array(ties, dtype=np.float32).tofile(file)


for name in sys.argv[1:]:
    ablate(name)

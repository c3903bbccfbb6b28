#!/usr/bin/python3
"""Training as bench/run measures it, by PyTorch with two threads (Debian: python3-torch, libopenblas0-pthread).

The images are a tensor in memory; a batch is rows of it. No data loader, no evaluation: as little as PyTorch can do.
"""
import sys

import torch

sys.dont_write_bytecode = True  # bench/ holds sources only
import baselines  # noqa: E402


def network(*widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
    return torch.nn.Sequential(*layers)


class Training:
    def __init__(self, model, images, targets):
        self.model, self.images, self.targets = model, images, targets
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        self.loss = torch.nn.MSELoss()

    def step(self, images, targets):
        self.optimizer.zero_grad()
        self.loss(self.model(images), targets).backward()
        self.optimizer.step()

    def full_batch(self):
        self.step(self.images, self.targets)

    def epoch(self):
        order = torch.randperm(len(self.images))
        for begin in range(0, len(order), 1000):
            batch = order[begin : begin + 1000]
            self.step(self.images[batch], self.targets[batch])


class RecurrentTraining:
    """n-back, trial by trial: 100 trials of 256 random bits, the label is the bit 5 steps ago; 6 units."""

    KINDS = {"rnn_tanh": torch.nn.RNN, "rnn_relu": lambda *sizes, **more: torch.nn.RNN(*sizes, nonlinearity="relu", **more),
             "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}

    def __init__(self, kind):
        self.recurrent, self.readout = self.KINDS[kind](1, 6, batch_first=True), torch.nn.Linear(6, 1)
        self.optimizer = torch.optim.Adam([*self.recurrent.parameters(), *self.readout.parameters()], lr=3e-3)
        self.loss = torch.nn.MSELoss()
        self.inputs = torch.randint(0, 2, (100, 256, 1)).float()
        self.targets = torch.cat([torch.zeros(100, 5, 1), self.inputs[:, :-5]], dim=1)

    def epoch(self):
        for trial in torch.randperm(100).tolist():
            self.optimizer.zero_grad()
            hidden, _ = self.recurrent(self.inputs[trial : trial + 1])
            self.loss(self.readout(hidden), self.targets[trial : trial + 1]).backward()
            self.optimizer.step()


def main():
    parser = baselines.arguments(__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    results = baselines.Results("bench/baseline_pytorch.py", threads=torch.get_num_threads(), torch=torch.__version__)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", file=sys.stderr)

    pixels, labels = baselines.images("train")
    targets = 2.0 * torch.nn.functional.one_hot(torch.from_numpy(labels), 10).float() - 1.0
    full = Training(network(784, 20, 10), torch.from_numpy(pixels), targets)
    results.measure("train_full_epoch", full.epoch, options.repetitions)

    pixels, labels = baselines.detector_images()
    targets = 2.0 * torch.from_numpy(labels).float()[:, None] - 1.0
    detector = Training(network(784, 2, 1), torch.from_numpy(pixels), targets)
    results.measure("train_detector_step", detector.full_batch, options.repetitions, calls=20)
    for kind in RecurrentTraining.KINDS:
        results.measure(f"train_recurrent/{kind}", RecurrentTraining(kind).epoch, options.repetitions)
    results.write(options.json)


if __name__ == "__main__":
    main()

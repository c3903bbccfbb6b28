"""Which channels of a convolutional network's last hidden layer carry each digit, and which of them does it need?

A small network is trained on generated digits for a minute; its last hidden layer is recorded, analysed, and knocked
out in the network itself.
"""
import numpy as np
import torch

import inforelay as ir
from inforelay.torch import knockouts, record

torch.manual_seed(1)
(images, labels), (test_images, test_labels) = ir.digits(train=4_000, test=2_000)


def batches(images, labels, size=200):
    inputs = torch.as_tensor(images[:, None] / 255.0, dtype=torch.float32)
    return list(zip(inputs.split(size), torch.as_tensor(labels).split(size)))


model = torch.nn.Sequential(
    torch.nn.Conv2d(1, 6, 5, stride=2), torch.nn.ReLU(),
    torch.nn.Conv2d(6, 12, 5, stride=2), torch.nn.ReLU(),
    torch.nn.Flatten(), torch.nn.Linear(12 * 4 * 4, 10), torch.nn.Tanh(),   # the layer that is analysed
    torch.nn.Linear(10, 10))
optimizer, loss = torch.optim.Adam(model.parameters(), 3e-3), torch.nn.CrossEntropyLoss()
for epoch in range(6):
    for inputs, targets in batches(images, labels):
        optimizer.zero_grad()
        loss(model(inputs), targets).backward()
        optimizer.step()

test = batches(test_images, test_labels)
recording = record(model, test, layer="6")
print(f"accuracy on the test images: {recording.accuracy:.3f}")
assert recording.accuracy > 0.8

found = ir.analyze(*recording[:3], exhaustive=True)
print(found)

# Every set of units is knocked out in the network: what follows the layer is computed 1,024 times.
without = knockouts(model, test, layer="6", replace="mean")
print("\ndigit  I_R(all)  pair that relays the most  needed most by Shapley value")
importance = ir.shapley(without.accuracy)
for digit in range(10):
    needed = np.argsort(-importance[digit])[:2].tolist()
    print(f"{digit:5}  {found.total[digit]:8.3f}  {found.best_set(digit, 2)!s:>24}  {needed}")

# Does a set that relays more information do more? Rank correlation over all sets of five units.
fives = [s for s in range(1024) if len(ir.units_of(s)) == 5]
ranks = lambda values: np.argsort(np.argsort(values))
for digit in range(3):
    correlation = np.corrcoef(ranks(found.information[digit, fives]), ranks(1 - without.accuracy[digit, fives]))[0, 1]
    print(f"digit {digit}: rank correlation of relay information and lost accuracy {correlation:+.2f}")

try:
    found.plot_node()[0].figure.savefig("digits_node.png")
    found.plot_function(without.accuracy)[0].figure.savefig("digits_function.png")
except ImportError:
    print("no figures without matplotlib")

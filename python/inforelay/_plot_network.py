"""Figures of the weights and the training of a network of a results file, as the program draws them; methods of
`Group`."""
import numpy as np

from ._core import UsageError
from ._panels import RED, as_axes, heat_map, panels
from ._plot_results import network_of, title_of, values_of

_LONGEST_LINEAR = 200  # epochs; beyond, the axis is logarithmic


def plot_receptive(layer, axes=None):
    """The first-layer weights of each unit as an image, of inputs that are square images: blue positive, orange
    negative; each unit on a scale of its own, as units differ in size.

    Parameters and result as of `plot_activations`, without subset.
    """
    weight = values_of(network_of(layer, "plot_receptive"), "model/layer1/weight", "plot_receptive").values
    side = int(round(np.sqrt(weight.shape[1])))
    if side * side != weight.shape[1]:
        raise UsageError(f"plot_receptive: {weight.shape[1]} inputs, expected a square number, those of an image")
    axes = panels(axes, len(weight), 1.6, 1.7)
    for unit, axis in enumerate(axes):
        heat_map(axis, weight[unit].reshape(side, side), None)
        axis.set(title=f"{unit}: \u00b1{np.abs(weight[unit]).max():.2g}", xticks=[], yticks=[])
    return axes


def plot_readout(layer, axes=None):
    """The weights from each unit of the layer to the outputs, or to the units of the next layer: white is 0, blue
    positive, orange negative. Of networks composed of detectors the known modules are framed red.

    Parameters and result as of `plot_regression`.
    """
    from matplotlib.patches import Rectangle

    system, number = network_of(layer, "plot_readout"), layer.name.rpartition("/layers/")[2]
    if not number.isdigit():
        raise UsageError(f"plot_readout of {layer.name}, expected a layer such as networks/NAME/layers/1")
    weight = values_of(system, f"model/layer{int(number) + 1}/weight", "plot_readout").values
    targets, units = weight.shape
    names = [str(name) for name in values_of(system, "class", "plot_readout").values]
    of_outputs = f"layer{int(number) + 2}" not in system["model"]
    axes = as_axes(axes, 1, 1, (6, 1.5 + 0.2 * min(max(targets, 8), 40)))
    heat_map(axes[0], weight, "weight")
    axes[0].set(title=title_of(layer), xlabel="unit", ylabel="output" if of_outputs else "unit of the next layer")
    if of_outputs and len(names) == targets:
        axes[0].set_yticks(range(targets), names)
    if any("module_found" in layer[f"relay/{subset}"] for subset in layer.get("relay", ())):
        size = units // targets
        for target in range(targets):
            axes[0].add_patch(Rectangle((target * size - 0.5, target - 0.5), size, 1, fill=False, edgecolor=RED))
    return axes


def plot_training(network, axes=None):
    """Balanced accuracy of each class vs. epoch, the mean black; train solid, test dotted. Of a network that is
    composed of detectors: the balanced accuracy of each detector (of files of earlier versions, which lack it, the
    fraction correct), and, in a second panel, that of the network as they are added.

    Parameters
    ----------
    axes : matplotlib axes, optional
        One, or of a composite network two; by default those of a new figure.

    Returns
    -------
    list of matplotlib axes
    """
    system = network_of(network, "plot_training")
    training = values_of(system, "training", "plot_training")
    names = [str(name) for name in values_of(system, "class", "plot_training").values]
    if "detectors" in training:
        axes = as_axes(axes, 1, 2, (9, 3.5))
        balanced = "balanced_accuracy_train" in training["detectors/0"]
        curve = "balanced_accuracy" if balanced else "accuracy"
        found = {kind: [training[f"detectors/{c}/{curve}_{kind}"].values for c in range(len(names))]
                 for kind in ("train", "test")}
        _curves(axes[0], found, names, "balanced accuracy" if balanced else "accuracy (test unbalanced)", "epoch")
        steps = {kind: training[f"staircase_{kind}"].values.T for kind in ("train", "test")
                 if f"staircase_{kind}" in training}
        _curves(axes[1], steps, names, "balanced accuracy", "detectors in the network", drawstyle="steps-mid")
        _means(axes[1], {kind: curves.T for kind, curves in steps.items()}, drawstyle="steps-mid")
    else:
        axes = as_axes(axes, 1, 1, (5, 3.5))
        found = {kind: values_of(training, f"accuracy_{kind}", "plot_training").values for kind in ("train", "test")}
        if found["train"].ndim != 2:
            raise UsageError(f"plot_training: {system.name} is trained without classes, expected a curve for each")
        _curves(axes[0], {kind: values.T for kind, values in found.items()}, names, "balanced accuracy", "epoch")
        _means(axes[0], found)
    axes[0].set_title(title_of(system))
    axes[-1].legend(*axes[0].get_legend_handles_labels(), fontsize="x-small", title="class (dotted: test)",
                    loc="center left", bbox_to_anchor=(1, 0.5))
    return axes


def _curves(axis, found, names, quantity, over, **style):
    longest = 1
    for kind, curves in found.items():
        for c, curve in enumerate(curves):
            axis.plot(np.arange(1, len(curve) + 1), curve, ":" if kind == "test" else "-", color=f"C{c % 10}", lw=0.8,
                      label=names[c] if kind == "train" else None, **style)
            longest = max(longest, len(curve))
    axis.set(xlabel=over, ylabel=quantity, xscale="log" if longest > _LONGEST_LINEAR else "linear")


def _means(axis, found, **style):
    """The mean over classes of curves [step, class]."""
    for kind, values in found.items():
        axis.plot(np.arange(1, len(values) + 1), values.mean(axis=1), ":" if kind == "test" else "-", color="black",
                  lw=1.5, label="mean" if kind == "train" else None, **style)

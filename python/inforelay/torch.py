"""Recordings and knockouts of a layer of any PyTorch module, by hooks.

Both run the model as it is, on its own device, in evaluation mode and without gradients; hooks and modes are restored
whatever happens.
"""
from __future__ import annotations

import contextlib
import hashlib
import weakref
from typing import Iterable, NamedTuple, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike

from ._arrays import seed_number, unit_lists
from ._core import DataError, UsageError
from ._knockout_table import knockout_table
from ._progress import reporter
from ._types import PathLike, Progress, Sets

__all__ = ["Knockouts", "Recording", "knockouts", "record"]


def _modules(*names):
    """Those classes of torch.nn that this version has."""
    return tuple(getattr(torch.nn, name) for name in names if hasattr(torch.nn, name))


_CHANNELS_FIRST = _modules(
    *(f"{name}{d}d" for d in (1, 2, 3) for name in (
        "Conv", "ConvTranspose", "BatchNorm", "InstanceNorm", "MaxPool", "MaxUnpool", "AvgPool", "LPPool",
        "FractionalMaxPool", "AdaptiveMaxPool", "AdaptiveAvgPool", "ConstantPad", "ZeroPad", "ReflectionPad",
        "ReplicationPad", "CircularPad")),
    "Dropout2d", "Dropout3d", "GroupNorm", "SyncBatchNorm", "LocalResponseNorm", "CrossMapLRN2d", "Softmax2d",
    "PixelShuffle", "PixelUnshuffle", "ChannelShuffle", "Upsample")
_LAST_AXIS = _modules("Linear", "Bilinear", "Embedding", "RMSNorm", "TransformerEncoderLayer",
                      "TransformerDecoderLayer", "TransformerEncoder", "TransformerDecoder", "Transformer")
# Their outputs have the axes of their inputs.
_AS_INPUT = _modules(
    "CELU", "ELU", "GELU", "GLU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU", "LogSigmoid",
    "LogSoftmax", "Mish", "PReLU", "RReLU", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softmax", "Softmin",
    "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold", "AlphaDropout", "Dropout",
    "FeatureAlphaDropout", "Identity")


class Recording(NamedTuple):
    """What a layer did: `inforelay.analyze(*recording[:3])`."""

    states: np.ndarray
    """[sample, unit] of float32"""
    input: np.ndarray
    """[sample] the labels of the loader"""
    output: np.ndarray
    """[sample] the decisions of the model"""
    network_output: np.ndarray
    """[sample, class] of float32"""

    @property
    def accuracy(self):
        """Fraction of the samples whose decision is their label; compare it with the one that you know."""
        return float(np.mean(self.input == self.output))


class Knockouts(NamedTuple):
    """What is left without sets of units, as results.h5 has it in knockout/SUBSET."""

    accuracy: np.ndarray
    """[class, set] balanced accuracy of each output, float32; index: the set knocked out, or that of `sets`"""
    overall_accuracy: np.ndarray
    """[set] fraction of the samples whose decision is their label"""


def _layer_of(model, layer):
    if isinstance(layer, str):
        modules = dict(model.named_modules())
        if layer not in modules:
            names = ", ".join(name for name in modules if name)
            raise UsageError(f"the model has no layer {layer!r}; there are {names}")
        return modules[layer]
    if not isinstance(layer, torch.nn.Module):
        raise TypeError(f"layer is {layer!r}, expected a module of the model or its name")
    if all(module is not layer for module in model.modules()):
        raise UsageError(f"layer {type(layer).__name__} is not a module of the model")
    return layer


@contextlib.contextmanager
def _as_observer(model):
    """Evaluation mode without gradients; every module has its own mode back at the end."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextlib.contextmanager
def _hook(layer, function):
    handle = layer.register_forward_hook(function)
    try:
        yield
    finally:
        handle.remove()


def _device(model):
    for tensor in (*model.parameters(), *model.buffers()):
        return tensor.device
    return torch.device("cpu")


def _batches(loader, device):
    """(inputs, labels) on the device."""
    found = False
    for number, batch in enumerate(loader):
        if not (isinstance(batch, (tuple, list)) and len(batch) == 2 and all(hasattr(part, "shape") for part in batch)):
            raise UsageError(f"batch {number} of the loader is {type(batch).__name__}, expected (inputs, labels), "
                             "tensors of the same length")
        inputs, labels = (torch.as_tensor(part) for part in batch)
        if labels.ndim != 1 or labels.is_floating_point() or labels.shape[0] != inputs.shape[0]:
            raise UsageError(f"labels of batch {number} have shape {list(labels.shape)} and type {labels.dtype}, "
                             f"expected [{inputs.shape[0]}] of integers")
        found = True
        yield inputs.to(device), labels.to(device)
    if not found:
        raise DataError("the loader is empty, expected at least one batch")


def _known_axis(module):
    """1: channels, -1: the last axis, 0: as its input; None of another module.

    A subclass with a forward pass of its own may move the axes, as channels-first LayerNorms do: only convolutions and
    the like are known by inheritance.
    """
    if isinstance(module, _CHANNELS_FIRST):
        return 1
    is_one = lambda *kinds: any(isinstance(module, kind) and type(module).forward is kind.forward for kind in kinds)
    if is_one(*_LAST_AXIS):
        return -1
    if is_one(torch.nn.LayerNorm):
        return -1 if len(module.normalized_shape) == 1 else 0
    return 0 if is_one(*_AS_INPUT) else None


class _Layout:
    """Hooks that follow the axis of units from modules whose layout is known to a layer, through those that keep it."""

    def __init__(self, model, layer):
        self.model, self.layer, self.axis = model, layer, _known_axis(layer) or None
        self.axes = {}  # id of a tensor -> (a weak reference to it, axis or None)

    def _of(self, tensor):
        reference, axis = self.axes.get(id(tensor), (lambda: None, None))
        return axis if reference() is tensor else None

    def _after(self, module, inputs, output):
        axis = _known_axis(module)
        if axis == 0:
            axis = self._of(inputs[0]) if inputs else None
        elif axis is None:  # a container may give what a module in it gave
            axis = self._of(output)
        if isinstance(output, torch.Tensor):
            self.axes[id(output)] = weakref.ref(output), axis
        if module is self.layer:
            self.axis = axis

    @contextlib.contextmanager
    def followed(self):
        handles = [module.register_forward_hook(self._after) for module in self.model.modules()]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


def _unit_axis(layer, tensor, units, layout):
    """1: channels, -1: the last axis."""
    if not isinstance(tensor, torch.Tensor):
        raise UsageError(f"layer {type(layer).__name__} gives {type(tensor).__name__}, expected a tensor; name a "
                         "module in it that gives one")
    if units not in ("auto", "last", "channels"):
        raise UsageError(f"units is {units!r}, expected one of auto, last, channels")
    if tensor.ndim < 2:
        raise UsageError(f"layer {type(layer).__name__} gives shape {list(tensor.shape)}, expected [sample, unit] or "
                         "more")
    if tensor.ndim == 2 or units == "last":
        return -1
    axis = 1 if units == "channels" else layout.axis
    if axis is None:
        raise UsageError(f"layer {type(layer).__name__} gives shape {list(tensor.shape)}, and it is not known which "
                         "axis has its units: name it, units='last' or 'channels'")
    return axis


def _values(tensor, axis, positions):
    """[sample, unit]: means over all other axes, or the units at given positions side by side."""
    if tensor.ndim == 2:
        if positions is not None:
            raise UsageError("positions of a layer without space, expected none")
        return tensor
    moved = tensor.movedim(axis, -1)  # [sample, ..., unit]
    if positions is None:
        return moved.flatten(1, -2).mean(1)
    space, picked = moved.shape[1:-1], []
    for position in positions:
        place = tuple(position) if isinstance(position, (tuple, list)) else (position,)
        if len(place) != len(space) or any(not 0 <= p < size for p, size in zip(place, space)):
            raise UsageError(f"position {position} is not in a layer of size {list(space)}")
        picked.append(moved[(slice(None), *place)])
    return torch.cat(picked, 1)


def _checked_outputs(outputs, samples):
    if not (isinstance(outputs, torch.Tensor) and outputs.ndim == 2 and len(outputs) == samples
            and outputs.shape[1] >= 2):
        shape = list(outputs.shape) if isinstance(outputs, torch.Tensor) else type(outputs).__name__
        raise UsageError(f"the model gives {shape} for {samples} samples, expected [{samples}, class] with two classes "
                         "or more")
    if not torch.isfinite(outputs).all():
        raise DataError("the model gives outputs that are not finite")
    return outputs


class _Once:
    """A hook that keeps the output of a layer that is called once for each batch."""

    def __init__(self, layer):
        self.layer, self.outputs = layer, []

    def __call__(self, module, inputs, output):
        # What comes later may change it in place.
        self.outputs.append(output.clone() if isinstance(output, torch.Tensor) else output)

    def take(self):
        if len(self.outputs) != 1:
            raise UsageError(f"layer {type(self.layer).__name__} was called {len(self.outputs)} times for a batch, "
                             "expected once")
        return self.outputs.pop()


def _observed(model, layer, batches, units):
    """(inputs, labels, outputs of the model, tensor of the layer, axis of its units) of each batch."""
    keep, layout, axis = _Once(layer), _Layout(model, layer), None
    for inputs, labels in batches:
        follow = axis is None and units == "auto" and layout.axis is None
        with layout.followed() if follow else contextlib.nullcontext(), _hook(layer, keep):
            outputs = _checked_outputs(model(inputs), len(inputs))
        tensor = keep.take()
        if axis is None:
            axis = _unit_axis(layer, tensor, units, layout)
        if len(tensor) != len(inputs):
            raise UsageError(f"layer {type(layer).__name__} gives shape {list(tensor.shape)} for {len(inputs)} "
                             "samples, expected samples to be the first axis")
        yield inputs, labels, outputs, tensor, axis


def record(model: torch.nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], layer: torch.nn.Module | str, *,
           units: str = "auto", positions: Sequence[int | tuple[int, ...]] | None = None,
           progress: Progress = None) -> Recording:
    """Records a layer of a model over a data set.

    Parameters
    ----------
    model : torch.nn.Module
        Its outputs are [sample, class]; the decision is the largest.
    loader : iterable of (inputs, labels)
        Batches, such as a DataLoader, not shuffled if samples are to be told apart later.
    layer : torch.nn.Module or str
        A module of the model, or its name; its output is recorded, so an activation function if its values are wanted.
    units : str
        "last": units are the last axis; "channels": axis 1; "auto": channels of convolutions and of what works on
        their channels (pooling, batch normalisation), the last axis of Linear, LayerNorm, Embedding and transformers'
        layers and of [sample, unit]; of activation functions that of their input. Of modules of which neither is
        known the axis must be named. Other axes are averaged over.
    positions : sequence, optional
        Positions such as (row, column) in place of the average: the units at each of them, side by side.
    progress : bool or callable, optional

    Returns
    -------
    Recording

    Raises
    ------
    UsageError
        If the layer is not in the model, is called more than once per batch or gives no tensor, for shapes that do not
        fit, and where the axis of units is not known; DataError for outputs that are not finite.

    Examples
    --------
    >>> import torch, inforelay as ir
    >>> from inforelay.torch import record
    >>> model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3))
    >>> inputs, labels = torch.randn(30, 4), torch.arange(30) % 3
    >>> recording = record(model, [(inputs, labels)], layer="1")
    >>> recording.states.shape, recording.network_output.shape
    ((30, 6), (30, 3))
    """
    layer, device, report = _layer_of(model, layer), _device(model), reporter(progress, "recording")
    parts, total = ([], [], []), len(loader) if hasattr(loader, "__len__") else 0
    with _as_observer(model):
        batches = _batches(loader, device)
        for number, (_, labels, outputs, tensor, axis) in enumerate(_observed(model, layer, batches, units)):
            values = _values(tensor, axis, positions)
            for part, one in zip(parts, (values.float(), labels, outputs.float())):
                part.append(one.cpu())
            if report:
                report(number + 1, total)
    states, labels, outputs = (torch.cat(part).numpy() for part in parts)
    return Recording(states, labels, outputs.argmax(1), outputs)


def _is_its_children(sequential):
    """Whether a call does nothing but call the modules in it, one after the other."""
    plain = torch.nn.Sequential
    return (type(sequential).forward is plain.forward and type(sequential).__call__ is plain.__call__
            and "forward" not in vars(sequential) and not sequential._forward_hooks
            and not sequential._forward_pre_hooks)


def _downstream(model, layer):
    """The modules after the layer, of a model that is a Sequential (of Sequentials) with the forward pass of one; None:
    it must be run as a whole."""
    if not (isinstance(model, torch.nn.Sequential) and _is_its_children(model)):
        return None
    for i, child in enumerate(model):
        if child is layer:
            return list(model[i + 1:])
        if any(module is layer for module in child.modules()):
            inner = _downstream(child, layer)
            return None if inner is None else [*inner, *model[i + 1:]]
    return None


def _replacements(values, axis, replace, seed, noise_sd):
    """What stands in place of the units [N, ...], or something that broadcasts to it."""
    shape = [1] * values.ndim
    shape[axis] = values.shape[axis]
    if isinstance(replace, str):
        if replace == "zero":
            return torch.zeros(shape, dtype=values.dtype, device=values.device)
        others = [a for a in range(values.ndim) if a != axis % values.ndim]
        if replace == "mean":
            return values.double().mean(others).reshape(shape).to(values.dtype)
        random = np.random.default_rng(seed)
        if replace == "resample":
            cycle = random.permutation(len(values))  # in one cycle: no sample replaces itself
            source = np.empty(len(values), np.int64)
            source[cycle] = np.roll(cycle, 1)
            return values[torch.as_tensor(source, device=values.device)]
        if replace == "noise":
            noise = random.normal(0, noise_sd, values.shape).astype(np.float32)
            return values + torch.as_tensor(noise, device=values.device).to(values.dtype)
        raise UsageError(f"replace is {replace!r}, expected zero, mean, resample, noise, or a value for each unit")
    given = torch.as_tensor(replace, dtype=values.dtype, device=values.device)
    if given.ndim > 1 or (given.ndim == 1 and given.shape[0] != values.shape[axis]):
        raise UsageError(f"replace has shape {list(given.shape)}, expected a number or [{values.shape[axis]}]")
    return given.expand(values.shape[axis]).reshape(shape)


def _identity(label, tensors, settings):
    """A label for the file of values: other data, another layer, network or replacement is another function."""
    digest = hashlib.sha256(repr(settings).encode())
    for tensor in tensors:
        digest.update(tensor.detach().double().cpu().numpy().tobytes())
    return f"{label} {digest.hexdigest()}"


def _balanced(on, labels, classes):
    """[class] of (sensitivity + specificity) / 2; on [N, class]."""
    is_class = labels[:, None] == torch.arange(classes, device=labels.device)
    positives = is_class.sum(0).double()
    hits, rejections = (on & is_class).sum(0).double(), (~on & ~is_class).sum(0).double()
    return (hits / positives + rejections / (len(labels) - positives)) / 2


def knockouts(model: torch.nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]],
              layer: torch.nn.Module | str, sets: Sets | None = None, *, replace: str | ArrayLike = "zero",
              function: str = "argmax", threshold: float = 0.0, units: str = "auto", noise_sd: float = 0.2,
              seed: int = 0, path: PathLike | None = None, progress: Progress = None, label: str = "") -> Knockouts:
    """Accuracy of a model with sets of a layer's units knocked out.

    Parameters
    ----------
    model, loader, layer, units
        As of `record`. Where the model is a Sequential, only what comes after the layer is computed for each set. A
        channel is knocked out as a whole.
    sets : list of lists of int, optional
        By default all 2^K sets of up to 24 units.
    replace : str, float or array_like, [unit]
        "zero"; "mean" over samples and space; "resample", the values of another sample, the same for all units;
        "noise" of standard deviation noise_sd, added; or these values.
    function : str
        "argmax": the decision is the largest output. "threshold": each output by itself, above `threshold`.
    seed : int
        Of resample and noise.
    path, progress, label
        As of `knockout_table`: a file from which a later call resumes; one with other data, another layer, network,
        replacement or function is refused.

    Returns
    -------
    Knockouts
        accuracy [class, set], overall_accuracy [set]; index: the set knocked out, bit k is unit k.

    Raises
    ------
    UsageError, DataError
        As `record` and `knockout_table`; DataError if a class has no samples, or all.

    Examples
    --------
    >>> import torch, inforelay as ir
    >>> from inforelay.torch import knockouts
    >>> model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    >>> batches = [(torch.randn(40, 4), torch.arange(40) % 2)]
    >>> knockouts(model, batches, "1").accuracy.shape
    (2, 8)
    >>> knockouts(model, batches, "1", sets=[[0], [0, 2]], replace="mean").accuracy.shape
    (2, 2)
    """
    layer, device = _layer_of(model, layer), _device(model)
    if function not in ("argmax", "threshold"):
        raise UsageError(f"function is {function!r}, expected argmax or threshold")
    seed = seed_number(seed)
    batches = list(_batches(loader, device))
    with _as_observer(model):
        _, labels, outputs, tensors, (axis, *_) = zip(*_observed(model, layer, batches, units))
        values, labels = torch.cat(tensors), torch.cat(labels)
        width, classes = values.shape[axis], outputs[0].shape[1]
        _check_labels(labels, classes)
        if sets is not None:
            sets = unit_lists(sets)
        after, ends = _downstream(model, layer), np.cumsum([0, *(len(inputs) for inputs, _ in batches)])
        replacement = _replacements(values, axis, replace, seed, noise_sd)
        shape = [1] * values.ndim
        shape[axis] = width

        def without(kept, begin, end):
            mask = torch.as_tensor(kept, device=device).reshape(shape)
            other = replacement if len(replacement) == 1 else replacement[begin:end]
            return torch.where(mask, values[begin:end], other)

        def accuracies(kept):
            on, right = [], 0
            for (inputs, batch_labels), begin, end in zip(batches, ends[:-1], ends[1:]):
                replaced = without(kept, begin, end)
                if after is None:
                    with _hook(layer, lambda *_: replaced):
                        result = model(inputs)
                else:
                    result = replaced
                    for module in after:
                        result = module(result)
                decision = _checked_outputs(result, int(end - begin)).argmax(1)
                right += int((decision == batch_labels).sum())
                on.append(result > threshold if function == "threshold"
                          else decision[:, None] == torch.arange(classes, device=device))
            balanced = _balanced(torch.cat(on), labels, classes).cpu().numpy()
            return np.append(balanced, right / len(labels))

        if path is not None:
            label = _identity(label, (values, labels, torch.cat(outputs), replacement), (function, threshold))
        table = knockout_table(accuracies, width, sets, path, progress, label)
    return Knockouts(table[:-1].astype(np.float32), table[-1].astype(np.float32))


def _check_labels(labels, classes):
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise DataError(f"labels are in [{low},{high}], expected [0,{classes}), the outputs of the model")
    counts = torch.bincount(labels, minlength=classes)
    for c, count in enumerate(counts.tolist()):
        if count in (0, len(labels)):
            raise DataError(f"class {c} has {count} of {len(labels)} samples, expected some but not all: its balanced "
                            "accuracy is not defined")

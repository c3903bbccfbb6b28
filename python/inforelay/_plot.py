"""Figures of an analysis, as the program draws them; methods of `Analysis`. They need matplotlib."""
import numpy as np

from ._core import UsageError

_PERCENT = [0, 5, 25, 50, 75, 95, 100]
_POINTS = 20_000  # of a panel, drawn one by one; more sets are thinned


def _axes(axes, rows, columns, size):
    """Given axes, or those of a new figure, as a flat list."""
    import matplotlib.pyplot as plt

    if axes is None:
        axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")[1]
    flat = list(np.ravel(axes))
    if len(flat) < rows * columns:
        raise UsageError(f"{len(flat)} axes, expected {rows * columns}")
    return flat


def _chosen(analysis, classes):
    """Positions of classes, by default of all."""
    if "time" in analysis._coordinates:
        raise UsageError("figures of analyses with time each are not drawn; choose a time")
    names = list(analysis.classes)
    if classes is None:
        return list(range(len(names)))
    positions = []
    for name in classes:
        if name not in names:
            raise UsageError(f"class {name!r} is not in the analysis; there are {', '.join(map(str, names))}")
        positions.append(names.index(name))
    return positions


def _grid(panels):
    columns = min(panels, 5)
    return -(-panels // columns), columns


def _matrix(axis, values, names, title):
    image = axis.imshow(values, aspect="auto", interpolation="nearest", cmap="viridis")
    axis.set(title=title, xlabel="unit", ylabel="class", yticks=range(len(names)),
             yticklabels=[str(name) for name in names])
    axis.figure.colorbar(image, ax=axis, label="bit")


def plot_node(analysis, axes=None):
    """Class x unit: (A) aggregated relay information, (B) loss of relay information without the unit.

    Parameters
    ----------
    axes : two matplotlib axes, optional
        By default those of a new figure.

    Returns
    -------
    list of matplotlib axes
    """
    chosen, axes = _chosen(analysis, None), _axes(axes, 1, 2, (10, 3.5))
    _matrix(axes[0], analysis.aggregated[chosen], analysis.classes, "A: aggregated relay information")
    _matrix(axes[1], analysis.single[chosen], analysis.classes, "B: lost without the unit")
    return axes


def plot_relay(analysis, classes=None, axes=None):
    """Relay information of all sets vs. their size, one panel for each class, with the greedy path.

    Parameters
    ----------
    classes : sequence, optional
        Some of the classes, by their names.
    axes : matplotlib axes, optional
        One for each class.

    Returns
    -------
    list of matplotlib axes
    """
    chosen = _chosen(analysis, classes)
    rows, columns = _grid(len(chosen))
    axes = _axes(axes, rows, columns, (3 * columns, 2.5 * rows))
    units, information = analysis._attributes["units"], analysis.information
    step = max(1, information.shape[1] // _POINTS)
    sets = np.arange(0, information.shape[1], step)
    sizes = _sizes(sets)
    for axis, c in zip(axes, chosen):
        jitter = (sets * 0.618034) % 1 - 0.5  # so that sets of a size do not hide each other
        axis.plot(sizes + 0.7 * jitter, information[c, sets], ",", color="0.6", rasterized=True)
        axis.plot(range(units + 1), analysis.best.information[c], "-", color="C0", lw=1, label="best")
        greedy = np.concatenate([[analysis.total[c]], analysis.greedy.information[c]])
        axis.plot(range(units, -1, -1), greedy, "o-", color="C3", ms=3, lw=1, label="greedy")
        axis.set(title=str(analysis.classes[c]), xlabel="units in the set", ylabel="relay information (bit)")
    axes[0].legend(fontsize="small")
    return axes[:len(chosen)]


def plot_sizes(analysis, classes=None, axes=None):
    """Quantiles 0, 5, 25, 50, 75, 95 and 100 % of the relay information of all sets of each size.

    Parameters and result as of `plot_relay`.
    """
    chosen = _chosen(analysis, classes)
    rows, columns = _grid(len(chosen))
    axes = _axes(axes, rows, columns, (3 * columns, 2.5 * rows))
    information, units = analysis.information, analysis._attributes["units"]
    sizes = _sizes(np.arange(information.shape[1]))
    for axis, c in zip(axes, chosen):
        levels = np.array([np.percentile(information[c, sizes == n], _PERCENT) for n in range(units + 1)])
        for low, high, shade in ((0, 6, 0.15), (1, 5, 0.25), (2, 4, 0.35)):
            axis.fill_between(range(units + 1), levels[:, low], levels[:, high], color="C0", alpha=shade, lw=0)
        axis.plot(range(units + 1), levels[:, 3], color="C0")
        axis.set(title=str(analysis.classes[c]), xlabel="units in the set", ylabel="relay information (bit)")
    return axes[:len(chosen)]


def _sizes(sets):
    """Number of units in each set."""
    sets, sizes = np.asarray(sets, np.uint32), np.zeros(len(sets), np.int64)
    for unit in range(32):
        sizes += (sets >> np.uint32(unit)) & np.uint32(1)
    return sizes


def plot_function(analysis, accuracy, classes=None, axes=None):
    """What a set does against what it relays: accuracy with the set knocked out vs. relay information, coloured by
    size.

    Parameters
    ----------
    accuracy : array_like, [class, set]
        Index: the set knocked out, as `knockout_table` and `inforelay.torch.knockouts` give it.
    classes, axes
        As of `plot_relay`.

    Returns
    -------
    list of matplotlib axes
    """
    chosen, accuracy = _chosen(analysis, classes), np.asarray(accuracy)
    if accuracy.shape != analysis.information.shape:
        raise UsageError(f"accuracy has shape {accuracy.shape}, expected {analysis.information.shape} as the "
                         "information")
    rows, columns = _grid(len(chosen))
    axes = _axes(axes, rows, columns, (3 * columns, 2.5 * rows))
    sets = np.arange(0, accuracy.shape[1], max(1, accuracy.shape[1] // _POINTS))
    for axis, c in zip(axes, chosen):
        points = axis.scatter(analysis.information[c, sets], accuracy[c, sets], c=_sizes(sets), s=2, cmap="viridis",
                              rasterized=True)
        axis.set(title=str(analysis.classes[c]), xlabel="relay information (bit)", ylabel="accuracy without the set")
    axes[0].figure.colorbar(points, ax=axes, label="units knocked out")
    return axes[:len(chosen)]

"""Figures of an analysis, as the program draws them; methods of `Analysis`."""
import numpy as np

from ._core import UsageError
from ._panels import (BLUE, NULL, PALEST, RED, Tree, ablation_lines, as_axes, bands, heat_map, name_ticks, panels,
                      positions)

_PERCENT = [0, 5, 25, 50, 75, 95, 100]
_POINTS = 20_000  # of a panel, drawn one by one; more sets are thinned
_CELLS = 48, 44  # of a panel of densities, across and upwards
_MOST_CLUSTERED = 64  # units; clusters of K units take a time of order K^3, and their names would not be readable


def _some_sets(count):
    """All sets by their index, or of many about _POINTS; an odd distance keeps each unit in half of them."""
    return np.arange(0, count, max(1, count // _POINTS) | 1)


def _chosen(analysis, classes):
    """Positions of classes, by default of all."""
    if "time" in analysis._coordinates:
        raise UsageError("this figure of an analysis with time each is not drawn, expected plot_time() or one time")
    return positions(analysis.classes, classes)


def _accuracy_of(analysis, accuracy):
    """[class, set], as the information of the analysis."""
    accuracy = np.asarray(accuracy)
    if accuracy.shape != analysis.information.shape:
        raise UsageError(f"accuracy has shape {accuracy.shape}, expected {analysis.information.shape} as the "
                         "information")
    return accuracy


def _least(analysis):
    """Where scales of colours end at least."""
    return PALEST * np.nanmax(np.append(analysis.total, 0))


def _matrix(axis, values, names, order, title, least):
    heat_map(axis, values[:, order], "bit", least)
    axis.set(title=title, xlabel="unit", ylabel="class", yticks=range(len(names)),
             yticklabels=[str(name) for name in names])
    if order != sorted(order):
        axis.set_xticks(range(len(order)), order, fontsize="x-small" if len(order) > 16 else None)


def plot_node(analysis, axes=None, *, clustered=True):
    """Class x unit: (A) aggregated relay information, (B) loss of relay information without the unit. White is 0, blue
    positive, orange negative.

    Parameters
    ----------
    axes : two matplotlib axes, optional
        By default those of a new figure.
    clustered : bool
        Up to 64 units in the order of hierarchical clusters (average linkage) of their losses in all classes, each with
        its number; more units, or without clusters, in their own order.

    Returns
    -------
    list of matplotlib axes
    """
    chosen, axes = _chosen(analysis, None), as_axes(axes, 1, 2, (10, 3.5))
    units = analysis.single.shape[1]
    order = Tree.of_units(analysis.single).order if clustered and units <= _MOST_CLUSTERED else list(range(units))
    least = _least(analysis)
    _matrix(axes[0], analysis.aggregated[chosen], analysis.classes, order, "A: aggregated relay information", least)
    _matrix(axes[1], analysis.single[chosen], analysis.classes, order, "B: lost without the unit", least)
    return axes


def plot_time(analysis, classes=None, axes=None):
    """Unit x time: aggregated relay information of each class in bits, on one scale, of an analysis with time "each".

    Parameters
    ----------
    classes, axes
        As of `plot_relay`.

    Returns
    -------
    list of matplotlib axes
    """
    if "time" not in analysis._coordinates:
        raise UsageError('plot_time of an analysis without times, expected one with time="each"')
    times, chosen = analysis._coordinates["time"], positions(analysis.classes, classes)
    axes = panels(axes, len(chosen))
    shown = analysis.aggregated[:, chosen]  # [time, class, unit]
    for i, (axis, c) in enumerate(zip(axes, chosen)):
        image = heat_map(axis, shown[:, i].T, None, shown=shown)
        axis.set(title=str(analysis.classes[c]), xlabel="time", ylabel="unit")
        image.set_extent((times[0] - 0.5, times[-1] + 0.5, shown.shape[2] - 0.5, -0.5))
    axes[0].figure.colorbar(image, ax=axes, label="aggregated (bit)")
    return axes


def plot_relay(analysis, classes=None, axes=None):
    """Relay information of all sets (of more than 20,000, some of them) vs. their size, one panel for each class, with
    the greedy path.

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
    axes = panels(axes, len(chosen))
    units, information = analysis._attributes["units"], analysis.information
    sets = _some_sets(information.shape[1])
    sizes = _sizes(sets)
    for axis, c in zip(axes, chosen):
        jitter = (sets * 0.618034) % 1 - 0.5  # so that sets of a size do not hide each other
        axis.plot(sizes + 0.7 * jitter, information[c, sets], ",", color="0.6", rasterized=True)
        axis.plot(range(units + 1), analysis.best.information[c], "-", color=BLUE, lw=1, label="best")
        greedy = np.concatenate([[analysis.total[c]], analysis.greedy.information[c]])
        axis.plot(range(units, -1, -1), greedy, "o-", color=RED, ms=3, lw=1, label="greedy")
        axis.set(title=str(analysis.classes[c]), xlabel="units in the set", ylabel="relay information (bit)")
    axes[0].legend(fontsize="small")
    return axes


def plot_sizes(analysis, classes=None, axes=None, *, significance=None):
    """Quantiles 0, 5, 25, 50, 75, 95 and 100 % of the relay information of all sets of each size, with the greedy path.

    Parameters
    ----------
    classes, axes
        As of `plot_relay`.
    significance : Significance, optional
        Of the same samples: 5 and 95 % of the null are dashed, that of the best set of each size (`maximum=True`) or
        else that of the greedy sets.

    Returns
    -------
    list of matplotlib axes
    """
    chosen = _chosen(analysis, classes)
    axes = panels(axes, len(chosen))
    information, units = analysis.information, analysis._attributes["units"]
    null, null_of = _null_by_size(significance, analysis)
    sizes, steps = _sizes(np.arange(information.shape[1])), range(units + 1)
    for axis, c in zip(axes, chosen):
        bands(axis, steps, _levels(information[c], sizes, units))
        if "greedy.information" in analysis._arrays:
            greedy = np.concatenate([[analysis.total[c]], analysis.greedy.information[c]])
            axis.plot(steps[::-1], greedy, "-", color=RED, lw=1, label="greedy")
        if null is not None:
            axis.plot(steps, null[c, :, [0, -1]].T, "--", color=NULL, lw=1,
                      label=[f"null of {null_of}, 5 and 95 %", None])
        axis.set(title=str(analysis.classes[c]), xlabel="units in the set", ylabel="relay information (bit)")
    axes[0].legend(fontsize="x-small", loc="lower right")
    return axes


def plot_knockout_sizes(analysis, accuracy, classes=None, axes=None):
    """Quantiles 0, 5, 25, 50, 75, 95 and 100 % of the accuracy without a set, over all sets of each size.

    Parameters and result as of `plot_function`.
    """
    chosen, accuracy = _chosen(analysis, classes), _accuracy_of(analysis, accuracy)
    axes = panels(axes, len(chosen))
    units, sizes = analysis._attributes["units"], _sizes(np.arange(accuracy.shape[1]))
    for axis, c in zip(axes, chosen):
        bands(axis, range(units + 1), _levels(accuracy[c], sizes, units))
        axis.axhline(0.5, color="0.6", ls=":", lw=1)
        axis.set(title=str(analysis.classes[c]), xlabel="units knocked out", ylabel="accuracy without the set")
    axes[0].legend(fontsize="x-small")
    return axes


def plot_ablation(analysis, accuracy, classes=None, axes=None):
    """Accuracy while units are knocked out one after the other: first those that greedy removal keeps longest, or first
    those that it removes at once; shaded, 5 to 95 % of all sets of the size, which are those of random orders.

    Parameters and result as of `plot_function`.
    """
    chosen, accuracy = _chosen(analysis, classes), _accuracy_of(analysis, accuracy)
    axes = panels(axes, len(chosen))
    units, sizes = analysis._attributes["units"], _sizes(np.arange(accuracy.shape[1]))
    for axis, c in zip(axes, chosen):
        levels = _levels(accuracy[c], sizes, units)
        axis.fill_between(range(units + 1), levels[:, 1], levels[:, 5], color="0.85", lw=0,
                          label="5 to 95 % of all sets")
        order = analysis.greedy.removal_order[c]
        ablation_lines(axis, accuracy[c, _path(order[::-1])], accuracy[c, _path(order)])
        axis.axhline(0.5, color="0.6", ls=":", lw=1)
        axis.set(title=str(analysis.classes[c]), xlabel="units knocked out", ylabel="accuracy without them")
    axes[0].legend(fontsize="x-small")
    return axes


def _path(order):
    """[K + 1] the sets of the first 0, 1, ... units."""
    return np.concatenate([[0], np.cumsum(1 << np.asarray(order, np.int64))])


def _levels(values, sizes, units):
    """[K + 1, 7] quantiles of the values [set] of all sets of each size."""
    return np.array([np.percentile(values[sizes == size], _PERCENT) for size in range(units + 1)])


def _null_by_size(significance, analysis):
    """([class, size, level], what it is of); (None, "") without one."""
    if significance is None:
        return None, ""
    for name, of in (("maximum_null", "the best set"), ("greedy_null", "greedy removal")):
        if name in significance._arrays:
            null, expected = getattr(significance, name), (len(analysis.classes), analysis._attributes["units"] + 1)
            if null.shape[:2] != expected or list(significance.classes) != list(analysis.classes):
                raise UsageError(f"significance has {null.shape[:2]} classes and sizes, expected {expected}, those of "
                                 "the analysis with the same names")
            return null, of
    raise UsageError("significance has no null by size; pass permutations with greedy=True or maximum=True")


def _sizes(sets):
    """Number of units in each set."""
    sets, sizes = np.asarray(sets, np.uint32), np.zeros(len(sets), np.int64)
    for unit in range(32):
        sizes += (sets >> np.uint32(unit)) & np.uint32(1)
    return sizes


def plot_function(analysis, accuracy, classes=None, axes=None):
    """What a set does against what it relays: accuracy with the set knocked out vs. relay information, coloured by
    size; of more than 20,000 sets, some of them. `plot_density` counts all.

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
    chosen, accuracy = _chosen(analysis, classes), _accuracy_of(analysis, accuracy)
    axes = panels(axes, len(chosen))
    sets = _some_sets(accuracy.shape[1])
    for axis, c in zip(axes, chosen):
        points = axis.scatter(analysis.information[c, sets], accuracy[c, sets], c=_sizes(sets), s=2, cmap="viridis",
                              rasterized=True)
        axis.set(title=str(analysis.classes[c]), xlabel="relay information (bit)", ylabel="accuracy without the set")
    axes[0].figure.colorbar(points, ax=axes, label="units knocked out")
    return axes


def plot_density(analysis, accuracy, classes=None, axes=None):
    """Accuracy with a set knocked out vs. the relay information of the set: the number of sets in each of 48 x 44
    cells, with the greedy path.

    Parameters and result as of `plot_function`.
    """
    from matplotlib.colors import LogNorm

    chosen, accuracy = _chosen(analysis, classes), _accuracy_of(analysis, accuracy)
    axes = panels(axes, len(chosen))
    # One range for all panels, so that they can be compared.
    ranges = [[values[chosen].min(), values[chosen].max()] for values in (analysis.information, accuracy)]
    ranges = [[low, high if high > low else low + 1] for low, high in ranges]
    counts = [np.histogram2d(analysis.information[c], accuracy[c], _CELLS, ranges) for c in chosen]
    norm = LogNorm(1, max(2, max(cells.max() for cells, _, _ in counts)))
    for axis, c, (cells, x, y) in zip(axes, chosen, counts):
        image = axis.pcolormesh(x, y, np.ma.masked_equal(cells.T, 0), norm=norm, cmap="Blues", rasterized=True)
        axis.axhline(0.5, color="0.6", ls=":", lw=1)
        if "greedy.removal_order" in analysis._arrays:
            sets = _path(analysis.greedy.removal_order[c][::-1])
            axis.plot(analysis.information[c, sets], accuracy[c, sets], "o-", color=RED, ms=2.5, lw=1, label="greedy")
        axis.set(title=str(analysis.classes[c]), xlabel="relay information (bit)", ylabel="accuracy without the set")
    if axes[0].lines[1:]:
        axes[0].legend(fontsize="small")
    axes[0].figure.colorbar(image, ax=axes, label="sets in the cell")
    return axes


def _smallest_sets(analysis, part):
    """[class] units of the smallest set with this part of the total: of all sets if they are known, else greedy."""
    sets = []
    for c, total in enumerate(analysis.total):
        if "best.set" in analysis._arrays:
            information = analysis.best.information[c]
            units_of = lambda size: analysis.best_set(c, size)
        else:
            information = np.concatenate([analysis.greedy.information[c][::-1], [total]])
            order = analysis.greedy.removal_order[c]
            units_of = lambda size: sorted(map(int, order[len(order) - size:]))
        enough = np.flatnonzero(information >= part * total)
        sets.append(set(units_of(int(enough[0]))) if total > 0 and enough.size else set())
    return sets


def plot_modules(analysis, axes=None):
    """(A) Class x unit: the smallest sets with 50 and 90 % of the relay information of all units. (B) Overlaps of the
    90 % sets of two classes, units in both over units in either. Classes, those whose units relay something, are
    ordered by (C) hierarchical clustering with average linkage, distance 1 - overlap; units, above A, by that of the
    relay information that each class loses without them.

    Parameters
    ----------
    axes : three matplotlib axes, optional
        By default those of a new figure.

    Returns
    -------
    list of matplotlib axes
    """
    _chosen(analysis, None)
    half, most = _smallest_sets(analysis, 0.5), _smallest_sets(analysis, 0.9)
    relaying = [c for c, units in enumerate(most) if units]
    if len(relaying) < 2:
        raise UsageError(f"{len(relaying)} classes have units that relay information, expected at least 2 to compare")
    overlap = np.array([[len(most[a] & most[b]) / len(most[a] | most[b]) for b in relaying] for a in relaying])
    tree, of_units = Tree.of_distances(1 - overlap), Tree.of_units(analysis.single)
    order, names = tree.order, [str(analysis.classes[relaying[i]]) for i in tree.order]
    axes = as_axes(axes, 1, 3, (11, 2.5 + 0.25 * len(names)))
    matrix = np.zeros((len(names), analysis._attributes["units"]))
    for row, i in enumerate(order):
        matrix[row, sorted(most[relaying[i]])] = 0.5
        matrix[row, sorted(half[relaying[i]])] = 1
    ticks = dict(yticks=range(len(names)), yticklabels=names)
    axes[0].imshow(matrix[:, of_units.order], aspect="auto", interpolation="nearest", cmap="Blues", vmin=0, vmax=1)
    axes[0].set(xlabel="unit", ylabel="class", **ticks)
    axes[0].set_xticks(range(len(of_units.order)), of_units.order, fontsize="x-small" if matrix.shape[1] > 16 else None)
    crown = axes[0].inset_axes((0, 1.02, 1, 0.2), sharex=axes[0])
    of_units.draw(crown, along_x=True)
    crown.tick_params(labelbottom=False, length=0)
    crown.spines[["top", "right", "bottom"]].set_visible(False)
    crown.set(title="A: smallest sets with 50 % (dark), 90 %", ylabel="bit", xlim=(-0.5, matrix.shape[1] - 0.5))
    image = axes[1].imshow(overlap[np.ix_(order, order)], aspect="auto", interpolation="nearest", cmap="Blues", vmin=0,
                           vmax=1)
    axes[1].set(title="B: overlap (Jaccard)", xlabel="class", ylabel="class", **ticks)
    name_ticks(axes[1], names)
    axes[1].figure.colorbar(image, ax=axes[1])
    tree.draw(axes[2])
    axes[2].set(title="C: clusters", xlabel="1 - overlap", ylim=(len(names) - 0.5, -0.5), **ticks)
    return axes

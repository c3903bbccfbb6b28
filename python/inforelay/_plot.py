"""Figures of an analysis, as the program draws them; methods of `Analysis` and `Significance`. They need matplotlib."""
import numpy as np

from ._core import UsageError

_PERCENT = [0, 5, 25, 50, 75, 95, 100]
_POINTS = 20_000  # of a panel, drawn one by one; more sets are thinned
_CELLS = 48, 44  # of a panel of densities, across and upwards
_RED, _NULL = "C3", "0.45"


def _some_sets(count):
    """All sets by their index, or of many about _POINTS; an odd distance keeps each unit in half of them."""
    return np.arange(0, count, max(1, count // _POINTS) | 1)


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


def _panels(axes, count):
    """One for each of `count` panels: those given, or those of a new figure in rows of five."""
    columns = min(count, 5)
    rows = -(-count // columns)
    if axes is not None:
        return _axes(axes, 1, count, None)[:count]
    all_axes = _axes(None, rows, columns, (3 * columns, 2.5 * rows))
    for unused in all_axes[count:]:
        unused.remove()
    return all_axes[:count]


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
    axes = _panels(axes, len(chosen))
    units, information = analysis._attributes["units"], analysis.information
    sets = _some_sets(information.shape[1])
    sizes = _sizes(sets)
    for axis, c in zip(axes, chosen):
        jitter = (sets * 0.618034) % 1 - 0.5  # so that sets of a size do not hide each other
        axis.plot(sizes + 0.7 * jitter, information[c, sets], ",", color="0.6", rasterized=True)
        axis.plot(range(units + 1), analysis.best.information[c], "-", color="C0", lw=1, label="best")
        greedy = np.concatenate([[analysis.total[c]], analysis.greedy.information[c]])
        axis.plot(range(units, -1, -1), greedy, "o-", color="C3", ms=3, lw=1, label="greedy")
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
    axes = _panels(axes, len(chosen))
    information, units = analysis.information, analysis._attributes["units"]
    null, null_of = _null_by_size(significance, analysis)
    sizes, steps = _sizes(np.arange(information.shape[1])), range(units + 1)
    for axis, c in zip(axes, chosen):
        levels = np.array([np.percentile(information[c, sizes == n], _PERCENT) for n in steps])
        for low, high, shade in ((0, 6, 0.15), (1, 5, 0.25), (2, 4, 0.35)):
            axis.fill_between(steps, levels[:, low], levels[:, high], color="C0", alpha=shade, lw=0)
        axis.plot(steps, levels[:, 3], color="C0", label="median")
        if "greedy.information" in analysis._arrays:
            greedy = np.concatenate([[analysis.total[c]], analysis.greedy.information[c]])
            axis.plot(steps[::-1], greedy, "-", color=_RED, lw=1, label="greedy")
        if null is not None:
            axis.plot(steps, null[c, :, [0, -1]].T, "--", color=_NULL, lw=1,
                      label=[f"null of {null_of}, 5 and 95 %", None])
        axis.set(title=str(analysis.classes[c]), xlabel="units in the set", ylabel="relay information (bit)")
    axes[0].legend(fontsize="x-small", loc="lower right")
    return axes


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
    chosen, accuracy = _chosen(analysis, classes), np.asarray(accuracy)
    if accuracy.shape != analysis.information.shape:
        raise UsageError(f"accuracy has shape {accuracy.shape}, expected {analysis.information.shape} as the "
                         "information")
    axes = _panels(axes, len(chosen))
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

    chosen, accuracy = _chosen(analysis, classes), np.asarray(accuracy)
    if accuracy.shape != analysis.information.shape:
        raise UsageError(f"accuracy has shape {accuracy.shape}, expected {analysis.information.shape} as the "
                         "information")
    axes = _panels(axes, len(chosen))
    # One range for all panels, so that they can be compared.
    ranges = [[values[chosen].min(), values[chosen].max()] for values in (analysis.information, accuracy)]
    ranges = [[low, high if high > low else low + 1] for low, high in ranges]
    counts = [np.histogram2d(analysis.information[c], accuracy[c], _CELLS, ranges) for c in chosen]
    norm = LogNorm(1, max(2, max(cells.max() for cells, _, _ in counts)))
    for axis, c, (cells, x, y) in zip(axes, chosen, counts):
        image = axis.pcolormesh(x, y, np.ma.masked_equal(cells.T, 0), norm=norm, cmap="Blues", rasterized=True)
        axis.axhline(0.5, color="0.6", ls=":", lw=1)
        if "greedy.removal_order" in analysis._arrays:
            order = analysis.greedy.removal_order[c].astype(np.int64)
            sets = np.concatenate([[0], np.cumsum(1 << order[::-1])])
            axis.plot(analysis.information[c, sets], accuracy[c, sets], "o-", color=_RED, ms=2.5, lw=1, label="greedy")
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


def _average_linkage(distance):
    """Order of the leaves, and merges (places and heights of the two clusters, height of the merge)."""
    clusters = [([i], 0.0) for i in range(len(distance))]
    trees = [None] * len(clusters)
    while len(clusters) > 1:
        pairs = [(np.mean(distance[np.ix_(clusters[i][0], clusters[j][0])]), i, j)
                 for i in range(len(clusters)) for j in range(i + 1, len(clusters))]
        height, i, j = min(pairs)
        trees[i] = (trees[i], clusters[i], trees[j], clusters[j])
        clusters[i] = clusters[i][0] + clusters[j][0], height
        del clusters[j], trees[j]
    order, merges = clusters[0][0], []

    def place(tree, cluster):
        if tree is None:
            return float(order.index(cluster[0][0]))
        low, high = place(tree[0], tree[1]), place(tree[2], tree[3])
        merges.append((low, high, tree[1][1], tree[3][1], cluster[1]))
        return (low + high) / 2

    place(trees[0], clusters[0])
    return order, merges


def plot_modules(analysis, axes=None):
    """(A) Class x unit: the smallest sets with 50 and 90 % of the relay information of all units. (B) Overlaps of the
    90 % sets of two classes, units in both over units in either. Classes, those whose units relay something, are
    ordered by (C) hierarchical clustering with average linkage, distance 1 - overlap.

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
    order, merges = _average_linkage(1 - overlap)
    names = [str(analysis.classes[relaying[i]]) for i in order]
    axes = _axes(axes, 1, 3, (11, 1.5 + 0.25 * len(names)))
    matrix = np.zeros((len(names), analysis._attributes["units"]))
    for row, i in enumerate(order):
        matrix[row, sorted(most[relaying[i]])] = 0.5
        matrix[row, sorted(half[relaying[i]])] = 1
    ticks = dict(yticks=range(len(names)), yticklabels=names)
    axes[0].imshow(matrix, aspect="auto", interpolation="nearest", cmap="Blues", vmin=0, vmax=1)
    axes[0].set(title="A: smallest sets with 50 % (dark), 90 %", xlabel="unit", ylabel="class", **ticks)
    image = axes[1].imshow(overlap[np.ix_(order, order)], aspect="auto", interpolation="nearest", cmap="Blues", vmin=0,
                           vmax=1)
    axes[1].set(title="B: overlap (Jaccard)", xlabel="class", xticks=range(len(names)), **ticks)
    axes[1].set_xticklabels(names, rotation=90 if max(map(len, names)) > 3 else 0)
    axes[1].figure.colorbar(image, ax=axes[1])
    for low, high, low_height, high_height, height in merges:
        axes[2].plot([low_height, height, height, high_height], [low, low, high, high], color="0.2", lw=1)
    axes[2].set(title="C: clusters", xlabel="1 - overlap", ylim=(len(names) - 0.5, -0.5), **ticks)
    return axes


def _null_and_interval(axis, places, values, null, interval, p):
    """Values with bars of their intervals and bands of the null; filled where p is at most 0.05."""
    if null is not None:
        axis.bar(places, null[:, -1] - null[:, 0], 0.8, null[:, 0], color="0.85", label="null, 5 to 95 %")
    if interval is not None:
        low, high = np.maximum(0, values - interval[:, 0]), np.maximum(0, interval[:, 1] - values)
        axis.errorbar(places, values, [low, high], fmt="none", color="C0", lw=1, capsize=2, label="bootstrap interval")
    axis.scatter(places, values, 16, facecolors="C0" if p is None else np.where(p <= 0.05, "C0", "white"),
                 edgecolors="C0", zorder=3, label="observed" if p is None else "observed (filled: p \u2264 0.05)")


def plot_total(significance, axes=None):
    """Relay information of all units of each class, with the null distribution and the bootstrap interval.

    Parameters
    ----------
    axes : matplotlib axes, optional
        By default those of a new figure.

    Returns
    -------
    list of matplotlib axes
    """
    names = [str(name) for name in significance.classes]
    axes = _axes(axes, 1, 1, (1.5 + 0.5 * len(names), 3))
    get = significance._arrays.get
    _null_and_interval(axes[0], np.arange(len(names)), significance.total, get("total_null"), get("total_interval"),
                       get("total_p"))
    axes[0].axhline(0, color="0.6", lw=0.5)
    axes[0].set(xlabel="class", ylabel="relay information of all units (bit)", xticks=range(len(names)))
    axes[0].set_xticklabels(names, rotation=90 if max(map(len, names)) > 3 else 0)
    axes[0].legend(fontsize="small")
    return axes


def plot_single(significance, classes=None, axes=None):
    """Loss of relay information without each unit, with the null distribution and the bootstrap interval, one panel for
    each class.

    Parameters and result as of `Analysis.plot_relay`.
    """
    chosen = _chosen(significance, classes)
    axes = _panels(axes, len(chosen))
    of_class = lambda name, c: significance._arrays[name][c] if name in significance._arrays else None
    for axis, c in zip(axes, chosen):
        values = significance.single[c]
        _null_and_interval(axis, np.arange(len(values)), values, of_class("single_null", c),
                           of_class("single_interval", c), of_class("single_p", c))
        axis.axhline(0, color="0.6", lw=0.5)
        axis.set(title=str(significance.classes[c]), xlabel="unit", ylabel="lost without it (bit)")
    axes[0].legend(fontsize="small")
    return axes


def plot_curve(significance, classes=None, axes=None):
    """Relay information of all units over the number of samples, mean and standard deviation of the subsamples, and its
    extrapolation to infinitely many (dashed).

    Parameters
    ----------
    classes : sequence, optional
        Some of the classes, by their names.
    axes : matplotlib axes, optional
        By default those of a new figure.

    Returns
    -------
    list of matplotlib axes
    """
    chosen, axes = _chosen(significance, classes), _axes(axes, 1, 1, (5, 3.5))
    mean, sd = significance.curve_total, significance.curve_total_sd
    samples = significance._coordinates["curve_samples"]
    for i, c in enumerate(chosen):
        colour = f"C{i % 10}"
        axes[0].errorbar(samples, mean[c], np.nan_to_num(sd[c]), fmt="o-", color=colour, ms=3, lw=1, capsize=2,
                         label=str(significance.classes[c]))
        axes[0].axhline(significance.total_extrapolated[c], color=colour, ls="--", lw=0.7)
    axes[0].set(xlabel="samples", ylabel="relay information of all units (bit)", xscale="log", xticks=samples)
    axes[0].set_xticklabels([str(n) for n in samples])
    axes[0].minorticks_off()
    axes[0].legend(fontsize="small", title="class")
    return axes

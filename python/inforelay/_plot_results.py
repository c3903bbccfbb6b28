"""Figures of a layer of a results file, as the program draws them; methods of `Group`."""
import numpy as np

from . import _core
from ._core import UsageError
from ._panels import BLUE, NULL, RED, ablation_lines, as_axes, bands, name_ticks, panels, positions

_BINS = 50
_NEARLY_CONSTANT = 0.05  # of the upper quartile of the standard deviations of all units
_MOST_NUMBERS = 12  # classes of which percentages are written into the cells
_ENTROPIES = "states, plug-in", "uniform words, mean over replicates", "uniform words, standard deviation"


def values_of(group, path, figure):
    """An array below the group, as xarray has it."""
    try:
        return group[path]
    except KeyError:
        raise UsageError(f"{figure}: {group.name or '/'} has no {path}, expected a group of a run that has it, such as "
                         "networks/NAME/layers/1") from None


def subset_of(group, kind, subset, figure):
    """The subset of the samples of which the group has results of this kind; None: "test", or the only one."""
    there = list(values_of(group, kind, figure))
    if subset is None:
        if "test" not in there and len(there) != 1:
            raise UsageError(f"{figure}: subset is not given, expected one of {', '.join(there)}")
        return "test" if "test" in there else there[0]
    if subset not in there:
        raise UsageError(f"{figure}: subset is {subset!r}, expected one of {', '.join(there)}")
    return subset


def _classes(array):
    return [str(name) for name in array.coords["class"].values]


def network_of(group, figure):
    """The group of the network of a layer, or this one."""
    parts = group.name.split("/")
    if len(parts) < 2 or parts[0] not in ("networks", "recordings"):
        raise UsageError(f"{figure} of {group.name or '/'}, expected networks/NAME or a layer of it")
    return group.root["/".join(parts[:2])]


def title_of(group):
    """NAME of the network; its layer, too, where it is one."""
    parts = group.name.split("/")
    return parts[1] + (f", layer {parts[3]}" if len(parts) > 3 else "") if len(parts) > 1 else ""


def plot_ablation(layer, classes=None, axes=None):
    """Balanced accuracy while units are knocked out one after the other: first those that greedy removal keeps longest,
    first those that it removes at once, and in ten random orders (the range; of a second replacement dotted).

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
    group = values_of(layer, "ablation", "plot_ablation")
    words = [str(word) for word in np.ravel(group.attrs["replacements"])]
    paths = {word: {kind: values_of(group, f"{word}/{kind}", "plot_ablation")
                    for kind in ("greedy", "reverse", "random")} for word in words}
    names = _classes(paths[words[0]]["greedy"])
    chosen = positions(names, None if classes is None else map(str, classes))
    axes = panels(axes, len(chosen))
    for axis, c in zip(axes, chosen):
        for i, (word, path) in enumerate(paths.items()):
            greedy, reverse, random = (path[kind].values[c] for kind in ("greedy", "reverse", "random"))
            steps, replaced = range(len(greedy)), {"zero": "at 0, ", "mean": "at the mean, "}.get(word, f"{word}, ")
            least, greatest = random.min(axis=0), random.max(axis=0)
            if i == 0:
                axis.fill_between(steps, least, greatest, color="0.85", lw=0, label=replaced + "random orders")
            else:
                axis.plot(steps, np.transpose([least, greatest]), ":", color=NULL, lw=1,
                          label=[replaced + "random orders", None])
            ablation_lines(axis, greedy, reverse, "--" if i else "-", replaced)
        axis.axhline(0.5, color="0.6", ls=":", lw=1)
        axis.set(title=names[c], xlabel="units knocked out", ylabel="balanced accuracy")
    axes[0].legend(fontsize="xx-small")
    return axes


def plot_knockout_sizes(layer, classes=None, axes=None, *, subset=None):
    """Quantiles 0, 5, 25, 50, 75, 95 and 100 % of the balanced accuracy without a set, over all sets of each size.

    Parameters
    ----------
    classes, axes
        As of `plot_ablation`.
    subset : str, optional
        Of the samples; by default "test", or the only one.

    Returns
    -------
    list of matplotlib axes
    """
    subset = subset_of(layer, "knockout", subset, "plot_knockout_sizes")
    quantile = values_of(layer, f"knockout/{subset}/sizes/quantile", "plot_knockout_sizes")
    names = _classes(quantile)
    chosen = positions(names, None if classes is None else map(str, classes))
    axes = panels(axes, len(chosen))
    for axis, c in zip(axes, chosen):
        bands(axis, range(quantile.shape[1]), quantile.values[c])
        axis.axhline(0.5, color="0.6", ls=":", lw=1)
        axis.set(title=names[c], xlabel="units knocked out", ylabel="balanced accuracy")
    axes[0].legend(fontsize="x-small")
    return axes


def plot_regression(layer, axes=None):
    """Coefficients of the fit A ~ 1 + D + I over all sets, for each class: A accuracy without the set, D its size
    (red), I its relay information (black), each scaled to [0,1]; above, R^2.

    Parameters
    ----------
    axes : matplotlib axes, optional
        By default those of a new figure.

    Returns
    -------
    list of matplotlib axes
    """
    coefficient = values_of(layer, "regression/coefficient", "plot_regression")
    squares = values_of(layer, "regression/r_squared", "plot_regression").values
    names = _classes(coefficient)
    axes = as_axes(axes, 1, 1, (3 + 0.4 * len(names), 3.5))
    places = np.arange(len(names))
    axes[0].axhline(0, color="0.6", lw=0.5)
    axes[0].scatter(places, coefficient.sel(term="set_size"), 20, color=RED, label="set size D")
    axes[0].scatter(places, coefficient.sel(term="information"), 20, color="black", marker="s",
                    label="relay information I")
    for place, square in zip(places, squares):
        axes[0].annotate(f"{square:.2f}", (place, 1), (0, -2), ("data", "axes fraction"), textcoords="offset points",
                         ha="center", va="top", fontsize="x-small")
    axes[0].margins(y=0.2)  # for these numbers
    axes[0].set(title=f"{title_of(layer)} (numbers: R\u00b2)", xlabel="class",
                ylabel="regression coefficient")
    name_ticks(axes[0], names)
    axes[0].legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5))
    return axes


def plot_importance(layer, axes=None, *, subset=None):
    """Rank correlation of measures of importance with the function lost, over all sets that can be knocked out: classes
    as points, their mean black.

    Parameters
    ----------
    axes : matplotlib axes, optional
        By default those of a new figure.
    subset : str, optional
        Of the samples; by default "test", or the only one.

    Returns
    -------
    list of matplotlib axes
    """
    subset = subset_of(layer, "importance", subset, "plot_importance")
    spearman = values_of(layer, f"importance/{subset}/verdict/spearman", "plot_importance")
    there = np.isfinite(spearman.values).any(axis=1)
    if not there.any():
        raise UsageError("plot_importance: no measure of importance has a value, expected one")
    names, values = spearman.coords["measure"].values[there], spearman.values[there]
    axes = as_axes(axes, 1, 1, (1.5 + 0.35 * len(names), 5))
    axes[0].axhline(0, color="0.6", lw=0.5)
    measures = np.repeat(np.arange(len(names)), values.shape[1])
    axes[0].scatter(measures, values.ravel(), 10, color=BLUE, label="classes")
    axes[0].scatter(range(len(names)), np.nanmean(values, axis=1), 20, color="black", marker="s", label="mean")
    axes[0].set(title=title_of(layer), xlabel="measure of importance", ylabel="rank correlation with the function lost")
    name_ticks(axes[0], names)
    axes[0].legend(fontsize="x-small")
    return axes


def plot_clusters(layer, axes=None):
    """Cohesion of the activations vs. the number of k-means clusters. In the axes of another layer's, a further line.

    Parameters and result as of `plot_regression`.
    """
    cohesion = values_of(layer, "geometry/cohesion", "plot_clusters")
    axes = as_axes(axes, 1, 1, (5, 3.5))
    axes[0].plot(cohesion.coords["clusters"].values, cohesion.values, "o-", ms=3, lw=1, label=title_of(layer))
    axes[0].set(xlabel="number of clusters", ylabel="within-cluster sum of squares per sample")
    axes[0].xaxis.get_major_locator().set_params(integer=True)
    axes[0].set_ylim(bottom=0, auto=True)
    axes[0].legend(fontsize="small")
    return axes


def plot_entropy(layer, axes=None):
    """Plug-in entropy of the states vs. the number of samples N, with that of N uniformly random words of K bits
    (dashed; shaded: 2 standard deviations) and the upper bound min(log2 N, K) (broad line).

    Parameters and result as of `plot_regression`.
    """
    found = values_of(layer, "geometry/entropy", "plot_entropy")
    samples = found.coords["samples"].values
    entropy, mean, sd = (found.sel(estimate=name).values for name in _ENTROPIES)
    units = layer[f"states/{next(iter(layer['states']))}/value"].shape[1]
    axes = as_axes(axes, 1, 1, (5, 3.5))
    axes[0].plot(samples, np.minimum(np.log2(samples), units), color="#f2b880", lw=4,
                 label=f"upper bound min(log\u2082 N, {units})")
    axes[0].fill_between(samples, mean - 2 * sd, mean + 2 * sd, color="0.8", lw=0)
    axes[0].plot(samples, mean, "--", color="0.2", lw=1, label=f"uniformly random {units}-bit words")
    axes[0].plot(samples, entropy, "o-", ms=3, lw=1, label=title_of(layer))
    axes[0].set(xlabel="number of samples N", ylabel="entropy (bit)", xscale="log")
    axes[0].set_ylim(bottom=0, auto=True)
    axes[0].legend(fontsize="x-small")
    return axes


def plot_pca(layer, axes=None):
    """The samples in the plane of the first two principal components of their standardised activations, coloured by
    class; without units that hardly vary.

    Parameters and result as of `plot_regression`.
    """
    found = values_of(layer, "geometry/component_scores", "plot_pca")
    subset = found.attrs["subset"]
    values = layer[f"states/{subset}/value"].values
    scores, ratio = found.values, layer["geometry/component_ratio"].values
    deviation = np.std(values, axis=0, dtype=np.float64)
    varies = deviation >= _NEARLY_CONSTANT * np.sort(deviation)[deviation.size * 3 // 4]
    left_out = int((~varies).sum())
    if left_out and varies.sum() >= 2:
        scores, ratio = _core.principal_components(np.ascontiguousarray(values[:, varies], np.float32), 2)
    else:
        left_out = 0
    if scores.shape[1] < 2:
        raise UsageError(f"plot_pca: {layer.name} has one unit, expected at least 2")
    input, names = layer[f"states/{subset}/input"].values, _symbols(layer, "plot_pca")
    axes = as_axes(axes, 1, 1, (5, 4.5))
    for c, name in enumerate(names):
        of_class = scores[input == c]
        axes[0].plot(of_class[:, 0], of_class[:, 1], ".", ms=2, color=f"C{c % 10}", label=name, rasterized=True)
    axes[0].set(title=title_of(layer) + (f" (without {left_out} nearly constant units)" if left_out else ""),
                xlabel=f"component 1 ({100 * ratio[0]:.1f} % of the variance)",
                ylabel=f"component 2 ({100 * ratio[1]:.1f} % of the variance)")
    axes[0].legend(fontsize="x-small", title="class", markerscale=4)
    return axes


def _symbols(layer, figure):
    """Names of input and output symbols: those of output bits stand apart."""
    system = network_of(layer, figure)
    name = "symbol" if "symbol" in system else "class"
    return [str(symbol) for symbol in values_of(system, name, figure).values]


def plot_confusion(layer, axes=None, *, subset=None):
    """Which class is the output for the samples of each class, in percent of these.

    Parameters and result as of `plot_importance`.
    """
    subset = subset_of(layer, "states", subset, "plot_confusion")
    input, output = (values_of(layer, f"states/{subset}/{side}", "plot_confusion").values
                     for side in ("input", "output"))
    names = _symbols(layer, "plot_confusion")
    counts = np.zeros((len(names), len(names)), np.int64)
    there = (input < len(names)) & (output < len(names))
    np.add.at(counts, (input[there], output[there]), 1)
    with np.errstate(invalid="ignore"):
        percent = 100 * counts / counts.sum(axis=1, keepdims=True)  # of a class without samples NaN
    size = 1.5 + 0.35 * len(names)
    axes = as_axes(axes, 1, 1, (size + 1, size))
    image = axes[0].imshow(percent, cmap="Blues", vmin=0, vmax=100)
    if len(names) <= _MOST_NUMBERS:
        for (row, column), value in np.ndenumerate(percent):
            if value > 0:
                axes[0].text(column, row, f"{value:.0f}", ha="center", va="center", fontsize="x-small",
                             color="white" if value > 50 else "black")
    axes[0].set(title=title_of(layer), xlabel="output", ylabel="class of the sample", yticks=range(len(names)),
                yticklabels=names)
    name_ticks(axes[0], names)
    axes[0].figure.colorbar(image, ax=axes[0], label="samples of the class (%)")
    return axes


def plot_activations(layer, axes=None, *, subset=None):
    """Histogram of the values of each unit, with the thresholds between levels (dashed).

    Parameters
    ----------
    axes : matplotlib axes, optional
        One for each unit.
    subset : str, optional
        Of the samples; by default "test", or the only one.

    Returns
    -------
    list of matplotlib axes
    """
    subset = subset_of(layer, "states", subset, "plot_activations")
    states = values_of(layer, f"states/{subset}", "plot_activations")
    values = states["value"].values
    cuts = states["threshold"].values if "threshold" in states else np.zeros((values.shape[1], 0))
    ends = min(-1.0, float(values.min())), max(1.0, float(values.max()))
    axes = panels(axes, values.shape[1], 2.2, 1.8)
    for unit, axis in enumerate(axes):
        axis.hist(values[:, unit], _BINS, ends, color="#7d9cc0")
        for cut in cuts[unit][np.isfinite(cuts[unit])]:
            axis.axvline(cut, color=RED, ls="--", lw=1)
        axis.set(title=f"unit {unit}", xlabel="value", ylabel="samples", yscale="log")
    return axes

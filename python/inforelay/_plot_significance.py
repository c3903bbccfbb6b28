"""Figures of the significance of relay information, as the program draws them; methods of `Significance`."""
import numpy as np

from ._panels import BLUE, as_axes, name_ticks, panels, positions


def _null_and_interval(axis, places, values, null, interval, p):
    """Values with bars of their intervals and bands of the null; filled where p is at most 0.05."""
    if null is not None:
        axis.bar(places, null[:, -1] - null[:, 0], 0.8, null[:, 0], color="0.85", label="null, 5 to 95 %")
    if interval is not None:  # as it is: it need not contain the value
        axis.vlines(places, interval[:, 0], interval[:, 1], color=BLUE, lw=1.5, label="bootstrap interval")
    axis.scatter(places, values, 16, facecolors=BLUE if p is None else np.where(p <= 0.05, BLUE, "white"),
                 edgecolors=BLUE, zorder=3, label="observed" if p is None else "observed (filled: p \u2264 0.05)")


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
    axes = as_axes(axes, 1, 1, (1.5 + 0.5 * len(names), 3))
    get = significance._arrays.get
    _null_and_interval(axes[0], np.arange(len(names)), significance.total, get("total_null"), get("total_interval"),
                       get("total_p"))
    axes[0].axhline(0, color="0.6", lw=0.5)
    axes[0].set(xlabel="class", ylabel="relay information of all units (bit)")
    name_ticks(axes[0], names)
    axes[0].legend(fontsize="small")
    return axes


def plot_single(significance, classes=None, axes=None):
    """Loss of relay information without each unit, with the null distribution and the bootstrap interval, one panel for
    each class.

    Parameters and result as of `Analysis.plot_relay`.
    """
    chosen = positions(significance.classes, classes)
    axes = panels(axes, len(chosen))
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
    chosen, axes = positions(significance.classes, classes), as_axes(axes, 1, 1, (5, 3.5))
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

"""What all figures share: axes, classes, colours, trees. Figures need matplotlib."""
import numpy as np

from . import _core
from ._core import UsageError

RED, BLUE, NULL = "C3", "C0", "0.45"
PALEST = 0.05  # the least end of a scale of colours, as a part of the relay information of all units
_LONG_NAME = 3  # letters; longer names below an axis stand upright
_DIVERGING = ((-1, "#7f2704"), (-0.75, "#c4500a"), (-0.5, "#f08a3c"), (-0.25, "#fbc896"), (0, "#ffffff"),
              (0.15, "#d6e6f4"), (0.35, "#9ac8e0"), (0.55, "#529dcc"), (0.75, "#1f6cb0"), (0.9, "#0b4083"),
              (1, "#071f49"))


def as_axes(axes, rows, columns, size):
    """Given axes, or those of a new figure, as a flat list."""
    import matplotlib.pyplot as plt

    if axes is None:
        axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")[1]
    flat = list(np.ravel(axes))
    if len(flat) < rows * columns:
        raise UsageError(f"{len(flat)} axes, expected {rows * columns}")
    return flat


def panels(axes, count, width=3.0, height=2.5):
    """One for each of `count` panels: those given, or those of a new figure in rows of five."""
    columns = min(count, 5)
    rows = -(-count // columns)
    if axes is not None:
        return as_axes(axes, 1, count, None)[:count]
    all_axes = as_axes(None, rows, columns, (width * columns, height * rows))
    for unused in all_axes[count:]:
        unused.remove()
    return all_axes[:count]


def positions(names, chosen):
    """Positions of the chosen classes among the names; None: of all."""
    names = list(names)
    if chosen is None:
        return list(range(len(names)))
    found = []
    for name in chosen:
        if name not in names:
            raise UsageError(f"class {name!r} is not there; there are {', '.join(map(str, names))}")
        found.append(names.index(name))
    return found


def name_ticks(axis, names):
    """Names below the axis, upright where they are long."""
    names = [str(name) for name in names]
    axis.set_xticks(range(len(names)))
    axis.set_xticklabels(names, rotation=90 if max(map(len, names)) > _LONG_NAME else 0)


def heat_map(axis, values, unit, least=0.0, shown=None):
    """Values [rows, columns] as colours: white is 0, blue positive, orange negative, both on one scale, whose ends are
    those of the values `shown`, 0 and `least`, so that values which are only noise stay pale."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = np.append(values if shown is None else shown, [0, least])
    low, high = np.nanmin(ends), np.nanmax(ends)
    largest = max(-low, high) or 1.0
    colours = LinearSegmentedColormap.from_list("inforelay", [((at + 1) / 2, name) for at, name in _DIVERGING])
    colours.set_bad("0.85")
    image = axis.imshow(values, aspect="auto", interpolation="nearest", cmap=colours, vmin=-largest, vmax=largest)
    if unit is not None:
        bar = axis.figure.colorbar(image, ax=axis, label=unit)
        bar.ax.set_ylim(low, high if high > low else largest)
    return image


def bands(axis, steps, levels):
    """Quantiles [steps, 7] as shaded bands around the median."""
    for low, high, shade in ((0, 6, 0.15), (1, 5, 0.25), (2, 4, 0.35)):
        axis.fill_between(steps, levels[:, low], levels[:, high], color=BLUE, alpha=shade, lw=0)
    axis.plot(steps, levels[:, 3], color=BLUE, label="median")


def ablation_lines(axis, first, last, style="-", word=""):
    """Accuracy [K + 1] while units are knocked out one by one: those that relay most first, or last."""
    counts = range(len(first))
    axis.plot(counts, first, style, color=RED, lw=1.2, label=f"{word}relay units first")
    axis.plot(counts, last, style, color=BLUE, lw=1.2, label=f"{word}relay units last")


class Tree:
    """Hierarchical clusters with average linkage, as the program merges them.

    `order` [n]: the items along the leaves. `brackets` [n-1]: of each merge the places of its two clusters along the
    leaves, their heights, and its own.
    """

    def __init__(self, merged):
        clusters, heights, order = merged
        self.order = order.tolist()
        count = len(self.order)
        place, height = np.zeros(2 * count - 1), np.zeros(2 * count - 1)
        place[self.order] = np.arange(count)
        self.brackets = []
        for m, (pair, distance) in enumerate(zip(clusters, heights)):
            place[count + m], height[count + m] = place[pair].mean(), distance
            low, high = pair  # the items of the first stand before those of the second
            self.brackets.append((place[low], place[high], height[low], height[high], distance))

    @classmethod
    def of_distances(cls, distances):
        return cls(_core.linkage_of_distances(np.ascontiguousarray(distances, np.float64)))

    @classmethod
    def of_units(cls, values):
        """Units by their profiles over classes: the columns of values [class, unit]. One that is not finite counts as
        0."""
        values = np.where(np.isfinite(values), values, 0.0)
        return cls(_core.linkage(np.ascontiguousarray(values.T, np.float64)))

    def draw(self, axis, along_x=False):
        for low, high, low_height, high_height, height in self.brackets:
            places, heights = [low, low, high, high], [low_height, height, height, high_height]
            axis.plot(*((places, heights) if along_x else (heights, places)), color="0.2", lw=1)

"""What the tile "above chance" of the verdict must say, from results.h5."""
import numpy


def tile_of(page, name):
    """[value, note, is it a warning of the worse kind?] of a tile."""
    return page.evaluate(f"(() => {{ const t = [...document.querySelectorAll('#verdict .tile')].find((t) => t.querySelector('.name').textContent.startsWith('{name}')); "
                         "return [t.querySelector('.value').textContent, t.querySelector('.note').textContent, t.classList.contains('bad')]; })()")


def expected_chance_tile(layer, subset):
    """By the rule of the summary's warning: without any relay at least 0.01 bit, and at least half of I_R(all), of either sign."""
    chance, total = layer[f"significance/{subset}"], layer[f"relay/{subset}/total"][:]
    p, without = chance["total_p"][:], chance["total_null_mean"][:]
    tested = numpy.isfinite(p)
    doubtful = int(numpy.sum(tested & (abs(without) >= 0.01) & (abs(without) >= abs(total) / 2)))
    count = int(tested.sum())
    value = f"{int(numpy.sum(tested & (p <= 0.05)))} of {count}"
    if doubtful > 0:
        return [value, f"but too few samples: for {doubtful} of {count} what is found without any relay is, of either sign, at least half as large as I_R(all)", True]
    return [value, f"I_R(all), {int(chance.attrs['permutations'])} permutations, samples permuted; p of each, not corrected", False]

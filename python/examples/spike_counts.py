"""Two of eight cells relay a stimulus to a choice: which, and is it more than chance?

Spike counts [trial, time, unit] in an array, as an experiment has them; the truth is known, since they are generated
here.
"""
import numpy as np

import inforelay as ir

random = np.random.default_rng(5)
trials, times, units = 800, 4, 8
stimulus = random.integers(0, 2, trials)
rates = np.full((trials, times, units), 3.0)
rates[stimulus == 1, 2:, 3] += 9                        # cell 3 tells the stimulus, from the third time on
rates[:, :, 5] += 6 * (random.random((trials, 1)) < 0.5)  # cell 5 is as lively, about nothing
counts = random.poisson(rates)
choice = (counts[:, 3, 3] > 7).astype(int)              # the animal answers by cell 3

axes = ["trial", "time", "unit"]
found = ir.analyze(counts, stimulus, choice, axes=axes, time=[3], discretize="median", exhaustive=True)
print(found)
alone = [float(found.information[1, 1 << unit]) for unit in range(units)]
print("relay information of each cell, bits:", [round(bits, 3) for bits in alone])
assert int(np.argmax(alone)) == 3

# When does the relay begin? One analysis for each time.
each = ir.analyze(counts, stimulus, choice, axes=axes, time="each", discretize="median")
print("relay information of all cells at each time, bits:", each.total[:, 1].round(3).tolist())
print(each.to_xarray()["single"].sel({"class": 1}).to_pandas().round(3))

# Chance, and the samples that there are: permutations of whole recordings, bootstrap, subsampling.
real = ir.significance(counts, stimulus, choice, axes=axes, time=[3], discretize="median", permutations=199,
                       bootstrap=100,
                       sets=[[3], [5]], subsample=True)
print(real)
print("p of cell 3 and of cell 5:", real.sets_p[1].tolist())
print("total over the number of samples, bits:", real.curve_total[1].round(3).tolist())
assert real.sets_p[1, 0] < 0.01 < real.sets_p[1, 1]

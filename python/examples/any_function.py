"""Shapley values of any function of sets: which features does a model of wine prices need, and which replace each
other?

The function is called once for every set of features that can be left out. Its values are saved in a file, so an
interrupted computation resumes.
"""
import numpy as np

import inforelay as ir

random = np.random.default_rng(2)
names = ["year", "region", "rain", "sun", "heat", "label"]
features = random.normal(size=(300, 6))
features[:, 4] = features[:, 3] + 0.1 * random.normal(size=300)  # heat is nearly sun
price = 2 * features[:, 0] + features[:, 3] + features[:, 1] * features[:, 2] + 0.3 * random.normal(size=300)


def explained(kept):
    """R^2 of a linear model with the products of the features that are kept, on samples that it was not fitted to."""
    columns = features[:, kept]
    products = [columns[:, i] * columns[:, j] for i in range(columns.shape[1]) for j in range(i)]
    design = np.column_stack([np.ones(300), columns, *products])
    coefficients = np.linalg.lstsq(design[:200], price[:200], rcond=None)[0]
    residual = price[200:] - design[200:] @ coefficients
    return 1 - residual.var() / price[200:].var()


table = ir.knockout_table(explained, units=6, path="wine.table", label="linear with products", progress=True)
again = ir.knockout_table(explained, units=6, path="wine.table", label="linear with products")  # from the file
assert table.shape == (64,) and (again == table).all()

values = ir.shapley(table)
for unit in np.argsort(-values):
    print(f"{names[unit]:>8} {values[unit]:+.3f}")
print(f"sum {values.sum():.3f} = all {table[0]:.3f} - none {table[-1]:.3f}")
assert np.isclose(values.sum(), table[0] - table[-1])

pairs = ir.interactions(table)
strongest = sorted(((pairs[i, j], names[i], names[j]) for i in range(6) for j in range(i)),
                   key=lambda pair: -abs(pair[0]))
for value, one, other in strongest[:2]:
    print(f"{one} and {other}: {value:+.3f}, they {'work together' if value > 0 else 'replace each other'}")
assert {strongest[0][1], strongest[0][2]} <= {"rain", "region", "sun", "heat"}

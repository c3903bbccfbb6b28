"""Relay information: which units carry the information behind a system's decisions.

>>> import inforelay as ir
>>> r = ir.analyze([[0, 0], [0, 1], [1, 1], [1, 0]] * 5, [0, 1, 0, 1] * 5, [0, 1, 0, 1] * 5)
>>> r.total
array([1., 1.])

Arrays have the axes sample, unit, class, set, size and step; a set of units is an index: bit k is unit k. Information
is in bits. docs/python.md is the guide.
"""
from . import _core
from ._analysis import Analysis, Greedy, analyze, greedy, measures, relay_information
from ._core import ComputeError, DataError, IoError, UsageError
from ._data import digits
from ._importance import interactions, shapley
from ._information import (GTest, co_information, dual_total_correlation, entropy, g_test, mutual_information,
                           o_information, total_correlation)
from ._knockout_table import knockout_table
from ._results import Group, open
from ._run import program, run
from ._samples import SamplingWarning
from ._sets import set_index, units_of
from ._significance import Significance, significance
from ._spread import Fragmentation, Smearedness, fragmentation, smearedness
from ._states import Discretized, discretize, set_threads, threads

__version__ = _core.version

__all__ = [
    "Analysis", "ComputeError", "DataError", "Discretized", "Fragmentation", "GTest", "Greedy", "Group", "IoError",
    "SamplingWarning", "Significance", "Smearedness", "UsageError", "analyze", "co_information", "digits", "discretize",
    "dual_total_correlation", "entropy", "fragmentation", "g_test", "greedy", "interactions", "knockout_table",
    "measures", "mutual_information", "o_information", "open", "program", "relay_information", "run", "set_index",
    "set_threads", "shapley", "significance", "smearedness", "threads", "total_correlation", "units_of",
]

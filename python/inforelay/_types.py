"""Types of arguments that functions share."""
import os
from typing import Any, Callable, Iterable, Mapping, Sequence, Union

from numpy.typing import ArrayLike

Progress = Union[bool, Callable[[int, int], object], None]
Discretize = Union[str, Mapping[str, Any], ArrayLike]
Sets = Iterable[Iterable[int]]
Names = Union[str, Sequence[str]]
Time = Union[str, int, Sequence[int]]
PathLike = Union[str, "os.PathLike[str]"]

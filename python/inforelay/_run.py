"""The program run_experiment, started from Python."""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Mapping

import numpy as np

from . import _results
from ._core import ComputeError, DataError, IoError, UsageError
from ._types import PathLike

_ERRORS = {2: UsageError, 3: DataError}  # by exit code
_COMPLETE = (0, 4, 5)  # 4: some runs of a sweep failed, 5: a comparison is out of tolerance; the results are there
_INTERRUPTED = (130, -signal.SIGINT)
_PACKAGED = Path(__file__).with_name("bin") / "run_experiment"
_MESSAGES = 50  # last lines of stderr that an exception may quote


def program() -> str:
    """The path of run_experiment: $INFORELAY_PROGRAM, the one installed with this package, or that on PATH.

    Returns
    -------
    str

    Raises
    ------
    IoError
        If there is none.

    Examples
    --------
    >>> import os, inforelay as ir
    >>> os.path.basename(ir.program())                                               # doctest: +SKIP
    'run_experiment'
    """
    given = os.environ.get("INFORELAY_PROGRAM")
    if given:
        if not os.access(given, os.X_OK):
            raise IoError(f"INFORELAY_PROGRAM is {given}, which is not an executable file")
        return given
    found = str(_PACKAGED) if os.access(_PACKAGED, os.X_OK) else shutil.which("run_experiment")
    if not found:
        raise IoError("there is no run_experiment beside this package or on PATH; INFORELAY_PROGRAM may name it")
    return found


def _setting(value):
    """A value as YAML on one line: JSON is YAML."""
    return value if isinstance(value, str) else json.dumps(value, default=_plain)


def _plain(value):
    """Numbers and arrays of NumPy, and paths, as what JSON has."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"overrides has {value!r} of type {type(value).__name__}, expected numbers, words, lists, "
                    "dictionaries or None")


def run(config: PathLike, overrides: Mapping[str, Any] | None = None, *, output: PathLike | None = None,
        fresh: bool = False, threads: int | None = None, quiet: bool = False) -> _results.Group:
    """Runs an experiment: `run_experiment CONFIG key=value ...`, with the same folder of results and the same
    resumption.

    Parameters
    ----------
    config : str or path
        A configuration file, or the name of one that is installed, such as "quick.yaml".
    overrides : dict, optional
        Settings by their paths: {"seed": 2, "networks.full.layers": [784, 12, 10], "networks.composite": None}.
    output : str or path, optional
        The folder of results; by default runs/NAME-HASH in the current one.
    fresh : bool
        Start anew; an earlier folder is renamed.
    threads : int, optional
    quiet : bool
        Print warnings and errors only. Otherwise progress goes to sys.stderr and the summary to sys.stdout.

    Returns
    -------
    Group
        The results, as `open` gives them; its `path` is the folder.

    Raises
    ------
    UsageError, DataError, ComputeError
        As the exit code of the program says, with its message.
    KeyboardInterrupt
        On Ctrl-C, after the program has saved its state; the same call resumes.

    Examples
    --------
    >>> import inforelay as ir
    >>> results = ir.run("quick.yaml", {"seed": 2})                                  # doctest: +SKIP
    >>> results["networks/full/layers/1/relay/test/total"].values                    # doctest: +SKIP
    """
    command = [program(), os.fspath(config), *(f"{key}={_setting(value)}" for key, value in (overrides or {}).items())]
    if output is not None:
        command += ["--output", os.fspath(output)]
    if fresh:
        command.append("--fresh")
    if threads is not None:
        command += ["--threads", str(threads)]
    if quiet:
        command.append("-q")
    summary = _execute(command)  # its last line is the folder; with -q there is no other
    if not quiet:
        sys.stdout.write(summary)
    return _results.open(summary.splitlines()[-1] if output is None else output)


def _execute(command):
    """Runs the program, shows what it writes to stderr, and returns what it writes to stdout."""
    # In a session of its own: Ctrl-C in a terminal would reach the program a second time, which ends it without saving.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                               start_new_session=True)
    summary, messages = [], []
    reader = threading.Thread(target=lambda: summary.append(process.stdout.read()), daemon=True)
    reader.start()
    with process.stdout, process.stderr:
        while True:
            try:
                for line in process.stderr:
                    sys.stderr.write(line)
                    messages = [*messages, line][-_MESSAGES:]
                process.wait()
                break
            except KeyboardInterrupt:
                process.send_signal(signal.SIGINT)
        reader.join()
    if process.returncode in _INTERRUPTED:
        raise KeyboardInterrupt
    if process.returncode not in _COMPLETE:
        raise _ERRORS.get(process.returncode, ComputeError)(_error_in(messages) or
                                                            f"run_experiment ended with {process.returncode}")
    return summary[0]


def _error_in(messages):
    """The lines of the last error: from the last one that says so on."""
    for i in range(len(messages) - 1, -1, -1):
        if "error" in messages[i]:
            while i > 0 and "error" in messages[i - 1]:  # one for each setting that is wrong
                i -= 1
            return "".join(messages[i:]).strip()
    return "".join(messages[-1:]).strip()

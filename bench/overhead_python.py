#!/usr/bin/python3
"""What a call of the Python package costs beside the computation: arguments checked, results put together.

The computation is what the extension module does between being called and returning, but not its part in the checks.
States [10000,20], input and output of ten classes; with the package installed, in the environment that has it.
"""
import importlib
import sys
import time

import numpy as np

sys.dont_write_bytecode = True  # bench/ holds sources only
import baselines  # noqa: E402
import inforelay as ir  # noqa: E402

SAMPLES, UNITS, CLASSES = 10_000, 20, 10
CHECKS = ("distinct_rows", "distinct_words")  # of the extension module: part of the overhead
CALLERS = ("_states", "_samples", "_analysis", "_arrays", "_information")


class Clock:
    """Stands for the extension module, or an object of it, and adds up the time spent there."""

    seconds = 0.0

    def __init__(self, of):
        self._of = of

    def __getattr__(self, name):
        found = getattr(self._of, name)
        if name in CHECKS or not callable(found) or (isinstance(found, type) and issubclass(found, Exception)):
            return found

        def timed(*arguments, **named):
            plain = [argument._of if isinstance(argument, Clock) else argument for argument in arguments]
            begin = time.perf_counter()
            result = found(*plain, **named)
            Clock.seconds += time.perf_counter() - begin
            return Clock(result) if type(result).__module__ == ir._core.__name__ else result

        return timed


def overhead(call, repetitions):
    """Seconds of each of so many calls beside those of the extension module."""
    found = []
    for _ in range(repetitions):
        Clock.seconds, begin = 0.0, time.perf_counter()
        call()
        found.append(time.perf_counter() - begin - Clock.seconds)
    return sorted(found)


def main():
    options = baselines.arguments(__doc__.splitlines()[0]).parse_args()
    random = np.random.default_rng(1)
    values = random.normal(size=(SAMPLES, UNITS)).astype(np.float32)
    asked = random.integers(CLASSES, size=SAMPLES)
    answered = np.where(random.random(SAMPLES) < 0.9, asked, random.integers(CLASSES, size=SAMPLES))
    values[:, :CLASSES] += 2 * np.eye(CLASSES, dtype=np.float32)[answered]
    words = np.array([f"stimulus {c}" for c in range(CLASSES)])
    symbols = {"integers": (asked, answered), "words": (words[asked], words[answered]),
               "objects": (words[asked].astype(object), words[answered].astype(object)),
               "lists_of_words": (words[asked].tolist(), words[answered].tolist())}
    calls = {f"analyze/{name}": lambda pair=pair: ir.analyze(values, *pair) for name, pair in symbols.items()}
    calls["analyze/float64"] = lambda wide=values.astype(np.float64): ir.analyze(wide, asked, answered)
    calls["greedy/words"] = lambda: ir.greedy(values, *symbols["words"])
    calls["relay_information/words"] = lambda: ir.relay_information(values, *symbols["words"], sets=[[0], [1, 2]])
    calls["discretize/float32"] = lambda: ir.discretize(values)
    calls["mutual_information/words"] = lambda: ir.mutual_information(*symbols["words"])

    core = Clock(ir._core)
    for caller in CALLERS:
        importlib.import_module(f"inforelay.{caller}")._core = core
    results = baselines.Results("bench/overhead_python.py", threads=ir.threads(), numpy=np.__version__)
    for name, call in calls.items():
        overhead(call, 2)  # the first calls allocate
        seconds = overhead(call, options.repetitions)
        for repetition, s in enumerate(seconds):
            results.add(f"overhead_python/{name}", s, s, repetition=repetition, repetitions=options.repetitions)
    results.write(options.json)


if __name__ == "__main__":
    main()

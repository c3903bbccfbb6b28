"""Progress of long computations: a function of (done, total), or a bar."""
import sys
import time


SECONDS_BETWEEN_LINES = 0.1


class Bar:
    """A line on stderr that is written again: percent, and the time that is left."""

    def __init__(self, label, stream=None):
        self.label, self.stream = label, stream if stream is not None else sys.stderr
        self.begin, self.first, self.shown, self.last = time.monotonic(), None, False, 0.0

    def __call__(self, done, total):
        if self.first is None:
            self.first = done
        if time.monotonic() - self.last < SECONDS_BETWEEN_LINES and not (total and done >= total):
            return
        self.last = time.monotonic()
        line = f"{self.label}: {done}" if not total else f"{self.label}: {100 * done / total:5.1f} %"
        seconds = time.monotonic() - self.begin
        if total and self.first < done < total:
            line += f", {duration((total - done) * seconds / (done - self.first))} left"
        self.stream.write("\r" + line.ljust(70))
        self.shown = True
        if total and done >= total:
            self.close()

    def close(self):
        if self.shown:
            self.stream.write("\n")
        self.stream.flush()
        self.shown = False


def duration(seconds):
    """"3 s", "4 min", "2.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def reporter(progress, label):
    """None, or the function that is to be called with (done, total). True: a bar."""
    if progress is None or progress is False:
        return None
    if progress is True:
        return Bar(label)
    if not callable(progress):
        raise TypeError(f"progress is {progress!r}, expected True or a function of (done, total)")
    return progress

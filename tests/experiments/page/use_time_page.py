#!/usr/bin/env python3
"""Uses the report.html of a recurrent network that is analysed at each time, with cuts of its own at each: use_time_page.py FOLDER

What the view of all times shows is that of results.h5; a time is chosen by the list and by the dots. Exits with 1 and says what is
wrong.
"""
import csv
import io
import sys

import h5py

from browser import Browser



def main():
    folder = sys.argv[1]
    with Browser() as page, h5py.File(folder + "/results.h5") as file:

        def check(what, found, expected=True):
            if found != expected:
                sys.exit(f"{what}: {found!r}, expected {expected!r}")

        def shown_time():
            return page.evaluate("new URLSearchParams(location.hash.slice(1)).get('time')")

        system = file["networks/rnn"]
        times, relay = system["time"][:].tolist(), next(iter(system["layers"].values()))["relay/test"]
        page.open(folder + "/report.html", f"#class=2&time={times[1]}")
        page.wait("document.querySelector('#time svg')")
        rows = list(csv.reader(io.StringIO(page.csv_of("time"))))[1:]
        check("times", [float(row[0]) for row in rows], [float(time) for time in times])
        for t, row in enumerate(rows):
            for what, found, expected in [("total", row[1], relay["total"][t, 2])] + [
                    (f"aggregated of unit {k}", row[5 + k], value) for k, value in enumerate(relay["aggregated"][t, 2])]:
                if abs(float(found) - expected) > 1e-12:
                    sys.exit(f"{what} at time {times[t]}: {found} in the page, {expected} in results.h5")
        check("the chosen time is marked", page.evaluate("document.querySelectorAll('#time circle.mark.set').length"), 1)
        check("cuts in Methods", "cuts made of these samples, at each time for itself" in page.evaluate("document.querySelector('#methods .paragraph').textContent"))

        page.evaluate("document.querySelector('#time circle.dot').dispatchEvent(new MouseEvent('click'))")
        check("a time chosen by its dot", shown_time(), str(times[0]))
        select = "[...document.querySelectorAll('#choices label')].find((l) => l.firstChild.textContent.startsWith('Time')).querySelector('select')"
        page.evaluate(f"(() => {{ const s = {select}; s.value = '{times[-1]}'; s.dispatchEvent(new Event('change')); }})()")
        check("a time chosen from the list", shown_time(), str(times[-1]))
        if page.errors:
            sys.exit("\n".join(["console:"] + page.errors))


main()

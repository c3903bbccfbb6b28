#!/usr/bin/env python3
"""Measures how long report.html takes to open and to answer: time_page.py FOLDER [REPEATS]

Prints milliseconds of CPU time of the page's thread, median and longest: the scripts of an interaction and the layout after it, but
not what is computed later in slices. CPU time, so that other programs on the machine do not count. Not a test: times depend on the machine.
"""
import statistics
import sys
import time

from browser import Browser

INTERACTIONS = {
    "a unit into the set": "(i) => document.querySelectorAll('button.unit')[i].click()",
    "Add best": "() => [...document.querySelectorAll('#set button')].find((b) => b.textContent === 'Add best').click()",
    "Drop worst": "() => [...document.querySelectorAll('#set button')].find((b) => b.textContent === 'Drop worst').click()",
    "another class": "(i) => document.querySelectorAll('#verdict tbody th button')[i + 1].click()",
    "the 50 % set of a class": "(i) => document.querySelectorAll('#verdict tbody tr')[i].querySelectorAll('button')[1].click()",
    "part of the modules": "(i) => { const s = document.querySelector('#modules input'); s.value = 30 + 7 * i; s.dispatchEvent(new Event('input')); }",
    "replaced by mean, by zero": "(i) => { const s = [...document.querySelectorAll('#choices select')].pop(); "
                                 "s.value = ['mean', 'zero'][i % 2]; s.dispatchEvent(new Event('change')); }",
    "information of a set, all classes": "(i) => window.inforelay.information(0, [i, 3, 5])",
    "accuracy of a set, all classes": "(i) => window.inforelay.accuracy(0, [i, 2, 6])",
}


def main():
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with Browser() as page:
        session, page.session = page.session, None
        processes = page.call("SystemInfo.getProcessInfo")["processInfo"]
        page.session = session
        renderers = [process["id"] for process in processes if process["type"] == "renderer"]

        def busy():
            return sum(int(open(f"/proc/{pid}/schedstat").read().split()[0]) for pid in renderers) / 1e6  # of their first threads

        before = busy()
        page.open(sys.argv[1] + "/report.html")
        print(f"{'opened':36} {busy() - before:7.1f}")
        for name, action in INTERACTIONS.items():
            times = []
            for i in range(repeats):
                while True:  # until what is computed in slices is done
                    begin = busy()
                    time.sleep(0.5)
                    if busy() - begin < 3:
                        break
                begin = busy()
                page.evaluate(f"({action})({i}), document.body.getBoundingClientRect().height")
                times.append(busy() - begin)
            print(f"{name:36} {statistics.median(times):7.1f} {max(times):7.1f}")
        if page.errors:
            sys.exit("\n".join(page.errors))


main()

#!/usr/bin/env python3
"""Uses the report.html of a sweep whose runs have pages: use_sweep_page.py FOLDER RUNS. Exits with 1 and says what is wrong."""
import os
import sys
import xml.etree.ElementTree

from browser import Browser


def main():
    folder, runs = sys.argv[1], int(sys.argv[2])
    with Browser() as page:

        def check(what, value, expected=True):
            if value != expected:
                sys.exit(f"{what}: {value!r}, expected {expected!r}")

        page.open(folder + "/report.html")
        check("sections", page.evaluate("document.querySelectorAll('main > section').length"), 2)
        check("dots", page.evaluate("document.querySelectorAll('#metrics circle.dot').length"), runs)
        links = page.evaluate("[...document.querySelectorAll('#runs a')].map((a) => a.getAttribute('href'))")
        check("links", len(links), runs)
        check("pages of the runs", all(os.path.exists(os.path.join(folder, link)) for link in links))
        for i in range(page.evaluate("document.querySelector('#metrics select').options.length")):
            page.evaluate("(() => { const s = document.querySelector('#metrics select'); "
                          f"s.value = '{i}'; s.dispatchEvent(new Event('change')); }})()")
            check(f"statistics of metric {i}", page.evaluate("document.querySelectorAll('#metrics tbody tr').length"), runs)
        page.evaluate("(() => { const s = document.querySelectorAll('#metrics select')[1]; s.focus(); s.dispatchEvent(new Event('change')); })()")
        check("focus is kept", page.evaluate("document.activeElement === document.querySelectorAll('#metrics select')[1]"))
        pictures = page.downloads("[...document.querySelectorAll('.downloads button:not([hidden])')].filter((b) => b.textContent === 'SVG')")
        svg = "{http://www.w3.org/2000/svg}"
        parsed = [xml.etree.ElementTree.fromstring(picture) for picture in pictures]
        check("pictures", [picture.find(svg + "title").text for picture in parsed], ["Metrics", "Runs"])
        said = [element.text for element in parsed[1].iter(svg + "text")]
        folders = [link.removesuffix("/report.html") for link in links]
        check("runs in the picture", [folder for folder in folders if folder in said], folders)
        page.resize(390, 900)
        check("overflow at 390", page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
        if page.errors:
            sys.exit("\n".join(["console:"] + page.errors))


main()

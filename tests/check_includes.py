#!/usr/bin/env python3
"""Checks that source folders form a stack: check_includes.py [ROOT]

A file may include files of its own folder and of folders that stand before it in ORDER. Prints every other include and
exits with 1 if there is one.
"""
import pathlib
import re
import sys

ORDER = """
core core/text core/process core/files core/config core/statistics core/sets core/ranks
nn/data nn/network nn/training nn/weights nn/knockout
infotheory/information infotheory/states infotheory/relay
experiments/figures/plot experiments/config experiments/ranks experiments/results experiments/sources
experiments/measures experiments/compare experiments/figures experiments/reports experiments/run experiments/sweep
experiments
""".split()
STRANGERS = {("nn", "infotheory"), ("infotheory", "nn")}  # libraries that do not know each other

LIBRARIES = {folder.split("/")[0] for folder in ORDER}
INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')


def folder_of(path):
    return path.parent.as_posix()


def violations(root):
    for path in sorted(path for library in LIBRARIES for path in (root / library).rglob("*.[ch]pp")):
        source = path.relative_to(root)
        if folder_of(source) not in ORDER:
            yield f"{source}: its folder is not in the ORDER of {sys.argv[0]}"
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = pathlib.PurePosixPath(match[1])
            if folder_of(target) not in ORDER:
                yield f"{source}:{number}: includes {target}, whose folder is not in the ORDER of {sys.argv[0]}"
            elif ORDER.index(folder_of(target)) > ORDER.index(folder_of(source)):
                yield f"{source}:{number}: includes {target} of a higher folder"
            elif (source.parts[0], target.parts[0]) in STRANGERS:
                yield f"{source}:{number}: includes {target} of a library that it must not know"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    found = list(violations(root))
    for each in found:
        print(each)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks that source folders, and the files in each of them, form a stack: check_includes.py [ROOT]

A file may include files of folders that stand before its own in ORDER, and files of its own folder that stand in the
same or an earlier row of the folder's README.md; these rows name all its source files. Names of tests have no ';',
which separates lists in CMake; files that Google Highway compiles for each instruction set define
HWY_DISABLED_TARGETS, since some have vectors of unknown size. Prints every violation and exits with 1 if there is
one.
"""
import pathlib
import re
import sys

ORDER = """
core core/text core/process core/files core/arrays core/config core/statistics core/sets core/ranks
nn/data nn/network nn/training nn/weights nn/knockout nn/recurrent
infotheory/information infotheory/states infotheory/relay infotheory/significance infotheory/importance infotheory/temporal
python/module
experiments/figures/plot experiments/config experiments/ranks experiments/results experiments/sources
experiments/measures experiments/compare experiments/figures experiments/page experiments/reports experiments/run experiments/sweep
experiments
""".split()
STRANGERS = {("nn", "infotheory"), ("infotheory", "nn"), ("experiments", "python")}  # libraries that do not know each other

LIBRARIES = {folder.split("/")[0] for folder in ORDER}
INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')
EACH_TARGET = re.compile(r"^\s*#\s*include\s*<hwy/foreach_target.h>", re.MULTILINE)
DISABLED_TARGETS = re.compile(r"^\s*#\s*define\s+HWY_DISABLED_TARGETS\b", re.MULTILINE)
TEST_NAME = re.compile(r'TEST_CASE\w*\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')


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


def rows_of(readme):
    """Name of a file -> number of its row, of "| `a.hpp`, `.cpp` | ... |"."""
    rows = {}
    for number, line in enumerate(readme.read_text(encoding="utf-8").splitlines(), 1):
        names = re.findall(r"`([^`/]*\.[ch]pp)`", line.split("|")[1]) if line.startswith("|") else []
        for name in names:
            rows[names[0].rsplit(".", 1)[0] + name if name.startswith(".") else name] = number
    return rows


def row_violations(root):
    for folder in (root / name for name in ORDER):
        readme, files = folder / "README.md", sorted(folder.glob("*.[ch]pp"))
        shown, rows = readme.relative_to(root), rows_of(readme) if readme.exists() else {}
        for name in sorted(rows.keys() - {path.name for path in files}):
            yield f"{shown}:{rows[name]}: names {name}, which is missing"
        for path in files:
            if path.name not in rows:
                yield f"{shown}: does not name {path.name}"
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                target = root / match[1] if (match := INCLUDE.match(line)) else root
                if target.parent == folder and rows.get(target.name, 0) > rows[path.name]:
                    yield f"{path.relative_to(root)}:{number}: includes {target.name} of a later row of {shown}"


def text_violations(root):
    for path in sorted(path for library in LIBRARIES for path in (root / library).rglob("*.cpp")):
        text = path.read_text(encoding="utf-8")
        if EACH_TARGET.search(text) and not DISABLED_TARGETS.search(text):
            yield f"{path.relative_to(root)}: includes hwy/foreach_target.h without defining HWY_DISABLED_TARGETS"
    for path in sorted((root / "tests").rglob("*.cpp")):
        for match in TEST_NAME.finditer(path.read_text(encoding="utf-8")):
            if ";" in match[1]:
                yield f"{path.relative_to(root)}: the name of a test has a ';': {match[1].strip()}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    found = [*violations(root), *row_violations(root), *text_violations(root)]
    for each in found:
        print(each)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

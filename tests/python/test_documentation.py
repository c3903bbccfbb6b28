"""Examples of docstrings and of docs/python.md print what they say; every public name is documented."""
import ast
import doctest
import importlib
import inspect
import os
import pathlib
import pkgutil
import re
import unittest

import numpy as np

import inforelay as ir

MODULES = [name for _, name, _ in pkgutil.iter_modules(ir.__path__) if name not in ("_core", "torch")]
DOCS = os.environ.get("INFORELAY_DOCS")  # the folder of the checkout's documentation


def figures_of(page, title):
    """The figures in the first column of the table with this title; of NAME_NETWORK the NAME."""
    rows = pathlib.Path(DOCS, page).read_text().split(f"\n| {title} |", 1)[1].partition("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`(\w+?)(?:_NETWORK)?`", row.split("|")[1])]


def public_functions():
    """(name, function) of all that the package offers."""
    modules = [ir]
    try:
        modules.append(importlib.import_module("inforelay.torch"))
    except ImportError:
        pass
    for module in modules:
        for name in module.__all__:
            if inspect.isfunction(getattr(module, name)):
                yield name, getattr(module, name)


class Documentation(unittest.TestCase):
    def test_examples_of_docstrings(self):
        modules = [ir, *(importlib.import_module(f"inforelay.{name}") for name in MODULES)]
        try:
            modules.append(importlib.import_module("inforelay.torch"))
        except ImportError:
            pass
        examples = 0
        for module in modules:
            with self.subTest(module=module.__name__), np.printoptions(legacy="1.21"):
                result = doctest.testmod(module)
                self.assertEqual(result.failed, 0)
                examples += result.attempted
        self.assertGreater(examples, 40)

    def test_examples_of_the_guide(self):
        if not DOCS:
            self.skipTest("INFORELAY_DOCS does not name the folder of the documentation")
        result = doctest.testfile(str(pathlib.Path(DOCS, "python.md")), module_relative=False)
        self.assertEqual(result.failed, 0)
        self.assertGreater(result.attempted, 10)

    def test_public_names_are_documented(self):
        for name in ir.__all__:
            thing = getattr(ir, name)
            self.assertTrue(inspect.getdoc(thing), name)
        self.assertTrue(pathlib.Path(ir.__path__[0], "py.typed").exists())

    def test_public_functions_have_types(self):
        without = []
        for name, function in public_functions():
            signature = inspect.signature(function)
            if signature.return_annotation is signature.empty or any(
                    argument.annotation is argument.empty for argument in signature.parameters.values()):
                without.append(name)
        self.assertEqual(without, [])

    def test_the_stub_has_all_of_the_extension_module(self):
        stub = ast.parse(pathlib.Path(ir.__path__[0], "_core.pyi").read_text())
        written = {entry.name for entry in stub.body if isinstance(entry, (ast.FunctionDef, ast.ClassDef))}
        written |= {entry.target.id for entry in stub.body if isinstance(entry, ast.AnnAssign)}
        self.assertEqual(written, {name for name in dir(ir._core) if not name.startswith("_")})

    def test_figures_are_in_the_guide(self):
        if not DOCS:
            self.skipTest("INFORELAY_DOCS does not name the folder of the documentation")
        guide = pathlib.Path(DOCS, "python.md").read_text()
        for kind in (ir.Analysis, ir.Significance, ir.Group):
            for name in dir(kind):
                if name.startswith("plot_"):
                    self.assertIn(f"{name}(", guide)
                    self.assertTrue(inspect.getdoc(getattr(kind, name)), name)
        of_program = figures_of("results.md", "figure")
        self.assertIn("relay", of_program)
        self.assertEqual(sorted(figures_of("python.md", "figure of the program")), sorted(of_program))

    def test_docstrings_have_all_sections(self):
        for name, function in public_functions():
            signature, doc = inspect.signature(function), inspect.getdoc(function)
            has = lambda title: f"\n{title}\n{'-' * len(title)}\n" in doc
            with self.subTest(function=name):
                self.assertTrue(has("Examples"))
                self.assertEqual(has("Returns"), signature.return_annotation not in ("None", None))
                if signature.parameters:
                    self.assertTrue(has("Parameters") and has("Raises"))
                    described = doc[doc.index("Parameters\n---"):doc.index("Returns\n---") if has("Returns") else None]
                    for argument in signature.parameters:
                        self.assertRegex(described, rf"\b{argument}\b")


if __name__ == "__main__":
    unittest.main()

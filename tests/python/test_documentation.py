"""Examples of docstrings and of docs/python.md print what they say; every public name is documented."""
import doctest
import importlib
import inspect
import os
import pathlib
import pkgutil
import unittest

import numpy as np

import inforelay as ir

MODULES = [name for _, name, _ in pkgutil.iter_modules(ir.__path__) if name not in ("_core", "torch")]
DOCS = os.environ.get("INFORELAY_DOCS")  # the folder of the checkout's documentation


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


if __name__ == "__main__":
    unittest.main()

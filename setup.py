"""Builds the extension module of the Python package and the program run_experiment beside it, both with CMake.

INFORELAY_PROGRAM_BUILD names a build folder that has the program already; it is then copied from there.
"""
import os
import pathlib
import re
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parent
VERSION = re.search(r"project\(inforelay VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


class CMakeBuild(build_ext):
    def build_extension(self, ext):
        package = pathlib.Path(self.get_ext_fullpath(ext.name)).resolve().parent
        build = pathlib.Path(self.build_temp).resolve()
        program = pathlib.Path(os.environ.get("INFORELAY_PROGRAM_BUILD", build)).resolve()
        targets = ["_core"] + (["run_experiment"] if program == build else [])
        options = ["-DCMAKE_BUILD_TYPE=Release", "-DINFORELAY_PYTHON=ON", "-DINFORELAY_BUILD_TESTS=OFF",
                   "-DINFORELAY_UNITY=ON", f"-DPython_EXECUTABLE={sys.executable}"]
        try:
            import pybind11  # of PyPI; that of Debian's pybind11-dev is found by CMake
            options.append(f"-Dpybind11_DIR={pybind11.get_cmake_dir()}")
        except ImportError:
            pass
        self.cmake("-S", ROOT, "-B", build, "-G", "Ninja", *options)
        self.cmake("--build", build, "--target", *targets)
        self.cmake("--install", build, "--component", "python", "--strip", "--prefix", package)
        self.cmake("--install", program, "--component", "program", "--strip", "--prefix", package)

    def cmake(self, *arguments):
        subprocess.run(["cmake", *map(str, arguments)], check=True)


setup(
    version=VERSION,
    package_dir={"": "python"},
    packages=["inforelay"],
    package_data={"inforelay": ["py.typed", "*.pyi"]},
    ext_modules=[Extension("inforelay._core", [])],
    cmdclass={"build_ext": CMakeBuild},
)

"""Builds the extension module of the Python package and the program run_experiment beside it, both with CMake."""
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
        folder = pathlib.Path(self.build_temp).resolve()
        options = ["-DINFORELAY_PYTHON=ON", f"-DPython_EXECUTABLE={sys.executable}"]
        try:
            import pybind11  # of PyPI; that of Debian's pybind11-dev is found by CMake
            options.append(f"-Dpybind11_DIR={pybind11.get_cmake_dir()}")
        except ImportError:
            pass
        self.build_part(folder, package, "_core", "python", options)
        # A folder of its own: the code in the module can be loaded anywhere, which costs speed. The program is compiled
        # with the options of the preset `release`, so that ccache has its objects where that was built.
        self.build_part(folder.with_name(folder.name + "-program"), package, "run_experiment", "program")

    def build_part(self, folder, package, target, component, options=()):
        self.cmake("-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DINFORELAY_UNITY=ON",
                   "-DINFORELAY_BUILD_TESTS=OFF", *options)
        self.cmake("--build", folder, "--target", target)
        self.cmake("--install", folder, "--component", component, "--strip", "--prefix", package)

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

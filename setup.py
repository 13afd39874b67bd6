"""Build the optional kernels; everything else is in pyproject.toml."""

import sysconfig

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

NOTICE = """
***********************************************************************
skrnn: the fused kernels were not built ({error}).
skrnn works without them, on the slower layers of torch. To have them,
install a C++ compiler (GCC or Clang) and install skrnn again.
***********************************************************************
"""

LIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED")  # free-threaded Python has no such API


class BuildOptionalKernels(build_ext):
    """Go on without the kernels, and say so, where they cannot be built."""

    def run(self):
        """Build, or say what is missing."""
        try:
            super().run()
        except Exception as error:
            print(NOTICE.format(error=error))


setup(
    ext_modules=[
        Extension(
            "skrnn.nn._kernels",
            sources=["skrnn/nn/kernels.cpp"],
            depends=["skrnn/nn/recurrent_kernels.h"],
            language="c++",
            extra_compile_args=["-std=c++17", "-O3", "-fno-math-errno", "-fno-trapping-math"],
            define_macros=[("Py_LIMITED_API", "0x030A0000")] if LIMITED else [],
            py_limited_api=LIMITED,
        )
    ],
    cmdclass={"build_ext": BuildOptionalKernels},
    options={"bdist_wheel": {"py_limited_api": "cp310"}} if LIMITED else {},
)

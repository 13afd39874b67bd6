"""Build the optional kernels; everything else is in pyproject.toml."""

import sysconfig

from setuptools import Extension, setup

LIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED")  # free-threaded Python has no such API

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
            optional=True,  # without a compiler a warning, and layers run on torch.nn
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp310"}} if LIMITED else {},
)

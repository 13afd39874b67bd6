"""What `import skrnn` adds, and the peak memory of a forecaster on a very long series.

Usage: python benchmarks/imports_and_memory.py
"""

import subprocess
import sys

from _timing import markdown

BASE = "import torch, sklearn.base, sklearn.model_selection, skorch"
IMPORTS = ("skrnn", "skrnn.forecasting")
MEMORY = """
import resource, numpy as np, pandas as pd
from skrnn.forecasting import GRUForecaster
GRUForecaster(window_length=16, max_steps=3).fit(pd.Series(np.random.rand(200)), fh=[1])
y = pd.Series(np.random.default_rng(0).normal(size=2_000_000).cumsum())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
GRUForecaster(window_length=512, max_steps=50, random_state=0).fit(y, fh=range(1, 25))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def seconds_of(module: str) -> float:
    """Median seconds that a module takes to import after torch, scikit-learn and skorch."""
    timed = (
        f"{BASE}; import time; t = time.perf_counter(); "
        f"import {module}; print(time.perf_counter() - t)"
    )
    runs = [
        subprocess.check_output([sys.executable, "-W", "ignore", "-c", timed]) for _ in range(5)
    ]
    return sorted(map(float, runs))[2]


def main() -> None:
    rows = [[f"import {module}", f"{seconds_of(module):.2f}"] for module in IMPORTS]
    print("After torch, sklearn and skorch\n\n" + markdown(["", "seconds"], rows))
    peak = subprocess.check_output([sys.executable, "-W", "ignore", "-c", MEMORY], text=True)
    print(
        "\nPeak memory above that before `fit`, GRUForecaster with a window of 512 on a series of "
        f"two million points (16 MB): {float(peak):.0f} MB"
    )


if __name__ == "__main__":
    main()

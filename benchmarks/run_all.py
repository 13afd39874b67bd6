"""Run the benchmarks that need no data and write docs/benchmarks.md. Takes about ten minutes."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
TOPICS = {
    "One layer": ["layer.py"],
    "A whole fit": ["fit.py"],
    "Grid search": ["grid_search.py"],
    "Predict": ["predict.py"],
    "Import and memory": ["imports_and_memory.py"],
}
INTRODUCTION = """# Benchmarks

Written by `make bench`; each section is the output of one script in `benchmarks/`. Alternatives run
in turn in one process, and figures are medians; on a shared machine ratios mean more than seconds.
"""


def main() -> None:
    packages = ("torch", "scikit-learn", "skorch", "sktime", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    parts = [INTRODUCTION, f"Machine: {machine}; {versions}.\n"]
    for title, command in TOPICS.items():
        print(title, file=sys.stderr, flush=True)
        output = subprocess.check_output(
            [sys.executable, "-W", "ignore", *command], cwd=HERE, text=True
        )
        parts.append(f"## {title}\n\n`python benchmarks/{' '.join(command)}`\n\n{output}")
    (HERE.parent / "docs" / "benchmarks.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()

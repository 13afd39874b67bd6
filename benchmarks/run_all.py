"""Run benchmarks and write their sections of docs/benchmarks.md.

``python benchmarks/run_all.py`` runs those of speed, about twenty minutes;
``python benchmarks/run_all.py forecasting`` those on real series (SKRNN_DATA), about forty;
``python benchmarks/run_all.py classification`` those on sets of an archive (SKRNN_DATA);
``python benchmarks/run_all.py verdicts`` those of `compare` on made-up series, about ten.
Sections of the other groups stay as they are.
"""

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "benchmarks.md"
GROUPS = {
    "speed": {
        "One layer": "layer.py",
        "A whole fit": "fit.py",
        "How a fit grows": "growth.py",
        "Grid search": "grid_search.py",
        "Predict": "predict.py",
        "Sequences of different lengths": "ragged.py",
        "Import and memory": "imports_and_memory.py",
    },
    "forecasting": {
        "Forecasts of panels": "forecasting/panels.py",
        "Forecasts of single series": "forecasting/single_series.py",
        "Forecasts from few observations": "forecasting/learning_curve.py",
        "Long horizons: ETTh1": "forecasting/etth1.py",
        "Exogenous columns": "forecasting/exogenous.py",
        "Many series": "forecasting/many_series.py",
        "Further series": "forecasting/further.py",
        "Textbook series": "forecasting/textbooks.py",
    },
    "classification": {
        "Classification": "classification/archive.py",
        "Classification: with convolutions": "classification/convolutions.py",
        "Classification: each choice": "classification/ablation.py",
        "Regression of one number a sequence": "classification/regression.py",
        "Half of all values missing": "classification/missing.py",
    },
    "verdicts": {"Verdicts where the answer is known": "verdicts.py"},
}
INTRODUCTION = """# Benchmarks

Written by `make bench`, `make bench-forecasting`, `make bench-classification` and, for the
verdicts, `python benchmarks/run_all.py verdicts`; each section is the output of one script in
`benchmarks/`, on [these data](../benchmarks/README.md). Alternatives run in turn in one process,
and figures of speed are medians; on a shared machine ratios mean more than seconds. Sections that
say x86_64 instead of a processor's name are of an earlier version of the kernels and the pretrained
networks, on a faster machine.
"""


def sections() -> dict[str, str]:
    """Sections of the document by title."""
    if not DOCUMENT.exists():
        return {}
    parts = re.split(r"^## (.+)\n", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def processor() -> str:
    """Model of the processor, where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text() if cpuinfo.exists() else ""
    model = re.search(r"^model name\s*: (.+)$", text, flags=re.MULTILINE)
    return model[1] if model else platform.machine()


def run(script: str) -> str:
    packages = ("torch", "scikit-learn", "skorch", "sktime", "statsforecast", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    machine = f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    output = subprocess.check_output(
        [sys.executable, "-W", "ignore", script], cwd=HERE, text=True, stderr=sys.stderr
    )
    return f"\n`python benchmarks/{script}` ({machine}; {versions})\n\n{output.strip()}\n\n"


def main(groups: list[str]) -> None:
    """Run groups of benchmarks; the document is written after each script."""
    for group in groups:
        for title, script in GROUPS[group].items():
            print(title, file=sys.stderr, flush=True)
            written = {**sections(), title: run(script)}
            order = [name for topics in GROUPS.values() for name in topics if name in written]
            parts = [f"## {name}\n{written[name]}" for name in order]
            DOCUMENT.write_text(INTRODUCTION + "\n" + "".join(parts).rstrip() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:] or ["speed"])

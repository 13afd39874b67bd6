"""README, docstrings and repository hygiene."""

import doctest
import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import skrnn

ROOT = Path(__file__).parents[1]


def run_blocks(page, least):
    """Run the Python blocks of a page in their order, and return what they leave behind."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    assert len(blocks) >= least
    namespace = {}
    for block in blocks:
        exec(block, namespace)
    return namespace


def test_comparison_blocks_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = run_blocks("docs/comparison.md", 5)
    errors = namespace["result"].table["MASE"]
    assert errors[["gru", "arima"]].max() < 0.2 * errors["ets"]  # which knows of no promotions
    assert (tmp_path / "report.html").stat().st_size > 50_000


def test_forecasting_blocks_run(capsys):
    namespace = run_blocks("docs/forecasting.md", 2)
    sales, X = namespace["future"]["sales"], namespace["future"][["price"]]
    assert abs(namespace["forecaster"].predict(X=X) - sales).mean() < 2  # the noise: 0.8
    assert abs(namespace["pretrained"].predict() - sales - 50).mean() < 8


def test_preprocessing_blocks_run(capsys):
    namespace = run_blocks("docs/preprocessing.md", 6)
    assert namespace["search"].best_params_ == {"slidingwindow__window_length": 8}
    assert namespace["search"].best_score_ > 0.7
    bagging, rows, labels = (namespace[name] for name in ("bagging", "rows", "labels"))
    assert bagging.estimators_[0].n_channels_ == 3
    assert bagging.score(rows[150:], labels[150:]) > 0.7


def test_inspection_blocks_run(capsys):
    namespace = run_blocks("docs/inspection.md", 3)
    assert namespace["channels"].importances_mean.argmax() == 1
    assert namespace["times"].importances_mean.argmax() == 2
    assert namespace["both"].importances_mean.argmax() == 6


def test_missing_and_irregular_blocks_run(capsys):
    namespace = run_blocks("docs/missing_and_irregular.md", 5)
    scores = namespace["scores"]
    assert min(scores["mask"], scores["decay"]) > scores["means"] + 0.03
    assert namespace["with_times"] > 0.8
    assert namespace["search"].best_score_ > 0.7


def test_sequence_labelling_blocks_run(capsys):
    namespace = run_blocks("docs/sequence_labelling.md", 4)
    assert namespace["accuracy"] > 0.95 > 0.7 > namespace["now"]
    panel, level, gauge = (namespace[name] for name in ("panel", "level", "gauge"))
    assert gauge.score(panel[80:], level[80:]) > 0.9
    shown = capsys.readouterr().out
    assert "(40, 30)" in shown
    assert "[(12,), (30,)]" in shown
    assert "True" in shown
    assert namespace["search"].best_score_ > 0.85


def test_sktime_panels_blocks_run(capsys):
    namespace = run_blocks("docs/sktime_panels.md", 6)
    X_test, y_test = namespace["X_test"], namespace["y_test"]
    for name in ("classifier", "masked", "search", "plain"):
        assert namespace[name].score(X_test, y_test) > 0.85, name
    assert namespace["search"].best_estimator_.classifier_.hidden_size in (8, 16)


def test_readme_blocks_run_in_order(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = run_blocks("README.md", 3)
    assert namespace["search"].best_score_ > 0.75
    assert set(namespace["result"].table.index) == {"snaive", "ets", "arima", "gru"}


def test_readme_shows_every_link_s_target():
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def public_objects():
    names = "classification comparison datasets forecasting inspection nn preprocessing regression"
    names = ["skrnn", *(f"skrnn.{name}" for name in names.split())]
    for module in map(importlib.import_module, names):
        for name in module.__all__:
            if callable(getattr(module, name)):
                yield pytest.param(getattr(module, name), id=f"{module.__name__}.{name}")


@pytest.mark.parametrize("thing", list(public_objects()))
def test_every_parameter_is_documented(thing):
    doc = inspect.getdoc(thing)
    for name in inspect.signature(thing).parameters:
        assert re.search(rf"^(\w+, )*{name}(, \w+)* : ", doc, re.MULTILINE), name
    if inspect.isclass(thing):
        for name, method in inspect.getmembers(thing, inspect.isfunction):
            if not name.startswith("_") and method.__module__.startswith("skrnn"):
                assert inspect.getdoc(method), name


def test_documented_defaults_are_the_real_ones():
    for name in skrnn.__all__:
        cls = getattr(skrnn, name)
        if not inspect.isclass(cls):
            continue
        for parameter in inspect.signature(cls).parameters.values():
            shown = re.search(rf"^{parameter.name} : .*default=(.*)$", cls.__doc__, re.MULTILINE)
            assert shown is not None, (name, parameter.name)
            assert shown[1].strip('"') == str(parameter.default), (name, parameter.name)


def test_documented_attributes_are_those_that_fit_sets(make, data):
    fitted = make().fit(*data)
    _, _, section = fitted.__doc__.partition("\nAttributes\n----------\n")
    documented = set(re.findall(r"^(\w+) : ", section.partition("\n\n")[0], re.MULTILINE))
    assert documented - {"feature_names_in_"} == {name for name in vars(fitted) if name[-1] == "_"}


MODULES = [
    module.name
    for module in pkgutil.walk_packages(skrnn.__path__, "skrnn.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_modules_say_what_they_are_and_their_examples_run(name):
    module = importlib.import_module(name)
    assert module.__doc__
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def make_environment(folder, checks):
    """What `make` has Python do in a folder where `.venv` has no pip; `checks` is its version's."""
    for name in ["pyproject.toml", "setup.py", "constraints.txt", "skrnn/nn/recurrent_kernels.h"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "skrnn/nn/kernels.cpp").touch()
    (folder / ".venv" / "bin").mkdir(parents=True)
    scripts = {
        ".venv/bin/python": "exit 1",
        "python": f'echo "$1 $2" >> calls\n[ $1 = -m ] || {checks}',
    }
    for name, lines in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{lines}\n")
        (folder / name).chmod(0o755)
    shutil.copy(ROOT / "Makefile", folder)
    command = ["make", ".venv/installed", "PYTHON=./python"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return [line for line in (folder / "calls").read_text().splitlines() if line.startswith("-m")]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(("checks", "calls"), [("true", ["-m venv"]), ("false", [])])
def test_make_completes_an_environment_without_pip(tmp_path, checks, calls):
    assert make_environment(tmp_path, checks) == calls  # none of a Python that is too old


def test_no_absolute_path_in_any_file():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not listed:
        pytest.skip("no git checkout")
    pattern = re.compile(r"(?<![\w.])/(home|root|work|Users|opt|tmp)/\w")
    for name in listed:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".cpp", ".yaml", ""} and path.is_file():
            assert not pattern.search(path.read_text()), name

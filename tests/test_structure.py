"""The layers of the package: imports go downward only, and heavy packages load lazily."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import skrnn

ROOT = Path(skrnn.__file__).parent

# From the top down. A module may import from the layers below its own, and within its own layer
# only from its own package. A package stands for all of its modules unless a deeper entry exists.
LAYERS = [
    ["cli"],
    ["comparison", "inspection"],
    ["forecasting", "classification", "regression"],
    ["_panel_docstrings"],
    ["_panel_estimators"],
    ["datasets", "_info", "_tables"],
    ["_classifier", "_regressor", "_tagger", "_sequence_regressor"],
    ["_pooled", "_stepwise", "_labels", "_scaled_targets"],
    ["_base"],
    ["_design", "_split", "_observing", "_step_targets"],
    ["_network_input"],
    ["preprocessing"],
    ["_reading"],
    ["_side_by_side"],
    ["_training", "_interrupt", "_docstrings", "_parameters", "_inner_parameters"],
    ["_batches", "_device"],
    ["nn.networks"],
    ["nn.architecture"],
    ["nn.decay", "nn.dropout", "nn.convolution"],
    ["nn.layers", "nn.segments", "nn.pooling", "nn.losses"],
    ["nn.kernels"],
    ["nn.products"],
    ["nn.instruction_sets", "nn.threads"],
    ["nn._kernels"],
    ["nn.cells"],
    ["synthetic"],
    ["_channels", "_differences"],
    ["_observed"],
    ["_frames", "_times"],
    ["_sequences"],
    ["_optional", "_version"],
]
ONLY_USERS = {
    "sktime": {"forecasting", "classification", "regression", "comparison", "_frames"},
    "skorch": {"_training"},
    "sklearn.utils._param_validation": {"_parameters"},
    "matplotlib": {"comparison"},
}


def module_name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py"}


def unit(name):
    """The entry of LAYERS that a module belongs to, and its level from the top."""
    for level, names in enumerate(LAYERS):
        for entry in names:
            if name == entry or name.startswith(entry + "."):
                return entry, level
    return None


def imports(name):
    """Full names of all that a module imports, wherever in the file."""
    path = MODULES[name]
    package = ["skrnn", *name.split(".")]
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def own_module(imported):
    """The module of skrnn that an imported name lies in, or None."""
    parts = imported.split(".")
    if parts[0] != "skrnn":
        return None
    for end in range(len(parts), 1, -1):
        name = ".".join(parts[1:end])
        if name in MODULES:
            return name
    raise AssertionError(f"{imported} is no module of skrnn")


def upward_imports(name):
    if name == "nn":  # gathers the modules below it
        return []
    entry, level = unit(name)
    bad = []
    for imported in imports(name):
        target = own_module(imported)
        if target is None or target == "nn":
            continue
        target_entry, target_level = unit(target)
        if target_level < level or (target_level == level and target_entry != entry):
            bad.append(imported)
    return bad


def test_every_module_has_a_layer():
    assert [name for name in MODULES if name != "nn" and unit(name) is None] == []


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_go_downward(name):
    assert upward_imports(name) == []


def test_an_upward_import_would_be_found(monkeypatch, tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from ..._base import BaseRecurrent\n")
    monkeypatch.setitem(MODULES, "nn.cells.wrong", wrong)
    assert upward_imports("nn.cells.wrong") == ["skrnn._base.BaseRecurrent"]


@pytest.mark.parametrize("library", ONLY_USERS)
def test_only_users_of_a_library(library):
    users = {
        name.split(".")[0]
        for name in MODULES
        for imported in imports(name)
        if imported == library or imported.startswith(library + ".")
    }
    assert users <= ONLY_USERS[library]


@pytest.mark.parametrize("library", ["sktime", "matplotlib", "statsforecast"])
def test_import_is_light(library):
    code = f"import sys, skrnn; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

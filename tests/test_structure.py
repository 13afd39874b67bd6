"""The layers of the package: imports go downward only, and heavy packages load lazily."""

import ast
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import skrnn

ROOT = Path(skrnn.__file__).parent

# From the top down. A module may import from the layers below its own, and within its own layer
# only from its own package. A package stands for all of its modules unless a deeper entry exists.
LAYERS = [
    ["__main__"],
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
    ["_training", "_interrupt", "_all_or_nothing"],
    ["_docstrings", "_parameters", "_inner_parameters"],
    ["_plan", "_batches", "_device"],
    ["nn.networks"],
    ["nn.architecture"],
    ["nn.decay", "nn.dropout", "nn.convolution"],
    ["nn.layers", "nn.segments", "nn.pooling", "nn.losses"],
    ["nn.kernels"],
    ["nn.products", "nn.kernel_arguments"],
    ["nn.instruction_sets", "nn.threads"],
    ["nn._kernels"],
    ["nn.cells"],
    ["synthetic"],
    ["_channels", "_differences"],
    ["_observed"],
    ["_dates"],
    ["_frames", "_times"],
    ["_sequences"],
    ["_optional", "_version"],
]
ONLY_USERS = {
    "sktime": {"forecasting", "classification", "regression", "comparison"},
    "skorch": {"_training"},
    "sklearn.utils._param_validation": {"_parameters"},
    "matplotlib": {"comparison"},
}
# Private names of other packages, with the modules that use them and the parameters that are passed
# or overridden. The list in docs/architecture.md has the same.
PRIVATE = {
    "sklearn.base.BaseEstimator._validate_params": (
        "_base preprocessing._transformer preprocessing._sliding_window"
    ),
    "sklearn.utils._param_validation.Interval(closed)": "_parameters",
    "sklearn.utils._param_validation.StrOptions": "_parameters",
    "sklearn.utils._param_validation.validate_parameter_constraints(caller_name)": "_parameters",
    "sklearn.utils.validation._check_feature_names(reset)": "_reading",
    "sklearn.utils.validation._check_sample_weight(dtype, ensure_non_negative)": "_reading",
    "sklearn.utils.validation._check_y(multi_output, estimator)": "_reading",
    "sklearn.utils._set_output._wrap_data_with_container": "preprocessing._transformer",
    "sklearn.utils._safe_indexing": "comparison._estimators comparison._peak_memory",
    "sklearn.base.BaseEstimator.__repr__(N_CHAR_MAX)": "comparison._reproduce",
    "sktime.base.BaseObject.__repr__(n_char_max)": "comparison._reproduce",
    "joblib.externals.loky.ProcessPoolExecutor": "comparison._peak_memory",
    "sktime.forecasting.base.BaseForecaster._config": "forecasting._forecasters",
    "sktime.forecasting.base.BaseForecaster._check_X_y(X, y)": "forecasting._forecasters",
    "sktime.forecasting.base.BaseForecaster._set_cutoff_from_y": "forecasting._forecasters",
    "sktime.forecasting.base.BaseForecaster._pretrain(y, X, fh)": "forecasting._forecasters",
    "sktime.forecasting.base.BaseForecaster._pretrain_update(y, X, fh)": "forecasting._forecasters",
    "sktime.forecasting.base.BaseForecaster._update_predict_single(y, fh, X, update_params)": (
        "forecasting._forecasters"
    ),
    "sktime.forecasting.base.BaseForecaster._predict_moving_cutoff(y, cv, X)": (
        "forecasting._forecasters"
    ),
    "skorch.NeuralNet._set_training": "_training",
    "skorch.NeuralNet._zero_grad_optimizer(set_to_none)": "_training",
    "skorch.NeuralNet.run_single_epoch(iterator, training, prefix, step_fn)": "_training",
    "skpro.distributions.Histogram._loc(rowidx, colidx)": "forecasting._histogram",
    "skpro.distributions.Histogram._ppf(p)": "forecasting._histogram",
    "skpro.distributions.Histogram._pdf": "forecasting._histogram",
    "skpro.distributions.Histogram._log_pdf(x)": "forecasting._histogram",
    "skpro.distributions.Histogram._var": "forecasting._histogram",
    "skpro.distributions.Histogram._energy_self": "forecasting._histogram",
    "skpro.distributions.Histogram._energy_x(x)": "forecasting._histogram",
    "torch._C._len_torch_dispatch_stack": "nn.instruction_sets",
    "torch.autograd.forward_ad._current_level": "nn.instruction_sets",
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


@pytest.mark.parametrize("entry", PRIVATE)
def test_private_names_of_other_packages_are_there(entry):
    name, _, parameters = entry.rstrip(")").partition("(")
    package = pytest.importorskip(name.partition(".")[0])
    users = PRIVATE[entry].split()
    found = f"{package.__name__} {package.__version__} has no {{}}; skrnn needs it in {users}"
    try:
        thing = pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        pytest.fail(found.format(name))
    for parameter in filter(None, parameters.split(", ")):
        known = inspect.signature(thing).parameters
        assert parameter in known, found.format(f"{name}({parameter})")
    last = name.rpartition(".")[2]
    assert [user for user in users if last not in MODULES[user].read_text()] == []
    assert last in (ROOT.parent / "docs" / "architecture.md").read_text()


@pytest.mark.parametrize("library", ["sktime", "matplotlib", "statsforecast"])
def test_import_is_light(library):
    code = f"import sys, skrnn; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

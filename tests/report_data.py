"""Results of comparisons, made up but shaped as `compare` returns them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from skrnn.comparison._significance import BOTH, DIEBOLD_MARIANO

N_HISTORY, HORIZON, N_FOLDS = 72, 12, 4
# name: (typical error relative to snaive, seconds to fit, has intervals, parameters)
MODELS = {
    "gru": (0.56, 1.44, True, 3969),
    "ets": (0.60, 0.21, True, 17),
    "lstm": (0.61, 1.93, True, 5121),
    "arima": (0.64, 2.75, True, None),
    "theta": (0.66, 0.14, True, None),
    "sarima": (0.66, 14.2, True, None),
    "prophet": (0.72, 0.84, True, None),
    "lightgbm": (0.75, 0.35, False, None),
    "xgboost": (0.77, 0.41, False, None),
    "rnn": (0.78, 0.98, True, 1601),
    "stl": (0.81, 0.035, False, None),
    "snaive": (1.0, 0.0031, True, 0),
    "drift": (1.71, 0.0029, True, 0),
    "naive": (1.76, 0.0028, True, 0),
}
NETWORKS = ("rnn", "lstm", "gru")


def make_comparison(n_series=1, models=tuple(MODELS), failed=(), rename=None, seed=0):
    """A result on monthly series with trend and season; `rename` maps models and series."""
    rng = np.random.default_rng(seed)
    rename = rename or {}
    names = ["airline"] if n_series == 1 else [f"north/store {i}" for i in range(n_series)]
    months = pd.period_range("2015-01", periods=N_HISTORY + N_FOLDS * HORIZON, freq="M")
    truths = {rename.get(name, name): make_series(months, rng) for name in names}
    forecasts = make_forecasts(truths, [m for m in models if m not in failed], rename, rng)
    scores = make_scores(forecasts)
    table = make_table(scores, models, failed, rename)
    return SimpleNamespace(
        table=table,
        scores=scores,
        forecasts=forecasts,
        significance=make_significance(table, scores, n_series, rename),
        verdict="Use gru: its MASE is 7 % lower than that of ets, but the difference is within "
        "chance (p = 0.31), and ets needs 0.21 s instead of 1.4 s.",
        y=make_data(truths),
        settings={
            "fh": list(range(1, HORIZON + 1)),
            "sp": 12,
            "n_folds": N_FOLDS,
            "window": "expanding",
            "metrics": ["MASE", "RMSSE", "sMAPE", "quantile_loss", "coverage_80"],
            "random_state": 0,
            "models": list(table.index),
            "networks": [rename.get(name, name) for name in NETWORKS],
            "left_out": {},
            "encoded": [],
            "interpolated": [],
            "columns": [],
            "without_columns": [],
            "interrupted": False,
            "versions": {"skrnn": "0.1.0", "sktime": "1.2.0", "torch": "2.13.0"},
            "code": 'compare(load_series("airline"), fh=12, sp=12, n_folds=4)',
        },
    )


def make_series(months, rng):
    steps = np.arange(len(months))
    level = rng.uniform(80, 300)
    season = 1 + 0.2 * np.sin(2 * np.pi * (steps + rng.integers(12)) / 12)
    values = (level + rng.uniform(0.2, 2) * steps) * season
    return pd.Series(values * rng.normal(1, 0.03, len(steps)), index=months)


def make_data(truths):
    if len(truths) == 1:
        [(name, series)] = truths.items()
        return series.rename(name)
    parts = {tuple(name.rpartition("/")[::2]): series for name, series in truths.items()}
    return pd.concat(parts, names=["region", "store", "month"]).to_frame("units").sort_index()


def make_forecasts(truths, models, rename, rng):
    parts = []
    shocks = {name: rng.normal(0, 1, len(series) - N_HISTORY) for name, series in truths.items()}
    for model in models:
        size, _, has_intervals, _ = MODELS[model]
        for name, series in truths.items():
            test = series.iloc[N_HISTORY:]
            spread = 0.1 * size * series.mean()
            shock = 0.8 * shocks[name] + 0.6 * rng.normal(0, 1, len(test))
            forecast = test + spread * (shock - 0.3)
            width = 1.28 * spread * np.tile(1 + np.arange(HORIZON) / 12, N_FOLDS)
            part = pd.DataFrame(
                {
                    "model": rename.get(model, model),
                    "series": name,
                    "fold": np.arange(len(test)) // HORIZON,
                    "time": test.index,
                    "forecast": forecast.to_numpy(),
                    "lower_80": forecast.to_numpy() - width,
                    "upper_80": forecast.to_numpy() + width,
                    "lower_95": forecast.to_numpy() - 1.5 * width,
                    "upper_95": forecast.to_numpy() + 1.5 * width,
                    "truth": test.to_numpy(),
                }
            )
            if not has_intervals:
                part.loc[:, "lower_80":"upper_95"] = np.nan
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def make_scores(forecasts):
    miss = (forecasts["forecast"] - forecasts["truth"]).abs()
    inside = forecasts["truth"].between(forecasts["lower_80"], forecasts["upper_80"])
    detail = forecasts[["model", "series", "fold"]].assign(
        MASE=miss / 25,
        RMSSE=miss / 28,
        sMAPE=100 * miss / forecasts["truth"],
        quantile_loss=miss.where(forecasts["lower_80"].notna()) / 3,
        coverage_80=inside.astype(float).where(forecasts["lower_80"].notna()),
    )
    return detail.groupby(["model", "series", "fold"], sort=False).mean().reset_index()


def make_table(scores, models, failed, rename):
    metrics = ["MASE", "RMSSE", "sMAPE", "quantile_loss", "coverage_80"]
    groups = scores.groupby("model", sort=False)[metrics]
    means, errors = groups.mean(), groups.sem().add_suffix("_se")
    pairs = [column for name in metrics for column in (name, f"{name}_se")]
    table = pd.concat([means, errors], axis=1)[pairs]
    table = table.reindex([rename.get(name, name) for name in models]).sort_values("MASE")
    original = {rename.get(name, name): name for name in models}
    classical = [name for name in table.index if original[name] not in NETWORKS]
    table["relative"] = table["MASE"] / table.loc[classical, "MASE"].min()
    table["rank"] = table["MASE"].rank()
    known = [MODELS[original[name]] for name in table.index]
    table["fit_seconds"] = [entry[1] for entry in known]
    table["predict_seconds"] = [0.003 + entry[1] / 50 for entry in known]
    table["n_parameters"] = pd.array([entry[3] for entry in known], dtype="Int64")
    table["error"] = ""
    lost = [rename.get(name, name) for name in failed]
    table.loc[lost, table.columns != "error"] = pd.NA
    table.loc[lost, "error"] = "ValueError: Series too short for two seasons | need 24, got 20"
    return table.rename_axis("model")


def make_significance(table, scores, n_series, rename):
    models = table.index[table["error"] == ""]
    networks = [rename.get(name, name) for name in NETWORKS]
    reference = next(name for name in models if name not in networks)
    others = [name for name in models if name != reference]
    difference = table.loc[others, "MASE"] - table.loc[reference, "MASE"]
    pairs = pd.DataFrame(
        {
            "model": others,
            "difference": difference.to_numpy(),
            "statistic": difference.to_numpy() * 8,
            "p_value": np.exp(-5 * difference.abs().to_numpy()) * 0.4,
            "p_adjusted": np.exp(-4 * difference.abs().to_numpy()) * 0.9,
        }
    )
    many = n_series >= 10
    by_series = scores.pivot_table("MASE", "series", "model")
    return SimpleNamespace(
        test=BOTH if many else DIEBOLD_MARIANO,
        reference=reference,
        pairs=pairs,
        friedman_p=2.3e-7 if many else None,
        mean_ranks=by_series.rank(axis=1).mean().sort_values() if many else None,
        critical_difference=19.8 / np.sqrt(n_series) if many else None,
    )

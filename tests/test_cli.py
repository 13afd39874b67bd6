"""The command line."""

import re
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skrnn import cli
from skrnn.datasets import load_series

SCRIPT = Path(sys.executable).parent / "skrnn"


@pytest.fixture
def run(capsys):
    """Run a command: its exit status, what it printed, and what it said beside."""

    def run(command, *more):
        status = cli.main([*command.split(), *map(str, more)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def sales(tmp_path):
    """Monthly sales of two stores, shuffled, with a price and a promotion."""
    months = pd.period_range("2020-01", periods=40, freq="M")
    parts = [
        pd.DataFrame(
            {
                "month": months,
                "store": store,
                "units": np.sin(np.arange(40.0) * i) + 5,
                "price": np.cos(np.arange(40.0)),
                "promo": ["yes", "no"] * 20,
            }
        )
        for i, store in enumerate("ab", start=1)
    ]
    path = tmp_path / "sales.csv"
    table = pd.concat(parts).sample(frac=1, random_state=0)
    table.to_csv(path, index=False)
    return path, table


DATA = "--target units --time month --id store --horizon 3"
ONE = "--target units --time month --horizon 3"


# skrnn compare


def test_compare_prints_and_writes_the_report(run, tmp_path):
    command = "compare --dataset nile --horizon 2 --folds 2 --models naive snaive --metrics RMSSE"
    status, out, err = run(command, "--out", tmp_path / "report")
    assert status == 0
    assert "RMSSE" in out and "MASE" not in out
    assert "Use " in out
    assert "seasonal period: 1, usual for the frequency (set another with --sp)" in err
    assert "naive" in err and "fold 2" in err  # the progress bar
    written = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert written == ["forecasts.csv", "forecasts.png", "report.html", "scores.csv", "table.csv"]
    assert all(name in out for name in written)
    table = pd.read_csv(tmp_path / "report" / "table.csv", index_col="model")
    assert set(table.index) == {"naive", "snaive"}
    assert "<html" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_compare_passes_its_options_on(run, sales, monkeypatch):
    import skrnn.comparison

    asked = {}

    def compare(y, X, **options):
        asked.update(options, y=y, X=X)
        raise ValueError("enough")

    monkeypatch.setattr(skrnn.comparison, "compare", compare)
    path, _ = sales
    options = "--folds 5 --window sliding --models all --jobs 2 --seed 3 --sp 4 --exog price promo"
    status, _, err = run(f"compare {path} {DATA} {options}")
    assert status == 1 and err.endswith("skrnn: enough\n")
    y, X = asked.pop("y"), asked.pop("X")
    assert y.index.names == ["store", "month"] and list(X.columns) == ["price", "promo"]
    assert asked == {
        "fh": 3,
        "sp": 4,
        "models": "all",
        "n_folds": 5,
        "window": "sliding",
        "n_jobs": 2,
        "random_state": 3,
    }


def test_compare_on_a_panel(run, sales):
    path, _ = sales
    status, out, err = run(f"compare {path} {DATA} --folds 2 --models naive snaive")
    assert status == 0
    assert "snaive" in out
    assert "seasonal period: 12" in err and "rows are sorted by 'month'" in err


def test_compare_interpolates_gaps_and_says_so(run, sales):
    path, table = sales
    table[table["month"] != table["month"].min() + 3].to_csv(path, index=False)
    status, out, err = run(f"compare {path} {DATA} --folds 2 --models snaive ets")
    assert status == 0
    assert re.search(r"'month' leaves out 2020-04, between rows \d+ and \d+ of series 'a'", err)
    assert "models that cannot take missing values get interpolated ones" in err
    assert "ets" in out and "failed" not in out


def test_compare_says_that_exogenous_columns_are_known_ahead(run, sales):
    path, _ = sales
    command = f"compare {path} {DATA} --folds 2 --models naive arima --sp 1"
    status, _, err = run(f"{command} --exog price")
    assert status == 0
    assert "true values of ['price'] over the horizon, as if they were known" in err
    assert "models that cannot use columns run without them" in err
    assert "as if" not in run(command)[2]


def test_help_of_compare_says_that_exogenous_columns_are_known_ahead(capsys):
    with pytest.raises(SystemExit):
        cli.main(["compare", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "true values of the --exog columns over the horizon, as if they were known" in text


def test_compare_looks_at_the_folder_before_it_works(run, tmp_path):
    (tmp_path / "report").touch()
    status, out, err = run("compare --dataset nile --horizon 2 --out", tmp_path / "report")
    assert status == 1 and out == "" and "report" in err


# Seasonal periods


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (pd.period_range("2020-01", periods=40, freq="M"), "12, usual for the frequency"),
        (pd.period_range("2020-01", periods=30, freq="M"), "1, as .* no two seasons of 12"),
        (pd.period_range("2020-01-01", periods=40, freq="W"), "1, as .* no two seasons of 52"),
        (pd.date_range("2020-01-01", periods=40, freq="B"), "5, usual for the frequency"),
        (pd.date_range("1980-12-31", periods=40, freq="YS"), "1, usual for the frequency"),
        (pd.period_range("2020-01-01", periods=40, freq="min"), "6, found in the data"),
        (range(40), "6, found in the data"),
        (pd.period_range("2020-01-01", periods=40, freq="20min"), "6, found in the data"),
    ],
)
def test_seasonal_period_is_guessed_and_said(run, tmp_path, times, said):
    path = tmp_path / "table.csv"
    values = np.arange(len(times)) % 6 + np.random.default_rng(0).normal(size=len(times)) / 9
    pd.DataFrame({"t": times, "y": values}).to_csv(path, index=False)
    command = "--target y --time t --horizon 2 --folds 4 --models naive"
    status, _, err = run(f"compare {path} {command}")
    assert status == 0
    assert re.search(f"seasonal period: {said}", err)


@pytest.mark.parametrize(
    ("n_young", "said"),
    [
        (1, "12, usual for the frequency; 1 of 3 series too short to show it twice"),
        (2, "1, as most of the 3 series have no two seasons of 12 to learn from"),
    ],
)
def test_season_is_that_of_most_series_of_a_panel(run, tmp_path, n_young, said):
    months = pd.period_range("2020-01", periods=40, freq="M")
    lengths = [20] * n_young + [40] * (3 - n_young)
    parts = {i: pd.DataFrame({"y": np.arange(n)}, months[-n:]) for i, n in enumerate(lengths)}
    pd.concat(parts, names=["id", "t"]).to_csv(tmp_path / "table.csv")
    out = tmp_path / "report"
    command = f"{tmp_path / 'table.csv'} --target y --time t --id id --horizon 1 --models naive"
    status, _, err = run(f"compare {command} --folds 2 --out {out}")
    assert status == 0
    assert f"seasonal period: {said} (set" in err
    assert said in (out / "report.html").read_text(encoding="utf-8")


# skrnn forecast


def test_forecast_is_that_of_the_model(run, tmp_path):
    path = tmp_path / "new" / "forecast.csv"
    status, out, _ = run("forecast --dataset airline --horizon 3 --model snaive --out", path)
    assert (status, out) == (0, f"forecast: {path}\n")
    table = pd.read_csv(path)
    bounds = ["lower_80", "upper_80", "lower_95", "upper_95"]
    assert list(table.columns) == ["period", "forecast", *bounds]
    assert table["period"].tolist() == ["1961-01", "1961-02", "1961-03"]
    assert table["forecast"].tolist() == load_series("airline")[-12:-9].tolist()
    order = table[["lower_95", "lower_80", "forecast", "upper_80", "upper_95"]]
    assert (order.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)


def test_forecast_looks_at_the_file_before_it_works(run, tmp_path, monkeypatch):
    from sktime.forecasting.naive import NaiveForecaster

    monkeypatch.setattr(NaiveForecaster, "fit", lambda *args, **kwargs: pytest.fail("fitted"))
    status, out, err = run("forecast --dataset nile --horizon 2 --model naive --out", tmp_path)
    assert status == 1 and out == ""
    assert re.search(f"--out expects a CSV file.* {tmp_path} is a folder.*forecast.csv", err)


@pytest.mark.parametrize("role", ["data", "future"])
def test_forecast_does_not_overwrite_what_it_reads(run, sales, tmp_path, role):
    path, table = sales
    files = {"data": path, "future": tmp_path / "future.csv"}
    table.assign(month=table["month"] + len(table) // 2).to_csv(files["future"], index=False)
    before = files[role].read_text()
    command = f"forecast {path} {DATA} --exog price --future {files['future']} --sp 1 --model arima"
    status, _, err = run(command, "--out", tmp_path / "." / files[role].name)
    assert status == 1 and files[role].read_text() == before
    assert re.search(f"--out would overwrite .*{files[role].name}", err)


@pytest.mark.parametrize("name", ["table.csv", "scores.csv", "forecasts.csv"])
def test_compare_does_not_overwrite_what_it_reads(run, sales, tmp_path, name):
    path = sales[0].rename(tmp_path / name)
    before = path.read_text()
    status, out, err = run(f"compare {path} {DATA} --models naive --out {tmp_path}")
    assert status == 1 and not out and path.read_text() == before
    assert re.search(f"--out would overwrite .*{name}", err)


def test_a_reader_that_leaves_early_is_no_error():
    command = [SCRIPT, "forecast", "--dataset", "nile", "--sp", "1", "--horizon", "5000"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*command, "--model", "naive"], **pipes) as process:
        process.stdout.readline()
        process.stdout.close()  # as head does
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_coverages_that_are_named_twice_count_once(run):
    command = "forecast --dataset nile --horizon 1 --model naive --coverage 0.5 0.9 0.5"
    status, out, _ = run(command)
    assert status == 0
    assert out.startswith("period,forecast,lower_50,upper_50,lower_90,upper_90\n")


def test_forecast_of_a_panel_from_parquet_equals_that_from_csv(run, sales, tmp_path):
    path, table = sales
    table.to_parquet(tmp_path / "sales.parquet")
    command = f"{DATA} --model ets --coverage 0.5"
    _, from_csv, _ = run(f"forecast {path} {command}")
    _, from_parquet, _ = run(f"forecast {tmp_path / 'sales.parquet'} {command}")
    lines = from_csv.splitlines()
    assert lines[0] == "store,month,forecast,lower_50,upper_50"
    assert [line[:9] for line in lines[1:]] == [f"{s},2023-0{m}" for s in "ab" for m in (5, 6, 7)]
    assert from_csv == from_parquet


@pytest.mark.parametrize(
    "times",
    [
        pd.date_range("2020-01-06", periods=16, freq="W-MON").strftime("%Y-%m-%d"),
        pd.date_range("2020-01-06", periods=16, freq="W-MON").strftime("%G-W%V"),
        pd.period_range("2020-01-06", periods=16, freq="W-MON").astype(str),
        pd.date_range("2020-01", periods=16, freq="MS").strftime("%d/%m/%Y"),
        pd.date_range("2020-01", periods=16, freq="ME").strftime("%Y-%m-%d"),
        pd.period_range("2020-01", periods=16, freq="M").astype(str),
        pd.period_range("2020-01", periods=16, freq="Q").strftime("%Y-Q%q"),
        pd.period_range("2020-01", periods=16, freq="Q").strftime("Q%q %Y"),
        pd.date_range("2020-01", periods=16, freq="MS").strftime("%b-%y"),
        pd.date_range("2020-01-01", periods=16, freq="B").strftime("%d.%m.%Y"),
        pd.date_range("2020-01-01", periods=16, freq="h").strftime("%Y-%m-%dT%H:%M"),
        range(2001, 2017),
    ],
    ids=lambda times: times[0],
)
def test_times_of_a_forecast_are_written_as_those_of_the_file(run, tmp_path, times):
    times = list(map(str, times))
    for ids in ([], ["id"]):
        table = pd.DataFrame({"t": times, "id": "a", "y": range(16)})
        table[:-2].to_csv(tmp_path / "table.csv")
        command = f"--target y --time t --horizon 2 --model naive {'--id id' if ids else ''}"
        status, out, _ = run(f"forecast {tmp_path / 'table.csv'} {command}")
        assert status == 0
        lines = [line.split(",") for line in out.splitlines()]
        assert [line[: len(ids) + 1] for line in lines] == [
            [*ids, "t"],
            *([*(["a"] if ids else []), time] for time in times[-2:]),
        ]


def test_network_takes_gaps_and_categories(run, sales):
    path, table = sales
    table[table["store"] == "a"].iloc[3:].to_csv(path, index=False)
    status, out, err = run(f"forecast {path} {ONE} --exog price promo")
    assert status == 0
    assert len(out.splitlines()) == 4
    assert "leaves out" in err
    assert "interpolated" not in err


def test_categories_are_encoded_for_models_that_take_none(run, sales, tmp_path):
    path, table = sales
    table.assign(units=table["units"] / 10 + 10 * (table["promo"] == "yes")).to_csv(path)
    future = tmp_path / "future.csv"
    rows = [f"{s},2023-0{m},{'yes' if m == 6 else 'no'}" for s in "ab" for m in (5, 6, 7)]
    future.write_text("\n".join(["store,month,promo", *rows]))
    command = f"{DATA} --exog promo --sp 1"
    status, out, err = run(f"forecast {path} {command} --model arima --future", future)
    assert status == 0
    assert "the model 'arima' takes no categories; ['promo'] are one-hot encoded" in err
    means = [float(line.split(",")[2]) for line in out.splitlines()[1:]]
    np.testing.assert_allclose(means, [0.5, 10.5, 0.5] * 2, atol=0.3)
    status, out, err = run(f"compare {path} {command} --models naive arima --folds 2")
    assert status == 0 and "failed" not in out
    assert "models that cannot take categories get ['promo'] one-hot encoded" in err


def test_gaps_are_interpolated_for_a_model_that_takes_none(run, sales):
    path, table = sales
    table = table[table["store"] == "a"].sort_values("month")
    table.assign(units=np.arange(40.0)).drop(table.index[5]).to_csv(path, index=False)
    status, out, err = run(f"forecast {path} {ONE} --model ets --sp 1")
    assert status == 0
    assert "Column 'month' leaves out 2020-06" in err
    assert "the model 'ets' takes no missing values; they are interpolated" in err
    assert "Warning" not in err
    means = [float(line.split(",")[1]) for line in out.splitlines()[1:]]
    np.testing.assert_allclose(means, [40, 41, 42], atol=0.1)


def test_forecast_with_known_future(run, sales, tmp_path):
    path, table = sales
    effect = table["price"] * 10
    table.assign(units=table["units"] / 10 + effect).to_csv(path, index=False)
    future = tmp_path / "future.csv"
    means = {}
    for price in (-1, 1):
        rows = [f"{s},2023-0{m},{price}" for s in "ab" for m in (5, 6, 7)]
        future.write_text("\n".join(["store,month,price", *rows]))
        command = f"{DATA} --model arima --exog price --sp 1 --future"
        status, out, _ = run(f"forecast {path} {command}", future)
        assert status == 0
        means[price] = np.mean([float(line.split(",")[2]) for line in out.splitlines()[1:]])
    assert means[1] - means[-1] == pytest.approx(20, abs=1)


def test_interrupted_forecast_is_not_written(run, monkeypatch, tmp_path):
    from skrnn.forecasting import GRUForecaster

    def fit(self, *args, **kwargs):
        warnings.warn("the model trained so far is kept", UserWarning)
        self.interrupted_ = True
        return self

    monkeypatch.setattr(GRUForecaster, "fit", fit)
    status, _, err = run("forecast --dataset nile --horizon 2 --out", tmp_path / "x.csv")
    assert status == 130
    assert "interrupted, nothing was finished" in err and "kept" not in err
    assert not (tmp_path / "x.csv").exists()


# Errors


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("compare --horizon 2", "Name either a file, before all options, or a bundled series"),
        ("compare x.csv --dataset nile --horizon 2", "not both"),
        ("compare x.csv --horizon 2", "A file needs --target"),
        ("compare x.csv --target a --time b --horizon 2", "No such file.*x.csv"),
        ("compare --dataset nothing --horizon 2", "no bundled series"),
        ("compare --dataset nile --id a --exog b --horizon 2", "leave out --id, --exog"),
        ("compare --dataset nile --horizon 2 --models prophecy", "Unknown models"),
        ("compare --dataset nile --horizon 40", "too few|too short"),
        ("forecast --dataset nile --horizon 2 --model prophecy", "Unknown models"),
        ("forecast --dataset nile --horizon 2 --future x.csv", "--future needs --exog"),
        (f"forecast SALES {DATA} --model arima --exog price", "over the horizon.*--future"),
        (
            f"forecast SALES {DATA} --exog price --future SALES",
            r"\['price'\] is missing at 2023-05",
        ),
        (f"forecast SALES {ONE}", "'month' has 2020-01 more than once, in rows .*--id"),
    ],
)
def test_errors_are_explained(run, sales, command, message):
    status, out, err = run(command.replace("SALES", str(sales[0])))
    assert status == 1 and out == ""
    assert err.splitlines()[-1].startswith("skrnn: ")
    assert re.search(message, err)


def test_a_broken_archive_is_explained(run, tmp_path):
    path = tmp_path / "sales.zip"
    path.write_text("month,units")
    status, _, err = run(f"forecast {path} {ONE}")
    assert status == 1
    assert re.search("skrnn: .*sales.zip cannot be read: ", err)


def test_a_failing_model_is_named(run, monkeypatch):
    from sktime.forecasting.naive import NaiveForecaster

    def fit(self, *args, **kwargs):
        raise RuntimeError("out of order")

    monkeypatch.setattr(NaiveForecaster, "fit", fit)
    status, _, err = run("forecast --dataset nile --horizon 2 --model naive")
    assert status == 1
    assert "The model 'naive' failed: out of order" in err


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("", "required: command"),
        ("compare", "required: --horizon"),
        ("compare --dataset nile --horizon 0", "at least 1, not '0'"),
        ("compare --dataset nile --horizon 2 --fold 2 --x", "unrecognized arguments: --x\n"),
        ("compare x.csv --target a b --horizon 2", "arguments: b. .* one column each; .*melt"),
        ("compare --horizon two", "--horizon: expected a whole number of at least 1, not 'two'"),
        ("compare --horizon 2 --sp 1.5", "--sp: expected a whole number of at least 1, not '1.5'"),
        ("compare --horizon 2 --seed -1", "--seed: expected a whole number of at least 0, not"),
        ("compare --horizon 2 --jobs 0", "--jobs: expected .* or -1 for one on each core, not '0'"),
        ("compare --horizon 2 --jobs all", "--jobs: expected a whole number of models at a time"),
        ("compare --dataset nile --horizon 2 --window moving", "expanding.*sliding"),
        ("forecast --dataset nile --horizon 2 --coverage 80", "share between 0 and 1, not '80'"),
        ("forecast --horizon 2 --coverage abc", "--coverage: expected a share .*, not 'abc'"),
        ("forecast --horizon 2 --coverage nan", "--coverage: expected a share .*, not 'nan'"),
    ],
)
def test_wrong_options_are_status_2(command, message, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(command.split())
    assert stop.value.code == 2
    assert re.search(message, capsys.readouterr().err)


# Help and info


@pytest.mark.parametrize("command", ["", "compare", "forecast", "info"])
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([*command.split(), "--help"])
    assert stop.value.code == 0
    assert f"skrnn {command}".strip() + " " in capsys.readouterr().out.partition("\nexamples:\n")[2]


def test_examples_of_the_help_are_understood(capsys):
    parser = cli.make_parser()
    for command in ("compare", "forecast"):
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        text = capsys.readouterr().out.partition("\nexamples:\n")[2].replace("\\\n", " ")
        examples = re.findall(r"^ +skrnn (.*)$", text, flags=re.M)
        assert len(examples) == 3
        for example in examples:
            assert parser.parse_args(example.split()).horizon in (12, 24)


def test_info(run):
    status, out, _ = run("info")
    assert status == 0
    for entry in ("skrnn", "torch", "sktime", "device", "fused kernels"):
        assert entry in out


# As installed


@pytest.mark.parametrize("start", [[SCRIPT], [sys.executable, "-m", "skrnn"]], ids=["script", "-m"])
def test_script_and_module(tmp_path, start):
    command = [*start, "forecast", "--dataset", "nile", "--horizon", "1", "--model", "naive"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[0].startswith("period,forecast,lower_80")
    assert list(tmp_path.iterdir()) == []


def _heed_interrupts():
    """A shell's background jobs, and what they start, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.slow
def test_interrupt_keeps_what_is_done(tmp_path):
    """A real Ctrl-C in the second fold leaves the table and the report of the first."""
    command = f"{SCRIPT} compare --dataset airline --horizon 2 --folds 30 --models naive gru"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(
        [*command.split(), "--out", tmp_path], preexec_fn=_heed_interrupts, **pipes
    )
    said = ""
    while "gru, fold 2 " not in said:
        said += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Use " in out and "report.html" in out
    assert err.splitlines()[-1] == "skrnn: interrupted; the table holds what was finished"
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert scores["fold"].nunique() in (1, 2)  # the signal may come between two folds
    assert set(scores["model"]) == {"naive", "gru"}

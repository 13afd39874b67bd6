"""Pictures and pages of a comparison."""

import re
from html.parser import HTMLParser

import matplotlib
import numpy as np
import pandas as pd
import pytest

import skrnn._optional as optional
from skrnn.comparison import compare
from skrnn.comparison.reporting import (
    plot_cost,
    plot_forecasts,
    plot_ranks,
    report_html,
    report_markdown,
    short_html,
)
from skrnn.comparison.reporting._cost import pareto_front
from skrnn.comparison.reporting._forecasts import choose_series
from skrnn.comparison.reporting._ranks import cliques
from skrnn.comparison.reporting._style import KINDS
from skrnn.comparison.reporting._table import number_format, print_seconds
from skrnn.datasets import load_series

from .report_data import MODELS, make_comparison

SCRIPT = "<script>alert('&')</script>"
FOUR = ("gru", "ets", "snaive", "naive")
PLOTS = {"forecasts": plot_forecasts, "ranks": plot_ranks, "cost": plot_cost}


@pytest.fixture(scope="module")
def single():
    return make_comparison(failed=("prophet",))


@pytest.fixture(scope="module")
def panel():
    return make_comparison(n_series=12, failed=("prophet",))


@pytest.fixture(scope="module")
def page(single):
    return report_html(single)


def texts_of(figure):
    """All words in a figure with their boxes, in pixels."""
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(matplotlib.text.Text) if text.get_text().strip()]
    left_out = out_of_view(figure)
    drawn = [text for text in texts if text.get_visible() and text not in left_out]
    return {text: text.get_window_extent() for text in drawn}


def out_of_view(figure):
    """Labels of ticks beyond the ends of their axis, which are not drawn."""
    axis = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
    ticks = [(tick, sorted(a.get_view_interval())) for a in axis for tick in a.get_major_ticks()]
    return {tick.label1 for tick, (low, high) in ticks if not low <= tick.get_loc() <= high}


def words_of(figure):
    return [text.get_text() for text in texts_of(figure)]


# Pictures


@pytest.mark.parametrize("width", [9.0, 3.7])
@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
@pytest.mark.parametrize("result", ["single", "panel"])
def test_words_lie_inside_and_apart(request, result, plot, width):
    figure = plot(request.getfixturevalue(result), width=width)
    boxes = texts_of(figure)
    for text, box in boxes.items():
        assert box.x0 >= -1 and box.y0 >= -1, text
        assert box.x1 <= figure.bbox.width + 1 and box.y1 <= figure.bbox.height + 1, text
    boxes = list(boxes.items())
    for place, (text, box) in enumerate(boxes):
        clashes = [other for other, its in boxes[place + 1 :] if box.overlaps(its)]
        assert not clashes, (text, clashes)


def test_labels_part_even_models_that_agree(single):
    table = single.table.assign(fit_seconds=1.0, MASE=0.5)
    same = type(single)(**{**vars(single), "table": table})
    figure = plot_cost(same)
    names = [text for text in texts_of(figure) if text.get_text() in table.index]
    assert len(names) == len(MODELS) - 1
    boxes = [text.get_window_extent() for text in names]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_forecasts_show_history_truth_and_the_best(single):
    figure = plot_forecasts(single, best=2)
    labels = figure.axes[0].get_legend_handles_labels()[1]
    first, second = single.table.index[:2]
    assert labels == ["observed", "start of a fold", first, f"80% interval of {first}", second]
    observed = figure.axes[0].lines[0]
    assert observed.get_ydata()[-48:] == pytest.approx(single.y.to_numpy()[-48:])
    assert len(observed.get_ydata()) == 96
    drawn = np.concatenate([line.get_ydata() for line in figure.axes[0].lines[5:9]])
    assert drawn == pytest.approx(single.forecasts.query("model == @first")["forecast"])


def test_lines_differ_without_colour(single):
    legend = plot_forecasts(single, best=4).legends[0]
    lines = legend.get_lines()[2:]
    assert len({line.get_marker() for line in lines}) == 4
    assert len({str(line._dash_pattern) for line in lines}) == 4


def test_intervals_are_of_the_first_model_that_has_some():
    result = make_comparison(models=("stl", "xgboost", "ets"))
    order = result.table.reindex(["stl", "xgboost", "ets"])
    labels = words_of(plot_forecasts(type(result)(**{**vars(result), "table": order})))
    assert [label for label in labels if "interval" in label] == ["80% interval of ets"]
    without = make_comparison(models=("stl", "xgboost"))
    assert not any("interval" in label for label in words_of(plot_forecasts(without)))


def test_panel_shows_easiest_and_hardest_series(panel):
    best = panel.table.index[0]
    errors = panel.scores.query("model == @best").groupby("series")["MASE"].mean().sort_values()
    titles = [axes.get_title("left") for axes in plot_forecasts(panel).axes]
    assert len(titles) == 4
    assert titles[0] == f"{errors.index[0]}: MASE {errors.iloc[0]:.3f} of {best}"
    assert titles[-1] == f"{errors.index[-1]}: MASE {errors.iloc[-1]:.3f} of {best}"


def test_series_without_an_error_are_chosen_last():
    errors = {"a": 3, "b": np.nan, "c": 1, "d": 2, "e": np.nan, "f": 4, "g": 5}
    scores = pd.DataFrame({"model": "ets", "series": list(errors), "MASE": list(errors.values())})
    assert list(choose_series(scores, "ets", "MASE").index) == ["c", "d", "f", "g"]
    assert list(choose_series(scores[:3], "ets", "MASE").index) == ["c", "a", "b"]


def test_history_is_that_of_the_series(panel):
    figure = plot_forecasts(panel)
    for axes in figure.axes:
        name = axes.get_title("left").partition(":")[0]
        values = panel.y.loc[tuple(name.split("/")), "units"].to_numpy()
        assert axes.lines[0].get_ydata() == pytest.approx(values[-96:])


@pytest.mark.parametrize("best", [0, -1])
def test_best_must_be_positive(single, best):
    with pytest.raises(ValueError, match=f"best={best}: expected the number of models"):
        plot_forecasts(single, best=best)


@pytest.mark.parametrize(
    ("ranks", "difference", "expected"),
    [
        ([1, 2, 3, 4], 0.5, []),
        ([1, 2, 3, 4], 1.0, []),  # exactly the critical difference is a difference
        ([1, 2, 3, 4], 1.5, [(1, 2), (2, 3), (3, 4)]),
        ([1, 2, 3, 4], 9, [(1, 4)]),
        ([1.2, 1.9, 2.0, 3.9], 1, [(1.2, 2.0)]),
        # Demsar 2006, figure 1 (a): four algorithms, critical difference 1.25
        ([2.000, 2.143, 2.893, 2.964], 1.25, [(2.000, 2.964)]),
    ],
)
def test_groups_that_do_not_differ(ranks, difference, expected):
    assert cliques(pd.Series(ranks), difference) == expected


def test_diagram_puts_models_at_their_mean_ranks(panel):
    figure = plot_ranks(panel)
    marks = [line for line in figure.axes[0].lines if line.get_marker() in ("o", "s")]
    ranks = panel.significance.mean_ranks
    drawn = {(round(line.get_xdata()[0], 6), line.get_color()) for line in marks}
    kinds = ["network" if name in ("rnn", "lstm", "gru") else "classical" for name in ranks.index]
    assert drawn == {(round(rank, 6), KINDS[kind][0]) for rank, kind in zip(ranks, kinds)}
    words = words_of(figure)
    assert all(any(name in word for word in words) for name in ranks.index)
    assert f"critical difference {panel.significance.critical_difference:.2f}" in words


def test_lines_of_the_diagram_do_not_cross(panel):
    """A line goes down to its row, then to the side: there it may meet no other way down."""
    lines = [line.get_xydata() for line in plot_ranks(panel).axes[0].lines]
    ways = [line for line in lines if len(line) == 3]
    assert len(ways) == 13
    for (rank, _), (_, row), (side, _) in ways:
        between = sorted((rank, side))
        deeper = [way[0, 0] for way in ways if way[1, 1] > row]
        assert not [other for other in deeper if between[0] < other < between[1]]


def test_one_series_has_errors_instead_of_ranks(single):
    figure = plot_ranks(single)
    [axes] = figure.axes
    done = single.table[single.table["error"] == ""]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(done.index)
    points = [container.lines[0].get_xdata()[0] for container in axes.containers]
    assert points == pytest.approx(done["MASE"].to_numpy())
    bars = [container.lines[2][0].get_segments()[0][:, 0] for container in axes.containers]
    assert np.ptp(bars, axis=1) / 2 == pytest.approx(done["MASE_se"].to_numpy())


def test_front_is_what_no_model_beats():
    costs = pd.DataFrame(
        [(1, 9), (2, 5), (2, 6), (3, 5), (4, 1), (5, 0.5), (9, 9), (1, 9)],
        columns=["seconds", "error"],
    )
    assert pareto_front(costs).tolist() == [True, True, False, False, True, True, False, True]


def test_pictures_keep_their_style_and_leave_yours(single):
    with matplotlib.rc_context({"text.color": "white", "figure.facecolor": "black"}):
        figure = plot_cost(single)
        assert matplotlib.rcParams["text.color"] == "white"
    assert figure.get_facecolor() == (1, 1, 1, 1)
    assert {text.get_color() for text in texts_of(figure)} == {"#1a1a1a"}


def test_kinds_of_time():
    """Whole numbers, time zones, and folds of one step, which are joined to a line."""
    y = pd.Series(np.random.default_rng(0).normal(size=30))
    zoned = y.set_axis(pd.date_range("2020", periods=30, freq="D", tz="Europe/Berlin"))
    for data in (y, zoned):
        result = compare(data, fh=1, n_folds=5, models=["naive"], verbose=0)
        lines = plot_forecasts(result).axes[0].lines
        assert len(lines[-1].get_xdata()) == 5


# A first metric that is not defined


@pytest.fixture(scope="module")
def unranked():
    """Two models on a series that repeats its season exactly, so that it has no MASE."""
    y = pd.Series(np.tile([0.0, 0, 5, 0], 20), name="tiles")
    return compare(y, fh=4, sp=4, models=["naive", "snaive"], n_folds=2, verbose=0)


@pytest.mark.parametrize("width", [9.0, 3.7])
@pytest.mark.parametrize("plot", [plot_ranks, plot_cost], ids=["ranks", "cost"])
def test_pictures_without_an_error_say_why(unranked, plot, width):
    figure = plot(unranked, width=width)
    assert words_of(figure) == [unranked.verdict]
    [box] = texts_of(figure).values()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.width
    assert box.y0 >= 0 and box.y1 <= figure.bbox.height


def test_a_page_without_errors_shows_the_forecasts_alone(unranked, tmp_path):
    page = unranked.to_html(tmp_path / "report.html").read_text(encoding="utf-8")
    Outline(page)
    headings = re.findall(r"<h2[^>]*>([^<]*)", page)
    assert headings == ["Forecasts", "Scores", "Settings", "Versions", "Code to reproduce"]
    assert unranked.verdict in page and "nan" not in re.sub("<path.*?>", "", page)
    assert "tiles: MASE not defined" in words_of(plot_forecasts(unranked))


def test_a_series_without_an_error_says_so_in_its_title():
    result = make_comparison(n_series=2)
    result.scores.loc[result.scores["series"] == "north/store 1", "MASE"] = np.nan
    titles = [axes.get_title("left") for axes in plot_forecasts(result).axes]
    assert titles[0].startswith("north/store 0: MASE 0.")
    assert titles[1] == "north/store 1: MASE not defined"


# Page


class Outline(HTMLParser):
    """Tags as they open and close; fails on one that is never closed, or ids given twice."""

    VOID = ("meta", "link", "br", "path", "use")

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.tags, self.links = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        assert tag in self.VOID or self.open.pop() == tag


def test_page_is_whole_and_refers_to_nothing_outside(page):
    outline = Outline(page)
    assert page.startswith("<!DOCTYPE html>\n<html lang=")
    assert len(outline.ids) == len(set(outline.ids))
    targets = [link for link in outline.links if not link.startswith("data:")]
    assert targets and all(link[0] == "#" and link[1:] in outline.ids for link in targets)
    assert set(re.findall(r"url\(#([^)]*)\)", page)) <= set(outline.ids)
    addresses = set(re.findall(r"https?://[^\"' ]*", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    pictures = [attrs for tag, attrs in outline.tags if tag == "svg"]
    assert len(pictures) == 6
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in pictures)


def test_page_tells_its_story_in_order(single, page):
    parts = [
        single.verdict,
        "Forecasts of the best models",
        "MASE of each model",
        "MASE against seconds",
        "Scores",
        "Significance",
        "1 to 12 steps ahead",
        "1.2.0</dd>",
        "compare(load_series(&#34;airline&#34;)",
    ]
    places = [page.find(part) for part in parts]
    assert places == sorted(places) and places[0] > 0


def test_same_result_gives_the_same_page(page):
    assert report_html(make_comparison(failed=("prophet",))) == page


def test_page_says_what_happened(panel):
    lost = {"prophet": "prophet is not installed"}
    settings = {**panel.settings, "left_out": lost, "n_folds": 5, "interrupted": True}
    page = report_html(type(panel)(**{**vars(panel), "settings": settings}))
    assert "failed: ValueError: Series too short" in page
    assert "prophet: prophet is not installed" in page
    assert "4 of 5 (interrupted), rolling origin, expanding window" in page
    assert "12 series with 1,440 observations from 2015-01 to 2024-12" in page
    assert "p &lt; 0.001" in page
    assert "How the models rank" in page


@pytest.mark.parametrize("n_series", [1, 10])
def test_odd_names(n_series):
    """Names of models and series are text, whatever they hold, and a page has room for them."""
    odd = [SCRIPT, "$a | \\foo$", "_private", "模型 {{ 1 }}", "x" * 200]
    rename = dict(zip(("gru", "ets", "snaive", "naive", "drift"), odd))
    rename |= {"airline": SCRIPT, "north/store 3": f"north/{SCRIPT}"}
    result = make_comparison(n_series, models=(*FOUR, "drift"), rename=rename)
    page = report_html(result)
    cells = {attrs.get("data-value") for _, attrs in Outline(page).tags}
    assert cells >= set(odd)
    for text in (page, short_html(result), report_markdown(result)):
        assert "<script>alert" not in text
    labels = words_of(plot_forecasts(result, best=3))
    assert {"$a | \\foo$", " _private"} <= set(labels)


def test_short_form_is_a_fragment(single):
    fragment = short_html(single)
    Outline(fragment)
    assert single.verdict in fragment
    assert "<script" not in fragment and "<html" not in fragment
    assert fragment.count("<tr") == 1 + len(single.table)
    assert "failed: ValueError" in fragment


def test_markdown_table(single):
    text = report_markdown(single)
    assert text.split("\n\n")[1] == f"**{single.verdict}**"
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(single.table)
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    best = single.table.iloc[0]
    assert f"| gru | **{best['MASE']:.3f}** ± {best['MASE_se']:.3f} |" in text
    assert r"- prophet failed: ValueError: Series too short for two seasons \| need 24" in text
    assert "- Seasonal period: 12" in text


@pytest.mark.parametrize(
    ("key", "values", "printed"),
    [
        ("MASE", [0.5617, 1.2], ["0.562", "1.200"]),
        ("sMAPE", [4.05, 14.123], ["4.05", "14.12"]),
        ("MAE", [1234.56, 8000], ["1235", "8000"]),
        ("MASE", [0, 1e-9], ["0.0000", "0.0000"]),
        ("MAE", [1.234e-9, 5.6e-9], ["1.23e-09", "5.6e-09"]),
        ("MSE", [3.25e-6, 0.000456], ["3.25e-06", "0.000456"]),
        ("MSE", [1.234e12, 5e24], ["1.23e+12", "5e+24"]),
        ("difference", [0, 0], ["0", "0"]),
        ("coverage_80", [0.796, 1], ["80%", "100%"]),
        ("rank", [1, 12], ["1", "12"]),
        ("n_parameters", [12345], ["12,345"]),
        ("fit_seconds", [0.0123, 1.436, 124.3], ["0.012", "1.44", "124"]),
    ],
)
def test_sensible_digits(key, values, printed):
    write = number_format(key, pd.Series(values, dtype=float))
    assert [write(value) for value in values] == printed


def test_short_times():
    assert [print_seconds(seconds) for seconds in (0, 1e-5, 0.001)] == ["< 0.001"] * 2 + ["0.001"]


@pytest.mark.parametrize("make", [*PLOTS.values(), report_html], ids=[*PLOTS, "page"])
def test_missing_matplotlib_is_named_with_its_extra(monkeypatch, single, make):
    def refuse(module):
        raise ModuleNotFoundError(module, name=module.partition(".")[0])

    monkeypatch.setattr(optional, "import_module", refuse)
    with pytest.raises(ImportError, match=r"matplotlib is not installed.*skrnn\[plot\]"):
        make(single)


def test_a_real_comparison(tmp_path):
    result = compare(
        load_series("airline"), fh=12, sp=12, models=["naive", "snaive"], n_folds=2, verbose=0
    )
    path = result.to_html(tmp_path / "new" / "report.html")
    page = path.read_text(encoding="utf-8")
    Outline(page)
    assert result.verdict in page
    assert "144 observations from 1949-01 to 1960-12" in page
    assert "| snaive |" in result.to_markdown()
    assert "snaive" in result._repr_html_()
    for figure in (result.plot(best=1), result.plot_ranks(), result.plot_cost()):
        assert figure.axes

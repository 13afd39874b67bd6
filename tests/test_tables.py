"""Series from files: what is read, and what is refused, with its column and rows."""

import os
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skrnn._tables import Columns, read_future, read_series
from skrnn._tables._times import read_times

MONTHS = [f"2020-{month:02}" for month in range(1, 13)]


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def rows(times, values=None, header="t,y", separator=","):
    values = range(len(times)) if values is None else values
    lines = [f"{time}{separator}{value}" for time, value in zip(times, values)]
    return "\n".join([header, *lines]) + "\n"


@pytest.fixture
def read(tmp_path):
    """Write a CSV file and read it."""

    def read(text, *, decimal=None, encoding="utf-8", **columns):
        path = write(tmp_path / "table.csv", text, encoding)
        return read_series(path, Columns(**{"target": "y", "time": "t", **columns}), decimal)

    return read


# Forms that mean the same


@pytest.mark.parametrize(
    "times",
    [
        MONTHS,
        [f"{month}-01" for month in MONTHS],
        [f"{month}-15" for month in MONTHS],
        list(pd.date_range("2020-01", periods=12, freq="ME").strftime("%Y-%m-%d")),
        [f"2020{month:02}" for month in range(1, 13)],
        [f"2020{month:02}01" for month in range(1, 13)],
        [f"{month:02}/2020" for month in range(1, 13)],
        [f"28.{month:02}.2020" for month in range(1, 13)],
        [f"{month}/28/2020" for month in range(1, 13)],
        list(pd.date_range("2020-01", periods=12, freq="MS").strftime("%b %Y")),
        list(pd.date_range("2020-01", periods=12, freq="MS").strftime("%Y %b")),
        list(pd.date_range("2020-01", periods=12, freq="MS").strftime("%b-%y")),
        list(pd.date_range("2020-01", periods=12, freq="MS").strftime("%d-%b-%y")),
        list(pd.date_range("2020-01", periods=12, freq="ME").strftime("%d/%m/%y")),
        list(pd.date_range("2020-01", periods=12, freq="MS").strftime("%d %B %Y")),
        [f"{month}-01T00:00:00Z" for month in MONTHS],
        [f"{day:%Y-%m-01/%Y-%m-%d}" for day in pd.date_range("2020-01", periods=12, freq="ME")],
    ],
    ids=lambda times: times[0],
)
def test_months(read, times):
    y = read(rows(times)).y
    expected = pd.Series(
        np.arange(12.0), index=pd.period_range("2020-01", periods=12, freq="M", name="t"), name="y"
    )
    pd.testing.assert_series_equal(y, expected)


@pytest.mark.parametrize(
    ("times", "first", "freq"),
    [
        (["2020Q1", "2020Q2", "2020Q3", "2020Q4"], "2020Q1", "Q-DEC"),
        (["2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4"], "2020Q1", "Q-DEC"),
        (["Q1 2020", "Q2 2020", "Q3 2020", "Q4 2020"], "2020Q1", "Q-DEC"),
        (["2020q1", "2020q2", "2020q3", "2020q4"], "2020Q1", "Q-DEC"),
        (["2019-12-31", "2020-12-31", "2021-12-31"], "2019", "Y-DEC"),
        (["2020-W09", "2020-W10", "2020-W11"], "2020-02-24", "W-SUN"),
        (["2020-02-24", "2020-03-02", "2020-03-09"], "2020-02-24", "W-SUN"),
        (["2020-02-24", "2020-03-09", "2020-03-16", "2020-03-23"], "2020-02-24", "W-SUN"),
        (["2020-03-01", "2020-03-08", "2020-03-15"], "2020-03-01", "W-SUN"),
        (["2020-02-29", "2020-03-07", "2020-03-14"], "2020-02-29", "W-SAT"),
        (["2020-02-25/2020-03-02", "2020-03-03/2020-03-09"], "2020-03-02", "W-MON"),
        (["2020-02-24/2020-03-01", "2020-03-02/2020-03-08"], "2020-03-01", "W-SUN"),
        (["2020-01-01 10:00", "2020-01-01 10:15", "2020-01-01 10:30"], "2020-01-01 10:00", "15min"),
        (["2020-01-01 10:07", "2020-01-01 11:07", "2020-01-01 12:07"], "2020-01-01 10:00", "h"),
        (["2020-01", "2020-03", "2020-05"], "2020-01", "2M"),
        (["2020-01-01", "2020-01-03", "2020-01-05"], "2020-01-01", "2D"),
    ],
)
def test_frequencies(read, times, first, freq):
    index = read(rows(times)).y.dropna().index
    expected = pd.period_range(first, index[-1], freq=freq)
    assert index.equals(expected[expected.isin(index)]) and len(index) == len(times)


@pytest.mark.parametrize("layout", ["%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y"])
@pytest.mark.parametrize("freq", ["D", "MS"])
def test_day_and_month_are_told_apart_by_even_spacing(read, layout, freq):
    times = pd.date_range("2020-01-01", periods=13, freq=freq)
    index = read(rows(times.strftime(layout))).y.index
    assert index.equals(times.to_period(freq[0]))


def test_years_of_two_digits_are_said():
    times = pd.Series(["Jan-68", "Feb-68", "Jan-69"], name="t")
    read = read_times(times)
    assert read.values.dt.year.tolist() == [2068, 2068, 1969]
    assert read.notes == ["years of two digits in column 't' are read as 1969 to 2068"]


def test_whole_numbers_and_business_days(read):
    assert read(rows(range(1949, 1961))).y.index.tolist() == list(range(1949, 1961))
    days = pd.date_range("2020-01-01", periods=20, freq="B")
    index = read(rows(days.strftime("%Y-%m-%d"))).y.index
    assert index.equals(days) and index.freqstr == "B"


def test_without_times_rows_are_numbered_within_each_series(read):
    data = read("s,y\nb,1\na,2\nb,3\na,4\na,5\n", time=None, ids=("s",))
    assert data.y.index.tolist() == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)]
    assert data.y["y"].tolist() == [2, 4, 5, 1, 3]
    assert "numbered in the order of the file" in data.notes[0]


def test_order_is_restored_and_said(read):
    data = read(rows(MONTHS[::-1]))
    assert data.y.tolist() == list(range(11, -1, -1))
    assert data.notes == ["the rows are sorted by 't'"]
    interleaved = "t,s,y\n2020-01,b,1\n2020-01,a,2\n2020-02,b,3\n2020-02,a,4\n"
    assert read(interleaved, ids=("s",)).notes == []


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found(read, separator):
    text = rows(MONTHS, header=f"t{separator}y", separator=separator)
    assert read(text).y.tolist() == list(range(12))


def test_single_column_with_decimal_commas(read):
    assert read("y\n1,5\n-2,25\n", time=None, decimal=",").y.tolist() == [1.5, -2.25]
    assert read('y,z\n"1,5",0\n', time=None, decimal=",").y.tolist() == [1.5]


def test_spreadsheet_with_byte_order_mark_decimal_commas_and_empty_rows(read):
    text = "t;y;z\r\n2020-01;1,5;\r\n2020-02; -2,25 ;\r\n2020-03;1e3;\r\n;;\r\n\r\n"
    data = read(text, decimal=",", encoding="utf-8-sig")
    assert data.y.tolist() == [1.5, -2.25, 1000]


def test_points_between_thousands(read):
    cells = ["1.234,5", "999", "-12.345", "1.234.567,25", "0,5"]
    text = rows(range(5), cells, header="t;y", separator=";")
    assert read(text, decimal=",").y.tolist() == [1234.5, 999, -12345, 1234567.25, 0.5]
    bad = text.replace("999", "99.9")
    with pytest.raises(ValueError, match="'y' must hold numbers, but row 3 holds '99.9'"):
        read(bad, decimal=",")


@pytest.mark.parametrize("column", [{}, {"target": "z", "exog": ("y",)}])
def test_points_that_may_stand_between_thousands(read, column):
    """Semicolons separate cells where commas are decimal; elsewhere points are."""
    cells = ["1.234,1", "999,2", "12.345,3"]
    grouped = "t;z;y\n" + "".join(f"{i};1;{cell[:-2]}\n" for i, cell in enumerate(cells))

    def values(text, decimal=None):
        data = read(text, decimal=decimal, **column)
        return (data.X["y"] if column else data.y).tolist()

    message = (
        "'y' holds '1.234' in row 2, which can be read as 1234 or .*--decimal ','.*--decimal '.'"
    )
    with pytest.raises(ValueError, match=message):
        values(grouped)
    assert values(grouped, ",") == [1234, 999, 12345]
    assert values(grouped, ".") == values(grouped.replace(";", ",")) == [1.234, 999, 12.345]
    for telling in ("0.500", "1.5", "1234.567"):  # of no use beside thousands
        assert values(grouped + f"3;1;{telling}\n") == [1.234, 999, 12.345, float(telling)]


def test_digits_are_exact(read):
    values = np.random.default_rng(0).normal(size=12) * 10.0 ** np.arange(-120, 120, 20)
    np.testing.assert_array_equal(read(rows(MONTHS, map(repr, values.tolist()))).y, values)


def test_one_offset_is_dropped_and_said(read):
    data = read(rows([f"2020-01-01T{hour:02}:00:00+05:30" for hour in range(5)]))
    assert str(data.y.index[0]) == "2020-01-01 00:00"
    assert data.notes == ["the offset +05:30 of column 't' is dropped"]


@pytest.mark.parametrize("start", ["2023-03-25", "2023-10-28"])
def test_mixed_offsets_are_moved_to_utc_and_said(read, start):
    """As those of local times are, over a change of daylight saving."""
    hours = pd.date_range(start, periods=48, freq="h", tz="Europe/Berlin")
    data = read(rows([hour.isoformat() for hour in hours]))
    assert data.y.index.equals(hours.tz_convert("UTC").tz_localize(None).to_period("h"))
    [note] = data.notes
    assert note.startswith("column 't' is read in UTC, not at +0") and "+01:00" in note


def test_days_at_mixed_offsets_are_days(read):
    days = pd.date_range("2023-03-01", periods=48, freq="D", tz="Europe/Berlin")
    data = read(rows([day.isoformat() for day in days]))
    assert data.y.index.equals(days.tz_localize(None).to_period("D"))
    assert data.notes == ["the offset +01:00 or +02:00 of column 't' is dropped"]


def test_exogenous_columns(read):
    text = (
        "t,y,price,promo,holiday\n2020-01,1,1.5,yes,True\n2020-02,2,NA,no,false\n2020-03,3,2,,TRUE"
    )
    data = read(text, exog=("price", "promo", "holiday"))
    np.testing.assert_array_equal(data.X["price"], [1.5, np.nan, 2])
    assert data.X["promo"].tolist()[:2] == ["yes", "no"] and pd.isna(data.X["promo"].iloc[2])
    assert data.X["holiday"].tolist() == [1, 0, 1]
    assert data.gaps == ["Column 'price' is empty in row 3.", "Column 'promo' is empty in row 4."]


def test_categories_may_be_called_none(read):
    cells = ["none", "flyer", "NA", "null", "", "tv"]
    text = "t,y,p\n" + "".join(f"{month},1,{cell}\n" for month, cell in zip(MONTHS, cells))
    data = read(text, exog=("p",))
    assert data.X["p"].fillna("").tolist() == cells
    assert data.gaps == ["Column 'p' is empty in row 6."]


def test_hierarchy_and_ids_that_look_like_numbers_or_nothing(read):
    keys = [(land, shop) for land in ("NA", "de") for shop in "07"]
    lines = [f"2020-0{month},{land},{shop},1\n" for month in (1, 2, 3) for land, shop in keys]
    text = "t,land,shop,y\n" + "".join(lines)
    y = read(text, ids=("land", "shop")).y
    assert y.index.names == ["land", "shop", "t"]
    assert y.index.droplevel("t").unique().tolist() == keys


# Gaps are found, not refused


def test_gaps_are_filled_and_named(read):
    data = read(rows([*MONTHS[:3], *MONTHS[5:8], *MONTHS[9:]]))
    assert data.y.index.equals(pd.period_range("2020-01", "2020-12", freq="M"))
    assert np.flatnonzero(data.y.isna()).tolist() == [3, 4, 8]
    assert data.gaps == ["Column 't' leaves out 2020-04, between rows 4 and 5 (and 2 more)."]


def test_gaps_of_numbers_panels_and_cells(read):
    assert read("t,y\n1,1\n2,1\n4,1\n").gaps == ["Column 't' leaves out 3, between rows 3 and 4."]
    panel = (
        "s,t,y\n" + "".join(f"a,{m},1\nb,{m},1\n" for m in MONTHS[:4]) + "b,2020-06,\nb,2020-07,1"
    )
    data = read(panel, ids=("s",))
    assert data.gaps == [
        "Column 't' leaves out 2020-05, between rows 9 and 10 of series 'b'.",
        "Column 'y' is empty in row 10.",
    ]
    assert len(data.y) == 4 + 7


def test_gaps_do_not_hide_business_days(read):
    days = pd.date_range("2020-01-01", periods=20, freq="B").delete(8)
    data = read(rows(days.strftime("%Y-%m-%d")))
    assert data.y.index.freqstr == "B" and data.y.isna().sum() == 1


def test_business_hours_are_hours_with_gaps(read):
    hours = pd.date_range("2020-01-01", periods=14 * 24, freq="h")
    open_ = hours[(hours.day_of_week < 5) & (hours.hour >= 9) & (hours.hour <= 16)]
    data = read(rows(open_.strftime("%Y-%m-%d %H:%M")))
    assert data.y.dropna().index.equals(open_.to_period("h"))
    assert data.gaps[0].startswith("Column 't' leaves out 2020-01-01 17:00, between rows 9 and 10")


@pytest.mark.parametrize("step", ["28D", "91D"])
def test_gaps_do_not_turn_weeks_into_months_or_quarters(read, step):
    days = pd.date_range("2020-01-01", periods=20, freq=step)
    data = read(rows(days.delete(8).strftime("%Y-%m-%d")))
    assert data.y.index.freqstr == step
    assert np.flatnonzero(data.y.isna()).tolist() == [8]


# Bad files

GOOD = rows(MONTHS)
HOURS = [f"2020-01-01 {hour:02}:00" for hour in range(12)]
BAD = {
    "empty file": ("", {}, "is empty, or its first row is; expected a header and rows"),
    "empty first row": ("\n" + GOOD, {}, "is empty, or its first row is"),
    "header only": ("t,y\n", {}, "has a header, but no rows"),
    "no such column": (GOOD, {"target": "z"}, r"no column \['z'\]; its columns are \['t', 'y'\]"),
    "unknown separator": (GOOD.replace(",", "^"), {}, r"no column \['y', 't'\].*\['t\^y'\]"),
    "column twice": (GOOD.replace("t,y", "t,y,y"), {}, r"more than one column \['y'\]"),
    "a column for each month": (
        "shop,land,2020-01,2020-02,2020-03\na,de,1,2,3\n",
        {},
        r"no column \['y', 't'\].*'2020-01' to '2020-03' look like times.*melt\(id_vars=\['shop', "
        r"'land'\], var_name='time', value_name='value'\).* value --time time --id shop land",
    ),
    "a column for each day": ("01/02/20,02/02/20,03/02/20\n1,2,3\n", {}, "look like times: .*melt"),
    "a column for each series": (
        "t,north,south\n2020-01,1,2\n2020-02,3,4\n",
        {},
        r"no column \['y'\].* a column of its own.*melt\(id_vars=\['t'\], var_name='series'.*--id",
    ),
    "two meanings": (GOOD, {"exog": ("y",)}, r"columns \['y'\] are named twice"),
    "not UTF-8": ("t,y\n2020,ä\n", {"encoding": "latin-1"}, "not UTF-8 text.*Save it as CSV"),
    "open quote": ('t,y\n2020,"1\n', {}, "cannot be read as CSV"),
    "unquoted thousands": (
        rows(MONTHS, [*range(5), "1,234", *range(6)]),
        {},
        "row 7 has 3 cells, but the header has 2",
    ),
    "unquoted decimal commas": (
        rows(MONTHS, ["1,5"] * 12),
        {},
        "row 2 has 3 cells, .* decimal signs, save the file with semicolons .*pass --decimal ','",
    ),
    "unquoted decimal commas of a single column": (
        "y\n1,5\n2,5\n",
        {"time": None},
        "row 2 has 2 cells, .* Where commas are decimal signs, pass --decimal ','",
    ),
    "text": (
        rows(MONTHS, ["1", "many", *range(8), "few", "3"]),
        {},
        "Column 'y' must hold numbers, but rows 3 and 12 hold 'many', 'few'",
    ),
    "one bad row": (rows(MONTHS, ["1 kg", *range(11)]), {}, "but row 2 holds '1 kg'"),
    "bad row after empty ones": ("t,y\n\n2020-01,1\n,\n2020-02,x\n", {}, "row 5 holds 'x'"),
    "many bad rows": (rows(MONTHS, ["x"] * 12), {}, "rows 2, 3, 4, 5, 6 and 7 more hold 'x'"),
    "infinite": (rows(MONTHS, [*range(11), "inf"]), {}, "row 13 holds 'inf'"),
    "true": (rows(MONTHS, ["True"] * 12), {}, "'y' must hold numbers.*'True'"),
    "thousands": (rows(MONTHS, ['"1,234.5"'] * 12), {}, "'1,234.5'.*without.*thousands separators"),
    "decimal commas": (
        rows(MONTHS, ["1,5"] * 12, header="t;y", separator=";"),
        {},
        "hold '1,5'.*pass --decimal ','",
    ),
    "decimal commas of an exogenous column": (
        "t;y;p\n2020-01;1;0,5\n2020-02;2;sale\n2020-03;3;1,5\n",
        {"exog": ("p",)},
        "'p' must hold numbers, but rows 2, 3 and 4 hold '0,5', 'sale', '1,5'.*pass --decimal ','",
    ),
    "thousands of an exogenous column": (
        't,y,p\n2020-01,1,"1,001"\n2020-02,2,"2,002"\n',
        {"exog": ("p",)},
        "'p' must hold numbers, but rows 2 and 3 hold '1,001'.*without.*thousands separators",
    ),
    "units of an exogenous column": (
        "t,y,p\n2020-01,1,5 %\n2020-02,2,+7 %\n",
        {"exog": ("p",)},
        "'p' must hold numbers, but rows 2 and 3 hold '5 %'.*without units",
    ),
    "points beside decimal commas": (
        rows(MONTHS, ["1.23,5"] * 12, header="t;y", separator=";"),
        {"decimal": ","},
        "hold '1.23,5'.*such as 1234,5",
    ),
    "no number": (rows(MONTHS, [""] * 12), {}, "Column 'y' holds no number"),
    "empty at the end": (
        rows(MONTHS, [*range(10), "", "NA"]),
        {},
        "'y' is empty at the end, in rows 12 and 13.*--future",
    ),
    "mixed column": (
        "t,y,p\n2020-01,1,2\n2020-02,1,3\n2020-03,1,sale\n",
        {"exog": ("p",)},
        "'p' must hold numbers, but row 4 holds 'sale'",
    ),
    "empty time": (rows(["", *MONTHS[1:]]), {}, "Column 't' is empty in row 2"),
    "empty id": ("s,t,y\na,1,1\n,1,2\n", {"ids": ("s",)}, "Column 's' is empty in row 3"),
    "no date": (
        rows(["soon", *MONTHS[1:]]),
        {},
        "'t' must hold dates.*row 2 cannot be read: 'soon'",
    ),
    "no such day": (rows(["2020-02-30", "2020-03-01"]), {}, "row 2 cannot be read: '2020-02-30'"),
    "names of days": (rows(["Mon", "Tue", "Wed"]), {}, "rows 2, 3 and 4 cannot be read: 'Mon'"),
    "no such week": (rows(["2020-W52", "2020-W60"]), {}, "row 3 cannot be read"),
    "week of no year": (
        rows(["2020-W52", "2020-W53", "2021-W53"]),
        {},
        "row 4 cannot be read: '2021-W53'",
    ),
    "fiscal years": (
        rows([f"{year}/{year - 1999:02}" for year in range(2000, 2012)]),
        {},
        "'t' seems to hold years .*such as '2000/01' in row 2.* Write the first",
    ),
    "day or month": (
        rows(["01/02/2020", "02/03/2020", "03/04/2020"]),
        {},
        "day first or month first: '01/02/2020' in row 2",
    ),
    "zone and none": (
        rows([HOURS[0], *(f"{hour}Z" for hour in HOURS[1:3])]),
        {},
        "'t' has offsets from UTC in some rows, such as Z in row 3, but none in row 2",
    ),
    "time twice": (
        rows([*MONTHS, MONTHS[3]]),
        {},
        "'t' has 2020-04 more than once, in rows 5 and 14. .*--id",
    ),
    "month twice": (rows([*MONTHS, "2020-04-09"]), {}, "2020-04 more than once, in rows 5 and 14"),
    "time twice in a series": (
        "s,t,y\na,1,1\nb,1,1\nb,2,1\nb,2,1\nb,1,1",
        {"ids": ("s",)},
        r"has 1 more than once, in rows 3 and 6 of series 'b' \(and 1 more\)",
    ),
    "uneven": (
        rows([*HOURS, "2020-01-01 12:30"]),
        {},
        "not evenly spaced: .* step of 'h' apart, but row 14 .*12:30.* between two steps",
    ),
    "uneven days": (
        rows([*pd.date_range("2020-01-01", periods=9, freq="2D"), "2020-01-08"]),
        {},
        "step of '2D' apart, but row 11 .*2020-01-08.* between two steps",
    ),
    "weekend": (
        "s,t,y\n"
        + "".join(
            f"a,{day:%Y-%m-%d},1\n" for day in pd.date_range("2020-01-01", "2020-01-14", freq="B")
        )
        + "b,2020-01-03,1\nb,2020-01-04,1\nb,2020-01-06,1\n",
        {"ids": ("s",)},
        "step of 'B' apart, but row 13 .*2020-01-04.* between two steps",
    ),
    "steps of ten": (rows(range(0, 100, 10)), {}, "'t' goes up in steps of 10, but whole numbers"),
    "single time": (rows(["2020-01-01"]), {}, "single time 2020-01-01 .*at least two"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files(read, case):
    text, options, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        read(text, **options)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are not everywhere")
def test_pipes_are_read(tmp_path):
    """As those of a shell's `<(...)` and /dev/stdin are; errors name them."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for columns in (Columns("y", "t"), Columns("z", "t")):
        writer = threading.Thread(target=path.write_text, args=(GOOD.replace(",", ";"),))
        writer.start()
        if columns.target == "y":
            assert read_series(path, columns).y.tolist() == list(range(12))
        else:
            with pytest.raises(ValueError, match=r"pipe has no column \['z'\]"):
                read_series(path, columns)
        writer.join()


@pytest.mark.parametrize("suffix", ["zip", "tar", "xz"])
def test_broken_archives(tmp_path, suffix):
    path = write(tmp_path / f"table.csv.{suffix}", GOOD)
    with pytest.raises(ValueError, match=f"(?s)table.csv.{suffix} cannot be read: .*pack it again"):
        read_series(path, Columns("y", "t"))


def test_bad_parquet(tmp_path):
    path = write(tmp_path / "table.parquet", GOOD)
    with pytest.raises(ValueError, match="cannot be read as Parquet"):
        read_series(path, Columns("y", "t"))
    frame = pd.DataFrame({"t": MONTHS, "y": [True] * 12, "d": pd.Timestamp("2020")})
    frame.to_parquet(path)
    for column in ("y", "d"):
        with pytest.raises(ValueError, match=f"{column!r} must hold numbers, but rows 1, 2, 3"):
            read_series(path, Columns(column, "t"))
    with pytest.raises(ValueError, match=r"no column \['z'\]"):
        read_series(path, Columns("z", "t"))


def test_parquet_names_the_package_it_needs(tmp_path, monkeypatch):
    import skrnn._optional as optional

    def refuse(module):
        raise ModuleNotFoundError(module, name=module.partition(".")[0])

    monkeypatch.setattr(optional, "import_module", refuse)
    with pytest.raises(ImportError, match=r"pyarrow is not installed.*skrnn\[compare\]"):
        read_series(tmp_path / "table.parquet", Columns("y", "t"))


# Parquet has types


def test_parquet_types(tmp_path):
    days = pd.date_range("2020-01-01", periods=5, freq="D")
    frame = pd.DataFrame(
        {
            "local": days.tz_localize("Europe/Berlin"),
            "hours": pd.date_range("2020-03-29", periods=5, freq="h", tz="Europe/Berlin"),
            "date": days.date,
            "y": pd.array([1, None, 3, 4, 5], dtype="Int64"),
            "flag": [True, False, True, True, False],
            "kind": pd.Categorical(["a", "b", "a", None, "b"]),
        },
        index=days.rename("index"),
    )
    path = tmp_path / "table.parquet"
    frame.to_parquet(path)
    expected = days.to_period("D")
    for time in ("local", "date", "index"):
        data = read_series(path, Columns("y", time, exog=("flag", "kind")))
        assert data.y.index.equals(expected)
        assert data.gaps == ["Column 'y' is empty in row 2.", "Column 'kind' is empty in row 4."]
        assert data.X["flag"].tolist() == [1, 0, 1, 1, 0]
        assert data.X["kind"].tolist()[:3] == ["a", "b", "a"]
    hours = read_series(path, Columns("y", "hours"))
    assert str(hours.y.index[0]) == "2020-03-28 23:00" and len(hours.y) == 5
    assert hours.notes == ["column 'hours' is read in UTC, not in Europe/Berlin"]


FREQUENCIES = ["D", "W-SUN", "W-MON", "W-WED", "M", "Q-DEC", "h", "15min", "s", "number", "B"]
VALUES = st.floats(allow_nan=False, allow_infinity=False, width=64)
TEXT = st.sampled_from(["a", "b c", 'quo"te', "com,ma", "semi;colon", "ö", "0x1"])


@st.composite
def panels(draw):
    """A panel of a few series with an exogenous number and category, as read_series returns it."""
    freq = draw(st.sampled_from(FREQUENCIES))
    ids = draw(st.lists(TEXT, min_size=1, max_size=3, unique=True))
    parts = {}
    for key in sorted(ids):
        n = draw(st.integers(10, 14))  # enough to tell business days
        parts[key] = pd.DataFrame(
            {
                "y": draw(st.lists(VALUES, min_size=n, max_size=n)),
                "number": draw(st.lists(VALUES, min_size=n, max_size=n)),
                "kind": draw(st.lists(TEXT, min_size=n, max_size=n)),
            },
            index=make_index(freq, draw(st.integers(0, 30)), n),
        )
    frame = pd.concat(parts, names=["id", "time"])
    order = draw(st.permutations(range(len(frame))))
    return frame, list(order)


def make_index(freq, start, n):
    if freq == "number":
        return pd.Index(range(start, start + n))
    if freq == "B":
        return pd.date_range("2019-12-30", periods=start + n, freq="B")[start:]
    return pd.period_range("2019-12-30", periods=start + n, freq=freq)[start:]


@settings(max_examples=60, deadline=None)
@given(panel=panels(), suffix=st.sampled_from(["csv", "parquet"]))
def test_round_trip(tmp_path_factory, panel, suffix):
    frame, order = panel
    path = tmp_path_factory.getbasetemp() / f"round_trip.{suffix}"
    shuffled = frame.reset_index().iloc[order]
    if suffix == "csv":
        shuffled.to_csv(path, index=False)
    else:
        shuffled.to_parquet(path)
    data = read_series(path, Columns("y", "time", ("id",), ("number", "kind")))
    pd.testing.assert_frame_equal(data.y, frame[["y"]], check_freq=False)
    X = frame[["number", "kind"]].astype({"kind": object})
    pd.testing.assert_frame_equal(data.X, X, check_freq=False)
    assert data.gaps == []


# Future values


@pytest.fixture
def past(read):
    text = "s,t,y,p,k\n" + "".join(
        f"{s},{m},1,{i},{'uv'[i % 2]}\n" for s in "ab" for i, m in enumerate(MONTHS)
    )
    return read(text, ids=("s",), exog=("p", "k"))


COLUMNS = Columns("y", "t", ("s",), ("p", "k"))


def test_future_is_cut_to_the_horizon(past, tmp_path):
    kinds = {"2020-12": "1", "2021-01": "1", "2021-02": "none", "2021-03": "1"}
    lines = [f"{m},{s},{m[-1]},{kind}\n" for m, kind in kinds.items() for s in "ba"]
    path = write(tmp_path / "future.csv", "t,s,p,k\n" + "".join(lines))
    future = read_future(path, COLUMNS, past, horizon=2)
    times = pd.period_range("2021-01", periods=2, freq="M")
    assert future.index.equals(pd.MultiIndex.from_product([["a", "b"], times]))
    assert future["p"].tolist() == [1, 2, 1, 2]
    assert future["k"].tolist() == ["1", "none"] * 2  # categories, as in the past


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            "2021-01,a,1,u\n2021-01,b,1,u\n2021-02,b,1,u",
            r"hold \['p', 'k'\] for 2 steps .*\['p', 'k'\] is missing at 2021-02 of series 'a'\.",
        ),
        (
            "2021-01,a,,u\n2021-01,b,1,u",
            r"\['p'\] is missing at 2021-01 of series 'a' \(and 2 more\)",
        ),
        ("2021-01,a,low,u\n2021-01,b,high,u", "'p' must hold numbers, but rows 2 and 3"),
        ("2021-01,a,1,u\n2021-01,a,1,u", "2021-01 more than once"),
    ],
)
def test_bad_future(past, tmp_path, lines, message):
    path = write(tmp_path / "future.csv", "t,s,p,k\n" + lines)
    with pytest.raises(ValueError, match=message):
        read_future(path, COLUMNS, past, horizon=2)


BUSINESS_DAYS = pd.date_range("2020-01-01", periods=12, freq="B").strftime("%Y-%m-%d")


@pytest.mark.parametrize(("times", "step"), [(range(5), 1), (BUSINESS_DAYS, pd.offsets.BDay())])
def test_future_of_a_single_series(read, tmp_path, times, step):
    *past, ahead = times
    data = read("t,y,p\n" + "".join(f"{time},1,2\n" for time in past), exog=("p",))
    path = write(tmp_path / "future.csv", f"t,p\n{ahead},7\n")
    future = read_future(path, Columns("y", "t", exog=("p",)), data, horizon=1)
    assert future["p"].tolist() == [7]
    assert future.index[0] == data.y.index[-1] + step
    with pytest.raises(ValueError, match="needs --time"):
        read_future(path, Columns("y", None, exog=("p",)), data, horizon=1)
    with pytest.raises(ValueError, match=rf"\['p'\] is missing at {future.index[0] + step}\."):
        read_future(path, Columns("y", "t", exog=("p",)), data, horizon=2)


@pytest.mark.parametrize("layout", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"])
@pytest.mark.parametrize("length", [1, 24])
def test_future_has_the_order_of_day_and_month_of_the_past(read, tmp_path, layout, length):
    times = pd.date_range("2021-01-01", periods=34 * 24 + length, freq="h")  # up to 4 February
    lines = [f"{time},1,2\n" for time in times.strftime(layout)]
    data = read("t,y,p\n" + "".join(lines[:-length]), exog=("p",))
    path = write(tmp_path / "future.csv", "t,y,p\n" + "".join(lines[-length:]))
    future = read_future(path, Columns("y", "t", exog=("p",)), data, length)
    assert future.index.equals(times[-length:].to_period("h"))


@pytest.mark.parametrize("start", ["2023-03-25 01:00", "2023-03-25 20:00"])
def test_future_has_the_offset_of_the_past(read, tmp_path, start):
    """All in winter, or in UTC as the past was in winter and summer; the future is in summer."""
    hours = pd.date_range(start, periods=50, freq="h", tz="Europe/Berlin")
    lines = [f"{hour.isoformat()},1,{i}\n" for i, hour in enumerate(hours)]
    n_past = 25  # the clocks change at the end of these hours, or within them
    data = read("t,y,p\n" + "".join(lines[:n_past]), exog=("p",))
    path = write(tmp_path / "future.csv", "t,y,p\n" + "".join(lines[n_past:]))
    future = read_future(path, Columns("y", "t", exog=("p",)), data, horizon=25)
    assert future["p"].tolist() == list(range(25, 50))


def test_future_may_have_dates_of_another_layout(read, tmp_path):
    days = pd.date_range("2021-01-01", periods=34, freq="D")
    lines = [f"{day},1,2\n" for day in days.strftime("%d/%m/%Y")]
    data = read("t,y,p\n" + "".join(lines), exog=("p",))
    path = write(tmp_path / "future.csv", "t,p\n2021-02-04,7\n")
    assert read_future(path, Columns("y", "t", exog=("p",)), data, 1)["p"].tolist() == [7]

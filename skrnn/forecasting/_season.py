"""The seasonal period of a series, guessed from its index and its autocorrelation."""

import numpy as np
import pandas as pd

# Periods to look for first, by frequency; weekly data have a yearly season of 52
USUAL = {
    "s": (60,),
    "min": (60, 1440),
    "h": (24, 168),
    "D": (7,),
    "B": (5,),
    "W": (52,),
    "M": (12,),
    "Q": (4,),
}
OTHER_NAMES = {"MS": "M", "ME": "M", "QS": "Q", "QE": "Q", "YS": "Y", "YE": "Y", "7D": "W"}
OTHER_NAMES |= {f"B{name}{end}": name for name in "MQY" for end in "SE"}  # on business days
OTHER_NAMES |= {"S": "s", "T": "min", "H": "h", "A": "Y", "AS": "Y"}  # of pandas before 2.2
OTHER_NAMES |= {"BM": "M", "BQ": "Q", "BA": "Y", "BAS": "Y"}
LONGEST = 400  # period that no frequency suggests
ROUNDING = 1e-9
MOST_ASKED = 50  # series, for the period of all
SIGNIFICANT = 1.645  # one-sided 5 %, in standard errors of an autocorrelation
CLEAR = 0.3  # least autocorrelation of a period that no frequency suggests


def detect_common_season(series: list[np.ndarray], indices: list[pd.Index]) -> int:
    """Seasonal period of most of some series, weighted by their lengths; 1 for none.

    Series that never change say nothing. Of very many a sample is asked.
    """
    votes = {}
    for i in np.unique(np.linspace(0, len(series) - 1, MOST_ASKED).round().astype(int)):
        values = series[i]
        period = detect_season(values, indices[i])
        varies = len(np.unique(values[~np.isnan(values)])) > 1
        votes[period] = votes.get(period, 0) + varies * len(values)
    return max(votes, key=lambda period: (votes[period], period))


def detect_season(values: np.ndarray, index: pd.Index) -> int:
    """Seasonal period of a series, 1 for none.

    The period that is usual for the frequency of the index is taken if the series repeats with
    it; otherwise the lag of the highest peak of the autocorrelation of the detrended series, if
    that is clear.

    Parameters
    ----------
    values : ndarray of shape (n,)
    index : Index
    """
    values = pd.Series(values).interpolate(limit_direction="both").to_numpy()
    n = len(values)
    if n < 6 or np.ptp(values) == 0:
        return 1
    rest = _detrended(values)
    if np.abs(rest).max() < ROUNDING * np.ptp(values):
        return 1  # a straight line
    usual = USUAL.get(frequency_of(index), ())
    correlation = _autocorrelation(rest, min(n // 2 - 1, max(LONGEST, *usual, 0)))
    of_changes = _autocorrelation(np.diff(values), len(correlation) - 1)
    for period in usual:
        if period < len(correlation) and _repeats(correlation, of_changes, period, n):
            return period
    if usual:
        return 1
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:]))
    peaks = [k for k in peaks if correlation[k] > CLEAR and _is_significant(correlation, k, n)]
    return int(max(peaks, key=lambda k: correlation[k])) if peaks else 1


def frequency_of(index: pd.Index) -> str:
    """Name of a frequency as periods have it, such as "M", without an anchor; "" for none."""
    name, freq = getattr(index, "freqstr", None), getattr(index, "freq", None)
    if isinstance(freq, pd.offsets.Tick):
        name = pd.tseries.frequencies.to_offset(pd.Timedelta(freq)).freqstr  # 60min are an hour
    elif name is None and isinstance(index, pd.DatetimeIndex) and len(index) > 2:
        name = pd.infer_freq(index)
    name = "" if name is None else name.split("-")[0]
    return OTHER_NAMES.get(name, name)


def _repeats(correlation: np.ndarray, of_changes: np.ndarray, period: int, n: int) -> bool:
    """Whether a series, or its changes, are alike after one period.

    What wanders, such as a random walk, is like its past at any lag, and after half a period more.
    """
    stands_out = correlation[period] > correlation[period // 2]
    alike = stands_out and _is_significant(correlation, period, n)
    return alike or _is_significant(of_changes, period, n - 1)


def _detrended(values: np.ndarray) -> np.ndarray:
    t = np.arange(len(values))
    return values - np.polyval(np.polyfit(t, values, 1), t)


def _autocorrelation(values: np.ndarray, n_lags: int) -> np.ndarray:
    """Autocorrelation at lags 0 to ``n_lags``, through the power spectrum."""
    centred = values - values.mean()
    spectrum = np.fft.rfft(centred, 2 * len(values))
    products = np.fft.irfft(spectrum * spectrum.conj())[: n_lags + 1]
    return products / products[0] if products[0] > 0 else np.zeros(n_lags + 1)


def _is_significant(correlation: np.ndarray, lag: int, n: int) -> bool:
    """By Bartlett's formula, as in the seasonality test of the M4 competition."""
    deviation = np.sqrt((1 + 2 * np.square(correlation[1:lag]).sum()) / n)
    return bool(correlation[lag] > SIGNIFICANT * deviation)

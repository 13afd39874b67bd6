"""The seasonal period of a series, guessed from its index and its autocorrelation."""

import numpy as np
import pandas as pd

# Periods to look for first, by frequency; weekly data have a yearly season of 52
USUAL = {
    "D": (7,),
    "B": (5,),
    "W": (52,),
    "M": (12,),
    "Q": (4,),
}
CYCLES = [pd.Timedelta(cycle) for cycle in ("1min", "1h", "1D", "7D")]  # of what is measured often
HOUR = CYCLES[1]
OTHER_NAMES = {"MS": "M", "ME": "M", "QS": "Q", "QE": "Q", "YS": "Y", "YE": "Y", "7D": "W"}
OTHER_NAMES |= {f"B{name}{end}": name for name in "MQY" for end in "SE"}  # on business days
LONGEST = 400  # period that no frequency suggests
ROUNDING = 1e-9
MOST_ASKED = 50  # series, for the period of all
SIGNIFICANT = 1.645  # one-sided 5 %, in standard errors of an autocorrelation
CLEAR = 0.3  # least autocorrelation of a period that no frequency suggests, and rise to its peak
NEAR = 0.03  # of such a period, by which its peak may be off


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
    it; where none is usual, or values are less than an hour apart, the lag of the highest peak of
    the autocorrelation of the detrended series, if that is clear.

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
    frequency = frequency_of(index)
    usual = usual_periods(frequency)
    correlation = _autocorrelation(rest, min(n // 2 - 1, max(LONGEST, *usual, 0)))
    of_changes = _autocorrelation(np.diff(values), len(correlation) - 1)
    for period in usual:
        if period < len(correlation) and _repeats(correlation, of_changes, period, n):
            return period
    step = _clock_step(frequency)
    if usual and (step is None or step >= HOUR):
        return 1
    return _clearest(correlation, n)


def usual_periods(frequency: str) -> tuple[int, ...]:
    """Periods that are usual for a frequency, the shortest first: the next two cycles of clocks.

    Parameters
    ----------
    frequency : str
        As `frequency_of` names it, such as "M", "h" or "10min".
    """
    if frequency in USUAL:
        return USUAL[frequency]
    step = _clock_step(frequency)
    if step is None:
        return ()
    longer = [cycle for cycle in CYCLES if cycle > step][:2]
    periods = [int(cycle / step) for cycle in longer if not cycle % step]
    # every other half an hour is like the one between: what alternates there is no season
    return tuple(period for period in periods if period > 2 or step > HOUR)


def _clock_step(frequency: str) -> pd.Timedelta | None:
    """Time between two values, where it is always the same."""
    if not frequency:
        return None
    try:
        return pd.Timedelta(frequency if frequency[:1].isdigit() else f"1{frequency}")
    except ValueError:
        return None


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
    """Whether a series, or its changes, are alike after one period, and more than after half of it.

    What wanders, such as a random walk, is like its past at any lag.
    """
    return any(
        acf[period] > acf[period // 2] and _is_significant(acf, period, len_)
        for acf, len_ in ((correlation, n), (of_changes, n - 1))
    )


def _clearest(correlation: np.ndarray, n: int) -> int:
    """Lag of the highest peak of an autocorrelation, 1 for none that is clear.

    There are small peaks on any slope that falls slowly: it must have been much lower before.
    """
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:]))
    least = CLEAR + np.maximum(np.minimum.accumulate(correlation), 0)[peaks]
    peaks = [k for k in peaks[correlation[peaks] > least] if _is_significant(correlation, k, n)]
    if not peaks:
        return 1
    highest = max(peaks, key=lambda k: correlation[k])
    near = np.arange(len(correlation))
    near = near[np.abs(near - highest) <= NEAR * highest]
    return int(near[np.argmax(correlation[near] / (n - near))])  # without the fall of the estimate


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

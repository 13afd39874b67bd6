"""The bundled series."""

import pandas as pd
import pytest

from skrnn.datasets import SERIES, load_series


@pytest.mark.parametrize("name", sorted(SERIES))
def test_bundled_series(name):
    y = load_series(name)
    assert y.name == name
    assert y.notna().all()
    assert y.index.equals(pd.period_range(y.index[0], y.index[-1], freq=SERIES[name].freq))


def test_unknown_series():
    with pytest.raises(ValueError, match="no bundled series 'airlines'; choose one of"):
        load_series("airlines")

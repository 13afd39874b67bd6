"""skpro's histograms, with exact quantiles. Import it only where skpro is needed."""

import numpy as np
from skpro.distributions import Histogram


class ExactHistogram(Histogram):
    """Histograms whose quantiles are not rounded to four decimals, as skpro's are.

    What is small, such as an interest rate as a share, would have hardly a digit left.
    """

    def _ppf(self, p):
        if self.ndim == 0:
            return super()._ppf(p)
        rows = zip(p, self.bins, self.bin_mass)
        return np.array([[_quantile(*cell) for cell in zip(*row)] for row in rows])


def _quantile(p: float, edges, mass) -> float:
    return np.interp(p, np.concatenate([[0.0], np.cumsum(mass)]), edges, left=np.nan, right=np.nan)

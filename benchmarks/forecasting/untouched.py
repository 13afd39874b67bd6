"""Series that had no say: single ones, four rolling folds each, and two panels.

The other benchmarks have been run many times while the package was made, and a few of its ideas
came from them. These series were listed first, then run.
"""

import panels
import single_series
from _baselines import origin, warm_up
from _untouched import untouched_panels, untouched_series


def main() -> None:
    warm_up()
    single_series.compare(untouched_series())
    print()
    panels.compare(untouched_panels())
    print(origin())


if __name__ == "__main__":
    main()

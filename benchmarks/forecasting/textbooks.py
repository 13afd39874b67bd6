"""Series of textbooks: single ones, four rolling folds each, and yearly panels.

Listed when all of the package had been chosen, and then run, as those of further.py were before.
"""

import panels
import single_series
from _baselines import origin, warm_up
from _textbooks import textbook_panels, textbook_series


def main() -> None:
    warm_up()
    single_series.compare(textbook_series())
    print()
    panels.compare(textbook_panels())
    print(origin())


if __name__ == "__main__":
    main()

"""Which columns of a file mean what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Columns:
    """Names of the columns to read.

    Attributes
    ----------
    target : str or None
        Values to forecast; None for a file that holds future values of ``exog`` only.
    time : str or None
        Dates, periods such as 2020-01 or 2020Q1, or whole numbers. None numbers the rows of each
        series in the order of the file.
    ids : tuple of str
        Columns that tell series apart: none for a single series, several for a hierarchy.
    exog : tuple of str
        Exogenous columns, numeric or categorical.

    Raises
    ------
    ValueError
        If a column has two meanings.
    """

    target: str | None
    time: str | None = None
    ids: tuple[str, ...] = ()
    exog: tuple[str, ...] = ()

    def __post_init__(self):
        names = self.names
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(
                f"The columns {repeated} are named twice; target, time, id and exog must be "
                "different columns."
            )

    @property
    def names(self) -> list[str]:
        """All columns to read."""
        given = (self.target, self.time, *self.ids, *self.exog)
        return [name for name in given if name is not None]

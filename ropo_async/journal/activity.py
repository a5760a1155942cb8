"""What a journal has been doing, in figures alone: no content, no invoice, nobody's name."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - attrs reads the types of the fields
from datetime import date  # noqa: TC003 - as above
from itertools import accumulate
from math import inf

from attrs import field, frozen

from ropo_async.journal.bookings import BookingState
from ropo_async.journal.values import Account  # noqa: TC001 - as above

__all__ = ["LAGS", "Activity", "DayFigures", "Lags"]

LAGS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 24 * 3600.0, inf)
"""Upper bounds, in seconds, of the classes that the times from arrival to acknowledgement are counted in."""


@frozen
class Lags:
    """How long updates took from their arrival to their acknowledgement: how many in each class of `LAGS`."""

    counts: tuple[int, ...] = (0,) * len(LAGS)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts)

    def within(self, share: float) -> float | None:
        """Return the seconds within which that share of them was acknowledged, rounded up to a bound of `LAGS`.

        It is None where there are none, and infinite beyond the last bound.
        """
        enough = share * self.total
        sofar = zip(LAGS, accumulate(self.counts), strict=True)
        return next(bound for bound, count in sofar if count >= enough) if self.total else None

    def __add__(self, other: Lags) -> Lags:
        return Lags(tuple(map(sum, zip(self.counts, other.counts, strict=True))))


@frozen
class DayFigures:
    """The updates that arrived on one day."""

    day: date
    """In UTC."""
    arrived: int = 0
    recovered: int = 0
    """Those of them that came by a day or an invoice being read again, and not by the feed."""
    waiting: int = 0
    """Those of them that are not acknowledged yet."""
    dead: int = 0
    """Those of them that were tried too often."""
    lags: Lags = Lags()
    """Of those that are acknowledged."""


@frozen(kw_only=True)
class Activity:
    """What one account has been doing since some day."""

    account: Account
    days: tuple[DayFigures, ...] = ()
    """Days on which something arrived, in their order."""
    bookings: Mapping[tuple[str, BookingState], int] = field(factory=dict[tuple[str, BookingState], int])
    """How many payments and credit notes were first asked for since then, by kind and by the state they are in now."""

    @property
    def arrived(self) -> int:
        """How many updates arrived."""
        return sum(day.arrived for day in self.days)

    @property
    def lags(self) -> Lags:
        """How long they took, all together."""
        return sum((day.lags for day in self.days), start=Lags())

"""Figures as people read them. Pure."""

from __future__ import annotations

from datetime import UTC
from math import isinf
from types import MappingProxyType
from typing import TYPE_CHECKING

from ropo_async.journal import LAGS, BookingState, GapState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

__all__ = ["GAP_STATES", "LAG_NAMES", "OUTCOMES", "ago", "day", "moment", "number", "percent", "span", "within"]

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
FEW = 3
FAST = "\N{NO-BREAK SPACE}"
NONE = "\N{EN DASH}"

OUTCOMES: Mapping[BookingState, str] = MappingProxyType(
    {
        BookingState.APPLIED: "Booked",
        BookingState.VERIFIED_APPLIED: "Booked, as the invoice shows",
        BookingState.REJECTED: "Rejected by the server",
        BookingState.PREPARED: "Written down, not sent yet",
        BookingState.SENDING: "Being sent",
        BookingState.UNKNOWN: "Unknown, being looked into",
        BookingState.PROBABLY_ABSENT: "Probably not booked",
        BookingState.ESCALATED: "Unknown, somebody has to look",
    }
)
"""What became of a payment, best first."""

GAP_STATES: Mapping[GapState, str] = MappingProxyType(
    {
        GapState.UNRESOLVED: "Unresolved",
        GapState.OPEN: "Open",
        GapState.BACKFILLED: "Read again once",
        GapState.CLOSED: "Closed",
    }
)
"""What a gap has come to, worst first."""


def number(count: float) -> str:
    """Return a whole number in groups of three digits."""
    return f"{count:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def percent(part: int, whole: int) -> str:
    """Return a part as a share; what is little but something is not called nothing."""
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 1 or not part else "< 1 %"


def day(when: date) -> str:
    """Return a day."""
    return when.isoformat()


def moment(when: datetime | None) -> str:
    """Return a moment, to the minute, in UTC."""
    return NONE if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M}"


def span(seconds: float) -> str:
    """Return a length of time in one unit, or two where the greater one is small."""
    left = max(0, round(seconds))
    place = next((place for place, (size, _) in enumerate(_UNITS) if left >= size), len(_UNITS) - 1)
    size, unit = _UNITS[place]
    whole, rest = divmod(left, size)
    text = f"{number(whole)}{FAST}{unit}"
    if whole < FEW and place + 1 < len(_UNITS):
        smaller, its_unit = _UNITS[place + 1]
        text += f"{FAST}{rest // smaller}{FAST}{its_unit}" if rest >= smaller else ""
    return text


def ago(when: datetime | None, now: datetime) -> str:
    """Return how long ago something was."""
    return NONE if when is None else span((now - when).total_seconds())


def within(seconds: float | None) -> str:
    """Return a bound of `LAGS`, as what something took at most."""
    if seconds is None:
        return NONE
    return f"> {span(LAGS[-2])}" if isinf(seconds) else f"\N{LESS-THAN OR EQUAL TO} {span(seconds)}"


LAG_NAMES = (*(f"under{FAST}{span(bound)}" for bound in LAGS[:-1]), f"{span(LAGS[-2])} or more")
"""The classes of `LAGS`."""

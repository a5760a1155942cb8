"""What may be missing: the days to read again, how far that has come, and what it proves. Values and pure functions."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - attrs reads the types of the fields
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.journal.values import Account

__all__ = ["DayState", "Gap", "GapDay", "GapState", "Loss", "coalesce", "judged"]

CAUSES = 20
"""Losses that one gap remembers in words."""
UNBOUNDED = "nothing was drained before it, so nobody knows how far back to read; name the day with `since`"


class DayState(StrEnum):
    """How far the re-reading of one day has come."""

    DUE = "due"
    """Not read since the loss."""
    READ = "read"
    """Read once; it is read again when nothing can be late any more."""
    CONFIRMED = "confirmed"
    """Read again at a time when nothing should be late any more, and nothing spoke against it."""
    DOUBTFUL = "doubtful"
    """Read, and the answer itself shows that it may be incomplete."""


@frozen
class GapDay:
    """One day of a gap."""

    day: date
    """As the vendor files updates under days; by whose clock is not documented, presumably by Helsinki's."""
    settles: datetime
    """When nothing of this day can be late any more, as far as is known; aware."""
    state: DayState = DayState.DUE
    read_at: datetime | None = None
    """When it was last read again; aware."""
    rows: int = 0
    """How many records the last reading gave."""
    doubt: str = ""
    """What speaks against its being complete, in words."""


@frozen
class Loss:
    """An answer that cannot be vouched for, and the days that its updates may be filed under."""

    cause: str
    """In words."""
    since: datetime
    """From when on updates may be missing: the beginning of the last drain that ended clean; aware."""
    until: datetime
    """When the answer was given up; aware."""
    days: tuple[GapDay, ...]
    bounded: bool = True
    """False where nothing was ever drained before, so that `since` is a guess."""


class GapState(StrEnum):
    """How far a gap is closed."""

    OPEN = "open"
    """Days are still to be read."""
    BACKFILLED = "backfilled"
    """Every day was read once; some are read again when nothing can be late any more."""
    CLOSED = "closed"
    """Every day was read after the loss, late enough, and nothing spoke against it."""
    UNRESOLVED = "unresolved"
    """It cannot be shown that nothing is missing; `reason` says why, and what to ask the vendor."""


@frozen
class Gap:
    """A stretch of time from which updates may be missing."""

    id: int
    """Tells it from the journal's other gaps."""
    account: Account
    """Whose updates may be missing."""
    state: GapState
    """How far it is closed."""
    causes: tuple[str, ...]
    """What went missing, one after the other, in words."""
    since: datetime
    """Aware, in UTC; updates that were recorded from here on may be missing ..."""
    until: datetime
    """... up to here."""
    days: tuple[GapDay, ...]
    """The days to read again, oldest first."""
    opened: datetime
    """When it was opened; aware, in UTC."""
    bounded: bool = True
    """False where nothing was ever drained before, so that `since` is a guess."""
    version: int = 0
    """Counts its changes, so that none overwrites another."""

    @property
    def reason(self) -> str:
        """Its state in words: what went missing, what was done about it, and what is left to do."""
        return f"{'; '.join(self.causes)}. {_STATE[self.state]}{_doubts(self)}"


_STATE: Mapping[GapState, str] = MappingProxyType(
    {
        GapState.OPEN: "Its days are being read again",
        GapState.BACKFILLED: "Its days were read again; some are read once more when nothing can be late any more",
        GapState.CLOSED: "Its days were read again, late enough, and nothing spoke against their being complete",
        GapState.UNRESOLVED: "It cannot be shown that nothing is missing",
    },
)


def _doubts(gap: Gap) -> str:
    doubts = [f"{day.day}: {day.doubt}" for day in gap.days if day.doubt]
    if not gap.bounded:
        doubts.append(UNBOUNDED)
    return "".join(f"; {doubt}" for doubt in doubts)


def coalesce(gap: Gap, loss: Loss) -> Gap:
    """Return `gap` with one more loss in it: what the loss touches is to be read after it."""
    days = {known.day: known for known in gap.days} | {lost.day: lost for lost in loss.days}
    return judged(
        evolve(
            gap,
            causes=(*gap.causes, loss.cause)[-CAUSES:],
            since=min(gap.since, loss.since),
            until=max(gap.until, loss.until),
            days=tuple(days[day] for day in sorted(days)),
            bounded=gap.bounded and loss.bounded,
        ),
    )


def judged(gap: Gap) -> Gap:
    """Return `gap` in the state that its days have come to."""
    states = {day.state for day in gap.days}
    if DayState.DUE in states:
        state = GapState.OPEN
    elif DayState.READ in states:
        state = GapState.BACKFILLED
    else:
        proven = states == {DayState.CONFIRMED} and gap.bounded
        state = GapState.CLOSED if proven else GapState.UNRESOLVED
    return evolve(gap, state=state)

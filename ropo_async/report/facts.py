"""What a report is made of, read from a journal: counts, times and states, and nobody's data."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - attrs reads the types of the fields
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen

from ropo_async.errors import InvalidInput
from ropo_async.journal import Activity, Gap, GapState, Health

if TYPE_CHECKING:
    from ropo_async.journal import Journal

__all__ = ["AccountFacts", "Facts", "gather"]

MOST_DAYS = 3660


@frozen
class AccountFacts:
    """One account."""

    activity: Activity
    health: Health


@frozen(kw_only=True)
class Facts:
    """A journal at one moment, and what it did in the days before."""

    now: datetime
    """Aware."""
    days: int
    """How many days are reported on, the last of them today in UTC."""
    health: Health
    """Of the whole journal."""
    accounts: Sequence[AccountFacts] = ()
    gaps: Sequence[Gap] = field(default=(), repr=False)
    """Those that are not closed, and those that touch the days reported on; oldest first."""

    @property
    def first(self) -> date:
        """The first of the days, in UTC."""
        return _first(self.now, self.days)


def _first(now: datetime, days: int) -> date:
    """Return the first of so many days, the last of which is today."""
    return now.astimezone(UTC).date() - timedelta(days=days - 1)


async def gather(journal: Journal, *, days: int = 90, now: datetime | None = None) -> Facts:
    """Read from `journal` what a report needs, and change nothing in it.

    Args:
        journal: any journal.
        days: how many days to report on, today in UTC included.
        now: the time, aware; the system's if left out.

    Raises:
        InvalidInput: `days` is no whole number from 1 to 3660, or `now` has no zone.
        JournalError: the journal cannot be read.
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"days must be a whole number from 1 to {MOST_DAYS}")
    now = datetime.now(UTC) if now is None else now
    if not isinstance(now, datetime) or now.tzinfo is None:
        raise InvalidInput("now must be a datetime with a zone")
    first = _first(now, days)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    accounts = [
        AccountFacts(activity, await journal.health(activity.account, now=now))
        for activity in await journal.activity(since=since)
    ]
    return Facts(
        now=now,
        days=days,
        health=await journal.health(now=now),
        accounts=accounts,
        gaps=[gap for gap in await journal.gaps() if gap.until >= since or gap.state is not GapState.CLOSED],
    )

"""From "an answer went missing" to the days that it may have held."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import define, field

from ropo_async._values import days_at_risk, http_date
from ropo_async.journal import GapDay, Loss

if TYPE_CHECKING:
    from collections.abc import Callable

    from ropo_async.inbox.policy import InboxPolicy
    from ropo_async.journal import Account, Journal

__all__ = ["Losses"]

MARGIN = timedelta(minutes=10)
"""How far ahead of ours the server's clock may be."""
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""When this was written: a clock that says an earlier time was never set, as after a start without a battery."""
FAR = datetime(2100, 1, 1, tzinfo=UTC)
"""Nobody has set a clock to that on purpose either."""


@define
class Losses:
    """What a loss of one account extends to."""

    journal: Journal
    account: Account
    policy: InboxPolicy
    now: Callable[[], datetime]
    since: datetime | None = None
    """From when on updates are to be complete, where nothing was drained yet; aware."""
    _ahead: timedelta = field(default=timedelta(0), init=False)
    """How far the server's clock is ahead of ours, as its last answer told."""

    def see(self, date_header: str) -> None:
        """Take note of the server's clock: one of the two may be wrong, and it is the server's that dates updates."""
        told = http_date(date_header)
        if told is not None and WRITTEN <= told < FAR:
            self._ahead = told - self.now()

    def earlier(self, moment: datetime) -> datetime:
        """Return `moment`, by our clock, by whichever of the two clocks is behind, unless they agree."""
        return _set(moment + self._ahead if self._ahead < -MARGIN else moment)

    async def of(self, cause: str) -> Loss:
        """Return the loss of an answer, now: from the last clean drain on, anything may be missing."""
        state, now = await self.journal.state(self.account), self.now()
        known = state.watermark or self.since
        return self._of(cause, known or _set(state.began or now), now, bounded=known is not None)

    def of_days(self, cause: str, first: date, last: date) -> Loss:
        """Return a loss that somebody suspects on certain days, both included."""
        now = self.now()
        days = tuple(first + timedelta(days=offset) for offset in range((last - first).days + 1))
        start = datetime(first.year, first.month, first.day, tzinfo=UTC)
        return Loss(cause, start, now, tuple(self._day(day, max(now, now + self._ahead)) for day in days))

    def _of(self, cause: str, since: datetime, now: datetime, *, bounded: bool) -> Loss:
        # A clock may have been set back since, or be wrong.
        theirs = now + self._ahead
        first, last = min(since, _set(now), _set(theirs)), max(since, now, theirs) + MARGIN
        days = days_at_risk(first, last, lateness=self.policy.lateness)
        return Loss(cause, first, now, tuple(self._day(day, max(now, theirs)) for day in days), bounded)

    def _day(self, day: date, lost: datetime) -> GapDay:
        # A day ends in UTC after it has ended in Finland, Norway and Sweden.
        end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        return GapDay(day, max(end + self.policy.after_midnight, lost + self.policy.settling))


def _set(moment: datetime) -> datetime:
    """Return `moment`, unless it is that of a clock which was never set."""
    return max(moment, WRITTEN)

"""What a report is made of, read from a journal: counts, times and states, and nobody's data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence  # noqa: TC003 - attrs reads the types of the fields
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen

from ropo_async.errors import InvalidInput
from ropo_async.journal import Activity, BookingState, DayFigures, Gap, GapState, Health, Lags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ropo_async.journal import Journal

__all__ = ["AccountFacts", "Facts", "Period", "attention", "gather"]

MOST_DAYS = 3660
SINGLE_DAYS = 100
"""More than these are shown by weeks."""


@frozen
class AccountFacts:
    """One account."""

    activity: Activity
    health: Health


@frozen
class Period:
    """The updates that arrived on one day, or in one week."""

    first: date
    """In UTC."""
    arrived: int = 0
    recovered: int = 0
    waiting: int = 0
    dead: int = 0


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

    @property
    def last(self) -> date:
        """The last of the days, in UTC."""
        return self.now.astimezone(UTC).date()

    @property
    def arrived(self) -> int:
        """How many updates arrived."""
        return sum(account.activity.arrived for account in self.accounts)

    @property
    def recovered(self) -> int:
        """How many of them came by being read again."""
        return sum(day.recovered for account in self.accounts for day in account.activity.days)

    @property
    def lags(self) -> Lags:
        """How long they took from their arrival to their acknowledgement."""
        return sum((account.activity.lags for account in self.accounts), start=Lags())

    @property
    def bookings(self) -> Counter[tuple[str, BookingState]]:
        """How many payments and credit notes were asked for, by kind and state."""
        return sum(
            (Counter(account.activity.bookings) for account in self.accounts), start=Counter[tuple[str, BookingState]]()
        )

    @property
    def weekly(self) -> bool:
        """Whether there are so many days that they are shown by weeks."""
        return self.days > SINGLE_DAYS

    @property
    def periods(self) -> list[Period]:
        """All accounts together, by days or by weeks; one on which nothing arrived is there as well."""
        return self.periods_of(self.accounts)

    def periods_of(self, accounts: Iterable[AccountFacts]) -> list[Period]:
        """Return what `accounts` did, by days or by weeks."""
        size = 7 if self.weekly else 1
        count = -(-self.days // size)
        # The first week may be short, and not the one that people look at.
        begin = self.last - timedelta(days=count * size - 1)
        found = defaultdict[int, list[DayFigures]](list)
        for account in accounts:
            for day in account.activity.days:
                found[(day.day - begin).days // size].append(day)
        return [
            Period(
                max(self.first, begin + timedelta(days=size * place)),
                arrived=sum(day.arrived for day in found[place]),
                recovered=sum(day.recovered for day in found[place]),
                waiting=sum(day.waiting for day in found[place]),
                dead=sum(day.dead for day in found[place]),
            )
            for place in range(count)
        ]


def attention(facts: Facts) -> list[tuple[str, int, str]]:
    """Return what somebody should look at: what, how many, and why; the most pressing first. Pure."""
    health, states = facts.health, Counter[BookingState]()
    for (_, state), count in facts.bookings.items():
        states[state] += count
    counted = (
        ("Gaps unresolved", health.unresolved_gaps, "it cannot be shown that nothing is missing"),
        ("Payments in doubt", states[BookingState.ESCALATED], "somebody has to look whether they are booked"),
        ("Payments absent", states[BookingState.PROBABLY_ABSENT], "they never showed on their invoices"),
        ("Dead letters", health.dead, "updates that were tried too often"),
        ("In quarantine", health.quarantined, "records that could not be read"),
        ("Gaps being closed", health.open_gaps, "their days are read again, without help"),
        ("Seen by a sweep alone", health.seen_only_by_sweep, "is another program on the feed?"),
    )
    return [(what, count, why) for what, count, why in counted if count]


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

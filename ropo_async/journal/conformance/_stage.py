"""What the tests of every theme share: a clock that is set by hand, two handles, and made-up updates."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest
from attrs import define

from ropo_async.errors import LeaseLost
from ropo_async.journal.gaps import GapDay, Loss
from ropo_async.journal.values import Account, Entry, Received, Source, Unreadable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence

    from ropo_async.journal.base import Journal
    from ropo_async.journal.values import Leased, Merged

MINE = Account("https://one.example", "1001")
YOURS = Account("https://one.example", "1002")
START = datetime(2027, 1, 15, 8, 0, 0, 250_000, tzinfo=UTC)
TODAY = START.date()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BILLNUM = "90210"
PERSONAL = "Meikäläinen"
SIGNALS = 5.0
"""Real seconds in which a bell must have been heard."""


@define
class Clock:
    """The clock of a journal, in Unix seconds, and the time by it."""

    seconds: float = START.timestamp()

    def __call__(self) -> float:
        """Return what a clock returns."""
        return self.seconds

    @property
    def time(self) -> datetime:
        """Its time."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def move(self, seconds: float) -> None:
        """Set it forward, or back."""
        self.seconds += seconds


class Stage:
    """The fixtures."""

    @pytest.fixture
    def clock(self) -> Clock:
        """The clock that the journal goes by."""
        return Clock()

    @pytest.fixture
    def handles(self, clock: Clock) -> tuple[Journal, Journal]:
        """Two handles on one new storage; what is put to the test overrides this."""
        raise NotImplementedError("override the fixture `handles`")

    @pytest.fixture
    def journal(self, handles: tuple[Journal, Journal]) -> Journal:
        """The first handle."""
        return handles[0]

    @pytest.fixture
    def other(self, handles: tuple[Journal, Journal]) -> Journal:
        """The second handle on the same storage, as another process has it."""
        return handles[1]


def update(
    key: str,
    content: str = "A",
    *,
    day: date | None = TODAY,
    billnum: str | None = None,
    is_open: bool = False,
) -> Entry:
    """Return an update; two of one key and one content are equal."""
    body = f'{{"key": "{key}", "billnum": "{billnum}", "name": "{PERSONAL}", "content": "{content}"}}'.encode()
    return Entry(key, hashlib.sha256(content.encode()).digest(), body, day, billnum, is_open)


def updates(count: int, *, billnum: str | None = None, start: int = 1) -> list[Entry]:
    """Return updates with ids of their own."""
    return [update(f"id:2:{number}", billnum=billnum) for number in range(start, start + count)]


def unreadable(key: str, billnum: str = BILLNUM, content: str = "A") -> Unreadable:
    """Return an update that cannot be read."""
    body = (
        f'{{"billnum": "{billnum}", "name": "{PERSONAL}", "content": "{content}", "ref": "", "amount": oops}}'.encode()
    )
    return Unreadable(key, body, "a number is missing")


def lost(*days: int, cause: str = "the connection broke", since: datetime = START - DAY, bounded: bool = True) -> Loss:
    """Return a loss that concerns days, counted from today."""
    wanted = tuple(GapDay(TODAY + DAY * day, datetime.combine(TODAY, START.timetz()) + DAY * (day + 1)) for day in days)
    return Loss(cause, since, START, wanted, bounded)


async def received(
    journal: Journal, *, account: Account = MINE, source: Source = Source.DRAIN, epoch: int = 1, at: datetime = START
) -> int:
    """Ask for updates and store an answer; return the poll, whose records are not merged yet."""
    poll = await journal.intend(account, epoch, source, "", at=at)
    await journal.receive(poll, Received(200, b'{"as": "it came"}', {"content-type": "application/json"}), at=at)
    return poll


async def page(
    journal: Journal,
    entries: Sequence[Entry] = (),
    bad: Sequence[Unreadable] = (),
    *,
    account: Account = MINE,
    source: Source = Source.DRAIN,
    at: datetime = START,
    loss: Loss | None = None,
) -> Merged:
    """Take one answer all the way into the journal."""
    poll = await received(journal, account=account, source=source, at=at)
    return await journal.merge(poll, entries, bad, source=source, at=at, loss=loss)


async def lent(
    journal: Journal,
    accounts: Collection[Account] | None = None,
    *,
    limit: int = 10_000,
    seconds: float = 60,
    attempts: int = 10,
    grouped: bool = False,
) -> list[Leased]:
    """Return what a consumer gets that asks until there is no more: what was tried before comes alone."""
    got: list[Leased] = []
    while len(got) < limit:
        left = limit - len(got)
        lent = await journal.lease(accounts, limit=left, seconds=seconds, attempts=attempts, grouped=grouped)
        if not lent.leases:
            break
        got += lent.leases
    return got


async def due(journal: Journal, *, grouped: bool = False, accounts: Collection[Account] | None = None) -> float | None:
    """Return when there is something to be had, where now there is nothing."""
    lent = await journal.lease(accounts, limit=1, seconds=60, attempts=10, grouped=grouped)
    assert lent.leases == []
    return lent.next_due


async def consumed(journal: Journal, accounts: Collection[Account] | None = None) -> list[tuple[str, int, int]]:
    """Settle all there is, and return what it was."""
    leases = await lent(journal, accounts)
    for leased in leases:
        await journal.ack(leased)
    return names(leases)


async def buried(journal: Journal, accounts: Collection[Account] | None = None) -> list[int]:
    """Make dead letters of all there is, and return their places."""
    leases = await lent(journal, accounts)
    for leased in leases:
        assert await journal.put_off(leased, seconds=0, attempts=1, error="ValueError")
    return [leased.seq for leased in leases]


async def refused(attempt: Awaitable[object]) -> None:
    """Do what must have no effect; it may be told."""
    with suppress(LeaseLost):
        await attempt


async def interrupted(attempt: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
    """Cancel an attempt after so many seconds."""
    end = anyio.current_time() + seconds
    async with anyio.create_task_group() as group:
        group.start_soon(attempt)
        # A sleep would be rounded to milliseconds.
        while anyio.current_time() < end:
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()


async def moments(attempt: Callable[[], Awaitable[None]]) -> list[float]:
    """Return seconds, from none to more than it takes."""
    start = anyio.current_time()
    await attempt()
    return [(anyio.current_time() - start) * part / 10 for part in range(14)]


def names(leases: Iterable[Leased]) -> list[tuple[str, int, int]]:
    """Return what tells records apart."""
    return [(leased.key, leased.ordinal, leased.revision) for leased in leases]


def keys(leases: Iterable[Leased | Entry]) -> list[str]:
    """Return the keys of records."""
    return [leased.key for leased in leases]

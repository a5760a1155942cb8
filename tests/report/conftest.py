"""A journal that has seen much."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from attrs import evolve

from ropo_async.journal import (
    Account,
    Booking,
    BookingState,
    DayState,
    Entry,
    GapDay,
    GapState,
    Journal,
    Loss,
    PollState,
    Received,
    Source,
    Unreadable,
)
from ropo_async.journal.conformance import Clock

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SERVER = "https://user:topsecret@fi-test.example/rest"
MINE, YOURS = Account("https://fi-test.example/rest", "1000011"), Account("https://se-test.example/rest", "2000022")
PERSONAL = ("Meikäläinen", "R-90210", "170585-951K", "710.10", "bank-2026-11-20-0017", "operation")
"""What is in the journal and must not be in a report."""


def entry(number: int) -> Entry:
    body = f'{{"name": "Meikäläinen", "ssn": "170585-951K", "amount": 710.10, "number": {number}}}'.encode()
    return Entry(f"id:2:{number}", hashlib.sha256(body).digest(), body, NOW.date(), "R-90210", is_open=True)


def lost(back: float, cause: str = "an answer went missing: the connection was lost") -> Loss:
    until = NOW - DAY * back
    days = tuple(GapDay((until - DAY * day).date(), until + DAY) for day in (2, 1, 0))
    return Loss(cause, until - 2 * DAY, until, days)


async def page(
    journal: Journal, account: Account, entries: list[Entry], *, at: datetime, source: Source = Source.DRAIN
) -> None:
    poll = await journal.intend(account, 1, source, "", at=at)
    await journal.receive(poll, Received(200, b"as it came"), at=at)
    bad = [Unreadable("raw:1", b'{"name": "Meik\xc3\xa4l\xc3\xa4inen"}', "a number is missing")] if not entries else []
    await journal.merge(poll, entries, bad, source=source, at=at)


async def clean(journal: Journal, account: Account, at: datetime) -> None:
    poll = await journal.intend(account, 1, Source.DRAIN, "", at=at)
    await journal.settle(poll, PollState.EMPTY, at=at, clean_since=at)


async def fill(journal: Journal, clock: Clock, days: int = 60) -> None:
    """Live through so many days up to `NOW`."""
    numbers = count()
    for back in range(days - 1, -1, -1):
        at = NOW - DAY * back
        clock.seconds = at.timestamp()
        for account in (MINE, YOURS):
            await page(journal, account, [entry(next(numbers)) for _ in range(3 + back % 5)], at=at)
            await clean(journal, account, at)
        await page(journal, MINE, [entry(next(numbers))], at=at, source=Source.BACKFILL)
        clock.move(90)
        if back:
            leases = (await journal.lease(None, limit=100, seconds=60, attempts=10)).leases
            for leased in leases:
                await journal.ack(leased)
    await page(journal, MINE, [], at=NOW)
    leases = (await journal.lease([MINE], limit=1, seconds=60, attempts=10)).leases
    assert await journal.put_off(leases[0], seconds=0, attempts=1, error="ValueError")
    for since, gap_state in ((40.0, GapState.CLOSED), (9.0, GapState.UNRESOLVED), (0.5, GapState.OPEN)):
        await journal.lose(MINE, lost(since))
        gap = (await journal.gaps(MINE))[-1]
        read = tuple(evolve(day, state=DayState.CONFIRMED, read_at=day.settles, rows=7) for day in gap.days)
        await journal.save_gap(evolve(gap, state=gap_state, days=gap.days if gap_state is GapState.OPEN else read))
    for number, (kind, state) in enumerate(
        [("payment", BookingState.APPLIED)] * 3
        + [("payment", BookingState.ESCALATED), ("credit note", BookingState.REJECTED)]
    ):
        booking = Booking(
            account=MINE,
            operation_id=f"bank-2026-11-20-00{17 + number}",
            kind=kind,
            digest=b"digest",
            body=b'{"amount": 710.10, "billnum": "R-90210"}',
            state=state,
            billnum="R-90210",
            created=NOW - DAY,
            changed=NOW,
        )
        assert await journal.add_booking(booking) == booking


@pytest.fixture
async def journal(anyio_backend: str) -> AsyncIterator[Journal]:
    clock = Clock()
    async with Journal.open("memory:", clock=clock) as journal:
        await fill(journal, clock)
        yield journal

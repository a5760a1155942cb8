"""What a journal has been doing, in figures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ropo_async.journal.activity import LAGS, Activity, DayFigures, Lags
from ropo_async.journal.bookings import BookingState
from ropo_async.journal.conformance._bookings import booking
from ropo_async.journal.conformance._stage import (
    BILLNUM,
    DAY,
    HOUR,
    MINE,
    PERSONAL,
    START,
    TODAY,
    YOURS,
    Clock,
    Stage,
    lent,
    page,
    unreadable,
    updates,
)
from ropo_async.journal.values import Source

if TYPE_CHECKING:
    from ropo_async.journal.base import Journal

SINCE = START - 8 * HOUR - timedelta(seconds=START.second, microseconds=START.microsecond)
"""The beginning of today, in UTC."""


class Activities(Stage):
    """By account and by day."""

    async def test_an_account_that_did_nothing_has_no_figures(self, journal: Journal) -> None:
        """And a journal without accounts has none at all."""
        assert await journal.activity(since=SINCE) == []
        for account in (YOURS, MINE):
            await page(journal, updates(1), account=account, at=START - DAY)
        found = await journal.activity(since=SINCE)
        assert found == [Activity(account=MINE), Activity(account=YOURS)]
        assert all((one.arrived, one.lags.total, sum(one.bookings.values())) == (0, 0, 0) for one in found)

    async def test_updates_are_counted_by_the_day_of_their_arrival(self, journal: Journal, other: Journal) -> None:
        """In UTC, to the second; and those that were read again by themselves."""
        midnight = SINCE + DAY
        for number, at in enumerate((SINCE - timedelta(seconds=1), SINCE, midnight - timedelta(seconds=1), midnight)):
            await page(journal, updates(2, start=10 * number), at=at)
        await page(journal, updates(3, start=100), source=Source.BACKFILL, at=midnight)
        await page(journal, updates(4, start=200), [unreadable("id:2:9")], source=Source.SWEEP, at=midnight)
        await page(journal, updates(5, start=300), source=Source.SALVAGE, at=midnight)
        await page(journal, updates(1), account=YOURS, at=midnight)
        mine, yours = await other.activity(since=SINCE)
        assert mine.days == (
            DayFigures(TODAY, 4, waiting=4),
            DayFigures(TODAY + DAY, 14, recovered=7, waiting=14),
        )
        assert (mine.arrived, yours.arrived) == (18, 1)
        earlier, _ = await other.activity(since=SINCE - DAY)
        assert earlier.days == (DayFigures(TODAY - DAY, 2, waiting=2), *mine.days)

    async def test_what_became_of_them(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """Acknowledged, and after how long; lent, put off, dead."""
        await page(journal, updates(5, billnum=BILLNUM))
        acked, late, dead, away, _ = await lent(journal, seconds=50_000)
        await journal.ack(acked)
        clock.move(4000)
        await journal.ack(late)
        await journal.put_off(dead, seconds=0, attempts=1, error="ValueError")
        await journal.put_off(away, seconds=9, attempts=9, error="ValueError")
        (mine,) = await other.activity(since=SINCE)
        counts = tuple(int(bound in (1.0, 6 * 3600.0)) for bound in LAGS)
        assert mine.days == (DayFigures(TODAY, 5, waiting=2, dead=1, lags=Lags(counts)),)
        assert mine.lags.within(0.5) == 1.0
        assert BILLNUM not in repr(mine)
        assert PERSONAL not in repr(mine)

    @pytest.mark.parametrize(("seconds", "place"), [(0, 0), (0.5, 0), (1, 1), (59, 3), (60, 4), (10**6, -1), (-9, 0)])
    async def test_each_length_has_its_class(self, journal: Journal, clock: Clock, seconds: float, place: int) -> None:
        """A bound belongs to the class above it; a clock that was set back counts as no time at all."""
        await page(journal, updates(1))
        (leased,) = await lent(journal, seconds=80_000)
        clock.move(seconds)
        await journal.ack(leased)
        (mine,) = await journal.activity(since=SINCE)
        assert mine.lags.counts[place] == mine.lags.total == 1

    async def test_what_was_purged_still_counts(self, journal: Journal, clock: Clock) -> None:
        """Its content is gone, its times are not."""
        await page(journal, updates(3))
        for leased in await lent(journal):
            await journal.ack(leased)
        before = await journal.activity(since=SINCE)
        await journal.purge(acked_older_than=clock.time + DAY)
        assert await journal.activity(since=SINCE) == before

    async def test_bookings_are_counted_by_kind_and_state(self, journal: Journal, other: Journal) -> None:
        """Those that were first asked for since then."""
        kinds = (("payment", BookingState.APPLIED),) * 2 + (("credit note", BookingState.REJECTED),)
        for number, (kind, state) in enumerate(kinds):
            await journal.add_booking(evolve(booking(f"id-{number}"), kind=kind, state=state))
        await journal.add_booking(evolve(booking("old"), created=SINCE - HOUR))
        (mine,) = await other.activity(since=SINCE)
        assert mine.bookings == {("payment", BookingState.APPLIED): 2, ("credit note", BookingState.REJECTED): 1}

"""Sweeps: days that are read again as a precaution, and what only they have seen."""

from datetime import UTC, datetime, timedelta

import pytest

from ropo_async.journal import Source
from ropo_async.simulator import Rereads
from tests.inbox.lives import Followed, followed
from tests.inbox.worlds import DAY, HOUR, LOST, MINUTE, NOON

pytestmark = pytest.mark.anyio

MIDNIGHT = datetime(2026, 3, 11, 22, tzinfo=UTC)
"""In Helsinki, at the end of the first day."""


async def read_in(feed: Followed) -> list[int]:
    """Return which days a round reads again, by how many days ago they were in Helsinki."""
    before = len(feed.world.reads)
    assert (await feed.inbox.drain()).recovery is None
    today = (feed.world.clock.time + 2 * HOUR).date()
    return [(today - datetime.fromisoformat(read.day).date()).days for read in feed.world.reads[before:]]


async def test_yesterday_is_read_again_an_hour_after_midnight_and_once() -> None:
    async with followed() as feed:
        feed.world.clock.time = MIDNIGHT + HOUR - MINUTE
        assert await read_in(feed) == []
        feed.world.pass_(MINUTE)
        assert await read_in(feed) == [1]
        assert await read_in(feed) == []
        feed.world.pass_(23 * HOUR)
        assert await read_in(feed) == []
        feed.world.pass_(HOUR)
        assert await read_in(feed) == [2, 1]


async def test_a_week_every_night_and_five_weeks_every_week_but_nothing_from_before_the_journal() -> None:
    async with followed() as feed:
        feed.world.clock.time = MIDNIGHT + 2 * HOUR
        found = []
        for _ in range(50):
            found.append(len(await read_in(feed)))
            feed.world.pass_(DAY)
        nightly = [min(night, 7) for night in range(1, 51)]
        # On the day on which the journal began both were noted; seven days later it is the weekly one's turn.
        weekly = {night: min(night, 35) for night in range(7, 51, 7)}
        assert found == [weekly.get(night, days) for night, days in enumerate(nightly, start=1)]


async def test_after_a_long_pause_one_sweep_is_enough() -> None:
    async with followed() as feed:
        feed.world.pass_(60 * DAY)
        assert await read_in(feed) == list(range(35, 0, -1))
        assert await read_in(feed) == []


async def test_what_a_stranger_has_taken_is_seen_by_sweeps_alone() -> None:
    async with followed() as feed:
        feed.world.changes(3)
        await feed.inbox.drain()
        feed.world.changes(4)
        feed.world.changes(2, statusid="", statustext="the same")
        await feed.world.take_as_a_stranger()
        feed.world.changes(1, statusid="", statustext="the same")
        assert (await feed.inbox.drain()).new == 1
        feed.world.pass_(DAY)
        assert (await feed.inbox.drain()).new == 0
        health = await feed.inbox.health()
        assert health.records == 10
        assert health.seen_only_by_sweep == 6
        sources = [delivery.source async for delivery in feed.inbox.deliveries(forever=False)]
        assert sources == [Source.DRAIN] * 4 + [Source.SWEEP] * 6
        assert await feed.inbox.gaps() == []
        await feed.settles()
        assert (await feed.inbox.health()).seen_only_by_sweep == 6


async def test_nothing_is_seen_by_sweeps_alone_where_nothing_is_wrong() -> None:
    async with followed() as feed:
        for _ in range(12):
            feed.world.pass_(8 * HOUR)
            feed.world.changes(2)
            feed.world.changes(2, late=20 * HOUR)
            feed.world.changes(2, late=20 * HOUR, statusid="", statustext="the same")
            # These wait in the feed while yesterday is read again.
            feed.meanwhile(3, late=20 * HOUR)
            await feed.inbox.drain()
        feed.life.clear()
        await feed.inbox.drain()
        health = await feed.inbox.health()
        assert health.records == 12 * 9
        assert health.seen_only_by_sweep == 0
        assert await feed.ends() == ([], 0)


async def test_what_a_gap_explains_is_not_seen_by_sweeps_alone() -> None:
    async with followed(rereads=Rereads(only_recorded=True)) as feed:
        feed.world.changes(5)
        await feed.loses()
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)
        assert (await feed.inbox.health()).seen_only_by_sweep == 0


@pytest.mark.parametrize("late", [timedelta(0), DAY], ids=["of the same day", "of two days"])
async def test_what_an_id_said_before_is_no_news(late: timedelta) -> None:
    async with followed() as feed:
        feed.world.change(statusid="C0", statustext="first")
        await feed.inbox.drain()
        feed.world.pass_(late)
        feed.world.change(statusid="C0", statustext="second")
        await feed.inbox.drain()
        await feed.settles(days=5)
        health = await feed.inbox.health()
        assert (health.records, health.seen_only_by_sweep) == (2, 0)


async def test_what_somebody_took_before_the_journal_began_is_seen_of_its_first_day_alone() -> None:
    async with followed(begun=False) as feed:
        feed.world.changes(3, late=2 * HOUR, recorded=True)
        feed.world.changes(5, late=DAY, recorded=True)
        await feed.inbox.drain()
        await feed.settles(days=9)
        health = await feed.inbox.health()
        assert (health.records, health.seen_only_by_sweep) == (3, 3)


async def test_a_sweep_that_fails_half_way_begins_again() -> None:
    async with followed() as feed:
        feed.world.pass_(5 * DAY)
        feed.world.fail_reading(LOST, skip=2, times=3)
        found = await feed.inbox.drain()
        assert found.drained
        assert found.recovery is not None
        assert len(feed.world.reads) == 2
        feed.world.pass_(MINUTE)
        assert await read_in(feed) == [5, 4, 3, 2, 1]
        assert await read_in(feed) == []


async def test_no_sweep_before_the_feed_is_read_to_its_end() -> None:
    async with followed() as feed:
        feed.world.pass_(DAY)
        feed.world.changes(2)
        found = await feed.loses()
        assert not found.drained
        assert {read.day for read in feed.world.reads} == {
            day.day.isoformat() for day in (await feed.inbox.gaps())[0].days
        }
        assert await read_in(feed) == [1]


async def test_a_clock_that_was_ahead_does_not_put_sweeps_off() -> None:
    async with followed() as feed:
        feed.world.clock.skew = 30 * DAY
        assert len(await read_in(feed)) == 30
        feed.world.clock.skew = timedelta(0)
        feed.world.pass_(2 * DAY)
        assert await read_in(feed) == [2, 1]
        assert feed.world.clock.time == NOON + 2 * DAY + 5 * MINUTE

"""From a loss to the end of its gap: which days are read again, when, and what that proves."""

from datetime import UTC, date

import pytest
from attrs import evolve

from ropo_async.errors import InvalidInput
from ropo_async.simulator import Fault, Rereads
from tests.inbox.lives import Followed, Life, followed
from tests.inbox.worlds import DAY, HOUR, LOST, MINUTE, NOON, UNSWEPT

pytestmark = pytest.mark.anyio

STRICT = Rereads(only_recorded=True)
"""A reading shows nothing that waits in the feed: what it is to find must be lost already."""
TODAY = NOON.date()


async def states(feed: Followed) -> dict[int, str]:
    """Return the states of the only gap's days, by how many days ago they were on the first day."""
    (gap,) = await feed.inbox.gaps()
    return {(TODAY - day.day).days: str(day.state) for day in gap.days}


async def test_a_gap_is_read_at_once_and_again_when_nothing_can_be_late() -> None:
    async with followed(rereads=STRICT, inbox={"policy": UNSWEPT}) as feed:
        feed.world.changes(2)
        feed.world.changes(2, late=40 * HOUR)
        assert (await feed.loses()).recovery is None
        assert await states(feed) == {2: "read", 1: "read", 0: "read"}
        assert await feed.ends() == (["backfilled"], 0)
        feed.world.pass_(2 * HOUR)
        await feed.inbox.drain()
        assert await states(feed) == {2: "confirmed", 1: "confirmed", 0: "read"}
        feed.world.pass_(12 * HOUR)
        await feed.inbox.drain()
        assert await states(feed) == {2: "confirmed", 1: "confirmed", 0: "read"}
        feed.world.pass_(HOUR)  # 01:05 in UTC
        await feed.inbox.drain()
        assert await feed.ends() == (["closed"], 0)
        assert len(feed.world.reads) == 6


async def test_losses_while_a_gap_is_half_read_are_one_gap_and_all_its_days_are_read_after_the_last() -> None:
    async with followed(rereads=STRICT, page_size=2) as feed:
        feed.world.changes(2, late=40 * HOUR)
        feed.world.fail_reading(LOST, skip=1, times=3)
        assert (await feed.loses()).recovery is not None
        assert await states(feed) == {2: "read", 1: "due", 0: "due"}
        feed.world.pass_(3 * HOUR)
        feed.world.changes(2, late=42 * HOUR)
        feed.world.fail_reading(LOST, skip=2, times=3)
        await feed.loses()
        assert await states(feed) == {2: "read", 1: "read", 0: "due"}
        feed.world.pass_(MINUTE)
        feed.world.changes(2, late=42 * HOUR)
        await feed.loses()
        assert await states(feed) == {2: "read", 1: "read", 0: "read"}
        (gap,) = await feed.inbox.gaps()
        assert len(gap.causes) == 3
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)
        assert await feed.world.closed_too_early(feed.journal) == []


async def test_a_loss_between_the_first_and_the_confirming_reading() -> None:
    async with followed(rereads=STRICT) as feed:
        feed.world.changes(2, late=40 * HOUR)
        await feed.loses()
        feed.world.pass_(2 * HOUR)
        await feed.inbox.drain()
        assert await states(feed) == {2: "confirmed", 1: "confirmed", 0: "read"}
        feed.world.changes(2, late=40 * HOUR)
        await feed.loses()
        assert await states(feed) == {2: "read", 1: "read", 0: "read"}
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)
        assert await feed.world.closed_too_early(feed.journal) == []


async def test_loss_after_loss_reaches_back_to_the_last_time_that_the_feed_was_read_to_its_end() -> None:
    async with followed(rereads=STRICT, page_size=2, inbox={"policy": UNSWEPT}) as feed:
        feed.world.changes(6)
        feed.world.pass_(3 * DAY)
        for _ in range(3):
            await feed.loses()
            feed.world.pass_(3 * HOUR)
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)
        assert (await feed.inbox.gaps())[0].since == NOON


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_loss_of_another_poller_while_a_day_is_read_is_not_overwritten(when: str) -> None:
    async with followed(rereads=STRICT) as feed:
        feed.world.changes(2, late=40 * HOUR)
        await feed.loses()
        feed.world.pass_(2 * HOUR)
        other = Life(feed.world, feed.journal)

        async def another_loss() -> None:
            await feed.life.turn.release()
            feed.world.changes(2, late=40 * HOUR)
            feed.world.fail()
            feed.world.fail_reading(LOST, times=3)
            assert (await other.inbox().drain()).trouble is not None

        feed.life.trap("save_gap", when, another_loss, skip=1)
        await feed.inbox.drain()
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)
        assert await feed.world.closed_too_early(feed.journal) == []


UNREADABLE = {
    fault.name: fault for fault in (Fault.html(200), Fault.body(b"{}"), Fault.gzip_cut(), Fault.close_delimited())
}


@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE)
async def test_an_answer_that_cannot_be_read_is_no_reading_of_a_day(fault: Fault) -> None:
    async with followed(rereads=STRICT) as feed:
        for days in range(3):
            feed.world.changes(2, late=days * DAY)
        feed.world.fail_reading(fault, times=1000)
        assert (await feed.loses()).recovery is not None
        await feed.settles()
        assert await states(feed) == {2: "due", 1: "due", 0: "due"}
        feed.world.vendor.faults.clear()
        assert (await feed.inbox.drain()).recovery is None
        assert await feed.ends() == (["closed"], 0)


@pytest.mark.parametrize("fault", [None, Fault.cut()], ids=["whole", "cut"])
async def test_a_page_in_which_nothing_can_be_read_is_kept(fault: Fault | None) -> None:
    async with followed(rereads=STRICT) as feed:
        feed.world.changes(3, amount="a lot")
        if fault is not None:
            feed.world.fail(fault)
        await feed.inbox.drain()
        assert len(await feed.inbox.quarantined()) == 3
        assert await feed.ends() == (["backfilled"] if fault else [], 0)


async def test_the_first_run_does_not_know_how_far_back_to_read() -> None:
    async with followed(rereads=STRICT, begun=False) as feed:
        feed.world.changes(2)
        feed.world.changes(3, late=10 * DAY)
        await feed.loses()
        await feed.settles()
        assert await feed.ends() == (["unresolved"], 3)
        assert "name the day with `since`" in await feed.reason()


@pytest.mark.parametrize(
    "since",
    [NOON - 10 * DAY, (NOON - 10 * DAY).date(), (NOON - 12 * DAY).replace(tzinfo=UTC)],
    ids=["moment", "date", "earlier"],
)
async def test_the_first_run_with_since(since: date) -> None:
    async with followed(rereads=STRICT, begun=False, inbox={"since": since}) as feed:
        feed.world.changes(2)
        feed.world.changes(3, late=10 * DAY)
        await feed.loses()
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)


@pytest.mark.parametrize(
    "lateness",
    [
        pytest.param(6, id="it looks far enough"),
        pytest.param(2, id="it does not", marks=pytest.mark.xfail(strict=True, reason="that is what a policy is")),
    ],
)
async def test_what_is_dated_further_back_than_the_policy_looks(lateness: int) -> None:
    policy = evolve(UNSWEPT, lateness=lateness * DAY)
    async with followed(rereads=STRICT, inbox={"policy": policy}) as feed:
        feed.world.changes(2, late=5 * DAY)
        await feed.loses()
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)


async def test_days_that_are_asked_for() -> None:
    async with followed(rereads=STRICT) as feed:
        feed.world.changes(2, late=9 * DAY)
        feed.world.changes(2, late=4 * DAY)
        await feed.world.take_as_a_stranger()
        await feed.inbox.reread(TODAY - 9 * DAY, TODAY - 8 * DAY)
        await feed.inbox.reread(TODAY - 4 * DAY)
        assert set(await states(feed)) == {9, 8, 4, 3, 2, 1, 0}
        found = await feed.inbox.drain()
        assert (found.drained, found.new) == (True, 0)
        assert (await feed.inbox.health()).records == 4
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)
        assert {read.day for read in feed.world.reads} >= {f"{TODAY - back * DAY}" for back in (9, 8, 4, 3, 2, 1, 0)}
        assert (await feed.inbox.health()).seen_only_by_sweep == 0


async def test_asking_again_after_an_unresolved_gap_makes_another_one() -> None:
    async with followed(rereads=STRICT, begun=False) as feed:
        feed.world.changes(2, late=20 * DAY)
        await feed.loses()
        await feed.settles()
        assert await feed.ends() == (["unresolved"], 2)
        await feed.inbox.reread(TODAY - 21 * DAY, TODAY)
        await feed.settles()
        assert await feed.ends() == (["unresolved", "closed"], 0)


async def test_what_is_asked_for_must_be_days() -> None:
    async with followed() as feed:
        for first, last in ((TODAY, TODAY - DAY), (NOON, TODAY), ("2026-03-11", TODAY), (TODAY, NOON)):
            with pytest.raises(InvalidInput):
                await feed.inbox.reread(first, last)  # type: ignore[arg-type]
        assert await feed.inbox.gaps() == []

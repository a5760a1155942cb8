"""Leases: a heartbeat keeps what is being worked on, and whoever comes too late is told and changes nothing."""

from collections.abc import Sequence
from contextlib import suppress

import anyio
import pytest

from ropo_async.errors import JournalError, JournalProblem, LeaseLost
from ropo_async.journal import Leased
from ropo_async.journal._sql import SqlJournal
from tests.inbox.desk import (  # noqa: F401
    EVERYWHERE,
    Beats,
    Clock,
    Desk,
    a_clock,
    a_desk,
    a_storage,
    key,
    payment,
    payments,
    some_beats,
)

pytestmark = pytest.mark.anyio

LONG = 400 * 24 * 3600.0
TINY = 0.06
"""A lease whose heart beats every 20 ms. The journal has a clock of its own: slow machines lose nothing."""


@EVERYWHERE
async def test_a_long_handler_keeps_what_it_has(desk: Desk, clock: Clock, beats: Beats) -> None:
    """And what was lent with it, for as long as it takes."""
    await desk.put(payments(3))
    other = desk.another(await desk.handle())
    kept = list[str]()
    async for delivery in desk.inbox.deliveries(lease=TINY, forever=False):
        async with delivery:
            kept.append(delivery.key)
            for _ in range(5):
                await beats.more()
                clock.advance(0.9 * TINY)
                assert await desk.left(other) == []
            await beats.more()
        assert delivery.attempt == 1
    assert kept == [key(1), key(2), key(3)]
    clock.advance(LONG)
    assert await desk.left(other) == []


@EVERYWHERE
async def test_a_handler_that_lost_its_lease_is_told_at_the_end(desk: Desk, clock: Clock) -> None:
    """The other's acknowledgement stands."""
    await desk.put([payment(1)])
    ours = await desk.one(lease=60, acks="each")
    with pytest.raises(LeaseLost):  # noqa: PT012 - what happens in the block is the test
        async with ours:
            clock.advance(61)
            assert await desk.left(desk.another(await desk.handle())) == [key(1)]
    clock.advance(LONG)
    assert await desk.left() == []


@EVERYWHERE
async def test_who_comes_too_late_disturbs_nobody(desk: Desk, clock: Clock) -> None:
    """While the other is still at it."""
    await desk.put([payment(1)])
    ours = await desk.one(lease=60)
    clock.advance(61)
    theirs = await desk.one(desk.another(await desk.handle()), acks="each")
    assert (theirs.attempt, theirs.key) == (2, ours.key)
    for late in (ours.ack, ours.retry):
        with pytest.raises(LeaseLost):
            await late()
    await ours.give_back()
    assert await desk.left() == []
    async with theirs:
        pass
    clock.advance(LONG)
    assert await desk.left() == []
    assert await desk.inbox.dead() == []


async def test_a_heartbeat_takes_nothing_back(desk: Desk, clock: Clock, beats: Beats) -> None:
    await desk.put([payment(1)])
    with pytest.raises(LeaseLost):  # noqa: PT012 - what happens in the block is the test
        async with await desk.one(lease=TINY):
            clock.advance(1.1 * TINY)
            theirs = await desk.one(lease=60, attempts=20)
            await beats.more(3)
            clock.advance(61)
            assert (await desk.one(lease=60)).attempt == theirs.attempt + 1


async def test_slow_is_not_too_late(desk: Desk, clock: Clock) -> None:
    """Where nobody else has had it meanwhile."""
    await desk.put([payment(1)])
    async with await desk.one(lease=60):
        clock.advance(3600)
    assert await desk.left() == []
    assert (await desk.inbox.health()).waiting == 0


async def test_a_failure_is_the_news_and_not_the_lost_lease(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(1)])
    with pytest.raises(ArithmeticError):  # noqa: PT012 - what happens in the block is the test
        async with await desk.one(lease=60):
            clock.advance(61)
            theirs = await desk.one()
            raise ArithmeticError
    await theirs.ack()
    clock.advance(LONG)
    assert await desk.left() == []


async def test_a_cancelled_handler_that_lost_its_lease_gives_nothing_away(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(1)])
    with anyio.CancelScope() as scope:
        async with await desk.one(lease=60):
            clock.advance(61)
            theirs = await desk.one()
            scope.cancel()
            await anyio.sleep_forever()
    assert await desk.left() == []
    await theirs.ack()
    clock.advance(LONG)
    assert await desk.left() == []


@pytest.mark.parametrize("problem", [JournalProblem.BUSY, JournalProblem.UNREACHABLE], ids=lambda one: one.name)
async def test_a_heart_that_misses_a_beat_stops_nobody(
    desk: Desk, clock: Clock, beats: Beats, monkeypatch: pytest.MonkeyPatch, problem: JournalProblem
) -> None:
    await desk.put([payment(1)])
    extend, left = SqlJournal.extend, 3

    async def failing(journal: SqlJournal, leases: Sequence[Leased], seconds: float) -> set[int]:
        nonlocal left
        left -= 1
        if left >= 0:
            beats.beat()
            raise JournalError(problem)
        return await extend(journal, leases, seconds)

    monkeypatch.setattr(SqlJournal, "extend", failing)
    async with await desk.one(lease=TINY):
        await beats.more(3)
        clock.advance(0.9 * TINY)
        await beats.more(2)
        clock.advance(0.9 * TINY)
        assert await desk.left() == []
    assert (await desk.inbox.health()).waiting == 0


async def test_a_consumer_that_lingers_between_two_updates_keeps_them(desk: Desk, clock: Clock) -> None:
    """No heart beats then; but before the next is handed out its lease is looked after."""
    await desk.put(payments(2))
    iteration = desk.inbox.deliveries(lease=TINY, forever=False)
    async with await anext(iteration):
        pass
    clock.advance(0.9 * TINY)
    await anyio.sleep(0.6 * TINY)
    async with await anext(iteration) as update:
        clock.advance(0.9 * TINY)
        assert await desk.left() == []
        assert update.statusid == "P2"


async def test_what_was_lost_before_it_was_begun_is_not_handed_out(desk: Desk, clock: Clock) -> None:
    await desk.put(payments(3))
    iteration = desk.inbox.deliveries(lease=TINY, forever=False)
    async with await anext(iteration):
        pass
    clock.advance(1.1 * TINY)
    theirs = await desk.one()
    assert theirs.key == key(2)
    await anyio.sleep(0.6 * TINY)
    assert (await anext(iteration)).key == key(3)
    await theirs.ack()


async def test_what_was_taken_and_never_begun_comes_again(desk: Desk, clock: Clock, beats: Beats) -> None:
    """A consumer that skips an update has no handler whose heart could beat for it."""
    await desk.put(payments(2))
    iteration = desk.inbox.deliveries(lease=TINY, forever=False)
    await anext(iteration)
    async with await anext(iteration):
        for _ in range(5):
            await beats.more()
            clock.advance(0.9 * TINY)
        assert await desk.left() == [key(1)]


@EVERYWHERE
async def test_what_is_erased_meanwhile_is_settled(desk: Desk, clock: Clock) -> None:
    """Its handler is told that it came too late, and nothing comes again."""
    await desk.put(payments(2))
    ours = await desk.one(acks="each")
    with pytest.raises(LeaseLost):
        async with ours:
            assert await desk.journal.erase(billnum="B1") == 1
    with suppress(LeaseLost):
        await ours.retry()
    clock.advance(LONG)
    assert await desk.left() == [key(2)]
    assert await desk.inbox.dead() == []


async def test_what_is_erased_before_it_was_begun_is_not_handed_out(desk: Desk) -> None:
    await desk.put(payments(3))
    iteration = desk.inbox.deliveries(lease=TINY, forever=False)
    async with await anext(iteration):
        await desk.journal.erase(billnum="B2")
    await anyio.sleep(0.6 * TINY)
    assert [delivery.key async for delivery in iteration] == [key(3)]


async def test_each_lease_keeps_to_its_own_terms(desk: Desk, clock: Clock) -> None:
    await desk.put(payments(2))
    await desk.one(lease=10)
    await desk.one(lease=1000)
    clock.advance(11)
    assert await desk.left() == [key(1)]
    clock.advance(1000)
    assert await desk.left() == [key(2)]


async def test_a_jump_of_the_clock_back_holds_up_nothing(desk: Desk, clock: Clock) -> None:
    await desk.put(payments(2))
    await desk.one()
    with suppress(ArithmeticError):
        async with await desk.one():
            raise ArithmeticError
    clock.advance(-LONG)
    assert await desk.left() == [key(1), key(2)]


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
async def test_much_that_was_tried_too_often_holds_up_nothing(desk: Desk, clock: Clock) -> None:
    """Also where it is found piece by piece."""
    await desk.put(payments(1500))
    await desk.one(batch=1499, attempts=1)
    clock.advance(61)
    assert await desk.left(batch=1, attempts=1) == [key(1500)]
    assert (await desk.inbox.health()).dead == 1499

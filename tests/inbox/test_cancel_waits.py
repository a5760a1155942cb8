"""Cancelled while it waits: for its turn, for the next round, for a slow answer, for one that never comes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import pytest

from ropo_async.errors import FeedBusy
from ropo_async.hooks import GapOpened, RoundFinished
from ropo_async.inbox import Inbox, rounds
from ropo_async.simulator import Fault
from tests.inbox.cancels import Strike, in_every_way
from tests.inbox.feeds import PAGE, POLL, QUICK, World, world

pytestmark = [pytest.mark.anyio, pytest.mark.slow, in_every_way]

LONG = timedelta(hours=1)
AT_ONCE = 2.0
"""Seconds that a busy machine may take for what takes no time."""


@asynccontextmanager
async def hours_later() -> AsyncIterator[World]:
    """A feed that was read so long ago that pollers do not leave a round out."""
    async with world("memory:") as feed:
        feed.clock.advance(hours=2)
        feed.add(PAGE)
        feed.events.clear()
        yield feed


@asynccontextmanager
async def waiting(cancel: Any, work: Callable[[], Any]) -> AsyncIterator[Callable[[], Any]]:
    """Run `work` during the block, and give what cancels it; afterwards it has ended."""
    strike = Strike(0)
    async with anyio.create_task_group() as group:
        group.start_soon(cancel, work, strike)
        yield lambda: strike.arm()  # noqa: PLW0108 - it is set later
    assert [task for task in strike.tasks if not task.done()] == []


async def whole_again(feed: World) -> None:
    """The turn is free, for this inbox and another, and nothing is missing or doubled."""
    assert feed.idle()
    assert (await feed.inbox.drain(wait=False)).drained
    assert (await (await feed.another()).drain(wait=False)).drained
    await feed.complete()


def drain_of(inbox: Inbox) -> Callable[[], Any]:
    async def drain() -> None:
        await inbox.drain()

    return drain


def poll_of(inbox: Inbox) -> Callable[[], Any]:
    async def poll() -> None:
        async with inbox.polling(LONG):
            await anyio.sleep_forever()

    return poll


@pytest.fixture(params=[drain_of, poll_of], ids=["drain", "polling"])
def work_of(request: pytest.FixtureRequest) -> Any:
    return request.param


async def test_for_its_turn(cancel: Any, work_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "TURN_PAUSE", 0.01)
    async with hours_later() as feed:
        feed.simulator.fail(Fault.delay(0.3), operation=POLL, query=())
        asked, other = feed.polls, await feed.another()
        async with waiting(cancel, drain_of(feed.inbox)):
            await feed.simulator.truth.until(lambda _: feed.polls > asked)
            async with waiting(cancel, work_of(other)) as stop:
                with pytest.raises(FeedBusy):
                    await other.drain(wait=False)
                await anyio.sleep(0.05)
                stop()
            assert feed.told(RoundFinished) == []  # the other one waits no more, while the first is at work
        assert feed.polls - asked == 2
        await whole_again(feed)


async def test_for_the_next_round(cancel: Any) -> None:
    async with hours_later() as feed:
        began = anyio.current_time()
        async with waiting(cancel, poll_of(feed.inbox)) as stop:
            await feed.events.until(RoundFinished)
            stop()
        assert anyio.current_time() - began < AT_ONCE
        await whole_again(feed)


async def test_for_a_slow_answer_which_is_stored_before_it_ends(cancel: Any, work_of: Any) -> None:
    async with hours_later() as feed:
        feed.add(PAGE)
        feed.simulator.fail(Fault.delay(0.2), operation=POLL, query=())
        asked = feed.polls
        async with waiting(cancel, work_of(feed.inbox)) as stop:
            await feed.simulator.truth.until(lambda _: feed.polls > asked)
            stop()
        assert feed.polls - asked == 1
        await feed.take()
        assert [taken.id for taken in feed.taken] == feed.simulator.truth.recorded
        assert len(feed.taken) == PAGE
        await whole_again(feed)
        assert await feed.inbox.gaps() == []


async def test_for_an_answer_that_never_comes_until_the_deadline_and_leaves_a_gap(cancel: Any, work_of: Any) -> None:
    async with hours_later() as feed:
        feed.simulator.fail(Fault.hang(processed=True), operation=POLL, query=())
        client = await feed.connect(timeouts=QUICK)
        await client.status_updates.prepare()
        asked, impatient = feed.polls, await feed.another(client)
        async with waiting(cancel, work_of(impatient)) as stop:
            await feed.simulator.truth.until(lambda _: feed.polls > asked)
            stop()
        assert feed.polls - asked == 1
        assert len(feed.told(GapOpened)) == len(await feed.inbox.gaps()) == 1
        await feed.conserved()
        await whole_again(feed)


async def test_for_a_day_that_is_read_again_it_ends_at_once(cancel: Any, work_of: Any) -> None:
    async with hours_later() as feed:
        feed.simulator.fail(Fault.drop(processed=True), operation=POLL, query=())
        feed.simulator.fail(Fault.hang(processed=True), operation=POLL, query=("date",))
        async with waiting(cancel, work_of(feed.inbox)) as stop:
            await feed.simulator.truth.until(lambda truth: truth.requests[-1].query == ("date",))
            began = anyio.current_time()
            stop()
        assert anyio.current_time() - began < AT_ONCE
        await feed.conserved()
        await whole_again(feed)


async def test_for_the_login_before_anything_is_asked(cancel: Any, work_of: Any) -> None:
    async with hours_later() as feed:
        feed.simulator.fail(Fault.hang(processed=True), operation="POST /token")
        fresh = await feed.another()
        asked, logins = feed.polls, feed.simulator.truth.count("POST /token")
        async with waiting(cancel, work_of(fresh)) as stop:
            await feed.simulator.truth.until(lambda truth: truth.count("POST /token") > logins)
            began = anyio.current_time()
            stop()
        assert anyio.current_time() - began < AT_ONCE
        assert feed.polls == asked
        assert (await fresh.drain(wait=False)).drained
        await whole_again(feed)

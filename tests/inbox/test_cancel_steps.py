"""A drain or a poller, cancelled before any of its steps in any way: the next one goes on as if it had not been."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from attrs import frozen

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.hooks import RoundFinished
from ropo_async.journal import GapState
from ropo_async.journal._sql import SqlJournal
from ropo_async.simulator import Fault
from tests.inbox.cancels import Strike, in_every_way, native, scope
from tests.inbox.feeds import POLL, World, everywhere, journal_url, world  # noqa: F401

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PAGE, MANY = 4, 2000
STRIDE = 29
"""Of so many steps one is struck where time matters; the ways to cancel begin at different ones."""
EARLY = 3
"""A step at which the turn is just being taken."""


@asynccontextmanager
async def with_all_that_there_is(url: str) -> AsyncIterator[World]:
    """A round that takes an answer apart, gives one up, logs in, polls to the end, reads days again, and sweeps."""
    async with world(url, page_size=PAGE) as feed:
        feed.clock.advance(days=1)
        await feed.inbox.drain()
        feed.clock.advance(hours=20)
        feed.add(3 * PAGE)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SqlJournal, "merge", fails)
            await in_vain(feed)  # leaves an answer that is stored and not taken apart
            patch.setattr(SqlJournal, "unfinished", finds_nothing)
            patch.setattr(SqlJournal, "receive", fails)
            await in_vain(feed)  # and a poll of which nobody knows what became
        feed.client = await feed.connect()  # without a token
        feed.inbox = await feed.another(feed.client)
        yield feed


async def fails(*_: Any, **__: Any) -> Any:
    raise JournalError(JournalProblem.FULL)


async def finds_nothing(*_: Any) -> list[Any]:
    return []


async def in_vain(feed: World) -> None:
    with pytest.raises(JournalError):
        await (await feed.another()).drain()


@asynccontextmanager
async def with_a_cut_answer(url: str) -> AsyncIterator[World]:
    """A round whose second answer breaks off, so that days are read again at once."""
    async with world(url, page_size=PAGE) as feed:
        feed.add(2 * PAGE)
        feed.simulator.fail(Fault.cut(), operation=POLL, query=(), skip=1)
        feed.simulator.revoke_tokens()
        yield feed


async def drained(feed: World) -> None:
    await feed.inbox.drain()


async def polled(feed: World) -> None:
    feed.events.clear()
    async with feed.inbox.polling(timedelta(hours=1)):
        await feed.events.until(RoundFinished)


@frozen
class Case:
    """What is cancelled."""

    prepared: Callable[[str], AbstractAsyncContextManager[World]]
    work: Callable[[World], Awaitable[None]]

    def __str__(self) -> str:
        return f"{self.work.__name__}-{self.prepared.__name__}"


CASES = [Case(with_all_that_there_is, drained), Case(with_a_cut_answer, drained), Case(with_all_that_there_is, polled)]
in_every_case = pytest.mark.parametrize("case", CASES, ids=str)


async def strike_at(step: int, cancel: Any, case: Case, url: str) -> Strike:
    """Cancel before one step, and see what comes of that."""
    async with case.prepared(url) as feed:
        strike, polls = Strike(step), list[int]()
        strike.note = lambda: polls.append(feed.polls - refused(feed))
        with strike.watching():
            await cancel(partial(case.work, feed), strike)
        # The poll that was about to be sent is sent; no other one.
        assert [feed.polls - refused(feed) - sent for sent in polls] in ([], [0], [1])
        assert feed.idle()

        # The turn is free, for the same inbox and for another.
        await feed.inbox.drain(wait=False)
        await feed.conserved()
        restarted = await feed.another()
        assert (await restarted.drain(wait=False)).drained
        await feed.complete()
        feed.clock.advance(days=3)
        await restarted.drain(wait=False)
        # Not even a false gap has come of it.
        [gap] = await feed.inbox.gaps()
        assert (gap.state, len(gap.causes)) == (GapState.CLOSED, 1)
        await feed.complete()
        return strike


def refused(feed: World) -> int:
    """Return how many requests came with an old token, and were sent once more with a new one."""
    return sum(exchange.status == 401 for exchange in feed.simulator.truth.requests)


async def strike_each(steps: Iterable[int], cancel: Any, case: Case, url: str = "memory:") -> int:
    """Strike at each of the steps that there are, and return how many that was."""
    for done, step in enumerate(steps):
        if not (await strike_at(step, cancel, case, url.format(step))).struck:
            return done
    raise AssertionError("it does not end")


@in_every_way
@in_every_case
async def test_some_steps(cancel: Any, case: Case) -> None:
    begin = EARLY + sum(map(ord, cancel.__name__)) % STRIDE
    assert await strike_each([EARLY, *range(begin, MANY, STRIDE)], cancel, case) > 4


@everywhere
async def test_some_steps_on_disk(anyio_backend: str, journal_url: str) -> None:  # noqa: F811
    cancel = native if anyio_backend == "asyncio" else scope
    assert await strike_each([EARLY, *range(7, MANY, 2 * STRIDE)], cancel, CASES[0], f"{journal_url}_{{}}") > 4


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(600)
@in_every_way
@in_every_case
async def test_every_step(cancel: Any, case: Case) -> None:
    # The round with everything in it is struck everywhere; of the others every third step, each way at other ones.
    steps = range(1, MANY) if case is CASES[0] else range(1 + sum(map(ord, cancel.__name__)) % 3, MANY, 3)
    assert await strike_each(steps, cancel, case) > 150 // steps.step

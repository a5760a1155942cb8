"""How the block around a background poller ends: what is under way is stored, and errors come out as they are."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import anyio
import pytest

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.hooks import RoundFinished
from ropo_async.journal._sql import SqlJournal
from ropo_async.simulator import Fault
from tests.inbox.feeds import PAGE, POLL, World, world

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


class OwnError(Exception):
    """What a body raises."""


class OwnInterrupt(BaseException):
    """What comes from further out."""


ERRORS: dict[str, Callable[[], BaseException]] = {
    "own": OwnError,
    "interrupt": OwnInterrupt,
    "ctrl_c": KeyboardInterrupt,
    "exit": lambda: SystemExit(3),
    "group": lambda: ExceptionGroup("own", [OwnError("a"), ValueError("b")]),
    "group_of_one": lambda: ExceptionGroup("own", [OwnError("alone")]),
    "group_of_interrupts": lambda: BaseExceptionGroup("own", [OwnInterrupt("a")]),
    "stop": StopAsyncIteration,
    "timeout": TimeoutError,
}


async def polling(feed: World, body: Callable[[], Awaitable[object]]) -> None:
    """Run `body` beside a poller."""
    async with feed.inbox.polling(HOUR):
        await body()


async def under_way(feed: World) -> None:
    """Have a poll answered slowly, and wait until it has been sent."""
    asked = feed.polls
    await feed.simulator.truth.until(lambda _: feed.polls > asked)


def prepared(feed: World, seconds: float = 0.1) -> None:
    feed.clock.advance(hours=2)
    feed.add(PAGE + 1)
    feed.simulator.fail(Fault.delay(seconds), operation=POLL, query=())


@pytest.mark.parametrize("moment", ["at once", "under way", "afterwards"])
@pytest.mark.parametrize("kind", ERRORS)
async def test_an_error_of_the_body_comes_out_as_it_is(kind: str, moment: str) -> None:
    error = ERRORS[kind]()
    async with world("memory:") as feed:
        prepared(feed, 0.02)
        feed.events.clear()

        async def body() -> None:
            if moment == "under way":
                await under_way(feed)
            elif moment == "afterwards":
                await feed.events.until(RoundFinished)
            raise error

        with pytest.raises(type(error)) as caught:
            await polling(feed, body)
        # trio puts groups together anew.
        assert caught.value is error or (isinstance(error, BaseExceptionGroup) and repr(caught.value) == repr(error))
        assert feed.idle()
        assert (await feed.inbox.drain(wait=False)).drained
        assert await feed.inbox.gaps() == []
        await feed.complete()


async def test_what_was_behind_an_error_stays_behind_it() -> None:
    first = KeyError("first")

    async def body() -> None:
        try:
            raise first
        except KeyError:
            raise OwnError  # noqa: B904 - the way it mostly happens

    async with world("memory:") as feed:
        with pytest.raises(OwnError) as caught:
            await polling(feed, body)
    assert caught.value.__context__ is first
    assert not caught.value.__suppress_context__


async def test_the_cause_of_an_error_stays_its_cause() -> None:
    cause = KeyError("first")

    async def body() -> None:
        raise OwnError from cause

    async with world("memory:") as feed:
        with pytest.raises(OwnError) as caught:
            await polling(feed, body)
    assert caught.value.__cause__ is cause


async def test_an_error_of_the_body_is_not_hidden_by_a_journal_that_fails_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: Any) -> None:
        raise JournalError(JournalProblem.BUSY)

    async with world("memory:") as feed:
        prepared(feed)
        await feed.inbox.drain()

        async def body() -> None:
            await anext(feed.inbox.deliveries())  # others are lent with it
            monkeypatch.setattr(SqlJournal, "give_back", broken)
            raise OwnError

        with pytest.raises(OwnError):
            await polling(feed, body)


async def test_an_error_of_the_poller_ends_the_body_and_comes_out_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    error, ended = JournalError(JournalProblem.CORRUPT), anyio.Event()

    async def broken(*_: Any) -> None:
        raise error

    async def body() -> None:
        monkeypatch.setattr(SqlJournal, "take_turn", broken)
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    async with world("memory:") as feed:
        with pytest.raises(JournalError) as caught:
            await polling(feed, body)
    assert caught.value is error
    assert ended.is_set()


@pytest.mark.parametrize("how", ["left", "returned", "cancelled"])
async def test_a_page_that_is_under_way_when_the_block_ends_is_stored_and_no_other_is_asked_for(how: str) -> None:
    async def body(feed: World, scope: anyio.CancelScope) -> None:
        async with feed.inbox.polling(HOUR):
            await under_way(feed)
            if how == "returned":
                return
            if how == "cancelled":
                scope.cancel()
                await anyio.sleep_forever()

    async with world("memory:") as feed:
        prepared(feed)
        asked = feed.polls
        with anyio.CancelScope() as scope:
            await body(feed, scope)
        assert feed.polls - asked == 1
        await feed.take()
        assert [taken.id for taken in feed.taken] == feed.simulator.truth.recorded
        assert len(feed.taken) == PAGE
        assert feed.idle()
        assert (await feed.inbox.drain(wait=False)).drained
        await feed.complete()


async def test_what_was_lent_and_not_begun_is_given_back() -> None:
    async with world("memory:") as feed:
        prepared(feed)
        await feed.inbox.drain()
        async with feed.inbox.polling(HOUR):
            async for delivery in feed.inbox.deliveries(lease=3600):
                async with delivery as update:
                    first = str(update.statusid)
                break
        other = await feed.another()
        await feed.take(other)
        assert [first, *(taken.id for taken in feed.taken)] == feed.simulator.truth.recorded

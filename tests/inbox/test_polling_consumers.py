"""Consumers beside a poller: they are woken by what it brings, and do nothing while it brings nothing."""

from collections import Counter
from datetime import timedelta
from typing import Any

import anyio
import pytest

from ropo_async.hooks import RoundFinished
from ropo_async.inbox import _shelf
from ropo_async.journal import sqlite
from ropo_async.journal.postgres import PostgresEngine
from ropo_async.journal.sqlite import SqliteEngine
from ropo_async.simulator import Fault
from tests.inbox.feeds import PAGE, POLL, World, everywhere, journal_url, world  # noqa: F401

pytestmark = [pytest.mark.anyio, everywhere]

SHORT, HOUR = timedelta(milliseconds=20), timedelta(hours=1)


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by himself: who is not woken sleeps for ever."""
    monkeypatch.setattr(_shelf, "IDLE", 3600.0)
    monkeypatch.setattr(sqlite, "GLANCE_SECONDS", 3600.0)


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the transactions on journals."""
    count = Counter[str]()
    for engine in (SqliteEngine, PostgresEngine):
        run = engine.run

        async def counted(self: Any, work: Any, run: Any = run) -> Any:
            count["run"] += 1
            return await run(self, work)

        monkeypatch.setattr(engine, "run", counted)
    return count


async def test_consumers_are_woken_by_each_page(deaf: None, journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:

        async def consume(inbox: Any) -> None:
            async for lent in inbox:
                async with lent as update:
                    taken.append(str(update.statusid))
                    arrived.set()

        taken, arrived = list[str](), anyio.Event()
        with anyio.fail_after(40):
            async with feed.inbox.polling(SHORT), anyio.create_task_group() as consumers:
                consumers.start_soon(consume, feed.inbox)
                consumers.start_soon(consume, await feed.another())
                for number in range(1, 6):
                    feed.add(PAGE + 1, seed=number)
                    while len(taken) < number * (PAGE + 1):
                        # More than once: a round that was about to end leaves the next one out.
                        feed.clock.advance(seconds=1)
                        with anyio.move_on_after(0.05):
                            await arrived.wait()
                        arrived = anyio.Event()
                consumers.cancel_scope.cancel()
        assert Counter(taken) == Counter(feed.simulator.truth.recorded)


async def test_a_page_wakes_them_before_the_next_one_is_there(deaf: None, journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        feed.clock.advance(hours=2)
        feed.add(PAGE + 1)
        feed.simulator.fail(Fault.delay(1.0), operation=POLL, query=(), skip=1)
        asked = feed.polls
        with anyio.fail_after(20):
            async with feed.inbox.polling(HOUR):
                async for lent in feed.inbox:
                    async with lent:
                        assert feed.polls - asked <= 2
                    break
        assert feed.polls - asked in (1, 2)  # a quick one is done before the next one is asked for


async def test_nothing_is_done_while_there_is_nothing_to_do(
    transactions: Counter[str],
    journal_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite, "GLANCE_SECONDS", 0.2)
    async with world(journal_url) as feed:
        feed.clock.advance(hours=2)
        feed.events.clear()

        async def consume() -> None:
            async for lent in feed.inbox:
                async with lent:
                    pass

        async with feed.inbox.polling(HOUR), anyio.create_task_group() as consumers:
            for _ in range(3):
                consumers.start_soon(consume)
            await feed.events.until(RoundFinished)
            await anyio.sleep(0.3)
            asked = len(feed.simulator.truth.requests)
            transactions.clear()
            await anyio.sleep(0.6)
            done = transactions["run"]
            consumers.cancel_scope.cancel()
        # Files ring no bell for other processes, so each consumer looks now and then.
        assert done <= (3 * 4 if journal_url.startswith("sqlite") else 0)
        assert len(feed.simulator.truth.requests) == asked

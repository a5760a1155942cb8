"""Acknowledgements that wait for each other, when the journal fails once: whoever asks is told, and none is lost."""

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from ropo_async._background import start
from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal import _acks
from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine
from tests.inbox.desk import Clock, Desk, a_clock, a_desk, a_storage, payment, payments  # noqa: F401

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("storage", ["sqlite"], indirect=True)]


class Faulty:
    """The journal's next transaction fails; the others are as ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left, self.begun, self.may_fail = 0, anyio.Event(), anyio.Event()
        real = SqliteEngine.run

        async def run(engine: SqliteEngine, work: Callable[[Transaction], Any]) -> Any:
            if not self.left:
                return await real(engine, work)
            self.left -= 1
            self.begun.set()
            await self.may_fail.wait()
            raise JournalError(JournalProblem.BUSY)

        monkeypatch.setattr(SqliteEngine, "run", run)


@pytest.fixture
async def faulty(monkeypatch: pytest.MonkeyPatch) -> Faulty:
    return Faulty(monkeypatch)


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> list[anyio.Event]:
    """An event for each time that something began to count the milliseconds, set when it has ended."""
    seen = list[anyio.Event]()

    def watched(work: Callable[[], Any]) -> None:
        ended = anyio.Event()
        seen.append(ended)

        async def whole() -> None:
            await work()
            ended.set()

        start(whole)

    monkeypatch.setattr(_acks, "start", watched)
    return seen


async def waiting(desk: Desk) -> int:
    """Return how many updates wait by what is on disk, as another process sees it."""
    return (await (await desk.handle()).health(now=desk.now())).waiting


async def handle(desk: Desk) -> None:
    async with await desk.one(desk.inbox):
        pass


def test_how_long_one_may_wait(storage: str) -> None:
    assert _acks.DELAY == 0.05, "as the documentation says"


async def test_who_asks_is_told_and_none_is_lost(desk: Desk, faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_acks, "DELAY", 3600.0)
    await desk.put(payments(2))
    await handle(desk)
    faulty.left = 1
    faulty.may_fail.set()
    with pytest.raises(JournalError):
        await desk.inbox.health()
    assert await waiting(desk) == 2
    assert (await desk.inbox.health()).waiting == 1
    assert await waiting(desk) == 1


async def test_one_clock_is_enough_for_all_that_wait(desk: Desk, ticks: list[anyio.Event]) -> None:
    await desk.put(payments(3))
    async for delivery in desk.inbox.deliveries(forever=False, batch=3):
        async with delivery:
            pass
    assert len(ticks) == 1
    with anyio.fail_after(10):
        await ticks[0].wait()
        await desk.put([payment(4)])
        await handle(desk)
        await ticks[1].wait()
    assert await waiting(desk) == 0


async def test_what_comes_while_it_fails_is_kept_too(
    desk: Desk, faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_acks, "DELAY", 3600.0)
    await desk.put(payments(2))
    first, second = await desk.one(desk.inbox), await desk.one(desk.inbox)
    async with first:
        pass
    faulty.left = 1

    async def one_more() -> None:
        await faulty.begun.wait()
        async with second:
            pass
        faulty.may_fail.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one_more)
        with pytest.raises(JournalError):
            await desk.inbox.health()
    assert await waiting(desk) == 2
    assert (await desk.inbox.health()).waiting == 0
    assert await waiting(desk) == 0


async def test_after_a_slow_failure_they_are_tried_again_by_themselves(
    desk: Desk, faulty: Faulty, ticks: list[anyio.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it lasted nothing seemed to wait, so that nobody counted the milliseconds any more."""
    await desk.put(payments(1))
    settled = anyio.Event()
    monkeypatch.setattr(_acks, "_tell", lambda *_: settled.set())
    await handle(desk)
    faulty.left = 1

    async def fail_when_nobody_counts() -> None:
        await faulty.begun.wait()
        await ticks[0].wait()
        faulty.may_fail.set()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail_when_nobody_counts)
            with pytest.raises(JournalError):
                await desk.inbox.health()
        await settled.wait()
    assert await waiting(desk) == 0

"""What was begun on SQLite goes to its end, whichever way the caller is cancelled."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from attrs import define, field

from ropo_async.journal._sqlite import Lock
from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine, open_sqlite
from tests.journal.sqlite_engines import add, count, opened

pytestmark = pytest.mark.anyio
PATIENCE = 30


@define
class Slow:
    """Adds a row, and stays in its transaction until it may go on."""

    begun: threading.Event = field(factory=threading.Event)
    gate: threading.Event = field(factory=threading.Event)

    def __call__(self, tx: Transaction) -> str:
        add(tx)
        self.begun.set()
        assert self.gate.wait(PATIENCE)
        add(tx)
        return "result"

    async def under_way(self) -> None:
        assert await anyio.to_thread.run_sync(self.begun.wait, PATIENCE)


Cancels = Callable[[SqliteEngine, Slow], Awaitable[None]]


async def _scope(engine: SqliteEngine, work: Slow) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(engine.run, work)
        await work.under_way()
        group.cancel_scope.cancel()
        work.gate.set()
    assert group.cancel_scope.cancelled_caught


async def _late(call: Awaitable[object], work: Slow) -> None:
    """Let the work go on when `call` should have been given up: this sleep begins after its deadline is set."""

    async def go_on() -> None:
        await anyio.sleep(0.05)
        work.gate.set()

    async with anyio.create_task_group() as group:
        group.start_soon(go_on)
        with pytest.raises(TimeoutError):
            await call


async def _deadline(engine: SqliteEngine, work: Slow) -> None:
    async def call() -> None:
        with anyio.fail_after(0.02):
            await engine.run(work)

    await _late(call(), work)


async def _cancelled(engine: SqliteEngine, work: Slow, times: int = 1) -> None:
    task = asyncio.create_task(engine.run(work))
    await work.under_way()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    work.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _cancelled_again_and_again(engine: SqliteEngine, work: Slow) -> None:
    await _cancelled(engine, work, 5)


async def _timeout(engine: SqliteEngine, work: Slow) -> None:
    async def call() -> None:
        async with asyncio.timeout(0.02):
            await engine.run(work)

    await _late(call(), work)


async def _wait_for(engine: SqliteEngine, work: Slow) -> None:
    await _late(asyncio.wait_for(engine.run(work), 0.02), work)


EVERYWHERE = [_scope, _deadline]
ASYNCIO = [_cancelled, _cancelled_again_and_again, _timeout, _wait_for]


async def _stays_whole(path: Path, cancels: Cancels) -> None:
    async with opened(path) as engine:
        work = Slow()
        await cancels(engine, work)
        assert await engine.run(count) == 2
        assert await engine.run(add) == 1
    async with opened(path) as engine:
        assert await engine.run(count) == 3


@pytest.mark.parametrize("cancels", EVERYWHERE)
async def test_a_transaction_ends(tmp_path: Path, cancels: Cancels) -> None:
    await _stays_whole(tmp_path / "journal.db", cancels)


@pytest.mark.parametrize("cancels", ASYNCIO)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_transaction_ends_on_asyncio(tmp_path: Path, cancels: Cancels) -> None:
    await _stays_whole(tmp_path / "journal.db", cancels)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_thread_that_was_let_go_is_not_joined_by_another(tmp_path: Path) -> None:
    """An event loop that shuts down cancels every task, also those that nobody else reaches."""
    async with opened(tmp_path / "journal.db") as engine:
        others, work = asyncio.all_tasks(), Slow()
        task = asyncio.create_task(engine.run(work))
        await work.under_way()
        for each in asyncio.all_tasks() - others:
            each.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        threading.Timer(0.05, work.gate.set).start()
        assert await engine.run(count) == 2


async def test_closing_waits_for_what_was_begun(tmp_path: Path) -> None:
    work = Slow()
    async with opened(tmp_path / "journal.db") as engine, anyio.create_task_group() as group:
        group.start_soon(engine.run, work)
        await work.under_way()
        group.start_soon(engine.aclose)
        await anyio.wait_all_tasks_blocked()
        work.gate.set()
    async with opened(tmp_path / "journal.db") as engine:
        assert await engine.run(count) == 2


async def test_a_cancelled_close_is_a_close(tmp_path: Path) -> None:
    async with opened(tmp_path / "journal.db") as engine:
        assert await engine.try_lock("a")
        with anyio.CancelScope() as scope:
            scope.cancel()
            await engine.aclose()
        assert scope.cancelled_caught
        assert engine._connection is None
        async with opened(tmp_path / "journal.db") as another:
            assert await another.try_lock("a")
            assert await another.run(lambda tx: tx.rows("SELECT count(*) FROM engine_opened")) == [(1,)]


async def test_a_cancelled_opening_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[SqliteEngine] = []
    enter = SqliteEngine.enter

    async def entered_and_cancelled(engine: SqliteEngine) -> None:
        made.append(engine)
        await enter(engine)
        scope.cancel()
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr(SqliteEngine, "enter", entered_and_cancelled)
    with anyio.CancelScope() as scope:
        await open_sqlite(tmp_path / "journal.db")
    assert scope.cancelled_caught
    assert made[0]._connection is None
    assert not made[0]._held
    assert names(tmp_path) == ["journal.db"]


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_a_lock_that_nobody_gets_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, gate = threading.Event(), threading.Event()
    take = Lock.take

    def slowly(lock: Lock) -> bool:
        result = take(lock)
        taken.set()
        assert gate.wait(PATIENCE)
        return result

    async with opened(tmp_path / "journal.db") as engine, opened(tmp_path / "journal.db") as another:
        monkeypatch.setattr(Lock, "take", slowly)
        async with anyio.create_task_group() as group:
            group.start_soon(engine.try_lock, "a")
            assert await anyio.to_thread.run_sync(taken.wait, PATIENCE)
            group.cancel_scope.cancel()
            gate.set()
        assert await another.try_lock("a")

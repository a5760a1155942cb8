"""A cancelled caller of the engine on PostgreSQL."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import psycopg
import pytest

from ropo_async.journal.engine import Transaction
from ropo_async.journal.postgres import PostgresEngine
from tests.journal.postgres_engines import add, count, pid

pytestmark = pytest.mark.anyio


Call = Callable[[], Awaitable[Any]]


async def by_scope(call: Call) -> None:
    with anyio.move_on_after(0.05) as scope:
        await call()
    assert scope.cancelled_caught


async def by_timeout(call: Call) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await call()


async def by_task(times: int, call: Call) -> None:
    task = asyncio.ensure_future(call())
    for _ in range(times):
        await asyncio.sleep(0.03)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


WAYS: dict[str, Callable[[Call], Awaitable[None]]] = {
    "scope": by_scope,
    "timeout": by_timeout,
    "cancel": partial(by_task, 1),
    "cancel-twice": partial(by_task, 2),
}


@pytest.fixture(params=WAYS)
def cancelled(request: pytest.FixtureRequest, anyio_backend: str) -> Callable[[Call], Awaitable[None]]:
    if anyio_backend == "trio" and request.param != "scope":
        pytest.skip("trio has scopes only")
    return WAYS[request.param]


async def test_a_cancelled_transaction_commits_once_on_a_connection_of_its_own(
    engine: PostgresEngine, cancelled: Callable[[Call], Awaitable[None]]
) -> None:
    go_on, begun, pids = threading.Event(), threading.Event(), list[int]()

    def work(tx: Transaction) -> None:
        pids.append(pid(tx))
        begun.set()
        add(tx)
        assert go_on.wait(10)

    async def interrupt() -> None:
        await cancelled(lambda: engine.run(work))
        assert go_on.is_set()  # the caller was told afterwards

    async with anyio.create_task_group() as group:
        group.start_soon(interrupt)
        await anyio.to_thread.run_sync(begun.wait, 10)
        await anyio.sleep(0.15)
        for _ in range(9):
            pids.append(await engine.run(pid))
        assert await engine.run(count) == 0
        go_on.set()
    assert await engine.run(count) == 1
    assert len(set(pids)) == 2
    assert pids.count(pids[0]) == 1


async def test_a_lock_whose_taker_is_cancelled_is_free(
    engine: PostgresEngine,
    other: PostgresEngine,
    cancelled: Callable[[Call], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect = psycopg.connect

    def slow(**options: Any) -> Any:
        time.sleep(0.2)
        return connect(**options)

    monkeypatch.setattr(psycopg, "connect", slow)
    await cancelled(lambda: engine.try_lock("a"))
    assert engine._locks._session is not None
    assert await other.try_lock("a")

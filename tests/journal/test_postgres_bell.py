"""The bell: consumers are woken by what happens, here and in other processes."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from ropo_async.journal.engine import Transaction
from ropo_async.journal.postgres import PostgresEngine
from tests.journal.postgres_engines import OF_NAME, Admin, add, count, opened, until

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def waiters(*engines: PostgresEngine) -> AsyncIterator[list[PostgresEngine]]:
    """Let consumers wait until there is something in the table; gives who has looked how often."""
    looks = list[PostgresEngine]()

    async def consume(engine: PostgresEngine) -> None:
        with anyio.fail_after(15):
            while True:
                bell = engine.bell()
                looks.append(engine)
                if await engine.run(count):
                    return
                await engine.wait(bell, 60)

    async with anyio.create_task_group() as group:
        for engine in engines:
            group.start_soon(consume, engine)
        await until(lambda: all(engine._bell._ear for engine in engines))
        looked = 0
        while len(looks) > looked:  # those who could not know that nothing was rung before look once more
            looked = len(looks)
            await anyio.sleep(0.4)
        yield looks


def add_and_ring(tx: Transaction) -> None:
    add(tx)
    tx.ring()


@pytest.mark.parametrize("ringer", ["engine", "other"])
async def test_a_ring_is_heard_by_all_and_nobody_looks_before(
    engine: PostgresEngine, other: PostgresEngine, url: str, ringer: str
) -> None:
    async with (
        waiters(engine, engine, engine, other) as looks,
        opened(url.partition("&")[0], schema="test_another") as elsewhere,
    ):
        before = len(looks)
        await elsewhere.run(lambda tx: tx.ring())
        await anyio.sleep(0.3)
        assert len(looks) == before
        await other.run(lambda tx: tx.ring())
        await until(lambda: len(looks) > before + 3)
        await anyio.sleep(0.3)
        assert len(looks) <= before + 4 * 4
        before = len(looks)
        await {"engine": engine, "other": other}[ringer].run(add_and_ring)
    assert len(looks) <= before + 4 * 4


async def test_a_ring_of_another_process_is_heard(engine: PostgresEngine, url: str) -> None:
    program = """if True:
        import sys, anyio
        from ropo_async.journal.postgres import open_postgres
        def work(tx):
            tx.run("INSERT INTO t VALUES (1)")
            tx.ring()
        async def main():
            engine = await open_postgres(sys.argv[1])
            await engine.run(work)
            await engine.aclose()
        anyio.run(main)
    """
    async with waiters(engine):
        await anyio.to_thread.run_sync(partial(subprocess.run, [sys.executable, "-c", program, url], check=True))
    assert engine._bell._ear
    assert engine._bell._ear.pgconn.notifies() is None


@pytest.mark.parametrize("seconds", [0.3, 60], ids=["by timeout", "by cancellation"])
async def test_another_listens_when_the_one_that_did_leaves(
    engine: PostgresEngine, other: PostgresEngine, seconds: float
) -> None:
    await engine.wait(engine.bell(), 60)  # returns when it listens

    async def leave() -> None:
        with anyio.move_on_after(0.4):
            await engine.wait(engine.bell(), seconds)

    async with anyio.create_task_group() as group:
        group.start_soon(leave)
        await anyio.sleep(0.1)
        async with waiters(engine, engine):
            await anyio.sleep(0.5)
            await other.run(add_and_ring)


async def test_a_ring_is_heard_though_the_listening_connection_died(
    engine: PostgresEngine, other: PostgresEngine, admin: Admin
) -> None:
    async with waiters(engine):
        listens = f"{OF_NAME} AND query LIKE '%%LISTEN%%'"
        await until(lambda: bool(admin(f"SELECT 1 {listens}", engine.schema)))
        assert admin(f"SELECT pg_terminate_backend(pid, 5000) {listens}", engine.schema) == [(True,)]
        await until(lambda: bool(admin(f"SELECT 1 {listens}", engine.schema)))
        await other.run(add_and_ring)


async def test_what_is_undone_does_not_ring(engine: PostgresEngine, other: PostgresEngine) -> None:
    for each in (engine, other):
        await each.wait(each.bell(), 60)
    bells = [engine.bell(), other.bell()]

    def fail(tx: Transaction) -> None:
        tx.ring()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await engine.run(fail)
    await other.wait(bells[1], 0.2)
    assert not bells[0].is_set()


async def test_a_ring_is_heard_at_once_where_it_was_made(engine: PostgresEngine) -> None:
    bell = engine.bell()
    await engine.run(add_and_ring)
    assert bell.is_set()
    assert engine.bell() is not bell
    with anyio.fail_after(5):
        for _ in range(3):
            await engine.wait(bell, 60)

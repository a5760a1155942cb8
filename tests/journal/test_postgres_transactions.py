"""Transactions on PostgreSQL."""

import threading
import time
from contextlib import suppress
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import psycopg
import pytest

from ropo_async.errors import JournalProblem
from ropo_async.journal.engine import Transaction
from ropo_async.journal.postgres import PostgresEngine
from tests.journal.postgres_engines import OF_NAME, Admin, add, count, opened, pid, problem

pytestmark = pytest.mark.anyio


async def test_what_was_run_is_seen_elsewhere(engine: PostgresEngine, other: PostgresEngine) -> None:
    assert await engine.run(add) == 1
    assert await other.run(count) == 1


async def test_an_exception_undoes_all_and_passes_as_it_is(engine: PostgresEngine) -> None:
    error = LookupError("missing")

    def fail(tx: Transaction) -> None:
        add(tx)
        raise error

    with pytest.raises(LookupError) as caught:
        await engine.run(fail)
    assert caught.value is error
    assert await engine.run(count) == 0


async def test_a_failure_that_is_kept_quiet_is_no_success(engine: PostgresEngine) -> None:
    def hide(tx: Transaction) -> None:
        add(tx)
        with suppress(psycopg.Error):
            tx.run("SELECT * FROM missing")

    assert (await problem(engine.run(hide))).problem is JournalProblem.BROKEN
    assert await engine.run(count) == 0


async def test_values_and_statements(engine: PostgresEngine) -> None:
    values = (2**62, 0.1, "é", None, bytes(range(256)))

    def work(tx: Transaction) -> tuple[Any, ...]:
        for _ in range(9):  # often enough for it to be prepared
            tx.script("CREATE TABLE v (a BIGINT, b DOUBLE PRECISION, c TEXT, d TEXT, e BYTEA);\nDROP TABLE v;\n")
        tx.script(f"CREATE TABLE v (i {tx.dialect.serial}, a BIGINT, b FLOAT8, c TEXT, d TEXT, e {tx.dialect.bytes});")
        tx.run_many("INSERT INTO v (a, b, c, d, e) VALUES (?, ?, ?, ?, ?)", (values for _ in range(3)))
        tx.run_many("INSERT INTO v (a) VALUES (?)", [])
        assert tx.rows("DELETE FROM v WHERE i = ?", (3,)) == []
        assert tx.run("UPDATE v SET a = a WHERE i < ?", (9,)) == 2
        assert tx.run("CREATE TABLE w (a BIGINT)") == 0
        assert tx.rows(f"SELECT i FROM v ORDER BY i {tx.dialect.lock_rows}") == [(1,), (2,)]
        return tx.rows("SELECT a, b, c, d, e FROM v WHERE i = ?", (1,))[0]

    row = await engine.run(work)
    assert row == values
    assert type(row[-1]) is bytes


async def test_the_clock_is_the_servers_or_ours(engine: PostgresEngine, url: str) -> None:
    assert abs(await engine.run(lambda tx: tx.now) - time.time()) < 5
    assert await engine.run(lambda tx: tx.now == (tx.rows("SELECT pg_sleep(0.01)") and tx.now))
    async with opened(url, clock=lambda: 7.0) as by_ours:
        assert await by_ours.run(lambda tx: tx.now) == 7


@pytest.mark.parametrize(
    ("setting", "value", "then"),
    [
        ("synchronous_commit", "off", "on"),
        ("synchronous_commit", "remote_apply", "remote_apply"),
        ("default_transaction_isolation", "serializable", "read committed"),
        ("idle_session_timeout", "9000", "0"),
    ],
)
async def test_what_a_role_has_set_is_put_right(url: str, setting: str, value: str, then: str) -> None:
    async with opened(f"{url}&options=-c%20{setting}%3D{value}") as engine:
        assert await engine.run(lambda tx: tx.rows(f"SHOW {setting}")) == [(then,)]


async def test_transactions_run_beside_each_other_on_few_connections(engine: PostgresEngine, admin: Admin) -> None:
    four = threading.Barrier(4)
    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(engine.run, lambda _: four.wait(10))
    assert admin(f"SELECT count(*) {OF_NAME}", engine.schema) == [(4,)]
    assert len({await engine.run(pid) for _ in range(9)}) == 1


async def test_a_schema_that_many_open_at_once_is_made_once(url: str, admin: Admin) -> None:
    async def look() -> None:
        async with opened(url) as engine:
            assert await engine.run(lambda tx: tx.rows("SELECT current_schema()")) == [(engine.schema,)]

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(look)

"""What PostgreSQL refuses, in the journal's words; and closing."""

import itertools
import runpy
import sys
import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from ropo_async.errors import InvalidInput, JournalError, JournalProblem
from ropo_async.journal import _postgres
from ropo_async.journal.engine import Transaction
from ropo_async.journal.postgres import PostgresEngine, open_postgres
from tests.journal.postgres_engines import OF_NAME, SECRET, Admin, add, opened, pid, problem, until

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("53100", JournalProblem.FULL),
        ("25006", JournalProblem.READ_ONLY),
        ("08006", JournalProblem.UNREACHABLE),
        ("57P03", JournalProblem.UNREACHABLE),
        ("53300", JournalProblem.UNREACHABLE),
        ("25P03", JournalProblem.UNREACHABLE),
        ("55P03", JournalProblem.BUSY),
        ("40P01", JournalProblem.BUSY),
        ("40001", JournalProblem.BUSY),
        ("XX001", JournalProblem.CORRUPT),
        ("XX002", JournalProblem.CORRUPT),
        ("58030", JournalProblem.BROKEN),
        ("23514", JournalProblem.BROKEN),
        ("ZZ999", JournalProblem.BROKEN),
    ],
)
async def test_what_the_server_says_has_a_meaning_and_keeps_its_words(
    engine: PostgresEngine, state: str, expected: JournalProblem
) -> None:
    sql = f"DO $$ BEGIN RAISE '{SECRET}' USING ERRCODE = '{state}', DETAIL = '{SECRET}'; END $$;"
    error = await problem(engine.run(lambda tx: tx.script(sql)))
    assert error.problem is expected
    assert state in error.detail
    assert SECRET not in str(error)


def lock_briefly(tx: Transaction) -> None:
    tx.script("SET LOCAL lock_timeout = '1ms';\nLOCK TABLE t;")


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (lambda tx: tx.rows("SELECT * FROM missing"), JournalProblem.BROKEN),
        (lambda tx: tx.run("INSERT INTO u VALUES (?)", (SECRET,)), JournalProblem.BROKEN),
        (lambda tx: tx.rows("SELECT ?", (f"{SECRET}\0",)), JournalProblem.BROKEN),
        (lambda tx: tx.rows("SELECT ?", (f"{SECRET}\ud800",)), JournalProblem.BROKEN),
        (lambda tx: tx.script("SET TRANSACTION READ ONLY;\nINSERT INTO t VALUES (1);"), JournalProblem.READ_ONLY),
        (lock_briefly, JournalProblem.BUSY),
    ],
    ids=["no table", "twice the same", "zero byte", "half a character", "read only", "locked"],
)
async def test_a_statement_that_fails(
    engine: PostgresEngine, other: PostgresEngine, work: Callable[[Transaction], Any], expected: JournalProblem
) -> None:
    await engine.run(lambda tx: tx.script(f"CREATE TABLE u (a TEXT UNIQUE);\nINSERT INTO u VALUES ('{SECRET}');"))
    in_use, done = anyio.Event(), threading.Event()

    def use(tx: Transaction) -> None:
        add(tx)
        anyio.from_thread.run_sync(in_use.set)
        assert done.wait(10)

    async with anyio.create_task_group() as group:
        group.start_soon(other.run, use)
        await in_use.wait()
        error = await problem(engine.run(work))
        done.set()
    assert error.problem is expected
    assert SECRET not in f"{error!r} {error.__dict__}"
    assert await engine.run(add) == 1


async def test_a_server_that_takes_no_changes(engine: PostgresEngine, url: str) -> None:
    await engine.check_room()
    async with opened(f"{url}&options=-c%20default_transaction_read_only%3Don") as reader:
        assert (await problem(reader.check_room())).problem is JournalProblem.READ_ONLY
        assert (await problem(reader.run(add))).problem is JournalProblem.READ_ONLY


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://ropo:{SECRET}@localhost/db",
        f"postgresql:ropo:{SECRET}@localhost/db",
        f"postgresql://ropo:{SECRET}%zz@localhost/db",
        f"postgresql://ropo:{SECRET}@[localhost/db",
        f"postgresql://ropo:{SECRET}@localhost/db?no_such_option={SECRET}",
        f"postgresql://ropo:{SECRET}\0@localhost/db",
        *(
            f"postgresql://ropo:{SECRET}@localhost/db?schema={schema}"
            for schema in ("", "A", "1a", "a-b", "pg_a", "a" * 32)
        ),
        f"postgresql://ropo:{SECRET}@localhost/db?schema=a&schema=b",
    ],
    ids=itertools.count(),
)
async def test_a_url_that_cannot_be_used(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await open_postgres(url)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__context__)


async def test_no_password_is_shown_where_nobody_answers() -> None:
    error = await problem(open_postgres(f"postgres://ropo:{SECRET}@127.0.0.1:1/db?connect_timeout=2"))
    assert error.problem is JournalProblem.UNREACHABLE
    assert SECRET not in f"{error!r} {error.__dict__}"


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InvalidInput, match=r"ropo-async\[postgres\]"):
        runpy.run_path(_postgres.__file__)


async def test_closing_waits_for_what_is_under_way_and_wakes_who_waits(engine: PostgresEngine, admin: Admin) -> None:
    lock, go_on, begun = await engine.try_lock("a"), threading.Event(), threading.Event()
    assert lock
    await engine.wait(engine.bell(), 60)

    async with anyio.create_task_group() as group, anyio.create_task_group() as closing:
        for _ in range(3):
            group.start_soon(engine.wait, engine.bell(), 60)
        group.start_soon(engine.run, lambda tx: (add(tx), begun.set(), go_on.wait(10)))  # type: ignore[func-returns-value]
        await anyio.to_thread.run_sync(begun.wait, 10)
        closing.start_soon(engine.aclose)
        await anyio.sleep(0.1)
        assert admin(f"SELECT 1 {OF_NAME} LIMIT 1", engine.schema)
        go_on.set()
    await until(lambda: not admin(f"SELECT 1 {OF_NAME}", engine.schema))
    assert admin(f'SELECT count(*) FROM "{engine.schema}".t') == [(1,)]
    await engine.aclose()
    await lock.release()
    for call in (engine.run(pid), engine.try_lock("a"), engine.check_room(), engine.wait(anyio.Event(), 1)):
        assert (await problem(call)).problem is JournalProblem.CLOSED
    with pytest.raises(JournalError):
        engine.bell()

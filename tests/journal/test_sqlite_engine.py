"""The engine on SQLite: transactions that are durable when they return, its bell, and its end."""

import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal import sqlite
from ropo_async.journal.engine import Engine, Transaction
from ropo_async.journal.sqlite import SqliteEngine, open_sqlite
from tests.journal.children import child, heard
from tests.journal.sqlite_engines import add, count, opened, read_and_add

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture(params=["file", "memory"])
async def engine(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Engine]:
    async with opened(path if request.param == "file" else None) as one:
        yield one


@pytest.fixture
async def file(path: Path) -> AsyncIterator[SqliteEngine]:
    async with opened(path) as one:
        yield one


# --- Transactions --------------------------------------------------------------------------------------------------


async def test_what_was_run_is_there_when_it_is_opened_again(path: Path, file: SqliteEngine) -> None:
    assert await file.run(add) == 1
    await file.aclose()
    async with opened(path) as again:
        assert await again.run(count) == 1


async def test_it_is_on_disk_when_it_returns(path: Path, file: SqliteEngine) -> None:
    await file.run(add)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM t").fetchall() == [(1,)]


async def test_an_exception_undoes_all_and_passes_as_it_is(engine: Engine) -> None:
    error = LookupError("missing")

    def fail(tx: Transaction) -> None:
        add(tx)
        tx.script("CREATE TABLE u (a);\nINSERT INTO u VALUES (1);\n")
        raise error

    with pytest.raises(LookupError) as caught:
        await engine.run(fail)
    assert caught.value is error
    assert await engine.run(count) == 0
    assert await engine.run(lambda tx: tx.rows("SELECT * FROM sqlite_master WHERE name = 'u'")) == []


@pytest.mark.parametrize(
    ("sql", "touched"),
    [
        ("INSERT INTO t VALUES (4, 0)", 1),
        ("INSERT INTO t VALUES (3, 0) ON CONFLICT DO NOTHING", 0),
        ("INSERT INTO t VALUES (3, 0) ON CONFLICT (a) DO UPDATE SET b = 9", 1),
        ("UPDATE t SET b = 7 WHERE a > 1", 2),
        ("WITH x AS (SELECT 2 AS a) UPDATE t SET b = 7 WHERE a IN (SELECT a FROM x)", 1),
        ("DELETE FROM t", 3),
        ("CREATE TABLE u (a)", 0),
    ],
    ids=["insert", "conflict", "upsert", "update", "with", "delete", "create"],
)
async def test_rows_that_were_touched_are_counted(engine: Engine, sql: str, touched: int) -> None:
    await engine.run(lambda tx: tx.run_many("INSERT INTO t VALUES (?, ?)", [(1, 0), (2, 0), (3, 0)]))
    assert await engine.run(lambda tx: tx.run(sql)) == touched


async def test_rows_come_back_as_they_went_in(engine: Engine) -> None:
    values = [None, 1, 2.5, "ä", b"\x00\xff"]
    await engine.run(lambda tx: tx.run_many("INSERT INTO t (b) VALUES (?)", [(value,) for value in values]))
    assert await engine.run(lambda tx: tx.rows("SELECT b FROM t ORDER BY a")) == [(value,) for value in values]
    assert await engine.run(lambda tx: tx.rows("INSERT INTO t VALUES (?, ?) RETURNING a", (77, b""))) == [(77,)]


async def test_a_script_may_span_lines_and_end_without_a_semicolon(engine: Engine) -> None:
    script = "-- a; comment\nCREATE TABLE u (\n  a, -- why; not\n  b);  \n\nINSERT INTO u VALUES ('x;y', 2)"
    await engine.run(lambda tx: tx.script(script))
    assert await engine.run(lambda tx: tx.rows("SELECT * FROM u")) == [("x;y", 2)]


async def test_now_is_the_clock_s(path: Path) -> None:
    for each in (path, None):
        async with opened(each, clock=lambda: 5.0) as engine:
            assert await engine.run(lambda tx: tx.now) == 5.0


async def test_now_is_read_when_its_turn_has_come(file: SqliteEngine) -> None:
    def clock() -> float:
        assert file._connection is not None
        return float(file._connection.in_transaction)

    file._clock = clock
    assert await file.run(lambda tx: tx.now) == 1.0


async def test_now_is_the_system_s(engine: Engine) -> None:
    before = time.time()
    assert before <= await engine.run(lambda tx: tx.now) <= time.time()


async def test_transactions_take_turns(engine: Engine) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(30):
            group.start_soon(engine.run, read_and_add)
    assert await engine.run(count) == 30


async def test_two_processes_take_turns(path: Path, file: SqliteEngine) -> None:
    with child(WRITER, path, 100) as other:
        assert heard(other) == "opened"
        for _ in range(100):
            await file.run(read_and_add)
        assert await anyio.to_thread.run_sync(heard, other) == "done"
    assert await file.run(count) == 200


WRITER = """
from tests.journal.sqlite_engines import opened, read_and_add

async def main():
    async with opened(sys.argv[1]) as engine:
        say("opened")
        for _ in range(int(sys.argv[2])):
            await engine.run(read_and_add)
    say("done")
"""


# --- The bell ------------------------------------------------------------------------------------------------------


async def test_the_bell_rings_after_the_commit_for_all_who_wait(engine: Engine) -> None:
    bell, woken = engine.bell(), list[int]()

    async def consumer() -> None:
        await engine.wait(bell, 60)
        woken.append(await engine.run(count))

    def ring(tx: Transaction) -> None:
        tx.ring()
        assert not bell.is_set()
        add(tx)

    async with anyio.create_task_group() as group:
        group.start_soon(consumer)
        group.start_soon(consumer)
        await anyio.wait_all_tasks_blocked()
        await engine.run(ring)
    assert woken == [1, 1]
    assert not engine.bell().is_set()


def ring_and_fail(tx: Transaction) -> None:
    tx.ring()
    raise LookupError


@pytest.mark.parametrize("work", [add, ring_and_fail], ids=["not rung", "undone"])
async def test_the_bell_does_not_ring(engine: Engine, work: Callable[[Transaction], object]) -> None:
    bell = engine.bell()
    with suppress(LookupError):
        await engine.run(work)
    assert engine.bell() is bell
    assert not bell.is_set()


async def test_at_a_file_a_wait_ends_at_the_next_glance(file: SqliteEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sqlite.GLANCE_SECONDS == 1
    monkeypatch.setattr(sqlite, "GLANCE_SECONDS", 0.01)
    with anyio.fail_after(30):
        await file.wait(file.bell(), 60)
        monkeypatch.setattr(sqlite, "GLANCE_SECONDS", 60)
        await file.wait(file.bell(), 0.01)


async def test_in_memory_a_wait_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "GLANCE_SECONDS", 0)
    async with opened(None) as engine:
        with anyio.move_on_after(0.05) as scope:
            await engine.wait(engine.bell(), 60)
        assert scope.cancelled_caught
        await engine.wait(engine.bell(), 0.01)


# --- Room, and the end ---------------------------------------------------------------------------------------------


async def test_too_little_room_is_told(path: Path) -> None:
    async with opened(path, room=1 << 62) as engine:
        with pytest.raises(JournalError, match="MiB are free") as caught:
            await engine.check_room()
    assert caught.value.problem is JournalProblem.FULL


async def test_memory_asks_for_no_room() -> None:
    async with opened(None, room=1 << 62) as engine:
        await engine.check_room()


async def test_room_enough_is_not(engine: Engine) -> None:
    assert sqlite.ROOM == 64 * 1024 * 1024
    await engine.check_room()


async def _bell(engine: Engine) -> None:
    await anyio.lowlevel.checkpoint()
    engine.bell()


@pytest.mark.parametrize(
    "use",
    [
        lambda engine: engine.run(count),
        lambda engine: engine.try_lock("a"),
        lambda engine: engine.wait(anyio.Event(), 0),
        lambda engine: engine.check_room(),
        _bell,
    ],
    ids=["run", "try_lock", "wait", "check_room", "bell"],
)
async def test_a_closed_one_is_of_no_use(engine: Engine, use: Callable[[Engine], Awaitable[object]]) -> None:
    await engine.aclose()
    await engine.aclose()
    with pytest.raises(JournalError) as caught:
        await use(engine)
    assert caught.value.problem is JournalProblem.CLOSED


async def test_closing_leaves_nothing_open_and_no_mark_of_it(path: Path, file: SqliteEngine) -> None:
    connection = file._connection
    assert connection is not None
    await file.aclose()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM engine_opened").fetchall() == [(0,)]


async def test_closing_wakes_those_who_wait(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "GLANCE_SECONDS", 60)
    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(engine.wait, engine.bell(), 60)
            await anyio.wait_all_tasks_blocked()
            await engine.aclose()


async def test_memory_is_gone_when_closed_and_never_shared() -> None:
    first, second = await open_sqlite(None), await open_sqlite(None)
    await first.run(lambda tx: tx.script("CREATE TABLE t (a);"))
    with pytest.raises(JournalError):
        await second.run(count)
    await first.aclose()
    await second.aclose()

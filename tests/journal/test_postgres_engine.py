"""The engine on a real PostgreSQL: transactions, cancellation, broken connections, locks, the bell, and its errors."""

import asyncio
import itertools
import runpy
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import psycopg
import pytest

from ropo_async.errors import InvalidInput, JournalError, JournalProblem
from ropo_async.journal import _postgres
from ropo_async.journal.engine import Transaction
from ropo_async.journal.postgres import PostgresEngine, open_postgres
from tests.journal.postgres import running_postgres

pytestmark = pytest.mark.anyio
SECRET = "pass-word"


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[PostgresEngine]:
    engine = await open_postgres(url, **options)
    try:
        yield engine
    finally:
        await engine.aclose()


@pytest.fixture
def url(postgres_url: str) -> str:
    return f"{postgres_url}&application_name={postgres_url.rpartition('=')[2]}"


@pytest.fixture
async def engine(url: str) -> AsyncIterator[PostgresEngine]:
    async with opened(url) as engine:
        await engine.run(lambda tx: tx.script("CREATE TABLE t (a BIGINT);"))
        yield engine


@pytest.fixture
async def other(url: str, engine: PostgresEngine) -> AsyncIterator[PostgresEngine]:
    async with opened(url) as other:
        yield other


@pytest.fixture
def admin(postgres_server: str) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    with psycopg.connect(postgres_server, autocommit=True, options="-c synchronous_commit=local") as connection:

        def ask(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(sql.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

        yield ask


Admin = Callable[..., list[tuple[Any, ...]]]
OF_NAME = "FROM pg_stat_activity WHERE application_name = %s"


def add(tx: Transaction) -> int:
    return tx.run("INSERT INTO t VALUES (?)", (1,))


def count(tx: Transaction) -> int:
    return int(tx.rows("SELECT count(*) FROM t")[0][0])


def pid(tx: Transaction) -> int:
    return int(tx.rows("SELECT pg_backend_pid()")[0][0])


async def until(true: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not true():  # noqa: ASYNC110 - the server has no event for it
            await anyio.sleep(0.01)


async def problem(call: Awaitable[Any]) -> JournalError:
    with pytest.raises(JournalError) as caught:
        await call
    assert caught.value.__context__ is None  # where the words of the database would be
    return caught.value


# --- Transactions --------------------------------------------------------------------------------------------------


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


# --- Cancellation ---------------------------------------------------------------------------------------------------

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


# --- Broken connections ---------------------------------------------------------------------------------------------


async def test_a_connection_that_died_idle_is_replaced(engine: PostgresEngine, admin: Admin) -> None:
    before = await engine.run(pid)
    assert admin(f"SELECT pg_terminate_backend(pid, 5000) {OF_NAME}", engine.schema) == [(True,)]
    assert await engine.run(pid) != before


async def test_a_connection_that_dies_at_work_takes_the_transaction_along(engine: PostgresEngine, admin: Admin) -> None:
    def die(tx: Transaction) -> None:
        add(tx)
        admin("SELECT pg_terminate_backend(%s, 5000)", pid(tx))
        add(tx)

    assert (await problem(engine.run(die))).problem is JournalProblem.UNREACHABLE
    assert await engine.run(count) == 0


async def test_a_connection_that_dies_while_it_commits_is_no_success(engine: PostgresEngine) -> None:
    def die(tx: Transaction) -> None:
        tx.script("""
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION die();
        """)
        add(tx)

    assert (await problem(engine.run(die))).problem is JournalProblem.UNREACHABLE
    assert await engine.run(count) == 0


async def test_a_commit_that_nobody_hears_of_is_no_success_either(engine: PostgresEngine, admin: Admin) -> None:
    admin("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    admin("SELECT pg_reload_conf()")
    try:
        async with anyio.create_task_group() as group:
            kill = f"SELECT pg_terminate_backend(pid) {OF_NAME} AND wait_event = 'SyncRep'"
            group.start_soon(until, lambda: bool(admin(kill, engine.schema)))
            for stored in itertools.count():  # the server needs a moment to know that it has to wait
                with anyio.fail_after(10):
                    try:
                        await engine.run(add)
                    except JournalError as error:
                        assert error.problem is JournalProblem.UNREACHABLE  # noqa: PT017 - others have succeeded
                        break
    finally:
        admin("ALTER SYSTEM RESET synchronous_standby_names")
        admin("SELECT pg_reload_conf()")
    assert await engine.run(count) == stored + 1


async def test_without_a_server_everything_says_so_and_a_waiter_looks_each_second() -> None:
    with running_postgres(durable=False) as url:
        engine = await open_postgres(url)
        bell = engine.bell()
        await engine.wait(bell, 30)
    for call in (partial(engine.run, pid), partial(engine.try_lock, "a"), engine.check_room):
        assert (await problem(call())).problem is JournalProblem.UNREACHABLE
    for _ in range(3):
        before = anyio.current_time()
        await engine.wait(engine.bell(), 30)
        assert anyio.current_time() - before < 5
    await engine.aclose()
    assert (await problem(open_postgres(url))).problem is JournalProblem.UNREACHABLE


# --- Locks ----------------------------------------------------------------------------------------------------------


async def test_a_lock_has_one_holder(engine: PostgresEngine, other: PostgresEngine) -> None:
    locks = [await engine.try_lock(f"account {number}") for number in range(200)]
    assert all(locks)
    assert [await each.try_lock("account 7") for each in (engine, other)] == [None, None]
    assert locks[7]
    await locks[7].release()
    again = await other.try_lock("account 7")
    assert again
    await locks[7].release()  # once more, as nobody's
    assert await engine.try_lock("account 7") is None


async def test_locks_are_free_once_their_engine_is_closed(url: str) -> None:
    for _ in range(30):
        async with opened(url) as engine:
            assert await engine.try_lock("a")


async def test_a_schema_has_its_own_locks(engine: PostgresEngine, postgres_server: str) -> None:
    assert await engine.try_lock("a")
    async with opened(postgres_server, schema="test_another") as another:
        assert await another.try_lock("a")


async def test_locks_move_on_when_their_session_dies(
    engine: PostgresEngine, other: PostgresEngine, admin: Admin
) -> None:
    lost, too = await engine.try_lock("a"), await engine.try_lock("b")
    assert lost
    assert too
    holder = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' LIMIT 1"
    assert admin(holder) == [(True,)]
    theirs = await other.try_lock("a")
    assert theirs
    await lost.release()
    assert await engine.try_lock("a") is None
    ours = await engine.try_lock("b")
    assert ours
    await too.release()  # was lost: what it was called is held anew, and not by it
    assert await other.try_lock("b") is None
    await theirs.release()
    assert await engine.try_lock("a")


# --- The bell -------------------------------------------------------------------------------------------------------


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
        looked = 0
        while len(looks) > looked:
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


# --- Errors, and the end --------------------------------------------------------------------------------------------


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

"""Connections to PostgreSQL that break."""

from functools import partial

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from ropo_async.errors import JournalProblem
from ropo_async.journal.engine import Transaction
from ropo_async.journal.postgres import PostgresEngine, open_postgres
from tests.journal.postgres import running_postgres
from tests.journal.postgres_engines import OF_NAME, Admin, add, count, pid, problem, until

pytestmark = pytest.mark.anyio


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
    heard = list[int]()

    async def add_on() -> None:  # at first the server does not know yet that it has to wait for another
        while True:
            heard.append(await engine.run(add))

    admin("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    admin("SELECT pg_reload_conf()")
    try:
        async with anyio.create_task_group() as group:
            kill = f"SELECT pg_terminate_backend(pid) {OF_NAME} AND wait_event = 'SyncRep'"
            group.start_soon(until, lambda: bool(admin(kill, engine.schema)))
            assert (await problem(add_on())).problem is JournalProblem.UNREACHABLE
    finally:
        admin("ALTER SYSTEM RESET synchronous_standby_names")
        admin("SELECT pg_reload_conf()")
    assert await engine.run(count) == len(heard) + 1


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

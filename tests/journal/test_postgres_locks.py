"""Locks of PostgreSQL: one holder, as long as its session lives."""

import pytest

from ropo_async.journal.postgres import PostgresEngine
from tests.journal.postgres_engines import Admin, opened

pytestmark = pytest.mark.anyio


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


async def test_locks_are_free_once_their_engine_is_closed(url: str, other: PostgresEngine) -> None:
    for _ in range(3):
        async with opened(url) as engine:
            assert all([await engine.try_lock(str(number)) for number in range(50)])
        lock = await other.try_lock("49")
        assert lock
        await lock.release()


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

"""Databases that really fail: full, read-only, cut off while an answer comes, locked, or damaged."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import psycopg
import pytest

from ropo_async.errors import JournalError, JournalProblem, PageNotStored
from ropo_async.hooks import PollFailed
from ropo_async.journal import Journal, _postgres, _sqlite
from ropo_async.simulator import Fault
from ropo_async.status_updates import StatusUpdates
from tests.inbox.feeds import PAGE, POLL, World, in_a_hurry, world

pytestmark = pytest.mark.anyio

BIG = 100
"""Records that take more room than a database has left over by chance."""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal's file to be."""
    in_a_hurry(monkeypatch)
    monkeypatch.setattr(_sqlite, "BUSY_SECONDS", 0.1)
    return tmp_path / "journal.db"


@pytest.fixture
def schema(postgres_url: str) -> str:
    """The URL of a journal to be."""
    return f"{postgres_url}&application_name=of_{postgres_url.rpartition('=')[2]}"


def admin(url: str) -> psycopg.Connection[Any]:
    """Connect as somebody else, to whom the journal's schema is the first."""
    address, _, name = url.partition("&schema=")
    name = name.partition("&")[0]
    return psycopg.connect(address, autocommit=True, options=f"-c search_path={name}")


@pytest.fixture
def when_answered(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Do something once, when an answer has come and before it is stored."""

    def react(reaction: Callable[[], object]) -> None:
        ask, waiting = StatusUpdates.ask, [reaction]

        async def asked(self: StatusUpdates, request: Any) -> Any:
            answer = await ask(self, request)
            if waiting:
                waiting.pop()()
            return answer

        monkeypatch.setattr(StatusUpdates, "ask", asked)

    return react


When = Callable[[Callable[[], object]], None]


async def page_not_stored(feed: World, problem: JournalProblem) -> None:
    asked = feed.polls
    with pytest.raises(PageNotStored) as caught:
        await feed.inbox.drain()
    assert caught.value.problem is problem
    assert feed.polls - asked == 1


async def nothing_sent(feed: World, problem: JournalProblem) -> None:
    asked = len(feed.simulator.truth.requests)
    with pytest.raises(JournalError) as caught:
        await feed.inbox.drain()
    assert caught.value.problem is problem
    assert type(caught.value) is JournalError
    assert len(feed.simulator.truth.requests) == asked


async def all_there(feed: World, *, polls: int) -> None:
    """Drain once more, now that all is well: each page was asked for once."""
    asked = feed.polls
    assert (await feed.inbox.drain()).drained
    assert feed.polls - asked == polls
    assert await feed.inbox.gaps() == []
    await feed.complete()


# --- Full, or read-only ----------------------------------------------------------------------------------------------


def execute(feed: World, sql: str) -> Any:
    """Run a statement on the connection that the journal itself has to SQLite."""
    return feed.journal.engine._connection.execute(sql).fetchone()  # type: ignore[attr-defined]


async def test_row_49_sqlite_is_full_when_the_page_comes(file: Path, when_answered: When) -> None:
    async with world(f"sqlite:///{file}", page_size=BIG) as feed:
        feed.add(BIG)
        when_answered(lambda: execute(feed, f"PRAGMA max_page_count = {execute(feed, 'PRAGMA page_count')[0]}"))
        await page_not_stored(feed, JournalProblem.FULL)
        await all_there(feed, polls=1)  # on another connection, to which the limit does not apply


async def test_row_48_sqlite_is_read_only_before_the_intent(file: Path) -> None:
    async with world(f"sqlite:///{file}") as feed:
        feed.add(PAGE)
        execute(feed, "PRAGMA query_only = ON")
        await nothing_sent(feed, JournalProblem.READ_ONLY)
        await all_there(feed, polls=2)


FULL = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE {event} ON poll EXECUTE FUNCTION refuse();
"""


@pytest.mark.parametrize("event", ["INSERT", "UPDATE OF raw"], ids=["row_48", "row_49"])
async def test_postgres_is_full(event: str, schema: str) -> None:
    async with world(schema) as feed:
        feed.add(PAGE)
        with admin(schema) as other:
            other.execute(FULL.format(event=event))
            await (nothing_sent if event == "INSERT" else page_not_stored)(feed, JournalProblem.FULL)
            other.execute("DROP TRIGGER full_disk ON poll")
        await all_there(feed, polls=2 if event == "INSERT" else 1)


async def test_row_48_postgres_is_read_only_before_the_intent(schema: str) -> None:
    async with world(schema) as feed:
        feed.add(PAGE)
        with admin(schema) as other:
            name = schema.rpartition("=")[2]
            end_sessions(other, name)
            other.execute("ALTER ROLE ropo SET default_transaction_read_only = on")
            try:
                await nothing_sent(feed, JournalProblem.READ_ONLY)
            finally:
                other.execute("SET default_transaction_read_only = off")
                other.execute("ALTER ROLE ropo RESET default_transaction_read_only")
                end_sessions(other, name)
        await all_there(feed, polls=2)


def end_sessions(other: psycopg.Connection[Any], name: str) -> None:
    """Return when they are gone: one that is only told to go may still take the next statement."""
    other.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s", (name,))


# --- Cut off ---------------------------------------------------------------------------------------------------------


async def test_sessions_that_end_while_an_answer_comes_cost_nothing(schema: str, when_answered: When) -> None:
    """Its turn is gone with them, so another poller may have begun; what came is stored all the same."""
    async with world(schema) as feed:
        feed.add(2 * PAGE)
        with admin(schema) as other:
            when_answered(lambda: end_sessions(other, schema.rpartition("=")[2]))
            asked = feed.polls
            assert (await feed.inbox.drain()).drained
            assert feed.polls - asked == 3
        assert await feed.inbox.gaps() == []
        await feed.complete()


async def test_a_turn_that_went_with_its_session_is_taken_over_while_the_answer_is_on_its_way(schema: str) -> None:
    async with world(schema) as feed:
        feed.add(2 * PAGE)
        feed.simulator.fail(Fault.delay(0.5), operation=POLL, query=())
        asked, slow = feed.polls, await feed.another()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(slow.drain)
            await feed.simulator.truth.until(lambda _: feed.polls > asked)
            with admin(schema) as other:
                end_sessions(other, schema.rpartition("=")[2])
            # It cannot know that the other one is alive: a false gap, and its page once more by its days.
            assert (await feed.inbox.drain(wait=False)).drained
            await feed.conserved()
        await feed.complete()
        assert feed.polls - asked == 4  # the other one has gone on, too


# --- Locked ----------------------------------------------------------------------------------------------------------

LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
"""


@contextmanager
def locked_by_another_process(file: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            process.kill()


async def test_row_52_sqlite_is_locked_by_another_process(file: Path) -> None:
    async with world(f"sqlite:///{file}") as feed:
        feed.add(PAGE)
        with locked_by_another_process(file):
            await nothing_sent(feed, JournalProblem.BUSY)
        await all_there(feed, polls=2)


async def test_row_52_sqlite_is_locked_when_the_page_comes(file: Path, when_answered: When) -> None:
    async with world(f"sqlite:///{file}") as feed:
        feed.add(PAGE)
        other = sqlite3.connect(file, isolation_level=None)
        when_answered(lambda: other.execute("BEGIN EXCLUSIVE"))
        await page_not_stored(feed, JournalProblem.BUSY)
        other.close()
        await all_there(feed, polls=1)


async def test_row_52_postgres_is_locked_by_another_session(schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_postgres, "_SETTINGS", _postgres._SETTINGS.replace("'10s'", "'100ms'"))
    async with world(schema) as feed:
        feed.add(PAGE)
        with admin(schema) as other, other.transaction():
            other.execute("LOCK TABLE account")
            await nothing_sent(feed, JournalProblem.BUSY)
        await all_there(feed, polls=2)


# --- Damaged ---------------------------------------------------------------------------------------------------------


def damage(file: Path) -> bytes:
    """Overwrite all but the first page, and return what was there."""
    sound = file.read_bytes()
    file.write_bytes(sound[:4096] + b"\xff" * (len(sound) - 4096))
    return sound


async def test_row_52_damage_in_use_stops_it_before_it_asks(file: Path) -> None:
    async with world(f"sqlite:///{file}") as feed:
        feed.add(PAGE)
        execute(feed, "PRAGMA shrink_memory")
        sound = damage(file)
        feed.journal.engine._connection = None  # type: ignore[attr-defined]
        await nothing_sent(feed, JournalProblem.CORRUPT)
        await anyio.Path(file).write_bytes(sound)
        feed.journal.engine._connection = None  # type: ignore[attr-defined]
        await all_there(feed, polls=2)


async def test_row_52_damage_ends_the_poller_and_a_lock_does_not(file: Path) -> None:
    async with world(f"sqlite:///{file}") as feed:
        asked = feed.polls
        with locked_by_another_process(file), anyio.fail_after(20):
            async with feed.inbox.polling(timedelta(milliseconds=1)):
                await feed.events.until(PollFailed, 2)
        assert feed.polls == asked
        damage(file)
        feed.journal.engine._connection = None  # type: ignore[attr-defined]
        with pytest.raises(JournalError) as caught, anyio.fail_after(20):
            async with feed.inbox.polling(timedelta(milliseconds=1)):
                await anyio.sleep_forever()
        assert caught.value.problem is JournalProblem.CORRUPT
        assert feed.polls == asked


@pytest.mark.parametrize("content", [b"no database at all" * 500, None], ids=["no_database", "damaged"])
async def test_row_52_damage_is_told_when_it_is_opened(content: bytes | None, file: Path) -> None:
    url = f"sqlite:///{file}"
    async with world(url) as feed:
        feed.add(PAGE)
        assert (await feed.inbox.drain()).drained
        crashed = content or damage(file)  # as a process leaves it that is killed
    await anyio.Path(file).write_bytes(crashed)
    if content is None:
        damage(file)
    with pytest.raises(JournalError) as caught:
        async with Journal.open(url):
            pass
    assert caught.value.problem is JournalProblem.CORRUPT

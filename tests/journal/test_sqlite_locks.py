"""Locks beside a SQLite file: one holder at a time in all processes, and free when the holder dies."""

import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine
from tests.journal.children import child, heard, tell
from tests.journal.sqlite_engines import opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture(params=["file", "memory"])
async def engine(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[SqliteEngine]:
    async with opened(path if request.param == "file" else None) as one:
        yield one


def side_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.lock-*"))


async def test_one_holder_at_a_time(engine: SqliteEngine) -> None:
    first = await engine.try_lock("a")
    assert first is not None
    assert await engine.try_lock("a") is None
    assert await engine.try_lock("b") is not None
    await first.release()
    second = await engine.try_lock("a")
    assert second is not None
    await first.release()
    assert await engine.try_lock("a") is None
    await second.release()
    assert await engine.try_lock("a") is not None


async def test_hundreds_of_names(engine: SqliteEngine) -> None:
    names = [f"https://ropo24.fi/rest {number}" for number in range(300)]
    held = [await engine.try_lock(name) for name in names]
    assert all(held)
    assert [await engine.try_lock(name) for name in names] == [None] * 300


async def test_a_lock_does_not_wait_for_a_transaction(path: Path) -> None:
    begun, gate = threading.Event(), threading.Event()

    def slowly(tx: Transaction) -> None:
        begun.set()
        assert gate.wait(30)

    async with opened(path) as engine, anyio.create_task_group() as group:
        group.start_soon(engine.run, slowly)
        assert await anyio.to_thread.run_sync(begun.wait, 30)
        with anyio.fail_after(20):
            lock = await engine.try_lock("a")
            assert lock is not None
            await lock.release()
            await engine.check_room()
        gate.set()


async def test_closing_frees_its_locks_and_releasing_them_is_harmless(path: Path) -> None:
    async with opened(path) as another:
        async with opened(path) as engine:
            lock = await engine.try_lock("a")
            assert lock is not None
            assert await another.try_lock("a") is None
            made = set(side_files(path))
        # Its own mark is gone; the lock's file is not, as somebody may be taking it.
        assert len(made - set(side_files(path))) == 1
        assert await another.try_lock("a") is not None
        await lock.release()
        async with opened(path) as third:
            assert await third.try_lock("a") is None


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


async def test_trying_again_and_again_leaves_nothing_open(path: Path) -> None:
    async with opened(path) as engine, opened(path) as another:
        lock = await engine.try_lock("a")
        assert lock is not None
        await another.try_lock("a")
        before = descriptors()
        for _ in range(20):
            assert await another.try_lock("a") is None
        assert descriptors() == before


async def test_of_all_who_try_at_once_one_gets_it(path: Path) -> None:
    got: list[Any] = []

    async def contend(engine: SqliteEngine) -> None:
        got.append(await engine.try_lock("a"))

    async with opened(path) as first, opened(path) as second, opened(path) as third:
        for _ in range(20):
            async with anyio.create_task_group() as group:
                for engine in (first, second, third):
                    group.start_soon(contend, engine)
            [winner] = [lock for lock in got if lock is not None]
            await winner.release()
            got.clear()


# --- Other processes -----------------------------------------------------------------------------------------------

HOLDER = """
from tests.journal.sqlite_engines import opened

async def main():
    async with opened(sys.argv[1]) as engine:
        say("held" if await engine.try_lock("a") else "not held")
        sys.stdin.readline()
"""


async def test_a_lock_holds_in_all_processes_and_ends_with_its_holder(path: Path) -> None:
    async with opened(path) as engine:
        with child(HOLDER, path) as process:
            assert heard(process) == "held"
            assert await engine.try_lock("a") is None
            assert await engine.try_lock("b") is not None
        # It was killed.
        assert await engine.try_lock("a") is not None
        with child(HOLDER, path) as process:
            assert heard(process) == "not held"


RACER = """
from tests.journal.sqlite_engines import opened

async def main():
    async with opened(sys.argv[1]) as engine:
        say("ready")
        while sys.stdin.readline():
            lock = await engine.try_lock("a")
            say("held" if lock else "not held")
            sys.stdin.readline()
            if lock:
                await lock.release()
            say("free")
"""


async def test_of_two_processes_that_try_at_once_one_gets_it(path: Path) -> None:
    with child(RACER, path) as first, child(RACER, path) as second:
        both = (first, second)
        for process in both:
            assert heard(process) == "ready"
        for _ in range(150):
            for process in both:
                tell(process)
            assert sorted(heard(process) for process in both) == ["held", "not held"]
            for process in both:
                tell(process)
            assert [heard(process) for process in both] == ["free", "free"]


# --- Its files -----------------------------------------------------------------------------------------------------


async def test_its_file_is_for_the_owner_alone_and_does_not_tell_the_name(path: Path) -> None:
    async with opened(path) as engine:
        before = side_files(path)
        await engine.try_lock("https://ropo24.fi/rest 12345")
        [made] = set(side_files(path)) - set(before)
        assert mode(made) == 0o600
        assert len(made.name.removeprefix("journal.db.lock-")) == 16
        assert "12345" not in made.name
        assert not [each for each in names(path) if each.endswith("-journal")]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def names(path: Path) -> list[str]:
    return [each.name for each in path.parent.iterdir()]


async def test_a_file_of_somebody_else_s_making_is_refused(path: Path) -> None:
    async with opened(path) as engine:
        before = side_files(path)
        lock = await engine.try_lock("a")
        assert lock is not None
        await lock.release()
        [made] = set(side_files(path)) - set(before)
        put_link(made)
        with pytest.raises(JournalError) as caught:
            await engine.try_lock("a")
        assert caught.value.problem is JournalProblem.OPEN_TO_OTHERS
        made.unlink()
        assert await engine.try_lock("a") is not None


def put_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("elsewhere"))

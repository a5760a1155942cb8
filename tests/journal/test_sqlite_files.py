"""How the engine sets SQLite, and what it takes for a journal."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal import _sqlite
from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine, open_sqlite
from tests.journal.children import child, heard
from tests.journal.sqlite_engines import add, count, fill, opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
async def file(path: Path) -> AsyncIterator[SqliteEngine]:
    async with opened(path) as one:
        yield one


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o600)


async def refused(path: Path) -> JournalProblem:
    """Return why the file at `path` cannot be opened; it must be left as it is."""
    before = content(path)
    with pytest.raises(JournalError) as caught:
        await open_sqlite(path)
    assert content(path) == before
    return caught.value.problem


SETTINGS = {
    "journal_mode": "delete",
    "synchronous": 3,
    "busy_timeout": 10_000,
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,
    "temp_store": 2,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "cache_size": -16_000,
    "application_id": 0x526F506F,
}


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_setting_is_in_force(file: SqliteEngine, name: str) -> None:
    assert await file.run(lambda tx: tx.rows(f"PRAGMA {name}")) == [(SETTINGS[name],)]


async def test_foreign_keys_are_watched_in_memory_too() -> None:
    async with opened(None) as engine:
        await engine.run(lambda tx: tx.script("CREATE TABLE u (a REFERENCES t);"))
        with pytest.raises(JournalError, match="SQLITE_CONSTRAINT_FOREIGNKEY"):
            await engine.run(lambda tx: tx.run("INSERT INTO u VALUES (1)"))


async def test_deleted_content_is_gone_from_the_file(path: Path, file: SqliteEngine) -> None:
    await file.run(lambda tx: tx.run("INSERT INTO t (b) VALUES (?)", ("personal data",)))
    assert b"personal data" in (content(path) or b"")
    await file.run(lambda tx: tx.run("DELETE FROM t"))
    assert b"personal data" not in (content(path) or b"")


async def test_no_extension_is_loaded(file: SqliteEngine) -> None:
    with pytest.raises(JournalError, match="SQLITE_ERROR"):
        await file.run(lambda tx: tx.rows("SELECT load_extension('anything')"))


async def test_its_files_are_for_their_owner_alone(path: Path, file: SqliteEngine) -> None:
    def modes(tx: Transaction) -> dict[str, int]:
        add(tx)
        return {each.name.removeprefix(path.name): each.stat().st_mode & 0o7777 for each in path.parent.iterdir()}

    found = await file.run(modes)
    assert "-journal" in found
    assert set(found.values()) == {0o600}


async def test_an_old_sqlite_is_named(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    with pytest.raises(JournalError, match=r"SQLite 3\.34\.1; 3\.35 or newer is needed"):
        await open_sqlite(path)
    assert await refused(path) is JournalProblem.BROKEN
    assert content(path) is None


# --- What is a journal ---------------------------------------------------------------------------------------------


async def test_an_empty_file_becomes_one(path: Path) -> None:
    put(path, b"")
    async with opened(path) as engine:
        assert await engine.run(add) == 1


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE t (a)", "PRAGMA application_id = 7", "PRAGMA journal_mode = WAL; CREATE TABLE t (a)"],
    ids=["no id", "another id", "wal"],
)
async def test_another_database_is_left_alone(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.executescript(sql)
    put(path, content(path) or b"")
    assert await refused(path) is JournalProblem.FOREIGN


@pytest.mark.parametrize(
    "garbage",
    [b"{}", bytes(5000), b"\xa5" * 9000, b"SQLite format 3\x00" + b"\xa5" * 9000],
    ids=["short", "zeros", "noise", "header"],
)
async def test_garbage_is_not_read(path: Path, garbage: bytes) -> None:
    put(path, garbage)
    assert await refused(path) is JournalProblem.CORRUPT


async def test_wal_mode_is_left(path: Path, file: SqliteEngine) -> None:
    await file.run(add)
    await file.aclose()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
    async with opened(path) as engine:
        assert await engine.run(lambda tx: tx.rows("PRAGMA journal_mode")) == [("delete",)]
        assert await engine.run(count) == 1


async def test_wal_mode_that_another_holds_on_to_is_refused(
    path: Path, file: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sqlite, "BUSY_SECONDS", 0.01)
    await file.aclose()
    with closing(sqlite3.connect(path)) as other:
        other.executescript("PRAGMA journal_mode = WAL; BEGIN; SELECT * FROM t")
        with pytest.raises(JournalError) as caught:
            await open_sqlite(path)
    assert caught.value.problem is JournalProblem.BUSY


class _Unmoved(sqlite3.Connection):
    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        return super().execute("SELECT 'wal'" if sql == "PRAGMA journal_mode = DELETE" else sql, *arguments)


async def test_a_journal_mode_that_did_not_take_effect_is_noticed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, **options, factory=_Unmoved))
    with pytest.raises(JournalError, match="its journal mode stays wal"):
        await open_sqlite(path)


async def test_nothing_is_handed_to_the_driver_by_position_but_the_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python 3.13 warns of more, and 3.15 will not take it.
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name, /, **options: connect(name, **options))
    async with opened(path) as engine:
        assert await engine.run(lambda tx: tx.rows("SELECT 1")) == [(1,)]


# --- After an unclean stop -----------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    """Damage a page in the middle."""
    with path.open("r+b") as file:
        file.seek(4096 * 9)
        file.write(b"\xff" * 4096)


def cut(path: Path) -> None:
    """Lose the second half."""
    with path.open("r+b") as file:
        file.truncate(4096 * 9)


IDLE = """
from tests.journal.sqlite_engines import fill, opened

async def main():
    async with opened(sys.argv[1]) as engine:
        await engine.run(fill)
        say("opened")
        await anyio.sleep_forever()
"""


def killed_while_open(path: Path) -> None:
    with child(IDLE, path) as process:
        assert heard(process) == "opened"


async def test_a_file_that_is_whole_is_used(path: Path) -> None:
    killed_while_open(path)
    for _ in range(2):
        async with opened(path) as engine:
            assert await engine.run(count) == 100
            assert await engine.run(lambda tx: tx.rows("SELECT count(*) FROM engine_opened")) == [(1,)]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("damage", [flip, cut])
async def test_damage_is_found(path: Path, damage: Callable[[Path], None]) -> None:
    killed_while_open(path)
    damage(path)
    for _ in range(2):
        assert await refused(path) is JournalProblem.CORRUPT


async def test_damage_is_found_in_a_copy_of_an_open_one(path: Path, file: SqliteEngine, tmp_path: Path) -> None:
    await file.run(fill)
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    flip(copy)
    assert await refused(copy) is JournalProblem.CORRUPT


async def test_what_others_use_is_not_looked_through(path: Path, file: SqliteEngine) -> None:
    killed_while_open(path)
    flip(path)
    async with opened(path) as second:
        # The dead one is struck off, the living ones are not.
        assert await second.run(lambda tx: tx.rows("SELECT count(*) FROM engine_opened")) == [(2,)]


async def test_a_transaction_that_was_cut_off_is_undone(path: Path, file: SqliteEngine) -> None:
    await file.run(add)
    await file.aclose()
    size = len(content(path) or b"")
    with child(CUT_OFF, path) as process:
        assert heard(process) == "written"
    assert len(content(path) or b"") > size
    async with opened(path) as engine:
        assert await engine.run(count) == 1


CUT_OFF = """
import time
from tests.journal.sqlite_engines import fill, opened

def work(tx):
    fill(tx, 40_000)  # more than the cache holds
    say("written")
    time.sleep(60)

async def main():
    async with opened(sys.argv[1]) as engine:
        await engine.run(work)
"""

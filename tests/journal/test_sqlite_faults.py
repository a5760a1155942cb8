"""What the engine on SQLite makes of a database that fails: its errors, and the connection that comes after."""

import pickle
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine
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


@contextmanager
def failing(problem: JournalProblem, detail: str) -> Iterator[None]:
    with pytest.raises(JournalError) as caught:
        yield
    assert (caught.value.problem, caught.value.detail) == (problem, detail)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


# --- Statements that fail ------------------------------------------------------------------------------------------


def _twice(tx: Transaction) -> None:
    for _ in range(2):
        tx.run("INSERT INTO t VALUES (?, ?)", (1, "personal data"))


STATEMENTS: dict[str, tuple[Callable[[Transaction], object], str]] = {
    "constraint": (_twice, "SQLITE_CONSTRAINT_PRIMARYKEY"),
    "syntax": (lambda tx: tx.run("INSERT INTO personal data"), "SQLITE_ERROR"),
    "parameters": (lambda tx: tx.run("INSERT INTO t VALUES (?, ?)", ("personal data",)), "ProgrammingError"),
    "type": (lambda tx: tx.run("INSERT INTO t VALUES (1, ?)", (["personal data"],)), "ProgrammingError"),
    "mismatch": (lambda tx: tx.run("INSERT INTO t VALUES (?, 1)", ("personal data",)), "SQLITE_MISMATCH"),
    "end": (lambda tx: tx.run("COMMIT"), "SQLITE_ERROR"),
}


@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_statement_that_fails_is_told_without_its_content(file: SqliteEngine, name: str) -> None:
    work, detail = STATEMENTS[name]
    connection = file._connection
    with failing(JournalProblem.BROKEN, detail):
        await file.run(work)
    assert await file.run(count) == 0
    assert file._connection is connection


async def test_the_error_pickles(file: SqliteEngine) -> None:
    with pytest.raises(JournalError) as caught:
        await file.run(_twice)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problem) == (str(caught.value), JournalProblem.BROKEN)
    assert "personal" not in repr(caught.value)


# --- A database that fails -----------------------------------------------------------------------------------------


def _to_the_brim(tx: Transaction) -> None:
    tx.rows("PRAGMA max_page_count = 20")
    fill(tx)


async def test_a_full_one_is_opened_anew(file: SqliteEngine) -> None:
    await file.run(add)
    connection = file._connection
    with failing(JournalProblem.FULL, "SQLITE_FULL"):
        await file.run(_to_the_brim)
    assert file._connection is None
    assert await file.run(count) == 1
    assert file._connection is not connection
    await file.run(fill)


async def test_one_in_use_is_told_and_kept(path: Path, file: SqliteEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = file._connection
    assert connection is not None
    connection.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with failing(JournalProblem.BUSY, "SQLITE_BUSY"):
            await file.run(add)
        other.rollback()
        other.execute("BEGIN")
        other.execute("SELECT * FROM t").fetchall()
        with failing(JournalProblem.BUSY, "SQLITE_BUSY"):
            await file.run(add)  # at the commit
    assert await file.run(count) == 0
    assert file._connection is connection


async def test_damage_in_use_is_told(path: Path, file: SqliteEngine) -> None:
    await file.run(fill)
    damage(path)
    assert file._connection is not None
    file._connection.close()  # with its cache
    file._connection = None
    with failing(JournalProblem.CORRUPT, "SQLITE_CORRUPT"):
        await file.run(lambda tx: tx.rows("SELECT * FROM t"))


def damage(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 9)
        file.write(b"\xff" * 4096)


@pytest.mark.parametrize("replaced", [False, True], ids=["gone", "replaced"])
async def test_a_file_that_was_moved_away_is_not_made_again(path: Path, file: SqliteEngine, *, replaced: bool) -> None:
    move(path)
    with failing(JournalProblem.READ_ONLY, "SQLITE_READONLY_DBMOVED"):
        await file.run(add)
    if replaced:
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE t (a, b)")
        with failing(JournalProblem.OPEN_TO_OTHERS, str(path)):
            await file.run(add)
        permit(path)
        with failing(JournalProblem.FOREIGN, str(path)):
            await file.run(add)
    else:
        with failing(JournalProblem.UNREACHABLE, "SQLITE_CANTOPEN"):
            await file.run(add)
        assert not exists(path)


def move(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def permit(path: Path) -> None:
    path.chmod(0o600)


def exists(path: Path) -> bool:
    return path.exists()


class _Stuck(sqlite3.Connection):
    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if sql == "ROLLBACK":
            raise sqlite3.OperationalError("it does not")
        return super().execute(sql, *arguments)


async def test_after_a_rollback_that_fails_it_is_opened_anew(
    path: Path, file: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await file.aclose()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, **options, factory=_Stuck))
    async with opened(path) as engine:
        stuck = engine._connection
        assert isinstance(stuck, _Stuck)

        def fail(tx: Transaction) -> None:
            add(tx)
            raise LookupError

        with pytest.raises(LookupError):
            await engine.run(fail)
        assert engine._connection is None
        with pytest.raises(sqlite3.ProgrammingError):
            stuck.execute("SELECT 1")
        assert await engine.run(count) == 0


# --- Faults that need a process of their own -----------------------------------------------------------------------

LIMITED = """
import resource
from tests.journal.sqlite_engines import add, count, fill, opened

async def main():
    async with opened(sys.argv[1]) as engine:
        await engine.run(add)
        connection = engine._connection
        free, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16384, most))
        for _ in range(2):
            try:
                await engine.run(fill)
            except JournalError as error:
                say(error.problem.name, error.detail, engine._connection)
        resource.setrlimit(resource.RLIMIT_FSIZE, (free, most))
        say(await engine.run(count), engine._connection is connection)
        await engine.run(fill)
        say(await engine.run(count))
"""


async def test_after_an_input_or_output_error_it_is_opened_anew(path: Path) -> None:
    with child(LIMITED, path) as process:
        assert heard(process) == "BROKEN SQLITE_IOERR_WRITE None"
        assert heard(process) == "BROKEN SQLITE_IOERR_WRITE None"
        assert heard(process) == "1 False"
        assert heard(process) == "101"
    async with opened(path) as engine:
        assert await engine.run(count) == 101


# Root may write everywhere, so it becomes somebody else.
NOT_MINE = """
import stat, urllib.parse  # which pathlib imports late, when its file may not be read any more
from pathlib import Path
from tempfile import TemporaryDirectory
from tests.journal.sqlite_engines import add, opened

async def main():
    with TemporaryDirectory() as name:
        await within(Path(name))
        os.seteuid(os.getuid())

async def within(folder):
    path, target = folder / "journal.db", sys.argv[1]
    if os.geteuid() == 0:
        os.chown(folder, 65534, -1)
        os.seteuid(65534)
    if target != "new":
        async with opened(path) as engine:
            await engine.run(add)
    (path if target == "file" else folder).chmod(0o400 if target == "file" else 0o500)
    try:
        async with opened(path) as engine:
            await engine.run(add)
    except JournalError as error:
        say(error.problem.name, error.detail)
    folder.chmod(0o700)
    say(*sorted(each.name for each in folder.iterdir()))
"""


@pytest.mark.parametrize(
    ("target", "told", "left"),
    [
        ("new", "READ_ONLY EACCES", ""),
        ("folder", "READ_ONLY EACCES", "journal.db"),
        ("file", "READ_ONLY SQLITE_READONLY", "journal.db"),
    ],
    ids=["new", "folder", "file"],
)
async def test_what_cannot_be_written_is_told(target: str, told: str, left: str) -> None:
    with child(NOT_MINE, target) as process:
        assert heard(process) == told
        assert heard(process) == left

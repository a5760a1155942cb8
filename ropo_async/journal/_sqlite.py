"""Connections to SQLite: how the journal's are set, what their failures mean, and locks by means of them."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import define

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal import files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

__all__ = ["APPLICATION", "BUSY_SECONDS", "Lock", "connect", "failure", "problem"]

APPLICATION = int.from_bytes(b"RoPo")
"""Tells a journal from every other SQLite database."""
BUSY_SECONDS = 10.0

_SETTINGS = (
    # A power cut must not undo a commit: EXTRA also writes the folder down when the rollback journal is gone, and
    # on macOS only fullfsync reaches the disk.
    *("synchronous = EXTRA", "fullfsync = 1", "checkpoint_fullfsync = 1"),
    # What is deleted is personal data, and what SQLite would put into temporary files is too.
    *("secure_delete = ON", "temp_store = MEMORY"),
    # A file is not believed more than it must be.
    *("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"),
    *("foreign_keys = ON", "cache_size = -16000"),
)

_PROBLEMS = {
    sqlite3.SQLITE_BUSY: JournalProblem.BUSY,
    sqlite3.SQLITE_LOCKED: JournalProblem.BUSY,
    sqlite3.SQLITE_PROTOCOL: JournalProblem.BUSY,
    sqlite3.SQLITE_CANTOPEN: JournalProblem.UNREACHABLE,
    sqlite3.SQLITE_CORRUPT: JournalProblem.CORRUPT,
    sqlite3.SQLITE_NOTADB: JournalProblem.CORRUPT,
    sqlite3.SQLITE_FULL: JournalProblem.FULL,
    sqlite3.SQLITE_IOERR: JournalProblem.BROKEN,
    sqlite3.SQLITE_PERM: JournalProblem.READ_ONLY,
    sqlite3.SQLITE_READONLY: JournalProblem.READ_ONLY,
}
"""By primary code. After any of them but BUSY the file is opened anew: an fsync that failed would not fail again."""


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the file at `path`, which must be there and be a journal or empty; without one, a database in memory."""
    connection = _plain(path and files.checked(path), BUSY_SECONDS)
    try:
        _set_up(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection, path: Path | None) -> None:
    # In this order: who makes one at the same time marks it before, or together with, its first table.
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION and (application or tables):
        raise JournalError(JournalProblem.FOREIGN, str(path))
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    # Not WAL: up to 3.51.2 it can damage a file that two processes write, it gains nothing where all is written in
    # turn, and without it a copy of the one file is a whole backup.
    (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if path is not None and mode != "delete":
        raise JournalError(JournalProblem.BUSY, f"its journal mode stays {mode}")


def _plain(path: Path | None, patience: float) -> sqlite3.Connection:
    """Connect, for use by one thread at a time. Files must be there already."""
    name = ":memory:" if path is None else f"{path.as_uri()}?mode=rw"
    return sqlite3.connect(name, timeout=patience, isolation_level=None, check_same_thread=False, uri=path is not None)


def _reserved(path: Path) -> sqlite3.Connection:
    """Return a connection in a transaction that lasts and never writes."""
    connection = _plain(path, 0)
    try:
        connection.execute("PRAGMA journal_mode = MEMORY")  # no other file beside it
        # Not EXCLUSIVE, which is taken in steps: of two that try at once, both may fail.
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        connection.close()
        raise failure(error) from None
    return connection


def problem(error: sqlite3.Error) -> JournalProblem | None:
    """Return what is wrong with the file, or None where `error` comes of a statement."""
    # Misuse of the driver has no code.
    return _PROBLEMS.get(getattr(error, "sqlite_errorcode", -1) & 0xFF)


def failure(error: sqlite3.Error) -> JournalError:
    """Return `error` by its name alone: messages of SQLite may show what is in the file."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return JournalError(problem(error) or JournalProblem.BROKEN, name)


@define(eq=False)
class Lock:
    """A lock, by a transaction on a file of its own: the operating system ends it with the process."""

    name: str
    _held: dict[str, Lock]
    _aside: Callable[[Callable[[], None]], Awaitable[None]]
    _file: Path | None
    _once: bool = False
    """Nobody will ask for this name again."""
    _connection: sqlite3.Connection | None = None

    async def release(self) -> None:
        """Free it, unless that was done."""
        await self._aside(self.free)

    def take(self) -> bool:
        """Take it, in a worker thread; False where another holder has it."""
        if self._held.setdefault(self.name, self) is not self:
            return False
        try:
            if self._file is not None:
                self._connection = _reserved(files.prepared(self._file))
        except JournalError as error:
            self.free()
            if error.problem is JournalProblem.BUSY:
                return False
            raise
        return True

    def free(self, *, for_good: bool = False) -> None:
        """Free it, in a worker thread; `for_good` where nobody will ask for this name again."""
        if self._held.get(self.name) is self:
            del self._held[self.name]
        if self._connection is None:
            return  # another holder has it, and its file
        self._connection.close()
        if (for_good or self._once) and self._file is not None:
            with suppress(OSError):  # on Windows not while another process looks at it
                self._file.unlink()

"""The engine on SQLite: one connection, one transaction at a time, each of them durable before it returns."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sqlite3
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.to_thread
from attrs import define, field

from ropo_async._protect import finish
from ropo_async.errors import InvalidInput, JournalError, JournalProblem
from ropo_async.journal import files
from ropo_async.journal._sqlite import APPLICATION, Lock, connect, failure, problem
from ropo_async.journal.engine import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ropo_async.journal.engine import Transaction

__all__ = ["SqliteEngine", "open_sqlite"]

T = TypeVar("T")

OLDEST = (3, 35)
"""The first SQLite that has RETURNING."""
ROOM = 64 << 20
GLANCE_SECONDS = 1.0
"""How long a consumer waits before it looks whether another process has left it something: files ring no bell."""

DIALECT = Dialect(
    "sqlite",
    serial="INTEGER PRIMARY KEY",
    bytes="BLOB",
    lock_rows="",
    alone="SELECT 1",
    whole="CAST({} AS INTEGER)",
)

# Who has the journal open. Whoever is in it and alive also holds the lock of that name.
_OPENED = f"""
PRAGMA application_id = {APPLICATION};
CREATE TABLE IF NOT EXISTS engine_opened (holder TEXT PRIMARY KEY) WITHOUT ROWID;
"""


async def open_sqlite(
    path: str | Path | None, *, clock: Callable[[], float] | None = None, room: int = ROOM
) -> SqliteEngine:
    """Open the database at `path`, made anew where there is none, or one in memory that is gone when closed.

    Args:
        path: the file; None for memory.
        clock: Unix seconds instead of the system's.
        room: how many bytes must be free on its disk.

    Raises:
        JournalError: it is not safe, not usable, or not a journal.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise JournalError(JournalProblem.BROKEN, f"SQLite {sqlite3.sqlite_version}; {needed} or newer is needed")
    engine = SqliteEngine(None if path is None else Path(path), clock or time.time, room)
    try:
        await engine.enter()
    except BaseException:
        await engine.aclose()
        raise
    return engine


@define
class _Transaction:
    """One write transaction, in a worker thread."""

    _connection: sqlite3.Connection
    now: float
    dialect: Dialect = DIALECT
    rung: bool = False

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters).fetchall()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        before = self._connection.total_changes
        count = self._connection.execute(sql, parameters).rowcount
        # Of a statement that begins with WITH the driver does not count the rows.
        return count if count >= 0 else self._connection.total_changes - before

    def run_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(sql, parameters)

    def script(self, sql: str) -> None:
        # The driver's own executescript would commit first.
        statement = ""
        for line in sql.splitlines(keepends=True):
            statement += line
            if line.rstrip().endswith(";"):
                self._connection.execute(statement)
                statement = ""
        self._connection.execute(statement)

    def ring(self) -> None:
        self.rung = True


@define(eq=False)
class SqliteEngine:
    """A SQLite database, opened."""

    _path: Path | None
    _clock: Callable[[], float] = field(repr=False)
    _room: int = field(repr=False)
    dialect: Dialect = field(default=DIALECT, init=False, repr=False)
    _connection: sqlite3.Connection | None = field(default=None, init=False, repr=False)
    _closed: bool = field(default=False, init=False)
    _holder: str = field(factory=lambda: secrets.token_hex(16), init=False, repr=False)
    _held: dict[str, Lock] = field(factory=dict[str, Lock], init=False, repr=False)
    _own: Lock | None = field(default=None, init=False, repr=False)
    _bell: anyio.Event = field(factory=anyio.Event, init=False, repr=False)
    # Threads of their own: the ones that all share may be taken by work that waits for this.
    _turns: anyio.CapacityLimiter = field(factory=lambda: anyio.CapacityLimiter(1), init=False, repr=False)
    _asides: anyio.CapacityLimiter = field(factory=lambda: anyio.CapacityLimiter(1), init=False, repr=False)
    # An event loop that shuts down lets go of a thread that is still at work.
    _alone: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one write transaction; see `Engine.run`."""

        async def critical() -> T:
            result, rung = await anyio.to_thread.run_sync(self._transact, work, limiter=self._turns)
            if rung:
                self._ring()
            return result

        return await finish(critical)

    async def run_using(self, connection: Any, sql: str, parameters: Sequence[Any]) -> int:  # noqa: ARG002 - the protocol's
        """Refuse: nobody else may have a transaction open on the file."""
        raise InvalidInput("only a journal on PostgreSQL can acknowledge within a transaction of yours")

    async def try_lock(self, name: str, *, once: bool = False) -> Lock | None:
        """Take the lock called `name`; see `Engine.try_lock`."""
        lock = self._lock(name, once=once)
        try:
            return lock if await self._aside(partial(self._take, lock)) else None
        except BaseException:
            await lock.release()
            raise

    def bell(self) -> anyio.Event:
        """Return the event that the next ring sets."""
        self._refuse_closed()
        return self._bell

    async def wait(self, bell: anyio.Event, seconds: float) -> None:
        """Wait until `bell` rings or `seconds` have passed; at a file no longer than until the next glance at it."""
        self._refuse_closed()
        with anyio.move_on_after(seconds if self._path is None else min(seconds, GLANCE_SECONDS)):
            await bell.wait()

    async def check_room(self) -> None:
        """Raise `JournalError` where less than the room asked for is left on the disk."""
        self._refuse_closed()
        if self._path is not None:
            await self._aside(partial(self._check_room, self._path))

    async def enter(self) -> None:
        """Open the file, say in it that it is open, and look it through if whoever had it last did not close it."""
        await finish(partial(anyio.to_thread.run_sync, self._enter, limiter=self._turns))

    async def aclose(self) -> None:
        """Close it, once what was begun is done; free its locks."""

        async def critical() -> None:
            await anyio.to_thread.run_sync(self._close, limiter=self._turns)
            await anyio.to_thread.run_sync(self._free_all, limiter=self._asides)
            self._ring()

        await finish(critical)

    async def _aside(self, work: Callable[[], T]) -> T:
        return await finish(partial(anyio.to_thread.run_sync, work, limiter=self._asides))

    def _ring(self) -> None:
        rung, self._bell = self._bell, anyio.Event()
        rung.set()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise JournalError(JournalProblem.CLOSED)

    # Everything below runs in worker threads.

    def _transact(self, work: Callable[[Transaction], T]) -> tuple[T, bool]:
        with self._alone:
            self._refuse_closed()
            try:
                if self._connection is None:
                    self._connection = connect(self._path)
                self._connection.execute("BEGIN IMMEDIATE")
                transaction = _Transaction(self._connection, self._clock())
                result = work(transaction)
                self._connection.execute("COMMIT")
            except BaseException as error:
                self._undo(error)
                if isinstance(error, sqlite3.Error):
                    raise failure(error) from None
                if isinstance(error, UnicodeError):  # which would show the text
                    raise JournalError(JournalProblem.BROKEN, "a text that is none") from None
                raise
            return result, transaction.rung

    def _undo(self, error: BaseException) -> None:
        connection = self._connection
        if connection is None:
            return
        lost = isinstance(error, sqlite3.Error) and problem(error) not in (None, JournalProblem.BUSY)
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            lost = True
        if lost:
            self._connection = None
            connection.close()

    def _enter(self) -> None:
        if self._path is not None:
            self._path = files.prepared(self._path)
            self._own = self._lock(f"opened {self._holder}")
            self._own.take()
            self._transact(self._sign_in)

    def _sign_in(self, transaction: Transaction) -> None:
        transaction.script(_OPENED)
        holders = [holder for (holder,) in transaction.rows("SELECT holder FROM engine_opened")]
        gone = [holder for holder in holders if self._is_gone(holder)]
        # While others are alive they have it in use, and SQLite has undone what the dead one left.
        if gone and gone == holders and transaction.rows("PRAGMA quick_check(1)") != [("ok",)]:
            raise JournalError(JournalProblem.CORRUPT, "it was not closed, and does not pass the check since")
        transaction.run_many("DELETE FROM engine_opened WHERE holder = ?", [(holder,) for holder in gone])
        transaction.run("INSERT INTO engine_opened VALUES (?)", (self._holder,))

    def _is_gone(self, holder: str) -> bool:
        lock = self._lock(f"opened {holder}")
        if gone := lock.take():
            lock.free(for_good=True)
        return gone

    def _close(self) -> None:
        with self._alone:
            self._closed = True
            connection, self._connection = self._connection, None
            if connection is not None:
                with suppress(sqlite3.Error):  # it is looked through at the next start then
                    connection.execute("DELETE FROM engine_opened WHERE holder = ?", (self._holder,))
                connection.close()

    def _free_all(self) -> None:
        for lock in tuple(self._held.values()):
            lock.free(for_good=lock is self._own)

    def _lock(self, name: str, *, once: bool = False) -> Lock:
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        file = self._path and self._path.with_name(f"{self._path.name}.lock-{digest}")
        return Lock(name, self._held, self._aside, file, once)

    def _take(self, lock: Lock) -> bool:
        self._refuse_closed()
        return lock.take()

    def _check_room(self, path: Path) -> None:
        with files.told():
            free = shutil.disk_usage(path.parent).free
        if free < self._room:
            raise JournalError(JournalProblem.FULL, f"{free >> 20} MiB are free, {self._room >> 20} are needed")

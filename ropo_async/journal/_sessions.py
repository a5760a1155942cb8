"""Sessions of PostgreSQL with a life of their own: one that holds locks, and one that listens."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from attrs import define, field

from ropo_async.errors import JournalError
from ropo_async.journal._postgres import lock_key, psycopg, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from ropo_async.journal._postgres import Connection, Database

__all__ = ["Bell", "Lock", "Locks"]


@define(eq=False)
class Lock:
    name: str
    _release: Callable[[Lock], Any] = field(repr=False)

    async def release(self) -> None:
        await self._release(self)


@define(eq=False)
class Locks:
    """The locks of one engine, on a session of their own: they last as long as it does. Used by threads."""

    _database: Database
    _held: dict[str, Lock] = field(factory=dict[str, Lock])
    _session: Connection | None = None
    _turn: threading.Lock = field(factory=threading.Lock)

    def take(self, lock: Lock) -> bool:
        with self._turn:
            with suppress(psycopg.Error):
                self._ask("SELECT true")
            if self._session is None:
                self._session = self._database.connect()
            # The session would grant a lock of its own again.
            if lock.name not in self._held and self._ask("SELECT pg_try_advisory_lock(%s)", self._key(lock)):
                self._held[lock.name] = lock
            return self._held.get(lock.name) is lock

    def free(self, lock: Lock) -> None:
        with self._turn:
            if self._held.get(lock.name) is lock:
                del self._held[lock.name]
                self._ask("SELECT pg_advisory_unlock(%s)", self._key(lock))

    def close(self) -> None:
        self._held.clear()
        if self._session is not None:
            with suppress(psycopg.Error):  # the server would free them a moment after it is closed only
                self._session.execute("SELECT pg_advisory_unlock_all()")
            self._session.close()
            self._session = None

    def _key(self, lock: Lock) -> int:
        return lock_key(self._database.schema, lock.name)

    def _ask(self, sql: str, *parameters: int) -> bool:
        if self._session is None:
            return False
        try:
            return self._session.execute(sql.encode(), parameters).fetchone() == (True,)
        except psycopg.Error:
            self.close()
            raise


@define(eq=False)
class Bell:
    """Rings at once for those who wait here, and through the database for those elsewhere.

    One of those who wait watches the socket that the database rings by. When it leaves, it rings, so that another
    takes its place.
    """

    _database: Database
    _call: Callable[[Callable[[], None]], Any]
    event: anyio.Event = field(factory=anyio.Event)
    turn: anyio.Lock = field(factory=partial(anyio.Lock, fast_acquire=True))
    _ear: Connection | None = None
    _watch: anyio.CancelScope = field(factory=anyio.CancelScope)

    def ring(self) -> None:
        rung, self.event = self.event, anyio.Event()
        rung.set()
        self._watch.cancel()

    async def wait(self, event: anyio.Event, seconds: float) -> None:
        with anyio.move_on_after(seconds):
            if event.is_set() or self.turn.locked():
                await event.wait()
                return
            async with self.turn:
                try:
                    await self._listen()
                except JournalError:
                    self.close()
                    with anyio.move_on_after(1):
                        await event.wait()
                finally:
                    self.ring()

    async def _listen(self) -> None:
        if self._ear is None:
            # What was rung for until now has not been heard: the caller has to look once more before it waits.
            await self._call(self._open)
            return
        with anyio.CancelScope() as self._watch:
            await anyio.wait_readable(told(self._ear.fileno))
        told(self._hear)

    def _open(self) -> None:
        self._ear = self._database.connect(f'LISTEN "{self._database.channel}"')

    def _hear(self) -> None:
        """Take what has arrived off the socket, without waiting for more."""
        if self._ear is not None:
            self._ear.pgconn.consume_input()
            while self._ear.pgconn.notifies():
                pass

    def close(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None

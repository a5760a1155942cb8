"""The journal's engine on PostgreSQL 14 or newer, through psycopg in worker threads, on asyncio as on trio.

Import it when a journal on PostgreSQL is opened: it needs the extra `ropo-async[postgres]`, and says so.
"""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.to_thread

from ropo_async._protect import finish
from ropo_async.errors import InvalidInput, JournalError, JournalProblem
from ropo_async.journal._postgres import (
    DIALECT,
    PARAMETERS,
    Database,
    conninfo_to_dict,
    lock_key,
    problem,
    psycopg,
    told,
)
from ropo_async.journal._sessions import Bell, Lock, Locks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ropo_async.journal._postgres import Connection
    from ropo_async.journal.engine import Transaction

__all__ = ["PostgresEngine", "open_postgres"]

T = TypeVar("T")

_CONNECTIONS = 4
_SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,30}")  # the database keeps pg_ for itself


class PostgresEngine:
    """Transactions, locks and a bell in one schema of a database; `open_postgres` opens it."""

    dialect = DIALECT

    def __init__(self, parameters: dict[str, Any], schema: str, clock: Callable[[], float] | None) -> None:
        self.schema = schema
        self._database = Database(parameters, schema, clock)
        self._locks = Locks(self._database)
        self._bell = Bell(self._database, self._call)
        self._threads = anyio.CapacityLimiter(_CONNECTIONS)
        self._closed = False
        self._running = 0
        self._ended = threading.Condition()

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a transaction, to its end: a cancelled caller is told afterwards.

        Raises:
            JournalError: it was not stored, or nobody can say whether it was.
        """

        async def critical() -> T:
            result, rang = await self._in_thread(partial(self._database.transact, work))
            if rang:
                self._bell.ring()
            return result

        return await finish(critical)

    async def run_using(self, connection: Any, sql: str, parameters: Sequence[Any]) -> int:
        """Run a statement in the transaction that `connection` has open; see `Engine.run_using`."""
        statement = sql.format(record=f'"{self.schema}".record').replace("?", "%s").encode()
        if not isinstance(connection, psycopg.Connection | psycopg.AsyncConnection):
            raise InvalidInput("using must be a psycopg connection")
        if connection.autocommit and connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE:
            raise InvalidInput("using must have a transaction open: acknowledge within `connection.transaction()`")
        try:
            if isinstance(connection, psycopg.AsyncConnection):
                return int((await connection.execute(statement, parameters)).rowcount)
            job = partial(_touched, connection, statement, parameters)
            return await finish(partial(anyio.to_thread.run_sync, job))
        except psycopg.errors.UndefinedTable:
            raise InvalidInput("using must be connected to the journal's own database") from None
        except psycopg.Error as error:
            found = problem(error)
        raise found

    async def try_lock(self, name: str, *, once: bool = False) -> Lock | None:  # noqa: ARG002 - nothing is left of a lock
        """Take the lock called `name`, or return None where another holder, here or elsewhere, has it."""
        lock = Lock(name, self._release)
        try:
            taken = await self._call(partial(self._locks.take, lock))
        except anyio.get_cancelled_exc_class():
            await lock.release()  # nobody else would
            raise
        return lock if taken else None

    def bell(self) -> anyio.Event:
        """Return the event that the next ring sets."""
        self._check()
        return self._bell.event

    async def wait(self, bell: anyio.Event, seconds: float) -> None:
        """Wait until `bell` rings, here or in another process, or for `seconds`; it may end early."""
        self._check()
        await self._bell.wait(bell, seconds)

    async def check_room(self) -> None:
        """Raise `JournalError` where the server takes no changes. How much room it has left it does not tell."""
        await self.run(_check_writable)

    async def aclose(self) -> None:
        """Close it once the transactions that are under way have ended. Its locks are free then."""
        self._closed = True
        self._bell.ring()
        await finish(self._close)

    async def _close(self) -> None:
        async with self._bell.turn:  # the socket must not be closed while somebody watches it
            await anyio.to_thread.run_sync(self._close_in_thread, limiter=self._threads)

    def _close_in_thread(self) -> None:
        with self._ended:
            self._ended.wait_for(lambda: not self._running)
        for part in (self._database, self._locks, self._bell):
            part.close()

    async def _release(self, lock: Lock) -> None:
        with suppress(JournalError):  # it is free then, too: the session that held it is gone
            await self._call(partial(self._locks.free, lock))

    async def _call(self, job: Callable[[], T]) -> T:
        return await finish(partial(self._in_thread, job))

    async def _in_thread(self, job: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(self._tracked, job, limiter=self._threads)

    def _tracked(self, job: Callable[[], T]) -> T:
        """Run `job`, known to `aclose` also when nobody waits for it any more, as when an event loop is torn down."""
        with self._ended:
            self._check()
            self._running += 1
        try:
            return told(job)
        finally:
            with self._ended:
                self._running -= 1
                self._ended.notify_all()

    def _check(self) -> None:
        if self._closed:
            raise JournalError(JournalProblem.CLOSED)


def _touched(connection: Connection, statement: bytes, parameters: Sequence[Any]) -> int:
    return connection.execute(statement, parameters).rowcount


def _check_writable(transaction: Transaction) -> None:
    if transaction.rows("SELECT 1 WHERE current_setting('transaction_read_only')::bool OR pg_is_in_recovery()"):
        raise JournalError(JournalProblem.READ_ONLY)


async def open_postgres(
    url: str, *, schema: str | None = None, clock: Callable[[], float] | None = None
) -> PostgresEngine:
    """Open a database, and make the schema in it that is not there yet.

    Args:
        url: `postgresql://user@host/database`, with libpq's options after a `?`, and `schema=` among them.
        schema: where the tables are, if the URL does not say it; `ropo_async` if neither does.
        clock: Unix seconds, in place of the server's clock; for tests.

    Raises:
        InvalidInput: the URL or the name of the schema cannot be used.
        JournalError: the database cannot.
    """
    parameters, named = _parsed(url)
    schemas = {name for name in (*named, schema) if name is not None} or {"ropo_async"}
    if len(schemas) > 1 or not _SCHEMA.fullmatch(name := schemas.pop()):
        raise InvalidInput("schema is one name of up to 31 characters: a-z, 0-9 and _, no digit first, and not pg_...")
    engine = PostgresEngine(PARAMETERS | parameters, name, clock)
    try:
        await engine.run(partial(_make_schema, name))
    except BaseException:
        await engine.aclose()
        raise
    return engine


def _parsed(url: str) -> tuple[dict[str, Any], list[str]]:
    """Return what libpq makes of `url`, and the schemas that it names."""
    address, _, query = url.partition("?")
    options = [option for option in query.split("&") if option]
    schemas = [option.removeprefix("schema=") for option in options if option.startswith("schema=")]
    others = "&".join(option for option in options if not option.startswith("schema="))
    if address.startswith(("postgresql://", "postgres://")) and url.isprintable():  # libpq would stop at a zero byte
        with suppress(psycopg.Error, ValueError):  # whose words may show the password
            return conninfo_to_dict(f"{address}?{others}"), schemas
    raise InvalidInput("the URL cannot be read; it should look like postgresql://user@host/database?schema=name")


def _make_schema(schema: str, transaction: Transaction) -> None:
    # One after the other: IF NOT EXISTS fails where two do it at once, and where the role may not make one at all.
    transaction.rows("SELECT pg_advisory_xact_lock(?)", (lock_key(schema, ""),))
    if not transaction.rows("SELECT 1 FROM pg_namespace WHERE nspname = ?", (schema,)):
        transaction.run(f'CREATE SCHEMA "{schema}"')

"""Connections to PostgreSQL: how they are set, what their failures mean, and transactions on them."""

from __future__ import annotations

import select
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, field

from ropo_async.errors import InvalidInput, JournalError, JournalProblem
from ropo_async.journal.engine import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ropo_async.journal.engine import Transaction

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
except ImportError:
    raise InvalidInput("a journal on PostgreSQL needs psycopg; install ropo-async[postgres]") from None

__all__ = [
    "DIALECT",
    "PARAMETERS",
    "Connection",
    "Database",
    "conninfo_to_dict",
    "lock_key",
    "problem",
    "psycopg",
    "told",
]

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]

DIALECT = Dialect(
    "postgresql",
    serial="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    bytes="BYTEA",
    lock_rows="FOR UPDATE SKIP LOCKED",
    alone="SELECT pg_advisory_xact_lock(hashtextextended('ropo_async ' || current_schema(), 0))",
    whole="CAST(FLOOR({}) AS BIGINT)",
)

_DEADLOCKS = 4
"""How often a transaction that was undone for another's sake is run anew."""

# What the URL may overrule. A server that is gone without a word is noticed within half a minute.
PARAMETERS: dict[str, Any] = {
    "application_name": "ropo_async",
    "client_encoding": "UTF8",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# What a role or a database may have set otherwise. The server asks for a sign of life too: it holds the locks of a
# machine that has lost its power until it knows. And it ends no session for being idle, as that of the locks is.
_SETTINGS = """
SET search_path = "{schema}";
SET default_transaction_isolation = 'read committed';
SET lock_timeout = '10s';
SET idle_session_timeout = 0;
SET idle_in_transaction_session_timeout = '60s';
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET tcp_user_timeout = '25s';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
"""

# By the beginning of the SQLSTATE; the first that fits.
_PROBLEMS = {
    "08": JournalProblem.UNREACHABLE,
    "25006": JournalProblem.READ_ONLY,
    "25P03": JournalProblem.UNREACHABLE,
    "40001": JournalProblem.BUSY,
    "40P01": JournalProblem.BUSY,
    "53100": JournalProblem.FULL,
    "55P03": JournalProblem.BUSY,
    "57P": JournalProblem.UNREACHABLE,
    "58": JournalProblem.BROKEN,
    "XX001": JournalProblem.CORRUPT,
    "XX002": JournalProblem.CORRUPT,
}


def problem(error: Exception) -> JournalError:
    """Say what `error` means, without its words: they may show the content of a row, or a part of the URL."""
    state = getattr(error, "sqlstate", None) or ""
    other = JournalProblem.UNREACHABLE if isinstance(error, psycopg.OperationalError) else JournalProblem.BROKEN
    found = next((known for start, known in _PROBLEMS.items() if state.startswith(start)), other)
    return JournalError(found, f"{type(error).__name__} {state}".rstrip())


def _has_news(connection: Connection) -> bool:
    """Whether something has come on a connection at rest, such as its end. To ask it each time is a round trip."""
    return connection.closed or bool(select.select([connection.fileno()], [], [], 0)[0])


def told(job: Callable[[], T]) -> T:
    """Run `job`; whatever the database says against it is raised as `JournalError`."""
    try:
        return job()
    except (psycopg.Error, UnicodeError) as error:  # the latter for text that is none, and shows it
        found = problem(error)
    raise found  # out here, so that it does not carry the other along


@lru_cache(maxsize=512)
def _native(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


def lock_key(schema: str, name: str) -> int:
    """Return the number of a lock: those of one database share their numbers with whatever else uses it."""
    digest = blake2b(f"ropo_async\0{schema}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


@define
class _Transaction:
    _connection: Connection
    _channel: str
    _clock: Callable[[], float] | None
    dialect: Dialect = DIALECT
    rang: bool = False
    _now: float | None = None

    @property
    def now(self) -> float:
        if self._now is None:
            asked = self._clock or self._ask
            self._now = asked()
        return self._now

    def _ask(self) -> float:
        return float(self.rows("SELECT extract(epoch FROM clock_timestamp())::float8")[0][0])

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(_native(sql), parameters)
        return cursor.fetchall() if cursor.description else []

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return max(self._connection.execute(_native(sql), parameters).rowcount, 0)

    def run_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_native(sql), parameters)

    def script(self, sql: str) -> None:
        self._connection.execute(sql.encode(), prepare=False)

    def ring(self) -> None:
        self.rows("SELECT pg_notify(?, '')", (self._channel,))
        self.rang = True

    def check(self) -> None:
        """Raise where `work` kept a failure to itself: everything is undone then, and COMMIT would not say so."""
        if self._connection.info.transaction_status is not psycopg.pq.TransactionStatus.INTRANS:
            raise JournalError(JournalProblem.BROKEN, "a statement of the transaction failed before")


@define(eq=False)
class Database:
    """Where it is, and the connections to it. A thread that takes one has it to itself until it gives it back."""

    _parameters: dict[str, Any] = field(repr=False)
    schema: str
    _clock: Callable[[], float] | None
    _idle: list[Connection] = field(factory=list[Connection])

    @property
    def channel(self) -> str:
        return f"ropo_async/{self.schema}"

    def connect(self, then: str = "") -> Connection:
        connection = psycopg.connect(**self._parameters, autocommit=True)
        try:
            connection.execute(f"{_SETTINGS.format(schema=self.schema)}{then}".encode())
        except BaseException:
            connection.close()
            raise
        return connection

    def transact(self, work: Callable[[Transaction], T]) -> tuple[T, bool]:
        """Run `work` in a transaction; return its result, and whether it rang.

        Of two that wait for each other the database undoes one, which is then run anew.
        """
        for _ in range(_DEADLOCKS):
            with suppress(psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                return self._transact(work)
        return self._transact(work)

    def _transact(self, work: Callable[[Transaction], T]) -> tuple[T, bool]:
        connection = self._answering() or self.connect()
        try:
            with connection.transaction():
                transaction = _Transaction(connection, self.channel, self._clock)
                result = work(transaction)
                transaction.check()
        except BaseException:
            connection.close()  # one that something went wrong on is not used again
            raise
        self._idle.append(connection)
        return result, transaction.rang

    def _answering(self) -> Connection | None:
        """Return the connection that was used last of those that still answer: nothing is lost on one that does not."""
        with suppress(IndexError):
            while connection := self._idle.pop():
                try:
                    if _has_news(connection):
                        connection.execute("SELECT 1")
                except psycopg.Error:
                    connection.close()
                else:
                    return connection
        return None

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

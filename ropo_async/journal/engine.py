"""What the journal asks of a database: transactions, a lock per account, and a bell that says when there is work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import anyio

__all__ = ["Dialect", "Engine", "Lock", "Transaction"]

T = TypeVar("T")


@frozen
class Dialect:
    """Where the SQL of two databases differs; statements are otherwise shared, with `?` for every parameter."""

    name: str
    serial: str
    """The type of a primary key that counts."""
    bytes: str
    """The type of binary data."""
    lock_rows: str
    """What follows a SELECT whose rows are about to be changed, those that others hold left out."""
    alone: str
    """A statement that lets one transaction at a time change the tables."""
    whole: str
    """The whole part of the number that is filled in; it is not negative."""


class Transaction(Protocol):
    """One write transaction, in a worker thread. It is durable when `Engine.run` returns."""

    dialect: Dialect

    @property
    def now(self) -> float:
        """Unix seconds, by the clock that all processes on this database share."""
        ...

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        ...

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and return how many rows it touched."""
        ...

    def run_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each set of parameters."""
        ...

    def script(self, sql: str) -> None:
        """Run several statements without parameters, each ended by a `;` at a line's end."""
        ...

    def ring(self) -> None:
        """Let the bell ring when the transaction is committed: there is work for consumers."""
        ...


class Lock(Protocol):
    """A lock that the database or the operating system frees when its holder dies."""

    async def release(self) -> None:
        """Free it; harmless when it is lost already."""
        ...


class Engine(Protocol):
    """One database, opened. Every method raises `JournalError`."""

    dialect: Dialect

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one write transaction and return its result once that is durable; roll back if it raises.

        It always runs to its end: a cancelled caller is told afterwards.
        """
        ...

    async def run_using(self, connection: Any, sql: str, parameters: Sequence[Any]) -> int:
        """Run a statement in the transaction that a user's `connection` has open; return how many rows it touched.

        Its tables are named as `{record}`, as the user's connection looks for others elsewhere. Raises `InvalidInput`
        where that cannot be.
        """
        ...

    async def try_lock(self, name: str, *, once: bool = False) -> Lock | None:
        """Take the lock called `name`, or return None where another holder, here or elsewhere, has it.

        `once` says that nobody will take it again when it is free, so that nothing of it need be kept.
        """
        ...

    def bell(self) -> anyio.Event:
        """Return the event that the next ring sets."""
        ...

    async def wait(self, bell: anyio.Event, seconds: float) -> None:
        """Wait until `bell` rings, here or in another process as far as the database can tell, or for `seconds`."""
        ...

    async def check_room(self) -> None:
        """Raise `JournalError` where the next page might not fit."""
        ...

    async def aclose(self) -> None:
        """Close it."""
        ...

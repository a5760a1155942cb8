"""What was asked of a simulator, whichever API it pretends to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
from attrs import evolve, field, mutable

from ropo_async.simulator.books import Exchange, Login

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Traffic"]


@mutable
class Traffic:
    """The requests, the logins and the connections."""

    requests: list[Exchange] = field(factory=list[Exchange], kw_only=True)
    logins: list[Login] = field(factory=list[Login], kw_only=True)
    requests_per_connection: list[int] = field(factory=list[int], kw_only=True)
    _changed: anyio.Event | None = field(default=None, init=False, eq=False, repr=False)

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return len(self.requests_per_connection)

    def count(self, operation: str) -> int:
        """How many requests there were for one operation."""
        return sum(exchange.operation == operation for exchange in self.requests)

    async def until(self, condition: Callable[[Any], bool]) -> None:
        """Wait for what the server is about to see, such as a request arriving; call it where the server runs.

        The condition gets this truth.
        """
        while not condition(self):
            changed = self._changed = self._changed or anyio.Event()
            await changed.wait()

    def opened(self) -> int:
        """Count one more connection and return its number."""
        self.requests_per_connection.append(0)
        self.notify()
        return len(self.requests_per_connection) - 1

    def arrived(self, exchange: Exchange) -> None:
        """Note a request that was read."""
        self.requests.append(exchange)
        self.requests_per_connection[exchange.connection] += 1
        self.notify()

    def became(self, request: int, **changes: Any) -> None:
        """Note what became of a request."""
        self.requests[request] = evolve(self.requests[request], **changes)
        self.notify()

    def delivered(self, request: int, delivered: bool | None) -> None:  # noqa: FBT001 - it is the value to store
        """Note whether an answer left whole, where that matters to somebody."""

    def notify(self) -> None:
        """Wake up whoever waits in `until`."""
        if self._changed is not None:
            self._changed.set()
            self._changed = None

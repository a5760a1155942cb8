"""A request before it is sent, and an answer after it came: plain values, so that everything around them stays pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from attrs import Factory, field, frozen

if TYPE_CHECKING:
    from ropo_async.operations import Operation

Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""Is told the steps of a request, by the names that the HTTP library has for them."""


@frozen(kw_only=True)
class Request:
    """One request, relative to the base URL, without a token. Its values may be personal, so they do not show."""

    operation: Operation = field(repr=lambda operation: operation.name)
    method: str = field(repr=False)
    path: str = field(repr=False)
    params: Mapping[str, str | int] = field(factory=dict[str, "str | int"], repr=False)
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    content: bytes | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Answer:
    """One answer; `body` holds the bytes as they came, header names are in lower case."""

    operation: Operation = field(repr=lambda operation: operation.name)
    status: int
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)
    broken: str = ""
    """Why the body is not whole; empty when it is."""
    received_at: datetime = Factory(lambda: datetime.now(UTC))


@frozen(kw_only=True)
class Outgoing:
    """A request as it goes out, token and all, so nothing of it shows."""

    method: str = field(repr=False)
    url: str = field(repr=False)
    """Without its query."""
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    content: bytes = field(default=b"", repr=False)
    timeout: Mapping[str, float | None] = field(factory=dict[str, "float | None"])
    """Seconds: `connect`, `write`, `read`, and `pool` for the wait for a connection."""
    trace: Trace = field(repr=False)
    fresh: bool = False
    """Whether it goes over a connection of its own."""


class Incoming(Protocol):
    """An answer that has begun to come; it holds a connection until it is closed."""

    @property
    def status(self) -> int:
        """Its HTTP status."""
        ...

    @property
    def headers(self) -> dict[str, str]:
        """By names in lower case; what came twice is joined by commas."""
        ...

    async def receive(self) -> bytes:
        """Return the next piece of its body, and nothing at its end."""
        ...

    async def aclose(self) -> None:
        """Give the connection back; also in a scope that is cancelled."""
        ...

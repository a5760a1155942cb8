"""A request before it is sent, and an answer after it came: plain values, so that everything around them stays pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import Factory, field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.operations import Operation


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

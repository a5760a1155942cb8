"""Reading requests: h11 parses them, and what it cannot parse gets a 400."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import h11
from attrs import field, frozen

from ropo_async.simulator.deliveries import whole
from ropo_async.simulator.messages import json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.simulator.wire import Wire

__all__ = ["Read", "read_request"]

_HEAD_LIMIT: Final = 256 * 1024
_BODY_LIMIT: Final = 64 * 1024 * 1024


@frozen
class Read:
    """One request as it came off the socket."""

    method: str
    target: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    keep_alive: bool
    """Whether the client can send another on this connection."""
    rest: bytes = field(repr=False)
    """What the client sent ahead of that."""


async def read_request(wire: Wire, begun: bytes = b"") -> Read | None:
    """Read the next request; without one, because the client closed or made no sense, the conversation is over."""
    # A parser per request: answers go out by hand, so h11 never learns that it may start over.
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_LIMIT)
    if begun:
        parser.receive_data(begun)
    try:
        return await _parse(wire, parser)
    except h11.RemoteProtocolError as error:
        await whole(wire, json_answer(error.error_status_hint, {"error": str(error)}))
        await wire.linger()
        return None


async def _parse(wire: Wire, parser: h11.Connection) -> Read | None:
    head, body = None, bytearray()
    while True:
        event = parser.next_event()
        match event:
            case h11.NEED_DATA:
                if parser.they_are_waiting_for_100_continue:
                    await wire.send(parser.send(h11.InformationalResponse(status_code=100, headers=[])))
                parser.receive_data(await wire.receive())
            case h11.Request():
                head = event
            case h11.Data():
                body += event.data
                if len(body) > _BODY_LIMIT:
                    raise h11.RemoteProtocolError("too long a body", error_status_hint=413)
            case h11.EndOfMessage() if head is not None:
                return _read(head, bytes(body), parser.trailing_data[0])
            case _:
                return None


def _read(head: h11.Request, body: bytes, rest: bytes) -> Read:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    keep_alive = head.http_version == b"1.1" and "close" not in headers.get("connection", "").lower()
    return Read(head.method.decode("ascii"), head.target.decode("latin-1"), headers, body, keep_alive, rest)

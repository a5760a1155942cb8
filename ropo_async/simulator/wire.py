"""One accepted socket with nothing between us and it, so that every byte, FIN and RST is ours to choose."""

from __future__ import annotations

import socket
import ssl
import struct
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import anyio
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ropo_async.simulator.messages import Answer

    Wait = Callable[[socket.socket], Awaitable[None]]

__all__ = ["Wire", "body_of", "head_of"]

_CHUNK: Final = 65_536
_LINGER: Final = 1.0
T = TypeVar("T")
_BODILESS: Final = frozenset({204, 304})


@frozen
class Wire:
    """Works on asyncio and trio; an anyio stream would send a FIN before any RST."""

    socket: socket.socket

    async def agree(self) -> None:
        """Shake hands, where the connection is encrypted."""
        if isinstance(self.socket, ssl.SSLSocket):
            await self._when_ready(self.socket.do_handshake, anyio.wait_readable)

    async def receive(self) -> bytes:
        """Return what arrived, `b""` at the end."""
        return await self._when_ready(partial(self.socket.recv, _CHUNK), anyio.wait_readable)

    async def send(self, data: bytes) -> None:
        """Send everything."""
        rest = memoryview(data)
        while rest:
            rest = rest[await self._when_ready(partial(self.socket.send, rest), anyio.wait_writable) :]

    async def _when_ready(self, call: Callable[[], T], wait: Wait) -> T:
        """Call until the socket lets it; what it waits for is its own, unless encryption needs the other way first."""
        while True:
            try:
                return call()
            except BlockingIOError:
                await wait(self.socket)
            except ssl.SSLWantReadError:
                await anyio.wait_readable(self.socket)
            except ssl.SSLWantWriteError:
                await anyio.wait_writable(self.socket)

    async def send_answer(self, head: bytes, answer: Answer, end: int | None = None, *, then: bytes = b"") -> None:
        """Send a head and, where the status allows one, the body up to byte `end`; at once, unless it is large."""
        held = head
        for piece in () if answer.status in _BODILESS else answer.pieces(end):
            if len(held) > _CHUNK:
                await self.send(held)
                held = b""
            held += piece
        await self.send(held + then)

    def finish(self) -> None:
        """Say that nothing more is sent: FIN."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Break the connection off: RST instead of FIN when it is closed, which is now."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    async def until_client_closes(self) -> None:
        """Read and forget until the client has closed."""
        while await self.receive():
            pass

    async def linger(self) -> None:
        """Close with a FIN that arrives: bytes left unread would turn it into a RST that overtakes the answer."""
        self.finish()
        with anyio.move_on_after(_LINGER):
            await self.until_client_closes()


def head_of(answer: Answer, *extra: str, version: str = "1.1", length: bool = True) -> bytes:
    """Compose status line and headers with the framing, or with other framing lines in its place."""
    try:
        reason = HTTPStatus(answer.status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/{version} {answer.status} {reason}", *(f"{name}: {value}" for name, value in answer.headers)]
    if length and answer.status not in _BODILESS:
        lines.append(f"Content-Length: {answer.length}")
    return "\r\n".join([*lines, *extra, "", ""]).encode("latin-1", "replace")


def body_of(answer: Answer) -> bytes:
    """The whole body, where the status allows one."""
    return b"" if answer.status in _BODILESS else answer.solid().body

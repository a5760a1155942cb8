"""A connection pool whose cost per request does not grow with its connections and that no cancellation can drain.

A request first takes a *slot*, which is the right to hold a connection, and then a *link*, which is a connection with
its socket. The newest idle link goes first, so that surplus ones grow old and are swept. Two rules keep the pool whole
wherever a task is cancelled:

- at every await a link is either idle or inside a `try` that closes it or puts it back, and so is a slot;
- closing a link closes its socket before it awaits anything, so that even a close which is cancelled has closed.
"""

from __future__ import annotations

import ssl
from contextlib import AsyncExitStack, contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import anyio
from attrs import define, frozen

from ropo_async import _http as http
from ropo_async._links import Dialer, Idle, Link, Origin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator

    from ropo_async._messages import Incoming, Outgoing

__all__ = ["Pool"]

_PORTS = {b"http": 80, b"https": 443}
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

# What the connection layer raises, and the name the HTTP client has for it; the nearest class of the MRO decides.
_ERRORS: dict[type[Exception], type[http.TransportError]] = {
    http.core.ConnectTimeout: http.ConnectTimeout,
    http.core.ReadTimeout: http.ReadTimeout,
    http.core.WriteTimeout: http.WriteTimeout,
    http.core.ConnectError: http.ConnectError,
    http.core.ReadError: http.ReadError,
    http.core.WriteError: http.WriteError,
    http.core.LocalProtocolError: http.LocalProtocolError,
    http.core.RemoteProtocolError: http.RemoteProtocolError,
    ssl.SSLError: http.NetworkError,  # a TLS alert after the handshake passes through the layer as it is
    anyio.EndOfStream: http.WriteError,  # and so does writing to a TLS peer that has left
}


class Pool:
    """Shares HTTP/1.1 connections among requests, on asyncio and trio."""

    def __init__(
        self,
        *,
        max_connections: int = 100,
        max_idle: int = 100,
        keepalive_expiry: float = 5.0,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Set the limits; `keepalive_expiry` is in seconds. An `ssl_context` left out is made when https needs it."""
        self._max_connections, self._max_idle, self._keepalive_expiry = max_connections, max_idle, keepalive_expiry
        self._ssl_context = ssl_context
        self._slots = anyio.Semaphore(max_connections)
        self._idle = Idle()
        self._closed = False

    def __repr__(self) -> str:
        return f"<Pool busy={self._busy} idle={len(self._idle)} waiting={self._slots.statistics().tasks_waiting}>"

    @property
    def _busy(self) -> int:
        return self._max_connections - self._slots.value

    async def send(self, request: Outgoing) -> Incoming:
        """Send one request and return its answer, which holds a connection until it is closed.

        Raises:
            http.PoolTimeout: no slot came free in time; nothing was sent.
            http.TransportError: the subclass that names what failed.
            RuntimeError: the pool is closed.
        """
        await self._take_slot(request)
        try:
            with _translated():
                link, answer = await self._exchange(request)
        except BaseException:
            self._slots.release()
            raise
        return _Answer(answer, partial(self._put_back, link))

    async def aclose(self) -> None:
        """Close the idle connections now and each busy one with its response."""
        self._closed = True
        async with AsyncExitStack() as closing:
            while self._idle:
                closing.push_async_callback(self._idle.pop_oldest().aclose)

    async def _take_slot(self, request: Outgoing) -> None:
        await request.trace("pool.acquire.started", {})
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            try:
                with anyio.fail_after(request.timeout.get("pool")):
                    await self._slots.acquire()
            except TimeoutError as error:
                await request.trace("pool.acquire.failed", {"exception": error})
                raise http.PoolTimeout("no connection came free in time") from error

    async def _exchange(self, request: Outgoing) -> tuple[Link, Any]:
        place = _place(request.url)
        outgoing = place.request(request)
        while True:
            link = await self._take_link(place.origin, fresh=request.fresh)
            try:
                return link, await link.connection.handle_async_request(outgoing)
            except http.core.ConnectionNotAvailable:  # nothing was written yet, so another connection may serve
                await link.aclose()
            except BaseException:
                await link.aclose()
                raise

    async def _take_link(self, origin: Origin, *, fresh: bool) -> Link:
        if self._closed:
            raise RuntimeError("the connection pool is closed")
        while (expired := self._idle.pop_expired(self._keepalive_expiry)) is not None:
            await expired.aclose()
        while not fresh and (link := self._idle.pop_newest(origin)) is not None:
            if not link.connection.has_expired():
                return link
            await link.aclose()
        if self._busy + len(self._idle) > self._max_connections:
            await self._idle.pop_oldest().aclose()
        return self._new_link(origin, reusable=not fresh)

    def _new_link(self, origin: Origin, *, reusable: bool) -> Link:
        scheme, host, port = origin
        if scheme not in _PORTS:
            raise http.UnsupportedProtocol("only http:// and https:// are spoken here")
        if scheme == b"https" and self._ssl_context is None:
            self._ssl_context = http.create_ssl_context()
        dialer = Dialer()
        connection = http.core.AsyncHTTPConnection(
            http.core.Origin(scheme, host, port or _PORTS[scheme]),
            ssl_context=self._ssl_context,
            keepalive_expiry=self._keepalive_expiry,
            network_backend=dialer,
        )
        return Link(origin, reusable, connection, dialer)

    async def _put_back(self, link: Link) -> None:
        try:
            if self._closed or not link.reusable or not link.connection.is_idle():
                await link.aclose()
            else:
                self._idle.push(link)
                if len(self._idle) > self._max_idle:
                    await self._idle.pop_oldest().aclose()
        finally:
            self._slots.release()


@frozen
class _Place:
    """What a URL says."""

    origin: Origin
    host: bytes
    """For the header."""
    path: bytes

    def request(self, request: Outgoing) -> Any:
        """Return a request to this place for the connection layer."""
        scheme, host, port = self.origin
        headers = [(b"Host", self.host), *((name.encode(), value.encode()) for name, value in request.headers.items())]
        if request.content or request.method in _WITH_BODY:
            headers.append((b"Content-Length", b"%d" % len(request.content)))
        target = self.path + b"?" + request.query.encode() if request.query else self.path
        return http.core.Request(
            request.method,
            http.core.URL(scheme=scheme, host=host, port=port, target=target),
            headers=headers,
            content=_Whole(request.content),
            extensions={"timeout": request.timeout, "trace": request.trace},
        )


@lru_cache(maxsize=64)  # there are few of them
def _place(url: str) -> _Place:
    parts = http.URL(url)
    return _Place((parts.raw_scheme, parts.raw_host, parts.port), parts.netloc, parts.raw_path)


@frozen
class _Whole:
    """Bytes as a stream. A generator would do but for trio, which complains of one that is left half-way."""

    content: bytes

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _WholeOnce([self.content] if self.content else [])


@frozen
class _WholeOnce:
    left: list[bytes]

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self.left:
            raise StopAsyncIteration
        return self.left.pop()


@define(eq=False)
class _Answer:
    """An answer that has begun to come, which gives its link back once it is closed."""

    _answer: Any
    _put_back: Callable[[], Awaitable[None]]
    _pieces: AsyncIterator[bytes] | None = None
    _ended: bool = False

    @property
    def status(self) -> int:
        status: int = self._answer.status
        return status

    @property
    def headers(self) -> dict[str, str]:
        found = dict[str, str]()
        for raw, value in self._answer.headers:
            name, text = raw.decode("latin-1").lower(), _text(value)
            found[name] = f"{found[name]}, {text}" if name in found else text
        return found

    async def receive(self) -> bytes:
        if self._pieces is None:
            self._pieces = aiter(self._answer.stream)
        with _translated():
            async for piece in self._pieces:
                if piece:
                    return piece
        self._ended = True
        return b""

    async def aclose(self) -> None:
        with anyio.CancelScope(shield=True):  # `task.cancel()` pierces it; the link is then closed instead of kept
            try:
                if self._pieces is not None and not self._ended:
                    await _cut_off(self._pieces)
                with _translated():
                    await self._answer.stream.aclose()
            finally:
                await self._put_back()


async def _cut_off(pieces: AsyncIterator[bytes]) -> None:
    """End an iteration of the connection layer by cancelling it, and those within; trio would complain of them."""
    with anyio.CancelScope() as enough:
        enough.cancel()
        async for _ in pieces:
            pass


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except tuple(_ERRORS) as error:
        known_as = next(_ERRORS[kind] for kind in type(error).__mro__ if kind in _ERRORS)
        raise known_as(str(error)) from error

"""A connection pool whose cost per request does not grow with its connections and that no cancellation can drain.

A request first takes a *slot*, which is the right to hold a connection, and then a *link*, which is a connection with
its socket. The newest idle link goes first, so that surplus ones grow old and are swept. Two rules keep the pool whole
wherever a task is cancelled:

- at every await a link is either idle or inside a `try` that closes it or puts it back, and so is a slot;
- closing a link closes its socket before it awaits anything, so that even a close which is cancelled has closed.
"""

from __future__ import annotations

import ssl
from collections import OrderedDict, deque
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import anyio
from attrs import define, field, frozen

from ropo_async import _http as http

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Generator

__all__ = ["Pool"]

_Origin = tuple[bytes, bytes, int | None]  # scheme, host and port; None is the scheme's own port
_PORTS = {b"http": 80, b"https": 443}
_SOCKETS = cast("http.core.AsyncNetworkBackend", http.core.AnyIOBackend())

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


class Pool(http.AsyncBaseTransport):
    """Shares HTTP/1.1 connections among requests, on asyncio and trio.

    Of a request's extensions it reads `timeout` (seconds; `pool` bounds the wait for a slot), `trace` (told first
    `pool.acquire.started`, then every step of the connection) and `fresh` (true: a connection of the request's own).
    """

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
        self._idle = _Idle()
        self._closed = False

    def __repr__(self) -> str:
        return f"<Pool busy={self._busy} idle={len(self._idle)} waiting={self._slots.statistics().tasks_waiting}>"

    @property
    def _busy(self) -> int:
        return self._max_connections - self._slots.value

    async def handle_async_request(self, request: http.Request) -> http.Response:
        """Send one request and return its response, which holds a connection until it is closed.

        Raises:
            http.PoolTimeout: no slot came free in time; nothing was sent.
            http.TransportError: the subclass that names what failed.
            RuntimeError: the pool is closed.
        """
        await self._take_slot(request)
        try:
            with _translated():
                link, response = await self._exchange(request)
        except BaseException:
            self._slots.release()
            raise
        body = _Body(response.stream, partial(self._put_back, link))
        return http.Response(response.status, headers=response.headers, stream=body, extensions=response.extensions)

    async def aclose(self) -> None:
        """Close the idle connections now and each busy one with its response."""
        self._closed = True
        async with AsyncExitStack() as closing:
            while self._idle:
                closing.push_async_callback(self._idle.pop_oldest().aclose)

    async def _take_slot(self, request: http.Request) -> None:
        trace = request.extensions.get("trace", _ignore)
        await trace("pool.acquire.started", {})
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            try:
                with anyio.fail_after(request.extensions.get("timeout", {}).get("pool")):
                    await self._slots.acquire()
            except TimeoutError as error:
                await trace("pool.acquire.failed", {"exception": error})
                raise http.PoolTimeout("no connection came free in time") from error

    async def _exchange(self, request: http.Request) -> tuple[_Link, Any]:
        url = request.url
        outgoing = http.core.Request(
            request.method,
            http.core.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=_content(request),
            extensions=request.extensions,
        )
        fresh = bool(request.extensions.get("fresh"))
        while True:
            link = await self._take_link((url.raw_scheme, url.raw_host, url.port), fresh=fresh)
            try:
                return link, await link.connection.handle_async_request(outgoing)
            except http.core.ConnectionNotAvailable:  # nothing was written yet, so another connection may serve
                await link.aclose()
            except BaseException:
                await link.aclose()
                raise

    async def _take_link(self, origin: _Origin, *, fresh: bool) -> _Link:
        if self._closed:
            raise RuntimeError("the connection pool is closed")
        while (expired := self._idle.pop_expired()) is not None:
            await expired.aclose()
        while not fresh and (link := self._idle.pop_newest(origin)) is not None:
            if not link.connection.has_expired():
                return link
            await link.aclose()
        if self._busy + len(self._idle) > self._max_connections:
            await self._idle.pop_oldest().aclose()
        return self._new_link(origin, reusable=not fresh)

    def _new_link(self, origin: _Origin, *, reusable: bool) -> _Link:
        scheme, host, port = origin
        if scheme not in _PORTS:
            raise http.UnsupportedProtocol("only http:// and https:// are spoken here")
        if scheme == b"https" and self._ssl_context is None:
            self._ssl_context = http.create_ssl_context()
        dialer = _Dialer()
        connection = http.core.AsyncHTTPConnection(
            http.core.Origin(scheme, host, port or _PORTS[scheme]),
            ssl_context=self._ssl_context,
            keepalive_expiry=self._keepalive_expiry,
            network_backend=dialer,
        )
        return _Link(origin, reusable, connection, dialer)

    async def _put_back(self, link: _Link) -> None:
        try:
            if self._closed or not link.reusable or not link.connection.is_idle():
                await link.aclose()
            else:
                self._idle.push(link)
                if len(self._idle) > self._max_idle:
                    await self._idle.pop_oldest().aclose()
        finally:
            self._slots.release()


def _content(request: http.Request) -> AsyncIterable[bytes]:
    try:
        return _Whole(request.content)
    except http.RequestNotRead:
        return cast("AsyncIterable[bytes]", request.stream)


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


class _Body(http.AsyncByteStream):
    """The body of a response, which gives its link back once it is closed."""

    def __init__(self, stream: Any, put_back: Callable[[], Awaitable[None]]) -> None:
        self._stream, self._put_back, self._closed = stream, put_back, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            with _translated():
                async for chunk in self._stream:
                    yield chunk
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        with anyio.CancelScope(shield=True):  # `task.cancel()` pierces it; the link is then closed instead of kept
            try:
                with _translated():
                    await self._stream.aclose()
            finally:
                await self._put_back()


@define(eq=False)
class _Idle:
    """The links at rest: a stack for each origin, and all of them by age."""

    _stacks: dict[_Origin, deque[_Link]] = field(factory=dict[_Origin, "deque[_Link]"])
    _by_age: OrderedDict[_Link, None] = field(factory=OrderedDict["_Link", None])

    def __len__(self) -> int:
        return len(self._by_age)

    def push(self, link: _Link) -> None:
        self._stacks.setdefault(link.origin, deque()).append(link)
        self._by_age[link] = None

    def pop_newest(self, origin: _Origin) -> _Link | None:
        return self._forget(self._stacks[origin].pop()) if origin in self._stacks else None

    def pop_oldest(self) -> _Link:
        oldest = next(iter(self._by_age))  # of all, and thus of its origin
        return self._forget(self._stacks[oldest.origin].popleft())

    def pop_expired(self) -> _Link | None:
        oldest = next(iter(self._by_age), None)
        return self.pop_oldest() if oldest is not None and oldest.connection.has_expired() else None

    def _forget(self, link: _Link) -> _Link:
        del self._by_age[link]
        if not self._stacks[link.origin]:
            del self._stacks[link.origin]
        return link


@frozen(eq=False)
class _Link:
    """A connection with its socket; `reusable` says whether other requests may have it afterwards."""

    origin: _Origin
    reusable: bool
    connection: http.core.AsyncHTTPConnection
    dialer: _Dialer

    async def aclose(self) -> None:
        """Close the socket at once, the TCP one beneath TLS too; awaited is only the event loop's next turn."""
        if self.dialer.stream is not None:
            with anyio.CancelScope(shield=True):
                await self.dialer.stream.aclose()


class _Dialer(http.core.AsyncNetworkBackend):
    """Opens the socket of one connection and keeps hold of it, also when the connection never gets to see it."""

    stream: http.core.AsyncNetworkStream | None = None

    async def connect_tcp(self, *args: Any, **kwargs: Any) -> http.core.AsyncNetworkStream:
        self.stream = await _SOCKETS.connect_tcp(*args, **kwargs)
        return self.stream


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except tuple(_ERRORS) as error:
        known_as = next(_ERRORS[kind] for kind in type(error).__mro__ if kind in _ERRORS)
        raise known_as(str(error)) from error


async def _ignore(_event: str, _info: dict[str, Any]) -> None:
    """Take no note of an event."""

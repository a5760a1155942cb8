"""A server that keeps the truth about its connections, and what the tests of the pool ask of both."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import anyio.abc
import trustme
from anyio.lowlevel import checkpoint
from anyio.streams.tls import TLSStream
from attrs import define, field

from ropo_async import _http as http
from ropo_async._bridge import PoolTransport
from ropo_async._pool import Pool

OK = b"HTTP/1.1 200 OK\r\nContent-Length: "


@define
class Server:
    """Answers by path and keeps the truth about its connections; the body of `/` is the connection's number."""

    url: str = ""
    accepted: int = 0
    open: int = 0
    requests: int = 0
    gate: anyio.Event = field(factory=anyio.Event)
    tls: ssl.SSLContext | None = None

    async def serve(self, raw: anyio.abc.SocketStream) -> None:
        self.accepted += 1
        self.open += 1
        try:
            async with raw:
                with suppress(anyio.EndOfStream, anyio.BrokenResourceError, ssl.SSLError):
                    await self._converse(raw, number=self.accepted)
        finally:
            self.open -= 1

    async def _converse(self, raw: anyio.abc.SocketStream, number: int) -> None:
        stream: anyio.abc.ByteStream = raw
        if self.tls is not None:
            stream = await TLSStream.wrap(raw, server_side=True, ssl_context=self.tls, standard_compatible=False)
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                buffer += await stream.receive()
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            self.requests += 1
            if not await self._answer(stream, head.split()[1], str(number).encode()):
                return

    async def _answer(self, stream: anyio.abc.ByteStream, path: bytes, number: bytes) -> bool:
        """Answer one request and say whether the connection stays."""
        length = str(len(number)).encode()
        match path:
            case b"/gated":
                await self.gate.wait()
                await stream.send(OK + length + b"\r\n\r\n" + number)
            case b"/close":
                await stream.send(OK + length + b"\r\nConnection: close\r\n\r\n" + number)
            case b"/http10":
                await stream.send(OK.replace(b"1.1", b"1.0") + length + b"\r\n\r\n" + number)
            case b"/leave":  # closes without having said so
                await stream.send(OK + length + b"\r\n\r\n" + number)
                return False
            case b"/cut":
                await stream.send(OK + b"1000\r\n\r\nfirst")
                return False
            case b"/long":
                await stream.send(OK + b"100000\r\n\r\nfirst")
            case b"/nothing":
                return False
            case b"/silence":
                await stream.receive()
            case b"/nonsense":
                await stream.send(b"220 smtp.example ESMTP\r\n\r\n")
                return False
            case _:  # in two pieces, so that a call can be cut off between head and body
                await stream.send(OK + length + b"\r\n\r\n")
                await checkpoint()
                await stream.send(number)
        return True


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[Server]:
    server = Server(tls=tls)
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1", backlog=512) as listener,
        anyio.create_task_group() as tasks,
    ):
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        server.url = f"{'https' if tls else 'http'}://{host}:{port}"
        tasks.start_soon(listener.serve, server.serve)
        yield server
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def pooled(**options: Any) -> AsyncIterator[tuple[Server, Pool, http.AsyncClient]]:
    pool = Pool(**options)
    async with serving() as server, http.AsyncClient(transport=PoolTransport(pool), base_url=server.url) as client:
        yield server, pool, client


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not condition():  # noqa: ASYNC110 # what is awaited happens in the event loop, not in an object of ours
            await anyio.sleep(0.001)


async def whole(server: Server, pool: Pool) -> None:
    """No slot is held, and the sockets that the server sees are those of the idle links."""
    assert repr(pool) == f"<Pool busy=0 idle={len(pool._idle)} waiting=0>"
    await until(lambda: server.open == len(pool._idle))


async def served(client: http.AsyncClient, url: str, *, calls: int = 5, patience: float = 10) -> int:
    """Count the calls, all made at once, that are answered within `patience` seconds."""
    answered = 0

    async def call() -> None:
        nonlocal answered
        with suppress(http.TimeoutException):
            success = (await client.get(url, timeout=patience)).is_success
            answered += success

    async with anyio.create_task_group() as tasks:
        for _ in range(calls):
            tasks.start_soon(call)
    return answered


def recorder(events: list[str]) -> dict[str, Any]:
    async def trace(event: str, _info: dict[str, Any]) -> None:
        events.append(event)

    return {"trace": trace}


def server_tls(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context

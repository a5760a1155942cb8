"""Between our requests and those of the HTTP library: for a client of the user's, and for our pool beneath one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import anyio
from attrs import define

from ropo_async import _http as http
from ropo_async._messages import Outgoing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ropo_async._messages import Incoming
    from ropo_async._pool import Pool

__all__ = ["PoolTransport", "send_by"]

_parsed = lru_cache(maxsize=64)(http.URL)  # takes a while, and there are few of them: queries come later


async def send_by(client: http.AsyncClient, request: Outgoing) -> Incoming:
    """Send `request` by a client of the HTTP library's, with nothing of its own but its connections.

    Raises:
        Exception: what that client raises.
    """
    url = _parsed(request.url)
    outgoing = http.Request(
        request.method,
        url.copy_with(query=request.query.encode()) if request.query else url,
        headers=dict(request.headers),
        content=request.content or None,
        extensions={"timeout": dict(request.timeout), "trace": request.trace, "fresh": request.fresh},
    )
    return _Answer(await client.send(outgoing, stream=True, auth=None, follow_redirects=False))


class _Answer:
    """An answer of the HTTP library's, its body as it came: undone codings would hide that it was cut."""

    def __init__(self, response: http.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        if response.is_stream_consumed:
            self.headers.pop("content-encoding", None)  # undone already
        self._pieces = _read_before(response) if response.is_stream_consumed else response.aiter_raw()

    async def receive(self) -> bytes:
        async for piece in self._pieces:
            if piece:
                return piece
        return b""

    async def aclose(self) -> None:
        try:
            # Cancelled rather than left, which ends the library's own iterations as well; trio would complain.
            with anyio.CancelScope(shield=True) as enough:
                enough.cancel()
                async for _ in self._pieces:
                    pass
        finally:
            with anyio.CancelScope(shield=True):
                await self._response.aclose()


async def _read_before(response: http.Response) -> AsyncIterator[bytes]:
    yield response.content  # as a mock transport has it


class PoolTransport(http.AsyncBaseTransport):
    """Our pool for a client of the HTTP library's.

    Of a request's extensions it reads `timeout` (seconds; `pool` bounds the wait for a slot), `trace` (told first
    `pool.acquire.started`, then each step before it is taken) and `fresh` (true: a connection of the request's own).
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: http.Request) -> http.Response:
        """Send one request and return its response, which holds a connection until it is closed.

        Raises:
            http.TransportError: the subclass that names what failed.
            RuntimeError: the pool is closed.
        """
        url, extensions = request.url, request.extensions
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        answer = await self._pool.send(
            Outgoing(
                method=request.method,
                url=str(url.copy_with(query=None)),
                query=url.query.decode(),
                headers=headers,
                content=await request.aread(),
                timeout=extensions.get("timeout", {}),
                trace=extensions.get("trace", _ignore),
                fresh=bool(extensions.get("fresh")),
            )
        )
        return http.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()


@define
class _Body(http.AsyncByteStream):
    """The body of an answer of ours."""

    _answer: Incoming

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await self._answer.receive():
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


async def _ignore(_event: str, _info: Mapping[str, Any]) -> None:
    """Take no note of a step."""

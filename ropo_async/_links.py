"""Connections with their sockets, and those that are at rest; which request gets which is for the pool to say."""

from __future__ import annotations

from collections import OrderedDict, deque
from time import monotonic
from typing import Any, cast

import anyio
from attrs import define, field, frozen

from ropo_async import _http as http

__all__ = ["Dialer", "Idle", "Link", "Origin"]

Origin = tuple[bytes, bytes, int | None]
"""Scheme, host and port; None is the scheme's own port."""

CHUNK = 256 * 1024
"""Bytes to read at once, where so many are there."""

_SOCKETS = cast("http.core.AsyncNetworkBackend", http.core.AnyIOBackend())


@define(eq=False)
class Idle:
    """The links at rest: a stack for each origin, and all of them by age."""

    _stacks: dict[Origin, deque[Link]] = field(factory=dict[Origin, "deque[Link]"])
    _by_age: OrderedDict[Link, float] = field(factory=OrderedDict["Link", float])
    """Since when each rests, by the clock of `time.monotonic`; the oldest first."""

    def __len__(self) -> int:
        return len(self._by_age)

    def push(self, link: Link) -> None:
        self._stacks.setdefault(link.origin, deque()).append(link)
        self._by_age[link] = monotonic()

    def pop_newest(self, origin: Origin) -> Link | None:
        return self._forget(self._stacks[origin].pop()) if origin in self._stacks else None

    def pop_oldest(self) -> Link:
        oldest = next(iter(self._by_age))  # of all, and thus of its origin
        return self._forget(self._stacks[oldest.origin].popleft())

    def pop_expired(self, after: float) -> Link | None:
        """Return a link that has rested for more than so many seconds."""
        oldest = next(iter(self._by_age.values()), None)
        return self.pop_oldest() if oldest is not None and monotonic() - oldest > after else None

    def _forget(self, link: Link) -> Link:
        del self._by_age[link]
        if not self._stacks[link.origin]:
            del self._stacks[link.origin]
        return link


@frozen(eq=False)
class Link:
    """A connection with its socket; `reusable` says whether other requests may have it afterwards."""

    origin: Origin
    reusable: bool
    connection: http.core.AsyncHTTPConnection
    dialer: Dialer

    async def aclose(self) -> None:
        """Close the socket at once, the TCP one beneath TLS too; awaited is only the event loop's next turn."""
        if self.dialer.stream is not None:
            with anyio.CancelScope(shield=True):
                await self.dialer.stream.aclose()


class Dialer(http.core.AsyncNetworkBackend):
    """Opens the socket of one connection and keeps hold of it, also when the connection never gets to see it."""

    stream: http.core.AsyncNetworkStream | None = None

    async def connect_tcp(self, *args: Any, **kwargs: Any) -> http.core.AsyncNetworkStream:
        self.stream = await _SOCKETS.connect_tcp(*args, **kwargs)
        return _Wide(self.stream)


@frozen
class _Wide(http.core.AsyncNetworkStream):
    """A stream that is read in larger pieces than asked for: a page of 1000 updates has six times as much."""

    _stream: http.core.AsyncNetworkStream

    async def read(self, max_bytes: int, *args: Any, **kwargs: Any) -> bytes:
        return await self._stream.read(max(max_bytes, CHUNK), *args, **kwargs)

    async def write(self, *args: Any, **kwargs: Any) -> None:
        await self._stream.write(*args, **kwargs)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *args: Any, **kwargs: Any) -> http.core.AsyncNetworkStream:
        return _Wide(await self._stream.start_tls(*args, **kwargs))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

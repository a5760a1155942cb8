"""Sends one request at a time and not too often, for an operation whose limit nobody has published."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import anyio
from attrs import define, field

from ropo_async.retry import parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ropo_async._messages import Incoming, Outgoing
    from ropo_async.exchange import Sender

__all__ = ["Limiter"]


@define
class Limiter:
    """A sender before a sender: every request waits for its turn, those that are sent again as well.

    After a 429 the next one waits as long as the server asks, or `cooldown`. The wait counts against the deadline of
    the call that waits.
    """

    sender: Sender
    interval: float
    """Seconds from one request to the next, at least."""
    cooldown: float = 60.0
    """Seconds after a 429 that names no time."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    _free: float = field(default=0.0, init=False)
    """When the next request may go, by the clock."""
    _turn: anyio.Lock = field(factory=anyio.Lock, init=False, repr=False)

    async def send(self, request: Outgoing) -> Incoming:
        async with self._turn:
            wait = self._free - self.clock()
            if wait > 0:
                await self.sleep(wait)
            started = self.clock()
            self._free = started + self.interval
            answer = await self.sender(request)
            if answer.status == 429:
                asked = parse_retry_after(answer.headers)
                self._free = max(self._free, self.clock() + (self.cooldown if asked is None else asked))
            return answer

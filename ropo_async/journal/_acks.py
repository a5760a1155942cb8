"""Acknowledgements that wait for a moment, so that many of them are one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from attrs import define, field

from ropo_async._background import start
from ropo_async.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from ropo_async.journal.values import Leased

    Waiting = tuple[Leased, Callable[[Leased], None]]
    """What is to be settled, and who is told if it came too late."""

DELAY = 0.05
"""Seconds that an acknowledgement waits at most, while the journal can be written."""
MOST = 1000
"""How many wait at most."""


@define(eq=False)
class Acks:
    """The acknowledgements of one handle on a journal that are not on disk yet."""

    _flush: Callable[[], Awaitable[object]]
    """Runs a transaction that takes them along."""
    turn: anyio.Lock = field(factory=lambda: anyio.Lock(fast_acquire=True), init=False, repr=False)
    """Whoever has it has taken them, and they are not settled yet."""
    _waiting: list[Waiting] = field(factory=list["Waiting"], init=False, repr=False)
    _ticking: bool = field(default=False, init=False)

    async def add(self, leased: Leased, late: Callable[[Leased], None]) -> None:
        """Let one wait."""
        self._waiting.append((leased, late))
        if len(self._waiting) >= MOST:
            await self._flush()
        self._wind()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self) -> list[Waiting]:
        """Return those that wait, for a transaction that begins now."""
        taken, self._waiting = self._waiting, []
        return taken

    def put_back(self, taken: Sequence[Waiting]) -> None:
        """Let those of a transaction that failed, or may have, wait for the next one: settling twice does no harm."""
        self._waiting[:0] = taken
        self._wind()

    @staticmethod
    def tell(taken: Collection[Waiting], settled: Collection[int]) -> None:
        """Tell those who came too late."""
        for leased, late in taken if len(settled) < len(taken) else ():
            if leased.seq not in settled:
                late(leased)

    def _wind(self) -> None:
        if self._waiting and not self._ticking:
            self._ticking = True
            start(self._tick)

    async def _tick(self) -> None:
        try:
            while self._waiting:
                await anyio.sleep(DELAY)
                if self._waiting:
                    await self._flush()
        except JournalError:
            pass  # whatever is asked of the journal next tries again, and has somebody to tell
        finally:
            self._ticking = False

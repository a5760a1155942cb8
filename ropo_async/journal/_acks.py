"""Acknowledgements that wait for a moment, so that many of them are one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import anyio
from attrs import define, field

from ropo_async._background import start
from ropo_async.errors import JournalError
from ropo_async.journal import _leases

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ropo_async.journal.engine import Engine, Transaction
    from ropo_async.journal.values import Leased

    Waiting = tuple[Leased, Callable[[Leased], None]]
    """What is to be settled, and who is told if it came too late."""

T = TypeVar("T")

DELAY = 0.05
"""Seconds that an acknowledgement waits at most, while the journal can be written."""
MOST = 1000
"""How many wait at most."""


@define(eq=False)
class Acks:
    """The acknowledgements of one handle on a journal that are not on disk yet."""

    _engine: Engine
    _turn: anyio.Lock = field(factory=lambda: anyio.Lock(fast_acquire=True), init=False, repr=False)
    """Whoever has it has taken them, and they are not settled yet."""
    _waiting: list[Waiting] = field(factory=list["Waiting"], init=False, repr=False)
    _ticking: bool = field(default=False, init=False)

    def add(self, leased: Leased, late: Callable[[Leased], None]) -> bool:
        """Let one wait; return whether so many do that they are to be settled now."""
        self._waiting.append((leased, late))
        if not self._ticking:
            self._wind()
        return len(self._waiting) >= MOST

    async def settle(self) -> None:
        """Settle those that wait."""
        if self._waiting:
            await self.run(lambda _: None)

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a transaction that first settles those that wait."""
        async with self._turn:  # also to see what another transaction is just settling
            taken, self._waiting = self._waiting, []
            if taken:
                leases = [leased for leased, _ in taken]
                try:
                    settled, result = await self._engine.run(lambda tx: (_leases.ack_all(tx, leases), work(tx)))
                except BaseException:
                    # It failed, or may have. Settling twice does no harm.
                    self._waiting[:0] = taken
                    self._wind()
                    raise
                _tell(taken, settled)
                return result
        return await self._engine.run(work)

    def _wind(self) -> None:
        if self._waiting and not self._ticking:
            self._ticking = True
            start(self._tick)

    async def _tick(self) -> None:
        try:
            while self._waiting:
                await anyio.sleep(DELAY)
                if self._waiting:
                    await self.settle()
        except JournalError:
            pass  # whatever is asked of the journal next tries again, and has somebody to tell
        finally:
            self._ticking = False


def _tell(taken: Collection[Waiting], settled: Collection[int]) -> None:
    """Tell those who came too late."""
    for leased, late in taken if len(settled) < len(taken) else ():
        if leased.seq not in settled:
            late(leased)

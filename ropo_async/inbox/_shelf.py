"""A shelf: the updates that the consumers of one process have on loan."""

from __future__ import annotations

import contextlib
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
from attrs import define, field

from ropo_async import hooks
from ropo_async._background import start
from ropo_async._protect import finish
from ropo_async.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ropo_async.inbox.terms import Terms
    from ropo_async.journal import Account, Journal, Leased

__all__ = ["Shelf", "empty"]

CERTAIN = 1.0
"""Seconds that a lease must still have, by the clock of this process, for its acknowledgement to wait for others."""
BREATH = 64
"""Updates after which other tasks get a chance to run, should the consumer itself never wait for anything."""
SMALLEST, LARGEST, AIM = 50, 1000, 0.25
"""How many updates are lent at once where nobody says it: as many as took so many seconds the last time."""
IDLE = 30.0
"""Seconds after which a consumer looks by itself, should it not have been woken."""


@define(eq=False)
class Shelf:
    """The updates that the consumers of one process have on loan, on the same terms."""

    journal: Journal
    accounts: Collection[Account] | None
    terms: Terms
    tell: Callable[[Account, hooks.Event], None]
    held: dict[int, Leased] = field(factory=dict[int, "Leased"], init=False, repr=False)
    _ready: deque[Leased] = field(factory=deque["Leased"], init=False, repr=False)
    _extended: float = field(default=0.0, init=False)
    _fetching: anyio.Lock = field(factory=anyio.Lock, init=False, repr=False)
    _next_due: float | None = field(default=None, init=False)
    _size: int = field(default=SMALLEST, init=False)
    _fetched: float = field(default=0.0, init=False)
    _taken: int = field(default=0, init=False)
    _busy: int = field(default=0, init=False)
    _beating: bool = field(default=False, init=False)

    def at_hand(self) -> Leased | None:
        """Return the next update that is lent; None where `take` has something to do, or to wait for, before."""
        self._taken += 1
        if not self._taken % BREATH or self._is_aging():
            return None
        return self._next()

    async def take(self) -> Leased | None:
        """Return the next update that is lent; None where there is none at present."""
        if not self._taken % BREATH:
            await anyio.lowlevel.checkpoint()
        if self._ready and self._is_aging():
            await self.extend()
        while (leased := self._next()) is None:
            async with self._fetching:
                # Carried to its end: what is lent must be known here, also when its consumer is cancelled.
                if not self._ready and not await finish(self._fetch):
                    return None
        return leased

    def _next(self) -> Leased | None:
        while self._ready:
            leased = self._ready.popleft()
            # From here on it is held while somebody works on it, and not for whoever has put it aside.
            if self.held.pop(leased.seq, None) is leased:
                return leased
        return None

    def _is_aging(self) -> bool:
        return monotonic() - self._extended > self.terms.lease / 2

    async def wait(self, bell: anyio.Event) -> None:
        """Wait until there may be something."""
        await self.journal.wait(bell, IDLE if self._next_due is None else min(self._next_due, IDLE))

    async def extend(self) -> None:
        """Extend all loans; what others have got meanwhile is not ours any more."""
        leases = list(self.held.values())
        self._extended = monotonic()
        kept = await self.journal.extend(leases, self.terms.lease)
        for leased in leases:
            if leased.seq not in kept and self.held.get(leased.seq) is leased:
                del self.held[leased.seq]

    def begin(self, leased: Leased) -> None:
        """Keep a loan alive while it is worked on."""
        self.held[leased.seq] = leased
        self._busy += 1
        if not self._beating:
            self._beating = True
            start(self._beat)

    def end(self) -> None:
        """Take note that it is not worked on any more."""
        self._busy -= 1

    def until(self) -> float:
        """Return until when nobody else can have what is held now, by this process's clock and with some reserve."""
        return self._extended + self.terms.lease - CERTAIN

    def late(self, leased: Leased) -> None:
        """Take note that another consumer has had it since."""
        self.tell(leased.account, hooks.AckedTooLate(leased.account.name, leased.seq))

    async def _beat(self) -> None:
        try:
            while self._busy:
                await anyio.sleep(self.terms.lease / 3)
                # A journal that cannot be written for a moment is no reason to stop; the next beat may succeed.
                with contextlib.suppress(JournalError):
                    if self._busy:
                        await self.extend()
        finally:
            self._beating = False

    async def give_back(self) -> None:
        """Let others have what was lent and not begun."""
        leases = [leased for leased in self._ready if self.held.pop(leased.seq, None) is not None]
        self._ready.clear()
        if leases:
            await self.journal.give_back(leases)

    async def _fetch(self) -> bool:
        terms = self.terms
        asked = monotonic()
        # No more than doubled, as the first updates of a kind may be the easy ones.
        pace = min(2.0, AIM / max(asked - self._fetched, 1e-9))
        self._size = min(max(int(self._size * pace), SMALLEST), LARGEST)
        lent = await self.journal.lease(
            self.accounts,
            limit=terms.batch or self._size,
            seconds=terms.lease,
            attempts=terms.attempts,
            grouped=terms.group_by is not None,
        )
        leases, self._next_due = lent.leases, lent.next_due
        for dead in lent.buried:
            self.tell(dead.account, hooks.DeadLettered(dead.account.name, dead.seq, dead.attempts, dead.error))
        self._fetched = monotonic()
        self._ready.extend(leases)
        self.held |= {leased.seq: leased for leased in leases}
        # The oldest of the loans decides when they are to be extended.
        if len(self.held) == len(leases):
            self._extended = asked
        return bool(leases)


async def empty(shelves: Mapping[Terms, Shelf]) -> None:
    """Give back what was lent and not begun; where the journal fails, the leases run out by themselves."""
    for shelf in shelves.values():
        with contextlib.suppress(JournalError):
            await shelf.give_back()

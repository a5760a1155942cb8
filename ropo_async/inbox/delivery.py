"""Delivery: an update is lent to a consumer, and settled when the consumer has done with it."""

from __future__ import annotations

import contextlib
import math
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Self, cast

import anyio
from attrs import define, field

from ropo_async import hooks
from ropo_async._protect import beside, finish
from ropo_async.errors import DecodeError, InvalidInput, JournalError, LeaseLost
from ropo_async.events import InvoiceEvent
from ropo_async.inbox.feeds import Record
from ropo_async.inbox.providers import provider_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    from ropo_async.inbox.terms import Terms
    from ropo_async.journal import Account, Journal, Leased, Source

__all__ = ["Deliveries", "Delivery"]

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 3600.0
"""Seconds until a failed update is tried again; doubled with each attempt."""
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

    async def take(self) -> Leased | None:
        """Return the next update that is lent; None where there is none at present."""
        if self._ready and anyio.current_time() - self._extended > self.terms.lease / 2:
            await self.extend()
        while True:
            while self._ready:
                leased = self._ready.popleft()
                # From here on it is held while somebody works on it, and not for whoever has put it aside.
                if self.held.pop(leased.seq, None) is leased:
                    return leased
            async with self._fetching:
                # Carried to its end: what is lent must be known here, also when its consumer is cancelled.
                if not self._ready and not await finish(self._fetch):
                    return None

    async def wait(self, bell: anyio.Event) -> None:
        """Wait until there may be something."""
        await self.journal.wait(bell, IDLE if self._next_due is None else min(self._next_due, IDLE))

    async def extend(self) -> None:
        """Extend all loans; what others have got meanwhile is not ours any more."""
        leases = list(self.held.values())
        self._extended = anyio.current_time()
        kept = await self.journal.extend(leases, self.terms.lease)
        for leased in leases:
            if leased.seq not in kept and self.held.get(leased.seq) is leased:
                del self.held[leased.seq]

    async def give_back(self) -> None:
        """Let others have what was lent and not begun."""
        leases = [leased for leased in self._ready if self.held.pop(leased.seq, None) is not None]
        self._ready.clear()
        if leases:
            await self.journal.give_back(leases)

    async def _fetch(self) -> bool:
        terms = self.terms
        asked = anyio.current_time()
        leases, self._next_due = await self.journal.lease(
            self.accounts,
            limit=terms.batch,
            seconds=terms.lease,
            attempts=terms.attempts,
            grouped=terms.group_by is not None,
        )
        self._ready.extend(leases)
        self.held |= {leased.seq: leased for leased in leases}
        # The oldest of the loans decides when they are to be extended.
        if len(self.held) == len(leases):
            self._extended = asked
        return bool(leases)


@define(eq=False)
class Delivery(Generic[Record]):
    """One update on loan: `async with` it to handle it.

    Left normally, it is acknowledged and never comes again. Left by an exception, it comes again later, after ten
    attempts it is a dead letter. Left by a cancellation, others may have it at once. If the process dies, it comes
    again when the lease has run out. So it may come more than once: `key` is the same each time.
    """

    _leased: Leased
    _shelf: Shelf = field(repr=False)
    update: Record
    """What happened: a `StatusUpdate` of Ropo's, or an `InvoiceStatus` of Iopole's."""
    _settled: bool = field(default=False, init=False)
    _beside: AbstractAsyncContextManager[None] | None = field(default=None, init=False, repr=False)

    @property
    def key(self) -> str:
        """What to recognise this update by, in this journal or elsewhere: an idempotency key for its effects."""
        return f"{self._leased.key}#{self._leased.ordinal}.{self._leased.revision}"

    @property
    def account(self) -> Account:
        """Whose it is."""
        return self._leased.account

    @property
    def provider(self) -> str:
        """Which API it came from: `"ropo"` or `"iopole"`."""
        return self._leased.account.provider

    @property
    def event(self) -> InvoiceEvent:
        """What happened in the few words that the APIs have in common."""
        return InvoiceEvent.of(self.update)

    @property
    def attempt(self) -> int:
        """How often it was delivered, this time included, but for the times that it was given back."""
        return self._leased.attempt

    @property
    def revision(self) -> int:
        """From 2 on the server has changed what it had said under the same id."""
        return self._leased.revision

    @property
    def source(self) -> Source:
        """How it came: with `BACKFILL` or `SWEEP` it was read again, and its place in the order says nothing."""
        return self._leased.source

    async def ack(self, *, using: Any = None) -> None:
        """Settle it for good, before the block's end.

        Args:
            using: a psycopg connection with a transaction of yours on the journal's own PostgreSQL database: the
                update is settled if, and only if, that transaction commits. So its effects there happen exactly once.

        Raises:
            LeaseLost: another consumer has had it since.
            InvalidInput: `using` with a journal that is not PostgreSQL.
        """
        # First, so that no heartbeat waits for the row while your transaction has it.
        self._forget()
        if using is None:
            await self._shelf.journal.ack(self._leased)
        else:
            await self._shelf.journal.ack_using(self._leased, using)

    async def retry(self, *, after: float | None = None, error: str = "") -> None:
        """Let it be tried again.

        Args:
            after: in so many seconds; by default one, and twice as long after each further attempt.
            error: why, for the dead letter; no personal data.

        Raises:
            InvalidInput: no such number of seconds.
            LeaseLost: another consumer has had it since.
        """
        if after is not None and not 0 <= after < math.inf:
            raise InvalidInput("after must be a number of seconds, 0 or more")
        self._forget()
        leased, attempts = self._leased, self._shelf.terms.attempts
        pause = min(FIRST_PAUSE * 2.0 ** min(leased.attempt - 1, 20), LONGEST_PAUSE) if after is None else after
        if await self._shelf.journal.put_off(leased, seconds=pause, attempts=attempts, error=error):
            event = hooks.DeadLettered(leased.account.name, leased.seq, leased.attempt, error)
            self._shelf.tell(leased.account, event)

    async def give_back(self) -> None:
        """Let others have it at once; the attempt does not count."""
        self._forget()
        await self._shelf.journal.give_back([self._leased])

    def _forget(self) -> None:
        self._settled = True
        if self._shelf.held.get(self._leased.seq) is self._leased:
            del self._shelf.held[self._leased.seq]

    async def _heartbeat(self) -> None:
        while True:
            await anyio.sleep(self._shelf.terms.lease / 3)
            # A journal that cannot be written for a moment is no reason to stop the work; the next beat may succeed.
            with contextlib.suppress(JournalError):
                await self._shelf.extend()

    async def __aenter__(self) -> Record:
        if not self._settled:
            self._shelf.held[self._leased.seq] = self._leased
        self._beside = beside(self._heartbeat)
        await self._beside.__aenter__()
        return self.update

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._beside is not None
        try:
            await self._beside.__aexit__(kind, error, traceback)
        finally:
            if not self._settled:
                await self._settle(error)

    async def _settle(self, error: BaseException | None) -> None:
        if error is None:
            await self.ack()
        elif isinstance(error, Exception):
            # What went wrong in the block is the news; that somebody else has the update is none.
            with contextlib.suppress(LeaseLost):
                await self.retry(error=type(error).__name__)
        else:
            with anyio.CancelScope(shield=True):
                await self.give_back()


@define(eq=False)
class Deliveries(Generic[Record]):
    """An endless iteration over the updates of a journal, each on loan. Made by `Inbox.deliveries`."""

    _shelf: Shelf = field(repr=False)
    _forever: bool = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Delivery[Record]:
        while True:
            bell = self._shelf.journal.bell()
            leased = await self._shelf.take()
            if leased is not None:
                delivery = await self._delivery(leased)
                if delivery is not None:
                    return delivery
            elif self._forever:
                await self._shelf.wait(bell)
            else:
                raise StopAsyncIteration

    async def _delivery(self, leased: Leased) -> Delivery[Record] | None:
        """Return the delivery of an update; one that an older version of this library cannot read is put off."""
        try:
            return Delivery(leased, self._shelf, provider_of(leased.account).read(leased.body))
        except DecodeError as error:
            unread: Delivery[Any] = Delivery(leased, self._shelf, cast("Any", None))
            await unread.retry(error=type(error).__name__)
            return None


async def empty(shelves: Mapping[Terms, Shelf]) -> None:
    """Give back what was lent and not begun; where the journal fails, the leases run out by themselves."""
    for shelf in shelves.values():
        with contextlib.suppress(JournalError):
            await shelf.give_back()

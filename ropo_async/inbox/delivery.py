"""Delivery: an update is lent to a consumer, and settled when the consumer has done with it."""

from __future__ import annotations

import contextlib
import math
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, Self, cast

import anyio
from attrs import define, field

from ropo_async import hooks
from ropo_async.errors import DecodeError, InvalidInput, LeaseLost
from ropo_async.events import InvoiceEvent
from ropo_async.inbox.feeds import Record
from ropo_async.inbox.providers import provider_of

if TYPE_CHECKING:
    from types import TracebackType

    from ropo_async.inbox._shelf import Shelf
    from ropo_async.journal import Account, Leased, Source

__all__ = ["Deliveries", "Delivery"]

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 3600.0
"""Seconds until a failed update is tried again; doubled with each attempt."""


@define(eq=False)
class Delivery(Generic[Record]):
    """One update on loan: `async with` it to handle it.

    Left normally, it is acknowledged and never comes again. Left by an exception, it comes again later, after ten
    attempts it is a dead letter. Left by a cancellation, others may have it at once. If the process dies, it comes
    again when the lease has run out. So it may come more than once: `key` is the same each time.

    Raises:
        LeaseLost: at the block's end, where it is acknowledged at once; another consumer has had the update since.
        JournalError: at the block's end; what became of it cannot be written down, so it comes again.
    """

    _leased: Leased
    _shelf: Shelf = field(repr=False)
    update: Record
    """What happened: a `StatusUpdate` of Ropo's, or an `InvoiceStatus` of Iopole's."""
    _until: float = field(repr=False)
    """Until when nobody else can have it, unless somebody extends it, by the clock of `time.monotonic`."""
    _settled: bool = field(default=False, init=False)
    _begun: bool = field(default=False, init=False)
    _late: bool = field(default=False, init=False)

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
            InvalidInput: `using` with a journal that is not PostgreSQL, or that is no connection to its database with a
                transaction open.
            JournalError: it cannot be written down, so the update comes again.
        """
        # First, so that no heartbeat waits for the row while your transaction has it.
        self._forget()
        if using is None:
            await self._shelf.journal.ack(self._leased)
        else:
            await self._shelf.journal.ack_using(self._leased, using)
        self._told("acked")

    async def retry(self, *, after: float | None = None, error: str = "") -> None:
        """Let it be tried again.

        Args:
            after: in so many seconds; by default one, and twice as long after each further attempt.
            error: why, for the dead letter; no personal data.

        Raises:
            InvalidInput: no such number of seconds.
            LeaseLost: another consumer has had it since.
            JournalError: it cannot be written down; the update comes again when its lease has run out.
        """
        if after is not None and not 0 <= after < math.inf:
            raise InvalidInput("after must be a number of seconds, 0 or more")
        self._forget()
        leased, attempts = self._leased, self._shelf.terms.attempts
        pause = min(FIRST_PAUSE * 2.0 ** min(leased.attempt - 1, 20), LONGEST_PAUSE) if after is None else after
        if await self._shelf.journal.put_off(leased, seconds=pause, attempts=attempts, error=error):
            event = hooks.DeadLettered(leased.account.name, leased.seq, leased.attempt, error)
            self._shelf.tell(leased.account, event)
        self._told("retried")

    async def give_back(self) -> None:
        """Let others have it at once; the attempt does not count.

        Raises:
            JournalError: it cannot be written down; others have it when its lease has run out.
        """
        self._forget()
        await self._shelf.journal.give_back([self._leased])
        self._told("given_back")

    def _told(self, outcome: str) -> None:
        self._shelf.tell(self.account, hooks.Settled(self.account.name, outcome, self.attempt, self._leased.arrived))

    def _forget(self) -> None:
        self._settled = True
        if self._shelf.held.get(self._leased.seq) is self._leased:
            del self._shelf.held[self._leased.seq]

    async def __aenter__(self) -> Record:
        if not self._settled:
            self._begun = True
            # Nobody has extended it since it was taken.
            self._late = monotonic() > self._until
            self._shelf.begin(self._leased)
        return self.update

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        shelf = self._shelf
        if self._begun:
            shelf.end()
        if self._settled:
            return
        if error is None and self._may_wait():
            self._forget()
            await shelf.journal.ack_soon(self._leased, shelf.late)
            self._told("acked")
        elif error is None:
            await self.ack()
        elif isinstance(error, Exception):
            # What went wrong in the block is the news; that somebody else has the update is none.
            with contextlib.suppress(LeaseLost):
                await self.retry(error=type(error).__name__)
        else:
            with anyio.CancelScope(shield=True):
                await self.give_back()

    def _may_wait(self) -> bool:
        """Whether it may be acknowledged together with others: nobody waits for it, and it cannot come too late."""
        shelf, leased = self._shelf, self._leased
        held = not self._late and shelf.held.get(leased.seq) is leased and monotonic() < shelf.until()
        return held and shelf.terms.acks != "each"


@define(eq=False)
class Deliveries(Generic[Record]):
    """An endless iteration over the updates of a journal, each on loan. Made by `Inbox.deliveries`.

    Several tasks may iterate over one; each update goes to one of them.
    """

    _shelf: Shelf = field(repr=False)
    _forever: bool = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Delivery[Record]:
        shelf = self._shelf
        while True:
            leased = shelf.at_hand()
            if leased is None:
                bell = shelf.journal.bell()  # before it is looked for, so that what comes meanwhile is noticed
                leased = await shelf.take()
                if leased is None:
                    if not self._forever:
                        raise StopAsyncIteration
                    await shelf.wait(bell)
                    continue
            try:
                update = provider_of(leased.account).read(leased.body)
            except DecodeError as error:  # as an older version of this library may not be able to read it
                unread: Delivery[Any] = Delivery(leased, shelf, cast("Any", None), shelf.until())
                await unread.retry(error=type(error).__name__)
                continue
            shelf.tell(leased.account, hooks.Delivered(leased.account.name, leased.attempt))
            return Delivery(leased, shelf, update, shelf.until())

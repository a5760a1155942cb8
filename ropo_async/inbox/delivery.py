"""Delivery: an update is lent to a consumer, and settled when the consumer has done with it."""

from __future__ import annotations

import contextlib
import math
from collections import deque
from typing import TYPE_CHECKING, Any, Self

import anyio
import anyio.lowlevel
from attrs import define, field, frozen

from ropo_async import codec, hooks
from ropo_async._background import start
from ropo_async._protect import finish
from ropo_async.errors import DecodeError, InvalidInput, JournalError, LeaseLost
from ropo_async.records import StatusUpdate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from types import TracebackType

    from ropo_async.journal import Account, Journal, Leased, Source

__all__ = ["Deliveries", "Delivery", "Terms"]

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 3600.0
"""Seconds until a failed update is tried again; doubled with each attempt."""
DAY = 24 * 3600.0
CERTAIN = 1.0
"""Seconds that a lease must still have, by the clock of this process, so that its acknowledgement may wait for others."""
BREATH = 32
"""Updates after which other tasks get a chance to run, should the consumer itself never wait for anything."""
IDLE = 30.0
"""Seconds after which a consumer looks by itself, should it not have been woken."""


def _seconds(_: object, __: object, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= DAY:
        raise InvalidInput("lease must be a number of seconds, above 0 and at most a day")


def _count(_: object, attribute: Any, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidInput(f"{attribute.name} must be a whole number of 1 or more")


def _grouping(_: object, __: object, value: str | None) -> None:
    if value not in (None, "billnum"):
        raise InvalidInput('group_by must be "billnum" or None')


def _acks(_: object, __: object, value: str) -> None:
    if value not in ("grouped", "each"):
        raise InvalidInput('acks must be "grouped" or "each"')


@frozen
class Terms:
    """On what terms updates are lent."""

    lease: float = field(default=60.0, validator=_seconds)
    """Seconds until another consumer may have an update whose consumer has fallen silent."""
    batch: int = field(default=50, validator=_count)
    """How many updates are lent at once, to be handled one after the other."""
    attempts: int = field(default=10, validator=_count)
    """How often an update is tried before it becomes a dead letter."""
    group_by: str | None = field(default=None, validator=_grouping)
    """`"billnum"`: the updates of an invoice one at a time, in the order in which they came."""
    acks: str = field(default="grouped", validator=_acks)
    """`"grouped"`: what a block settles is committed together with others; `"each"`: before the block is left."""


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
    _taken: int = field(default=0, init=False)
    _busy: int = field(default=0, init=False)
    _beating: bool = field(default=False, init=False)

    async def take(self) -> Leased | None:
        """Return the next update that is lent; None where there is none at present."""
        self._taken += 1
        if not self._taken % BREATH:
            await anyio.lowlevel.checkpoint()
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
        """Return until when nobody else can have what is held now, by the clock of this process and with some reserve."""
        return self._extended + self.terms.lease - CERTAIN

    def late(self, leased: Leased) -> None:
        """Take note that another consumer has had it since."""
        self.tell(leased.account, hooks.AckedTooLate(leased.account.cid, leased.seq))

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
class Delivery:
    """One update on loan: `async with` it to handle it.

    Left normally, it is acknowledged and never comes again. Left by an exception, it comes again later, after ten
    attempts it is a dead letter. Left by a cancellation, others may have it at once. If the process dies, it comes
    again when the lease has run out. So it may come more than once: `key` is the same each time.
    """

    _leased: Leased
    _shelf: Shelf = field(repr=False)
    update: StatusUpdate
    """What happened."""
    _settled: bool = field(default=False, init=False)
    _until: float = field(init=False, repr=False)
    _begun: bool = field(default=False, init=False)
    _late: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._until = self._shelf.until()

    @property
    def key(self) -> str:
        """What to recognise this update by, in this journal or elsewhere: an idempotency key for its effects."""
        return f"{self._leased.key}#{self._leased.ordinal}.{self._leased.revision}"

    @property
    def account(self) -> Account:
        """Whose it is."""
        return self._leased.account

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
            event = hooks.DeadLettered(leased.account.cid, leased.seq, leased.attempt, error)
            self._shelf.tell(leased.account, event)

    async def give_back(self) -> None:
        """Let others have it at once; the attempt does not count."""
        self._forget()
        await self._shelf.journal.give_back([self._leased])

    def _forget(self) -> None:
        self._settled = True
        if self._shelf.held.get(self._leased.seq) is self._leased:
            del self._shelf.held[self._leased.seq]

    async def __aenter__(self) -> StatusUpdate:
        if not self._settled:
            self._begun = True
            # Nobody has extended it since it was taken.
            self._late = anyio.current_time() > self._until
            self._shelf.begin(self._leased)
        return self.update

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._begun:
            self._shelf.end()
        if not self._settled:
            await self._settle(error)

    async def _settle(self, error: BaseException | None) -> None:
        if error is None:
            await self._done()
        elif isinstance(error, Exception):
            # What went wrong in the block is the news; that somebody else has the update is none.
            with contextlib.suppress(LeaseLost):
                await self.retry(error=type(error).__name__)
        else:
            with anyio.CancelScope(shield=True):
                await self.give_back()


    async def _done(self) -> None:
        """Acknowledge it with others, unless that is to be known at once, or may come too late."""
        shelf, leased = self._shelf, self._leased
        held = not self._late and shelf.held.get(leased.seq) is leased and anyio.current_time() < shelf.until()
        if not held or shelf.terms.acks == "each":
            await self.ack()
            return
        self._forget()
        await shelf.journal.ack_soon(leased, shelf.late)


@define(eq=False)
class Deliveries:
    """An endless iteration over the updates of a journal, each on loan. Made by `Inbox.deliveries`."""

    _shelf: Shelf = field(repr=False)
    _forever: bool = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Delivery:
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

    async def _delivery(self, leased: Leased) -> Delivery | None:
        """Return the delivery of an update; one that an older version of this library cannot read is put off."""
        try:
            return Delivery(leased, self._shelf, codec.read_update(leased.body))
        except DecodeError as error:
            unread = Delivery(leased, self._shelf, StatusUpdate())
            await unread.retry(error=type(error).__name__)
            return None


async def empty(shelves: Mapping[Terms, Shelf]) -> None:
    """Give back what was lent and not begun; where the journal fails, the leases run out by themselves."""
    for shelf in shelves.values():
        with contextlib.suppress(JournalError):
            await shelf.give_back()

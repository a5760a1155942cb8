"""Payments and credit notes as a journal holds them: what was intended, what was sent, and what became of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection  # noqa: TC003 - attrs reads the types of the fields
from datetime import datetime  # noqa: TC003 - as above
from enum import StrEnum

from attrs import field, frozen

from ropo_async.journal.values import Account  # noqa: TC001 - as above

__all__ = ["Booking", "BookingState", "BookingStore", "Saved", "key_of"]


def key_of(name: str, value: object) -> str:
    """Return what tells an invoice apart: one of the API's identifiers, and its value."""
    return f"{name}:{value}"


class BookingState(StrEnum):
    """How far a booking has come, and what is known of it."""

    PREPARED = "prepared"
    """Written down, and not sent; or the server refused it without looking at it."""
    SENDING = "sending"
    """About to be sent, on its way, or cut off by the end of the process: it may be booked."""
    APPLIED = "applied"
    """Booked: the server said so."""
    REJECTED = "rejected"
    """Not booked: the server said so."""
    UNKNOWN = "unknown"
    """It may be booked; the invoice is looked at until that is known."""
    VERIFIED_APPLIED = "verified_applied"
    """Booked: it shows on the invoice."""
    PROBABLY_ABSENT = "probably_absent"
    """It never showed on the invoice. It may be sent again, by somebody who says so."""
    ESCALATED = "escalated"
    """It cannot be told from here whether it is booked: somebody has to look."""

    @property
    def in_flight(self) -> bool:
        """Whether it may still take effect, so that nothing else is sent for its invoice."""
        return self in (BookingState.SENDING, BookingState.UNKNOWN)

    @property
    def booked(self) -> bool:
        """Whether it is known to be booked."""
        return self in (BookingState.APPLIED, BookingState.VERIFIED_APPLIED)

    @property
    def settled(self) -> bool:
        """Whether nothing more is going to become of it by itself."""
        return not self.in_flight and self is not BookingState.PREPARED


class Saved(StrEnum):
    """What became of an attempt to store a booking."""

    YES = "yes"
    STALE = "stale"
    """It has changed since it was read; nothing was stored."""
    BUSY = "busy"
    """Another booking for the same invoice is in flight; nothing was stored."""


@frozen(kw_only=True)
class Booking:
    """One payment or credit note under the caller's own id. Contents are personal data and do not show."""

    account: Account
    """Whose it is."""
    operation_id: str
    """The caller's own id of it."""
    kind: str
    """`payment` or `credit note`."""
    digest: bytes = field(repr=False)
    """Tells whether the same id is used for something else."""
    body: bytes | None = field(repr=False)
    """What is sent, as JSON; None once it was purged or erased. One that was never sent is filled in when asked for."""
    state: BookingState = BookingState.PREPARED
    """How far it has come."""
    reason: str = ""
    """Its state in words, without personal data."""
    billnum: str | None = field(default=None, repr=False)
    """The invoice's number, by which it is looked up; None where nobody knows it."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """What identifies its invoice; two bookings that share one are not in flight together."""
    created: datetime
    """When it was first asked for; aware, in UTC."""
    changed: datetime
    """When it came to its state; aware, in UTC."""
    sender: str | None = None
    """Who sent it last, as far as that matters: see `BookingStore.sender`."""
    sent: int = 0
    """How often it was sent."""
    sent_at: datetime | None = None
    """When it was last sent; aware, in UTC."""
    due: datetime | None = None
    """When to look at it next: when sending has ended for sure, or when the invoice is looked at again. Aware."""
    checks: int = 0
    """How often the invoice was looked at since it was sent."""
    baseline: tuple[str, ...] | None = field(default=None, repr=False)
    """Keys of what the invoice showed before that could be taken for it; None where nobody looked."""
    http_status: int | None = None
    """Of the last answer, where there was one."""
    statusid: int | None = None
    """The server's outcome code, where it gave one."""
    answer: bytes | None = field(default=None, repr=False)
    """The last answer as it came."""
    evidence: tuple[bytes, ...] = field(default=(), repr=False)
    """Status updates, as they came, that show it or might."""
    version: int = 0
    """Counts its changes, so that none overwrites another."""

    @property
    def applied(self) -> bool:
        """Whether it is known to be booked."""
        return self.state.booked


class BookingStore(ABC):
    """The part of a journal that holds payments and credit notes. Every method is one transaction."""

    @abstractmethod
    async def add_booking(self, booking: Booking) -> Booking:
        """Store a new booking, and return it; or the one that is there under its id."""

    @abstractmethod
    async def save_booking(self, booking: Booking) -> Saved:
        """Store a booking that was read and changed, unless it has changed since.

        While it is in flight no other booking that shares one of its `keys` can become so, in whatever process.
        """

    @abstractmethod
    async def sender(self) -> str:
        """Return the name by which this process sends, for as long as it lives and has the journal open."""

    @abstractmethod
    async def is_gone(self, sender: str) -> bool:
        """Return whether the process of that name has surely ended, or closed the journal."""

    @abstractmethod
    async def booking(self, account: Account, operation_id: str) -> Booking | None:
        """Return the booking of that id."""

    @abstractmethod
    async def bookings(
        self,
        account: Account,
        *,
        states: Collection[BookingState] | None = None,
        keys: Collection[str] | None = None,
        due: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[Booking]:
        """Return bookings ordered by their id, from behind the id `after` on.

        Args:
            account: whose.
            states: only those in one of these states.
            keys: only those for an invoice that one of these identifies.
            due: only those that are due by then.
            after: where to go on.
            limit: how many at most.
        """

"""What really happened: the state of the pretended vendor, and the record that tests compare a client with."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import anyio
from attrs import evolve, field, frozen, mutable

from ropo_async.simulator.archive import Archive
from ropo_async.simulator.messages import Answer, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, ValuesView

    from ropo_async.simulator.archive import Rereads

__all__ = ["Exchange", "Handout", "Invoice", "Login", "Payment", "PaymentAttempt", "Record", "Truth"]

Record = dict[str, Any]
"""One status update as it goes on the wire; read it, do not change it."""

ZERO = Decimal("0.00")


@frozen
class Invoice:
    """One invoice and what is still open of it, in euros."""

    jobid: int
    billnum: str
    billcode: str
    amount: Decimal
    """What was billed."""
    capital: Decimal
    interest: Decimal = ZERO
    noticefee: Decimal = ZERO
    cancelled: bool = False
    foreign: bool = False
    """It belongs to another customer id."""

    @property
    def open(self) -> Decimal:
        """Capital, interest and fees together."""
        return self.capital + self.interest + self.noticefee


@frozen
class Handout:
    """Records that one answer recorded: they count as recorded from here on, whether or not they arrived."""

    request: int
    """Index of the request in `Truth.requests`."""
    records: tuple[Record, ...] = field(repr=False)
    delivered: bool | None = None
    """Whether every byte was handed to the socket: `None` while under way and where only a part was."""


@frozen
class Payment:
    """One booked payment."""

    request: int
    jobid: int
    billnum: str
    billcode: str
    amount: Decimal
    paydate: str
    details: Record = field(factory=dict[str, Any], repr=False)
    """The optional fields of the request that were sent: identifier, type, creditnotebillnum, description."""


@frozen
class PaymentAttempt:
    """One payment that the payment rule judged."""

    request: int
    jobid: int | None
    """The invoice that was found, or `None`."""
    amount: Decimal
    paydate: str
    statusid: object
    booked: bool


@frozen
class Login:
    """One call of `POST /token` that was processed."""

    request: int
    generation: int | None
    """Which token it gave, counted from 1, or `None` where the credentials were refused."""


@frozen
class Exchange:
    """One request and what became of it. It holds names of query fields, never their values, and no header or body."""

    index: int
    method: str
    path: str
    query: tuple[str, ...]
    operation: str
    connection: int
    """Number of the connection, counted from 0."""
    status: int | None = None
    """HTTP status of the answer, or `None` where there is none (yet); a fault may keep it from arriving."""
    fault: str | None = None
    processed: bool | None = None
    """Whether it took effect; `None` until that is settled."""
    generation: int | None = None
    """The token that it came with, counted from 1, live or not; `None` without a token of ours."""


@mutable
class Truth:
    """Everything a test may want to compare a client with."""

    invoices: dict[int, Invoice] = field(factory=dict[int, Invoice])
    """By `jobid`, as they stand now."""
    updates: list[Record] = field(factory=list[Record])
    """Every status update there ever was, in order."""
    handed_out: list[Handout] = field(factory=list[Handout])
    """The pages of the feed."""
    consumed: list[Handout] = field(factory=list[Handout])
    """What re-reads recorded, where they do that: those records of an answer that were pending until then."""
    payments: list[Payment] = field(factory=list[Payment])
    payment_attempts: list[PaymentAttempt] = field(factory=list[PaymentAttempt])
    requests: list[Exchange] = field(factory=list[Exchange])
    logins: list[Login] = field(factory=list[Login])
    requests_per_connection: list[int] = field(factory=list[int])
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), eq=False, repr=False)
    """The time of day by which updates are added and recorded."""
    _archive: Archive = field(init=False, eq=False, repr=False)
    _places: dict[int, tuple[list[Handout], int]] = field(
        factory=dict[int, tuple[list[Handout], int]], init=False, eq=False, repr=False
    )
    _changed: anyio.Event | None = field(default=None, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._archive = Archive(self.now)

    @property
    def pending(self) -> ValuesView[Record]:
        """The updates not yet recorded, in order."""
        return self._archive.pending.values()

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return len(self.requests_per_connection)

    @property
    def recorded(self) -> list[str]:
        """The ids of all updates that were recorded, by the feed or by re-reads, in the order in which they were."""
        return _ids(sorted([*self.handed_out, *self.consumed], key=attrgetter("request")))

    @property
    def undelivered(self) -> list[str]:
        """The ids of the recorded updates whose answer did not leave whole: what a careless client has lost."""
        return _ids(handout for handout in [*self.handed_out, *self.consumed] if handout.delivered is not True)

    def count(self, operation: str) -> int:
        """How many requests there were for one operation."""
        return sum(exchange.operation == operation for exchange in self.requests)

    async def until(self, condition: Callable[[Truth], bool]) -> None:
        """Wait for what the server is about to see, such as a request arriving; call it where the server runs."""
        while not condition(self):
            changed = self._changed = self._changed or anyio.Event()
            await changed.wait()

    def add_update(self, record: Record, *, recorded: bool = False) -> None:
        """Add one status update; one recorded long ago is found by `date` and `billnum` only."""
        self.updates.append(record)
        self._archive.add(record, recorded=recorded)

    def take(self, request: int, limit: int) -> list[Record]:
        """Hand out up to `limit` pending updates, which records them."""
        return self._record(self.handed_out, request, self._archive.take(limit))

    def reread(self, request: int, name: str, value: str, rereads: Rereads) -> list[Record]:
        """Return what a read by `date` or `billnum` finds."""
        found, consumed = self._archive.read(name, value, rereads)
        self._record(self.consumed, request, consumed)
        return found

    def _record(self, handouts: list[Handout], request: int, records: list[Record]) -> list[Record]:
        if records:
            self._places[request] = handouts, len(handouts)
            handouts.append(Handout(request, tuple(records)))
        return records

    def last_page(self) -> Answer:
        """The latest page once more, recording nothing."""
        return page(list(self.handed_out[-1].records) if self.handed_out else [])

    def opened(self) -> int:
        """Count one more connection and return its number."""
        self.requests_per_connection.append(0)
        self.notify()
        return len(self.requests_per_connection) - 1

    def arrived(self, exchange: Exchange) -> None:
        """Note a request that was read."""
        self.requests.append(exchange)
        self.requests_per_connection[exchange.connection] += 1
        self.notify()

    def became(self, request: int, **changes: Any) -> None:
        """Note what became of a request."""
        self.requests[request] = evolve(self.requests[request], **changes)
        self.notify()

    def delivered(self, request: int, delivered: bool | None) -> None:  # noqa: FBT001 - it is the value to store
        """Note whether the records of a request left whole."""
        if request in self._places:
            handouts, place = self._places[request]
            handouts[place] = evolve(handouts[place], delivered=delivered)

    def notify(self) -> None:
        """Wake up whoever waits in `until`."""
        if self._changed is not None:
            self._changed.set()
            self._changed = None


def _ids(handouts: Iterable[Handout]) -> list[str]:
    return [str(record.get("statusid")) for handout in handouts for record in handout.records]

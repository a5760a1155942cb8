"""What really happened: the state of the pretended vendor, and the record that tests compare a client with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

from attrs import evolve, field, mutable

from ropo_async.simulator.archive import Archive
from ropo_async.simulator.books import (
    BankPayment,
    CreditNote,
    CreditNoteAttempt,
    DeliveryStatus,
    Dispute,
    Handout,
    Invoice,
    Modification,
    Payment,
    PaymentAttempt,
    Record,
    Submission,
    TransferReport,
)
from ropo_async.simulator.messages import Answer, page
from ropo_async.simulator.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, ValuesView

    from ropo_async.simulator.archive import Rereads

__all__ = ["Truth"]


@mutable
class Truth(Traffic):
    """Everything a test may want to compare a client with."""

    invoices: dict[int, Invoice] = field(factory=dict[int, Invoice])
    """By `jobid`, as they stand now."""
    handed_out: list[Handout] = field(factory=list[Handout])
    """The pages of the feed."""
    consumed: list[Handout] = field(factory=list[Handout])
    """What re-reads recorded, where they do that: those records of an answer that were pending until then."""
    payments: list[Payment] = field(factory=list[Payment])
    payment_attempts: list[PaymentAttempt] = field(factory=list[PaymentAttempt])
    credit_notes: list[CreditNote] = field(factory=list[CreditNote])
    credit_note_attempts: list[CreditNoteAttempt] = field(factory=list[CreditNoteAttempt])
    bank_payments: list[BankPayment] = field(factory=list[BankPayment])
    """Money that came without a request of ours."""
    submissions: list[Submission] = field(factory=list[Submission])
    modifications: list[Modification] = field(factory=list[Modification])
    disputes: list[Dispute] = field(factory=list[Dispute])
    delivery_statuses: list[DeliveryStatus] = field(factory=list[DeliveryStatus])
    transfer_reports: list[TransferReport] = field(factory=list[TransferReport])
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), eq=False, repr=False)
    """The time of day by which updates are added and recorded."""
    _archive: Archive = field(init=False, eq=False, repr=False)
    _places: dict[int, tuple[list[Handout], int]] = field(
        factory=dict[int, tuple[list[Handout], int]], init=False, eq=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        self._archive = Archive(self.now)

    @property
    def ours(self) -> list[Invoice]:
        """The invoices of this customer, as they stand now."""
        return [invoice for invoice in self.invoices.values() if not invoice.foreign]

    @property
    def updates(self) -> list[Record]:
        """Every status update that there ever was, in order; those that are still on their way are not among them."""
        return self._archive.records

    @property
    def pending(self) -> ValuesView[Record]:
        """The updates not yet recorded, in order."""
        return self._archive.pending.values()

    @property
    def recorded(self) -> list[str]:
        """The ids of all updates that were recorded, by the feed or by re-reads, in the order in which they were."""
        return _ids(sorted([*self.handed_out, *self.consumed], key=attrgetter("request")))

    @property
    def undelivered(self) -> list[str]:
        """The ids of the recorded updates whose answer did not leave whole: what a careless client has lost."""
        return _ids(handout for handout in [*self.handed_out, *self.consumed] if handout.delivered is not True)

    async def until(self, condition: Callable[[Truth], bool]) -> None:
        """Wait for what the server is about to see, such as a request arriving; call it where the server runs."""
        await super().until(condition)

    def add_update(self, record: Record, *, recorded: bool = False, lag: timedelta = timedelta(0)) -> None:
        """Add one status update, now or after a while; one recorded long ago is found by `date` and `billnum` only."""
        if lag:
            self._archive.announce(record, lag)
        else:
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

    def delivered(self, request: int, delivered: bool | None) -> None:  # noqa: FBT001 - it is the value to store
        """Note whether the records of a request left whole."""
        if request in self._places:
            handouts, place = self._places[request]
            handouts[place] = evolve(handouts[place], delivered=delivered)


def _ids(handouts: Iterable[Handout]) -> list[str]:
    return [str(record.get("statusid")) for handout in handouts for record in handout.records]

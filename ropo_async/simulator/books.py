"""What the pretended vendor keeps: invoices, what was done to them, and what was asked of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from attrs import field, frozen

__all__ = [
    "ZERO",
    "BankPayment",
    "CreditNote",
    "CreditNoteAttempt",
    "DeliveryStatus",
    "Dispute",
    "Exchange",
    "Handout",
    "Invoice",
    "Login",
    "Modification",
    "Payment",
    "PaymentAttempt",
    "Record",
    "Submission",
    "TransferReport",
]

Record = dict[str, Any]
"""A JSON object as it goes on the wire; read it, do not change it."""

ZERO: Final = Decimal("0.00")


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
    disputed: bool = False
    dataset: Record = field(factory=dict[str, Any], repr=False)
    """Its dataset as it stands now; fields that the vendor does not know are kept."""
    original: Record = field(factory=dict[str, Any], repr=False)
    """Its dataset as it came."""
    received: str = ""
    """The day in Helsinki on which it came."""
    request: int | None = None
    """Index of the request that brought it in `Truth.requests`; `None` where a test added it."""

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

    request: int | None
    """Index of the request that booked it in `Truth.requests`; `None` where it was booked by somebody else."""
    jobid: int
    billnum: str
    billcode: str
    amount: Decimal
    paydate: str
    details: Record = field(factory=dict[str, Any], repr=False)
    """The optional fields of the request that were sent: identifier, type, creditnotebillnum, description."""


@frozen
class CreditNote:
    """One booked credit note."""

    request: int | None
    """Index of the request that booked it in `Truth.requests`; `None` where it was booked by somebody else."""
    jobid: int
    billnum: str
    billcode: str
    amount: Decimal
    date: str
    details: Record = field(factory=dict[str, Any], repr=False)
    """The optional fields of the request that were sent: type, creditnotebillnum, description."""


@frozen
class BankPayment:
    """Money that reached the vendor by itself: no request booked it."""

    jobid: int
    billnum: str
    amount: Decimal
    paydate: str


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
class CreditNoteAttempt:
    """One credit note that the same rule judged."""

    request: int
    jobid: int | None
    """The invoice that was found, or `None`."""
    amount: Decimal
    date: str
    statusid: object
    booked: bool


@frozen
class Submission:
    """One call that brought jobs, with `POST /jobs` or `POST /jobs/localprint`."""

    request: int
    jobids: tuple[int, ...]
    """The accepted ones, in order."""
    rejected: int
    """How many were not accepted."""
    identifier: str = field(default="", repr=False)
    """Its header `DataIdentifier`."""


@frozen
class Modification:
    """One change of one job."""

    request: int
    jobid: int
    fields: tuple[str, ...]
    """The names of the fields that were sent."""


@frozen
class Dispute:
    """One dispute."""

    request: int
    jobid: int
    details: Record = field(factory=dict[str, Any], repr=False)
    """The body of the request that opened it."""
    resolved: int | None = None
    """Index of the request that resolved it."""


@frozen
class DeliveryStatus:
    """One delivery status that was reported."""

    request: int
    details: Record = field(factory=dict[str, Any], repr=False)
    """The body of the request: created_at, id, service."""


@frozen
class TransferReport:
    """One transfer report that was sent."""

    request: int
    batchid: str


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

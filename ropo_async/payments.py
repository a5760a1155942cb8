"""Registering payments, and the rule that says what an answer means."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from attrs import field, frozen

from ropo_async import codec
from ropo_async.errors import OutcomeUnknown, PaymentRejected, Phase
from ropo_async.operations import PAYMENT
from ropo_async.postings import Payment
from ropo_async.records import PaymentStatus

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from ropo_async._messages import Answer
    from ropo_async.records import PaymentReceipt
    from ropo_async.transport import Transport

__all__ = ["PaymentOutcome", "Payments", "expected_http_status", "payment_outcome"]


class PaymentOutcome(Enum):
    """What an answer says of a payment."""

    APPLIED = "applied"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


def expected_http_status(statusid: int) -> int:
    """Return the HTTP status that belongs to a payment's `statusid`: 201 for 6, 400 for every other.

    See https://dev.ropo.com/guides/basics/payment.
    """
    return 201 if statusid == PaymentStatus.OHISPAY else 400


def payment_outcome(http_status: int, statusid: int | None) -> PaymentOutcome:
    """Return what an answer means: the payment rule.

    An answer that keeps to the documented pairs is taken at its word. One that does not (201 without 6, 400 with 6, any
    other status, no readable `statusid`) contradicts itself, and what became of the money is unknown.

    Args:
        http_status: the answer's HTTP status.
        statusid: the answer's `statusid`, or None where it has no readable one.
    """
    if statusid is None or isinstance(statusid, bool) or expected_http_status(statusid) != http_status:
        return PaymentOutcome.UNKNOWN
    return PaymentOutcome.APPLIED if statusid == PaymentStatus.OHISPAY else PaymentOutcome.REJECTED


@frozen
class Payments:
    """The payments of one account."""

    _transport: Transport = field(repr=False)

    async def register(
        self,
        *,
        amount: Decimal | int,
        paydate: date,
        billcode: str | None = None,
        jobid: int | None = None,
        billnum: str | None = None,
        identifier: str | None = None,
        type: str | None = None,  # noqa: A002 - the API's own name
        creditnotebillnum: str | None = None,
        description: str | None = None,
    ) -> PaymentReceipt:
        """Register a payment that reached you and not Ropo. It is sent once.

        The API has no idempotency key. So this is sent again only where the first attempt provably took no effect: it
        never left this machine, or the server refused it with 401 or 429. It runs to its end even when the caller is
        cancelled.

        Args:
            amount: a finite Decimal or int, in the invoice's currency; sent digit for digit.
            paydate: the day on which the debtor paid.
            billcode: the invoice's reference, the preferred identifier. Exactly one of billcode, jobid, billnum.
            jobid: the job's number.
            billnum: the invoice number.
            identifier: what the payment is allocated to, such as `insurance`.
            type: the payment's type, such as `directpayment`.
            creditnotebillnum: the number of the credit note that it belongs to.
            description: free text.

        Returns:
            The receipt of a payment that is booked: the server answered 201, with `statusid` 6.

        Raises:
            InvalidInput: a value cannot be sent; nothing was.
            PaymentRejected: not booked; `.statusid` says why and `.conclusive` whether that settles the matter.
            OutcomeUnknown: it may be booked. Look with `status_updates.of_invoice` before registering it again.
            StatusError: refused for another reason, not booked.
            TransportError: it never left this machine, not booked.

        See https://dev.ropo.com/guides/basics/payment.
        """
        payment = Payment(
            amount=amount,
            paydate=paydate,
            billcode=billcode,
            jobid=jobid,
            billnum=billnum,
            identifier=identifier,
            type=type,
            creditnotebillnum=creditnotebillnum,
            description=description,
        )
        return await self._transport.send(codec.payment_request(payment.fields()), read_outcome)

    @property
    def longest(self) -> float:
        """Seconds that one call takes at most, all its attempts and waits included."""
        return self._transport.timeouts.total_of(PAYMENT)

    async def ask(self, payment: Payment) -> Answer:
        """Send `payment` and return the answer as it came, for what stores it before it reads it: the ledger."""
        return await self._transport.send(codec.payment_request(payment.fields()), as_it_came)


def read_outcome(answer: Answer) -> PaymentReceipt:
    """Return the receipt of a booked payment, or raise what else the answer means."""
    return outcome_of(answer, codec.read_receipt(answer))


def outcome_of(answer: Answer, receipt: PaymentReceipt | None) -> PaymentReceipt:
    """Return `receipt` where the payment rule says that it is booked, or raise what else the answer means."""
    statusid = None if receipt is None else receipt.statusid
    outcome = payment_outcome(answer.status, statusid)
    if receipt is not None and statusid is not None and outcome is not PaymentOutcome.UNKNOWN:
        if outcome is PaymentOutcome.APPLIED:
            return receipt
        raise PaymentRejected(
            answer.operation.name,
            answer.status,
            statusid=statusid,
            receipt=receipt,
            headers=answer.headers,
            body=answer.body,
            vendor_text=receipt.statustext,
        )
    if answer.status == 400 and statusid is None and codec.read_vendor_error(answer) is not None:
        raise codec.status_error(answer)  # the request itself was refused
    raise OutcomeUnknown(answer.operation.name, Phase.RECEIVED_PARTIAL, check=answer.operation.check)


def as_it_came(answer: Answer) -> Answer:
    """Return an answer that somebody else will read."""
    return answer

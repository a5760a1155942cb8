"""Registering payments, and the rule that says what an answer means."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import asdict, field, frozen

from ropo_async import codec
from ropo_async.errors import InvalidInput, OutcomeUnknown, PaymentRejected, Phase
from ropo_async.operations import PAYMENT
from ropo_async.records import PaymentStatus

if TYPE_CHECKING:
    from ropo_async._messages import Answer
    from ropo_async.records import PaymentReceipt
    from ropo_async.transport import Transport

__all__ = ["Payment", "PaymentOutcome", "Payments", "expected_http_status", "payment_outcome"]

LOOKUP_ORDER = ("billcode", "jobid", "billnum")


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


def _is_amount(_: object, attribute: Any, amount: Any) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise InvalidInput(f"{attribute.name} must be a Decimal or an int; a float cannot hold cents exactly")
    if not Decimal(amount).is_finite() or abs(Decimal(amount).adjusted()) > 15:
        raise InvalidInput(f"{attribute.name} must be a finite amount of ordinary size")


def _is_date(_: object, attribute: Any, day: Any) -> None:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise InvalidInput(f"{attribute.name} must be a datetime.date without a time")


def _is_text(_: object, attribute: Any, text: object) -> None:
    if text is not None and (not isinstance(text, str) or not text.strip()):
        raise InvalidInput(f"{attribute.name} must be text, and not empty")


def _is_jobid(_: object, attribute: Any, jobid: object) -> None:
    if jobid is not None and (isinstance(jobid, bool) or not isinstance(jobid, int) or jobid <= 0):
        raise InvalidInput(f"{attribute.name} must be a positive int")


def _text() -> Any:
    return field(default=None, validator=_is_text, repr=False)


@frozen(kw_only=True)
class Payment:
    """A payment to register, checked. The names are the API's own.

    Raises:
        InvalidInput: a value is missing, of the wrong kind, or there is not exactly one identifier.
    """

    amount: Decimal | int = field(validator=_is_amount, repr=False)
    """In the invoice's currency; goes out digit for digit."""
    paydate: date = field(validator=_is_date)
    """The day on which the debtor paid."""
    billcode: str | None = _text()
    """The invoice's reference: the preferred identifier."""
    jobid: int | None = field(default=None, validator=_is_jobid)
    """The job's number, another identifier."""
    billnum: str | None = _text()
    """The invoice number, a third identifier."""
    identifier: str | None = _text()
    """Steers what the payment is allocated to. No identifier of the invoice."""
    type: str | None = _text()
    """The payment's type, such as `directpayment`."""
    creditnotebillnum: str | None = _text()
    """The number of the credit note that it belongs to."""
    description: str | None = _text()

    def __attrs_post_init__(self) -> None:
        given = [name for name in LOOKUP_ORDER if getattr(self, name) is not None]
        if len(given) != 1:
            found = f"{' and '.join(given)} are given" if given else "none is given"
            order = ", then ".join(LOOKUP_ORDER)
            raise InvalidInput(
                f"a payment takes exactly one of {', '.join(LOOKUP_ORDER)}: {found}. "
                f"The server would look for {order}, and book on the first that it finds",
            )

    def fields(self) -> dict[str, Any]:
        """Return what goes out, values as JSON has them."""
        given: dict[str, Any] = {name: value for name, value in asdict(self).items() if value is not None}
        return {**given, "amount": Decimal(self.amount), "paydate": self.paydate.isoformat()}


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


def read_outcome(answer: Answer) -> PaymentReceipt:
    """Return the receipt of a booked payment, or raise what else the answer means."""
    receipt = codec.read_receipt(answer)
    statusid = None if receipt is None else receipt.statusid
    outcome = payment_outcome(answer.status, statusid)
    if receipt is not None and statusid is not None and outcome is not PaymentOutcome.UNKNOWN:
        if outcome is PaymentOutcome.APPLIED:
            return receipt
        raise PaymentRejected(
            PAYMENT.name,
            answer.status,
            statusid=statusid,
            receipt=receipt,
            headers=answer.headers,
            body=answer.body,
            vendor_text=receipt.statustext,
        )
    if answer.status == 400 and receipt is None and codec.read_vendor_error(answer) is not None:
        raise codec.status_error(answer)  # the request itself was refused
    raise OutcomeUnknown(PAYMENT.name, Phase.RECEIVED_PARTIAL, check=PAYMENT.check)

"""Registering credit notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from ropo_async import codec
from ropo_async.payments import as_it_came, outcome_of
from ropo_async.postings import CreditNote

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from ropo_async._messages import Answer
    from ropo_async.records import PaymentReceipt
    from ropo_async.transport import Transport

__all__ = ["CreditNotes"]


@frozen
class CreditNotes:
    """The credit notes of one account."""

    _transport: Transport = field(repr=False)

    async def register(
        self,
        *,
        amount: Decimal | int,
        date: date,
        billcode: str | None = None,
        jobid: int | None = None,
        billnum: str | None = None,
        type: str | None = None,  # noqa: A002 - the API's own name
        creditnotebillnum: str | None = None,
        description: str | None = None,
    ) -> PaymentReceipt:
        """Register a credit note for an invoice. It is sent once, under the same care as `payments.register`.

        Args:
            amount: a finite Decimal or int, in the invoice's currency; sent digit for digit.
            date: the day of the credit note.
            billcode: the invoice's reference, the preferred identifier. Exactly one of billcode, jobid, billnum.
            jobid: the job's number.
            billnum: the invoice number.
            type: its type, such as `allocated`.
            creditnotebillnum: the number of the credit note itself.
            description: free text.

        Returns:
            What the server says of a credit note that it took. That answer is not documented: presumably it is that of
            a payment, and any field may be None.

        Raises:
            InvalidInput: a value cannot be sent; nothing was.
            PaymentRejected: not booked; the answer holds a `statusid` other than 6.
            OutcomeUnknown: it may be booked. Look with `status_updates.of_invoice` before registering it again.
            StatusError: refused for another reason, not booked.
            TransportError: it never left this machine, not booked.

        See https://dev.ropo.com/guides/basics/credit-note.
        """
        note = CreditNote(
            amount=amount,
            date=date,
            billcode=billcode,
            jobid=jobid,
            billnum=billnum,
            type=type,
            creditnotebillnum=creditnotebillnum,
            description=description,
        )
        return await self._transport.send(codec.credit_note_request(note.fields()), read_outcome)

    async def ask(self, note: CreditNote) -> Answer:
        """Send `note` and return the answer as it came, for what stores it before it reads it: the ledger."""
        return await self._transport.send(codec.credit_note_request(note.fields()), as_it_came)


def read_outcome(answer: Answer) -> PaymentReceipt:
    """Return what the server says of a booked credit note, or raise what else the answer means."""
    receipt = codec.read_credit_receipt(answer)
    if answer.status == 201 and receipt is not None and receipt.statusid is None and not receipt.extra.get("statusid"):
        return receipt
    return outcome_of(answer, receipt)

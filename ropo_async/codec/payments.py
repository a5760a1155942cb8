"""Payments and credit notes: amounts go out digit for digit; of a receipt only `statusid` has to be readable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ropo_async import operations
from ropo_async._body import plain
from ropo_async._reader import UNREADABLE, Reader, read_object
from ropo_async.codec._leniently import sorted_out
from ropo_async.codec._requests import request
from ropo_async.errors import DecodeError
from ropo_async.records import PaymentReceipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async._messages import Answer, Request

__all__ = ["credit_note_request", "payment_request", "read_credit_receipt", "read_receipt"]

_receipts = Reader(PaymentReceipt)


def payment_request(fields: Mapping[str, Any]) -> Request:
    """Register a payment; the amount goes out digit for digit."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import JobAddPayment

    return request(operations.PAYMENT, jobs.jobs_add_payment_action_request(body=JobAddPayment.from_dict(fields)))


def credit_note_request(fields: Mapping[str, Any]) -> Request:
    """Register a credit note; the amount goes out digit for digit."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import JobAddCreditNote

    built = jobs.jobs_add_credit_note_action_request(body=JobAddCreditNote.from_dict(fields))
    return request(operations.CREDIT_NOTE, built)


def read_credit_receipt(answer: Answer) -> PaymentReceipt | None:
    """Return what the answer says of a credit note: as of a payment, where `statusid` need not be there.

    What is answered is not documented. None is what is no JSON object, and not empty either.
    """
    try:
        body = plain(answer)
        content = read_object(body) if body.strip() else {}
    except (DecodeError, *UNREADABLE):
        return None
    return _receipt(content, body)


def read_receipt(answer: Answer) -> PaymentReceipt | None:
    """Return what the answer says of a payment, or None where it says nothing of one.

    Only `statusid` has to be readable; a value beside it that is not stays in `extra`.
    """
    try:
        body = plain(answer)
        content = read_object(body)
    except (DecodeError, *UNREADABLE):
        return None
    if "statusid" not in content:
        return None
    return _receipt(content, body)


def _receipt(content: Mapping[str, Any], body: bytes) -> PaymentReceipt:
    known, extra = sorted_out(content, _receipts.converters)
    return PaymentReceipt(**known, extra=extra, raw=body)

"""Invoices as pure values: what a dataset becomes, how it changes, and what `GET /jobs` tells of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from ropo_async.simulator.books import ZERO, Invoice
from ropo_async.simulator.values import is_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.simulator.books import Record

__all__ = ["invoice_of", "job_info", "made_up", "merged", "reference", "total_of"]

NONE: Final = -1
ON_HOLD: Final = 100
REMINDER_AFTER: Final = timedelta(days=14)
"""After the due date, where the dataset says nothing; the vendor's own terms are not published."""

STATUSES: Final[Mapping[int, str]] = MappingProxyType(
    {
        NONE: "",
        0: "Invoicing",
        1: "Reminder",
        2: "Collection",
        ON_HOLD: "On hold",
        300: "Printing",
        301: "Mailing",
        602: "Sub-invoice",
    }
)
_NEXT: Final[Mapping[int, int]] = MappingProxyType({0: 1, 1: 2})

_LIMIT: Final = Decimal(10) ** 12

_COPIED: Final = [
    "address",
    "addressaddline1",
    "addressaddline2",
    "city",
    "company",
    "country",
    "custnum",
    "govid",
    "person",
    "postcode",
    "vatid",
]


def reference(number: int) -> str:
    """Append the check digit of a Finnish reference number: weights 7, 3, 1 from the right."""
    total = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(str(number))))
    return f"{number}{-total % 10}"


def made_up(day: date, amount: Decimal) -> Record:
    """Make the dataset of an invoice that a test adds without one."""
    return {
        "jobtype": 0,
        "customertype": 2,
        "person": "Matti Esimerkki",
        "address": "Esimerkkikatu 1",
        "postcode": "00100",
        "city": "HELSINKI",
        "billdate": day.isoformat(),
        "paydate": (day + timedelta(days=14)).isoformat(),
        "amount": amount,
        "payrow": [{"desc": "Esimerkki", "count": 1, "amount": amount, "taxpr": 0}],
    }


def invoice_of(jobid: int, dataset: Record, day: date, request: int | None = None) -> Invoice:
    """Return what a dataset becomes, all of it open; a cash bill and a refund have nothing open."""
    amount = total_of(dataset)
    nothing_open = amount < 0 or str(dataset.get("cashbill")) == "1"
    return Invoice(
        jobid=jobid,
        billnum=dataset.get("billnum") or str(jobid),
        billcode=dataset.get("billcode") or reference(jobid),
        amount=amount,
        capital=ZERO if nothing_open else amount,
        dataset=dataset,
        original=dataset,
        received=day.isoformat(),
        request=request,
    )


def merged(invoice: Invoice, changes: Record) -> Invoice:
    """Return an invoice with the fields that were sent in place of its own; a new total changes what is open."""
    dataset = invoice.dataset | changes
    amount = total_of(dataset) if {"amount", "totalamount", "payrow"} & changes.keys() else invoice.amount
    return evolve(
        invoice,
        dataset=dataset,
        billnum=dataset.get("billnum") or invoice.billnum,
        billcode=dataset.get("billcode") or invoice.billcode,
        amount=amount,
        capital=max(invoice.capital + amount - invoice.amount, ZERO),
    )


def job_info(invoice: Invoice) -> Record:
    """Return what `GET /jobs` tells; what does not apply is left out."""
    now, original = invoice.dataset, invoice.original
    jobtype, status, following = int(original["jobtype"]), _status(invoice), _next(invoice)
    due, first_due = now.get("paydate") or "", original.get("paydate") or ""
    info: Record = {name: now[name] for name in _COPIED if now.get(name) is not None}
    info |= {
        "accountdate": now.get("accountdate") or invoice.received,
        "billcode": invoice.billcode,
        "billnum": invoice.billnum,
        "currentpaydate": due,
        "currentstatus": status,
        "currentstatustext": STATUSES.get(status, ""),
        "jobid": invoice.jobid,
        "nextstatus": following,
        "nextstatusdate": _reminder(now) if following != NONE else "",
        "nextstatustext": STATUSES.get(following, ""),
        "origjobdate": invoice.received,
        "origjobtext": STATUSES.get(jobtype, ""),
        "origjobtype": jobtype,
        "paydate": first_due,
        "reference": invoice.billcode,
    }
    return info | ({"refundtojobid": int(now["refundtojobid"])} if now.get("refundtojobid") else {})


def total_of(dataset: Record) -> Decimal:
    """Return what is billed: the total that was told, or that of the rows."""
    told = _sum_in(dataset, "amount", "totalamount")
    return sum(map(_row_total, dataset.get("payrow") or ()), ZERO) if told is None else told


def _sum_in(fields: Mapping[str, Any], *names: str) -> Decimal | None:
    return next((Decimal(fields[name]) for name in names if fields.get(name) is not None), None)


def _row_total(row: Mapping[str, Any]) -> Decimal:
    told = _sum_in(row, "totalamount")
    if told is not None:
        return told
    count, price, taxpr = (_sum_in(row, name) for name in ("count", "amount", "taxpr"))
    with_tax = (Decimal(1) if count is None else count) * (price or ZERO) * (1 + (taxpr or ZERO) / 100)
    # What is too large for cents is refused as a sum, so it may stay as it is.
    return with_tax.quantize(ZERO, ROUND_HALF_UP) if abs(with_tax) < _LIMIT else with_tax


def _status(invoice: Invoice) -> int:
    # The list of statuses is not published; the two known ones have the numbers of their jobtypes.
    return ON_HOLD if str(invoice.dataset.get("putonhold")) == "1" else int(invoice.original["jobtype"])


def _next(invoice: Invoice) -> int:
    rests = invoice.open <= 0 or invoice.cancelled or invoice.disputed or str(invoice.dataset.get("sensible")) == "1"
    return NONE if rests else _NEXT.get(_status(invoice), NONE)


def _reminder(dataset: Record) -> str:
    """Tell when the next status comes."""
    due = dataset.get("paydate") or ""
    after_due = (date.fromisoformat(due) + REMINDER_AFTER).isoformat() if is_day(due) else ""
    return dataset.get("noticedate") or after_due

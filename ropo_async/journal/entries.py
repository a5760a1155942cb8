"""What a status update is told apart by. Pure."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from ropo_async._reader import UNREADABLE, read_object
from ropo_async._steps import STEP, at_once
from ropo_async._values import storable, text
from ropo_async.journal.values import Entry, Unreadable

if TYPE_CHECKING:
    from decimal import Decimal

    from ropo_async._steps import Steps
    from ropo_async.iopole.records import InvoiceStatus, StatusList
    from ropo_async.records import Page, StatusUpdate, Undecoded

__all__ = ["entries_of", "entry_of", "entry_steps", "status_entries_of", "status_entry_of", "unreadable_of"]

_encoder = msgspec.json.Encoder()
_blank = blake2b(digest_size=16)


def entry_of(update: StatusUpdate) -> Entry:
    """Return the journal's entry of an update."""
    digest = _hash(update)
    key = _key(update.statustype, update.statusid) if update.statusid is not None else f"content:{digest.hex()}"
    return Entry(
        key,
        digest,
        update.raw,
        update.statustime.date() if update.statustime is not None else None,
        None if update.billnum is None else storable(update.billnum),
        update.openamount is not None and update.openamount > 0,
    )


def unreadable_of(record: Undecoded) -> Unreadable:
    """Return the journal's form of a record that cannot be read, under its own id where at least that can be."""
    try:
        content = read_object(record.raw)
        kind, statusid = text(content.get("statustype")), text(content.get("statusid"))
    except UNREADABLE:
        kind = statusid = None
    key = f"raw:{_digest(record.raw).hex()}" if statusid is None else _key(kind, statusid)
    return Unreadable(key, record.raw, record.reason)


def entries_of(page: Page) -> tuple[list[Entry], list[Unreadable]]:
    """Return what a page brings."""
    return at_once(entry_steps(page))


def entry_steps(page: Page) -> Steps[tuple[list[Entry], list[Unreadable]]]:
    """Do what `entries_of` does, in steps of a millisecond or less."""
    entries = list[Entry]()
    for start in range(0, len(page.updates), STEP):
        if start:
            yield
        entries += map(entry_of, page.updates[start : start + STEP])
    return entries, [unreadable_of(record) for record in page.undecoded]


def status_entry_of(status: InvoiceStatus) -> Entry:
    """Return the journal's entry of a status of Iopole's, whose `raw` must name its invoice."""
    reasons = [(rejection.reason, rejection.message) for rejection in status.rejections]
    date = None if status.date is None else status.date.isoformat()
    # Not the label and the French code, which are taken from more than one place and from a table of ours.
    parts = (status.invoice_id, date, status.code, status.dest_type, status.message, reasons)
    digest = _digest(_encoder.encode(parts))
    return Entry(
        f"content:{digest.hex()}" if status.status_id is None else storable(f"id:{status.status_id}"),
        digest,
        status.raw,
        None if status.date is None else status.date.date(),
        None if status.invoice_id is None else storable(status.invoice_id),
    )


def status_entries_of(statuses: StatusList) -> tuple[list[Entry], list[Unreadable]]:
    """Return what an answer with unseen statuses brings."""
    return [status_entry_of(status) for status in statuses], [_unreadable(record) for record in statuses.undecoded]


def _unreadable(record: Undecoded) -> Unreadable:
    # By its bytes, whatever id it may have: as long as nobody can read it, other bytes are another record.
    return Unreadable(f"raw:{_digest(record.raw).hex()}", record.raw, record.reason)


def _key(statustype: str | None, statusid: str) -> str:
    return storable(f"id:{statustype or ''}:{statusid}")


def _hash(update: StatusUpdate) -> bytes:
    """Return a hash of what does not change by itself: amounts that are open "now" are not of it, nor new fields.

    A field that the vendor adds, or that a later version of this library learns to read, must not make news of what was
    delivered long ago.
    """
    parts = (
        update.jobid,
        update.billnum,
        update.statustype,
        update.statustime,
        update.statuscode,
        update.statusref,
        update.statustext,
        update.paydate,
        _number(update.amount),
    )
    # As JSON what is absent differs from every text, and no text can run into its neighbour.
    return _digest(_encoder.encode(parts))


def _number(amount: Decimal | None) -> str | None:
    """Return an amount's digits without zeros at the end: 10.5 and 10.50 are the same money."""
    if amount is None:
        return None
    digits = str(amount)
    if "E" in digits:
        digits = format(amount, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits == "-0" else digits


def _digest(content: bytes) -> bytes:
    digest = _blank.copy()  # in less than half the time that making one takes
    digest.update(content)
    return digest.digest()

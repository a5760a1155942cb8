"""Iopole: statuses in all the makes that its answers have had, each read on its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from ropo_async._body import plain, split
from ropo_async._reader import UNREADABLE, read_object
from ropo_async._values import integer, is_visible
from ropo_async.auth import Grant
from ropo_async.codec import _iopole_status as one
from ropo_async.codec._leniently import reason_of
from ropo_async.codec._requests import encode, request
from ropo_async.errors import DecodeError
from ropo_async.iopole import operations
from ropo_async.iopole.records import InvoiceStatus, StatusList
from ropo_async.records import Undecoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ropo_async._messages import Answer, Request

__all__ = [
    "history_request",
    "read_done",
    "read_feed",
    "read_grant",
    "read_history",
    "read_record",
    "read_unseen",
    "seen_request",
    "status_ids",
    "token_request",
    "unseen_request",
]

_LONGEST = 10 * 366 * 24 * 3600
"""Seconds beyond which no token's life is believed."""


def token_request(client_id: str, client_secret: str, scope: str | None) -> Request:
    """Ask for a token."""
    from ropo_async_generated.iopole_api.api import auth
    from ropo_async_generated.iopole_api.models import TokenRequest

    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    body = TokenRequest.from_dict(form | ({"scope": scope} if scope else {}))
    return request(operations.TOKEN, auth.get_token_request(body=body))


def history_request(invoice_id: UUID, customer_id: UUID | None) -> Request:
    """Read all statuses of an invoice."""
    from ropo_async_generated.iopole_api.api import status

    return request(operations.HISTORY, status.search_status_by_id_request(invoice_id, **_customer(customer_id)))


def unseen_request(customer_id: UUID | None) -> Request:
    """Read the statuses not yet marked as seen."""
    from ropo_async_generated.iopole_api.api import status

    return request(operations.UNSEEN, status.search_status_notseen_request(**_customer(customer_id)))


def seen_request(status_id: UUID, customer_id: UUID | None) -> Request:
    """Mark one status as seen."""
    from ropo_async_generated.iopole_api.api import status

    return request(operations.SEEN, status.mark_status_as_seen_request(status_id, **_customer(customer_id)))


def _customer(customer_id: UUID | None) -> dict[str, Any]:
    return {} if customer_id is None else {"customer_id": customer_id}


def read_grant(answer: Answer) -> Grant:
    """Return the token of a login, and for how long it is good: by the answer alone, or it is not kept."""
    try:
        content = read_object(plain(answer))
    except (DecodeError, *UNREADABLE):
        content = {}
    token = content.get("access_token")
    if not isinstance(token, str) or not is_visible(token):
        raise DecodeError(answer.operation.name, "there is no token in it", raw=b"")  # what is in it may be a secret
    return Grant(token, _seconds(content.get("expires_in")))


def _seconds(told: Any) -> float:
    try:
        seconds = integer(told) or 0
    except (ValueError, ArithmeticError):
        return 0.0
    return float(seconds) if 0 < seconds <= _LONGEST else 0.0


def read_done(answer: Answer) -> None:
    """Take what says that something was done: nothing, or an object that is of no further use.

    Raises:
        DecodeError: it is something else, such as a page for people.
    """
    body = plain(answer)
    if answer.status == 204 or not body.strip():
        return
    try:
        read_object(body)
    except UNREADABLE:
        raise DecodeError(answer.operation.name, "it is no JSON object", raw=answer.body) from None


def read_history(answer: Answer) -> StatusList:
    """Return the statuses that a history has. A single object is a list of one.

    Raises:
        DecodeError: it is neither a list nor a status.
    """
    return _read(answer, _alone, one.read_status)


def read_unseen(answer: Answer) -> StatusList:
    """Return the unseen statuses of all invoices. One that has no id cannot be marked, so it counts as unreadable.

    Raises:
        DecodeError: it is neither a list nor a status.
    """
    return _read(answer, _grouped, _markable)


def read_feed(answer: Answer) -> StatusList:
    """Return the unseen statuses of all invoices for a journal, which keeps each one's `raw` and reads it alone later.

    So each names its invoice. One without an id is a status all the same.

    Raises:
        DecodeError: it is neither a list nor a status.
    """
    return _read(answer, _placed, _said)


def read_record(record: bytes) -> InvoiceStatus:
    """Return the status in `record`, one JSON object that `read_feed` gave.

    Raises:
        DecodeError: it cannot be read.
    """
    try:
        return _said(record, None)
    except UNREADABLE as error:
        raise DecodeError(operations.UNSEEN.name, reason_of(error), raw=record) from None


def status_ids(statuses: StatusList) -> list[UUID]:
    """Return the ids by which statuses can be marked, each once; also of unreadable ones, where they can be told."""
    told = (*(status.status_id for status in statuses), *(_id_in(entry.raw) for entry in statuses.undecoded))
    return list(dict.fromkeys(UUID(text) for text in told if one.is_id(text)))


def _id_in(record: bytes) -> Any:
    try:
        content = read_object(record)
    except UNREADABLE:
        return None
    return content.get("statusId") or content.get("indentifier")


def _read(
    answer: Answer,
    parts: Callable[[bytes], Iterator[tuple[bytes, Any]]],
    read: Callable[[bytes, Any], InvoiceStatus],
) -> StatusList:
    """Return what `read` makes of the `parts` of every entry: statuses, each with the invoice that its place tells."""
    found, undecoded, count = list[InvoiceStatus](), list[Undecoded](), 0
    for index, entry in enumerate([] if answer.status == 204 else _entries(answer)):
        try:
            for part, invoice in parts(entry):
                count += 1
                try:
                    found.append(read(part, invoice))
                except UNREADABLE as error:
                    undecoded.append(Undecoded(index, part, reason_of(error)))
        except UNREADABLE as error:
            count += 1
            undecoded.append(Undecoded(index, entry, reason_of(error)))
    return StatusList(found, undecoded, entries=count)


_LIST, _END = re.compile(rb"\s*\["), re.compile(rb"\s*")
_ENTRY = {"statusId", "indentifier", "status", "code", "newStatus", "newstatus"}
_body: msgspec.json.Decoder[list[msgspec.Raw] | dict[str, msgspec.Raw]] = msgspec.json.Decoder(
    list[msgspec.Raw] | dict[str, msgspec.Raw]
)


def _entries(answer: Answer) -> list[bytes]:
    body = plain(answer)
    try:
        content = _body.decode(body)
    except UNREADABLE:
        entries, whole = split(body, _LIST, _END)
        if not whole:
            raise DecodeError(answer.operation.name, "it is no whole list of statuses", raw=answer.body) from None
        return entries
    if not isinstance(content, dict):
        return [bytes(entry) for entry in content]
    if not content.keys() & _ENTRY:
        raise DecodeError(answer.operation.name, "it is no list of statuses", raw=answer.body)
    return [body]


_group = msgspec.json.Decoder(dict[str, msgspec.Raw])
_statuses = msgspec.json.Decoder(list[msgspec.Raw] | dict[str, msgspec.Raw] | None)


def _alone(entry: bytes) -> Iterator[tuple[bytes, Any]]:
    yield entry, None


def _grouped(entry: bytes) -> Iterator[tuple[bytes, Any]]:
    """Go through the unseen statuses of one invoice; the key is written in two ways."""
    try:
        group = _group.decode(entry)
    except UNREADABLE:
        yield from _torn(entry)
        return
    lists = [bytes(value) for key, value in group.items() if key.lower() == "newstatus"]
    if not lists:
        yield entry, None
    invoice: Any = msgspec.json.decode(group["invoiceId"]) if "invoiceId" in group else None
    for raw in lists:
        statuses = _statuses.decode(raw)
        for status in [raw] if isinstance(statuses, dict) else statuses or ():
            yield bytes(status), invoice


_INVOICE = rb'\s*"invoiceId"\s*:\s*"([\w-]*)"\s*'
_GROUP = re.compile(rb"\s*\{(?:" + _INVOICE + rb',)?\s*"new[sS]tatus"\s*:\s*\[')
_GROUP_END = re.compile(rb"\s*(?:," + _INVOICE + rb")?\}\s*")
_AFTER = re.compile(rb"\]\s*," + _INVOICE + rb"\}\s*\Z")


def _torn(entry: bytes) -> Iterator[tuple[bytes, Any]]:
    """Go through a group in which something is no JSON: the others in it are to be had all the same."""
    parts, whole = split(entry, _GROUP, _GROUP_END)
    if not whole:
        raise ValueError("expected the statuses of an invoice")
    told = [found[1] for found in (_GROUP.match(entry), _AFTER.search(entry)) if found and found[1]]
    yield from ((part, told[0].decode("ascii", "replace") if told else None) for part in parts)


def _placed(entry: bytes) -> Iterator[tuple[bytes, Any]]:
    """Go through the unseen statuses of one invoice, each of which says whose it is."""
    yield from ((_with_invoice(part, invoice), None) for part, invoice in _grouped(entry))


def _with_invoice(part: bytes, invoice: Any) -> bytes:
    try:
        content = _group.decode(part)
    except UNREADABLE:
        return part
    if not isinstance(invoice, str) or bytes(content.get("invoiceId", b"null")) not in {b"null", b'""'}:
        return part
    # Of two members of one name the last one counts.
    member = encode({"invoiceId": invoice})[1:]
    return part.rstrip()[:-1] + (b"," if content else b"") + member


def _said(entry: bytes, invoice: Any) -> InvoiceStatus:
    status = one.read_status(entry, invoice)
    if status.status_id is None and status.code is None:
        raise ValueError("expected a status, with an id or a code")
    return status


def _markable(entry: bytes, invoice: Any) -> InvoiceStatus:
    status = one.read_status(entry, invoice)
    if not one.is_id(status.status_id):
        raise ValueError("expected an id, as a UUID")
    return status

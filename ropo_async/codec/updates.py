"""Status updates: read record by record, so that one that cannot be read costs itself alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ropo_async import operations
from ropo_async._body import plain, split
from ropo_async._reader import UNREADABLE, Reader
from ropo_async.codec._leniently import reason_of
from ropo_async.codec._requests import encode, request
from ropo_async.errors import DecodeError
from ropo_async.records import Page, StatusUpdate, Undecoded

if TYPE_CHECKING:
    from ropo_async._messages import Answer, Request

__all__ = ["poll_request", "read_page", "read_update", "reread_request", "salvage_page"]

_updates = Reader(StatusUpdate)


def poll_request() -> Request:
    """Take the next unrecorded status updates: the destructive read."""
    from ropo_async_generated.ropo_one_api.api import jobs

    return request(operations.POLL, jobs.jobs_get_status_updates_action_request())


def reread_request(**criterion: str) -> Request:
    """Read the status updates of a `date` or of a `billnum` again."""
    from ropo_async_generated.ropo_one_api.api import jobs

    return request(operations.REREAD, jobs.jobs_get_status_updates_action_request(**criterion))


def read_page(answer: Answer) -> Page | None:
    """Return the page that a status-updates answer carries, or None for 204.

    Raises:
        DecodeError: it is no list of status updates, so it cannot be vouched for.
    """
    if answer.status == 204:
        return None
    body = plain(answer)
    records = _whole(body)
    if records is None:
        records, complete = split(body)
        if not complete:
            raise DecodeError(answer.operation.name, "it is no whole list of status updates", raw=answer.body)
    return _page(records, answer.body, answer)


def salvage_page(answer: Answer) -> Page | None:
    """Return the whole records of an answer that broke off, or None where there is not one."""
    try:
        records, _ = split(plain(answer))
    except DecodeError:
        return None
    return _page(records, answer.body, answer) if records else None


def read_update(record: bytes) -> StatusUpdate:
    """Return the status update in `record`, one JSON object.

    Raises:
        DecodeError: it cannot be read.
    """
    try:
        return _updates.read(record)
    except UNREADABLE as error:
        raise DecodeError(operations.POLL.name, reason_of(error), raw=record) from None


class _Status(msgspec.Struct):
    status: list[msgspec.Raw] | dict[str, msgspec.Raw]


class _Envelope(msgspec.Struct):
    result: _Status


_envelope = msgspec.json.Decoder(_Envelope)


def _whole(body: bytes) -> list[bytes] | None:
    """Return the records of a sound body. One record alone may come without its list, as some XML bridges do it."""
    try:
        status = _envelope.decode(body).result.status
    except UNREADABLE:
        return None
    if isinstance(status, dict):
        return [encode(status)] if status.keys() & _updates.converters.keys() else None
    return [bytes(record) for record in status]


def _page(records: list[bytes], raw: bytes, answer: Answer) -> Page:
    updates, undecoded = list[StatusUpdate](), list[Undecoded]()
    for index, record in enumerate(records):
        try:
            updates.append(_updates.read(record))
        except UNREADABLE as error:
            undecoded.append(Undecoded(index, record, reason_of(error)))
    return Page(updates=tuple(updates), undecoded=tuple(undecoded), raw=raw, received_at=answer.received_at)

"""Status updates: read record by record, so that one that cannot be read costs itself alone."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from ropo_async import operations
from ropo_async._body import plain, split
from ropo_async._reader import UNREADABLE, Reader
from ropo_async._steps import STEP, at_once
from ropo_async._values import LEAST, MOST, decimal
from ropo_async.codec._leniently import reason_of
from ropo_async.codec._requests import encode, request
from ropo_async.errors import DecodeError
from ropo_async.records import Page, StatusUpdate, Undecoded

if TYPE_CHECKING:
    from ropo_async._messages import Answer, Request
    from ropo_async._steps import Steps

__all__ = ["page_steps", "poll_request", "read_page", "read_update", "reread_request", "salvage_page"]

_EMPTY = (b':""', b': ""')
"""Within JSON only a member with an empty text: a quote inside of a text has a backslash before it."""

leniently = Reader(StatusUpdate)
"""What reads a record that is not as documented; the slow way, which gives the same for every other one."""

_at_once = msgspec.json.Decoder(StatusUpdate).decode
_amounts = attrgetter(*(name for name, convert in leniently.converters.items() if convert is decimal))
_set = msgspec.structs.force_setattr


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
    return at_once(page_steps(answer))


def page_steps(answer: Answer) -> Steps[Page | None]:
    """Do what `read_page` does, in steps of a millisecond or less."""
    if answer.status == 204:
        return None
    body = plain(answer)
    records = _whole(body)
    if records is None:
        records, complete = split(body)
        if not complete:
            raise DecodeError(answer.operation.name, "it is no whole list of status updates", raw=answer.body)
    return (yield from _page(records, answer))


def salvage_page(answer: Answer) -> Page | None:
    """Return the whole records of an answer that broke off, or None where there is not one."""
    try:
        records, _ = split(plain(answer))
    except DecodeError:
        return None
    return at_once(_page(records, answer)) if records else None


def read_update(record: bytes) -> StatusUpdate:
    """Return the status update in `record`, one JSON object.

    Raises:
        DecodeError: it cannot be read.
    """
    try:
        return _read(record)
    except UNREADABLE as error:
        raise DecodeError(operations.POLL.name, reason_of(error), raw=record) from None


def _read(record: bytes) -> StatusUpdate:
    """Return the update in `record`: at once where it is as documented, which is nearly always, else field by field.

    Raises:
        one of UNREADABLE: it cannot be read.
    """
    for empty in _EMPTY:
        try:
            update = _at_once(record.replace(empty, b":null"))
        except UNREADABLE:
            continue
        for amount in _amounts(update):
            if amount is not None and not LEAST < amount < MOST:
                raise ValueError("expected a number of ordinary size")
        _set(update, "raw", record)
        return update
    return leniently.read(record)


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
        return [encode(status)] if status.keys() & leniently.converters.keys() else None
    return [bytes(record) for record in status]


def _page(records: list[bytes], answer: Answer) -> Steps[Page]:
    updates, undecoded = list[StatusUpdate](), list[Undecoded]()
    for start in range(0, len(records), STEP):
        if start:
            yield
        for index, record in enumerate(records[start : start + STEP], start):
            try:
                updates.append(_read(record))
            except UNREADABLE as error:
                undecoded.append(Undecoded(index, record, reason_of(error)))
    return Page(updates=tuple(updates), undecoded=tuple(undecoded), raw=answer.body, received_at=answer.received_at)

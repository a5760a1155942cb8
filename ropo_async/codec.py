"""Between bytes and values, both ways. Pure, and the only room that knows the generated code.

What goes out is built by the generated request builders. What comes in is read record by record, so that one that
cannot be read costs itself alone.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import msgspec
from attrs import frozen

from ropo_async import operations
from ropo_async._body import plain, split
from ropo_async._messages import Request
from ropo_async._reader import UNREADABLE, Reader, read_object
from ropo_async._values import is_visible
from ropo_async.errors import (
    AuthenticationError,
    BadRequest,
    DecodeError,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    StatusError,
)
from ropo_async.records import Page, PaymentReceipt, StatusUpdate, Undecoded
from ropo_async.retry import parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async._messages import Answer
    from ropo_async.operations import Operation

__all__ = [
    "VendorError",
    "payment_request",
    "poll_request",
    "read_page",
    "read_receipt",
    "read_token",
    "read_update",
    "read_vendor_error",
    "reread_request",
    "salvage_page",
    "status_error",
    "token_request",
]

_encoder = msgspec.json.Encoder(decimal_format="number")
_updates = Reader(StatusUpdate)
_receipts = Reader(PaymentReceipt)


# --- what goes out -------------------------------------------------------------------------------------------------


def token_request(cid: str, apicode: str) -> Request:
    """Ask for a token."""
    from ropo_async_generated.ropo_one_api.api import auth
    from ropo_async_generated.ropo_one_api.models import AuthLogin

    return _request(operations.TOKEN, auth.auth_token_action_request(body=AuthLogin(cid=cid, apicode=apicode)))


def poll_request() -> Request:
    """Take the next unrecorded status updates: the destructive read."""
    from ropo_async_generated.ropo_one_api.api import jobs

    return _request(operations.POLL, jobs.jobs_get_status_updates_action_request())


def reread_request(**criterion: str) -> Request:
    """Read the status updates of a `date` or of a `billnum` again."""
    from ropo_async_generated.ropo_one_api.api import jobs

    return _request(operations.REREAD, jobs.jobs_get_status_updates_action_request(**criterion))


def payment_request(fields: Mapping[str, Any]) -> Request:
    """Register a payment; the amount goes out digit for digit."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import JobAddPayment

    return _request(operations.PAYMENT, jobs.jobs_add_payment_action_request(body=JobAddPayment.from_dict(fields)))


def _request(operation: Operation, built: dict[str, Any]) -> Request:
    return Request(
        operation=operation,
        method=built["method"].upper(),
        path=built["url"],
        params=built.get("params", {}),
        headers=built.get("headers", {}),
        content=_encoder.encode(_exact(built["json"])) if "json" in built else None,
    )


def _exact(value: Any) -> Any:
    """Return `value` with its decimals written out digit for digit, never as `1E-7`."""
    if isinstance(value, dict):
        return {name: _exact(part) for name, part in cast("dict[str, Any]", value).items()}
    return msgspec.Raw(f"{value:f}".encode()) if isinstance(value, Decimal) else value


# --- what comes in -------------------------------------------------------------------------------------------------


def read_token(answer: Answer) -> str:
    """Return the token of a login."""
    try:
        token = read_object(plain(answer)).get("token")
    except (DecodeError, *UNREADABLE):
        token = None
    if not isinstance(token, str) or not is_visible(token):
        raise DecodeError(answer.operation.name, "there is no token in it", raw=b"")  # what is in it may be a secret
    return token


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
    known, extra = dict[str, Any](), dict[str, Any]()
    for name, raw in content.items():
        try:
            known[name] = _receipts.converters[name](raw)
        except (KeyError, ValueError):
            extra[name] = raw
    return PaymentReceipt(**known, extra=extra, raw=body)


@frozen
class VendorError:
    """What an error body says, in whichever of the vendor's shapes."""

    code: int | None = None
    text: str | None = None


_SHAPES = (
    ("errorId", "errorText"),
    ("Code", "Message"),
    ("status", "detail"),
    ("status", "title"),
    ("code", "error"),
    ("code", "commonerror"),
)


def read_vendor_error(answer: Answer) -> VendorError | None:
    """Return the vendor's own account of an error, or None where the body has none of the five known shapes."""
    try:
        content = read_object(plain(answer))
    except (DecodeError, *UNREADABLE):
        return None
    inner: Any = content.get("result")
    content = cast("dict[str, Any]", inner) if isinstance(inner, dict) else content
    for code_key, text_key in _SHAPES:
        text = content.get(text_key)
        if isinstance(text, str):
            code = content.get(code_key)
            return VendorError(code if isinstance(code, int) and not isinstance(code, bool) else None, text)
    return None


_KINDS: Mapping[int, type[StatusError]] = MappingProxyType(
    {
        400: BadRequest,
        401: AuthenticationError,
        403: PermissionDenied,
        404: NotFound,
        405: BadRequest,
        413: BadRequest,
        415: BadRequest,
        422: BadRequest,
        429: RateLimited,
    },
)


def status_error(answer: Answer) -> StatusError:
    """Return the error that an answer's status stands for, with what the vendor says of it."""
    kind = _KINDS.get(answer.status) or (ServerError if answer.status >= 500 else StatusError)
    vendor = read_vendor_error(answer) or VendorError()
    hint = {"retry_after": parse_retry_after(answer.headers)} if kind is RateLimited else {}
    return kind(
        answer.operation.name,
        answer.status,
        headers=answer.headers,
        body=answer.body,
        vendor_code=vendor.code,
        vendor_text=vendor.text,
        **hint,
    )


def read_update(record: bytes) -> StatusUpdate:
    """Return the status update in `record`, one JSON object.

    Raises:
        DecodeError: it cannot be read.
    """
    try:
        return _updates.read(record)
    except UNREADABLE as error:
        raise DecodeError(operations.POLL.name, _reason(error), raw=record) from None


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
        return [_encoder.encode(status)] if status.keys() & _updates.converters.keys() else None
    return [bytes(record) for record in status]


def _page(records: list[bytes], raw: bytes, answer: Answer) -> Page:
    updates, undecoded = list[StatusUpdate](), list[Undecoded]()
    for index, record in enumerate(records):
        try:
            updates.append(_updates.read(record))
        except UNREADABLE as error:
            undecoded.append(Undecoded(index, record, _reason(error)))
    return Page(updates=tuple(updates), undecoded=tuple(undecoded), raw=raw, received_at=answer.received_at)


def _reason(error: Exception) -> str:
    return next((words for kind, words in _REASONS.items() if isinstance(error, kind)), str(error))


_REASONS: Mapping[type[Exception], str] = MappingProxyType(
    {
        UnicodeDecodeError: "it is not UTF-8",
        RecursionError: "it is nested too deeply",
        ArithmeticError: "a number in it is none, or too long",
        msgspec.ValidationError: "a number in it is too long",
        msgspec.MsgspecError: "it is not JSON",
    },
)

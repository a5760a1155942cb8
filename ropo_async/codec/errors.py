"""Errors in the vendor's five shapes, and the exception that each status stands for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from ropo_async._body import plain
from ropo_async._reader import UNREADABLE, read_object
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
from ropo_async.retry import parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async._messages import Answer

__all__ = ["VendorError", "read_vendor_error", "status_error"]


@frozen
class VendorError:
    """What an error body says, in whichever of the vendor's shapes."""

    code: int | None = None
    text: str | None = None


_SHAPES = (
    ("code", "statusMessage"),  # Iopole's
    ("code", "error_description"),  # as OAuth has it
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

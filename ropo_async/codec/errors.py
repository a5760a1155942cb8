"""Errors in the vendors' shapes, and the exception that each status stands for."""

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
    from collections.abc import Iterator, Mapping

    from ropo_async._messages import Answer

__all__ = ["VendorError", "read_vendor_error", "status_error"]


@frozen
class VendorError:
    """What an error body says, in whichever of the vendors' shapes."""

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
    """Return the vendor's own account of an error, or None where the body has none of the known shapes.

    Where it says what is wrong with which value, as Iopole does in `details`, so does the text, a line for each.
    """
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
            said = "\n".join([text, *_details(content.get("details"))])
            return VendorError(code if isinstance(code, int) and not isinstance(code, bool) else None, said)
    return None


def _details(told: Any) -> Iterator[str]:
    """Yield what is wrong with each value, as `path: message (code)`; one that comes without its list counts, too."""
    for detail in cast("list[object]", told) if isinstance(told, list) else [told]:
        if isinstance(detail, dict):
            path, message, code = (
                _line(cast("dict[str, Any]", detail).get(key)) for key in ("path", "message", "code")
            )
            words = ": ".join(filter(None, (path, message)))
            if line := " ".join(filter(None, (words, code and f"({code})"))):
                yield line


def _line(told: Any) -> str:
    """Return a text, or the names and numbers of a path with points between them; nothing for what is neither."""
    parts = cast("list[object]", told) if isinstance(told, list) else [told]
    return ".".join(str(part) for part in parts if isinstance(part, str | int) and not isinstance(part, bool))


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

"""What an answer says, field by field: a value that cannot be read stays beside the others, as it came."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ropo_async._body import plain
from ropo_async._reader import UNREADABLE, read_object
from ropo_async.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async._messages import Answer
    from ropo_async._values import Converter

__all__ = ["content_of", "optional_content_of", "reason_of", "said_error", "sorted_out"]

_NOTHING = frozenset({b"", b"null", b"[]", b'""'})
"""How a body says nothing; `[]` is how PHP writes an object without members."""
_ERRORS = ("error", "commonerror", "errorText")


def content_of(answer: Answer) -> tuple[dict[str, Any], bytes]:
    """Return the JSON object that an answer carries, and its bytes.

    Raises:
        DecodeError: it carries none.
    """
    body = plain(answer)
    try:
        return read_object(body), body
    except UNREADABLE:
        raise DecodeError(answer.operation.name, "it is no JSON object", raw=answer.body) from None


def optional_content_of(answer: Answer) -> tuple[dict[str, Any], bytes]:
    """Return what an answer carries that has not much to say: an object, or nothing at all.

    Raises:
        DecodeError: it is neither, or it tells an error although its status says success.
    """
    body = plain(answer)
    content = {} if body.strip() in _NOTHING else content_of(answer)[0]
    if said_error(content) is not None:
        raise DecodeError(answer.operation.name, "its status says success, and its body an error", raw=answer.body)
    return content, body


def said_error(content: Mapping[str, Any]) -> str | None:
    """Return what an answer calls an error in so many words."""
    inner: Any = content.get("result")
    places = (content, cast("dict[str, Any]", inner)) if isinstance(inner, dict) else (content,)
    said = (place.get(name) for place in places for name in _ERRORS)
    return next((words for words in said if isinstance(words, str) and words.strip()), None)


def sorted_out(
    content: Mapping[str, Any], converters: Mapping[str, Converter]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields that are known and can be read, and all others as they came."""
    known, extra = dict[str, Any](), dict[str, Any]()
    for name, raw in content.items():
        try:
            known[name] = converters[name](raw)
        except (KeyError, ValueError, ArithmeticError):
            extra[name] = raw
    return known, extra


_REASONS: Mapping[type[Exception], str] = MappingProxyType(
    {
        UnicodeDecodeError: "it is not UTF-8",
        RecursionError: "it is nested too deeply",
        ArithmeticError: "a number in it is none, or too long",
        msgspec.ValidationError: "a number in it is too long",
        msgspec.MsgspecError: "it is not JSON",
    },
)


def reason_of(error: Exception) -> str:
    """Return why a record cannot be read, in words that do not show it; `error` is one of UNREADABLE."""
    return next((words for kind, words in _REASONS.items() if isinstance(error, kind)), str(error))

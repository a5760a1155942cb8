"""The body of an answer as bytes: without its coding, and cut into records that the codec then reads."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from ropo_async.errors import DecodeError

if TYPE_CHECKING:
    from ropo_async._messages import Answer

MAX_DECODED = 256 * 1024 * 1024
"""Bytes that a compressed answer may grow to."""

_BOM = b"\xef\xbb\xbf"
# What a western server may send in place of UTF-8; Python knows others that are no charsets at all.
_CHARSETS = {
    "iso-8859-1": "cp1252",  # as browsers read it
    "latin1": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
}
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


def plain(answer: Answer) -> bytes:
    """Return the body without its coding. None is ever asked for, but a proxy may add one."""
    coding = answer.headers.get("content-encoding", "identity").strip().lower() or "identity"
    body = answer.body if coding == "identity" else _inflated(answer, coding)
    charset = _charset(answer.headers.get("content-type", ""))
    if charset:
        # If that fails it is read as UTF-8, and what is not UTF-8 shows record by record.
        with suppress(LookupError, UnicodeError):
            body = body.decode(charset).encode()
    return body.removeprefix(_BOM)


def _charset(content_type: str) -> str | None:
    found = re.search(r"charset=\"?([\w.:-]+)", content_type, re.ASCII | re.IGNORECASE)
    return _CHARSETS.get(found[1].lower()) if found else None


def _inflated(answer: Answer, coding: str) -> bytes:
    bits = _WINDOW_BITS.get(coding)
    if bits is None:
        raise DecodeError(answer.operation.name, "its content coding is not known", raw=answer.body)
    inflater = zlib.decompressobj(bits)
    try:
        body = inflater.decompress(answer.body, MAX_DECODED)
    except zlib.error:
        raise DecodeError(answer.operation.name, "its compression is damaged", raw=answer.body) from None
    # An end that never came is a cut answer; the HTTP libraries take it for a whole one.
    if not inflater.eof or inflater.unused_data:
        raise DecodeError(answer.operation.name, "its compressed body is cut or too large", raw=answer.body)
    return body


_HEAD = re.compile(rb'\s*\{\s*"result"\s*:\s*\{\s*"status"\s*:\s*\[')
_TAIL = re.compile(rb"\s*\}\s*\}\s*")  # anything more might be records behind a bracket too many
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+("?)|[\[\]{},]', re.DOTALL)


def split(body: bytes, head: re.Pattern[bytes] = _HEAD, tail: re.Pattern[bytes] = _TAIL) -> tuple[list[bytes], bool]:
    """Cut a list of records into its whole records without reading them, and say whether the list was whole.

    `head` is what comes before the first record, the list's bracket included, and `tail` what follows its end: as of
    status updates, unless told otherwise.

    It knows of JSON only strings, brackets and commas, so a record with anything odd in it does not hide its
    neighbours.
    """
    begun = head.match(body)
    if begun is None:
        return [], False
    records: list[bytes] = []
    start, depth = begun.end(), 0
    for token in _TOKEN.finditer(body, start):
        match token[0][:1]:
            case b"{" | b"[":
                depth += 1
            case b"}" | b"]" if depth:
                depth -= 1
            case b"," if not depth:
                records.append(body[start : token.start()].strip())
                start = token.end()
            case b"]":
                last = body[start : token.start()].strip()
                return [*records, *([last] if last else [])], bool(tail.fullmatch(body, token.end()))
            case b'"' if not token[1]:  # a string without an end
                return records, False
            case _:
                pass
    rest = body[start:].strip()
    return [*records, *([rest] if not depth and rest.endswith(b"}") else [])], False

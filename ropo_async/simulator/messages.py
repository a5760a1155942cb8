"""What goes in and out: requests and answers as plain values, and JSON with exact numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec
from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EMPTY", "PAGE_START", "Answer", "Request", "common_error", "dumps", "json_answer", "loads", "page"]

PAGE_START: Final = b'{"result":{"status":['
"""How every page of status updates begins; faults that work on records look for it."""

_encoder: Final = msgspec.json.Encoder(decimal_format="number")
_decoder: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


@frozen
class Request:
    """One request as it was read; its repr leaves out what carries secrets and personal data."""

    index: int
    """Its place in `Truth.requests`."""
    method: str
    path: str
    """Decoded, without the query."""
    operation: str
    """Method and path below the prefix, such as `GET /jobs/statusupdates`, or `GET ../path` beside it."""
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    """By lower-case name; of repeated headers the last one."""
    body: bytes = field(default=b"", repr=False)


@frozen
class Answer:
    """One answer before it meets the socket."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    """Without the framing, which is added when it is sent."""
    body: bytes = field(default=b"", repr=False)


EMPTY: Final = Answer(204)


def dumps(value: object) -> bytes:
    """Encode as compact JSON: a `Decimal` keeps its own digits, a `msgspec.Raw` is copied as it is."""
    return _encoder.encode(value)


def loads(body: bytes) -> dict[str, Any]:
    """Decode a JSON object with its fractions as `Decimal`.

    Raises:
        ValueError: it is no JSON object, or one that cannot be read safely.
    """
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, ArithmeticError, RecursionError) as error:
        raise ValueError("not a JSON object") from error


def json_answer(status: int, value: object) -> Answer:
    """An answer that carries JSON."""
    return Answer(status, (("Content-Type", "application/json"),), dumps(value))


def common_error(text: str) -> Answer:
    """The refusal that most calls share."""
    return json_answer(400, {"result": {"commonerror": text}})


def page(records: list[dict[str, Any]]) -> Answer:
    """One page of status updates, or the empty answer where there are none."""
    return json_answer(200, {"result": {"status": records}}) if records else EMPTY

"""What goes in and out: requests and answers as plain values, and JSON with exact numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec
from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "EMPTY",
    "PAGE_START",
    "Answer",
    "Filling",
    "Refusal",
    "Request",
    "common_error",
    "dumps",
    "json_answer",
    "loads",
    "page",
]

PAGE_START: Final = b'{"result":{"status":['
"""How every page of status updates begins; faults that work on records look for it."""

_SPACES: Final = b" " * 65_536

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
class Filling:
    """Spaces in the middle of a body, which are there only while it is sent."""

    at: int
    """After how many bytes of the body they come."""
    size: int


@frozen
class Answer:
    """One answer before it meets the socket."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    """Without the framing, which is added when it is sent."""
    body: bytes = field(default=b"", repr=False)
    filling: Filling = Filling(0, 0)

    @property
    def length(self) -> int:
        """Bytes of the body with its filling."""
        return len(self.body) + self.filling.size

    def pieces(self, end: int | None = None) -> Iterator[bytes]:
        """Go through the body with its filling, up to byte `end`."""
        left = self.length if end is None else min(max(end, 0), self.length)
        for piece in self._parts():
            if left <= 0:
                return
            yield piece[:left]
            left -= len(piece)

    def solid(self) -> Answer:
        """Return the same with its filling made part of the body."""
        return evolve(self, body=b"".join(self._parts()), filling=Filling(0, 0)) if self.filling.size else self

    def _parts(self) -> Iterator[bytes]:
        at, size = self.filling.at, self.filling.size
        yield self.body[:at] if size else self.body
        if size:
            whole, rest = divmod(size, len(_SPACES))
            yield from (_SPACES for _ in range(whole))
            yield _SPACES[:rest] + self.body[at:]


class Refusal(Exception):
    """A request is not carried out; the answer says why."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.answer = json_answer(status, {"error": text})


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

"""Content faults: pure functions that turn the right answer into a wrong one."""

from __future__ import annotations

import gzip
import zlib
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Final

import msgspec
from attrs import evolve

from ropo_async.simulator.messages import PAGE_START, Answer, dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Rewrite = Callable[[Answer], Answer]

__all__ = [
    "encoded",
    "gzip_bomb",
    "gzip_cut",
    "odd_member",
    "prefixed",
    "record_replaced",
    "replaced",
    "single_record",
    "stacked",
    "unchanged",
    "with_header",
    "without_prefix",
]

_JSON: Final = (("Content-Type", "application/json"),)


def unchanged(answer: Answer) -> Answer:
    """Leave it alone."""
    return answer


def replaced(status: int | None, headers: Mapping[str, str] | None, body: bytes | None) -> Rewrite:
    """Put another status, headers or body in its place; `None` keeps what was there, if that is no empty answer."""

    def rewrite(answer: Answer) -> Answer:
        was = Answer(200, _JSON) if answer.status == 204 else answer
        return Answer(
            was.status if status is None else status,
            was.headers if headers is None else tuple(headers.items()),
            was.body if body is None else body,
        )

    return rewrite


def with_header(name: str, value: str) -> Rewrite:
    """Set one header."""

    def rewrite(answer: Answer) -> Answer:
        kept = (pair for pair in answer.headers if pair[0].lower() != name.lower())
        return evolve(answer, headers=(*kept, (name, value)))

    return rewrite


def prefixed(prefix: bytes) -> Rewrite:
    """Put bytes before the body."""
    return lambda answer: evolve(answer, body=prefix + answer.body)


def without_prefix(prefix: bytes) -> Rewrite:
    """Leave out the first bytes of the body, if they are these."""
    return lambda answer: evolve(answer, body=answer.body.removeprefix(prefix))


def odd_member(value: bytes) -> Rewrite:
    """Add a member `oddity` with this raw text to the first record, or to the object where there is no record."""
    member = b'"oddity":' + value

    def rewrite(answer: Answer) -> Answer:
        if not answer.body.startswith(b"{"):
            return Answer(200, _JSON, b"{" + member + b"}")
        start = PAGE_START + b"{" if answer.body.startswith(PAGE_START + b"{") else b"{"
        return evolve(answer, body=answer.body.replace(start, start + member + b",", 1))

    return rewrite


class _Records(msgspec.Struct):
    status: list[msgspec.Raw]


class _Page(msgspec.Struct):
    result: _Records


def record_replaced(index: int, text: bytes) -> Rewrite:
    """Put raw text in place of one record of a page; where there is no such record nothing changes."""

    def rewrite(answer: Answer) -> Answer:
        records = _records(answer)
        if index >= len(records):
            return answer
        records[index] = msgspec.Raw(text)
        return evolve(answer, body=dumps({"result": {"status": records}}))

    return rewrite


def single_record(answer: Answer) -> Answer:
    """Send the first record in place of the list of records."""
    records = _records(answer)
    return evolve(answer, body=dumps({"result": {"status": records[0]}})) if records else answer


def _records(answer: Answer) -> list[msgspec.Raw]:
    if not answer.body.startswith(PAGE_START):
        return []
    return msgspec.json.decode(answer.body, type=_Page).result.status


def encoded(encoding: str, encode: Callable[[bytes], bytes]) -> Rewrite:
    """Send the body under a Content-Encoding, made by `encode`."""

    def rewrite(answer: Answer) -> Answer:
        return evolve(with_header("Content-Encoding", encoding)(answer), body=encode(answer.body))

    return rewrite


def stacked(times: int) -> Rewrite:
    """Compress that many times over."""
    return encoded(", ".join(["gzip"] * times), lambda body: reduce(_compress, range(times), body))


def _compress(body: bytes, _: int) -> bytes:
    return gzip.compress(body, mtime=0)


def gzip_cut(body: bytes) -> bytes:
    """Compress and keep only the first half, with a Content-Length that agrees."""
    # A sync flush in the middle gives decoders something to accept: the half looks whole to the careless.
    packer = zlib.compressobj(wbits=31)
    half = len(body) // 2
    return packer.compress(body[:half]) + packer.flush(zlib.Z_SYNC_FLUSH)


def gzip_bomb(size: int) -> Callable[[bytes], bytes]:
    """Compress that many spaces, which are good JSON to nobody."""
    return lambda _: _bomb(size)


@lru_cache(maxsize=2)
def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(wbits=31)
    block = b" " * (1 << 20)
    whole, rest = divmod(size, len(block))
    parts = [packer.compress(block) for _ in range(whole)]
    return b"".join([*parts, packer.compress(block[:rest]), packer.flush()])

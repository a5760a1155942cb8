"""Ways to misbehave, as values: each one rewrites the answer, delivers it badly, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from ropo_async.simulator import deliveries, rewrites

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fault"]

_HTML = b"<!DOCTYPE html><html><head><title>%d</title></head><body><h1>Please try again later</h1></body></html>"


@frozen(eq=False)
class Fault:
    """One way to misbehave; make it with one of the functions below, script it with `Simulator.fail`."""

    name: str
    """As `Exchange.fault` shows it."""
    processed: bool = True
    """Whether the request takes effect first: a page recorded, a payment booked."""
    delivers: bool | None = False
    """Whether the client gets the right answer: `True` whole, `None` in part or damaged, `False` not at all."""
    endless: bool = False
    """It ends only when the client gives up."""
    on_accept: bool = False
    """It strikes before any request is read, so it belongs to a connection and to no operation."""
    rewrite: rewrites.Rewrite = field(default=rewrites.unchanged, repr=False)
    deliver: deliveries.Delivery = field(default=deliveries.whole, repr=False)
    keeps_open: bool = field(default=False, repr=False)
    """The connection survives it although it is delivered in its own way."""

    @property
    def closes(self) -> bool:
        """Whether the connection ends with it."""
        return self.deliver is not deliveries.whole and not self.keeps_open

    # Nothing answered.

    @staticmethod
    def reset_on_accept() -> Fault:
        """RST as soon as the connection is accepted."""
        return Fault("reset_on_accept", processed=False, on_accept=True, deliver=deliveries.reset)

    @staticmethod
    def close_on_accept() -> Fault:
        """FIN as soon as the connection is accepted."""
        return Fault("close_on_accept", processed=False, on_accept=True, deliver=deliveries.nothing)

    @staticmethod
    def hang_on_accept() -> Fault:
        """Accept, and stay silent until the client closes: with TLS, a handshake that never ends."""
        return Fault("hang_on_accept", processed=False, endless=True, on_accept=True, deliver=deliveries.hang)

    @staticmethod
    def drop(*, processed: bool) -> Fault:
        """Read the request, process it or not, answer nothing, FIN."""
        return Fault(_when("drop", processed), processed, deliver=deliveries.nothing)

    @staticmethod
    def reset(*, processed: bool) -> Fault:
        """Read the request, process it or not, answer nothing, RST."""
        return Fault(_when("reset", processed), processed, deliver=deliveries.reset)

    @staticmethod
    def hang(*, processed: bool) -> Fault:
        """Read the request, process it or not, stay silent until the client closes."""
        return Fault(_when("hang", processed), processed, endless=True, deliver=deliveries.hang)

    # A head that is late, broken or no HTTP at all.

    @staticmethod
    def status_line() -> Fault:
        """The status line, then FIN."""
        return Fault("status_line", deliver=deliveries.status_line)

    @staticmethod
    def drip(interval: float = 0.01) -> Fault:
        """The right answer, its head byte by byte with `interval` seconds after each."""
        return Fault("drip", delivers=True, keeps_open=True, deliver=deliveries.dripped(interval))

    @staticmethod
    def endless_interim(interval: float = 0.01, *, processed: bool = True) -> Fault:
        """One 102 after the other, every `interval` seconds, until the client closes."""
        name = _when("endless_interim", processed)
        return Fault(name, processed, endless=True, deliver=deliveries.endless_interim(interval))

    @staticmethod
    def raw(data: bytes = b"\x15\x03\x01\x00\x02\x02\x46", *, processed: bool = True) -> Fault:
        """These bytes in place of an answer, then FIN; a TLS alert unless told otherwise."""
        return Fault(_when("raw", processed), processed, deliver=deliveries.raw(data))

    @staticmethod
    def long_header(size: int = 200_000) -> Fault:
        """The right answer with one header of `size` bytes."""
        return Fault("long_header", delivers=None, rewrite=rewrites.with_header("X-Padding", "x" * size))

    @staticmethod
    def header(name: str, value: str) -> Fault:
        """The right answer with one more header, written as it is: a cookie, a NUL, a line that is folded."""
        return Fault(f"header {name}", delivers=None, rewrite=rewrites.with_header(name, value))

    @staticmethod
    def delay(seconds: float) -> Fault:
        """The right answer, `seconds` late."""
        return Fault("delay", delivers=True, keeps_open=True, deliver=deliveries.delayed(seconds))

    # A body that is cut or framed wrongly.

    @staticmethod
    def cut(at: int | None = None, *, reset: bool = False) -> Fault:
        """`at` bytes of the body (half of it by default), then FIN or RST."""
        name = "cut_by_reset" if reset else "cut"
        return Fault(name, delivers=None, deliver=deliveries.cut(at, rst=reset))

    @staticmethod
    def stall(at: int | None = None) -> Fault:
        """`at` bytes of the body (half of it by default), then silence until the client closes."""
        return Fault("stall", delivers=None, endless=True, deliver=deliveries.stalled(at))

    @staticmethod
    def unterminated_chunks() -> Fault:
        """The whole body as a chunk without the last, empty one, then FIN."""
        return Fault("unterminated_chunks", delivers=None, deliver=deliveries.unterminated_chunks)

    @staticmethod
    def bad_chunk_size() -> Fault:
        """Half the body as a chunk, then a chunk size that is no number."""
        return Fault("bad_chunk_size", delivers=None, deliver=deliveries.bad_chunk)

    @staticmethod
    def close_delimited(at: int | None = None, *, version: str = "1.1") -> Fault:
        """`at` bytes of the body (half of it by default) without any length, then a FIN that looks like the end."""
        return Fault(f"close_delimited_{version}", delivers=None, deliver=deliveries.close_delimited(at, version))

    @staticmethod
    def two_lengths() -> Fault:
        """The right answer with a second, different Content-Length."""
        return Fault("two_lengths", delivers=None, deliver=deliveries.reframed("Content-Length: 7", length=True))

    @staticmethod
    def negative_length() -> Fault:
        """The right answer with a Content-Length below zero."""
        return Fault("negative_length", delivers=None, deliver=deliveries.reframed("Content-Length: -1", length=False))

    @staticmethod
    def length_and_chunks() -> Fault:
        """The right answer in chunks, with a Content-Length beside the Transfer-Encoding."""
        return Fault("length_and_chunks", delivers=True, deliver=deliveries.length_and_chunks)

    @staticmethod
    def trailing_bytes(data: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Fault:
        """The right answer, then bytes that nobody asked for, then FIN."""
        return Fault("trailing_bytes", delivers=True, deliver=deliveries.trailing(data))

    @staticmethod
    def no_content_with_body() -> Fault:
        """A 204 that carries the body of the right answer."""
        return Fault("no_content_with_body", deliver=deliveries.unasked_body)

    # A well-formed answer that says the wrong thing.

    @staticmethod
    def status(
        code: int,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        processed: bool = False,
    ) -> Fault:
        """This status (401, 429 with `Retry-After`, 503, 520, 307 with `Location`, ...), these headers and this body.

        Raises:
            ValueError: `code` is not between 200 and 999.
        """
        if not 200 <= code <= 999:
            raise ValueError(f"no final HTTP status: {code}")
        return Fault(
            _when(f"status_{code}", processed), processed, rewrite=rewrites.replaced(code, headers or {}, body)
        )

    @staticmethod
    def html(code: int = 502, *, processed: bool = False) -> Fault:
        """A page for people with this status, as proxies and captive portals send."""
        page = rewrites.replaced(code, {"Content-Type": "text/html; charset=utf-8"}, _HTML % code)
        return Fault(_when(f"html_{code}", processed), processed, rewrite=page)

    @staticmethod
    def body(content: bytes = b"", *, status: int | None = None, processed: bool = True) -> Fault:
        """The right head, with its own status or another, over other content; `b""` makes an empty 200 of a page."""
        return Fault(_when("body", processed), processed, rewrite=rewrites.replaced(status, None, content))

    @staticmethod
    def single_record() -> Fault:
        """The first record in place of the list of records."""
        return Fault("single_record", delivers=None, rewrite=rewrites.single_record)

    @staticmethod
    def malformed_record(index: int = 0, text: bytes = b'{"jobid":}') -> Fault:
        """This raw text in place of record number `index` of a page."""
        return Fault("malformed_record", delivers=None, rewrite=rewrites.record_replaced(index, text))

    @staticmethod
    def content_type(value: str = "text/plain") -> Fault:
        """The right body under this Content-Type."""
        return Fault("content_type", delivers=True, rewrite=rewrites.with_header("Content-Type", value))

    @staticmethod
    def disposition(value: str) -> Fault:
        """The right answer under this Content-Disposition, however hostile: it is sent as it is."""
        return Fault("disposition", delivers=True, rewrite=rewrites.with_header("Content-Disposition", value))

    @staticmethod
    def no_pdf() -> Fault:
        """The right PDF without the mark that every PDF begins with."""
        return Fault("no_pdf", delivers=None, rewrite=rewrites.without_prefix(b"%PDF-"))

    @staticmethod
    def gzip(times: int = 1) -> Fault:
        """The right answer, compressed without being asked, perhaps several times over."""
        name = "gzip" if times == 1 else "gzip_stacked"
        return Fault(name, delivers=True, rewrite=rewrites.stacked(times))

    @staticmethod
    def gzip_cut() -> Fault:
        """The first half of the body, compressed, without the end mark, its Content-Length consistent."""
        return Fault("gzip_cut", delivers=None, rewrite=rewrites.encoded("gzip", rewrites.gzip_cut))

    @staticmethod
    def gzip_garbage() -> Fault:
        """The right body under `Content-Encoding: gzip`, but not compressed."""
        return Fault("gzip_garbage", delivers=None, rewrite=rewrites.encoded("gzip", bytes))

    @staticmethod
    def gzip_bomb(size: int = 100_000_000) -> Fault:
        """A small body that unpacks to `size` bytes."""
        return Fault("gzip_bomb", rewrite=rewrites.encoded("gzip", rewrites.gzip_bomb(size)))

    @staticmethod
    def bom() -> Fault:
        """The right body after a byte order mark."""
        return Fault("bom", delivers=True, rewrite=rewrites.prefixed(b"\xef\xbb\xbf"))

    @staticmethod
    def repeat_page() -> Fault:
        """The latest page once more; nothing is recorded."""
        # A request that is not processed is given the latest page to rewrite, so there is nothing left to do.
        return Fault("repeat_page", processed=False, delivers=True)

    # A member `oddity` that is hard to read, in the first record of a page or in the object.

    @staticmethod
    def nan() -> Fault:
        """`NaN`, which is no JSON."""
        return _odd("nan", b"NaN")

    @staticmethod
    def invalid_utf8() -> Fault:
        """A string with bytes that are no UTF-8."""
        return _odd("invalid_utf8", b'"\xff\xfe\xc3("')

    @staticmethod
    def deep_nesting(depth: int = 100_000) -> Fault:
        """Lists within lists, `depth` of them."""
        return _odd("deep_nesting", b"[" * depth + b"]" * depth)

    @staticmethod
    def huge_integer(digits: int = 5_000) -> Fault:
        """An integer of so many digits."""
        return _odd("huge_integer", b"9" * digits)


def _odd(name: str, text: bytes) -> Fault:
    return Fault(name, delivers=None, rewrite=rewrites.odd_member(text))


def _when(name: str, processed: bool) -> str:  # noqa: FBT001 - it is the value to show
    return f"{name}_{'after' if processed else 'before'}"

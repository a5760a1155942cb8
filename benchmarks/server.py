"""A server that costs next to nothing, in a process of its own: what it says is made up beforehand.

Its URL says what a client gets: `http://127.0.0.1:port/<any name>-<pages>/rest` is a feed of so many pages of 1000
updates, each under an id of its own. It prints its port, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import re
import sys
from decimal import Decimal
from itertools import count

PAGE = 1000
PDF = b"%PDF-1.7\n" + b"0" * (1024 * 1024 - 16) + b"\n%%EOF\n"
PAUSE = 0.005
"""Seconds until a payment is booked."""

_DIGITS = 9


def amount(number: int) -> Decimal:
    """Return the amount of the update at a place of its page."""
    return Decimal(f"{number}.{number % 100:02}")


TOTAL = sum(map(amount, range(PAGE)), Decimal())
"""The amounts of one page together."""


def _record(number: int) -> str:
    return (
        f'{{"jobid":{70_000_000 + number},"statusid":"P{"0" * _DIGITS}","billnum":"R{100_000 + number // 2}",'
        f'"openamount":{number}.50,"origamount":{number + 1000}.25,"opencapital":{number}.00,"openinterest":0.00,'
        f'"openexpenses":5.00,"statustype":"payment","statustime":"2026-11-{number % 28 + 1:02} 00:00:00",'
        f'"statusref":"Suoritus","statustext":"OHISUORITUS pankkitili","statuscode":"",'
        f'"paydate":"2026-11-{number % 28 + 1:02}","amount":{amount(number)}}}'
    )


def _page() -> tuple[bytearray, list[int]]:
    body = ('{"result":{"status":[' + ",".join(map(_record, range(PAGE))) + "]}}").encode()
    return bytearray(body), [found.end() - _DIGITS for found in re.finditer(rb'"P0{9}', body)]


def _answer(status: str, body: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


BODY, PLACES = _page()
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
TOKEN = _answer("200 OK", b'{"token":"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJl"}')
ONE = _answer("200 OK", f'{{"result":{{"status":[{_record(7)}]}}}}'.encode())
BOOKED = _answer("201 Created", b'{"jobid":70000001,"billnum":"R1","amount":10.50,"capitalafter":0.00,"statusid":6}')
DOCUMENT = _answer("200 OK", PDF, "application/pdf")

_served = dict[bytes, "count[int]"]()


def _next_page(feed: bytes) -> bytes:
    """Return the next page of a feed, its ids written over the last ones."""
    pages = int(feed.rpartition(b"-")[2])
    number = next(_served.setdefault(feed, count()))
    if number >= pages:
        return EMPTY
    for place, statusid in zip(PLACES, range(number * PAGE, (number + 1) * PAGE), strict=True):
        BODY[place : place + _DIGITS] = b"%09d" % statusid
    return _answer("200 OK", bytes(BODY))


class Connection(asyncio.Protocol):
    """One connection. Requests come one after the other, each of them whole sooner or later."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer what has arrived."""
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if not found or len(rest) < (int(length[1]) if length else 0):
            return
        self._buffer = b""
        closing = re.search(rb"(?i)\r\nconnection: *close", head) is not None
        target = head.split(b" ", 2)[1]
        _, feed, _, path = target.split(b"/", 3)
        if path.startswith(b"jobs/payment"):
            asyncio.get_running_loop().call_later(PAUSE, self._say, BOOKED, closing)
        else:
            self._say(_said(feed, path), closing)

    def _say(self, answer: bytes, closing: bool) -> None:  # noqa: FBT001 - as the loop calls it
        self._transport.write(answer)
        if closing:
            self._transport.close()


def _said(feed: bytes, path: bytes) -> bytes:
    if path == b"jobs/statusupdates":
        return _next_page(feed)
    if path.startswith(b"jobs/statusupdates?"):
        return ONE
    return DOCUMENT if path.startswith(b"jobs/pdf") else TOKEN


async def main() -> None:
    """Serve until nobody listens any more."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

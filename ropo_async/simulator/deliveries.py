"""Byte-level faults: ways to send an answer, or not to. Whatever they leave open, the server closes with a FIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from attrs import evolve

from ropo_async.simulator.wire import body_of, head_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ropo_async.simulator.messages import Answer
    from ropo_async.simulator.wire import Wire

    Delivery = Callable[[Wire, Answer], Awaitable[None]]

__all__ = [
    "bad_chunk",
    "close_delimited",
    "cut",
    "delayed",
    "dripped",
    "endless_interim",
    "hang",
    "length_and_chunks",
    "nothing",
    "raw",
    "reframed",
    "reset",
    "stalled",
    "status_line",
    "trailing",
    "unasked_body",
    "unterminated_chunks",
    "whole",
]


async def whole(wire: Wire, answer: Answer) -> None:
    """Send it as it should be."""
    await wire.send_answer(head_of(answer), answer)


async def nothing(wire: Wire, answer: Answer) -> None:
    """Send nothing."""


async def reset(wire: Wire, answer: Answer) -> None:  # noqa: ARG001 - a delivery that sends nothing
    """Send a RST."""
    wire.reset()


async def hang(wire: Wire, answer: Answer) -> None:  # noqa: ARG001 - a delivery that sends nothing
    """Stay silent for as long as the client waits."""
    await wire.until_client_closes()


async def status_line(wire: Wire, answer: Answer) -> None:
    """Send the status line only."""
    await wire.send(head_of(answer).partition(b"\r\n")[0] + b"\r\n")


def raw(data: bytes) -> Delivery:
    """Send these bytes in place of an answer."""
    return lambda wire, _: wire.send(data)


def delayed(seconds: float) -> Delivery:
    """Wait, then send it as it should be."""

    async def deliver(wire: Wire, answer: Answer) -> None:
        await anyio.sleep(seconds)
        await whole(wire, answer)

    return deliver


def dripped(interval: float) -> Delivery:
    """Send the head byte by byte with a pause after each, then the body."""

    async def deliver(wire: Wire, answer: Answer) -> None:
        head = head_of(answer)
        for place in range(len(head)):
            await wire.send(head[place : place + 1])
            await anyio.sleep(interval)
        await wire.send_answer(b"", answer)

    return deliver


def endless_interim(interval: float) -> Delivery:
    """Say `102 Processing` until the client has had enough."""

    async def deliver(wire: Wire, answer: Answer) -> None:  # noqa: ARG001 - a delivery that never answers
        while True:
            await wire.send(b"HTTP/1.1 102 Processing\r\n\r\n")
            await anyio.sleep(interval)

    return deliver


def cut(at: int | None, *, rst: bool) -> Delivery:
    """Send `at` bytes of the body (half of it by default), then FIN or RST."""

    async def deliver(wire: Wire, answer: Answer) -> None:
        await wire.send_answer(head_of(answer), answer, _place(answer, at))
        if rst:
            # What is still in our send buffer dies with a RST; a moment lets the client receive it first.
            await anyio.sleep(0.02)
            wire.reset()

    return deliver


def stalled(at: int | None) -> Delivery:
    """Send `at` bytes of the body (half of it by default), then stay silent."""

    async def deliver(wire: Wire, answer: Answer) -> None:
        await wire.send_answer(head_of(answer), answer, _place(answer, at))
        await wire.until_client_closes()

    return deliver


async def unterminated_chunks(wire: Wire, answer: Answer) -> None:
    """Send the whole body as one chunk and leave out the last, empty one."""
    head = head_of(answer, "Transfer-Encoding: chunked", length=False)
    await wire.send(head + _chunk(body_of(answer)))


async def bad_chunk(wire: Wire, answer: Answer) -> None:
    """Send half the body as a chunk, then a chunk size that is no number."""
    head = head_of(answer, "Transfer-Encoding: chunked", length=False)
    await wire.send(head + _chunk(body_of(answer)[: _place(answer, None)]) + b"zz\r\n{}\r\n0\r\n\r\n")


def close_delimited(at: int | None, version: str) -> Delivery:
    """Send `at` bytes of the body (half of it by default) without a length, so that the FIN looks like its end."""

    async def deliver(wire: Wire, answer: Answer) -> None:
        head = head_of(answer, "Connection: close", length=False, version=version)
        await wire.send_answer(head, answer, _place(answer, at))

    return deliver


def reframed(*lines: str, length: bool) -> Delivery:
    """Send it whole with these framing lines, beside the right Content-Length or in its place."""
    return lambda wire, answer: wire.send_answer(head_of(answer, *lines, length=length), answer)


async def length_and_chunks(wire: Wire, answer: Answer) -> None:
    """Send it whole in chunks that end properly, announced beside a Content-Length."""
    await wire.send(head_of(answer, "Transfer-Encoding: chunked") + _chunk(body_of(answer)) + b"0\r\n\r\n")


def trailing(extra: bytes) -> Delivery:
    """Send it as it should be, then more bytes than were announced."""
    return lambda wire, answer: wire.send_answer(head_of(answer), answer, then=extra)


async def unasked_body(wire: Wire, answer: Answer) -> None:
    """Send a 204 that carries a body all the same."""
    empty = evolve(answer, status=204)
    await wire.send(head_of(empty, f"Content-Length: {answer.length}") + answer.solid().body)


def _place(answer: Answer, at: int | None) -> int:
    return answer.length // 2 if at is None else at


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)

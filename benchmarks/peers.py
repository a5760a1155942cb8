"""What is measured, each in a process of its own: `python -m benchmarks.peers <work> <peer> <url> <count> [journal]`.

It prints as JSON what it did and what that cost. Each peer does its work the way its users would.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks import calls, drains

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Work = Callable[[str, int], Coroutine[Any, Any, Any]]


def _calls(peer: Callable[..., Coroutine[Any, Any, None]], width: int, **options: bool) -> Work:
    return lambda url, times: peer(url, times, width, **options)


WORKS: dict[str, dict[str, Work]] = {
    "drain": {
        "floor": drains.drain_floor,
        "httpx": drains.drain_httpx,
        "aiohttp": drains.drain_aiohttp,
        "generated": drains.drain_generated,
        "ours": drains.drain_ours,
    },
    "sequential": {
        "httpx": _calls(calls.httpx_calls, 1),
        "aiohttp": _calls(calls.aiohttp_calls, 1),
        "ours": _calls(calls.our_calls, 1),
    },
    "concurrent": {
        "httpx": _calls(calls.httpx_calls, 100),
        "aiohttp": _calls(calls.aiohttp_calls, 100),
        "ours": _calls(calls.our_calls, 100),
    },
    "payments": {
        "httpx": _calls(calls.httpx_calls, 50, paying=True),
        "aiohttp": _calls(calls.aiohttp_calls, 50, paying=True),
        "ours": _calls(calls.our_calls, 50, paying=True),
    },
    "documents": {"httpx": calls.documents_httpx, "ours": calls.documents_ours},
}
JOURNALED: dict[str, Callable[[str, str], Coroutine[Any, Any, Any]]] = {
    "durable": drains.durable,
    "polled": drains.polled,
    "consumed": drains.consumed,
}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _blocked(work: Coroutine[Any, Any, Any], spans: list[float]) -> Any:
    """Do `work`, and note the CPU seconds of every turn of the event loop's that took a millisecond or more."""
    run: Any = asyncio.Handle._run  # noqa: SLF001 - the one place that every turn passes

    def timed(handle: Any) -> None:
        began = time.thread_time()
        run(handle)
        if (took := time.thread_time() - began) > 1e-3:
            spans.append(took)

    asyncio.Handle._run = timed  # type: ignore[assignment,method-assign] # noqa: SLF001 - as above
    return await work


def main(work: str, peer: str, url: str, number: int, journal: str = "") -> dict[str, Any]:
    """Do the work once to warm up, on a feed of one page, and once to be measured."""
    spans = list[float]()
    head, _, rest = url.rpartition("/run")
    warm = f"{head}/warm{os.getpid()}-1/{rest.partition('/')[2]}"
    if work in JOURNALED:
        asyncio.run(drains.durable(warm, "memory:"))
        job = JOURNALED[work](url, journal)
    elif work == "blocked":
        asyncio.run(drains.drain_ours(warm, number))
        job = _blocked(drains.drain_ours(url, number), spans)
    else:
        asyncio.run(WORKS[work][peer](warm, min(number, 100) if work != "documents" else 1))
        job = WORKS[work][peer](url, number)
    before, began, peak = _cpu(), time.perf_counter(), _peak()
    result = asyncio.run(job)
    cpu, wall = _cpu() - before, time.perf_counter() - began
    # A full collection or a busy disk may lengthen a single turn; the tenth longest of a hundred tells what is usual.
    longest = sorted(spans)[-max(1, len(spans) // 10)] if spans else 0.0
    total = str(result) if result is not None else None
    return {"cpu": cpu, "wall": wall, "peak": _peak(), "grown": _peak() - peak, "blocked": longest, "total": total}


if __name__ == "__main__":
    name, who, where, often, *more = sys.argv[1:]
    sys.stdout.write(json.dumps(main(name, who, where, int(often), *more)))

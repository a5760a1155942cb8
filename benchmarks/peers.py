"""What is measured, each in a process of its own: `python -m benchmarks.peers <work> <peer> <url> <count> [journal]`.

It prints as JSON what it did and what that cost. Each peer does its work the way its users would.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    Work = Callable[[str, int], Coroutine[Any, Any, Any]]

TOKEN = {"Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJl"}
ONE = "/jobs/statusupdates?billnum=R1"
PAYMENT = {"billnum": "R1", "amount": 10.5, "paydate": "2026-11-20"}

# What a peer needs is imported by its function: no process pays for the others.


# --- drain: all updates, each in the peer's own form; returns the sum of their amounts -----------------------------


async def drain_floor(url: str, _: int) -> Decimal:
    """A socket and msgspec, and nothing that a client needs beside."""
    import msgspec

    number = Decimal | None
    names = ("openamount", "origamount", "opencapital", "openinterest", "openexpenses", "amount")
    texts = ("statusid", "billnum", "statustype", "statustime", "statusref", "statustext", "statuscode", "paydate")
    fields: list[Any] = [("jobid", int), *((name, number) for name in names), *((name, str) for name in texts)]
    record = msgspec.defstruct("Record", fields)
    status = msgspec.defstruct("Status", [("status", list[record])])  # type: ignore[valid-type] # made a line above
    decode = msgspec.json.Decoder(msgspec.defstruct("Envelope", [("result", status)])).decode
    host, _slash, path = url.removeprefix("http://").partition("/")
    name, _colon, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port), limit=1 << 20)
    total = Decimal()
    while True:
        writer.write(f"GET /{path}/jobs/statusupdates HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 204 " in head[:20]:
            writer.close()
            return total
        length = int(head.rpartition(b"Content-Length: ")[2].split(b"\r")[0])
        page: Any = decode(await reader.readexactly(length))
        for each in page.result.status:
            total += each.amount


async def drain_httpx(url: str, _: int) -> float:
    """What people write by hand."""
    import httpx

    total = 0.0
    async with httpx.AsyncClient(base_url=url, headers=TOKEN, timeout=300) as client:
        while (response := await client.get("/jobs/statusupdates")).status_code == 200:
            for record in response.json()["result"]["status"]:
                total += record["amount"]
    return total


async def drain_aiohttp(url: str, _: int) -> float:
    """The same on another library."""
    import aiohttp

    total = 0.0
    async with aiohttp.ClientSession(headers=TOKEN) as client:
        while True:
            async with client.get(f"{url}/jobs/statusupdates") as response:
                if response.status != 200:
                    return total
                for record in (await response.json())["result"]["status"]:
                    total += record["amount"]


async def drain_generated(url: str, _: int) -> float:
    """The functions that openapi-python-client makes, in a loop."""
    from ropo_async_generated.ropo_one_api.api.jobs import jobs_get_status_updates_action as operation
    from ropo_async_generated.ropo_one_api.client import AuthenticatedClient

    total = 0.0
    token = TOKEN["Authorization"].removeprefix("Bearer ")
    async with AuthenticatedClient(base_url=url, token=token) as client:
        while True:
            page: Any = await operation.asyncio(client=client)
            if page is None:
                return total
            for record in page.result.status:
                total += record.amount


def _ours(url: str) -> Any:
    from ropo_async import Credentials, RopoClient

    return RopoClient(url, Credentials("1000011", "made-up"))


async def drain_ours(url: str, _: int) -> Decimal:
    """Full `StatusUpdate`s: exact amounts, dates, open enums."""
    total = Decimal()
    async with _ours(url) as ropo:
        async for update in ropo.status_updates.drain():
            total += update.amount or 0
    return total


async def durable(url: str, journal: str) -> Decimal:
    """Polled, stored, delivered, and acknowledged one by one."""
    from ropo_async import Inbox, Journal

    async with _ours(url) as ropo, Journal.open(journal) as opened:
        inbox = Inbox(ropo.status_updates, opened)
        await inbox.drain()
        return await _consume(inbox)


async def polled(url: str, journal: str) -> int:
    """Polled and stored; others deliver."""
    from ropo_async import Inbox, Journal

    async with _ours(url) as ropo, Journal.open(journal) as opened:
        return (await Inbox(ropo.status_updates, opened).drain()).records


async def consumed(url: str, journal: str) -> Decimal:
    """Delivered and acknowledged what is there."""
    from ropo_async import Inbox, Journal

    async with _ours(url) as ropo, Journal.open(journal) as opened:
        return await _consume(Inbox(ropo.status_updates, opened))


async def _consume(inbox: Any) -> Decimal:
    total = Decimal()
    async for delivery in inbox.deliveries(forever=False):
        async with delivery as update:
            total += update.amount or 0
    return total


# --- small calls ----------------------------------------------------------------------------------------------------


async def _sequential(call: Callable[[], Awaitable[object]], times: int) -> None:
    for _ in range(times):
        await call()


async def _together(call: Callable[[], Awaitable[object]], times: int, width: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(width):
            group.create_task(_sequential(call, times // width))


async def _httpx_calls(url: str, times: int, width: int, *, paying: bool = False) -> None:
    import httpx

    async with httpx.AsyncClient(headers=TOKEN, timeout=300) as client:

        async def read() -> object:
            return (await client.get(url + ONE)).json()

        async def pay() -> object:
            return (await client.post(f"{url}/jobs/payment", json=PAYMENT)).json()

        await _together(pay if paying else read, times, width)


async def _aiohttp_calls(url: str, times: int, width: int, *, paying: bool = False) -> None:
    import aiohttp

    async with aiohttp.ClientSession(headers=TOKEN) as client:

        async def read() -> object:
            async with client.get(url + ONE) as response:
                return await response.json()

        async def pay() -> object:
            async with client.post(f"{url}/jobs/payment", json=PAYMENT) as response:
                return await response.json()

        await _together(pay if paying else read, times, width)


async def _our_calls(url: str, times: int, width: int, *, paying: bool = False) -> None:
    from datetime import date

    async with _ours(url) as ropo:

        async def read() -> object:
            return await ropo.status_updates.of_invoice("R1")

        async def pay() -> object:
            return await ropo.payments.register(billnum="R1", amount=Decimal("10.50"), paydate=date(2026, 11, 20))

        await _together(pay if paying else read, times, width)


def _calls(peer: Callable[..., Coroutine[Any, Any, None]], width: int, **options: bool) -> Work:
    return lambda url, times: peer(url, times, width, **options)


# --- documents ------------------------------------------------------------------------------------------------------


async def documents_httpx(url: str, number: int) -> None:
    """Whole bodies, written when they are there."""
    import httpx

    with tempfile.TemporaryDirectory() as folder:
        async with httpx.AsyncClient(headers=TOKEN, timeout=300) as client:

            async def save(jobid: int) -> None:
                response = await client.get(f"{url}/jobs/pdf?jobid={jobid}")
                await asyncio.to_thread(Path(folder, f"{jobid}.pdf").write_bytes, response.content)

            async with asyncio.TaskGroup() as group:
                for jobid in range(1, number + 1):
                    group.create_task(save(jobid))


async def documents_ours(url: str, number: int) -> None:
    """As they come, into files that are whole or not there."""
    with tempfile.TemporaryDirectory() as folder:
        async with _ours(url) as ropo:
            report = await ropo.documents.save_many(range(1, number + 1), folder, concurrency=number)
            assert report.saved == number, report


WORKS: dict[str, dict[str, Work]] = {
    "drain": {
        "floor": drain_floor,
        "httpx": drain_httpx,
        "aiohttp": drain_aiohttp,
        "generated": drain_generated,
        "ours": drain_ours,
    },
    "sequential": {
        "httpx": _calls(_httpx_calls, 1),
        "aiohttp": _calls(_aiohttp_calls, 1),
        "ours": _calls(_our_calls, 1),
    },
    "concurrent": {
        "httpx": _calls(_httpx_calls, 100),
        "aiohttp": _calls(_aiohttp_calls, 100),
        "ours": _calls(_our_calls, 100),
    },
    "payments": {
        "httpx": _calls(_httpx_calls, 50, paying=True),
        "aiohttp": _calls(_aiohttp_calls, 50, paying=True),
        "ours": _calls(_our_calls, 50, paying=True),
    },
    "documents": {"httpx": documents_httpx, "ours": documents_ours},
}
JOURNALED: dict[str, Callable[[str, str], Coroutine[Any, Any, Any]]] = {
    "durable": durable,
    "polled": polled,
    "consumed": consumed,
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
        asyncio.run(durable(warm, "memory:"))
        job = JOURNALED[work](url, journal)
    elif work == "blocked":
        asyncio.run(drain_ours(warm, number))
        job = _blocked(drain_ours(url, number), spans)
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

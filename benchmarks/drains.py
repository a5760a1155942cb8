"""The status updates, taken by each peer in the way its users would; every work returns the sum of their amounts."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

TOKEN = {"Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJl"}

# What a peer needs is imported by its function: no process pays for the others.


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


def ours(url: str) -> Any:
    """Return a client of ours."""
    from ropo_async import Credentials, RopoClient

    return RopoClient(url, Credentials("1000011", "made-up"))


async def drain_ours(url: str, _: int) -> Decimal:
    """Full `StatusUpdate`s: exact amounts, dates, open enums."""
    total = Decimal()
    async with ours(url) as ropo:
        async for update in ropo.status_updates.drain():
            total += update.amount or 0
    return total


async def durable(url: str, journal: str) -> Decimal:
    """Polled, stored, delivered, and acknowledged one by one."""
    from ropo_async import Inbox, Journal

    async with ours(url) as ropo, Journal.open(journal) as opened:
        inbox = Inbox(ropo.status_updates, opened)
        await inbox.drain()
        return await _consume(inbox)


async def polled(url: str, journal: str) -> int:
    """Polled and stored; others deliver."""
    from ropo_async import Inbox, Journal

    async with ours(url) as ropo, Journal.open(journal) as opened:
        return (await Inbox(ropo.status_updates, opened).drain()).records


async def consumed(url: str, journal: str) -> Decimal:
    """Delivered and acknowledged what is there."""
    from ropo_async import Inbox, Journal

    async with ours(url) as ropo, Journal.open(journal) as opened:
        return await _consume(Inbox(ropo.status_updates, opened))


async def _consume(inbox: Any) -> Decimal:
    total = Decimal()
    async for delivery in inbox.deliveries(forever=False):
        async with delivery as update:
            total += update.amount or 0
    return total

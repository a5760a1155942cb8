"""Small calls, one after another or many at a time, and documents: each peer in the way its users would."""

from __future__ import annotations

import asyncio
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.drains import TOKEN, ours

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


ONE = "/jobs/statusupdates?billnum=R1"
PAYMENT = {"billnum": "R1", "amount": 10.5, "paydate": "2026-11-20"}


async def _sequential(call: Callable[[], Awaitable[object]], times: int) -> None:
    for _ in range(times):
        await call()


async def _together(call: Callable[[], Awaitable[object]], times: int, width: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(width):
            group.create_task(_sequential(call, times // width))


async def httpx_calls(url: str, times: int, width: int, *, paying: bool = False) -> None:
    """With its own pool."""
    import httpx

    async with httpx.AsyncClient(headers=TOKEN, timeout=300) as client:

        async def read() -> object:
            return (await client.get(url + ONE)).json()

        async def pay() -> object:
            return (await client.post(f"{url}/jobs/payment", json=PAYMENT)).json()

        await _together(pay if paying else read, times, width)


async def aiohttp_calls(url: str, times: int, width: int, *, paying: bool = False) -> None:
    """The same on another library."""
    import aiohttp

    async with aiohttp.ClientSession(headers=TOKEN) as client:

        async def read() -> object:
            async with client.get(url + ONE) as response:
                return await response.json()

        async def pay() -> object:
            async with client.post(f"{url}/jobs/payment", json=PAYMENT) as response:
                return await response.json()

        await _together(pay if paying else read, times, width)


async def our_calls(url: str, times: int, width: int, *, paying: bool = False) -> None:
    """Read into what our users get."""
    from datetime import date

    async with ours(url) as ropo:

        async def read() -> object:
            return await ropo.status_updates.of_invoice("R1")

        async def pay() -> object:
            return await ropo.payments.register(billnum="R1", amount=Decimal("10.50"), paydate=date(2026, 11, 20))

        await _together(pay if paying else read, times, width)


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
        async with ours(url) as ropo:
            report = await ropo.documents.save_many(range(1, number + 1), folder, concurrency=number)
            assert report.saved == number, report

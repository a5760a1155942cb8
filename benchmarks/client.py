"""What is measured, in a process of its own: the server is in another. `benchmarks.feed` runs it.

It takes what to do as JSON, and prints as JSON what that cost.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import anyio

from ropo_async import Credentials, Inbox, Journal, RopoClient, hooks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Part = Callable[[RopoClient, Journal], Awaitable[int]]

CONSUMERS = 4


async def nothing(_: RopoClient, __: Journal) -> int:
    """Prepare nothing."""
    return 0


async def drained(ropo: RopoClient, _: Journal) -> int:
    """Take everything the plain way, which stores nothing."""
    return sum([1 async for _ in ropo.status_updates.drain()])


async def journaled(ropo: RopoClient, journal: Journal) -> int:
    """Take everything into the journal."""
    return (await Inbox(ropo.status_updates, journal).drain()).records


def delivered(consumers: int) -> Part:
    """Return what hands everything that is in the journal to so many consumers, who acknowledge one by one."""

    async def part(ropo: RopoClient, journal: Journal) -> int:
        inbox, handled = Inbox(ropo.status_updates, journal), 0

        async def consume() -> None:
            nonlocal handled
            async for delivery in inbox.deliveries(forever=False):
                async with delivery:
                    handled += 1

        async with anyio.create_task_group() as group:
            for _ in range(consumers):
                group.start_soon(consume)
        return handled

    return part


PARTS: dict[str, tuple[Part, Part]] = {
    "drained": (nothing, drained),
    "journaled": (nothing, journaled),
    "delivered": (journaled, delivered(1)),
    "shared": (journaled, delivered(CONSUMERS)),
}
"""What is done before, and what is measured."""


def reading() -> tuple[float, float]:
    """Return the CPU seconds of the process, user and system, and the seconds on the wall."""
    return time.process_time(), time.perf_counter()


async def main(part: str, server: str, accounts: list[list[str]], journal: str) -> dict[str, Any]:
    """Do one part for each account, and return what it cost for the last one; the others are to warm up."""
    polls = list[tuple[float, float]]()

    def note(event: hooks.Event) -> None:
        if isinstance(event, hooks.Finished) and event.operation == "status_updates.pages":
            polls.append(reading())

    prepare, measured = PARTS[part]
    records, cpu, wall = 0, 0.0, 0.0
    async with (
        RopoClient(server, Credentials(*accounts[0]), hooks=[note]) as ropo,
        Journal.open(journal) as opened,
    ):
        for credentials in accounts:
            account = ropo.for_account(Credentials(*credentials))
            await account.status_updates.prepare()  # logs in
            await prepare(account, opened)
            polls.clear()
            cpu, wall = reading()
            records = await measured(account, opened)
            cpu, wall = (after - before for after, before in zip(reading(), (cpu, wall), strict=True))
    return {"records": records, "cpu": cpu, "wall": wall, "polls": polls}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(anyio.run(main, *json.loads(sys.argv[1]))))

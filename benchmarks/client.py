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
from ropo_async.journal._sql import SqlJournal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Part = Callable[[RopoClient, Journal], Awaitable[int]]

CONSUMERS = 4
_STANDING = """
INSERT INTO record (account, key, ordinal, revision, hash, source, consumed, arrived, is_open, state, lease, attempts,
    settled)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
SELECT a.id, printf('id:payment:P%09d', i), 1, 1, randomblob(16), 'drain', 1, 1.7e9 + i, 0, 'acked', 1, 1, 1.7e9 + i
FROM account a, n WHERE a.server = ? AND a.cid = ?
"""


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


async def fed(ropo: RopoClient, journal: Journal) -> int:
    """Take everything into the journal, and hand it out."""
    await journaled(ropo, journal)
    return await delivered(1)(ropo, journal)


def standing(size: int) -> Part:
    """Return what puts so many updates into a journal on SQLite, as if delivered and purged long ago.

    Each account of a client gets half of them, as there are two.
    """

    async def part(ropo: RopoClient, journal: Journal) -> int:
        assert isinstance(journal, SqlJournal)
        account = Inbox(ropo.status_updates, journal).account
        await journal.state(account)  # which has a place in the journal then
        return await journal.engine.run(lambda tx: tx.run(_STANDING, (size // 2, account.server, account.cid)))

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

    name, _, size = part.partition(":")
    prepare, measured = (standing(int(size)), fed) if name == "standing" else PARTS[name]
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

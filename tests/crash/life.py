"""One life of a program that follows the feed: it drains, consumes, and may be told where to die."""

import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from attrs import frozen

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts
from ropo_async.errors import RopoError
from ropo_async.inbox import Inbox, InboxPolicy
from ropo_async.journal import Journal
from ropo_async.records import StatusUpdate
from tests.crash.seams import BREAKAGES, Seams

# A request whose sending failed may be waited for in vain.
TIMEOUTS = Timeouts(connect=4, read=4, write=4, pool=4, total=12, poll_read=4, poll_total=12)
# Nothing is read again but the days of gaps: a sweep would find what a gap ought to have named.
POLICY = InboxPolicy(pace=timedelta(0), lateness=timedelta(0), nightly=0, weekly=0)
ROUNDS = 3
"""How often a life goes on after a failure."""


@frozen
class Plan:
    """What a life is told."""

    server: str
    cid: str
    apicode: str
    folder: str
    since: str
    backend: str
    later: float = 0.0
    """How many seconds its clocks are ahead."""
    die: str = ""
    """The step to die at: its number, or its name and which time, such as "after ask 2"."""
    stop: str = ""
    """The step to stop at, so that a tracer may come in; named as above."""
    broken: str = ""
    """One of `BREAKAGES`."""

    @property
    def journal(self) -> str:
        return f"sqlite:///{self.folder}/journal.db"

    @property
    def effects(self) -> Path:
        return Path(self.folder, "effects")

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.later)


def mark(update: StatusUpdate) -> str:
    """What the tests know an update by: those without an id by their text."""
    return update.statusid or update.statustext or ""


@asynccontextmanager
async def following(plan: Plan) -> AsyncIterator[Inbox]:
    """Open the inbox of a plan."""
    async with (
        RopoClient(
            plan.server,
            Credentials(plan.cid, plan.apicode),
            timeouts=TIMEOUTS,
            retries=RetryPolicy(base=0.001, throttled_base=0.001),
        ) as ropo,
        Journal.open(plan.journal, clock=lambda: time.time() + plan.later) as journal,
    ):
        since = datetime.fromisoformat(plan.since)
        yield Inbox(ropo.status_updates, journal, since=since, policy=POLICY, now=plan.now)


async def live(plan: Plan) -> None:
    """Live one life, to its planned end or until all is done. What fails is tried again, as a service would."""
    seams = Seams(plan.die, plan.stop)
    if plan.die or plan.stop:
        seams.watch()
    if plan.broken:
        BREAKAGES[plan.broken]()
    async with following(plan) as inbox:
        for _ in range(ROUNDS):
            try:
                done = await inbox.drain()
                await consume(inbox, plan.effects, seams)
            except (RopoError, OSError):
                continue
            if done.drained and done.recovery is None:
                return


async def consume(inbox: Inbox, effects: Path, seams: Seams) -> None:
    """Write down every update that comes, durably, before it is acknowledged."""
    with effects.open("ab", buffering=0) as file:
        async for delivery in inbox.deliveries(forever=False):
            async with delivery as update:
                seams.at("before effect")
                line = json.dumps([delivery.key, mark(update)]).encode() + b"\n"
                # In a worker thread, as the journal's own writing: they are killed in the order in which they happen.
                await anyio.to_thread.run_sync(write, file.fileno(), line)
                seams.at("after effect")


def write(file: int, line: bytes) -> None:
    os.write(file, line)
    os.fsync(file)

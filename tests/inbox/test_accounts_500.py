"""Five hundred accounts in one process: what each of them costs, and how late their polls are."""

import gc
import sys
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from typing import Any

import anyio
import pytest

from ropo_async import Credentials, RopoClient
from ropo_async.hooks import PollFailed, RoundFinished
from ropo_async.inbox import Inboxes
from ropo_async.inbox.inboxes import APART
from ropo_async.journal import Journal
from ropo_async.simulator import Simulator, serve
from ropo_async.simulator.messages import Request

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(600)]

POLL = "GET /jobs/statusupdates"
ACCOUNTS = 500
UPDATES = 2
EVERY = 60.0
ROUNDS = 2


class Timed(Simulator):
    """A simulator that remembers when a round began."""

    def __init__(self, number: int) -> None:
        super().__init__(cid=f"{1_000_000 + number}", apicode=f"made-up-{number}")
        self.add_updates(count=UPDATES, days=1)
        self.rounds = list[float]()

    def receive(self, *args: Any) -> Request:
        request, now = super().receive(*args), anyio.current_time()
        # Within a round the next page is asked for at once.
        if request.operation == POLL and not request.query and (not self.rounds or now - self.rounds[-1] > EVERY / 2):
            self.rounds.append(now)
        return request


@asynccontextmanager
async def followed(url: str, events: list[Any]) -> AsyncIterator[tuple[list[Timed], Inboxes]]:
    accounts = [Timed(number) for number in range(ACCOUNTS)]
    first = Credentials(accounts[0].cid, accounts[0].apicode)
    async with (
        serve(*accounts) as running,
        RopoClient(running.url, first, hooks=[events.append]) as client,
        Journal.open(url) as journal,
    ):
        inboxes = Inboxes(journal)
        for account in accounts:
            inboxes.add(client.for_account(Credentials(account.cid, account.apicode)).status_updates)
        yield accounts, inboxes


async def consume(inboxes: Inboxes, got: Counter[str]) -> None:
    async for delivery in inboxes:
        async with delivery:
            got[delivery.account.cid] += 1


@pytest.mark.long
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_none_of_them_is_late(tmp_path: Path) -> None:
    events, got = list[Any](), Counter[str]()
    async with (
        followed(f"sqlite:///{tmp_path / 'journal.db'}", events) as (accounts, inboxes),
        inboxes.polling(every=timedelta(seconds=EVERY)),
    ):
        began = anyio.current_time()
        with anyio.move_on_after(ROUNDS * EVERY + ACCOUNTS * APART):
            await consume(inboxes, got)
    # They begin one after the other; from then on each has its own pause, a twentieth longer by chance at most.
    late = [account.rounds[0] - began - place * APART for place, account in enumerate(accounts)]
    late += [later - earlier - 1.05 * EVERY for account in accounts for earlier, later in pairwise(account.rounds)]
    percent = quantiles([max(0.0, seconds) for seconds in late], n=100)
    sys.stderr.write(
        f"\n{ACCOUNTS} accounts, every {EVERY:g} s, {len(late)} rounds: "
        f"late by p50 {percent[49]:.2f} s, p99 {percent[98]:.2f} s, at most {max(late):.2f} s\n"
    )
    assert got == Counter({account.cid: UPDATES for account in accounts})
    assert min(len(account.rounds) for account in accounts) >= ROUNDS - 1
    assert not [event for event in events if isinstance(event, PollFailed)]
    assert percent[49] < EVERY / 10
    assert percent[98] < EVERY / 2


async def test_none_of_them_costs_much() -> None:
    """What an account takes once it has been polled: inbox, token, tasks and pauses, without journal and server."""
    events = list[Any]()
    async with followed("memory:", events) as (_, inboxes):
        gc.collect()
        tracemalloc.start()
        async with inboxes.polling(every=timedelta(hours=1)):
            while sum(isinstance(event, RoundFinished) for event in events) < ACCOUNTS:  # noqa: ASYNC110 - hooks wake nobody
                await anyio.sleep(0.5)
            events.clear()
            gc.collect()
            not_ours = [tracemalloc.Filter(False, f"*/{name}/*") for name in ("simulator", "tests")]  # noqa: FBT003
            traces = tracemalloc.take_snapshot().filter_traces(not_ours).traces
        tracemalloc.stop()
    each = sum(trace.size for trace in traces) / ACCOUNTS / 1024
    sys.stderr.write(f"\n{ACCOUNTS} accounts: {each:.1f} KiB each\n")
    assert each < 50

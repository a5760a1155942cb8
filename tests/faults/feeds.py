"""A served feed of so many updates and a client of it, with what the simulator knows about both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts
from ropo_async.simulator import Running, Simulator, serve
from tests.faults.calls import POLL

QUICK = Timeouts(connect=2, read=2, write=2, pool=2, total=10, poll_read=0.5, poll_total=1.5)
EAGER = RetryPolicy(base=0.001, throttled_base=0.001)


@asynccontextmanager
async def feed(
    count: int = 2500, *, page_size: int = 1000, retries: RetryPolicy = EAGER
) -> AsyncIterator[tuple[Simulator, RopoClient]]:
    simulator = Simulator(page_size=page_size)
    simulator.add_updates(count=count, seed=1, days=1)
    async with serve(simulator) as running, connect(running, retries=retries) as client:
        yield simulator, client


def connect(running: Running, *, retries: RetryPolicy = EAGER) -> RopoClient:
    simulator = running.simulator
    client = RopoClient(running.url, Credentials(simulator.cid, simulator.apicode), timeouts=QUICK, retries=retries)
    client.status_updates._pause = 0.001  # between empty pages
    return client


def polls(simulator: Simulator) -> int:
    return sum(exchange.operation == POLL and not exchange.query for exchange in simulator.truth.requests)


def ids(simulator: Simulator) -> list[str]:
    return [record["statusid"] for record in simulator.truth.updates]

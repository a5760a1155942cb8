"""A served simulator and clients of it: one that is patient, and others as a test wants them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts
from ropo_async.simulator import Running, Simulator, serve
from tests.faults.calls import BILLNUM, Connect
from tests.faults.rereads import RECORDS


@pytest.fixture
def patient() -> Timeouts:
    """For answers that come: a busy machine must not run into them."""
    return Timeouts(connect=10, read=10, write=10, pool=10, total=30)


@pytest.fixture
def quick() -> Timeouts:
    """For answers that never come, or never end."""
    return Timeouts(connect=0.3, read=0.3, write=0.3, pool=0.3, total=1.5)


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator(apicode="only-for-tests")
    simulator.add_invoice(billnum=BILLNUM, amount="9000.00")
    return simulator


@pytest.fixture
def recorded(simulator: Simulator) -> None:
    """There are updates to read again, and one that is about another invoice on another day."""
    simulator.add_updates(RECORDS)
    simulator.add_updates([{"statusid": "C99", "billnum": "R-0815", "statustime": "2026-03-02 00:00:00"}])


@pytest.fixture
async def running(anyio_backend: str, simulator: Simulator) -> AsyncIterator[Running]:
    async with serve(simulator) as running:
        yield running


@pytest.fixture
async def connect(running: Running, patient: Timeouts) -> AsyncIterator[Connect]:
    """Make clients that try again at once; each is closed in the end."""
    async with AsyncExitStack() as clients:
        made: list[RopoClient] = []

        def connect(**options: Any) -> RopoClient:
            auth = options.pop("auth", None) or Credentials(running.simulator.cid, running.simulator.apicode)
            defaults: dict[str, Any] = {"timeouts": patient, "retries": RetryPolicy(base=0.001, throttled_base=0.001)}
            made.append(RopoClient(options.pop("server", running.url), auth, **defaults | options))
            clients.push_async_callback(made[-1].aclose)
            return made[-1]

        yield connect


@pytest.fixture
async def client(connect: Connect) -> RopoClient:
    """One that has its token already, so that the next request is the test's own."""
    client = connect()
    await client.payments._transport.auth.token(rejected=None, valid_for=100)  # type: ignore[union-attr]
    return client

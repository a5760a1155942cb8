"""A served simulator and clients of it: one that is patient, and others as a test wants them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts
from ropo_async.simulator import Running, Simulator, serve


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
    simulator.add_invoice(billnum="R-4711", amount="9000.00")
    return simulator


@pytest.fixture
async def running(anyio_backend: str, simulator: Simulator) -> AsyncIterator[Running]:
    async with serve(simulator) as running:
        yield running


@pytest.fixture
async def connect(running: Running, patient: Timeouts) -> AsyncIterator[Callable[..., RopoClient]]:
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
async def client(connect: Callable[..., RopoClient]) -> RopoClient:
    """One that has its token already, so that the next request is the test's own."""
    client = connect()
    await client.status_updates.of_invoice("warm up")
    return client

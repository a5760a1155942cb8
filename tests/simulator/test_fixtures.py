"""Fixtures of pytest-asyncio are entered in one task and left in another; the server has to stand that."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from ropo_async.simulator import Running, Simulator, serve


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Running]:
    async with serve(Simulator()) as running:
        yield running


@pytest.mark.asyncio
async def test_a_pytest_asyncio_fixture_can_serve(served: Running) -> None:
    async with httpx.AsyncClient(base_url=served.url) as client:
        assert (await client.get("/jobs/statusupdates")).status_code == 401
    assert served.simulator.truth.connections == 1

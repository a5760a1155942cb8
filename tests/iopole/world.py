"""A client of a pretended Iopole."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ropo_async import RetryPolicy, Timeouts
from ropo_async.inbox import marking
from ropo_async.iopole import IopoleClient, IopoleCredentials
from ropo_async.simulator.iopole import IopoleSimulator, serve
from ropo_async.simulator.iopole import simulator as pretended

PATIENT = Timeouts(connect=10, read=10, write=10, pool=10, total=30)


def small_pages(monkeypatch: pytest.MonkeyPatch, size: int = 3) -> None:
    """Have answers with so few unseen statuses that a test of many needs few."""
    monkeypatch.setattr(marking, "PAGE", size)
    monkeypatch.setattr(pretended, "_PAGE", size)


@asynccontextmanager
async def connected(simulator: IopoleSimulator, **options: Any) -> AsyncIterator[IopoleClient]:
    credentials = IopoleCredentials(simulator.client_id, simulator.client_secret)
    usual: dict[str, Any] = {"timeouts": PATIENT, "hooks": (), "history_interval": 0}
    usual["retries"] = RetryPolicy(base=0.001)
    async with serve(simulator) as running, IopoleClient(running.url, credentials, **(usual | options)) as iopole:
        yield iopole

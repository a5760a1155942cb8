"""No cancellation wears the pool down, wherever it strikes."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
import pytest
import trustme
from anyio.lowlevel import checkpoint

from ropo_async import _http as http
from ropo_async._bridge import PoolTransport
from ropo_async._pool import Pool
from tests.pool.harness import client_tls, pooled, served, server_tls, serving, whole

pytestmark = pytest.mark.anyio

Cut = Callable[[Callable[[], Awaitable[Any]], int], Awaitable[bool]]


async def cut_by_scope(call: Callable[[], Awaitable[Any]], steps: int) -> bool:
    """Run `call`, cancel it as anyio does after so many turns of the event loop, and say whether it was cut off."""
    done = False

    async def run() -> None:
        nonlocal done
        await call()
        done = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        for _ in range(steps):
            await checkpoint()
        tasks.cancel_scope.cancel()
    return not done


async def cut_by_task(call: Callable[[], Awaitable[Any]], steps: int) -> bool:
    """Do the same as asyncio does, which no shield withstands; twice, so that cleaning up is cut off as well."""
    task = asyncio.ensure_future(call())
    for _ in range(steps):
        await checkpoint()
    task.cancel()
    await checkpoint()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
        return False
    return True


every_cut = pytest.mark.parametrize(
    ("anyio_backend", "cut"),
    [("asyncio", cut_by_scope), ("asyncio", cut_by_task), ("trio", cut_by_scope)],
    ids=["asyncio-scope", "asyncio-task", "trio-scope"],
)


@every_cut
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["new", "reused", "fresh"])
async def test_a_call_can_be_cut_off_at_every_await(cut: Cut, scheme: str, kind: str, authority: trustme.CA) -> None:
    tls = server_tls(authority, "127.0.0.1") if scheme == "https" else None
    pool = Pool(max_connections=2, ssl_context=client_tls(authority))
    outcomes: list[bool] = []
    async with serving(tls) as server, http.AsyncClient(transport=PoolTransport(pool)) as client:
        while outcomes[-3:] != [False] * 3 and len(outcomes) < 1000:  # until it is through before the cut comes
            if kind == "reused":
                await client.get(server.url)
            elif kind == "new":
                await pool._idle.pop_oldest().aclose() if pool._idle else None
            call = partial(client.get, server.url, extensions={"fresh": kind == "fresh"})
            outcomes.append(await cut(call, len(outcomes)))
        assert outcomes.count(True) > 5
        await whole(server, pool)
        assert await served(client, server.url) == 5
        await whole(server, pool)


@every_cut
async def test_a_wait_for_a_slot_can_be_cut_off_when_the_slot_comes(cut: Cut) -> None:
    lost = 0
    async with pooled(max_connections=1) as (server, pool, client):
        for steps in range(40):
            async with client.stream("GET", "/") as holder, anyio.create_task_group() as tasks:

                async def wait(steps: int = steps) -> None:
                    nonlocal lost
                    was_lost = await cut(partial(client.get, "/"), steps)
                    lost += was_lost

                tasks.start_soon(wait)
                for _ in range(5):
                    await checkpoint()
                await holder.aread()
        await whole(server, pool)
        assert lost > 5
        assert await served(client, "/") == 5


async def storm(client: http.AsyncClient, cut: Cut, *, calls: int) -> int:
    """Cut off batches of 50 calls, as a deadline over them does, each after another number of steps."""
    lost = 0

    async def call() -> None:
        nonlocal lost
        lost += 1
        await client.get("/")
        lost -= 1

    async def batch() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(call)

    for steps in itertools.cycle(range(50)):
        if lost >= calls:
            break
        await cut(batch, steps)
    return lost


PATIENCE = 3
"""Seconds that five calls after the storm may take, in the test and in its control alike."""


every_storm = pytest.mark.parametrize("calls", [1000, pytest.param(7000, marks=pytest.mark.slow)])


@every_cut
@every_storm
async def test_a_storm_of_cancelled_calls_leaves_the_pool_whole(cut: Cut, calls: int) -> None:
    async with pooled(max_connections=5) as (server, pool, client):
        assert await storm(client, cut, calls=calls) >= calls
        await whole(server, pool)
        assert await served(client, "/", patience=PATIENCE) == 5


@pytest.mark.slow  # the control: it fails to serve for as long as it is waited for
@every_storm
async def test_the_same_storm_wedges_the_pool_of_the_http_library(calls: int) -> None:
    """The control: if that pool, too, served all five, the test above would prove nothing."""
    async with (
        serving() as server,
        http.AsyncClient(limits=http.Limits(max_connections=5), base_url=server.url) as client,
        http.AsyncClient(base_url=server.url) as bystander,
    ):
        await storm(client, cut_by_scope, calls=calls)
        assert await served(client, "/", patience=PATIENCE) == 0
        assert await served(bystander, "/", patience=PATIENCE) == 5  # so it is the pool, not a server out of breath

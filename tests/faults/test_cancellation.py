"""Cancelling a caller: what consumes or writes is carried to its end, what reads stops at once, and nothing is lost."""

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import anyio
import pytest

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts, UpdatesMayBeLost
from ropo_async.hooks import Finished
from ropo_async.simulator import Fault, Simulator, serve

Work = Callable[[], Coroutine[Any, Any, Any]]

POLL = "GET /jobs/statusupdates"
PAY = "POST /jobs/payment"
QUICK = Timeouts(connect=2, read=2, write=2, pool=2, total=10, poll_read=1, poll_total=3)


@asynccontextmanager
async def connected(count: int = 1200, **options: Any) -> AsyncIterator[tuple[Simulator, RopoClient]]:
    simulator = Simulator()
    simulator.add_updates(count=count, seed=1, days=1)
    async with serve(simulator) as running:
        credentials = Credentials(simulator.cid, simulator.apicode)
        policy = RetryPolicy(base=0.001)
        async with RopoClient(running.url, credentials, timeouts=QUICK, retries=policy, **options) as client:
            yield simulator, client


async def native(work: Work, started: Work) -> None:
    task = asyncio.ensure_future(work())
    await started()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def native_twice(work: Work, started: Work) -> None:
    task = asyncio.ensure_future(work())
    await started()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def timeout_block(work: Work, started: Work) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await work()


async def wait_for(work: Work, started: Work) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work(), 0.1)


async def anyio_scope(work: Work, started: Work) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(work)
        await started()
        group.cancel_scope.cancel()


ON_ASYNCIO = [native, native_twice, timeout_block, wait_for, anyio_scope]
WAYS = [pytest.param("asyncio", way, id=f"asyncio-{way.__name__}") for way in ON_ASYNCIO]
WAYS += [pytest.param("trio", anyio_scope, id="trio-anyio_scope")]

FAULTS = {
    "before the answer": Fault.delay(0.3),
    "within the head": Fault.drip(0.002),
    "at the login": None,
}


@pytest.mark.anyio
@pytest.mark.parametrize("phase", FAULTS)
@pytest.mark.parametrize(("anyio_backend", "cancel"), WAYS)
async def test_a_page_that_arrives_for_a_cancelled_caller_comes_first_next_time(cancel: Any, phase: str) -> None:
    async with connected() as (simulator, client):
        fault = FAULTS[phase]
        operation = POLL if fault else "POST /token"
        simulator.fail(fault or Fault.delay(0.3), operation=operation)
        iteration = client.status_updates.pages()

        async def started() -> None:
            await simulator.truth.until(lambda truth: truth.count(operation) == 1)

        await cancel(iteration.__anext__, started)
        assert simulator.truth.count(POLL) == 1  # carried to its end, not begun anew
        taken = [update.statusid async for update in client.status_updates.drain()]
    assert taken == [record["statusid"] for record in simulator.truth.updates]
    assert simulator.truth.count(POLL) == 3


@pytest.mark.anyio
@pytest.mark.parametrize(("anyio_backend", "cancel"), WAYS)
async def test_a_loss_that_a_cancelled_caller_did_not_see_is_raised_next_time(cancel: Any) -> None:
    async with connected() as (simulator, client):
        simulator.fail(Fault.stall(), operation=POLL)

        async def started() -> None:
            await simulator.truth.until(lambda truth: truth.count(POLL) == 1)

        await cancel(client.status_updates.pages().__anext__, started)
        with pytest.raises(UpdatesMayBeLost):
            await anext(client.status_updates.pages())
        assert simulator.truth.count(POLL) == 1
        assert len(await anext(client.status_updates.pages())) == 200


@pytest.mark.anyio
@pytest.mark.parametrize(("anyio_backend", "cancel"), WAYS)
async def test_a_payment_whose_caller_is_cancelled_is_booked_once(cancel: Any) -> None:
    events = list[Any]()
    async with connected(0, hooks=[events.append]) as (simulator, client):
        simulator.add_invoice(billnum="1001", amount=Decimal("710.10"))
        simulator.fail(Fault.delay(0.3), operation=PAY)

        async def pay() -> None:
            await client.payments.register(amount=Decimal("710.10"), paydate=date(2026, 11, 20), billnum="1001")

        async def started() -> None:
            await simulator.truth.until(lambda truth: truth.count(PAY) == 1)

        await cancel(pay, started)
        assert simulator.truth.count(PAY) == 1
        assert len(simulator.truth.payments) == 1
    # The caller is gone, but the outcome went to the hooks.
    ended = [event for event in events if isinstance(event, Finished)]
    assert [event.outcome for event in ended if event.operation == "payments.register"] == ["ok"]


@pytest.mark.anyio
@pytest.mark.parametrize(("anyio_backend", "cancel"), WAYS)
async def test_a_read_stops_at_once_when_it_is_cancelled(cancel: Any) -> None:
    async with connected() as (simulator, client):
        simulator.fail(Fault.hang(processed=True), operation=POLL)

        async def read() -> None:
            await client.status_updates.of_invoice("1001")

        async def started() -> None:
            await simulator.truth.until(lambda truth: truth.count(POLL) == 1)

        began = anyio.current_time()
        await cancel(read, started)
        assert anyio.current_time() - began < 1
        assert len(await client.status_updates.of_invoice("1001")) == 0


@pytest.mark.anyio
async def test_a_storm_of_cancelled_reads_leaves_the_client_whole() -> None:
    async with connected() as (_, client):

        async def read() -> None:
            await client.status_updates.of_invoice("1001")

        for round_ in range(20):
            async with anyio.create_task_group() as group:
                for _ in range(50):
                    group.start_soon(read)
                for _ in range(round_):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(read)


def test_ctrl_c_keeps_the_page_that_was_under_way() -> None:
    script = """
        import asyncio, sys
        from ropo_async import Credentials, RopoClient
        from ropo_async.simulator import Fault, Simulator, serve

        async def main():
            simulator = Simulator()
            simulator.add_updates(count=1000)
            simulator.fail(Fault.delay(1.0), operation="GET /jobs/statusupdates")
            async with serve(simulator) as running:
                async with RopoClient(running.url, Credentials(simulator.cid, simulator.apicode)) as client:
                    asyncio.get_running_loop().create_task(say(simulator))
                    try:
                        await anext(client.status_updates.pages())
                    finally:
                        print("kept", len(client.status_updates._arrived[0]), flush=True)

        async def say(simulator):
            await simulator.truth.until(lambda truth: truth.count("GET /jobs/statusupdates") == 1)
            print("asked", flush=True)

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted", flush=True)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[0] == "kept 1000\ninterrupted\n"

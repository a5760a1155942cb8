"""Cancelled downloads stop and leave nothing behind; a cancelled print is carried to its end with its document."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import pytest

from ropo_async import RopoClient
from ropo_async.simulator import Fault, Simulator
from tests.faults.calls import BILLNUM
from tests.faults.papers import PDF, PRINT, archive, fetch, is_whole, names, print_it, printed

pytestmark = pytest.mark.anyio

Work = Callable[[], Coroutine[Any, Any, Any]]


@pytest.fixture
def simulator() -> Simulator:
    return archive()


async def by_scope(work: Work, started: Work) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(work)
        await started()
        group.cancel_scope.cancel()


async def natively(work: Work, started: Work) -> None:
    task = asyncio.ensure_future(work())
    await started()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def by_timeout(work: Work, _started: Any) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await work()


WAYS = [pytest.param("asyncio", way, id=f"asyncio-{way.__name__}") for way in (by_scope, natively, by_timeout)]
WAYS += [pytest.param("trio", by_scope, id="trio-by_scope")]


FAULTS = {"head": Fault.drip(0.01), "before": Fault.delay(0.3), "body": Fault.stall()}


@pytest.mark.parametrize("phase", FAULTS)
@pytest.mark.parametrize(("anyio_backend", "cancel"), WAYS)
async def test_a_cancelled_download_stops_and_leaves_nothing_behind(
    cancel: Any, phase: str, simulator: Simulator, client: RopoClient, tmp_path: Path
) -> None:
    simulator.fail(FAULTS[phase], operation=PDF)

    async def started() -> None:
        await simulator.truth.until(lambda truth: truth.count(PDF) == 1)

    await cancel(lambda: fetch(client, tmp_path), started)
    assert not names(tmp_path)
    await fetch(client, tmp_path)
    assert is_whole(tmp_path)
    assert simulator.truth.count(PDF) == 2


@pytest.mark.parametrize(("anyio_backend", "cancel"), WAYS)
async def test_a_cancelled_print_is_carried_to_its_end_with_its_document(
    cancel: Any, simulator: Simulator, client: RopoClient, tmp_path: Path
) -> None:
    simulator.fail(FAULTS["before"], operation=PRINT)

    async def started() -> None:
        await simulator.truth.until(lambda truth: truth.count(PRINT) == 1)

    await cancel(lambda: print_it(client, tmp_path), started)
    assert (simulator.truth.count(PRINT), printed(simulator)) == (1, 1)
    assert is_whole(tmp_path)


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_after_many_cancellations_connections_are_still_had(
    simulator: Simulator, client: RopoClient, tmp_path: Path
) -> None:
    for fault in (Fault.stall(), Fault.stall(70_000)):
        simulator.fail(fault, operation=PDF, times=10**6)
        asked = simulator.truth.count(PDF)
        async with anyio.create_task_group() as group:
            for number in range(60):
                download = client.documents.pdf(billnum=BILLNUM)
                group.start_soon(download.save_to, tmp_path / f"{number}.pdf")
            await simulator.truth.until(lambda truth, asked=asked: truth.count(PDF) >= asked + 20)  # type: ignore[misc]
            group.cancel_scope.cancel()
        simulator.faults.clear()
        assert not names(tmp_path)
    await fetch(client, tmp_path)
    assert is_whole(tmp_path)

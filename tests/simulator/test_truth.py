"""What the truth says of requests whose answer never arrived."""

from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest

from ropo_async.simulator import Fault, Running, Simulator

from .conftest import Heard

pytestmark = pytest.mark.anyio


async def test_a_booked_payment_whose_answer_is_lost_is_in_the_truth(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.add_invoice(billnum="1")
    order = {"amount": "10.00", "paydate": "2026-01-02", "billnum": "1"}
    for fault, booked in ((Fault.drop(processed=False), 0), (Fault.reset(processed=True), 1)):
        simulator.fail(fault, operation="POST /jobs/payment")
        with pytest.raises(httpx.TransportError):
            await client.post("/jobs/payment", json=order)
        assert len(simulator.truth.payments) == booked
    assert [exchange.processed for exchange in simulator.truth.requests] == [False, True]
    assert [exchange.status for exchange in simulator.truth.requests] == [None, 201]


async def test_a_hanging_request_is_in_the_truth_before_it_ends(
    simulator: Simulator, running: Running, bearer: dict[str, str]
) -> None:
    simulator.add_updates([{"statusid": "C1"}, {"statusid": "C2"}])
    simulator.fail(Fault.hang(processed=True))
    async with httpx.AsyncClient(base_url=running.url, headers=bearer) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.get, "/jobs/statusupdates")
        with anyio.fail_after(10):
            await simulator.truth.until(lambda truth: bool(truth.requests and truth.requests[0].processed))
        assert simulator.truth.undelivered == ["C1", "C2"]
        tasks.cancel_scope.cancel()


async def test_a_client_that_leaves_early_was_not_delivered_to(
    simulator: Simulator, running: Running, bearer: dict[str, str]
) -> None:
    simulator.add_updates(count=1000)
    simulator.page_size = 100_000
    simulator.add_updates(count=20_000)
    async with await anyio.connect_tcp(running.host, running.port) as stream:
        head = f"GET /rest/jobs/statusupdates HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer['Authorization']}\r\n\r\n"
        await stream.send(head.encode())
        await stream.receive(10)
        with anyio.fail_after(10):
            await simulator.truth.until(lambda truth: bool(truth.handed_out))
    assert [handout.delivered for handout in simulator.truth.handed_out] == [None]


@pytest.mark.parametrize("fault", [Fault.drop(processed=True), Fault.cut(), Fault.trailing_bytes()])
async def test_a_connection_whose_bytes_were_broken_is_not_kept(
    simulator: Simulator, ask: Callable[..., Awaitable[Heard]], bearer: dict[str, str], fault: Fault
) -> None:
    simulator.fail(fault)
    heard = await ask(
        f"GET /rest/jobs/statusupdates HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer['Authorization']}\r\n\r\n".encode()
    )
    assert heard.ended == "fin"
    assert simulator.truth.requests_per_connection == [1]

"""Disputes, and the calls that only leave a note."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from ropo_async.simulator import Fault, Simulator

pytestmark = pytest.mark.anyio


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(apicode="only-for-tests", now=lambda: datetime(2026, 6, 1, 21, 30, tzinfo=UTC))


@pytest.mark.parametrize("named", ["jobid", "invoice_number"])
async def test_a_dispute_is_opened_and_resolved_once(
    simulator: Simulator, client: httpx.AsyncClient, named: str
) -> None:
    invoice = simulator.add_invoice(billnum="R1")
    query = {named: str(invoice.jobid) if named == "jobid" else "R1"}
    early = await client.post("/jobs/dispute/resolve", params=query, json={})
    opened = [await client.post("/jobs/dispute", params=query, json={"reason": "not ours"}) for _ in range(2)]
    assert simulator.truth.invoices[invoice.jobid].disputed
    resolved = [await client.post("/jobs/dispute/resolve", params=query, json={}) for _ in range(2)]
    assert [answer.status_code for answer in (early, *opened, *resolved)] == [400, 200, 400, 200, 400]
    assert opened[0].json() == {"created_at": "2026-06-02 00:30:00"}
    assert opened[1].json() == {"error": "The job is disputed already"}
    (dispute,) = simulator.truth.disputes
    assert (dispute.request, dispute.jobid, dispute.details) == (1, invoice.jobid, {"reason": "not ours"})
    assert dispute.resolved == 3
    assert not simulator.truth.invoices[invoice.jobid].disputed
    assert [update["statuscode"] for update in simulator.truth.updates] == [9120, 9121]
    assert "not ours" not in repr(dispute)


async def test_the_latest_dispute_of_a_job_is_the_one_that_is_resolved(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    ours, other = (str(simulator.add_invoice().jobid) for _ in range(2))
    for path, jobid in [("", ours), ("/resolve", ours), ("", ours), ("", other), ("/resolve", ours)]:
        await client.post(f"/jobs/dispute{path}", params={"jobid": jobid}, json={})
    assert [dispute.resolved for dispute in simulator.truth.disputes] == [1, 4, None]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"billnum": "R1"}, 400),
        ({"jobid": "7000001", "invoice_number": "R1"}, 400),
        ({"jobid": "R1"}, 400),
        ({"jobid": "1"}, 404),
        ({"invoice_number": "7000001"}, 404),
        ({"invoice_number": "F1"}, 404),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/jobs/dispute", "/jobs/dispute/resolve"])
async def test_a_dispute_is_of_exactly_one_job_that_is_there(
    simulator: Simulator, client: httpx.AsyncClient, path: str, query: dict[str, str], status: int
) -> None:
    simulator.add_invoice(billnum="R1")
    simulator.add_invoice(billnum="F1", foreign=True)
    answer = await client.post(path, params=query, json={})
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert (simulator.truth.disputes, simulator.truth.updates) == ([], [])


@pytest.mark.parametrize("body", [b"", b"[]", b"{"], ids=repr)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/jobs/dispute"), ("PATCH", "/jobs/deliverystatus"), ("PATCH", "/jobs")]
)
async def test_a_body_that_is_no_object_changes_nothing(
    simulator: Simulator, client: httpx.AsyncClient, method: str, path: str, body: bytes
) -> None:
    simulator.add_invoice(jobid=1)
    answer = await client.request(method, path, params={"jobid": "1"}, content=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    truth = simulator.truth
    assert (truth.disputes, truth.delivery_statuses, truth.modifications, truth.updates) == ([], [], [], [])


async def test_delivery_statuses_are_noted(simulator: Simulator, client: httpx.AsyncClient) -> None:
    told: dict[str, Any] = {"created_at": "2026-06-01T10:00:00", "id": "d-1", "service": "post"}
    answers = [await client.patch("/jobs/deliverystatus", json=body) for body in (told, {}, {"id": 1})]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert [answer.content for answer in answers[:2]] == [b"", b""]
    assert [status.details for status in simulator.truth.delivery_statuses] == [told, {}]
    assert "d-1" not in repr(simulator.truth.delivery_statuses)


async def test_each_call_sends_a_transfer_report(simulator: Simulator, client: httpx.AsyncClient) -> None:
    path = "/jobs/transferconfirmation"
    simulator.fail(Fault.drop(processed=True), skip=1)
    assert (await client.get(path, params={"batchid": "b-1"})).content == b""
    with pytest.raises(httpx.TransportError):
        await client.get(path, params={"batchid": "b-1"})
    assert [(await client.get(path, params=query)).status_code for query in ({}, {"batchid": ""})] == [400, 400]
    assert [(report.request, report.batchid) for report in simulator.truth.transfer_reports] == [(0, "b-1"), (1, "b-1")]

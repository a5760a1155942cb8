"""Jobs that have become invoices: looked at, and changed."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from ropo_async.simulator import Simulator

from .test_jobs import JOB, read, without

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "status"),
    [({}, 400), ({"jobid": "x"}, 400), ({"jobid": "1"}, 404), ({"jobid": ["7000001", "7000001"]}, 400)],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_a_job_must_be_named_and_there(
    simulator: Simulator, client: httpx.AsyncClient, query: dict[str, Any], status: int, method: str
) -> None:
    simulator.add_invoice()
    answer = await client.request(method, "/jobs", params=query, json=JOB)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert simulator.truth.modifications == []


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_a_job_of_another_customer_is_not_there(
    simulator: Simulator, client: httpx.AsyncClient, method: str
) -> None:
    invoice = simulator.add_invoice(foreign=True)
    answer = await client.request(method, "/jobs", params={"jobid": invoice.jobid}, json=JOB)
    assert answer.status_code == 404


async def test_a_change_keeps_what_it_does_not_name(simulator: Simulator, client: httpx.AsyncClient) -> None:
    invoice = simulator.add_invoice(billnum="R1", amount="100.00", dataset={"custnum": "7", "vatid": "FI1"})
    changes = without("payrow") | {"billnum": "R2", "amount": "130.00", "vatid": None, "person": "Maija Esimerkki"}
    answer = await client.patch("/jobs", params={"billnum": "R1"}, json=changes)
    assert (answer.status_code, answer.content) == (200, b"")
    info = read(await client.get("/jobs", params={"jobid": invoice.jobid}))
    assert (info["billnum"], info["custnum"], info["person"]) == ("R2", "7", "Maija Esimerkki")
    assert "vatid" not in info
    left = simulator.truth.invoices[invoice.jobid]
    assert (left.amount, left.open, left.original["person"]) == (Decimal(130), Decimal(130), "Matti Esimerkki")
    (change,) = simulator.truth.modifications
    assert (change.request, change.jobid, set(change.fields)) == (0, invoice.jobid, set(changes))


async def test_a_change_must_be_whole_and_of_one_job(simulator: Simulator, client: httpx.AsyncClient) -> None:
    one, two = simulator.add_invoice(), simulator.add_invoice()
    both = await client.patch("/jobs", params={"jobid": one.jobid, "billnum": two.billnum}, json=JOB)
    assert (both.status_code, both.json()) == (400, {"error": "The ids do not point at one job"})
    partial = await client.patch("/jobs", params={"jobid": one.jobid}, json={"person": "Maija Esimerkki"})
    assert (partial.status_code, partial.json()) == (400, {"error": "address is required"})
    agreed = await client.patch("/jobs", params={"jobid": one.jobid, "billnum": one.billnum}, json=JOB)
    assert agreed.status_code == 200
    assert [change.jobid for change in simulator.truth.modifications] == [one.jobid]


async def test_open_invoices_of_an_order_are_changed_together(simulator: Simulator, client: httpx.AsyncClient) -> None:
    order: dict[str, Any] = {"custnum": "7", "ordernumber": 42}
    meant = [simulator.add_invoice(dataset=order).jobid for _ in range(2)]
    simulator.add_invoice(dataset=order, closed=True)
    simulator.add_invoice(dataset=order, cancelled=True)
    simulator.add_invoice(dataset=order, foreign=True)
    simulator.add_invoice(dataset=order | {"ordernumber": 43})
    simulator.add_invoice(dataset=order | {"custnum": "8"})
    changes = without("payrow") | {"paydate": "2026-12-24"}
    answer = await client.patch("/jobs/opensalesinvoices", params=order, json=changes)
    assert (answer.status_code, answer.json()) == (200, {"updated": 2, "jobid": meant})
    assert [change.jobid for change in simulator.truth.modifications] == meant
    due = [jobid for jobid, left in simulator.truth.invoices.items() if left.dataset["paydate"] == "2026-12-24"]
    assert due == meant
    for query in ({"custnum": "7"}, {"ordernumber": "42"}, {}):
        assert (await client.patch("/jobs/opensalesinvoices", params=query, json=changes)).status_code == 400
    assert (await client.patch("/jobs/opensalesinvoices", params=order, json={})).status_code == 400
    assert len(simulator.truth.modifications) == 2


def test_no_repr_tells_about_people(simulator: Simulator) -> None:
    invoice = simulator.add_invoice(dataset={"person": "Teppo Testihenkilö", "govid": "010101-900R"})
    shown = repr(simulator) + repr(invoice) + repr(simulator.truth)
    assert "Testihenkilö" not in shown
    assert "900R" not in shown
    assert simulator.apicode not in shown

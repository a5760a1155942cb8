"""Jobs that are submitted become invoices, which can be looked at, changed, paid and credited."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from ropo_async.simulator import Simulator

pytestmark = pytest.mark.anyio

JOB: dict[str, Any] = {
    "jobtype": "0",
    "customertype": "2",
    "person": "Matti Esimerkki",
    "address": "Esimerkkikatu 1",
    "postcode": "00100",
    "city": "HELSINKI",
    "billdate": "2026-11-01",
    "paydate": "2026-11-15",
    "payrow": [{"desc": "Esimerkki", "count": "2", "amount": "10.00", "taxpr": "25.5"}],
}
COMPANY = {"person": None, "company": "Esimerkki Oy", "customertype": 1}


def read(answer: httpx.Response) -> Any:
    return json.loads(answer.content, parse_float=Decimal)


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in JOB.items() if name not in names}


async def submit(client: httpx.AsyncClient, *jobs: object) -> dict[str, Any]:
    answer = await client.post("/jobs", json={"datastream": {"dataset": list(jobs)}})
    assert answer.status_code == 201
    return dict(read(answer))


async def codes(client: httpx.AsyncClient, billnum: str) -> list[object]:
    """The codes of the comments, and `P` for each payment, of one invoice."""
    answer = await client.get("/jobs/statusupdates", params={"billnum": billnum})
    records = read(answer)["result"]["status"] if answer.content else []
    return [record["statuscode"] or record["statusid"][0] for record in records]


async def test_a_job_becomes_an_invoice_that_can_be_looked_at(simulator: Simulator, client: httpx.AsyncClient) -> None:
    job = JOB | {"billnum": "R1", "custnum": "1022", "refundtojobid": None, "anything": {"kept": True}}
    answer = await client.post("/jobs", json={"datastream": {"dataset": [job]}}, headers={"DataIdentifier": "batch 7"})
    assert answer.status_code == 201
    ((row,), accepted) = read(answer)["row"], read(answer)["accepted"]
    invoice = simulator.truth.invoices[row["jobid"]]
    assert (accepted, row) == (
        1,
        {"accepted": 1, "billnum": "R1", "jobid": invoice.jobid, "reference": invoice.billcode, "error": ""},
    )
    assert (invoice.amount, invoice.open, invoice.request) == (Decimal("25.10"), Decimal("25.10"), 0)
    assert invoice.dataset["anything"] == {"kept": True}
    (submission,) = simulator.truth.submissions
    assert (submission.jobids, submission.rejected, submission.identifier) == ((invoice.jobid,), 0, "batch 7")

    info = await client.get("/jobs", params={"jobid": row["jobid"]})
    assert info.status_code == 200
    assert read(info) == {
        "accountdate": invoice.received,
        "address": "Esimerkkikatu 1",
        "billcode": invoice.billcode,
        "billnum": "R1",
        "city": "HELSINKI",
        "currentpaydate": "2026-11-15",
        "currentstatus": 0,
        "currentstatustext": "Invoicing",
        "custnum": "1022",
        "jobid": invoice.jobid,
        "nextstatus": 1,
        "nextstatusdate": "2026-11-29",
        "nextstatustext": "Reminder",
        "origjobdate": invoice.received,
        "origjobtext": "Invoicing",
        "origjobtype": 0,
        "paydate": "2026-11-15",
        "person": "Matti Esimerkki",
        "postcode": "00100",
        "reference": invoice.billcode,
    }


@pytest.mark.parametrize(
    ("fields", "status", "following"),
    [
        ({"putonhold": "1"}, 100, -1),
        ({"sensible": 1}, 0, -1),
        ({"cashbill": 1}, 0, -1),
        ({"jobtype": 1, "payrow": [], "amount": "5.00", "billcode": "13"}, 1, 2),
        ({"jobtype": 301}, 301, -1),
        ({"noticedate": "2026-12-24"}, 0, 1),
    ],
    ids=str,
)
async def test_the_status_follows_from_the_job(
    simulator: Simulator, client: httpx.AsyncClient, fields: dict[str, Any], status: int, following: int
) -> None:
    (row,) = (await submit(client, JOB | fields))["row"]
    info = read(await client.get("/jobs", params={"jobid": row["jobid"]}))
    assert (info["currentstatus"], info["nextstatus"]) == (status, following)
    assert bool(info["nextstatusdate"]) is (following != -1)
    assert info["nextstatusdate"] in {"", "2026-11-29", fields.get("noticedate")}


async def test_what_happens_to_an_invoice_hangs_together(simulator: Simulator, client: httpx.AsyncClient) -> None:
    (row,) = (await submit(client, JOB | {"billnum": "R1", "amount": "100.00"}))["row"]
    jobid = row["jobid"]
    assert await codes(client, "R1") == []
    await client.patch("/jobs", params={"jobid": jobid}, json=without("payrow") | {"paydate": "2026-12-24"})
    await client.post("/jobs/creditnote", json={"jobid": jobid, "amount": "40.00", "date": "2026-11-02"})
    await client.post("/jobs/dispute", params={"jobid": jobid}, json={})
    assert read(await client.get("/jobs", params={"jobid": jobid}))["nextstatus"] == -1
    await client.post("/jobs/dispute/resolve", params={"invoice_number": "R1"}, json={})
    info = read(await client.get("/jobs", params={"jobid": jobid}))
    assert (info["nextstatus"], info["paydate"], info["currentpaydate"]) == (1, "2026-11-15", "2026-12-24")
    paid = await client.post("/jobs/payment", json={"billnum": "R1", "amount": "60.00", "paydate": "2026-11-03"})
    assert (paid.status_code, read(paid)["capitalbefore"], read(paid)["capitalafter"]) == (201, 60, 0)
    assert read(await client.get("/jobs", params={"jobid": jobid}))["nextstatus"] == -1
    assert await codes(client, "R1") == [9130, 9110, 9120, 9121, "P", 98, 101]
    assert {record["jobid"] for record in simulator.truth.updates} == {jobid}
    assert [record["openamount"] for record in simulator.truth.updates] == [100, 60, 60, 60, 0, 0, 0]
    again = await client.patch("/jobs", params={"jobid": jobid}, json=JOB)
    assert (again.status_code, read(again)) == (400, {"error": "The job is closed"})


async def test_bad_jobs_do_not_keep_good_ones_out(simulator: Simulator, client: httpx.AsyncClient) -> None:
    result = await submit(client, JOB | {"billnum": "1"}, without("city") | {"billnum": "2"}, "no job", JOB)
    assert [row["accepted"] for row in result["row"]] == [1, 0, 0, 1]
    assert result["row"][1] == {"accepted": 0, "billnum": "2", "error": "city is required"}
    assert result["row"][2]["error"] == "the body must be an object"
    assert result["accepted"] == 2
    assert list(simulator.truth.invoices) == [row["jobid"] for row in result["row"] if row["accepted"]]
    assert simulator.truth.submissions[0].rejected == 2


@pytest.mark.parametrize(
    ("job", "error"),
    [
        (without("payrow"), "payrow is required"),
        (without("paydate"), "paydate is required"),
        (without("person"), "person or company is required"),
        (JOB | {"customertype": 3}, "customertype must be 1 or 2"),
        (JOB | {"jobtype": 7}, "jobtype is not known"),
        (JOB | {"jobtype": 1}, "amount is required"),
        (JOB | {"jobtype": 1, "amount": 1, "billcode": "13"}, "payrow is not allowed in a payment notice"),
        (without("payrow") | {"jobtype": 2, "amount": 1, "billcode": "13"}, "noticedate is required"),
        (JOB | {"jobtype": 602}, "origbillnum is required"),
        (JOB | {"paydate": "15.11.2026"}, "paydate must be YYYY-MM-DD"),
        (JOB | {"fixedfee": "1"}, "fixedfee is for companies only, and not with finance"),
        (JOB | COMPANY | {"fixedfee": "1", "finance": 1}, "fixedfee is for companies only, and not with finance"),
        (JOB | {"refundtobillnum": "1"}, "the sums of a refund must be negative"),
        (JOB | {"refundtobillnum": "1", "amount": "-1.00"}, "there is no job to refund to"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_job_that_breaks_a_rule_is_not_accepted(
    simulator: Simulator, client: httpx.AsyncClient, job: dict[str, Any], error: str
) -> None:
    result = await submit(client, job)
    assert (result["accepted"], result["row"][0]["error"]) == (0, error)
    assert simulator.truth.invoices == {}


@pytest.mark.parametrize(
    "job",
    [
        without("payrow") | {"jobtype": 1, "amount": 1, "billcode": "13"},
        without("payrow") | {"jobtype": 2, "amount": 1, "billcode": "13", "billnum": "1", "noticedate": "2026-11-20"},
        without("payrow") | {"jobtype": 301},
        JOB | {"jobtype": 602, "origbillnum": "1"},
        JOB | COMPANY | {"fixedfee": "1"},
    ],
    ids=lambda job: f"{job['jobtype']}",
)
async def test_every_kind_of_job_can_be_taken_in(client: httpx.AsyncClient, job: dict[str, Any]) -> None:
    assert (await submit(client, job))["accepted"] == 1


async def test_a_number_in_use_is_refused_only_where_that_is_asked_for(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    numbered, guarded = JOB | {"billnum": "R1"}, JOB | {"billnum": "R1", "checkbillnum": "1"}
    first = await submit(client, guarded, guarded, JOB | {"checkbillnum": 1})
    assert [row["accepted"] for row in first["row"]] == [1, 0, 1]
    assert first["row"][1]["error"] == "billnum is already in use"
    assert [row["accepted"] for row in (await submit(client, numbered, guarded))["row"]] == [1, 0]
    assert [invoice.billnum for invoice in simulator.truth.invoices.values()].count("R1") == 2
    simulator.add_invoice(billnum="R2", foreign=True)
    assert (await submit(client, guarded | {"billnum": "R2"}))["accepted"] == 1


async def test_an_id_in_use_is_not_given_again(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.add_invoice(jobid=7_000_001, billnum="mine")
    assert (await submit(client, JOB))["row"][0]["jobid"] == 7_000_002
    assert simulator.truth.invoices[7_000_001].billnum == "mine"


async def test_a_negative_job_credits_the_one_that_it_names(simulator: Simulator, client: httpx.AsyncClient) -> None:
    invoice = simulator.add_invoice(billnum="R1", amount="100.00")
    row = [{"desc": "Hyvitys", "count": "-1", "amount": "30.00", "taxpr": 0}]
    result = await submit(client, JOB | {"billnum": "H1", "refundtobillnum": "R1", "payrow": row})
    (credit,) = simulator.truth.credit_notes
    assert (credit.amount, credit.jobid, credit.details) == (Decimal(30), invoice.jobid, {"creditnotebillnum": "H1"})
    assert simulator.truth.invoices[invoice.jobid].open == 70
    assert simulator.truth.invoices[result["row"][0]["jobid"]].open == 0
    assert await codes(client, "R1") == [9110]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"datastream":[]}', b'{"datastream":{"dataset":[]}}', b'{"datastream":{"dataset":{}}}'],
    ids=repr,
)
@pytest.mark.parametrize("path", ["/jobs", "/jobs/preview", "/jobs/localprint"])
async def test_an_envelope_without_jobs_is_refused(
    simulator: Simulator, client: httpx.AsyncClient, path: str, body: bytes
) -> None:
    answer = await client.post(path, content=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert simulator.truth.submissions == []

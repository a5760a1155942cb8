"""Credit notes follow the rule of payments: 6 comes with 201 and is booked, anything else comes with 400 and is not."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from ropo_async.simulator import Fault, Simulator

pytestmark = pytest.mark.anyio

CREDIT = "POST /jobs/creditnote"


async def credit(client: httpx.AsyncClient, **fields: Any) -> tuple[int, dict[str, Any]]:
    """Credit 10.00 unless told otherwise, and read the answer with exact numbers."""
    answer = await client.post("/jobs/creditnote", json={"amount": "10.00", "date": "2026-01-02"} | fields)
    return answer.status_code, dict(json.loads(answer.content, parse_float=Decimal))


async def test_a_credit_note_lowers_the_capital_first(simulator: Simulator, client: httpx.AsyncClient) -> None:
    invoice = simulator.add_invoice(billnum="R1", amount="710.00", interest="1.50", noticefee="5.00")
    status, result = await credit(client, billnum="R1", amount="711.00", type="allocated", creditnotebillnum="26251")
    assert (status, result["statusid"], result["date"], result["amount"]) == (201, 6, "2026-01-02", 711)
    assert "paydate" not in result
    assert [result[f"focusedto{part}"] for part in ("capital", "interest", "noticefee")] == [710, 1, 0]
    assert simulator.truth.invoices[invoice.jobid].open == Decimal("5.50")
    (note,) = simulator.truth.credit_notes
    assert (note.request, note.jobid, note.billnum, note.date) == (0, invoice.jobid, "R1", "2026-01-02")
    assert note.amount == 711
    assert note.details == {"type": "allocated", "creditnotebillnum": "26251"}
    (update,) = simulator.truth.updates
    assert (update["statustype"], update["statuscode"]) == ("comment", 9110)
    assert (update["amount"], update["paydate"]) == (711, "")
    assert (simulator.truth.payments, simulator.truth.payment_attempts) == ([], [])


@pytest.mark.parametrize(
    ("invoice", "amount", "statusid"),
    [({"closed": True}, 1, 5), ({"cancelled": True}, 1, 11), ({"foreign": True}, 1, 9), ({}, 0, 1), (None, 1, 10)],
)
async def test_what_is_not_booked_is_a_400(
    simulator: Simulator, client: httpx.AsyncClient, invoice: dict[str, Any] | None, amount: int, statusid: int
) -> None:
    if invoice is not None:
        simulator.add_invoice(billnum="R1", **invoice)
    status, result = await credit(client, billnum="R1", amount=amount)
    assert (status, result["statusid"]) == (400, statusid)
    (attempt,) = simulator.truth.credit_note_attempts
    assert (attempt.statusid, attempt.booked, attempt.date) == (statusid, False, "2026-01-02")
    assert (simulator.truth.credit_notes, simulator.truth.updates) == ([], [])


@pytest.mark.parametrize(
    "fields",
    [{"date": None}, {"date": "2.1.2026"}, {"amount": "x"}, {"billnum": ""}, {"date": None, "paydate": "2026-01-02"}],
    ids=str,
)
async def test_a_request_that_makes_no_sense_is_refused(
    simulator: Simulator, client: httpx.AsyncClient, fields: dict[str, Any]
) -> None:
    status, result = await credit(client, **{"billnum": "R1"} | fields)
    assert (status, list(result["result"])) == (400, ["commonerror"])
    assert simulator.truth.credit_note_attempts == []


async def test_scripts_are_for_payments_or_for_credit_notes(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.add_invoice(billnum="R1")
    simulator.credit_note_status(statusid=8, billnum="R1")
    simulator.payment_status(statusid=2)
    assert (await credit(client, billnum="R1"))[1]["statusid"] == 8
    paid = await client.post("/jobs/payment", json={"amount": 1, "paydate": "2026-01-02", "billnum": "R1"})
    assert paid.json()["statusid"] == 2
    simulator.credit_note_status(statusid="6", http_status=201, booked=True)
    assert (await credit(client, billnum="R1"))[0] == 201
    assert ([note.billnum for note in simulator.truth.credit_notes], simulator.truth.payments) == (["R1"], [])


async def test_a_credit_note_whose_answer_is_lost_is_booked(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.add_invoice(billnum="R1")
    for fault in (Fault.drop(processed=False), Fault.reset(processed=True)):
        simulator.fail(fault, operation=CREDIT)
        with pytest.raises(httpx.TransportError):
            await credit(client, billnum="R1")
    assert [note.request for note in simulator.truth.credit_notes] == [1]

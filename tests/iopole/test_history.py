"""The history of an invoice: whole, in order, each status once, in whichever make it comes."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ropo_async import (
    AuthenticationError,
    DecodeError,
    InvalidInput,
    NotFound,
    PermissionDenied,
    RateLimited,
    RopoError,
    ServerError,
)
from ropo_async.hooks import RecordsUndecoded
from ropo_async.simulator import Fault
from ropo_async.simulator.iopole import HISTORY, IopoleSimulator
from tests.iopole.world import connected

pytestmark = pytest.mark.anyio

STRANGER = "01a015f1-c49c-734e-8000-00000000ffff"


@pytest.mark.parametrize("make", ["A", "B", "C"])
async def test_a_history_is_the_same_in_every_make(make: str) -> None:
    simulator = IopoleSimulator(make=make)
    invoice = simulator.add_invoice()
    simulator.add_invoice()
    async with connected(simulator) as iopole:
        history = await iopole.invoices.status_history(invoice)
    entries = [entry for entry in simulator.truth.statuses if entry.invoice_id == invoice]
    assert isinstance(history, list)
    assert [(one.status_id, one.code, one.date, one.dest_type, one.invoice_id) for one in history] == [
        (entry.status_id, entry.code, entry.date, entry.dest_type, invoice) for entry in entries
    ]
    assert [one.life_cycle and one.life_cycle.number for one in history] == ["200", "200", "201", "202", "203"]
    assert all(one.xml and one.xml.startswith("<?xml") and one.json and one.raw for one in history)
    assert history.latest is history[-1]
    assert history.undecoded == ()


async def test_a_status_submitted_to_two_is_two_statuses() -> None:
    simulator = IopoleSimulator()
    invoice = simulator.add_invoice()
    async with connected(simulator) as iopole:
        history = await iopole.invoices.status_history(UUID(invoice))
    assert [(one.code, one.dest_type, one.network_code) for one in history[:2]] == [
        ("SUBMITTED", "PPF", None),
        ("SUBMITTED", "OPERATOR", None),
    ]


async def test_a_double_comes_once_and_the_order_is_that_of_time() -> None:
    simulator = IopoleSimulator()
    invoice = simulator.add_invoice(statuses=False)
    late = simulator.add_status(invoice, "APPROVED", date=datetime(2026, 3, 4, tzinfo=UTC))
    early = simulator.add_status(invoice, "IN_HAND", date=datetime(2026, 3, 3, tzinfo=UTC))
    simulator.add_status(invoice, "APPROVED", date=late.date, extra={"statusId": late.status_id})
    async with connected(simulator) as iopole:
        history = await iopole.invoices.status_history(invoice)
    assert [one.status_id for one in history] == [early.status_id, late.status_id]
    assert history.entries == 3


async def test_a_fresh_invoice_has_an_empty_list_and_no_latest() -> None:
    simulator = IopoleSimulator()
    async with connected(simulator) as iopole:
        history = await iopole.invoices.status_history(simulator.add_invoice(statuses=False))
    assert history == []
    assert history.latest is None


async def test_a_single_object_is_a_list_of_one() -> None:
    simulator = IopoleSimulator(make="B", single=True)
    invoice = simulator.add_invoice(statuses=False)
    entry = simulator.add_status(invoice, "APPROVED", message="Vu")
    async with connected(simulator) as iopole:
        [status] = await iopole.invoices.status_history(invoice)
    assert (status.status_id, status.code, status.network_code) == (entry.status_id, "APPROVED", "205")
    assert (status.label, status.message, status.rejection) == ("Approuvée", "Vu", None)


async def test_a_bad_entry_costs_itself_alone() -> None:
    simulator = IopoleSimulator()
    invoice = simulator.add_invoice(statuses=False)
    simulator.add_status(invoice, "IN_HAND")
    simulator.add_status(invoice, "APPROVED", extra={"date": "the day before"})
    simulator.add_status(invoice, "COMPLETED")
    events: list[Any] = []
    async with connected(simulator, hooks=[events.append]) as iopole:
        history = await iopole.invoices.status_history(invoice)
    assert [one.code for one in history] == ["IN_HAND", "COMPLETED"]
    [bad] = history.undecoded
    assert (bad.index, json.loads(bad.raw)["date"]) == (1, "the day before")
    assert "the day before" not in bad.reason + repr(bad)
    assert RecordsUndecoded("invoices.status_history", 1) in events


async def test_an_entry_that_is_no_json_costs_itself_alone() -> None:
    simulator = IopoleSimulator()
    body = b'[{"statusId":"a","status":{"code":"ISSUED"},"date":"2026-03-02T09:00:00Z"},{"a":NaN}, 7, {"code":"X"}]'
    simulator.fail(Fault.body(body), operation=HISTORY)
    async with connected(simulator) as iopole:
        history = await iopole.invoices.status_history(STRANGER)
    assert [one.code for one in history] == ["X", "ISSUED"]
    assert [bad.index for bad in history.undecoded] == [1, 2]


@pytest.mark.parametrize(
    "invoice", ["", "7", STRANGER.replace("-", ""), f"{{{STRANGER}}}", f"{STRANGER}/../x", "../" * 12, None, 7]
)
async def test_an_id_that_is_none_is_not_sent(invoice: Any) -> None:
    simulator = IopoleSimulator()
    async with connected(simulator) as iopole:
        with pytest.raises(InvalidInput, match="invoice_id must be a UUID"):
            await iopole.invoices.status_history(invoice)
        with pytest.raises(InvalidInput, match="customer_id must be a UUID"):
            await iopole.invoices.status_history(STRANGER, customer_id="me")
    assert simulator.truth.requests == []


async def test_the_customer_is_the_clients_or_the_calls() -> None:
    mine, other = "01a015f1-c49c-734e-8000-000000000001", "01a015f1-c49c-734e-8000-000000000002"
    simulator = IopoleSimulator(customers=[mine, other])
    async with connected(simulator, customer_id=mine) as iopole:
        await iopole.invoices.status_history(STRANGER)
        await iopole.invoices.status_history(STRANGER, customer_id=UUID(other))
        await iopole.statuses.not_seen(customer_id=other)
        await iopole.statuses.not_seen()
    assert simulator.truth.customers == [mine, other, other, mine]
    async with connected(simulator) as iopole:
        with pytest.raises(PermissionDenied) as raised:
            await iopole.invoices.status_history(STRANGER)
    assert raised.value.vendor_text == "No such customer"
    assert simulator.truth.customers[-1] is None


async def test_a_path_has_single_slashes() -> None:
    simulator = IopoleSimulator()
    async with connected(simulator) as iopole:
        await iopole.invoices.status_history(STRANGER.upper())
    assert [request.path for request in simulator.truth.requests] == [
        "/realms/iopole/protocol/openid-connect/token",
        f"/v1/invoice/{STRANGER}/status-history",
    ]


@pytest.mark.parametrize("retry_after", [None, 30])
async def test_a_429_is_never_sent_again(retry_after: int | None) -> None:
    simulator = IopoleSimulator(history_limit=(1, 3600), retry_after=retry_after)
    invoice = simulator.add_invoice()
    async with connected(simulator) as iopole:
        await iopole.invoices.status_history(invoice)
        with pytest.raises(RateLimited) as raised:
            await iopole.invoices.status_history(invoice)
    assert raised.value.retry_after == retry_after
    assert simulator.truth.count(HISTORY) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.status(404), NotFound),
        (Fault.html(200), DecodeError),
        (Fault.body(b""), DecodeError),
        (Fault.body(b'{"data":[]}'), DecodeError),
        (Fault.body(b'"Dupont"'), DecodeError),
        (Fault.body(b'[{"statusId":"a"}'), DecodeError),
        (Fault.html(503), ServerError),
    ],
    ids=["404", "html", "empty", "object", "text", "cut", "503"],
)
async def test_what_is_no_history_is_an_error_and_not_an_empty_one(fault: Fault, error: type[RopoError]) -> None:
    simulator = IopoleSimulator()
    simulator.fail(fault, operation=HISTORY, times=9)
    async with connected(simulator) as iopole:
        with pytest.raises(error) as raised:
            await iopole.invoices.status_history(simulator.add_invoice())
    assert simulator.truth.count(HISTORY) == (1 if error is NotFound else 3)
    assert "Dupont" not in str(raised.value) + repr(raised.value)


async def test_a_failure_that_passes_is_tried_again() -> None:
    simulator = IopoleSimulator()
    invoice = simulator.add_invoice()
    simulator.fail(Fault.cut(), operation=HISTORY)
    simulator.fail(Fault.html(), operation=HISTORY)
    async with connected(simulator) as iopole:
        assert len(await iopole.invoices.status_history(invoice)) == 5
    assert simulator.truth.count(HISTORY) == 3


async def test_a_refused_token_is_renewed_once() -> None:
    simulator = IopoleSimulator()
    invoice = simulator.add_invoice()
    async with connected(simulator) as iopole:
        await iopole.invoices.status_history(invoice)
        simulator.revoke_tokens()
        assert len(await iopole.invoices.status_history(invoice)) == 5
        simulator.fail(Fault.status(401), operation=HISTORY, times=9)
        with pytest.raises(AuthenticationError):
            await iopole.invoices.status_history(invoice)
    assert [login.generation for login in simulator.truth.logins] == [1, 2, 3]
    assert simulator.truth.count(HISTORY) == 5

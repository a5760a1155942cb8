"""Every operation of Iopole's description has its row, and the facade has every field of a status."""

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from attrs import fields

from ropo_async import BadRequest, OutcomeUnknown
from ropo_async.codec import iopole as codec
from ropo_async.iopole import InvoiceStatus, IopoleClient, Rejection, RejectionError
from ropo_async.iopole.operations import HISTORY, OPERATIONS, SEEN, TOKEN, UNSEEN
from ropo_async.operations import Effect, Operation
from ropo_async.simulator import Fault
from ropo_async.simulator import iopole as pretended
from ropo_async.simulator.iopole import IopoleSimulator
from ropo_async_generated.iopole_api import models
from ropo_async_generated.iopole_api.api import auth, status
from tests.iopole.world import connected

DESCRIPTION = Path(__file__).parents[2] / "openapi" / "iopole" / "openapi.json"
GENERATED: dict[str, tuple[str, str, tuple[int, ...]]] = {**auth.OPERATIONS, **status.OPERATIONS}
ID = UUID("01a015f1-c49c-734e-8000-000000000001")
OURS = {"statusId": "status_id", "destType": "dest_type", "invoiceId": "invoice_id", "status": "code"}
BEYOND = {"network_code", "label", "message", "rejections", "extra", "raw"}
"""What we take out of the parts of a status, and what we keep."""
INVALID = (
    b'{"statusMessage":"Request validation issues",'
    b'"details":[{"code":"invalid","message":"not Dupont\'s","path":["params","statusId"]}]}'
)


def _fields(model: Any) -> set[str]:
    return {field.name for field in fields(model)} - {"additional_properties"}


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert sorted(row.id for row in OPERATIONS) == sorted(GENERATED)


def test_the_inventory_is_that_of_the_description() -> None:
    paths: dict[str, dict[str, Any]] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    described = {
        operation["operationId"]: (method.upper(), path, {int(status) for status in operation["responses"]})
        for path, item in paths.items()
        for method, operation in item.items()
    }
    assert {name: (method, path, set(known)) for name, (method, path, known) in GENERATED.items()} == described


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_every_documented_success_is_expected(row: Operation) -> None:
    assert {status for status in GENERATED[row.id][2] if status < 400} <= row.expects


def test_only_the_login_and_the_mark_are_no_get_and_both_may_be_repeated() -> None:
    assert {row for row in OPERATIONS if GENERATED[row.id][0] != "GET"} == {TOKEN, SEEN}
    assert {row.effect for row in OPERATIONS} == {Effect.READ}


@pytest.mark.parametrize(
    ("request_", "row", "path"),
    [
        (codec.token_request("me", "s", None), TOKEN, "/realms/iopole/protocol/openid-connect/token"),
        (codec.history_request(ID, None), HISTORY, f"/v1/invoice/{ID}/status-history"),
        (codec.unseen_request(None), UNSEEN, "/v1/invoice/status/notSeen"),
        (codec.seen_request(ID, None), SEEN, f"/v1/invoice/status/{ID}/markAsSeen"),
    ],
    ids=["token", "history", "unseen", "seen"],
)
def test_a_request_is_what_its_row_says(request_: Any, row: Operation, path: str) -> None:
    assert (request_.operation, request_.method, request_.path) == (row, GENERATED[row.id][0], path)


@pytest.mark.parametrize("build", [codec.history_request, codec.seen_request])
def test_the_customer_goes_into_a_header(build: Any) -> None:
    assert build(ID, ID).headers == {"customer-id": str(ID)}
    assert codec.unseen_request(ID).headers == {"customer-id": str(ID)}
    assert build(ID, None).headers == codec.unseen_request(None).headers == {}


def test_a_status_has_the_fields_of_the_api() -> None:
    wire = {OURS.get(name, name) for name in _wire(models.InvoiceStatus)}
    assert {field.name for field in fields(InvoiceStatus)} - BEYOND == wire
    assert _fields(models.RejectionDetail) == {field.name for field in fields(Rejection)}
    assert _fields(models.RejectionError) == {field.name for field in fields(RejectionError)}


def _wire(model: Any) -> set[str]:
    document = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["components"]["schemas"]
    assert len(document["InvoiceStatus"]["properties"]) == len(_fields(model))
    return set(document["InvoiceStatus"]["properties"])


def test_the_simulator_has_the_operations_of_the_description() -> None:
    assert {f"{method} {path}" for method, path, _ in GENERATED.values()} == {
        pretended.TOKEN,
        pretended.HISTORY,
        pretended.NOT_SEEN,
        pretended.SEEN,
    }


async def _everything(iopole: IopoleClient, simulator: IopoleSimulator) -> None:
    entry = simulator.truth.statuses[0]
    await iopole.invoices.status_history(entry.invoice_id)
    await iopole.statuses.not_seen()
    await iopole.statuses.mark_as_seen(entry.status_id)


@pytest.mark.anyio
@pytest.mark.parametrize("operation", [pretended.TOKEN, pretended.HISTORY, pretended.NOT_SEEN, pretended.SEEN])
@pytest.mark.parametrize(
    "fault",
    [Fault.drop(processed=True), Fault.reset(processed=False), Fault.html(502), Fault.status(503), Fault.cut(at=1)],
    ids=lambda fault: fault.name,
)
async def test_what_fails_once_is_repeated_whatever_became_of_it(operation: str, fault: Fault) -> None:
    simulator = IopoleSimulator()
    simulator.add_invoice()
    simulator.fail(fault, operation=operation)
    async with connected(simulator) as iopole:
        await _everything(iopole, simulator)
    cut_of_nothing = fault.name == "cut" and operation == pretended.SEEN  # a 204 has no body to cut
    assert simulator.truth.count(operation) == (1 if cut_of_nothing else 2)
    assert simulator.truth.seen == {simulator.truth.statuses[0].status_id}


@pytest.mark.anyio
async def test_a_mark_is_never_in_doubt() -> None:
    simulator = IopoleSimulator()
    entry = simulator.add_status(simulator.add_invoice(statuses=False), "ISSUED")
    simulator.fail(Fault.drop(processed=True), operation=pretended.SEEN, times=9)
    async with connected(simulator) as iopole:
        with pytest.raises(Exception, match="mark_as_seen") as raised:
            await iopole.statuses.mark_as_seen(entry.status_id)
    assert not isinstance(raised.value, OutcomeUnknown)
    assert simulator.truth.marked == [entry.status_id] * 3


@pytest.mark.anyio
async def test_a_mark_may_be_answered_with_a_200_as_well() -> None:
    simulator = IopoleSimulator()
    simulator.fail(Fault.status(200), operation=pretended.SEEN)
    async with connected(simulator) as iopole:
        await iopole.statuses.mark_as_seen(simulator.new_id())
    assert simulator.truth.count(pretended.SEEN) == 1


@pytest.mark.anyio
async def test_histories_keep_their_distance_also_when_they_are_sent_again() -> None:
    simulator = IopoleSimulator()
    invoice = simulator.add_invoice()
    simulator.fail(Fault.html(processed=True), operation=pretended.HISTORY, times=2)
    started = time.monotonic()
    async with connected(simulator, history_interval=0.03) as iopole:
        await iopole.invoices.status_history(invoice)
        await iopole.invoices.status_history(invoice)
    assert len(simulator.truth.history_calls) == 4
    assert simulator.truth.history_calls[-1] - started >= 3 * 0.03


@pytest.mark.anyio
async def test_what_is_wrong_with_a_request_is_told_and_not_shown() -> None:
    simulator = IopoleSimulator()
    simulator.fail(Fault.status(400, body=INVALID), operation=pretended.SEEN)
    async with connected(simulator) as iopole:
        with pytest.raises(BadRequest, match="answered 400") as raised:
            await iopole.statuses.mark_as_seen(simulator.new_id())
    assert raised.value.vendor_text == "Request validation issues\nparams.statusId: not Dupont's (invalid)"
    assert "Dupont" not in str(raised.value) + repr(raised.value)

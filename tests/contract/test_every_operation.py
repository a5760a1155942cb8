"""Every operation of the API, held to what its row in the table of effects says: none is forgotten, none is special."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ropo_async import (
    Credentials,
    DecodeError,
    OutcomeUnknown,
    RetryPolicy,
    RopoClient,
    RopoError,
    StatusError,
    Timeouts,
)
from ropo_async.operations import OPERATIONS, Effect, Operation
from ropo_async.simulator import Fault, Simulator, serve
from tests.contract.calls import CALLS, SPECIFICATION, nothing, prepared

pytestmark = pytest.mark.anyio

PATHS: dict[str, Any] = json.loads(SPECIFICATION.read_text(encoding="utf-8"))["paths"]
PATIENT = Timeouts(connect=10, read=10, write=10, pool=10, total=30, poll_read=10, poll_total=30)
every_operation = pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)

SHAPES = {
    "of the login": {"errorId": 7, "errorText": "no"},
    "of the feed": {"result": {"commonerror": "no"}},
    "of jobs": {"error": "no"},
    "of a problem": {"status": 400, "type": "about:blank", "title": "no", "detail": "no"},
    "of profiles": {"Code": 7, "Message": "no"},
}
UNREADABLE = {"a page for people": b"<html><body>Bad Gateway</body></html>", "nothing": b""}
BODIES = {name: json.dumps(shape).encode() for name, shape in SHAPES.items()} | UNREADABLE


@asynccontextmanager
async def connected(simulator: Simulator) -> AsyncIterator[RopoClient]:
    retries = RetryPolicy(base=0.001, throttled_base=0.001)
    credentials = Credentials(simulator.cid, simulator.apicode)
    async with (
        serve(simulator) as running,
        RopoClient(running.url, credentials, timeouts=PATIENT, retries=retries, hooks=()) as ropo,
    ):
        yield ropo


def asked(simulator: Simulator, row: Operation) -> int:
    """Return how often the operation reached the server."""
    return sum(exchange.operation == CALLS[row.name].request for exchange in simulator.truth.requests)


def test_every_operation_has_rows_and_every_row_a_call() -> None:
    published = {operation["operationId"] for methods in PATHS.values() for operation in methods.values()}
    assert {row.id for row in OPERATIONS} == published
    assert {row.name for row in OPERATIONS} == {*CALLS}


def test_a_call_is_the_published_request() -> None:
    requests = {row.name: CALLS[row.name].request.split() for row in OPERATIONS}
    published = {name: PATHS[path][method.lower()]["operationId"] for name, (method, path) in requests.items()}
    assert published == {row.name: row.id for row in OPERATIONS}


@every_operation
async def test_a_call_succeeds_and_asks_once_for_what_is_documented(row: Operation) -> None:
    simulator, call = prepared(), CALLS[row.name]
    async with connected(simulator) as ropo:
        await call.make(ropo)
    assert asked(simulator, row) == 1
    assert call.effects(simulator) == int(call.effects is not nothing)  # so that it can be counted where it must not be
    assert call.effects is not nothing or row.effect is Effect.READ or row.name == "documents.preview"
    [request] = [exchange for exchange in simulator.truth.requests if exchange.operation == call.request]
    assert request.status in row.expects
    method, path = call.request.split()
    documented = {
        field["name"] for field in PATHS[path][method.lower()].get("parameters", ()) if field["in"] == "query"
    }
    assert set(request.query) <= documented


@every_operation
@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_refusal_is_typed_whatever_its_shape(row: Operation, status: int, subtests: pytest.Subtests) -> None:
    for shape, body in BODIES.items():
        with subtests.test(shape):
            await refused(row, status, body)


async def refused(row: Operation, status: int, body: bytes) -> None:
    simulator, call = prepared(), CALLS[row.name]
    kind = "text/html" if body.startswith(b"<") else "application/json"
    refusal = Fault.status(status, headers={"Content-Type": kind}, body=body)
    simulator.fail(refusal, operation=call.request, times=9)
    async with connected(simulator) as ropo:
        with pytest.raises(RopoError) as raised:
            await call.make(ropo)
    assert asked(simulator, row) == 1
    assert b"no" not in str(raised.value).encode().split()  # the server's words may be personal
    if isinstance(raised.value, OutcomeUnknown):
        # A page for people may be anything but to who only reads, and of money a 400 without a readable account of it.
        assert body in UNREADABLE.values()
        assert (status, row.money) == (400, True) or (row.effect is not Effect.READ and kind == "text/html")
        return
    assert kind != "text/html" or row.effect is Effect.READ
    assert isinstance(raised.value, StatusError)
    assert (raised.value.status, raised.value.operation, raised.value.body) == (status, row.name, body)
    assert raised.value.vendor_text == (None if body in UNREADABLE.values() else "no")


@every_operation
async def test_a_failure_before_the_server_looked_is_tried_again(row: Operation) -> None:
    simulator, call = prepared(), CALLS[row.name]
    simulator.fail(Fault.status(429), operation=call.request)
    async with connected(simulator) as ropo:
        await call.make(ropo)
    assert asked(simulator, row) == 2
    assert call.effects(simulator) <= 1


@every_operation
@pytest.mark.parametrize("processed", [True, False], ids=["and took effect", "and did not"])
@pytest.mark.parametrize("fault", [Fault.drop, Fault.html], ids=["no answer", "a gateway's"])
async def test_what_may_have_taken_effect_is_repeated_only_where_that_changes_nothing(
    row: Operation, fault: Any, *, processed: bool
) -> None:
    simulator, call = prepared(), CALLS[row.name]
    simulator.fail(fault(processed=processed), operation=call.request)
    async with connected(simulator) as ropo:
        if row.effect is Effect.READ:
            await call.make(ropo)
        else:
            with pytest.raises(OutcomeUnknown) as raised:
                await call.make(ropo)
            assert raised.value.operation == row.name
    assert asked(simulator, row) == (2 if row.effect is Effect.READ else 1)
    assert call.effects(simulator) <= int(processed)


@every_operation
async def test_an_answer_that_makes_no_sense_is_no_success(row: Operation) -> None:
    simulator, call = prepared(), CALLS[row.name]
    simulator.fail(Fault.body(b"<html>Welcome to our network</html>"), operation=call.request, times=9)
    async with connected(simulator) as ropo:
        with pytest.raises((DecodeError, OutcomeUnknown)):
            await call.make(ropo)

"""Spans: one for each call beneath the caller's, one for each attempt beneath its call, nothing personal in any."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import anyio
import pytest
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from ropo_async import Credentials, OutcomeUnknown, PaymentRejected, RetryPolicy, RopoClient
from ropo_async.simulator import Fault, Running, Simulator, serve
from tests.otel.conftest import APICODE, Kept

pytestmark = pytest.mark.anyio

DAY = date(2026, 11, 20)
REREAD, PAY, POLL = "GET /jobs/statusupdates", "POST /jobs/payment", "GET /jobs/statusupdates"


@pytest.fixture
async def running(anyio_backend: str) -> AsyncIterator[tuple[Simulator, Running]]:
    simulator = Simulator(apicode=APICODE)
    async with serve(simulator) as running:
        yield simulator, running


@pytest.fixture
def simulator(running: tuple[Simulator, Running]) -> Simulator:
    return running[0]


@pytest.fixture
async def ropo(running: tuple[Simulator, Running], kept: Kept) -> AsyncIterator[RopoClient]:
    simulator, served = running
    policy = RetryPolicy(base=0.001, throttled_base=0.001)
    async with RopoClient(
        served.url, Credentials(simulator.cid, simulator.apicode), hooks=[kept.hooks], retries=policy
    ) as ropo:
        yield ropo


async def test_a_call_is_a_child_of_the_callers_span_and_its_attempts_are_its_children(
    ropo: RopoClient, kept: Kept
) -> None:
    with kept.tracers.get_tracer("caller").start_as_current_span("handle request") as mine:
        await ropo.status_updates.on(DAY)
        assert get_current_span() is mine
    call = kept.span("status_updates.on")
    assert call.parent == mine.get_span_context()
    assert call.kind is SpanKind.INTERNAL
    login, attempt = kept.children(call)
    assert (login.name, attempt.name, attempt.kind) == ("token", "GET", SpanKind.CLIENT)
    [asked] = kept.children(login)
    assert (asked.name, asked.kind) == ("POST", SpanKind.CLIENT)
    assert {span.context.trace_id for span in kept.spans if span.context} == {mine.get_span_context().trace_id}
    assert call.start_time is not None
    assert attempt.start_time is not None
    assert attempt.end_time is not None
    assert call.start_time <= attempt.start_time <= attempt.end_time <= (call.end_time or 0)
    assert dict(call.attributes or {}) == {"ropo.operation": "status_updates.on", "ropo.attempts": 1}
    port = int(ropo._plain.base.rpartition(":")[2].partition("/")[0])
    assert dict(attempt.attributes or {}) == {
        "ropo.operation": "status_updates.on",
        "http.request.method": "GET",
        "server.address": "127.0.0.1",
        "server.port": port,
        "http.response.status_code": 204,
    }


async def test_a_call_alone_is_a_trace_of_its_own(ropo: RopoClient, kept: Kept) -> None:
    for _ in range(2):
        await ropo.status_updates.on(DAY)
    calls = [span for span in kept.spans if span.name == "status_updates.on"]
    assert [call.parent for call in calls] == [None, None]
    assert not get_current_span().get_span_context().is_valid


async def test_each_attempt_says_which_and_why_it_failed(ropo: RopoClient, simulator: Simulator, kept: Kept) -> None:
    simulator.fail(Fault.status(503), operation=REREAD)
    simulator.fail(Fault.drop(processed=False), operation=REREAD)
    await ropo.status_updates.on(DAY)
    call = kept.span("status_updates.on")
    attempts = [span for span in kept.children(call) if span.kind is SpanKind.CLIENT]
    found = [dict(span.attributes or {}) for span in attempts]
    assert [one.get("http.request.resend_count") for one in found] == [None, 1, 2]
    assert [one.get("error.type") for one in found] == ["503", "maybe_sent", None]
    assert [one.get("http.response.status_code") for one in found] == [503, None, 204]
    assert [span.status.status_code for span in attempts] == [StatusCode.ERROR, StatusCode.ERROR, StatusCode.UNSET]
    assert call.status.status_code is StatusCode.UNSET
    assert [event.name for event in call.events] == ["retry", "retry"]
    assert (call.attributes or {})["ropo.attempts"] == 3


async def test_a_call_that_fails_names_the_error(ropo: RopoClient, simulator: Simulator, kept: Kept) -> None:
    simulator.fail(Fault.drop(processed=True), operation=PAY)
    with pytest.raises(OutcomeUnknown):
        await ropo.payments.register(amount=Decimal("710.10"), paydate=DAY, billnum="R-90210")
    call = kept.span("payments.register")
    assert (call.status.status_code, (call.attributes or {})["error.type"]) == (StatusCode.ERROR, "OutcomeUnknown")
    assert kept.total("ropo.client.operation.duration", error__type="OutcomeUnknown") == 1
    assert not get_current_span().get_span_context().is_valid


async def test_a_cancelled_call_ends_its_span(ropo: RopoClient, simulator: Simulator, kept: Kept) -> None:
    await ropo.status_updates.on(DAY)
    kept.exporter.clear()
    simulator.fail(Fault.hang(processed=False), operation=REREAD)
    with anyio.move_on_after(0.2) as scope:
        await ropo.status_updates.on(DAY)
    assert scope.cancelled_caught
    span = kept.span("status_updates.on")
    assert (span.attributes or {})["error.type"] == "cancelled"
    assert span.status.status_code is StatusCode.UNSET


async def test_calls_side_by_side_keep_to_their_own(ropo: RopoClient, simulator: Simulator, kept: Kept) -> None:
    simulator.fail(Fault.status(503), operation=REREAD, times=5)
    tracer = kept.tracers.get_tracer("caller")

    async def handle(number: int) -> None:
        with tracer.start_as_current_span(f"request {number}"):
            for _ in range(2):
                await ropo.status_updates.on(DAY)

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(handle, number)
    for number in range(10):
        calls = [span for span in kept.children(kept.span(f"request {number}")) if span.name == "status_updates.on"]
        assert len(calls) == 2
        for call in calls:
            attempts = [span for span in kept.children(call) if span.kind is SpanKind.CLIENT]
            assert len(attempts) == (call.attributes or {})["ropo.attempts"]


async def test_nothing_personal_leaves(ropo: RopoClient, simulator: Simulator, kept: Kept) -> None:
    simulator.fail(Fault.status(400, body='{"error": "Meikäläinen 170585-951K R-90210"}'.encode()), operation=REREAD)
    with pytest.raises(Exception, match="400"):
        await ropo.status_updates.of_invoice("R-90210")
    simulator.fail(Fault.status(429), operation=REREAD)
    await ropo.status_updates.of_invoice("R-90210")
    with pytest.raises(PaymentRejected):
        await ropo.payments.register(amount=Decimal("710.10"), paydate=DAY, billnum="R-90210")
    text = kept.everything
    assert len(kept.spans) >= 7
    for secret in (
        "R-90210",
        "Meikäläinen",
        "951K",
        "710.1",
        "2026-11-20",
        APICODE,
        "Bearer",
        "billnum",
        "?",
    ):
        assert secret not in text

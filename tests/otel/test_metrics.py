"""Metrics of a run in which much goes wrong agree with what the simulator knows to be true."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import anyio
import pytest

from ropo_async import Credentials, Inbox, Journal, Payment, PaymentLedger, RetryPolicy, RopoClient
from ropo_async.hooks import Event, SweepFound, VerificationFailed
from ropo_async.journal import Health
from ropo_async.otel._instruments import COUNTERS, NAMES
from ropo_async.simulator import Fault, Simulator, serve
from tests.otel.conftest import APICODE, Kept
from tests.unit.test_hooks import EVENTS

pytestmark = pytest.mark.anyio

DAY = date(2026, 11, 20)
POLL = "GET /jobs/statusupdates"
SOON = timedelta(hours=1)


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(apicode=APICODE)


@pytest.fixture
async def place(
    anyio_backend: str, simulator: Simulator, kept: Kept
) -> AsyncIterator[tuple[RopoClient, Journal, Inbox]]:
    credentials = Credentials(simulator.cid, simulator.apicode)
    policy = RetryPolicy(base=0.001, throttled_base=0.001)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(serve(simulator))
        client = RopoClient(running.url, credentials, hooks=[kept.hooks], retries=policy)
        ropo = await stack.enter_async_context(client)
        journal = await stack.enter_async_context(Journal.open("memory:"))
        yield ropo, journal, Inbox(ropo.status_updates, journal)


async def test_a_faulty_run_is_counted_right(
    place: tuple[RopoClient, Journal, Inbox], simulator: Simulator, kept: Kept
) -> None:
    _, _, inbox = place
    simulator.add_updates(count=1500)
    simulator.fail(Fault.status(429), operation=POLL, query=())
    simulator.fail(Fault.drop(processed=True), operation=POLL, query=(), skip=1)
    await inbox.drain()  # the second page goes missing
    await inbox.drain()  # its days are read again
    failed = set[str]()
    async for delivery in inbox.deliveries(attempts=2, forever=False):
        if not failed or delivery.key in failed:
            failed.add(delivery.key)
            await delivery.retry(after=0, error="ValueError")
        else:
            async with delivery:
                pass
    account = {"ropo__account": simulator.cid}
    arrived = 1500 - len(simulator.truth.undelivered)
    assert kept.total("ropo.feed.received", **account) == arrived
    assert kept.total("ropo.feed.rounds", **account) == 2
    assert kept.total("ropo.feed.rounds", ropo__drained=True) == 1
    assert kept.total("ropo.feed.gaps.opened", **account) == 1
    assert kept.total("ropo.client.retries", ropo__operation="status_updates.pages") == 1
    health = await inbox.health()
    assert kept.total("ropo.feed.stored", **account) == arrived < health.records <= 1500
    assert kept.total("ropo.feed.delivered", **account) == health.records + 1
    assert kept.total("ropo.feed.redelivered", **account) == 1
    assert kept.total("ropo.feed.settled", ropo__outcome="acked") == health.records - 1
    assert kept.total("ropo.feed.settled", ropo__outcome="retried") == 2
    assert kept.total("ropo.feed.lag", **account) == health.records - 1
    assert kept.total("ropo.feed.dead_lettered", **account) == health.dead == 1
    polls = [request for request in simulator.truth.requests if request.path.endswith("/statusupdates")]
    asked = [
        kept.total("http.client.request.duration", ropo__operation=f"status_updates.{name}") for name in ("pages", "on")
    ]
    assert sum(asked) == len(polls)


async def test_what_becomes_of_payments_is_counted(
    place: tuple[RopoClient, Journal, Inbox], simulator: Simulator, kept: Kept
) -> None:
    ropo, journal, _ = place
    simulator.add_invoice(billnum="R-90210", amount=Decimal("710.10"))
    ledger = PaymentLedger(ropo, journal)
    for number, billnum in enumerate(("R-90210", "R-0")):
        await ledger.register(f"bank-{number}", Payment(billnum=billnum, amount=Decimal(1), paydate=DAY))
    assert kept.total("ropo.ledger.bookings", ropo__state="applied", ropo__kind="payment") == 1
    assert kept.total("ropo.ledger.bookings", ropo__state="rejected") == 1
    for secret in ("R-90210", "bank-", "710.1", APICODE):
        assert secret not in kept.everything


async def test_gauges_follow_the_health_of_an_inbox(
    place: tuple[RopoClient, Journal, Inbox], simulator: Simulator, kept: Kept
) -> None:
    _, _, inbox = place
    simulator.add_updates(count=7)
    await inbox.drain()
    with anyio.fail_after(5):
        async with kept.hooks.watching([inbox], every=SOON):
            while "ropo.feed.waiting" not in kept.metrics:
                await anyio.lowlevel.checkpoint()
    assert kept.total("ropo.feed.waiting", ropo__account=simulator.cid) == 7
    assert 0 <= kept.total("ropo.feed.oldest_unacked") < 60
    later = datetime.now(UTC)
    kept.hooks.record_health("2000022", Health(oldest=later - SOON, open_gaps=2, unresolved_gaps=1), now=later)
    assert kept.total("ropo.feed.oldest_unacked", ropo__account="2000022") == 3600
    assert kept.total("ropo.feed.gaps.open", ropo__account="2000022") == 2
    assert kept.total("ropo.feed.gaps.unresolved", ropo__account="2000022") == 1
    assert kept.total("ropo.feed.gaps.open", ropo__account=simulator.cid) == 0


def test_every_event_can_be_taken_alone(kept: Kept) -> None:
    for event, _, _ in EVENTS:
        kept.hooks(event)
    assert {row.name for row in COUNTERS} <= set(kept.metrics)
    assert kept.total("ropo.feed.swept") == sum(event.count for event, _, _ in EVENTS if isinstance(event, SweepFound))
    assert "bank-17" not in kept.everything


def test_each_row_counts_fields_that_its_event_has() -> None:
    examples: dict[type[Event], Event] = {type(event): event for event, _, _ in EVENTS}
    for row in COUNTERS:
        assert isinstance(row.count(examples[row.event]), int)
        assert all(hasattr(examples[row.event], name) and name in NAMES for name in row.by)
    assert VerificationFailed in {row.event for row in COUNTERS}

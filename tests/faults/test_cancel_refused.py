"""Cancelled while it waits to be sent again: a refusal took nothing, so the wait ends at once."""

from datetime import date
from typing import Any

import anyio
import pytest

from ropo_async import Credentials, Inbox, Journal, PaymentLedger, RopoClient
from ropo_async.hooks import GapOpened, Retrying
from ropo_async.journal import BookingState
from ropo_async.postings import Payment
from ropo_async.simulator import Fault, Simulator, serve

pytestmark = pytest.mark.anyio

POLL, PAY, LOGIN = "GET /jobs/statusupdates", "POST /jobs/payment", "POST /token"
AT_ONCE = 5.0
"""Seconds that a busy machine may take for what takes no time; the server asks for 60."""
PAYMENT = Payment(billnum="R1", amount=10, paydate=date(2026, 11, 20))


async def pages(ropo: RopoClient, _: Journal) -> None:
    await ropo.status_updates.pages().__anext__()


async def drain(ropo: RopoClient, journal: Journal) -> None:
    await Inbox(ropo.status_updates, journal).drain()


async def pay(ropo: RopoClient, _: Journal) -> None:
    await ropo.payments.register(billnum="R1", amount=10, paydate=date(2026, 11, 20))


async def book(ropo: RopoClient, journal: Journal) -> None:
    await PaymentLedger(ropo, journal).register("one", PAYMENT)


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "its login refused"])
@pytest.mark.parametrize(("work", "operation"), [(pages, POLL), (drain, POLL), (pay, PAY), (book, PAY)])
async def test_the_wait_ends_at_once_and_nothing_was_taken(work: Any, operation: str, *, refused: bool) -> None:
    simulator, events, waits = Simulator(), list[Any](), anyio.Event()
    simulator.add_updates(count=3, seed=1, days=1)
    simulator.add_invoice(billnum="R1", amount="710.10")
    simulator.fail(
        Fault.status(429, headers={"Retry-After": "60"}), operation=operation if refused else LOGIN, times=99
    )

    def listen(event: Any) -> None:
        events.append(event)
        if isinstance(event, Retrying):
            waits.set()

    async with serve(simulator) as running, Journal.open("memory:") as journal:
        credentials = Credentials(simulator.cid, simulator.apicode)
        async with RopoClient(running.url, credentials, hooks=[listen]) as ropo:
            async with anyio.create_task_group() as group:
                group.start_soon(work, ropo, journal)
                await waits.wait()
                began = anyio.current_time()
                group.cancel_scope.cancel()
            assert anyio.current_time() - began < AT_ONCE
            assert simulator.truth.count(operation) == refused  # and not once more
            assert not [event for event in events if isinstance(event, GapOpened)]
            assert (simulator.truth.recorded, simulator.truth.payments) == ([], [])
            account = Inbox(ropo.status_updates, journal).account
            assert await journal.gaps() == []
            for booking in await journal.bookings(account):
                assert booking.state is BookingState.PREPARED

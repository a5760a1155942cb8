"""What users do in their own suites: a client and a simulator as pytest-asyncio fixtures."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest
import pytest_asyncio

from ropo_async import Credentials, PaymentRejected, PaymentStatus, RopoClient
from ropo_async.simulator import Running, Simulator, serve


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Running]:
    async with serve(Simulator()) as running:
        yield running


@pytest_asyncio.fixture
async def ropo(running: Running) -> AsyncIterator[RopoClient]:
    simulator = running.simulator
    async with RopoClient(running.url, Credentials(simulator.cid, simulator.apicode)) as client:
        yield client


@pytest.mark.asyncio
async def test_a_payment_shows_in_the_feed(running: Running, ropo: RopoClient) -> None:
    invoice = running.simulator.add_invoice(amount=Decimal("710.10"))
    receipt = await ropo.payments.register(
        amount=Decimal("710.10"), paydate=date(2026, 11, 20), billcode=invoice.billcode
    )
    assert receipt.statusid is PaymentStatus.OHISPAY
    assert receipt.capitalafter == 0
    updates = [update async for update in ropo.status_updates.drain()]
    assert [update.amount for update in updates if update.statustype == "payment"] == [Decimal("710.10")]


@pytest.mark.asyncio
async def test_a_second_payment_is_rejected(running: Running, ropo: RopoClient) -> None:
    invoice = running.simulator.add_invoice(closed=True)
    with pytest.raises(PaymentRejected) as caught:
        await ropo.payments.register(amount=10, paydate=date(2026, 11, 20), jobid=invoice.jobid)
    assert caught.value.statusid is PaymentStatus.CLOSE

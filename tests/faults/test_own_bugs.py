"""Should reading an answer fail in a way that nobody thought of, the answer is still not lost without a word."""

from datetime import date
from typing import NoReturn

import pytest

from ropo_async import DecodeError, OutcomeUnknown, RopoClient, UpdatesMayBeLost, codec
from ropo_async.simulator import Simulator

pytestmark = pytest.mark.anyio


def _fail(*_: object) -> NoReturn:
    raise LookupError("nobody thought of this")


async def test_a_page(simulator: Simulator, client: RopoClient, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator.add_updates(count=10)
    monkeypatch.setattr(codec, "page_steps", _fail)
    with pytest.raises(UpdatesMayBeLost) as caught:
        await anext(client.status_updates.pages())
    assert isinstance(caught.value.__cause__, DecodeError)
    assert caught.value.salvaged is not None
    assert len(caught.value.salvaged) == 10


async def test_a_payment(simulator: Simulator, client: RopoClient, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = simulator.add_invoice()
    monkeypatch.setattr(codec, "read_receipt", _fail)
    with pytest.raises(OutcomeUnknown):
        await client.payments.register(amount=1, paydate=date(2026, 11, 20), jobid=invoice.jobid)
    assert len(simulator.truth.payments) == 1


async def test_a_reread(simulator: Simulator, client: RopoClient, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator.add_updates(count=10)
    monkeypatch.setattr(codec, "page_steps", _fail)
    with pytest.raises(DecodeError, match="unexpected LookupError"):
        await client.status_updates.on(date(2026, 11, 20))

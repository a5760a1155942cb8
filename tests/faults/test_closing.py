"""A closed client sends nothing more, and lets a payment under way end."""

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from ropo_async import ClientClosed, Credentials, Phase, RopoClient, StaticToken
from ropo_async.hooks import Attempted, Event
from ropo_async.simulator import Fault, Simulator
from tests.faults.calls import PAY, Connect, pay, read, token

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("auth", [Credentials("1000011", "only-for-tests"), StaticToken("any")])
@pytest.mark.parametrize("call", [pay, read])
async def test_a_closed_client_sends_nothing(
    auth: Any, call: Callable[[RopoClient], Any], simulator: Simulator, connect: Connect
) -> None:
    client = connect(auth=auth)
    await client.aclose()
    with pytest.raises(ClientClosed):
        await call(client)
    assert not simulator.truth.connections


@pytest.mark.parametrize("call", [pay, read])
async def test_an_event_does_not_claim_that_a_closed_client_may_have_sent(
    call: Callable[[RopoClient], Any], connect: Connect
) -> None:
    events: list[Event] = []
    client = connect(auth=StaticToken("any"), hooks=[events.append])
    await client.aclose()
    with pytest.raises(ClientClosed):
        await call(client)
    assert {event.phase for event in events if isinstance(event, Attempted)} <= {Phase.NOT_SENT}


async def test_closing_lets_a_payment_under_way_end(simulator: Simulator, connect: Connect) -> None:
    client = connect(auth=token(simulator))
    simulator.fail(Fault.delay(0.1), operation=PAY)
    async with anyio.create_task_group() as group:
        group.start_soon(pay, client)
        await simulator.truth.until(lambda truth: bool(truth.requests))
        await client.aclose()
    assert len(simulator.truth.payments) == 1

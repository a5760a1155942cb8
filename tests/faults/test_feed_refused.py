"""A poll that was refused or never sent is a typed error and loses nothing."""

import pytest

from ropo_async import Credentials, RateLimited, RopoClient, StatusError, TransportError
from ropo_async.simulator import Fault, Simulator, serve
from tests.faults.calls import POLL
from tests.faults.feeds import QUICK, feed, ids, polls

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 415, 422])
async def test_a_refusal_is_a_typed_error_and_loses_nothing(status: int) -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.status(status), operation=POLL)
        with pytest.raises(StatusError) as caught:
            await anext(client.status_updates.pages())
        assert caught.value.status == status
        assert polls(simulator) == 1
        taken = [update.statusid async for update in client.status_updates.drain()]
    assert taken == ids(simulator)


async def test_429_is_a_refusal_and_is_tried_again() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.status(429), operation=POLL, times=2)
        taken = [update.statusid async for update in client.status_updates.drain()]
    assert taken == ids(simulator)


async def test_a_retry_after_beyond_the_cap_is_raised_at_once() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.status(429, headers={"Retry-After": "1000000000"}), operation=POLL)
        with pytest.raises(RateLimited) as caught:
            await anext(client.status_updates.pages())
        assert caught.value.retry_after == 1e9
        assert polls(simulator) == 1


async def test_a_token_that_is_refused_on_the_way_is_renewed_once() -> None:
    async with feed(2500) as (simulator, client):
        taken = list[str | None]()
        async for page in client.status_updates.pages():
            taken += [update.statusid for update in page]
            if len(taken) == 1000:
                simulator.revoke_tokens()
    assert taken == ids(simulator)
    assert len(simulator.truth.logins) == 2


async def test_a_server_that_is_away_takes_nothing() -> None:
    simulator = Simulator()
    simulator.add_updates(count=100)
    async with serve(simulator) as running:
        host, port = running.url.split("/")[2].split(":")
    async with RopoClient(f"http://{host}:{port}/rest", Credentials("1000011", "x"), timeouts=QUICK) as client:
        with pytest.raises(TransportError) as caught:
            await anext(client.status_updates.pages())
    assert caught.value.phase == "not_sent"

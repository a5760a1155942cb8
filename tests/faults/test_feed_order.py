"""The destructive feed hands over everything once, in order, and asks only when it is wanted."""

from datetime import timedelta

import anyio
import pytest

from tests.faults.calls import POLL
from tests.faults.feeds import feed, ids, polls

pytestmark = pytest.mark.anyio


async def test_drain_hands_over_everything_in_order_and_ends_at_204() -> None:
    async with feed(2500) as (simulator, client):
        drain = client.status_updates.drain()
        taken = [update.statusid async for update in drain]
    assert taken == ids(simulator)
    assert polls(simulator) == 4
    assert (drain.drained, drain.pages, drain.updates, drain.undecoded) == (True, 3, 2500, [])


async def test_pages_keep_the_answers_bytes_and_the_time() -> None:
    async with feed(1500) as (simulator, client):
        pages = [page async for page in client.status_updates.pages()]
    assert [len(page) for page in pages] == [1000, 500]
    assert [update.statusid for page in pages for update in page] == ids(simulator)
    assert all(page.raw.startswith(b'{"result":{"status":[') for page in pages)
    assert all(page.received_at.utcoffset() == timedelta() for page in pages)


async def test_the_next_page_is_asked_for_only_when_it_is_wanted() -> None:
    async with feed(2500) as (simulator, client):
        async for _ in client.status_updates.pages():
            assert polls(simulator) == 1
            await anyio.sleep(0.05)
            assert polls(simulator) == 1
            break


async def test_an_iteration_left_early_leaves_the_rest_for_the_next_one() -> None:
    async with feed(1200) as (simulator, client):
        taken = list[str | None]()
        async for update in client.status_updates.drain():
            taken.append(update.statusid)
            if len(taken) == 5:
                break
        assert polls(simulator) == 1
        pages = [page async for page in client.status_updates.pages()]
    assert [len(page) for page in pages] == [995, 200]
    assert taken + [update.statusid for page in pages for update in page] == ids(simulator)


async def test_two_drains_of_one_client_share_the_feed_and_double_nothing() -> None:
    async with feed(3000) as (simulator, client):
        taken = list[str | None]()

        async def drain() -> None:
            async for update in client.status_updates.drain():
                taken.append(update.statusid)
                await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as group:
            group.start_soon(drain)
            group.start_soon(drain)
    assert sorted(map(str, taken)) == sorted(ids(simulator))


async def test_every_poll_has_a_connection_of_its_own() -> None:
    async with feed(2500) as (simulator, client):
        async for _ in client.status_updates.pages():
            pass
    of_polls = [exchange.connection for exchange in simulator.truth.requests if exchange.operation == POLL]
    assert len(set(of_polls)) == 4
    assert all(simulator.truth.requests_per_connection[number] == 1 for number in of_polls)

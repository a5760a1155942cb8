"""The guards of a drain: no progress is an error, and a limit ends it without loss."""

from datetime import timedelta

import pytest

from ropo_async import Credentials, FeedStalled, InvalidInput, RopoClient
from ropo_async.simulator import Fault
from tests.faults.calls import POLL
from tests.faults.feeds import feed, ids, polls

pytestmark = pytest.mark.anyio

EMPTY = Fault.body(b'{"result":{"status":[]}}', processed=False)


async def test_an_empty_page_is_not_the_end() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(EMPTY, operation=POLL, times=2)
        assert [update.statusid async for update in client.status_updates.drain()] == ids(simulator)


async def test_empty_pages_for_ever_are_no_progress() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(EMPTY, operation=POLL, times=1000)
        with pytest.raises(FeedStalled, match="empty"):
            [update async for update in client.status_updates.drain()]
        assert polls(simulator) == 3


async def test_the_same_page_twice_is_no_progress_and_is_not_dropped() -> None:
    async with feed(2000) as (simulator, client):
        simulator.fail(Fault.repeat_page(), operation=POLL, skip=1, times=1000)
        drain = client.status_updates.drain()
        taken = [await anext(drain) for _ in range(1000)]
        with pytest.raises(FeedStalled, match="twice"):
            await anext(drain)
        assert polls(simulator) == 2
        simulator.faults.clear()
        rest = [update async for update in client.status_updates.drain()]
    assert len(taken) == 1000
    assert rest[:1000] == taken  # handed out again rather than dropped
    assert [update.statusid for update in rest] == ids(simulator)


async def test_max_pages_ends_it_without_loss() -> None:
    async with feed(2500) as (simulator, client):
        pages = client.status_updates.pages(max_pages=2)
        assert [len(page) async for page in pages] == [1000, 1000]
        assert not pages.drained
        assert polls(simulator) == 2
        drain = client.status_updates.drain(max_pages=5)
        assert len([update async for update in drain]) == 500
        assert drain.drained


async def test_a_deadline_asks_for_nothing_more_and_cuts_nothing() -> None:
    async with feed(2500) as (simulator, client):
        simulator.fail(Fault.delay(0.05), operation=POLL, times=1000)
        pages = client.status_updates.pages(deadline=timedelta(seconds=0.02))
        assert [len(page) async for page in pages] == [1000]
        assert not pages.drained
        assert [len(page) async for page in client.status_updates.pages(deadline=0)] == []
        assert polls(simulator) == 1


@pytest.mark.parametrize(
    "limits",
    [
        {"max_pages": 0},
        {"max_pages": True},
        {"max_pages": 1.5},
        {"deadline": -1},
        {"deadline": "1"},
        {"deadline": float("nan")},
    ],
)
async def test_limits_that_are_none_are_refused(limits: dict[str, object]) -> None:
    async with RopoClient("http://127.0.0.1:1/rest", Credentials("1", "x")) as client:
        with pytest.raises(InvalidInput):
            client.status_updates.pages(**limits)  # type: ignore[arg-type]

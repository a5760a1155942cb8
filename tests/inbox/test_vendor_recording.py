"""Reads by `date` that record what they show: their answers may go missing too, and nothing is lost by that."""

from datetime import timedelta

import pytest

from ropo_async.simulator import Rereads
from tests.inbox.lives import followed
from tests.inbox.worlds import DAY, HOUR, LOST, UNSWEPT

pytestmark = pytest.mark.anyio

RECORDING = Rereads(consume=True)


async def test_what_a_reading_records_and_the_answer_to_it_goes_missing() -> None:
    async with followed(rereads=RECORDING, inbox={"policy": UNSWEPT}) as feed:
        feed.world.changes(2)
        feed.meanwhile(3, late=2 * DAY)
        feed.world.fail_reading(LOST, times=3)
        assert (await feed.loses()).recovery is not None
        assert len(feed.world.vendor.truth.consumed) == 1
        assert (await feed.world.missing(feed.journal)).keys() >= {feed.world.vendor.truth.consumed[0].request}
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)


async def test_what_a_reading_records_and_the_process_dies() -> None:
    async with followed(rereads=RECORDING, inbox={"policy": UNSWEPT}) as feed:
        feed.world.changes(2)
        feed.world.fail()
        feed.meanwhile(3, late=2 * DAY)
        await feed.dies("ask", "after")
        assert len(feed.world.vendor.truth.consumed) == 1
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)


@pytest.mark.parametrize(
    "down",
    [
        pytest.param(HOUR, id="for an hour"),
        pytest.param(
            40 * DAY,
            id="for longer than sweeps reach back",
            marks=pytest.mark.xfail(strict=True, reason="a sweep that was cut off leaves no gap"),
        ),
    ],
)
async def test_what_a_sweep_records_and_the_process_dies_and_stays_down(down: timedelta) -> None:
    async with followed(rereads=RECORDING) as feed:
        feed.world.pass_(DAY)
        feed.meanwhile(3, late=DAY)
        await feed.dies("ask", "after", skip=1)
        assert len(feed.world.vendor.truth.consumed) == 1
        feed.world.pass_(down)
        assert (await feed.inbox.drain()).drained
        assert await feed.ends() == ([], 0)


@pytest.mark.xfail(strict=True, reason="it cannot be told from what another program has taken from the feed")
async def test_what_is_recorded_by_a_sweep_was_not_lost() -> None:
    async with followed(rereads=RECORDING) as feed:
        feed.world.pass_(DAY)
        feed.meanwhile(3, late=DAY)
        assert (await feed.inbox.drain()).drained
        await feed.settles()
        assert await feed.ends() == ([], 0)
        health = await feed.inbox.health()
        assert health.records == 3
        assert health.seen_only_by_sweep == 0

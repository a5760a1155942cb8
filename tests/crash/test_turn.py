"""A poller that is killed in the middle of its turn leaves it to the next one at once."""

import os
import signal

import anyio
import pytest

from ropo_async.errors import FeedBusy
from ropo_async.simulator import Fault
from tests.crash.life import following
from tests.crash.tallies import Tally
from tests.crash.worlds import World, Worlds

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def begun(world: World) -> None:
    """Wait until a page was taken, and is on its way for ever."""
    with anyio.fail_after(30):
        await world.simulator.truth.until(lambda truth: len(truth.handed_out) > 0)


@pytest.mark.parametrize("wait", [False, True], ids=["asks once", "stands by"])
async def test_the_next_process_has_the_turn_at_once(worlds: Worlds, tally: Tally, *, wait: bool) -> None:
    async with worlds.one() as world, following(world.plan) as inbox:
        world.simulator.fail(Fault.hang(processed=True), operation="GET /jobs/statusupdates", query=())
        async with world.nursery.born(world.plan) as child:
            await begun(world)
            with pytest.raises(FeedBusy):
                await inbox.drain(wait=False)
            async with anyio.create_task_group() as group:
                if wait:
                    group.start_soon(inbox.drain)
                    await anyio.wait_all_tasks_blocked()
                os.kill(child, signal.SIGKILL)
                assert (await world.nursery.ended()).killed
                if not wait:
                    await inbox.drain(wait=False)
        [gap] = await inbox.gaps()
        assert "the process ended" in gap.reason
        await tally.judge("in the middle of its turn", world)
    assert tally.flawless

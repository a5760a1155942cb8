"""Several pollers of one account: one at a time, in one process and in several; another goes on when one dies."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from ropo_async.errors import FeedBusy
from ropo_async.hooks import GapOpened, RoundFinished
from ropo_async.inbox import Inbox, rounds
from ropo_async.journal import Journal
from ropo_async.simulator import Fault
from ropo_async.status_updates import StatusUpdates
from tests.inbox.feeds import PAGE, POLICY, POLL, World, everywhere, journal_url, world  # noqa: F401

pytestmark = [pytest.mark.anyio, everywhere]

ROOT = Path(__file__).parents[2]
SHORT, HOUR = timedelta(milliseconds=2), timedelta(hours=1)


@asynccontextmanager
async def with_a_handle_of_its_own(feed: World, url: str) -> AsyncIterator[Inbox]:
    """An inbox as another process would have it."""
    client = await feed.connect()
    async with Journal.open(url) as journal:
        yield Inbox(client.status_updates, journal, policy=POLICY, now=feed.clock)


@pytest.mark.parametrize("apart", [False, True], ids=["one_handle", "own_handles"])
async def test_of_several_pollers_one_asks_at_a_time(
    apart: bool,  # noqa: FBT001
    journal_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "TURN_PAUSE", 0.001)
    ask, asking, most, asked = StatusUpdates.ask, 0, 0, set[int]()

    async def counted(self: StatusUpdates, request: Any) -> Any:
        nonlocal asking, most
        asking, most = asking + 1, max(most, asking + 1)
        asked.add(id(self))
        try:
            return await ask(self, request)
        finally:
            asking -= 1

    monkeypatch.setattr(StatusUpdates, "ask", counted)
    async with world(journal_url) as feed, AsyncExitStack() as stack:
        inboxes = [feed.inbox]
        for _ in range(2):
            own = with_a_handle_of_its_own(feed, journal_url)
            inboxes.append(await (stack.enter_async_context(own) if apart else feed.another()))
        feed.events.clear()
        async with AsyncExitStack() as polling:
            for inbox in inboxes:
                await polling.enter_async_context(inbox.polling(SHORT))
            with anyio.fail_after(30):
                for number in range(200):
                    feed.add(3, seed=number)
                    feed.clock.advance(seconds=1)
                    await feed.events.until(RoundFinished, number + 1)
                    if len(asked) == len(inboxes) and number > 10:
                        break
        assert len(asked) == len(inboxes)  # each of them had its turn
        assert most == 1
        feed.clock.advance(seconds=1)
        assert (await feed.inbox.drain(wait=False)).drained
        assert await feed.inbox.gaps() == []
        await feed.complete()


async def test_who_does_not_wait_is_told_that_the_feed_is_busy(journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed, anyio.create_task_group() as tasks:
        feed.clock.advance(hours=2)
        feed.add(PAGE)
        other = await feed.another()
        feed.simulator.fail(Fault.delay(0.3), operation=POLL, query=())
        asked, ended = feed.polls, anyio.Event()

        async def drain() -> None:
            await feed.inbox.drain()
            ended.set()

        tasks.start_soon(drain)
        await feed.simulator.truth.until(lambda _: feed.polls > asked)
        with pytest.raises(FeedBusy, match=feed.simulator.cid):
            await other.drain(wait=False)
        with pytest.raises(FeedBusy):
            async with other.polling(HOUR, wait=False):
                await anyio.sleep_forever()
        assert not ended.is_set()
        assert feed.polls == asked + 1
        assert (await other.drain(wait=True)).drained
        assert ended.is_set()
        await feed.complete()


# --- In two processes ------------------------------------------------------------------------------------------------

POLLER = """
import sys
from datetime import timedelta
import anyio
from ropo_async import Credentials, RopoClient
from ropo_async.inbox import Inbox
from ropo_async.journal import Journal

async def main(server, url, cid, apicode):
    async with RopoClient(server, Credentials(cid, apicode)) as ropo, Journal.open(url) as journal:
        async with Inbox(ropo.status_updates, journal).polling(timedelta(hours=1)):
            await anyio.sleep_forever()

anyio.run(main, *sys.argv[1:])
"""


@contextmanager
def another_process(feed: World, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Have the feed polled by a process of its own, killed in the end."""
    simulator = feed.simulator
    with subprocess.Popen(
        [sys.executable, "-c", POLLER, feed.running.url, url, simulator.cid, simulator.apicode],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("how", ["killed", "interrupted"])
async def test_another_goes_on_when_a_poller_dies_while_its_answer_is_on_the_way(
    how: str,
    journal_url: str,  # noqa: F811
) -> None:
    async with world(journal_url) as feed:
        feed.add(2 * PAGE)
        feed.simulator.fail(Fault.delay(1.0 if how == "interrupted" else 60.0), operation=POLL, query=())
        asked = feed.polls
        feed.clock.advance(hours=2)
        feed.events.clear()
        with another_process(feed, journal_url) as process:
            with anyio.fail_after(40):
                await feed.simulator.truth.until(lambda _: feed.polls > asked)
            with pytest.raises(FeedBusy):
                await feed.inbox.drain(wait=False)
            async with feed.inbox.polling(HOUR):
                await anyio.sleep(0.1)
                assert feed.polls == asked + 1
                process.send_signal(signal.SIGINT if how == "interrupted" else signal.SIGKILL)
                await feed.events.until(RoundFinished)
        # What was on the way to the one that was killed is found again by its days; the other one has stored it.
        assert len(await feed.inbox.gaps()) == len(feed.told(GapOpened)) == (how == "killed")
        assert feed.polls - asked == 3
        assert feed.told(RoundFinished)[0].pages == 1
        await feed.complete()

"""The feed as a machine that anything may happen to, in any order; and what is true of it all the same."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ropo_async.errors import RopoError
from ropo_async.inbox import Inbox, Round
from ropo_async.inbox.recovery import NO_WITNESS
from ropo_async.journal import GapState, Journal
from ropo_async.simulator import Rereads
from ropo_async.simulator.archive import HELSINKI
from tests.inbox.lives import Crash, Life
from tests.inbox.troubles import INCIDENTS, MOMENTS, POLLS
from tests.inbox.worlds import DAY, created, rows

T = TypeVar("T")


class Feed(RuleBasedStateMachine):
    """Two pollers on one journal, a stranger on the same feed, faults, crashes, and clocks that jump."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        # What runs in the event loop's own thread runs in the same order each time, and sooner.
        self.patch.setattr(anyio.to_thread, "run_sync", _inline)
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.url = f"sqlite:///{self.folder.name}/journal.db"
        self.closing = AsyncExitStack()
        self.handles = [AsyncExitStack(), AsyncExitStack()]
        self.lives: list[Life] = []
        self.inboxes: list[Inbox] = []

    @initialize(
        moment=st.sampled_from(sorted(MOMENTS)),
        zone=st.sampled_from((HELSINKI, UTC)),
        page_size=st.sampled_from((2, 3)),
        since=st.booleans(),
        only_recorded=st.booleans(),
        backlog=st.sampled_from((0 * DAY, 5 * DAY)),
    )
    def begin(
        self, *, moment: str, zone: tzinfo, page_size: int, since: bool, only_recorded: bool, backlog: timedelta
    ) -> None:
        async def begin() -> None:
            rereads = Rereads(only_recorded=only_recorded)
            making = created(MOMENTS[moment], zone=zone, page_size=page_size, rereads=rereads)
            self.world = await self.closing.enter_async_context(making)
            self.since = self.world.clock.ours() if since else None
            if backlog:
                self.world.changes(3)
                self.world.pass_(backlog)
            for who in (0, 1):
                await self.live(who)

        self.run(begin())

    async def live(self, who: int) -> None:
        """Start a process: on a handle of its own, without anything that an earlier one had in memory."""
        await self.handles[who].aclose()
        journal = await self.handles[who].enter_async_context(Journal.open(self.url, clock=self.world.clock.shared))
        life = Life(self.world, journal)
        inbox = life.inbox(since=self.since)
        self.lives[who : who + 1], self.inboxes[who : who + 1] = [life], [inbox]

    # --- what happens -------------------------------------------------------------------------------------------

    @rule(polls=st.lists(POLLS, min_size=1, max_size=4))
    def somebody_polls(self, *, polls: list[Any]) -> None:
        self.run(self.happen(polls))

    @rule(incidents=st.lists(INCIDENTS, min_size=1, max_size=4))
    def things_happen(self, *, incidents: list[Any]) -> None:
        self.run(self.happen(incidents))

    async def happen(self, events: list[Any]) -> None:
        for event in events:
            await event.happen(self)
            await self.check()

    async def drain(self, who: int) -> Round | None:
        life = self.lives[who]
        try:
            return await self.inboxes[who].drain(wait=False)
        except RopoError:
            return None
        except BaseException as error:
            if not _is_crash(error):
                raise
            await self.live(who)
            return None
        finally:
            life.clear()
            self.world.vendor.faults.clear()

    # --- what is true all the same ------------------------------------------------------------------------------

    async def check(self) -> None:
        journal = self.lives[0].journal
        assert await self.world.silently_missing(journal) == []
        assert await self.world.closed_too_early(journal) == []

    def teardown(self) -> None:
        try:
            # Where something has failed already, that is the news.
            if self.lives and sys.exception() is None:
                self.run(self.end())
        finally:
            self.run(self.close())
            self.runner.close()
            self.folder.cleanup()
            self.patch.undo()

    async def end(self) -> None:
        """Let all be well from now on: then everything comes, and every gap ends."""
        world, journal = self.world, self.lives[0].journal
        world.clock.skew = world.clock.shared_skew = timedelta(0)
        for _ in range(4):
            found = await self.drain(0)
            assert found is not None
            assert found.drained
            world.pass_(2 * DAY)
        await self.check()
        assert await rows(journal, "SELECT id FROM poll WHERE state IN ('intent', 'received')") == []
        gaps = await journal.gaps()
        assert {gap.state for gap in gaps} <= {GapState.CLOSED, GapState.UNRESOLVED}
        unresolved = [gap for gap in gaps if gap.state is GapState.UNRESOLVED]
        assert all(not gap.bounded or NO_WITNESS in gap.reason for gap in unresolved), gaps
        health = await self.inboxes[0].health()
        # Of a record that came garbled nobody can tell that a sweep shows it again.
        assert world.foreign or world.vendor.garbled or not health.seen_only_by_sweep

    async def close(self) -> None:
        for handle in self.handles:
            await handle.aclose()
        await self.closing.aclose()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)


def _is_crash(error: BaseException) -> bool:
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return isinstance(error, Crash) or any(_is_crash(one) for one in inner)


async def _inline(work: Callable[..., T], *args: Any, **_: Any) -> T:
    await anyio.lowlevel.checkpoint()
    return work(*args)


def examples(count: int, **options: Any) -> settings:
    """Return settings for so many examples, the same ones each time."""
    return settings(
        max_examples=count,
        stateful_step_count=8,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **options,
    )


@pytest.mark.timeout(300)
def test_nothing_is_lost_whatever_happens() -> None:
    run_state_machine_as_test(Feed, settings=examples(8))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_is_lost_whatever_happens_for_some_time() -> None:
    run_state_machine_as_test(Feed, settings=examples(40))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_is_lost_whatever_happens_for_long() -> None:
    run_state_machine_as_test(Feed, settings=examples(120))

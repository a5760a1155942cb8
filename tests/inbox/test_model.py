"""The feed as a machine that anything may happen to, in any order; and what is true of it all the same."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from attrs import frozen
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ropo_async.errors import JournalError, JournalProblem, RopoError
from ropo_async.inbox import Inbox, Round
from ropo_async.journal import GapState, Journal
from ropo_async.simulator import Fault, Rereads
from ropo_async.simulator.archive import HELSINKI
from tests.inbox.lives import Crash, Life
from tests.inbox.worlds import DAY, HOUR, created, rows

T = TypeVar("T")

MINUTE = timedelta(minutes=1)
MOMENTS = {
    "noon": datetime(2026, 3, 11, 10, tzinfo=UTC),
    "before midnight in Helsinki": datetime(2026, 7, 1, 20, 40, tzinfo=UTC),
    "before midnight in UTC": datetime(2026, 7, 1, 23, 40, tzinfo=UTC),
    "before the year's end": datetime(2026, 12, 31, 21, 40, tzinfo=UTC),
    "before an hour is left out": datetime(2026, 3, 29, 0, 40, tzinfo=UTC),
    "before an hour comes twice": datetime(2026, 10, 25, 0, 40, tzinfo=UTC),
    "the evening before": datetime(2026, 10, 24, 20, 40, tzinfo=UTC),
}
SPANS = (0 * MINUTE, MINUTE, 20 * MINUTE, HOUR, 3 * HOUR, 26 * HOUR, 3 * DAY)
LATE = (0 * HOUR, 20 * HOUR, 48 * HOUR - MINUTE)
CHANGES: dict[str, dict[str, Any]] = {
    "new": {},
    "without an id, equal": {"statusid": "", "statustext": "the same"},
    "of a known id, A": {"statusid": "C0", "statustext": "A"},
    "of a known id, B": {"statusid": "C0", "statustext": "B"},
    "unreadable": {"amount": "a lot"},
}
FAULTS = {
    fault.name: fault
    for fault in (
        *(make(processed=processed) for make in (Fault.drop, Fault.reset) for processed in (False, True)),
        *(Fault.status(code, processed=processed) for code in (500, 503) for processed in (False, True)),
        *(Fault.status(code) for code in (401, 403, 408, 429)),
        *(Fault.html(code, processed=True) for code in (200, 502)),
        *(Fault.cut(), Fault.cut(reset=True), Fault.status_line(), Fault.raw(), Fault.unterminated_chunks()),
        *(Fault.bad_chunk_size(), Fault.close_delimited(), Fault.malformed_record(), Fault.nan(), Fault.gzip_cut()),
        *(Fault.repeat_page(), Fault.body(b"{}"), Fault.body(b'{"result":{"status":[]}}', processed=False)),
    )
}
PLAUSIBLE = {"repeat_page", "malformed_record", "nan", "body_before"}
"""What looks like the reading of a day, and is none."""


@frozen
class Strikes:
    """A fault strikes a poll."""

    fault: str
    skip: int

    def arm(self, feed: "Feed", who: int) -> None:
        feed.world.fail(FAULTS[self.fault], skip=self.skip)


@frozen
class Trap:
    """Something happens before or after a call of the journal, or of the feed."""

    seam: str
    when: str
    skip: int

    def arm(self, feed: "Feed", who: int) -> None:
        feed.lives[who].trap(self.seam, self.when, lambda: self.act(feed, who), skip=self.skip)

    async def act(self, feed: "Feed", who: int) -> None:
        raise NotImplementedError


class Dies(Trap):
    """The process dies."""

    async def act(self, feed: "Feed", who: int) -> None:
        await feed.lives[who].die()


class DiskIsFull(Trap):
    """The journal cannot be written."""

    async def act(self, feed: "Feed", who: int) -> None:
        raise JournalError(JournalProblem.FULL)


class TurnIsLost(Trap):
    """The turn is lost unnoticed, and another poller goes to work, whose first answer goes missing."""

    async def act(self, feed: "Feed", who: int) -> None:
        await feed.lives[who].turn.release()
        feed.world.changes(2)
        feed.world.fail()
        await feed.drain(1 - who)


SEAMS = ("intend", "ask", "receive", "merge", "settle", "save_gap")
CALLS = (*SEAMS, "take_turn", "unfinished", "check_room", "gaps", "keys_on", "note_sweep")
WHEN, SKIP = st.sampled_from(("before", "after")), st.integers(0, 3)
TROUBLE = st.one_of(
    st.none(),
    st.builds(Strikes, st.sampled_from(sorted(FAULTS)), st.integers(0, 1)),
    st.builds(Dies, st.sampled_from(CALLS), WHEN, SKIP),
    st.builds(DiskIsFull, st.sampled_from(SEAMS), st.just("before"), SKIP),
    st.builds(TurnIsLost, st.sampled_from(SEAMS), WHEN, st.integers(0, 1)),
)


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

    @rule(
        who=st.sampled_from((0, 1)),
        kind=st.sampled_from(sorted(CHANGES)),
        size=st.integers(0, 5),
        late=st.sampled_from(LATE),
        span=st.sampled_from(SPANS[:4]),
        trouble=TROUBLE,
    )
    def a_round(self, *, who: int, kind: str, size: int, late: timedelta, span: timedelta, trouble: Any) -> None:
        self.world.pass_(span)
        self.world.changes(size, late=late, **CHANGES[kind])
        if trouble is not None:
            trouble.arm(self, who)
        self.run(self.drain(who))

    @rule(
        size=st.integers(1, 9),
        late=st.sampled_from(LATE),
        before=st.sampled_from(SPANS),
        span=st.sampled_from(SPANS),
        times=st.integers(1, 4),
    )
    def answers_keep_going_missing(
        self, *, size: int, late: timedelta, before: timedelta, span: timedelta, times: int
    ) -> None:
        self.world.changes(size, late=late)
        self.world.pass_(before)
        for _ in range(times):
            self.world.fail()
            self.run(self.drain(0))
            self.world.pass_(span)

    @rule(kind=st.sampled_from(sorted(CHANGES)), size=st.integers(1, 5), late=st.sampled_from(LATE))
    def changes_appear(self, *, kind: str, size: int, late: timedelta) -> None:
        self.world.changes(size, late=late, **CHANGES[kind])

    @rule(fault=st.sampled_from(sorted(FAULTS.keys() - PLAUSIBLE)), times=st.sampled_from((1, 3, 10)))
    def reading_days_again_fails(self, *, fault: str, times: int) -> None:
        self.world.fail_reading(FAULTS[fault], times=times)

    @rule()
    def a_stranger_takes_a_page(self) -> None:
        self.run(self.world.take_as_a_stranger())

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, *, span: timedelta) -> None:
        self.world.pass_(span)

    @rule(skew=st.sampled_from((-10 * MINUTE, 0 * DAY, DAY)))
    def our_clock_jumps(self, *, skew: timedelta) -> None:
        self.world.clock.skew = skew

    @rule(skew=st.sampled_from((-DAY, 0 * DAY, DAY)))
    def the_clock_of_the_leases_jumps(self, *, skew: timedelta) -> None:
        self.world.clock.shared_skew = skew

    @rule(back=st.integers(0, 3))
    def days_are_asked_for(self, *, back: int) -> None:
        today = self.world.clock.ours().date()
        self.run(self.inboxes[0].reread(today - back * DAY, today))

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

    @invariant()
    def nothing_is_missing_silently(self) -> None:
        if self.lives:
            self.run(self.check())

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
        assert all(not gap.bounded for gap in gaps if gap.state is GapState.UNRESOLVED), gaps
        health = await self.inboxes[0].health()
        assert world.foreign or not health.seen_only_by_sweep

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
        stateful_step_count=30,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **options,
    )


@pytest.mark.timeout(300)
def test_nothing_is_lost_whatever_happens() -> None:
    run_state_machine_as_test(Feed, settings=examples(40))

"""What may happen to those who follow a feed, as values to choose from."""

from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.simulator import Fault
from tests.inbox.worlds import DAY, HOUR, MINUTE

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

    def arm(self, feed: Any, who: int) -> None:
        feed.world.fail(FAULTS[self.fault], skip=self.skip)


@frozen
class Trap:
    """Something happens before or after a call of the journal, or of the feed."""

    seam: str
    when: str
    skip: int

    def arm(self, feed: Any, who: int) -> None:
        feed.lives[who].trap(self.seam, self.when, lambda: self.act(feed, who), skip=self.skip)

    async def act(self, feed: Any, who: int) -> None:
        raise NotImplementedError


class Dies(Trap):
    """The process dies."""

    async def act(self, feed: Any, who: int) -> None:
        await feed.lives[who].die()


class DiskIsFull(Trap):
    """The journal cannot be written."""

    async def act(self, feed: Any, who: int) -> None:
        raise JournalError(JournalProblem.FULL)


class TurnIsLost(Trap):
    """The turn is lost unnoticed, and another poller goes to work, whose first answer goes missing."""

    async def act(self, feed: Any, who: int) -> None:
        await feed.lives[who].turn.release()
        feed.world.changes(2)
        feed.world.fail()
        await feed.drain(1 - who)


SEAMS = ("intend", "ask", "receive", "merge", "settle", "save_gap")
CALLS = (*SEAMS, "take_turn", "unfinished", "check_room", "gaps", "keys_on", "note_sweep")
WHEN, SKIP = st.sampled_from(("before", "after")), st.integers(0, 2)
TROUBLE = st.one_of(
    st.none(),
    st.builds(Strikes, st.sampled_from(sorted(FAULTS)), st.integers(0, 1)),
    st.builds(Dies, st.sampled_from(CALLS), WHEN, SKIP),
    st.builds(DiskIsFull, st.sampled_from(SEAMS), st.just("before"), SKIP),
    st.builds(TurnIsLost, st.sampled_from(SEAMS), WHEN, SKIP),
)


@frozen
class Polled:
    """Somebody polls, after a while in which changes have appeared."""

    who: int
    kind: str
    size: int
    late: timedelta
    span: timedelta
    trouble: Any

    async def happen(self, feed: Any) -> None:
        feed.world.pass_(self.span)
        feed.world.changes(self.size, late=self.late, **CHANGES[self.kind])
        if self.trouble is not None:
            self.trouble.arm(feed, self.who)
        await feed.drain(self.who)


@frozen
class KeepsGoingMissing:
    """Of a feed that nobody has read for a while, one answer after the other goes missing."""

    late: timedelta
    idle: timedelta
    times: int
    span: timedelta

    async def happen(self, feed: Any) -> None:
        feed.world.changes(9, late=self.late)
        feed.world.pass_(self.idle)
        for _ in range(self.times):
            feed.world.fail()
            await feed.drain(0)
            feed.world.pass_(self.span)


@frozen
class Appears:
    """Changes appear."""

    kind: str
    size: int
    late: timedelta

    async def happen(self, feed: Any) -> None:
        feed.world.changes(self.size, late=self.late, **CHANGES[self.kind])


@frozen
class FailsToRead:
    """The next days that are read again cannot be."""

    fault: str
    times: int

    async def happen(self, feed: Any) -> None:
        feed.world.fail_reading(FAULTS[self.fault], times=self.times)


@frozen
class Stranger:
    """Somebody else takes a page."""

    async def happen(self, feed: Any) -> None:
        await feed.world.take_as_a_stranger()


@frozen
class Passes:
    """Time passes."""

    span: timedelta

    async def happen(self, feed: Any) -> None:
        feed.world.pass_(self.span)


@frozen
class Jumps:
    """A clock of ours is off from now on, or right again."""

    which: str
    skew: timedelta

    async def happen(self, feed: Any) -> None:
        setattr(feed.world.clock, self.which, self.skew)


@frozen
class AsksFor:
    """An operator asks for days."""

    back: int

    async def happen(self, feed: Any) -> None:
        today = feed.world.clock.ours().date()
        await feed.inboxes[0].reread(today - self.back * DAY, today)


POLLS = st.builds(
    Polled,
    st.sampled_from((0, 1)),
    st.sampled_from(sorted(CHANGES)),
    st.integers(0, 5),
    st.sampled_from(LATE),
    st.sampled_from(SPANS),
    TROUBLE,
)
INCIDENTS = st.one_of(
    st.builds(
        KeepsGoingMissing, st.sampled_from(LATE), st.sampled_from(SPANS), st.integers(2, 3), st.sampled_from(SPANS)
    ),
    st.builds(Appears, st.sampled_from(sorted(CHANGES)), st.integers(1, 5), st.sampled_from(LATE)),
    st.builds(FailsToRead, st.sampled_from(sorted(FAULTS.keys() - PLAUSIBLE)), st.sampled_from((1, 3, 10))),
    st.builds(Stranger),
    st.builds(Passes, st.sampled_from(SPANS)),
    # How far the vendor's clock may be ahead of ours is limited; how far ours may be ahead is not.
    st.builds(Jumps, st.just("skew"), st.sampled_from((-10 * MINUTE, 0 * DAY, DAY))),
    st.builds(Jumps, st.just("shared_skew"), st.sampled_from((-DAY, 0 * DAY, DAY))),
    st.builds(AsksFor, st.integers(0, 3)),
)

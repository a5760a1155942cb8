"""Days of a gap around midnight, when the clocks change, at the year's end, and with clocks that are wrong."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import format_datetime

import pytest

from ropo_async.inbox._losses import Losses
from ropo_async.journal import GapState
from ropo_async.simulator import Rereads
from ropo_async.simulator.archive import HELSINKI
from tests.inbox.lives import followed
from tests.inbox.worlds import DAY, HOUR, MINUTE, NOON, POLICY, UNSWEPT

pytestmark = pytest.mark.anyio

STRICT = Rereads(only_recorded=True)
UNSET = datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC)
"""What a clock says that nobody has set."""
MOMENTS = {
    "noon": NOON,
    "around midnight in Helsinki": datetime(2026, 7, 1, 20, 55, tzinfo=UTC),
    "around midnight in UTC": datetime(2026, 7, 1, 23, 55, tzinfo=UTC),
    "around the year's end in Helsinki": datetime(2026, 12, 31, 21, 55, tzinfo=UTC),
    "around the year's end in UTC": datetime(2026, 12, 31, 23, 55, tzinfo=UTC),
    "around the end of February": datetime(2028, 2, 28, 21, 55, tzinfo=UTC),
    "while an hour is left out": datetime(2026, 3, 29, 0, 55, tzinfo=UTC),
    "two days after that": datetime(2026, 3, 30, 21, 30, tzinfo=UTC),
    "while an hour comes twice": datetime(2026, 10, 25, 0, 55, tzinfo=UTC),
    "in that hour": datetime(2026, 10, 25, 0, 25, tzinfo=UTC),
    "two days after it": datetime(2026, 10, 26, 22, 30, tzinfo=UTC),
}


def days_between(first: datetime, last: datetime) -> list[date]:
    """Return every date that it was between two moments, here or there, looking every few minutes."""
    steps = int((last - first) / (5 * MINUTE))
    moments = [first + step * 5 * MINUTE for step in range(steps + 1)] + [last]
    return sorted({moment.astimezone(zone).date() for moment in moments for zone in (UTC, HELSINKI)})


@pytest.mark.parametrize("zone", [HELSINKI, UTC], ids=["filed in Helsinki", "filed in UTC"])
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
async def test_all_days_of_a_loss_are_read(moment: datetime, zone: tzinfo) -> None:
    async with followed(moment - 5 * MINUTE, zone=zone, rereads=STRICT, inbox={"policy": UNSWEPT}) as feed:
        feed.world.change(late=POLICY.lateness)
        feed.world.change(late=POLICY.lateness - HOUR)
        feed.world.change()
        feed.world.pass_(10 * MINUTE)
        feed.world.change()
        lost = feed.world.clock.time
        await feed.loses()
        await feed.settles(days=2)
        assert await feed.ends() == (["closed"], 0)
        (gap,) = await feed.inbox.gaps()
        began = moment - 5 * MINUTE - POLICY.lateness
        assert [day.day for day in gap.days] == days_between(began, lost + 10 * MINUTE)
        for day in gap.days:
            end = datetime(day.day.year, day.day.month, day.day.day, tzinfo=UTC) + DAY
            assert day.settles == max(end + HOUR, lost + 2 * HOUR)
            assert day.read_at is not None
            assert day.read_at >= day.settles


@pytest.mark.parametrize("ahead", [timedelta(0), HOUR, DAY], ids=["not at all", "an hour", "a day"])
async def test_a_clock_that_was_ahead_is_set_right(ahead: timedelta) -> None:
    async with followed(rereads=STRICT, begun=False, inbox={"policy": UNSWEPT}) as feed:
        feed.world.clock.skew = ahead
        assert (await feed.inbox.drain()).drained
        feed.world.clock.skew = timedelta(0)
        feed.world.pass_(2 * HOUR)
        feed.world.change(late=DAY)
        feed.world.change()
        await feed.loses()
        await feed.settles(days=4)
        assert await feed.ends() == (["closed"], 0)


async def test_a_clock_that_was_far_ahead_is_set_right() -> None:
    async with followed(rereads=STRICT, begun=False, inbox={"policy": UNSWEPT}) as feed:
        feed.world.clock.skew = 10 * DAY
        assert (await feed.inbox.drain()).drained
        feed.world.clock.skew = timedelta(0)
        feed.world.change()
        feed.world.pass_(6 * DAY)
        await feed.loses()
        await feed.settles(days=8)
        assert await feed.ends() == (["closed"], 0)


@pytest.mark.parametrize(
    ("behind", "told"),
    [
        pytest.param(10 * MINUTE, False, id="ten minutes"),
        pytest.param(DAY, True, id="a day, as an answer has told"),
        pytest.param(
            DAY,
            False,
            id="a day, since the last answer",
            marks=pytest.mark.xfail(strict=True, reason="nobody has told what time it is at the vendor's"),
        ),
    ],
)
async def test_a_clock_that_is_behind(behind: timedelta, *, told: bool) -> None:
    async with followed(datetime(2026, 3, 11, 21, 30, tzinfo=UTC), rereads=STRICT, inbox={"policy": UNSWEPT}) as feed:
        feed.world.clock.skew = -behind
        if told:
            await feed.inbox.drain()
        feed.world.pass_(26 * MINUTE)
        feed.world.change()  # at 00:01 in Helsinki
        await feed.loses()
        feed.world.clock.skew = timedelta(0)
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)


async def test_a_clock_that_jumps_ahead_confirms_nothing_too_early() -> None:
    async with followed(rereads=STRICT, inbox={"policy": UNSWEPT}) as feed:
        feed.world.change()
        feed.world.fail()
        assert (await feed.inbox.drain()).trouble is not None
        feed.world.clock.skew = 3 * DAY
        await feed.inbox.drain()
        assert await feed.ends() == (["backfilled"], 0)
        feed.world.clock.skew = timedelta(0)
        feed.world.change()
        await feed.loses()
        await feed.settles(days=6)
        assert await feed.ends() == (["closed"], 0)
        assert await feed.world.closed_too_early(feed.journal) == []


@pytest.mark.parametrize(
    ("then", "later"), [(-DAY, timedelta(0)), (timedelta(0), DAY)], ids=["behind, then right", "right, then ahead"]
)
async def test_a_clock_that_is_moved_confirms_nothing_that_may_still_be_late(then: timedelta, later: timedelta) -> None:
    """By the clock it is long after the loss, and at the vendor's the change does not show yet."""
    late = Rereads(only_recorded=True, lag=HOUR)
    async with followed(rereads=late, inbox={"policy": UNSWEPT}) as feed:
        feed.world.clock.skew = then
        assert (await feed.inbox.drain()).drained
        feed.world.change(late=DAY)
        await feed.loses()
        feed.world.clock.skew = later
        feed.world.pass_(5 * MINUTE)
        await feed.inbox.drain()
        assert [gap.state for gap in await feed.inbox.gaps()] != [GapState.CLOSED]
        feed.world.clock.skew = timedelta(0)
        await feed.settles(days=4)
        assert await feed.ends() == (["closed"], 0)


@pytest.mark.parametrize("told", [UNSET, datetime(9999, 12, 31, tzinfo=UTC), None], ids=["1970", "9999", "nothing"])
async def test_a_server_whose_clock_was_never_set_is_not_listened_to(
    told: datetime | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "" if told is None else format_datetime(told, usegmt=True)
    see = Losses.see
    monkeypatch.setattr(Losses, "see", lambda losses, _: see(losses, header))
    async with followed(rereads=STRICT, inbox={"policy": UNSWEPT}) as feed:
        assert (await feed.inbox.drain()).drained
        feed.world.change()
        await feed.loses()
        (gap,) = await feed.inbox.gaps()
        assert len(gap.days) == 3


async def test_a_clock_that_was_not_set_yet_makes_no_days_of_half_a_century() -> None:
    """As of a machine without a battery, until it has asked for the time."""
    async with followed(rereads=STRICT, begun=False, inbox={"policy": UNSWEPT}) as feed:
        feed.world.clock.skew = UNSET - feed.world.clock.time
        assert (await feed.inbox.drain()).drained
        feed.world.clock.skew = timedelta(0)
        feed.begins()  # with it in hand
        feed.world.change()
        await feed.loses()
        (gap,) = await feed.inbox.gaps()
        assert await feed.ends() == (["backfilled"], 0)
        assert gap.days[0].day == date(2025, 12, 30)

"""Gaps: what may be missing, and what helps to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest
from attrs import evolve

from ropo_async.journal.conformance._stage import (
    DAY,
    HOUR,
    MINE,
    START,
    TODAY,
    YOURS,
    Stage,
    lost,
    page,
    update,
)
from ropo_async.journal.gaps import DayState, Gap, GapDay, GapState
from ropo_async.journal.values import PollState, Source

if TYPE_CHECKING:
    from ropo_async.journal.base import Journal
    from ropo_async.journal.values import Account


def come(gap: Gap, state: DayState, *, to: GapState) -> Gap:
    """Return `gap` with all its days read."""
    days = tuple(evolve(day, state=state, read_at=START + HOUR, rows=7, doubt="1000 rows") for day in gap.days)
    return evolve(gap, state=to, days=days)


class Gaps(Stage):
    """One gap per account, which holds all that went missing."""

    async def test_a_loss_opens_a_gap(self, journal: Journal, other: Journal) -> None:
        """However it is told, all of it is kept."""
        loss = lost(-1, 0, bounded=False)
        poll = await journal.intend(MINE, 1, Source.DRAIN, "", at=START)
        await journal.settle(poll, PollState.LOST, at=START + HOUR, loss=loss)
        (gap,) = await other.gaps()
        assert gap == Gap(
            id=gap.id,
            account=MINE,
            state=GapState.OPEN,
            causes=(loss.cause,),
            since=loss.since,
            until=loss.until,
            days=loss.days,
            opened=START + HOUR,
            bounded=False,
            version=gap.version,
        )

    async def test_an_answer_that_broke_off_opens_a_gap(self, journal: Journal, other: Journal) -> None:
        """Beside the records that could be saved."""
        await page(journal, [update("id:2:1")], source=Source.SALVAGE, loss=lost(0))
        (gap,) = await other.gaps(MINE)
        assert (gap.causes, gap.bounded, [day.day for day in gap.days]) == (("the connection broke",), True, [TODAY])
        await page(journal, [update("id:2:2")])
        assert await other.gaps(MINE) == [gap]

    async def test_a_second_loss_widens_the_gap(self, journal: Journal, other: Journal) -> None:
        """What it touches is to be read again after it; what it does not touch stays as it was."""
        await journal.lose(MINE, lost(-2, -1, since=START - 2 * DAY))
        (gap,) = await journal.gaps(MINE)
        assert await journal.save_gap(come(gap, DayState.READ, to=GapState.BACKFILLED))
        again = evolve(lost(-1, 0, cause="a proxy answered", since=START - 3 * DAY, bounded=False), until=START + HOUR)
        again = evolve(again, days=tuple(evolve(day, settles=day.settles + HOUR) for day in again.days))
        await page(other, [], loss=again)
        (wide,) = await journal.gaps(MINE)
        assert wide.id == gap.id
        assert wide.causes == ("the connection broke", "a proxy answered")
        assert (wide.since, wide.until, wide.bounded) == (START - 3 * DAY, START + HOUR, False)
        assert wide.state is GapState.OPEN
        kept = GapDay(TODAY - 2 * DAY, lost(-2).days[0].settles, DayState.READ, START + HOUR, 7, "1000 rows")
        assert wide.days == (kept, *again.days)
        await journal.lose(MINE, lost(0))
        assert [gap.bounded for gap in await journal.gaps(MINE)] == [False]

    @pytest.mark.parametrize(
        ("day", "state"),
        [(DayState.CONFIRMED, GapState.CLOSED), (DayState.DOUBTFUL, GapState.UNRESOLVED)],
        ids=["closed", "unresolved"],
    )
    async def test_what_is_done_with_is_left_alone(
        self, journal: Journal, other: Journal, day: DayState, state: GapState
    ) -> None:
        """The next loss opens a gap of its own."""
        await journal.lose(MINE, lost(0))
        (gap,) = await journal.gaps(MINE)
        assert await journal.save_gap(come(gap, day, to=state))
        (done,) = await other.gaps(MINE)
        assert done.state is state
        await other.lose(MINE, lost(0, cause="once more"))
        first, second = await journal.gaps(MINE)
        assert first == done
        assert (second.causes, second.state) == (("once more",), GapState.OPEN)
        assert await journal.gaps(MINE, unclosed=True) == [second]

    async def test_a_gap_that_has_changed_is_not_overwritten(self, journal: Journal, other: Journal) -> None:
        """Neither by whoever read it before the last change, nor by whoever read it before the last loss."""
        await journal.lose(MINE, lost(-1))
        (old,) = await journal.gaps(MINE)
        read = come(old, DayState.READ, to=GapState.BACKFILLED)
        assert await journal.save_gap(read)
        assert not await other.save_gap(come(old, DayState.CONFIRMED, to=GapState.CLOSED))
        (now,) = await other.gaps(MINE)
        assert now == evolve(read, version=now.version)
        assert now.version != old.version
        await other.lose(MINE, lost(0))
        assert not await journal.save_gap(come(now, DayState.CONFIRMED, to=GapState.CLOSED))
        (wide,) = await journal.gaps(MINE)
        assert [day.day for day in wide.days] == [TODAY - DAY, TODAY]
        assert wide.state is GapState.OPEN

    async def test_losses_at_once_are_in_one_gap(self, journal: Journal, other: Journal) -> None:
        """None is forgotten."""
        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon((journal, other)[number % 2].lose, MINE, lost(-number, cause=f"loss {number}"))
        (gap,) = await journal.gaps(MINE)
        assert sorted(gap.causes) == [f"loss {number}" for number in range(8)]
        assert [day.day for day in gap.days] == [TODAY - DAY * number for number in range(7, -1, -1)]

    @pytest.mark.parametrize("order", [(MINE, YOURS), (YOURS, MINE)], ids=["mine first", "yours first"])
    async def test_each_account_has_its_gaps(self, journal: Journal, order: tuple[Account, Account]) -> None:
        """They are found oldest first, of one account or of all."""
        for account in (MINE, YOURS):
            await journal.state(account)
        for account in order:
            await journal.lose(account, lost(0))
        first, second = await journal.gaps(order[0]), await journal.gaps(order[1])
        assert [gap.account for gap in first + second] == list(order)
        assert await journal.gaps() == await journal.gaps(unclosed=True) == first + second


class Witnesses(Stage):
    """What is known of a day, and of invoices: a re-read must show it too."""

    async def test_the_keys_of_a_day(self, journal: Journal, other: Journal) -> None:
        """What the feed handed out, of this day and account, and no later than asked for."""
        await page(journal, [update("id:2:1"), update("content:x"), update("id:2:9", day=TODAY - DAY)])
        await page(journal, [update("id:2:2")], source=Source.SALVAGE)
        await page(journal, [update("id:2:3")], source=Source.BACKFILL)
        await page(journal, [update("id:2:4"), update("id:2:5", day=None)], source=Source.SWEEP)
        await page(journal, [update("id:2:6")], account=YOURS)
        await page(journal, [update("id:2:7")], at=START + HOUR)
        early = {"id:2:1", "id:2:2", "content:x"}
        assert await other.keys_on(MINE, TODAY, before=START + HOUR) == early
        assert await other.keys_on(MINE, TODAY, before=START) == set()
        assert await other.keys_on(MINE, TODAY, before=START + 2 * HOUR) == early | {"id:2:7"}
        assert await other.keys_on(MINE, TODAY - DAY, before=START + HOUR) == {"id:2:9"}

    async def test_what_the_feed_hands_out_after_a_reread_counts(self, journal: Journal) -> None:
        """It was handed out then."""
        await page(journal, [update("id:2:1"), update("content:x"), update("id:2:2")], source=Source.SWEEP)
        await page(journal, [update("id:2:1"), update("content:x")])
        assert await journal.keys_on(MINE, TODAY, before=START + HOUR) == {"id:2:1", "content:x"}

    async def test_a_later_revision_does_not_hide_a_key(self, journal: Journal) -> None:
        """The feed had handed the record out, whatever came of it later on the same day."""
        await page(journal, [update("id:2:1", "A")])
        await page(journal, [update("id:2:1", "B")], at=START + 2 * HOUR)
        assert await journal.keys_on(MINE, TODAY, before=START + HOUR) == {"id:2:1"}

    async def test_open_invoices(self, journal: Journal, other: Journal) -> None:
        """Those that were open when they were last seen; those seen last first."""
        seen = [("7", True), ("8", True), ("9", False), ("10", True), ("9", True), ("8", False), ("7", True)]
        for number, (billnum, is_open) in enumerate(seen):
            await page(journal, [update(f"id:2:{number}", billnum=billnum, is_open=is_open)])
        await page(journal, [update("id:1:1", is_open=True)])
        await page(journal, [update("id:2:1", billnum="11", is_open=True)], account=YOURS)
        assert await other.open_invoices(MINE, limit=10) == ["7", "9", "10"]
        assert await other.open_invoices(MINE, limit=2) == ["7", "9"]
        assert await other.open_invoices(YOURS, limit=10) == ["11"]

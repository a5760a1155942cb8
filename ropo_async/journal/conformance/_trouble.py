"""What went wrong: attempts, dead letters, the quarantine, and the figures that tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest
from attrs import evolve

from ropo_async.journal.conformance._stage import (
    BILLNUM,
    HOUR,
    MINE,
    START,
    YOURS,
    Clock,
    Stage,
    buried,
    consumed,
    keys,
    lent,
    lost,
    names,
    page,
    unreadable,
    update,
    updates,
)
from ropo_async.journal.gaps import GapState
from ropo_async.journal.values import Merged, PollState, Source

if TYPE_CHECKING:
    from ropo_async.journal.base import Journal
    from ropo_async.journal.values import Quarantined


class DeadLetters(Stage):
    """A record that fails again and again stands in nobody's way, and is not lost."""

    async def test_what_is_put_off_comes_later(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """After its time, as the next attempt."""
        await page(journal, updates(1))
        for attempt in (1, 2, 3):
            (leased,) = await lent(journal)
            assert leased.attempt == attempt
            assert await journal.put_off(leased, seconds=100, attempts=9, error="ValueError") is False
            clock.move(99)
            assert await lent(other) == []
            clock.move(2)
        assert await other.dead() == []

    async def test_what_was_tried_too_often_is_dead(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """It is kept with its content, and delivered no more."""
        await page(journal, [update("id:2:1", "A"), update("id:2:1", "B")])
        for attempt in (1, 2, 3):
            first, _ = await lent(journal, seconds=10)
            assert await journal.put_off(first, seconds=1, attempts=3, error=f"Error{attempt}") is (attempt == 3)
            clock.move(11)
        (letter,) = await other.dead()
        assert (letter.seq, letter.account) == (first.seq, MINE)
        assert (letter.key, letter.ordinal, letter.revision) == ("id:2:1", 1, 1)
        assert (letter.attempts, letter.error, letter.body) == (3, "Error3", update("id:2:1").body)
        assert names(await lent(journal)) == [("id:2:1", 1, 2)]

    async def test_who_ends_without_a_word_has_tried(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """A record that takes its consumers down with it dies as well."""
        await page(journal, updates(2))
        for attempt in (1, 2, 3):
            assert [leased.attempt for leased in await lent(journal, attempts=3)] == [attempt] * 2
            clock.move(61)
        told = await other.lease(None, limit=9, seconds=60, attempts=3)
        assert (told.leases, told.buried) == ([], await other.dead())
        assert [letter.attempts for letter in told.buried] == [3, 3]
        assert (await other.lease(None, limit=9, seconds=60, attempts=3)).buried == []

    async def test_the_dead_hold_nobody_up(self, journal: Journal, clock: Clock) -> None:
        """However many there are, who asks again gets what is behind them."""
        await page(journal, updates(5))
        await lent(journal, limit=4)
        clock.move(61)
        got = list[str]()
        for _ in range(10):
            got += keys(await lent(journal, limit=1, attempts=1))
        assert got == ["id:2:5"]

    async def test_the_dead_can_be_revived(self, journal: Journal, other: Journal) -> None:
        """Some or all of them, of one account or of all; as if never tried."""
        await page(journal, updates(3))
        await page(journal, updates(1), account=YOURS)
        first, second, third, fourth = await buried(journal)
        assert [letter.seq for letter in await other.dead()] == [first, second, third, fourth]
        assert [letter.seq for letter in await other.dead(YOURS)] == [fourth]
        assert await other.requeue(seqs=[]) == 0
        assert await other.requeue(seqs=[second, 10**9]) == 1
        assert await other.requeue(MINE, seqs=[fourth]) == 0
        assert await other.requeue(YOURS) == 1
        leases = await lent(journal)
        assert [(leased.seq, leased.attempt) for leased in leases] == [(second, 1), (fourth, 1)]
        assert await other.requeue() == 2
        assert [letter.seq for letter in await other.dead()] == []
        assert [leased.seq for leased in await lent(journal)] == [first, third]
        assert await other.requeue() == 0


class Quarantine(Stage):
    """A record that cannot be read is kept as it came."""

    async def test_it_costs_no_other_record(self, journal: Journal, other: Journal) -> None:
        """All that can be read is delivered, and all that cannot is kept, with the reason."""
        bad = [unreadable("id:2:8"), unreadable("content:z")]
        merged = await page(journal, updates(2), bad, source=Source.SALVAGE)
        assert merged == Merged(new=2, quarantined=2)
        assert keys(await lent(journal)) == ["id:2:1", "id:2:2"]
        kept = await other.quarantined()
        assert [record.body for record in kept] == [record.body for record in bad]
        assert {(record.account, record.source, record.arrived, record.reason) for record in kept} == {
            (MINE, Source.SALVAGE, START, "a number is missing")
        }

    async def test_it_can_be_paged_through(self, journal: Journal) -> None:
        """Oldest first, of one account or of all."""
        for number in range(5):
            await page(journal, bad=[unreadable(f"id:2:{number}")], account=(MINE, YOURS)[number % 2])
        everything = await journal.quarantined()
        assert [record.account for record in everything] == [MINE, YOURS, MINE, YOURS, MINE]
        assert await journal.quarantined(limit=2) == everything[:2]
        assert await journal.quarantined(after=everything[1].id, limit=2) == everything[2:4]
        assert await journal.quarantined(YOURS) == everything[1::2]
        assert await journal.quarantined(YOURS, after=everything[1].id) == everything[3:4]

    @pytest.mark.parametrize("key", ["id:2:8", "content:z"])
    async def test_a_reread_shows_the_same_again(self, journal: Journal, other: Journal, key: str) -> None:
        """That adds nothing."""
        await page(journal, bad=[unreadable(key)])
        for source in (Source.BACKFILL, Source.SWEEP):
            assert (await page(other, bad=[unreadable(key)], source=source)).quarantined == 0
        assert (await page(other, bad=[unreadable(key)], source=Source.SWEEP, account=YOURS)).quarantined == 1

    async def test_a_reread_shows_other_content(self, journal: Journal) -> None:
        """That may be the only time it is seen: it is kept too."""
        await page(journal, bad=[unreadable("id:2:8", content="A")])
        for _ in range(2):
            await page(journal, bad=[unreadable("id:2:8", content="B")], source=Source.BACKFILL)
        bodies = [record.body for record in await journal.quarantined()]
        assert bodies == [unreadable("id:2:8", content=content).body for content in "AB"]

    async def test_what_the_feed_hands_out_is_kept_each_time(self, journal: Journal) -> None:
        """Without having been read, nobody knows whether it is the same."""
        for _ in range(2):
            await page(journal, bad=[unreadable("content:z")])
        assert len(await journal.quarantined()) == 2

    async def test_a_record_leaves_once(self, journal: Journal, other: Journal) -> None:
        """However many release it."""
        await page(journal, bad=[unreadable("id:2:8")])
        (record,) = await journal.quarantined()
        merged = list[Merged]()

        async def release(handle: Journal, record: Quarantined) -> None:
            merged.append(await handle.release_quarantined(record, update("id:2:8"), at=START + HOUR))

        async with anyio.create_task_group() as group:
            for handle in (journal, other) * 2:
                group.start_soon(release, handle, record)
        assert sorted(done.new for done in merged) == [0, 0, 0, 1]
        assert await journal.quarantined() == []
        assert await consumed(other) == [("id:2:8", 1, 1)]

    async def test_what_leaves_is_merged_like_any_other(self, journal: Journal) -> None:
        """What the feed had handed out counts so, and what was there already is a duplicate."""
        await page(journal, [update("id:2:8"), update("content:z")], [unreadable("id:2:8"), unreadable("content:z")])
        same, copy = await journal.quarantined()
        assert await journal.release_quarantined(same, update("id:2:8"), at=START) == Merged(duplicates=1)
        assert await journal.release_quarantined(copy, update("content:z"), at=START) == Merged(new=1)
        reread = [update("id:2:8"), update("content:z"), update("content:z")]
        assert await page(journal, reread, source=Source.BACKFILL) == Merged(duplicates=3)


class Figures(Stage):
    """What the health of a journal says."""

    async def test_an_empty_journal(self, journal: Journal) -> None:
        """It has nothing, and nothing is wrong with it."""
        health = await journal.health(now=START)
        assert (health.drained, health.watermark, health.lag, health.oldest) == (None, None, None, None)
        assert (health.records, health.waiting, health.dead, health.pages, health.records_per_page) == (0, 0, 0, 0, 0)

    async def test_a_page_is_one_of_a_feed_of_either_kind(self, journal: Journal, other: Journal) -> None:
        """One that hands out once, or until it is marked; what is read again beside it is none."""
        for source in (Source.DRAIN, Source.UNSEEN, Source.BACKFILL, Source.SWEEP):
            await page(journal, updates(2), source=source)
        health = await other.health(now=START)
        assert (health.pages, health.records_per_page, health.duplicates) == (2, 2.0, 6)

    async def test_everything_is_counted(self, journal: Journal, other: Journal) -> None:
        """Of one account, or of all."""
        for account, hours in ((MINE, 1), (YOURS, 2)):
            poll = await journal.intend(account, 1, Source.DRAIN, "", at=START)
            since = START - HOUR * hours
            await journal.settle(poll, PollState.EMPTY, at=START - HOUR * hours / 2, clean_since=since)
        await page(journal, [*updates(5, billnum=BILLNUM), update("id:2:1")], [unreadable("id:2:9")], loss=lost(0))
        await page(journal, updates(1, start=6), source=Source.SALVAGE, at=START + HOUR)
        await page(journal, updates(2, start=6), source=Source.BACKFILL)
        await page(journal, updates(3, start=7), source=Source.SWEEP)
        await page(journal, updates(1, start=8))
        await page(journal, updates(1), account=YOURS, at=START + HOUR)
        first, second, third, *_ = await lent(journal, limit=4)
        await journal.ack(first)
        await journal.put_off(second, seconds=0, attempts=1, error="ValueError")
        await journal.put_off(third, seconds=90, attempts=9, error="ValueError")
        health = await other.health(MINE, now=START)
        assert (health.records, health.waiting, health.dead, health.duplicates) == (9, 7, 1, 4)
        assert (health.pages, health.records_per_page) == (3, 9 / 3)
        assert (health.quarantined, health.seen_only_by_sweep, health.oldest) == (1, 1, START)
        assert (health.open_gaps, health.unresolved_gaps) == (1, 0)
        assert (health.watermark, health.drained, health.lag) == (START - HOUR, START - HOUR / 2, HOUR)
        whole = await other.health(now=START)
        assert (whole.records, whole.waiting, whole.pages) == (10, 8, 4)
        assert (whole.watermark, whole.drained, whole.lag) == (START - 2 * HOUR, START - HOUR, 2 * HOUR)
        yours = await other.health(YOURS, now=START)
        assert (yours.records, yours.dead, yours.quarantined, yours.open_gaps) == (1, 0, 0, 0)
        assert yours.oldest == START + HOUR

    async def test_the_oldest_is_one_that_waits(self, journal: Journal) -> None:
        """What is settled waits no more."""
        for hours in (0, 1, 2):
            await page(journal, updates(1, start=hours), at=START + HOUR * hours)
        for oldest in (START, START + HOUR, START + 2 * HOUR):
            assert (await journal.health(now=START)).oldest == oldest
            (leased,) = await lent(journal, limit=1)
            assert (await journal.health(now=START)).oldest == oldest
            await journal.ack(leased)
        health = await journal.health(now=START)
        assert (health.oldest, health.waiting, health.records) == (None, 0, 3)

    @pytest.mark.parametrize(
        ("state", "figures"),
        [
            (GapState.OPEN, (1, 0)),
            (GapState.BACKFILLED, (1, 0)),
            (GapState.CLOSED, (0, 0)),
            (GapState.UNRESOLVED, (0, 1)),
        ],
        ids=lambda value: value.name if isinstance(value, GapState) else "",
    )
    async def test_gaps_are_counted_by_state(self, journal: Journal, state: GapState, figures: tuple[int, int]) -> None:
        """Those still being read again, and those that cannot be closed."""
        await journal.lose(MINE, lost(0))
        (gap,) = await journal.gaps()
        assert await journal.save_gap(evolve(gap, state=state))
        health = await journal.health(now=START)
        assert (health.open_gaps, health.unresolved_gaps) == figures

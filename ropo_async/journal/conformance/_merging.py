"""Merging: which records of an answer are new, which are known, and which are known with other content."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import pytest
from attrs import define, field

from ropo_async.journal.conformance._stage import (
    MINE,
    START,
    YOURS,
    Stage,
    consumed,
    interrupted,
    keys,
    lent,
    lost,
    moments,
    names,
    page,
    received,
    unreadable,
    update,
    updates,
)
from ropo_async.journal.values import Entry, Merged, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ropo_async.journal.base import Journal

T = TypeVar("T")

REREADS = pytest.mark.parametrize("source", [Source.BACKFILL, Source.SWEEP, Source.UNSEEN], ids=str)
EVERY = pytest.mark.parametrize("source", list(Source), ids=str)


class Snaps(list[T]):
    """Records of which the last cannot be had."""

    def __iter__(self) -> Iterator[T]:
        """Give all, and fail."""
        yield from super().__iter__()
        raise ZeroDivisionError


class Identified(Stage):
    """Records that have an id."""

    @EVERY
    async def test_a_record_is_new_once(self, journal: Journal, other: Journal, source: Source) -> None:
        """The same again is dropped and counted, wherever it comes from."""
        assert await page(journal, updates(2), source=source) == Merged(new=2)
        for again in Source:
            assert await page(other, updates(2), source=again) == Merged(duplicates=2)
        assert await consumed(other) == [("id:2:1", 1, 1), ("id:2:2", 1, 1)]

    @EVERY
    async def test_other_content_is_a_revision(self, journal: Journal, source: Source) -> None:
        """It is delivered besides the first; and back again is one more, if the feed says so.

        A re-read may go on showing what an id said before beside what it says now.
        """
        await page(journal, [update("id:2:1", "A")])
        assert await page(journal, [update("id:2:1", "B")], source=source) == Merged(revisions=1)
        assert await page(journal, [update("id:2:1", "B")], source=source) == Merged(duplicates=1)
        back = Merged(revisions=1) if source.consumed else Merged(duplicates=1)
        assert await page(journal, [update("id:2:1", "A")], source=source) == back
        leases = await lent(journal)
        contents = "ABA" if source.consumed else "AB"
        assert names(leases) == [("id:2:1", 1, number) for number in range(1, len(contents) + 1)]
        assert [leased.body for leased in leases] == [update("id:2:1", content).body for content in contents]

    @EVERY
    async def test_the_same_id_twice_in_one_answer(self, journal: Journal, source: Source) -> None:
        """Within an answer it is as between answers."""
        entries = [update("id:2:1", content) for content in "AABA"]
        revisions = 2 if source.consumed else 1
        assert await page(journal, entries, source=source) == Merged(1, revisions, duplicates=3 - revisions)
        assert await consumed(journal) == [("id:2:1", 1, 1 + number) for number in range(1 + revisions)]

    async def test_a_whole_page_and_more_at_once(self, journal: Journal, other: Journal) -> None:
        """However many keys there are, each is found again."""
        assert await page(journal, updates(2300)) == Merged(new=2300)
        changed = [update(f"id:2:{number}", "B") for number in range(1, 1201)]
        merged = await page(other, [*updates(1100, start=1201), *changed, *updates(7, start=2301)])
        assert merged == Merged(new=7, revisions=1200, duplicates=1100)
        assert await page(journal, [*changed, *updates(1107, start=1201)], source=Source.SWEEP) == Merged(
            duplicates=2307
        )
        leases = await lent(journal)
        assert len(set(names(leases))) == len(leases) == 3507

    async def test_what_is_delivered_is_what_came(self, journal: Journal, other: Journal) -> None:
        """With all that tells it apart."""
        await page(journal, [update("id:1:7")], account=YOURS, source=Source.SALVAGE)
        (leased,) = await lent(other)
        assert (leased.account, leased.key, leased.ordinal, leased.revision) == (YOURS, "id:1:7", 1, 1)
        assert (leased.source, leased.attempt, leased.body) == (Source.SALVAGE, 1, update("id:1:7").body)

    @pytest.mark.parametrize("text", ["", "\U0001f9fe\u202e", "'; --", "100%s?:x$1", "ä" * 999], ids=ascii)
    async def test_no_text_keeps_a_page_out(self, journal: Journal, text: str) -> None:
        """Whatever the vendor calls an invoice, or an update."""
        entries = [update("id:2:1"), Entry(f"id:2:{text}", b"A", b"{}", billnum=f"7{text}", is_open=True)]
        assert await page(journal, entries) == Merged(new=2)
        assert await page(journal, entries, source=Source.SWEEP) == Merged(duplicates=2)
        assert await journal.open_invoices(MINE, limit=2) == [f"7{text}"]
        assert keys(await lent(journal)) == ["id:2:1", f"id:2:{text}"]

    async def test_accounts_know_nothing_of_each_other(self, journal: Journal) -> None:
        """The same id of another account is another record."""
        entries = [update("id:2:1"), update("content:x")]
        assert await page(journal, entries, account=MINE) == Merged(new=2)
        assert await page(journal, entries, account=YOURS, source=Source.SWEEP) == Merged(new=2)


class Counted(Stage):
    """Records without an id: equal ones may be two events."""

    async def test_what_the_feed_hands_out_is_one_more_each_time(self, journal: Journal, other: Journal) -> None:
        """In one answer and in the next; salvaged records were handed out too."""
        assert await page(journal, [update("content:x")] * 2) == Merged(new=2)
        assert await page(other, [update("content:x")]) == Merged(new=1)
        assert await page(journal, [update("content:x")], source=Source.SALVAGE) == Merged(new=1)
        assert await consumed(journal) == [("content:x", ordinal, 1) for ordinal in (1, 2, 3, 4)]

    @REREADS
    async def test_a_reread_adds_only_what_exceeds_the_known(self, journal: Journal, source: Source) -> None:
        """Of what the feed handed out, and of what a re-read showed."""
        await page(journal, [update("content:x")] * 2)
        assert await page(journal, [update("content:x")], source=source) == Merged(duplicates=1)
        assert await page(journal, [update("content:x")] * 3, source=source) == Merged(new=1, duplicates=2)
        assert await page(journal, [update("content:x")] * 3, source=source) == Merged(duplicates=3)

    @REREADS
    @pytest.mark.parametrize("feed", [Source.DRAIN, Source.SALVAGE], ids=str)
    async def test_what_a_reread_had_shown_is_not_one_more(
        self, journal: Journal, source: Source, feed: Source
    ) -> None:
        """The feed may hand out later what was seen already: each copy once."""
        await page(journal, [update("content:x")] * 3, source=source)
        assert await page(journal, [update("content:x")] * 2, source=feed) == Merged(duplicates=2)
        assert await page(journal, [update("content:x")] * 2, source=feed) == Merged(new=1, duplicates=1)
        assert await page(journal, [update("content:x")] * 4, source=source) == Merged(duplicates=4)
        assert await page(journal, [update("content:x")], source=feed) == Merged(new=1)
        assert len(await consumed(journal)) == 5

    @pytest.mark.parametrize("seed", range(6))
    async def test_a_long_story_is_counted_right(self, journal: Journal, other: Journal, seed: int) -> None:
        """Ids and copies, drained and read again, in any order: held against the rule in two lines."""
        story = random.Random(seed)  # noqa: S311 - the same story at each run
        rule = Rule()
        for _ in range(25):
            source = story.choice(list(Source))
            entries = [
                update(story.choice(["id:1:1", "id:2:1", "id:2:2", "content:x", "content:y"]), story.choice("AAB"))
                for _ in range(story.randrange(6))
            ]
            # Without an id, the content is the key.
            entries = [entry if entry.identified else update(entry.key) for entry in entries]
            assert await page(story.choice([journal, other]), entries, source=source) == rule.merge(entries, source)
        leases = await lent(journal)
        assert Counter(keys(leases)) == +rule.delivered
        assert len(set(names(leases))) == len(leases)


@define
class Rule:
    """How it is to be counted."""

    delivered: Counter[str] = field(factory=Counter[str])
    _said: defaultdict[str, list[bytes]] = field(factory=lambda: defaultdict[str, "list[bytes]"](list))
    _handed_out: Counter[str] = field(factory=Counter[str])

    def merge(self, entries: list[Entry], source: Source) -> Merged:
        """Return what becomes of the records."""
        before = self.delivered.total()
        first = 0
        for entry in (entry for entry in entries if entry.identified):
            said = self._said[entry.key]
            if entry.hash not in (said[-1:] if source.consumed else said):
                first += not said
                self.delivered[entry.key] += 1
                said.append(entry.hash)
        revisions = self.delivered.total() - before - first
        for key, copies in Counter(entry.key for entry in entries if not entry.identified).items():
            self._handed_out[key] += copies if source.consumed else 0
            self.delivered[key] = max(self.delivered[key], self._handed_out[key] if source.consumed else copies)
        added = self.delivered.total() - before
        return Merged(added - revisions, revisions, len(entries) - added)


class AllOrNone(Stage):
    """An answer is merged once and whole."""

    async def test_twice_is_once(self, journal: Journal, other: Journal) -> None:
        """For one poll, also where a second poller does it at the same time."""
        poll = await received(journal)
        merged = list[Merged]()

        async def merge(handle: Journal) -> None:
            records = [update("content:x"), update("id:2:1")]
            bad = [unreadable("content:z")]
            merged.append(await handle.merge(poll, records, bad, source=Source.DRAIN, at=START, loss=lost(0)))

        async with anyio.create_task_group() as group:
            for handle in (journal, other, journal):
                group.start_soon(merge, handle)
        await merge(other)
        assert Counter(merged) == {Merged(new=2, quarantined=1): 1, Merged(): 3}
        assert len(await consumed(journal)) == 2
        assert len(await journal.quarantined()) == 1
        assert [gap.causes for gap in await journal.gaps()] == [("the connection broke",)]

    @pytest.mark.parametrize(
        ("entries", "bad"),
        [
            (Snaps(updates(3)), []),
            (updates(3), Snaps([unreadable("content:z")])),
        ],
        ids=["records", "unreadable"],
    )
    async def test_half_an_answer_is_none(self, journal: Journal, other: Journal, entries: Any, bad: Any) -> None:
        """What fails on the way leaves nothing behind, and can be done again."""
        poll = await received(journal)
        with pytest.raises(ZeroDivisionError):
            await journal.merge(poll, entries, bad, source=Source.DRAIN, at=START, loss=lost(0))
        assert await lent(other) == []
        assert await other.gaps() == []
        assert await other.quarantined() == []
        health = await other.health(now=START)
        assert (health.records, health.pages) == (0, 0)
        assert [left.id for left in await other.unfinished(MINE, 2)] == [poll]
        assert await journal.merge(poll, updates(3), source=Source.DRAIN, at=START) == Merged(new=3)

    async def test_who_is_cancelled_finds_all_or_nothing(self, journal: Journal, other: Journal) -> None:
        """It is over when the caller is told: nothing changes afterwards, and it can be done again."""

        async def merge() -> None:
            await journal.merge(polls[-1], [update("content:x")] * 50, source=Source.DRAIN, at=START)

        polls = [await received(journal)]
        for seconds in await moments(merge):
            before = (await other.health(now=START)).records
            polls.append(await received(journal))
            await interrupted(merge, seconds)
            done = (await other.health(now=START)).records - before
            assert done in (0, 50)
            assert len(await other.unfinished(MINE, 2)) == (done == 0)
            await merge()
            assert (await other.health(now=START)).records == before + 50

    async def test_two_answers_at_once_are_counted_as_two(self, journal: Journal, other: Journal) -> None:
        """Neither takes the other's records for its own."""
        async with anyio.create_task_group() as group:
            for handle in (journal, other) * 5:
                group.start_soon(page, handle, [update("content:x"), update("id:2:1")])
        leases = names(await lent(journal))
        assert sorted(leases) == [*(("content:x", ordinal, 1) for ordinal in range(1, 11)), ("id:2:1", 1, 1)]

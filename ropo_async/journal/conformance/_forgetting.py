"""Forgetting: personal data goes, and what tells records apart stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ropo_async.errors import InvalidInput, LeaseLost
from ropo_async.journal.conformance._stage import (
    BILLNUM,
    DAY,
    HOUR,
    MINE,
    PERSONAL,
    START,
    TODAY,
    YOURS,
    Clock,
    Stage,
    buried,
    consumed,
    keys,
    lent,
    page,
    received,
    refused,
    unreadable,
    update,
    updates,
)
from ropo_async.journal.values import Merged, Received, Source, Unreadable

if TYPE_CHECKING:
    from ropo_async.journal.base import Journal

LATER = START + DAY


class Purging(Stage):
    """What was acknowledged long ago."""

    async def test_only_what_was_acknowledged_before_then(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """Once; what was acknowledged later keeps its content."""
        await page(journal, [update(f"id:2:{number}", billnum=f"7{number}", is_open=True) for number in range(3)])
        leases = await lent(journal)
        for leased in leases:
            await journal.ack(leased)
            clock.move(3600)
        assert await other.purge(acked_older_than=START) == 0
        assert await other.purge(acked_older_than=START + 1.5 * HOUR) == 2
        assert await other.purge(acked_older_than=START + 1.5 * HOUR) == 0
        assert await journal.open_invoices(MINE, limit=9) == ["72"]
        assert await journal.keys_on(MINE, TODAY, before=LATER) == {"id:2:2"}
        assert [await journal.erase(billnum=f"7{number}") for number in range(3)] == [0, 0, 1]

    async def test_what_there_is_can_be_read_in_pages(self, journal: Journal, other: Journal) -> None:
        """Of one account or of all, in its order, delivered or not, and without the content that was removed."""
        await page(journal, [update("id:2:1", "A"), update("id:2:2")])
        await page(journal, [update("id:2:1", "B")], account=YOURS)
        (first, _) = await lent(journal, {MINE})
        await journal.ack(first)
        mine = await other.records(MINE)
        assert [(record.key, record.state, record.source) for record in mine] == [
            ("id:2:1", "acked", Source.DRAIN),
            ("id:2:2", "leased", Source.DRAIN),
        ]
        assert mine[0].body == update("id:2:1", "A").body
        assert mine[0].arrived.tzinfo is not None
        everything = await other.records()
        assert [record.account for record in everything] == [MINE, MINE, YOURS]
        assert await other.records(after=everything[0].seq, limit=1) == everything[1:2]
        await journal.purge(acked_older_than=LATER)
        assert [record.body is None for record in await other.records()] == [True, False, False]

    async def test_what_is_not_done_with_stays(self, journal: Journal, clock: Clock) -> None:
        """However old: waiting, lent, put off, dead, unreadable, and answers that are not taken apart."""
        await page(journal, updates(4), [unreadable("id:2:9")])
        poll = await received(journal)
        intent = await journal.intend(MINE, 1, Source.DRAIN, "", at=START)
        dead, away, held = await lent(journal, limit=3)
        await journal.put_off(dead, seconds=0, attempts=1, error="ValueError")
        await journal.put_off(away, seconds=9, attempts=9, error="ValueError")
        assert await journal.purge(acked_older_than=START + 1000 * DAY) == 0
        assert await journal.extend([held], 9) == {held.seq}
        clock.move(10)
        leases = await lent(journal)
        assert [leased.body for leased in leases] == [entry.body for entry in updates(4)[1:]]
        assert [letter.body for letter in await journal.dead()] == [updates(1)[0].body]
        assert [record.body for record in await journal.quarantined()] == [unreadable("id:2:9").body]
        left = await journal.unfinished(MINE, 2)
        assert [(found.id, found.received is not None) for found in left] == [(poll, True), (intent, False)]

    async def test_what_was_purged_is_still_known(self, journal: Journal, other: Journal) -> None:
        """A day that is read again brings nothing twice."""
        entries = [update("id:2:1"), update("id:2:2", "A"), update("id:2:2", "B"), *[update("content:x")] * 2]
        await page(journal, entries)
        await consumed(journal)
        assert await journal.purge(acked_older_than=LATER) == 5
        again = [update("id:2:1"), update("id:2:2", "B"), *[update("content:x")] * 2]
        assert await page(other, again, source=Source.BACKFILL) == Merged(duplicates=4)
        assert await page(other, again[:2]) == Merged(duplicates=2)
        assert await lent(other) == []
        assert await page(other, [update("id:2:2", "C"), update("content:x")]) == Merged(new=1, revisions=1)
        assert await consumed(other) == [("id:2:2", 1, 3), ("content:x", 3, 1)]


class Erasing(Stage):
    """All of an invoice."""

    async def test_every_record_of_the_invoice(self, journal: Journal, other: Journal) -> None:
        """In whatever state, once; and of no other invoice."""
        await page(journal, updates(5, billnum=BILLNUM))
        await page(journal, [*updates(1, start=6, billnum=f"{BILLNUM}1"), update("id:2:7")])
        settled, dead, away, _ = await lent(journal, limit=4)
        await journal.ack(settled)
        await journal.put_off(dead, seconds=0, attempts=1, error="ValueError")
        await journal.put_off(away, seconds=9, attempts=9, error="ValueError")
        assert await other.erase(billnum=BILLNUM) == 5
        assert await other.erase(billnum=BILLNUM) == 0
        assert await journal.dead() == []
        assert await journal.requeue() == 0
        assert keys(await lent(journal)) == ["id:2:6", "id:2:7"]
        assert await journal.keys_on(MINE, TODAY, before=LATER) == {"id:2:6", "id:2:7"}
        assert await journal.open_invoices(MINE, limit=9) == []

    async def test_what_is_in_work_does_not_come_back(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """Its consumer comes too late, whatever it does."""
        await page(journal, updates(4, billnum=BILLNUM))
        leases = await lent(journal)
        assert await other.erase(billnum=BILLNUM) == 4
        with pytest.raises(LeaseLost):
            await journal.ack(leases[0])
        await refused(journal.put_off(leases[1], seconds=0, attempts=9, error="ValueError"))
        await refused(journal.put_off(leases[2], seconds=0, attempts=1, error="ValueError"))
        await journal.give_back(leases)
        assert await journal.extend(leases, 60) == set()
        clock.move(3600)
        assert await lent(other) == []
        assert await other.dead() == []
        assert (await other.health(now=START)).waiting == 0

    async def test_what_was_erased_is_still_known(self, journal: Journal) -> None:
        """It is not delivered again when a day is read again, or the feed hands it out once more."""
        entries = [update("id:2:1", billnum=BILLNUM), *[update("content:x", billnum=BILLNUM)] * 2]
        await page(journal, entries)
        assert await journal.erase(billnum=BILLNUM) == 3
        assert await page(journal, entries, source=Source.BACKFILL) == Merged(duplicates=3)
        assert await page(journal, entries[:1]) == Merged(duplicates=1)
        assert await lent(journal) == []
        assert await journal.erase(billnum=BILLNUM) == 0

    async def test_an_account_can_be_named(self, journal: Journal) -> None:
        """The invoice of that number of another customer stays."""
        for account in (MINE, YOURS):
            await page(journal, updates(1, billnum=BILLNUM), [unreadable("id:2:9")], account=account)
        assert await journal.erase(billnum=BILLNUM, account=YOURS) == 2
        assert [leased.account for leased in await lent(journal)] == [MINE]
        assert [record.account for record in await journal.quarantined()] == [MINE]
        assert await journal.erase(billnum=BILLNUM) == 2

    @pytest.mark.parametrize(
        ("billnum", "written"),
        [
            (BILLNUM, f'"{BILLNUM}"'),
            (BILLNUM, BILLNUM),
            ("2027/15", '"2027/15"'),
            ("2027/15", r'"2027\/15"'),
            ("Ä 1", '"Ä 1"'),
            ("Ä 1", r'"\u00c4 1"'),
            ("Ä 1", r'"\u00C4 1"'),
        ],
        ids=["text", "number", "slash", "escaped slash", "letter", "escaped letter", "escaped in capitals"],
    )
    async def test_the_quarantine_is_searched(self, journal: Journal, billnum: str, written: str) -> None:
        """However the invoice's number is written there."""
        body = f'{{"name": "{PERSONAL}", "billnum": {written}, "amount": oops}}'.encode()
        await page(journal, bad=[Unreadable("id:2:8", body, "a number is missing"), unreadable("id:2:9", "555")])
        assert await journal.erase(billnum=billnum) == 1
        assert [record.body for record in await journal.quarantined()] == [unreadable("id:2:9", "555").body]

    @pytest.mark.parametrize("billnum", ["", "9021", "0210"], ids=["nothing", "beginning", "end"])
    async def test_part_of_a_number_is_another_number(self, journal: Journal, billnum: str) -> None:
        """What nobody has read yet must not go by mistake."""
        await page(journal, updates(1, billnum=BILLNUM), [unreadable("id:2:9")])
        try:
            assert await journal.erase(billnum=billnum) == 0
        except InvalidInput:
            assert not billnum
        assert len(await journal.quarantined()) == 1
        assert len(await lent(journal)) == 1


class Discretion(Stage):
    """Content is personal, and does not show by itself."""

    async def test_no_value_shows_content(self, journal: Journal) -> None:
        """Not in a log, and not in an error: neither names nor invoice numbers."""
        entries = updates(3, billnum=BILLNUM)
        bad = [unreadable("id:2:9")]
        answer = Received(200, entries[0].body, {"x-name": PERSONAL})
        poll = await journal.intend(MINE, 1, Source.BACKFILL, BILLNUM, at=START)
        await journal.receive(poll, answer, at=START)
        left = await journal.unfinished(MINE, 2)
        assert [(found.param, found.received and found.received.body) for found in left] == [(BILLNUM, answer.body)]
        merged = await page(journal, entries, bad)
        await buried(journal, [MINE])
        await journal.requeue(seqs=[(await journal.dead())[0].seq])
        leases = await lent(journal)
        await journal.ack(leases[0])
        with pytest.raises(LeaseLost) as caught:
            await journal.ack(leases[0])
        shown = [entries, bad, answer, left, merged, leases, await journal.dead(), await journal.quarantined()]
        shown += [await journal.health(now=START), await journal.state(MINE), journal, caught.value, str(caught.value)]
        assert len(await journal.dead()) == 2
        for value in shown:
            assert BILLNUM not in repr(value)
            assert PERSONAL not in repr(value)
            assert PERSONAL.encode("unicode_escape").decode() not in repr(value)
            assert repr(PERSONAL.encode())[2:-1] not in repr(value)

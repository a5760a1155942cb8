"""Grouped leases: the records of an invoice one after the other."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

import anyio
import pytest

from ropo_async.journal.conformance._stage import (
    YOURS,
    Clock,
    Stage,
    due,
    keys,
    lent,
    page,
    update,
    updates,
)

if TYPE_CHECKING:
    from ropo_async.journal.base import Journal


class Invoices(Stage):
    """Of an invoice one record is in work, and they come in their order."""

    async def test_the_first_record_of_each_invoice(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """And nothing of it while that is lent, or put off."""
        await page(journal, [update(f"id:2:{number}", billnum=billnum) for number, billnum in enumerate("77877")])
        first, second = await lent(journal, grouped=True)
        assert keys([first, second]) == ["id:2:0", "id:2:2"]
        assert await lent(other, grouped=True) == []
        assert await due(other, grouped=True) == pytest.approx(60)
        await journal.put_off(first, seconds=600, attempts=9, error="ValueError")
        await journal.ack(second)
        assert await lent(other, grouped=True) == []
        clock.move(601)
        for expected in ("id:2:0", "id:2:1", "id:2:3", "id:2:4"):
            (leased,) = await lent(other, grouped=True)
            assert leased.key == expected
            await other.ack(leased)

    async def test_without_an_invoice_there_is_no_order(self, journal: Journal) -> None:
        """Such records do not wait for each other, and nobody waits for them."""
        await page(journal, [*updates(3), *updates(2, start=4, billnum="7")])
        assert keys(await lent(journal, grouped=True)) == ["id:2:1", "id:2:2", "id:2:3", "id:2:4"]

    async def test_an_invoice_belongs_to_its_account(self, journal: Journal) -> None:
        """The same number of another customer is another invoice."""
        await page(journal, updates(2, billnum="7"))
        await page(journal, updates(2, billnum="7", start=3), account=YOURS)
        assert keys(await lent(journal, grouped=True)) == ["id:2:1", "id:2:3"]
        assert await lent(journal, [YOURS], grouped=True) == []

    async def test_a_lease_that_ended_comes_first(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """The next record waits until the first is done with."""
        await page(journal, updates(2, billnum="7"))
        await lent(journal, grouped=True)
        clock.move(61)
        (leased,) = await lent(other, grouped=True)
        assert (leased.key, leased.attempt) == ("id:2:1", 2)

    @pytest.mark.parametrize("end", ["told", "silent"])
    async def test_a_dead_letter_lets_the_next_pass(self, journal: Journal, clock: Clock, end: str) -> None:
        """Also where its consumers ended without a word."""
        await page(journal, updates(2, billnum="7"))
        (leased,) = await lent(journal, grouped=True)
        if end == "silent":
            clock.move(61)
        else:
            await journal.put_off(leased, seconds=0, attempts=1, error="ValueError")
        assert keys(await lent(journal, grouped=True, attempts=1)) == ["id:2:2"]

    @pytest.mark.parametrize("end", ["told", "silent"])
    async def test_what_is_revived_waits_for_what_is_in_work(
        self, journal: Journal, other: Journal, clock: Clock, end: str
    ) -> None:
        """A dead letter that is delivered again meets the next record of its invoice on the way."""
        await page(journal, updates(3, billnum="7"))
        (first,) = await lent(journal, grouped=True)
        await journal.put_off(first, seconds=0, attempts=1, error="ValueError")
        (second,) = await lent(journal, grouped=True)
        assert await other.requeue() == 1
        assert await lent(other, grouped=True) == []
        if end == "silent":
            clock.move(61)
        else:
            await journal.ack(second)
        assert keys(await lent(other, grouped=True)) == ["id:2:1"]

    async def test_many_consumers_keep_the_order(self, journal: Journal, other: Journal) -> None:
        """However they meet, an invoice is with one of them, and its records pass in their order."""
        await page(journal, [update(f"id:2:{number}", billnum=str(number % 5)) for number in range(60)])
        working = set[str]()
        done = defaultdict[str, list[int]](list)

        async def consume(handle: Journal) -> None:
            while sum(map(len, done.values())) < 60:
                bell = handle.bell()
                leases = await lent(handle, limit=3, grouped=True)
                billnums = [str(json.loads(leased.body)["billnum"]) for leased in leases]
                assert len(set(billnums)) == len(billnums)
                assert working.isdisjoint(billnums)
                working.update(billnums)
                for leased, billnum in zip(leases, billnums, strict=True):
                    done[billnum].append(leased.seq)
                    working.remove(billnum)
                    await handle.ack(leased)
                if not leases:
                    await handle.wait(bell, 0.01)

        with anyio.fail_after(50):
            async with anyio.create_task_group() as group:
                for handle in (journal, other) * 3:
                    group.start_soon(consume, handle)
        assert len(done) == 5
        for seqs in done.values():
            assert len(seqs) == 12
            assert seqs == sorted(seqs)

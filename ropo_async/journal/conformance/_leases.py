"""Leases: who works on what, until when, and who comes too late."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import anyio
import pytest

from ropo_async.errors import InvalidInput, LeaseLost
from ropo_async.journal.conformance._stage import (
    DAY,
    MINE,
    SIGNALS,
    START,
    YOURS,
    Clock,
    Stage,
    buried,
    consumed,
    due,
    keys,
    lent,
    page,
    refused,
    unreadable,
    update,
    updates,
)
from ropo_async.journal.values import Leased

if TYPE_CHECKING:
    from collections.abc import Collection

    from ropo_async.journal.base import Journal
    from ropo_async.journal.values import Account


class Leases(Stage):
    """One consumer at a time has a record."""

    async def test_records_are_lent_in_the_order_in_which_they_came(self, journal: Journal, other: Journal) -> None:
        """As many as are asked for, and each to one consumer."""
        for start in (7, 1, 4):
            await page(journal, updates(3, start=start))
        expected = [f"id:2:{number}" for number in (7, 8, 9, 1, 2, 3, 4, 5, 6)]
        got = await lent(journal, limit=4) + await lent(other, limit=4) + await lent(journal, limit=4)
        assert keys(got) == expected
        assert [leased.seq for leased in got] == sorted({leased.seq for leased in got})
        assert await lent(other) == []

    async def test_many_who_ask_at_once_share(self, journal: Journal, other: Journal) -> None:
        """No record is lent to two of them, and none is left over."""
        await page(journal, updates(200))
        got = list[Leased]()

        async def consume(handle: Journal) -> None:
            while leases := await lent(handle, limit=9):
                got.extend(leases)

        async with anyio.create_task_group() as group:
            for handle in (journal, other) * 3:
                group.start_soon(consume, handle)
        got += await lent(journal)
        assert Counter(keys(got)) == Counter(keys(updates(200)))

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (None, {"id:2:1", "id:2:2"}),
            ([MINE], {"id:2:1"}),
            ({YOURS}, {"id:2:2"}),
            ((MINE, YOURS), {"id:2:1", "id:2:2"}),
            ([], set[str]()),
        ],
        ids=["all", "mine", "yours", "both", "none"],
    )
    async def test_a_consumer_says_whose_it_wants(
        self, journal: Journal, wanted: Collection[Account] | None, expected: set[str]
    ) -> None:
        """The others' records stay where they are."""
        await page(journal, [update("id:2:1")])
        await page(journal, [update("id:2:2")], account=YOURS)
        assert set(keys(await lent(journal, wanted))) == expected
        assert set(keys(await lent(journal))) == {"id:2:1", "id:2:2"} - expected

    async def test_a_lease_ends_by_the_clock(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """Then the next consumer gets the record, as another attempt, with a greater token."""
        await page(journal, updates(1))
        (first,) = await lent(journal, seconds=60)
        clock.move(59)
        assert await lent(other) == []
        clock.move(2)
        (second,) = await lent(other)
        assert (second.seq, second.attempt) == (first.seq, 2)
        assert second.token > first.token

    async def test_who_comes_too_late_settles_nothing(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """An older token neither acknowledges nor extends nor puts off nor gives back."""
        await page(journal, updates(1))
        (old,) = await lent(journal, seconds=60)
        clock.move(61)
        (new,) = await lent(other, seconds=60)
        with pytest.raises(LeaseLost):
            await journal.ack(old)
        assert await journal.extend([old], 10_000) == set()
        await refused(journal.put_off(old, seconds=0, attempts=1, error="ValueError"))
        await journal.give_back([old])
        assert await lent(journal) == []
        assert await journal.dead() == []
        clock.move(61)
        assert [leased.attempt for leased in await lent(journal)] == [3]
        await refused(other.ack(new))
        clock.move(61)
        assert [leased.attempt for leased in await lent(other)] == [4]

    async def test_a_record_is_settled_once(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """Of many acknowledgements one counts, and it is for good."""
        await page(journal, updates(1))
        (leased,) = await lent(journal)
        told = list[bool]()

        async def acknowledge(handle: Journal) -> None:
            try:
                await handle.ack(leased)
            except LeaseLost:
                told.append(False)
            else:
                told.append(True)

        async with anyio.create_task_group() as group:
            for handle in (journal, other) * 3:
                group.start_soon(acknowledge, handle)
        await acknowledge(journal)
        assert sum(told) == 1
        assert await journal.extend([leased], 60) == set()
        await refused(other.put_off(leased, seconds=0, attempts=9, error="ValueError"))
        await other.give_back([leased])
        clock.move(1000 * DAY.total_seconds())
        assert await lent(journal) == []
        assert await journal.requeue() == 0

    async def test_slow_is_not_too_late(self, journal: Journal, clock: Clock) -> None:
        """While nobody else has had the record, its consumer may still settle it."""
        await page(journal, updates(1))
        (leased,) = await lent(journal, seconds=60)
        clock.move(3600)
        await journal.ack(leased)
        assert await lent(journal) == []

    async def test_what_is_settled_soon_is_settled_for_what_is_asked_next(
        self, journal: Journal, other: Journal, clock: Clock
    ) -> None:
        """And where somebody else has had it, that is told one way or the other."""
        await page(journal, updates(2))
        first, second = await lent(journal, seconds=60)
        late = list[Leased]()
        await journal.ack_soon(first, late.append)
        assert (await journal.health(now=START)).waiting == 1
        clock.move(61)
        assert [leased.seq for leased in await lent(other)] == [second.seq]
        try:
            await journal.ack_soon(second, late.append)
            await journal.health(now=START)
        except LeaseLost:
            late.append(second)
        assert late == [second]
        clock.move(61)
        assert [leased.seq for leased in await lent(journal)] == [second.seq]

    async def test_leases_are_extended_from_now(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """Those that are still held, and those are told."""
        await page(journal, updates(3))
        first, second, third = await lent(journal, seconds=60)
        await journal.ack(third)
        clock.move(50)
        assert await journal.extend([first, third], 60) == {first.seq}
        clock.move(50)
        assert [leased.seq for leased in await lent(other)] == [second.seq]
        await journal.ack(first)
        clock.move(3600)
        assert [leased.seq for leased in await lent(other)] == [second.seq]

    @pytest.mark.parametrize("state", ["lent", "put off"])
    async def test_a_clock_that_jumped_back_holds_nothing_up(
        self, journal: Journal, other: Journal, clock: Clock, state: str
    ) -> None:
        """What would come due in days only is due; whoever had it comes too late."""
        await page(journal, updates(1))
        (old,) = await lent(journal, seconds=60)
        if state == "put off":
            await journal.put_off(old, seconds=60, attempts=9, error="ValueError")
        clock.move(-10 * DAY.total_seconds())
        (new,) = await lent(other)
        with pytest.raises(LeaseLost):
            await journal.ack(old)
        await other.ack(new)

    async def test_what_is_given_back_can_be_had_at_once(self, journal: Journal, other: Journal) -> None:
        """And was not tried."""
        await page(journal, updates(2))
        for _ in range(5):
            leases = await lent(journal, attempts=2)
            assert [leased.attempt for leased in leases] == [1, 1]
            await journal.give_back(leases)
        (first, second) = await lent(other)
        await other.give_back([second])
        assert [leased.seq for leased in await lent(journal)] == [second.seq]
        await other.ack(first)

    async def test_only_a_connection_can_be_joined(self, journal: Journal) -> None:
        """To acknowledge within another's transaction there must be one."""
        await page(journal, updates(1))
        (leased,) = await lent(journal)
        with pytest.raises(InvalidInput):
            await journal.ack_using(leased, object())
        await journal.ack(leased)


class Waiting(Stage):
    """When there is nothing, a consumer can tell how long."""

    async def test_it_is_told_when_something_comes_due(self, journal: Journal, other: Journal, clock: Clock) -> None:
        """The first of what is lent or put off, of the accounts that it wants."""
        assert await due(journal) is None
        await page(journal, updates(2))
        await page(journal, updates(1), account=YOURS)
        (yours,) = await lent(journal, [YOURS], seconds=5)
        first, second = await lent(journal, [MINE], seconds=60)
        assert await due(other) == pytest.approx(5)
        assert await due(other, accounts=[MINE]) == pytest.approx(60)
        await journal.put_off(second, seconds=30, attempts=9, error="ValueError")
        clock.move(10)
        await journal.ack(yours)
        assert await due(other, accounts=[MINE]) == pytest.approx(20)
        assert await due(other, accounts=[YOURS]) is None
        await journal.extend([first], 5)
        assert await due(other) == pytest.approx(5)

    async def test_the_bell_rings_when_records_come(self, journal: Journal) -> None:
        """New ones, and those that can be had again."""
        bell = journal.bell()
        await page(journal, updates(1))
        await heard(bell)
        (leased,) = await lent(journal)
        bell = journal.bell()
        await journal.give_back([leased])
        await heard(bell)
        await buried(journal)
        bell = journal.bell()
        await journal.requeue()
        await heard(bell)
        await page(journal, bad=[unreadable("id:2:2")])
        (quarantined,) = await journal.quarantined()
        bell = journal.bell()
        await journal.release_quarantined(quarantined, update("id:2:2"), at=quarantined.arrived)
        await heard(bell)

    async def test_who_waits_gets_what_comes(self, journal: Journal, other: Journal) -> None:
        """Also from another handle, and long before the wait would be over."""
        got = list[list[tuple[str, int, int]]]()

        async def consume() -> None:
            while True:
                bell = other.bell()
                if records := await consumed(other):
                    got.append(records)
                    return
                await other.wait(bell, 60)

        with anyio.fail_after(SIGNALS):
            async with anyio.create_task_group() as group:
                group.start_soon(consume)
                await anyio.wait_all_tasks_blocked()
                await page(journal, updates(1))
        assert got == [[("id:2:1", 1, 1)]]

    async def test_a_wait_ends(self, journal: Journal) -> None:
        """Though nothing comes."""
        with anyio.fail_after(SIGNALS):
            await journal.wait(journal.bell(), 0.01)


async def heard(bell: anyio.Event) -> None:
    """Wait for the bell as long as it may need."""
    with anyio.fail_after(SIGNALS):
        await bell.wait()

"""Purging and erasing: personal data goes, and nothing comes again because of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from attrs import define

from ropo_async import RopoClient
from ropo_async.errors import LeaseLost
from ropo_async.hooks import SweepFound
from ropo_async.inbox import Inbox, InboxPolicy
from ropo_async.journal import Account, GapState, Journal, Source
from ropo_async.simulator import Fault, Simulator, serve
from tests.inbox.desk import (  # noqa: F401
    EVERYWHERE,
    TODAY,
    Clock,
    Desk,
    a_clock,
    a_desk,
    a_storage,
    connected,
    key,
    payment,
    payments,
)

pytestmark = pytest.mark.anyio

DAY = 24 * 3600.0
POLL = "GET /jobs/statusupdates"


@define(eq=False)
class House:
    """An inbox that follows a feed, by a clock of its own."""

    simulator: Simulator
    journal: Journal
    inbox: Inbox
    clock: Clock
    client: RopoClient
    events: list[Any]

    async def take(self) -> list[str]:
        """Drain, consume what can be had, and return the ids."""
        done = await self.inbox.drain()
        assert done.drained
        assert done.recovery is None
        ids = list[str]()
        async for delivery in self.inbox.deliveries(forever=False):
            async with delivery as update:
                ids.append(str(update.statusid))
        return ids

    async def nights(self, count: int) -> list[str]:
        """Let nights pass, with their sweeps, and return what came."""
        ids = list[str]()
        for _ in range(count):
            self.clock.advance(DAY)
            ids += await self.take()
        return ids

    @property
    def rereads(self) -> int:
        return sum(
            exchange.operation == POLL and "date" in exchange.query for exchange in self.simulator.truth.requests
        )


@asynccontextmanager
async def house_at(url: str, **policy: Any) -> AsyncIterator[House]:
    clock, events = Clock(), list[Any]()
    simulator = Simulator(page_size=20, now=clock.now)
    async with (
        serve(simulator) as running,
        connected(running, events) as client,
        Journal.open(url, clock=clock) as journal,
    ):
        rules = InboxPolicy(pace=timedelta(0), **policy)
        inbox = Inbox(client.status_updates, journal, since=TODAY - timedelta(days=1), policy=rules, now=clock.now)
        yield House(simulator, journal, inbox, clock, client, events)


# --- on shelves of our own --------------------------------------------------------------------------------------------


@EVERYWHERE
async def test_what_is_purged_is_old_and_done(desk: Desk, clock: Clock) -> None:
    """What waits, is lent, is dead or in quarantine keeps its content, however old."""
    await desk.put([*payments(5), payment(6, amount="kymmenen")])
    done, dead, _lent, put_off = [await desk.one(attempts=1) for _ in range(4)]
    await done.ack()
    await dead.retry(error="ArithmeticError")
    await put_off.retry(after=10) if put_off.attempt < 1 else await put_off.give_back()
    clock.advance(10 * DAY)
    assert await desk.journal.purge(acked_older_than=desk.now() - timedelta(days=11)) == 0
    assert await desk.journal.purge(acked_older_than=desk.now()) == 1
    assert await desk.journal.purge(acked_older_than=desk.now()) == 0
    assert len((await desk.inbox.dead())[0].body) > 0
    assert len(await desk.inbox.quarantined()) == 1
    assert await desk.inbox.requeue() == 1
    assert await desk.left() == [key(2), key(3), key(4), key(5)]


@EVERYWHERE
async def test_what_is_purged_is_known(desk: Desk, clock: Clock) -> None:
    """With an id and without; only what the server says anew is news."""
    records = [payment(1), payment(2, statusid=""), payment(2, statusid="")]
    await desk.put(records)
    assert len(await desk.left()) == 3
    clock.advance(DAY)
    assert await desk.journal.purge(acked_older_than=desk.now()) == 3
    merged = await desk.put(records, source=Source.SWEEP)
    assert (merged.new, merged.revisions, merged.duplicates) == (0, 0, 3)
    assert await desk.left() == []
    await desk.put([payment(1, amount=11)], source=Source.SWEEP)
    assert await desk.left() == [key(1, revision=2)]


@EVERYWHERE
async def test_an_erased_invoice_is_gone_wherever_it_was(desk: Desk) -> None:
    """Done, waiting, lent, dead, in quarantine, and in an answer that was kept because it broke off."""
    mine: dict[str, Any] = {"billnum": "B12"}
    await desk.put([payment(number, **mine) for number in range(1, 5)])
    await desk.put([payment(5, amount="kymmenen", **mine), payment(6), payment(7, amount="kymmenen", billnum="B123")])
    await (await desk.one()).ack()
    await (await desk.one(attempts=1)).retry(error="ArithmeticError")
    lent = await desk.one()
    assert await desk.journal.erase(billnum="B12") == 5
    with pytest.raises(LeaseLost):
        await lent.ack()
    assert await desk.inbox.dead() == []
    assert await desk.left() == [key(6)]
    assert [b'"P7"' in kept.body for kept in await desk.inbox.quarantined()] == [True]
    assert await desk.journal.erase(billnum="B12") == 0


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_nothing_of_it_is_left_in_the_file(desk: Desk) -> None:
    await desk.put([payment(1, billnum="SECRET-1", statustext="SECRET-2")])
    await desk.put([payment(2, billnum="SECRET-1", statustext="SECRET-2", amount="kymmenen")])
    path = desk.url.removeprefix("sqlite:///")

    def read() -> bytes:
        with open(path, "rb") as file:  # noqa: PTH123 - as it is on disk
            return file.read()

    assert b"SECRET" in read()
    await desk.journal.erase(billnum="SECRET-1")
    assert b"SECRET" not in read()


async def test_a_number_that_is_part_of_another_is_another(desk: Desk) -> None:
    """Nothing is erased that only looks like it, least of all what waits to be read."""
    records = [
        payment(1, billnum="1234", amount="kymmenen"),
        payment(2, billnum="77", amount="kymmenen", statustext="12,50 EUR"),
    ]
    await desk.put(records)
    assert await desk.journal.erase(billnum="12") == 0
    assert len(await desk.inbox.quarantined()) == 2


@pytest.mark.parametrize("billnum", ["Ä/12", 'B"12', "B\\12", "12"], ids=repr)
async def test_however_its_number_is_written(desk: Desk, billnum: str) -> None:
    await desk.put([payment(1, billnum=billnum), payment(2, billnum=billnum, amount="kymmenen")])
    assert await desk.journal.erase(billnum=billnum) == 2
    assert await desk.inbox.quarantined() == []


async def test_accounts_may_have_invoices_of_the_same_number(desk: Desk) -> None:
    other = Account("https://elsewhere.example/rest", desk.inbox.account.cid)
    for account in (desk.inbox.account, other):
        await desk.put([payment(1), payment(1, amount="kymmenen")], account=account)
    assert await desk.journal.erase(billnum="B1", account=other) == 2
    assert await desk.left() == [key(1)]
    assert len(await desk.journal.quarantined(desk.inbox.account)) == 1
    assert await desk.journal.quarantined(other) == []
    assert await desk.journal.erase(billnum="B1") == 2


async def test_what_is_erased_from_the_quarantine_does_not_come_back(desk: Desk) -> None:
    await desk.put([payment(1, amount="kymmenen")])
    assert await desk.journal.erase(billnum="B1") == 1
    await desk.put([payment(1, amount="kymmenen")], source=Source.SWEEP)
    assert await desk.inbox.quarantined() == []


# --- with a feed that is read again every night -----------------------------------------------------------------------


async def test_sweeps_bring_nothing_that_was_purged(storage: str) -> None:
    async with house_at(storage) as house:
        house.simulator.add_updates(count=50, days=1)
        assert len(await house.take()) == 50
        came = await house.nights(3)
        house.clock.advance(60)
        assert await house.journal.purge(acked_older_than=house.clock.now()) == 50
        before = house.rereads
        came += await house.nights(8)
        assert house.rereads > before
        assert came == []
        health = await house.inbox.health()
        assert (health.records, health.waiting, health.seen_only_by_sweep) == (50, 0, 0)
        assert not [event for event in house.events if isinstance(event, SweepFound)]


async def test_sweeps_bring_nothing_that_was_erased(storage: str) -> None:
    """But what happens to that invoice later."""
    async with house_at(storage) as house:
        invoice = house.simulator.add_invoice()
        house.simulator.add_updates(count=20, days=1)
        others = len(await house.take())
        assert others == 20
        assert await house.journal.erase(billnum=invoice.billnum) == 20
        assert await house.nights(8) == []
        house.simulator.add_updates(count=1, days=1)
        assert len(await house.take()) == 1


async def test_a_gap_is_closed_although_its_days_were_purged(storage: str) -> None:
    """What was lost is found, and what was purged does not come again with it, nor cast doubt on the reading."""
    async with house_at(storage, nightly=0, weekly=0) as house:
        house.simulator.add_updates(count=30, days=1)
        first = await house.take()
        house.clock.advance(60)
        assert await house.journal.purge(acked_older_than=house.clock.now()) == 30
        house.simulator.add_updates(count=30, days=1)
        house.simulator.fail(Fault.drop(processed=True), operation=POLL, query=())
        assert not (await house.inbox.drain()).drained
        second = await house.take()
        assert sorted(first + second) == sorted(house.simulator.truth.recorded)
        house.clock.advance(3 * DAY)
        assert await house.take() == []
        assert [gap.state for gap in await house.inbox.gaps()] == [GapState.CLOSED]


async def test_days_that_are_asked_for_again_bring_nothing_that_was_erased(storage: str) -> None:
    async with house_at(storage, nightly=0, weekly=0) as house:
        house.simulator.add_updates(count=30, days=1)
        await house.take()
        for invoice in list(house.simulator.truth.invoices.values())[:5]:
            await house.journal.erase(billnum=invoice.billnum)
        await house.inbox.reread(TODAY.date() - timedelta(days=2))
        assert await house.take() == []
        assert house.rereads > 0


async def test_an_answer_that_broke_off_is_erased_too(storage: str) -> None:
    """It is kept whole for want of something better, until its invoice is erased."""
    async with house_at(storage, nightly=0, weekly=0) as house:
        invoice = house.simulator.add_invoice(billnum="B12")
        house.simulator.add_updates(count=10, days=1)
        house.simulator.fail(Fault.cut(), operation=POLL, query=())
        house.simulator.fail(Fault.status(403), operation=POLL, query=("date",), times=10)
        assert (await house.inbox.drain()).trouble is not None

        async def kept() -> list[bytes]:
            rows = await house.journal.engine.run(  # type: ignore[attr-defined]
                lambda tx: tx.rows("SELECT raw FROM poll WHERE raw IS NOT NULL")
            )
            return [bytes(raw) for (raw,) in rows]

        assert len(await kept()) == 1
        await house.journal.erase(billnum="B1")
        assert len(await kept()) == 1
        assert await house.journal.erase(billnum=invoice.billnum) > 0
        assert await kept() == []

"""Iopole's statuses on the databases that a service has them in: the same rounds, turns, quarantine and ends."""

from datetime import UTC, datetime, timedelta

import pytest

from ropo_async import FeedBusy
from ropo_async.inbox import Inbox
from ropo_async.iopole import InvoiceStatus
from ropo_async.journal import Journal
from ropo_async.simulator import Fault
from ropo_async.simulator.iopole import NOT_SEEN, IopoleSimulator
from tests.inbox.feeds import everywhere, journal_url
from tests.iopole.places import filled, ids, placed
from tests.iopole.test_inbox_crash import Crash, Life, Through, crash
from tests.iopole.world import connected, small_pages

__all__ = ["journal_url"]

pytestmark = [pytest.mark.anyio, everywhere]


async def taken(inbox: Inbox[InvoiceStatus]) -> list[str | None]:
    """Handle all that can be had now."""
    found = list[str | None]()
    async for delivery in inbox.deliveries(forever=False):
        async with delivery as status:
            found.append(status.status_id)
    return found


async def test_it_is_stored_and_marked_and_delivered_once(journal_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(monkeypatch, 6)
    simulator = filled(3)
    simulator.fail(Fault.drop(processed=True), operation=NOT_SEEN)
    async with placed(simulator, url=journal_url) as place:
        found = await place.inbox.drain()
        assert (found.drained, found.pages, found.new, found.duplicates) == (True, 3, 15, 0)
        assert simulator.truth.marked == ids(simulator)
        assert (await place.inbox.drain()).records == 0
        health = await place.inbox.health()
        assert (health.waiting, health.pages, health.open_gaps) == (15, 3, 0)
        assert health.watermark is not None
        assert await place.inbox.gaps() == []
        assert [one.update.status_id for one in await place.taken()] == ids(simulator)
        assert await place.taken() == []


async def test_two_journals_on_one_database_take_turns_and_share_what_came(journal_url: str) -> None:
    simulator = filled(2)
    async with (
        placed(simulator, url=journal_url) as place,
        Journal.open(journal_url) as elsewhere,
    ):
        other = Inbox(place.iopole.statuses, elsewhere)
        turn = await place.journal.take_turn(place.inbox.account)
        assert turn is not None
        with pytest.raises(FeedBusy):
            await other.drain(wait=False)
        await turn.release()
        assert (await other.drain()).new == 10
        async for delivery in place.inbox.deliveries(forever=False):
            async with delivery as status:
                held = status.status_id
            break
        await place.inbox.give_back()
        assert sorted([held, *await taken(other)], key=str) == ids(simulator)


async def test_an_invoice_is_handled_one_status_after_the_other(journal_url: str) -> None:
    simulator = filled(2)
    async with placed(simulator, url=journal_url) as place:
        await place.inbox.drain()
        found = [(one.update.invoice_id, one.update.code) for one in await place.taken(group_by="invoice_id")]
        assert len(found) == 10
        for invoice in {invoice for invoice, _ in found}:
            codes = [code for whose, code in found if whose == invoice]
            assert codes == ["SUBMITTED", "SUBMITTED", "ISSUED", "RECEIVED", "MADE_AVAILABLE"]


async def test_what_cannot_be_read_is_kept_and_what_is_erased_is_gone(journal_url: str) -> None:
    simulator = filled(1)
    invoice = simulator.truth.statuses[0].invoice_id
    simulator.add_status(invoice, "APPROVED", extra={"date": "demain"})
    simulator.add_status(invoice, "APPROVED", extra={"statusId": None})
    async with placed(simulator, url=journal_url) as place:
        found = await place.inbox.drain()
        assert (found.new, found.quarantined) == (6, 1)
        assert (await place.inbox.drain()).duplicates == 1  # what has no id comes again, and is known
        assert len(await place.inbox.quarantined()) == 1
        assert await place.journal.erase(billnum=invoice) == 7
        assert await place.inbox.quarantined() == []
        assert await place.taken() == []


@pytest.mark.parametrize(("step", "when"), [("receive", "before"), ("receive", "after"), ("mark_as_seen", "after")])
async def test_a_round_that_ends_at_once_is_gone_on_with(journal_url: str, step: str, when: str) -> None:
    simulator = IopoleSimulator()
    simulator.add_invoice()
    async with connected(simulator) as iopole:
        async with Journal.open(journal_url) as journal:
            life = Life(step, when, 1, crash)
            dying: Inbox[InvoiceStatus] = Inbox(Through(iopole.statuses, life), Through(journal, life))  # type: ignore[arg-type]
            with pytest.RaisesGroup(Crash, allow_unwrapped=True, flatten_subgroups=True):
                await dying.drain()
        async with Journal.open(journal_url) as journal:
            inbox = Inbox(iopole.statuses, journal)
            assert (await inbox.drain()).drained
            assert await taken(inbox) == ids(simulator)
            assert simulator.truth.seen == set(ids(simulator))
            assert await inbox.gaps() == []
            await journal.purge(acked_older_than=datetime.now(UTC) + timedelta(days=1))
            rows = await journal.engine.run(lambda tx: tx.rows("SELECT state FROM poll"))  # type: ignore[attr-defined]
            assert list(rows) == []

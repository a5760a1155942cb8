"""Iopole's statuses in the inbox: stored, then marked as seen, delivered once each, and no gap whatever happens."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from ropo_async import (
    FeedBusy,
    InvalidInput,
    JournalError,
    JournalProblem,
    RopoError,
)
from ropo_async.hooks import Delivered, RoundFinished, Settled, log_events
from ropo_async.inbox import Inbox
from ropo_async.inbox.inbox import parts
from ropo_async.journal import Account, Entry, Journal, Received, Source
from ropo_async.simulator import Fault
from ropo_async.simulator.iopole import NOT_SEEN, SEEN, IopoleSimulator
from tests.iopole.places import CUSTOMER, filled, ids, placed
from tests.iopole.world import connected, small_pages

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("key", ["newstatus", "newStatus"])
@pytest.mark.parametrize("make", ["A", "B", "C"])
async def test_all_are_stored_and_marked_and_delivered_once(
    make: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch, 6)
    simulator = filled(3, make=make, unseen_key=key)
    async with placed(simulator) as place:
        found = await place.inbox.drain()
        assert (found.drained, found.pages, found.records, found.new, found.trouble) == (True, 3, 15, 15, None)
        assert simulator.truth.marked == ids(simulator)
        taken = await place.taken()
        assert [one.update.status_id for one in taken] == ids(simulator)  # oldest first, over all invoices
        assert {(one.provider, one.source, one.attempt, one.revision) for one in taken} == {
            ("iopole", Source.UNSEEN, 1, 1)
        }
        assert [one.update.invoice_id for one in taken] == [entry.invoice_id for entry in simulator.truth.statuses]
        assert [one.key for one in taken] == [f"id:{status_id}#1.1" for status_id in ids(simulator)]
        assert [one.event.code for one in taken[:5]] == [one.update.code for one in taken[:5]]
        assert (await place.inbox.drain()).records == 0
        assert await place.taken() == []


async def test_an_account_is_the_server_and_the_customer() -> None:
    simulator = filled(1)
    async with placed(simulator, customer_id=CUSTOMER) as place:
        server = place.inbox.account.server
        assert server.startswith("iopole:http://127.0.0.1:")
        assert place.inbox.account == Account(server, CUSTOMER)
        assert place.inbox.account.provider == "iopole"
        await place.inbox.drain()
        assert set(simulator.truth.customers) == {CUSTOMER}
    async with placed(simulator) as place:
        account = place.inbox.account
        assert (account.cid, account.name) == ("", account.server)
        await place.inbox.drain()
        assert [event.cid for event in place.events if isinstance(event, RoundFinished)] == [account.server]


async def test_a_customer_goes_by_a_digest_in_events_and_messages(caplog: pytest.LogCaptureFixture) -> None:
    """It is sent with every request, and whoever reads a log has no need of it."""
    caplog.set_level("DEBUG", "ropo_async")
    events: list[Any] = []
    async with (
        connected(filled(1), customer_id=CUSTOMER, hooks=[events.append, log_events]) as iopole,
        Journal.open("memory:") as journal,
    ):
        inbox = Inbox(iopole.statuses, journal)
        name = inbox.account.name
        assert re.fullmatch("iopole:[0-9a-f]{12}", name)
        other, elsewhere = (
            evolve(inbox.account, cid=CUSTOMER[:-1] + "8"),
            evolve(inbox.account, server="iopole:http://x"),
        )
        assert len({name, other.name, elsewhere.name}) == 3
        turn = await journal.take_turn(inbox.account)
        assert turn is not None
        with pytest.raises(FeedBusy, match=name) as raised:
            await inbox.drain(wait=False)
        await turn.release()
        await inbox.drain()
        async for delivery in inbox.deliveries(forever=False):
            async with delivery:
                shown = repr(delivery) + str(delivery.update)
        shown += f"{inbox!r} {inbox.account!r} {iopole!r} {iopole.statuses!r} {raised.value!r} {events} {caplog.text}"
    assert {event.cid for event in events if isinstance(event, RoundFinished | Delivered | Settled)} == {name}
    assert name in caplog.text
    assert CUSTOMER not in shown


async def test_health_says_sensible_things() -> None:
    simulator = filled(21)  # more than one real page
    async with placed(simulator) as place:
        assert (await place.inbox.health()).drained is None
        await place.inbox.drain()
        health = await place.inbox.health()
        assert (health.records, health.waiting, health.pages, health.records_per_page) == (105, 105, 2, 52.5)
        assert health.drained is not None
        assert health.watermark is not None
        assert health.watermark <= health.drained
        assert (health.open_gaps, health.unresolved_gaps, health.seen_only_by_sweep, health.dead) == (0, 0, 0, 0)
        assert await place.inbox.gaps() == []
        assert await place.inbox.dead() == []


GROUPS = b"""[
 {"invoiceId":"i","newstatus":[
  {"statusId":"01a015f1-c49c-734e-8000-000000000001","status":{"code":"ISSUED"}},
  {"statusId":"01a015f1-c49c-734e-8000-000000000002","status":{"code":NaN}},
  {"statusId":"01a015f1-c49c-734e-8000-000000000003","invoiceId":"","code":"RECEIVED"}, {"code":"X"}, {}, 7]},
 {"newStatus":[{"statusId":"01a015f1-c49c-734e-8000-000000000004","code":"ISSUED"}, {"b":-}],"invoiceId":"j"},
 {"newStatus":[{"statusId":"01a015f1-c49c-734e-8000-000000000005","code":"ISSUED"}], "invoiceId":"k"},
 {"newStatus":[{"statusId":"01a015f1-c49c-734e-8000-000000000006","invoiceId":"m","code":"ISSUED"}], "invoiceId":"l"},
 {"invoiceId":"n"}, null]"""


async def test_a_status_knows_its_invoice_by_its_group() -> None:
    simulator = IopoleSimulator()
    simulator.fail(Fault.body(GROUPS), operation=NOT_SEEN)
    simulator.fail(Fault.status(204), operation=SEEN, times=9)
    async with placed(simulator) as place:
        found = await place.inbox.drain()
        told = [
            (one.update.invoice_id, one.update.code, (one.update.status_id or "")[-1:]) for one in await place.taken()
        ]
        quarantined = [one.body for one in await place.inbox.quarantined()]
    assert sorted(told) == [
        ("i", "ISSUED", "1"),
        ("i", "RECEIVED", "3"),
        ("i", "X", ""),
        ("j", "ISSUED", "4"),
        ("k", "ISSUED", "5"),
        ("m", "ISSUED", "6"),
    ]
    assert found.records == found.new + found.quarantined == 12
    assert len(quarantined) == 6


async def test_an_invoice_is_handled_one_status_after_the_other() -> None:
    simulator = filled(2)
    async with placed(simulator) as place:
        await place.inbox.drain()
        consumers = [place.inbox.deliveries(forever=False, group_by=name) for name in ("invoice_id", "billnum")]
        first = await anext(consumers[0])
        assert (await anext(consumers[0])).update.invoice_id != first.update.invoice_id
        with pytest.raises(StopAsyncIteration):
            await anext(consumers[1])
        await first.ack()
        assert (await anext(consumers[1])).update.invoice_id == first.update.invoice_id
        with pytest.raises(InvalidInput, match="invoice_id"):
            place.inbox.deliveries(group_by="statusid")


async def test_an_invoice_can_be_erased() -> None:
    simulator = filled(2)
    invoice, other = (simulator.truth.statuses[place].invoice_id for place in (0, 5))
    simulator.add_status(invoice, "APPROVED", extra={"date": "hier"})
    async with placed(simulator) as place:
        await place.inbox.drain()
        assert await place.journal.erase(billnum=invoice) == 6
        assert await place.inbox.quarantined() == []
        assert {one.update.invoice_id for one in await place.taken()} == {other}


async def test_one_poller_at_a_time() -> None:
    simulator = filled(1)
    async with placed(simulator) as place:
        turn = await place.journal.take_turn(place.inbox.account)
        assert turn is not None
        with pytest.raises(FeedBusy, match="iopole:http"):
            await place.inbox.drain(wait=False)
        other = Inbox(place.iopole.for_customer(CUSTOMER).statuses, place.journal)
        assert (await other.drain(wait=False)).new == 5
        await turn.release()
        assert (await place.inbox.drain(wait=False)).new == 0  # the simulator has one set of statuses for all


async def test_a_background_poller_brings_what_happens_meanwhile() -> None:
    simulator = filled(1)
    found = list[str | None]()
    async with placed(simulator) as place, place.inbox.polling(timedelta(milliseconds=10)):
        async for delivery in place.inbox:
            async with delivery as status:
                found.append(status.status_id)
            if len(found) == 5:
                simulator.add_invoice()
            if len(found) == 10:
                break
    assert found == ids(simulator)


async def test_what_a_feed_without_losses_has_no_use_for_is_refused() -> None:
    async with placed(IopoleSimulator()) as place:
        with pytest.raises(InvalidInput, match="no days to read again"):
            await place.inbox.reread(date(2026, 3, 2))
        with pytest.raises(InvalidInput, match="status_history"):
            await place.inbox.read_invoice("7")
        with pytest.raises(InvalidInput, match="since is of no use"):
            Inbox(place.iopole.statuses, place.journal, since=date(2026, 3, 2))
        with pytest.raises(InvalidInput, match="contradicts"):
            Inbox(place.iopole.statuses, place.journal, cid=CUSTOMER)


async def test_new_content_under_a_known_id_is_a_revision() -> None:
    simulator = filled(1, keeps_marks=False)
    async with placed(simulator) as place:
        await place.inbox.drain()
        assert len(await place.taken()) == 5
        simulator.truth.statuses[0] = type(entry := simulator.truth.statuses[0])(
            entry.status_id, entry.invoice_id, "REFUSED", entry.date, reason="NON_CONFORMITY"
        )
        for new in (1, 0):
            assert (await place.inbox.drain()).new == new
        (delivery,) = await place.taken()
        assert (delivery.revision, delivery.update.code) == (2, "REFUSED")


async def test_an_api_of_a_newer_version_is_named_as_such() -> None:
    account = Account("nordic:https://api.example", "7")
    async with Journal.open("memory:") as journal, connected(IopoleSimulator()) as iopole:
        at = (inbox := Inbox(iopole.statuses, journal))._now()
        poll = await journal.intend(account, 1, Source.UNSEEN, "", at=at)
        await journal.receive(poll, Received(200, b"{}"), at=at)
        await journal.merge(poll, [Entry("id:1", b"1", b"{}")], source=Source.UNSEEN, at=at)
        parts(inbox)[1].clear()
        everything = inbox.deliveries(forever=False)
        everything._shelf.accounts = None
        with pytest.raises(JournalError) as raised:
            await anext(everything)
    assert raised.value.problem is JournalProblem.NEWER


async def test_wrong_credentials_end_a_round_and_store_nothing() -> None:
    simulator = filled(1, customers=[CUSTOMER])
    async with placed(simulator) as place:
        with pytest.raises(RopoError):
            await place.inbox.drain()
        assert (await place.inbox.health()).drained is None

"""Two vendors in one journal: one loop delivers both, and each delivery says whose it is."""

from datetime import UTC, datetime, timedelta

import pytest

from ropo_async import Credentials, InvalidInput, InvoiceEvent, RopoClient
from ropo_async.inbox import Inbox, Inboxes
from ropo_async.iopole import InvoiceStatus
from ropo_async.journal import Account, Journal
from ropo_async.records import StatusUpdate
from ropo_async.simulator import Simulator
from ropo_async.simulator import serve as serve_ropo
from ropo_async.simulator.iopole import IopoleSimulator
from tests.inbox.desk import payment
from tests.iopole.world import connected

pytestmark = pytest.mark.anyio

CUSTOMER = "01a015f1-c49c-734e-8000-000000000777"


async def test_one_loop_delivers_the_updates_of_both() -> None:
    ropo_one, french = Simulator(), IopoleSimulator()
    ropo_one.add_updates([payment(number) for number in range(3)])
    invoice = french.add_invoice()
    found = list[tuple[str, str, type]]()
    events = list[InvoiceEvent]()
    async with (
        serve_ropo(ropo_one) as running,
        RopoClient(running.url, Credentials(ropo_one.cid, ropo_one.apicode), hooks=()) as ropo,
        connected(french) as iopole,
        Journal.open("memory:") as journal,
    ):
        inboxes = Inboxes(journal)
        ours = inboxes.add(ropo.status_updates)
        theirs = inboxes.add(iopole.statuses)
        with pytest.raises(InvalidInput, match=r"iopole:http.* is followed already"):
            inboxes.add(iopole.statuses)
        assert inboxes[theirs.account] is theirs
        async with inboxes.polling(every=timedelta(milliseconds=20)):
            async for delivery in inboxes.deliveries(group_by="billnum"):
                async with delivery as record:
                    found.append((delivery.provider, delivery.account.cid, type(record)))
                    events.append(delivery.event)
                if len(found) == 8:
                    break
        for inbox, account in ((ours, Account(running.url, ropo_one.cid)), (theirs, theirs.account)):
            health = await inbox.health()
            assert (inbox.account, health.records, health.waiting) == (account, 3 if inbox is ours else 5, 0)
    assert sorted(set(found), key=str) == [("iopole", "", InvoiceStatus), ("ropo", ropo_one.cid, StatusUpdate)]
    assert [event.id for event in events if event.provider == "iopole"] == [
        entry.status_id for entry in french.truth.statuses
    ]
    assert {event.invoice for event in events} == {"B0", "B1", "B2", invoice}
    assert {event.occurred_at for event in events if event.provider == "ropo"} == {
        datetime(2026, 3, 10, 22, tzinfo=UTC)
    }


async def test_customers_of_one_account_are_accounts_of_the_journal() -> None:
    """They share token and connections; the trouble of one is not the other's."""
    other = "01a015f1-c49c-734e-8000-000000000778"
    french = IopoleSimulator(customers=[CUSTOMER])
    french.add_invoice()
    async with connected(french) as iopole, Journal.open("memory:") as journal:
        good, bad = (Inbox(iopole.for_customer(customer).statuses, journal) for customer in (CUSTOMER, other))
        with pytest.raises(Exception, match=r"statuses\.not_seen"):
            await bad.drain()
        assert (await good.drain()).new == 5
        assert [inbox.account.cid for inbox in (good, bad)] == [CUSTOMER, other]
        assert len([delivery async for delivery in bad.deliveries(forever=False)]) == 0
        customer = iopole.for_customer(CUSTOMER)
        await customer.aclose()
        await customer.invoices.status_history(french.truth.statuses[0].invoice_id)
        with pytest.raises(InvalidInput, match="customer_id must be a UUID"):
            iopole.for_customer("me")
    assert len(french.truth.logins) == 1
    assert french.truth.customers[-1] == CUSTOMER

"""By invoice: one update of an invoice at a time and in order, whoever handles it, and others go on meanwhile."""

from collections import defaultdict
from contextlib import suppress
from random import Random
from typing import Any

import anyio
import pytest
from attrs import define, field

from ropo_async.inbox import Inbox, Inboxes
from ropo_async.journal import Account
from tests.inbox.desk import EVERYWHERE, Clock, Desk, a_clock, a_desk, a_storage, key, payment  # noqa: F401

pytestmark = pytest.mark.anyio

GROUPED: dict[str, Any] = {"group_by": "billnum"}


@define
class Hands:
    """Several consumers, and what they see of each other."""

    desk: Desk
    chance: Random
    handled: list[str] = field(factory=list[str])
    order: defaultdict[str | None, list[str]] = field(factory=lambda: defaultdict[str | None, list[str]](list))
    _at_work: set[str] = field(factory=set[str])
    most: int = 0

    async def consume(self, inbox: Inbox, failures: float = 0.0) -> None:
        async for delivery in inbox.deliveries(batch=self.chance.choice([1, 2, 5]), forever=False, **GROUPED):
            with suppress(ArithmeticError):
                async with delivery as update:
                    invoice = str(update.billnum)
                    assert invoice not in self._at_work
                    self._at_work.add(invoice)
                    self.most = max(self.most, len(self._at_work))
                    try:
                        await anyio.sleep(self.chance.random() * 0.02)
                        if self.chance.random() < failures:
                            raise ArithmeticError
                        self.handled.append(delivery.key)
                        self.order[invoice].append(str(update.statusid))
                    finally:
                        self._at_work.discard(invoice)


@EVERYWHERE
@pytest.mark.parametrize("failures", [0.0, 0.3], ids=["all goes well", "some fail"])
async def test_one_of_an_invoice_at_a_time_in_order(desk: Desk, clock: Clock, failures: float) -> None:
    """Over several tasks and several handles, some of which share what they were lent."""
    chance = Random(1)
    records = [payment(number, billnum=f"B{chance.randrange(6)}") for number in range(60)]
    for start in range(0, 60, 20):
        await desk.put(records[start : start + 20])
    hands, handle = Hands(desk, chance), await desk.handle()
    for _ in range(60):
        inboxes = [desk.inbox, desk.inbox, desk.another(), desk.another(handle)]
        async with anyio.create_task_group() as group:
            for inbox in inboxes:
                group.start_soon(hands.consume, inbox, failures)
        for inbox in inboxes:
            await inbox.give_back()
        clock.advance(3600)
    expected = defaultdict[str, list[str]](list)
    for record in records:
        expected[record["billnum"]].append(record["statusid"])
    assert hands.order == expected
    assert len(hands.handled) == len(set(hands.handled)) == 60
    assert hands.most > 1
    assert (await desk.inbox.health()).waiting == 0


@EVERYWHERE
async def test_a_failure_holds_up_its_invoice_alone(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(number, billnum=f"B{number % 2}") for number in range(4)])
    with suppress(ArithmeticError):
        async with await desk.one(**GROUPED):
            raise ArithmeticError
    assert await desk.left(**GROUPED) == [key(1), key(3)]
    clock.advance(1.1)
    assert await desk.left(**GROUPED) == [key(0), key(2)]


@EVERYWHERE
async def test_a_dead_letter_lets_the_next_pass(desk: Desk) -> None:
    await desk.put([payment(number, billnum="B") for number in range(3)])
    delivery = await desk.one(attempts=1, **GROUPED)
    await delivery.retry(error="ArithmeticError")
    assert await desk.left(**GROUPED) == [key(1), key(2)]
    await desk.inbox.requeue()
    assert await desk.left(**GROUPED) == [key(0)]


@EVERYWHERE
async def test_a_silent_consumer_holds_up_its_invoice_until_its_lease_ends(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(number, billnum="B") for number in range(2)])
    await desk.one(lease=60, **GROUPED)
    clock.advance(59)
    assert await desk.left(**GROUPED) == []
    clock.advance(2)
    assert await desk.left(**GROUPED) == [key(0), key(1)]


@EVERYWHERE
async def test_what_is_sent_again_waits_for_what_is_in_hand(desk: Desk) -> None:
    await desk.put([payment(number, billnum="B") for number in range(2)])
    await (await desk.one(attempts=1, **GROUPED)).retry(error="ArithmeticError")
    async with await desk.one(**GROUPED):
        await desk.inbox.requeue()
        assert await desk.left(**GROUPED) == []


async def test_updates_of_no_invoice_wait_for_none(desk: Desk) -> None:
    await desk.put([payment(number, billnum="") for number in range(3)])
    assert len([delivery async for delivery in desk.inbox.deliveries(forever=False, **GROUPED)]) == 3


async def test_other_accounts_may_have_invoices_of_the_same_number(desk: Desk) -> None:
    other = Account("https://elsewhere.example/rest", desk.inbox.account.cid)
    for account in (desk.inbox.account, other):
        await desk.put([payment(1, billnum="B"), payment(2, billnum="B")], account=account)
    inboxes = Inboxes(desk.journal)
    lent = [delivery async for delivery in inboxes.deliveries(forever=False, **GROUPED)]
    assert {delivery.account for delivery in lent} == {desk.inbox.account, other}
    assert {delivery.key for delivery in lent} == {key(1)}


async def test_revisions_come_in_their_order(desk: Desk) -> None:
    await desk.put([payment(1, billnum="B")])
    await desk.put([payment(1, billnum="B", amount=11)])
    first = await desk.one(**GROUPED)
    assert await desk.left(**GROUPED) == []
    async with first:
        pass
    assert await desk.left(**GROUPED) == [key(1, revision=2)]


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
async def test_who_waits_for_an_invoice_gets_its_next_at_once(desk: Desk) -> None:
    """Also while the one that had the last is busy with another invoice."""
    await desk.put([payment(1, billnum="A"), payment(2, billnum="B"), payment(3, billnum="A")])
    busy = desk.inbox.deliveries(forever=False, **GROUPED)
    first, _second = await anext(busy), await anext(busy)
    waiting, got, had = desk.another().deliveries(**GROUPED), list[str](), anyio.Event()

    async def wait() -> None:
        got.append((await anext(waiting)).key)
        had.set()

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        async with first:
            pass
        with anyio.move_on_after(2):
            await had.wait()
        group.cancel_scope.cancel()
    assert got == [key(3)]

"""Many accounts in one journal: each is its own, whatever its number is, and all can be delivered together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import pytest
from attrs import define, field

from ropo_async import Credentials
from ropo_async.errors import InvalidInput, JournalError, JournalProblem
from ropo_async.hooks import DeadLettered, RoundFinished
from ropo_async.inbox import Inbox, Inboxes
from ropo_async.inbox.inbox import parts
from ropo_async.journal import Account, GapState, Journal
from ropo_async.journal._sql import SqlJournal
from ropo_async.simulator import Fault, Simulator, serve
from tests.inbox.desk import EVERYWHERE, a_storage, connected  # noqa: F401

pytestmark = pytest.mark.anyio

POLL = "GET /jobs/statusupdates"


def simulators(count: int) -> list[Simulator]:
    """Return accounts whose updates have the same ids and are about invoices of the same numbers."""
    made = [
        Simulator(cid=f"{1_000_000 + number}", apicode=f"made-up-{number}", page_size=10) for number in range(count)
    ]
    for simulator in made:
        simulator.add_updates(count=15, seed=1, days=1)
    return made


@define(eq=False)
class Office:
    """Inboxes of many accounts behind one socket."""

    simulators: list[Simulator]
    journal: Journal
    inboxes: Inboxes
    events: list[Any]
    got: dict[Account, list[str]] = field(factory=dict[Account, list[str]])

    async def take(self, **terms: Any) -> None:
        async for delivery in self.inboxes.deliveries(forever=False, **terms):
            async with delivery as update:
                self.got.setdefault(delivery.account, []).append(str(update.statusid))

    def complete(self) -> None:
        """Everything was delivered, once, under its own account."""
        for inbox, simulator in zip(self.inboxes, self.simulators, strict=True):
            assert self.got.get(inbox.account, []) == simulator.truth.recorded
            assert not simulator.truth.pending


@asynccontextmanager
async def office(url: str, count: int = 3) -> AsyncIterator[Office]:
    made, events = simulators(count), list[Any]()
    async with serve(*made) as running, connected(running, events) as client, Journal.open(url) as journal:
        inboxes = Inboxes(journal)
        for simulator in made:
            inboxes.add(client.for_account(Credentials(simulator.cid, simulator.apicode)).status_updates)
        yield Office(made, journal, inboxes, events)


@EVERYWHERE
async def test_equal_ids_of_two_accounts_are_two_updates(storage: str) -> None:
    async with office(storage) as place:
        for inbox in place.inboxes:
            done = await inbox.drain()
            assert (done.drained, done.new, done.duplicates) == (True, 15, 0)
        await place.take()
        place.complete()
        assert len({tuple(ids) for ids in place.got.values()}) == 1


async def test_one_account_may_be_taken_alone(storage: str) -> None:
    async with office(storage) as place:
        first, second, third = place.inboxes
        for inbox in place.inboxes:
            await inbox.drain()
        async for delivery in second.deliveries(forever=False):
            async with delivery as update:
                assert delivery.account == second.account
                place.got.setdefault(delivery.account, []).append(str(update.statusid))
        assert [(await inbox.health()).waiting for inbox in (first, second, third)] == [15, 0, 15]
        await place.take()
        place.complete()


async def test_the_oldest_come_first_whosever_they_are(storage: str) -> None:
    async with office(storage) as place:
        order = list[str]()
        for _ in range(2):
            for inbox, simulator in zip(place.inboxes, place.simulators, strict=True):
                simulator.add_updates(count=1, days=1)
                order += [inbox.account.cid] * (await inbox.drain()).new
        assert [d.account.cid async for d in place.inboxes.deliveries(forever=False)] == order


async def test_what_goes_wrong_in_one_is_not_in_the_other(storage: str) -> None:
    """Its gap, its quarantine, its dead letters."""
    async with office(storage) as place:
        first, second, _ = place.inboxes
        await first.drain()
        await second.drain()
        place.simulators[0].add_updates(count=5, days=1)
        place.simulators[0].fail(Fault.drop(processed=True), operation=POLL, query=())
        place.simulators[0].fail(Fault.status(403), operation=POLL, query=("date",), times=100)
        assert (await first.drain()).trouble is not None
        place.simulators[0].add_updates([{"statusid": "C1", "amount": "ten"}, {"statusid": "C2"}])
        await first.drain()
        assert (await second.drain()).drained
        async for delivery in first.deliveries(attempts=1, forever=False):
            await delivery.retry(error="ArithmeticError")
        assert [gap.state for gap in await first.gaps()] == [GapState.OPEN]
        assert await second.gaps() == []
        assert [len(await inbox.quarantined()) for inbox in (first, second)] == [1, 0]
        assert [len(await inbox.dead()) for inbox in (first, second)] == [16, 0]
        assert (await first.health()).open_gaps == 1
        health = await second.health()
        assert (health.open_gaps, health.dead, health.quarantined, health.waiting) == (0, 0, 0, 15)
        whole = await place.journal.health(now=parts(second)[0].now())
        assert (whole.open_gaps, whole.dead, whole.quarantined, whole.waiting) == (1, 16, 1, 15)
        assert await second.requeue() == 0
        assert await second.redecode() == 0


async def test_whose_dead_letter_it_is_is_told_to_its_client(storage: str) -> None:
    async with office(storage) as place:
        for inbox in place.inboxes:
            await inbox.drain()
        async for delivery in place.inboxes.deliveries(attempts=1, forever=False):
            await delivery.retry(error="ArithmeticError")
        told = [event.cid for event in place.events if isinstance(event, DeadLettered)]
        assert [told.count(inbox.account.cid) for inbox in place.inboxes] == [15, 15, 15]


async def test_the_same_customer_id_on_two_servers_is_two_accounts(storage: str) -> None:
    one, two = simulators(1)[0], simulators(1)[0]
    assert one.cid == two.cid
    async with (
        serve(one) as here,
        serve(two) as there,
        connected(here) as first,
        connected(there) as second,
        Journal.open(storage) as journal,
    ):
        inboxes = Inboxes(journal)
        mine, yours = inboxes.add(first.status_updates), inboxes.add(second.status_updates)
        assert mine.account != yours.account
        assert inboxes[mine.account] is mine
        assert inboxes[yours.account] is yours
        await mine.drain()
        await yours.drain()
        got = [(delivery.account, delivery.update.statusid) async for delivery in inboxes.deliveries(forever=False)]
        assert [number for account, number in got if account == mine.account] == one.truth.recorded
        assert [number for account, number in got if account == yours.account] == two.truth.recorded


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
async def test_they_can_be_found_and_counted(storage: str) -> None:
    async with office(storage) as place:
        first, second, third = place.inboxes
        assert len(place.inboxes) == 3
        assert place.inboxes["1000001"] is second
        assert place.inboxes[third.account] is third
        assert repr(place.inboxes) == "Inboxes(3 accounts)"
        with pytest.raises(InvalidInput, match="1000000"):
            place.inboxes.add(first._feed)
        assert len(place.inboxes) == 3


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
@pytest.mark.parametrize(
    "unknown",
    [
        "1999999",
        Account("https://elsewhere.example/rest", "1000000"),
    ],
    ids=["customer id", "account"],
)
async def test_one_that_is_not_followed_is_not_found(storage: str, unknown: Account | str) -> None:
    async with office(storage) as place:
        with pytest.raises(KeyError):
            place.inboxes[unknown]


# --- polled together --------------------------------------------------------------------------------------------------


async def test_all_are_polled_and_delivered(storage: str) -> None:
    async with office(storage, 6) as place:
        with anyio.fail_after(30):
            async with place.inboxes.polling(every=timedelta(seconds=0.1)):
                async for delivery in place.inboxes:
                    async with delivery as update:
                        place.got.setdefault(delivery.account, []).append(str(update.statusid))
                    if sum(map(len, place.got.values())) == 6 * 15:
                        break
        place.complete()


async def test_one_at_a_time_each_comes_to_its_turn_again() -> None:
    async with office("memory:") as place:
        with anyio.fail_after(30):  # two pages and an end are the first round
            async with place.inboxes.polling(every=timedelta(seconds=0.05), concurrency=1):
                for simulator in place.simulators:
                    await simulator.truth.until(
                        lambda truth: truth.count(POLL) >= 3 + 2
                    )  # two pages, an end, two rounds


@EVERYWHERE
async def test_what_was_lent_and_not_begun_is_for_others_when_it_ends(storage: str) -> None:
    async with office(storage, 2) as place:
        for inbox in place.inboxes:
            await inbox.drain()
        async with place.inboxes.polling(every=timedelta(hours=1)):
            async with await anext(place.inboxes.deliveries(batch=12)):
                pass
            async with await anext(place.inboxes["1000001"].deliveries(lease=50)):
                pass
        others = Inboxes(place.journal)
        assert [delivery.attempt async for delivery in others.deliveries(forever=False)] == [1] * 28


async def test_one_that_is_added_meanwhile_is_polled_from_then_on(storage: str) -> None:
    """And only once: what came before the polling begins with it."""
    made, events = simulators(3), list[Any]()
    async with serve(*made) as running, connected(running, events) as client, Journal.open(storage) as journal:
        inboxes = Inboxes(journal)

        def add(simulator: Simulator) -> Inbox:
            return inboxes.add(client.for_account(Credentials(simulator.cid, simulator.apicode)).status_updates)

        add(made[0])
        with anyio.fail_after(30):
            async with inboxes.polling(every=timedelta(hours=1)):
                add(made[1])
                await made[0].truth.until(lambda truth: truth.count(POLL) == 3)
                await made[1].truth.until(lambda truth: truth.count(POLL) == 3)
                add(made[2])
                await made[2].truth.until(lambda truth: truth.count(POLL) == 3)
                while len([event for event in events if isinstance(event, RoundFinished)]) < 3:
                    await anyio.lowlevel.checkpoint()
        assert [simulator.truth.count(POLL) for simulator in made] == [3, 3, 3]
        async with inboxes.polling(every=timedelta(hours=1)):
            await anyio.sleep(0.2)
        assert {simulator.truth.count(POLL) for simulator in made} <= {3, 4}


@pytest.mark.parametrize("problem", [JournalProblem.CLOSED, JournalProblem.CORRUPT], ids=lambda one: one.name)
async def test_a_journal_that_cannot_be_used_ends_it(
    storage: str, problem: JournalProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With that error, not with a group of them, though every account has run into it."""

    async def fail(*_: Any, **__: Any) -> None:
        raise JournalError(problem)

    async def broken(place: Office) -> None:
        await place.simulators[-1].truth.until(lambda truth: truth.count(POLL) >= 1)
        monkeypatch.setattr(SqlJournal, "take_turn", fail)
        await anyio.sleep_forever()

    async with office(storage, 5) as place:
        with anyio.fail_after(30), pytest.raises(JournalError) as caught:
            async with place.inboxes.polling(every=timedelta(seconds=0.05)):
                await broken(place)
        assert caught.value.problem is problem


async def test_a_journal_that_is_busy_for_a_while_does_not(storage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take, failures = SqlJournal.take_turn, 5

    async def fail(journal: SqlJournal, account: Account) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise JournalError(JournalProblem.BUSY)
        return await take(journal, account)

    monkeypatch.setattr(SqlJournal, "take_turn", fail)
    async with office(storage) as place:
        with anyio.fail_after(30):
            async with place.inboxes.polling(every=timedelta(seconds=0.05)):
                for simulator in place.simulators:
                    await simulator.truth.until(lambda truth: truth.count(POLL) >= 3)
        await place.take()
        place.complete()


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
async def test_an_error_of_the_block_comes_out_as_it_is(storage: str) -> None:
    async with office(storage) as place:
        trouble = ArithmeticError("of the block")
        with pytest.raises(ArithmeticError) as caught:
            async with place.inboxes.polling(every=timedelta(seconds=0.05)):
                raise trouble
        assert caught.value is trouble


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
@pytest.mark.parametrize("options", [{"concurrency": 0}, {"concurrency": 1.5}, {"concurrency": True}], ids=str)
async def test_what_cannot_be_right_is_refused(storage: str, options: dict[str, Any]) -> None:
    async with office(storage) as place:
        with pytest.raises(InvalidInput):
            async with place.inboxes.polling(every=timedelta(seconds=1), **options):
                pass
        with pytest.raises(InvalidInput):
            async with place.inboxes.polling(every=timedelta(0)):
                pass

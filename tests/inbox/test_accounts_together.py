"""Many accounts in one journal, polled together."""

from datetime import timedelta
from typing import Any

import anyio
import pytest

from ropo_async import Credentials
from ropo_async.errors import InvalidInput, JournalError, JournalProblem
from ropo_async.hooks import RoundFinished
from ropo_async.inbox import Inbox, Inboxes
from ropo_async.journal import Account, Journal
from ropo_async.journal._sql import SqlJournal
from ropo_async.simulator import Simulator, serve
from tests.inbox.desk import a_storage, connected  # noqa: F401
from tests.inbox.test_accounts import POLL, Office, office, simulators

pytestmark = pytest.mark.anyio


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
                    await simulator.truth.until(lambda truth: truth.count(POLL) >= 3 + 2)


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

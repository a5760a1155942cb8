"""Several consumers in one process: they share, they are woken when there is something, and are quiet otherwise."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import define

from ropo_async import Credentials, RopoClient
from ropo_async.inbox import Deliveries, Inbox
from ropo_async.journal import Journal, sqlite
from ropo_async.journal._sql import SqlJournal
from ropo_async.simulator import Simulator, serve
from tests.inbox.desk import (  # noqa: F401
    EVERYWHERE,
    Clock,
    Desk,
    a_clock,
    a_desk,
    a_storage,
    desk_at,
    key,
    payment,
    payments,
)

pytestmark = pytest.mark.anyio

LONG = 400 * 24 * 3600.0
MOMENT = 3.0
"""Seconds that a busy machine may need to wake somebody; who looks by himself does so after 30."""


@pytest.fixture(autouse=True)
def no_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at once a second, for the sake of other processes: who is woken here was rung for."""
    monkeypatch.setattr(sqlite, "GLANCE_SECONDS", 30.0)


# --- sharing --------------------------------------------------------------------------------------------------------


@EVERYWHERE
@pytest.mark.parametrize("apart", ["one iteration", "one inbox", "inboxes", "handles"])
async def test_consumers_share_without_doubles(desk: Desk, clock: Clock, apart: str) -> None:
    await desk.put(payments(60))
    handle, shared = await desk.handle(), desk.inbox.deliveries(batch=7, forever=False)
    make: Callable[[int], Deliveries] = {
        "one iteration": lambda _: shared,
        "one inbox": lambda _: desk.inbox.deliveries(batch=7, forever=False),
        "inboxes": lambda _: desk.another().deliveries(batch=7, forever=False),
        "handles": lambda number: desk.another(handle if number % 2 else None).deliveries(batch=7, forever=False),
    }[apart]
    got = Counter[str]()

    async def consume(deliveries: Deliveries) -> None:
        async for delivery in deliveries:
            async with delivery:
                got[delivery.key] += 1
                await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(consume, make(number))
    assert got == Counter(key(number) for number in range(1, 61))
    clock.advance(LONG)
    assert await desk.left() == []


async def test_one_that_is_busy_holds_up_nobody(desk: Desk) -> None:
    """What was lent to a process is for all its consumers."""
    await desk.put(payments(4))
    async with await anext(desk.inbox.deliveries()):
        assert await desk.left(desk.inbox) == [key(2), key(3), key(4)]


async def test_an_iteration_without_end_is_what_an_inbox_gives(desk: Desk) -> None:
    await desk.put(payments(2))
    got = list[str]()
    with anyio.move_on_after(0.5):
        async for delivery in desk.inbox:
            async with delivery:
                got.append(delivery.key)
    assert got == [key(1), key(2)]


async def test_one_with_an_end_ends_at_once(desk: Desk) -> None:
    with anyio.fail_after(MOMENT):
        assert await desk.left(desk.inbox) == []
    with suppress(ArithmeticError):
        await desk.put([payment(1)])
        async with await desk.one():
            raise ArithmeticError
    with anyio.fail_after(MOMENT):
        assert await desk.left(desk.inbox) == []


# --- waking ---------------------------------------------------------------------------------------------------------


@define
class Waiting:
    """A consumer that has come before there is anything, and when it got something."""

    deliveries: Deliveries
    got: str = ""
    at: float = 0.0

    async def __call__(self, begun: anyio.Event) -> None:
        begun.set()
        delivery = await anext(self.deliveries)
        self.at, self.got = time.monotonic(), delivery.key
        async with delivery:
            pass


async def waits(waiting: Waiting, then: Callable[[], Any]) -> float:
    """Let it wait, let something happen, and return how long it took until it had something."""
    async with anyio.create_task_group() as group:
        begun = anyio.Event()
        group.start_soon(waiting, begun)
        await begun.wait()
        await anyio.sleep(0.3)  # it has looked, and waits
        assert not waiting.got
        await then()
        began = time.monotonic()
    return waiting.at - began


@pytest.mark.parametrize(
    ("storage", "elsewhere"),
    [("memory", False), ("sqlite", False), ("postgresql", False), ("postgresql", True)],
    indirect=["storage"],
    ids=["memory", "sqlite", "postgresql", "postgresql, another handle"],
)
async def test_who_waits_is_woken_by_what_comes(desk: Desk, elsewhere: bool) -> None:  # noqa: FBT001 - a parameter
    waiting = Waiting(desk.another(await desk.handle() if elsewhere else None).deliveries())
    assert await waits(waiting, lambda: desk.put([payment(1)])) < MOMENT
    assert waiting.got == key(1)


@EVERYWHERE
async def test_all_who_wait_are_woken(desk: Desk) -> None:
    everybody = [Waiting(desk.another().deliveries(batch=1)) for _ in range(5)]
    with anyio.fail_after(MOMENT):
        async with anyio.create_task_group() as group:
            for waiting in everybody:
                group.start_soon(waiting, anyio.Event())
            await anyio.sleep(0.1)
            await desk.put(payments(5))
    assert sorted(waiting.got for waiting in everybody) == [key(number) for number in range(1, 6)]


@pytest.mark.parametrize("happens", ["given back", "requeued"])
async def test_who_waits_is_woken_by_what_comes_back(desk: Desk, happens: str) -> None:
    await desk.put([payment(1)])
    delivery = await desk.one(attempts=1)
    if happens == "requeued":
        await delivery.retry(error="ArithmeticError")
    waiting = Waiting(desk.another().deliveries())
    assert await waits(waiting, desk.inbox.requeue if happens == "requeued" else delivery.give_back) < MOMENT
    assert waiting.got == key(1)


async def test_what_was_put_off_comes_when_it_is_due(storage: str) -> None:
    """Not before, and not when somebody looks by himself."""
    async with desk_at(storage) as desk:
        await desk.put([payment(1)])
        due = time.monotonic() + 0.5
        async with (delivery := await desk.one()):
            await delivery.retry(after=0.5)
        waiting = Waiting(desk.another().deliveries())
        await waiting(anyio.Event())
        assert 0 <= waiting.at - due < MOMENT


async def test_what_a_silent_consumer_had_comes_when_its_lease_ends(storage: str) -> None:
    async with desk_at(storage) as desk:
        await desk.put([payment(1)])
        due = time.monotonic() + 0.5
        await desk.one(lease=0.5)
        waiting = Waiting(desk.another().deliveries())
        await waiting(anyio.Event())
        assert 0 <= waiting.at - due < MOMENT


async def nothing(desk: Desk) -> None:
    """There is nothing at all."""


async def put_off(desk: Desk) -> None:
    await desk.put([payment(1)])
    await (await desk.one()).retry(after=1000)


async def lent(desk: Desk) -> None:
    await desk.put([payment(1, billnum="B"), payment(2, billnum="B")])
    await desk.one(lease=1000, group_by="billnum")


async def buried(desk: Desk) -> None:
    await desk.put([payment(1)])
    await (await desk.one(attempts=1)).retry()


@EVERYWHERE
@pytest.mark.parametrize("before", [nothing, put_off, lent, buried], ids=lambda one: one.__name__)
async def test_who_waits_is_quiet(desk: Desk, monkeypatch: pytest.MonkeyPatch, before: Callable[[Desk], Any]) -> None:
    await before(desk)
    looks, lease = 0, SqlJournal.lease

    async def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal looks
        looks += 1
        return await lease(*args, **kwargs)

    monkeypatch.setattr(SqlJournal, "lease", counted)
    with anyio.move_on_after(1.0):
        async for _ in desk.another().deliveries(group_by="billnum"):
            pytest.fail("there is nothing to be had")
    assert looks <= 2  # the second, after it began to listen to the database


# --- beside a poller ------------------------------------------------------------------------------------------------


async def test_a_consumer_may_come_before_the_poller(storage: str) -> None:
    """And is woken by it; what it was lent and has not begun is for others when the poller's block ends."""
    simulator = Simulator(page_size=10)
    simulator.add_updates(count=25, days=1)
    async with (
        serve(simulator) as running,
        RopoClient(running.url, Credentials(simulator.cid, simulator.apicode)) as ropo,
        Journal.open(storage) as journal,
    ):
        inbox = Inbox(ropo.status_updates, journal)
        got, enough = list[str](), anyio.Event()

        async def consume() -> None:
            async for delivery in inbox.deliveries(batch=20):
                async with delivery as update:
                    got.append(str(update.statusid))
                    if len(got) == 13:
                        break
            enough.set()

        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                group.start_soon(consume)
                await anyio.sleep(0.1)
                async with inbox.polling(every=timedelta(hours=1)):
                    await enough.wait()
        other = Inbox(ropo.status_updates, journal)
        async for delivery in other.deliveries(forever=False):
            assert delivery.attempt == 1
            async with delivery as update:
                got.append(str(update.statusid))
        assert got == simulator.truth.recorded

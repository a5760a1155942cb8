"""Acknowledgements that are committed together: seen at once here, soon elsewhere, and never lost without a word."""

import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import anyio
import pytest
from anyio.abc import TaskStatus

from ropo_async.errors import JournalError, JournalProblem, LeaseLost
from ropo_async.hooks import AckedTooLate
from ropo_async.inbox import delivery
from ropo_async.journal import _acks
from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine
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
    process,
)

pytestmark = pytest.mark.anyio

LONG = 400 * 24 * 3600.0
FILE = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
SHARED = pytest.mark.parametrize("storage", ["sqlite", "postgresql"], indirect=True)
"""Storages that others see from outside."""


@pytest.fixture(name="patient")
def never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """No acknowledgement is committed for being old."""
    monkeypatch.setattr(_acks, "DELAY", 3600.0)


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is run on SQLite from here on."""
    seen, run = list[Any](), SqliteEngine.run

    async def counted(engine: SqliteEngine, work: Callable[[Transaction], Any]) -> Any:
        seen.append(work)
        return await run(engine, work)

    monkeypatch.setattr(SqliteEngine, "run", counted)
    return seen


async def waiting(desk: Desk) -> int:
    """Return how many updates wait by what is on disk, as another process sees it."""
    return (await (await desk.handle()).health(now=desk.now())).waiting


async def handle(desk: Desk, **terms: Any) -> None:
    async with await desk.one(desk.inbox, **terms):
        pass


@FILE
@pytest.mark.usefixtures("patient")
async def test_many_are_one_transaction(desk: Desk, transactions: list[Any]) -> None:
    """And that is the one that lends the next."""
    await desk.put(payments(100))
    transactions.clear()
    assert len(await desk.left(desk.inbox, batch=50)) == 100
    assert len(transactions) <= 4  # an account's number, and three looks for more


@FILE
async def test_each_by_itself_where_that_is_asked_for(desk: Desk, transactions: list[Any]) -> None:
    await desk.put(payments(3))
    transactions.clear()
    async for one in desk.inbox.deliveries(acks="each", forever=False):
        left = await waiting(desk)
        async with one:
            pass
        assert await waiting(desk) == left - 1


async def by_health(desk: Desk) -> int:
    return (await desk.inbox.health()).waiting


async def by_its_records(desk: Desk) -> int:
    return sum(record.state != "acked" for record in await desk.journal.records(desk.inbox.account))


@SHARED
@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("asked", [by_health, by_its_records])
async def test_here_it_is_seen_at_once(desk: Desk, asked: Callable[[Desk], Awaitable[int]]) -> None:
    """By whatever the same handle is asked."""
    await desk.put(payments(2))
    await handle(desk)
    assert await waiting(desk) == 2
    assert await asked(desk) == 1
    assert await waiting(desk) == 1


@EVERYWHERE
@pytest.mark.usefixtures("patient")
async def test_it_never_comes_again(desk: Desk, clock: Clock) -> None:
    await desk.put(payments(2))
    await handle(desk)
    clock.advance(LONG)
    assert await desk.left() == [key(2)]


@SHARED
async def test_elsewhere_it_is_seen_soon(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing else is asked of the journal."""
    await desk.put(payments(1))
    settled = anyio.Event()
    monkeypatch.setattr(_acks, "_tell", lambda *_: settled.set())
    async with await desk.one(desk.inbox):
        pass
    assert not settled.is_set()
    with anyio.fail_after(5):
        await settled.wait()
    assert await waiting(desk) == 0


@SHARED
@pytest.mark.usefixtures("patient")
async def test_an_explicit_one_is_on_disk_when_it_returns(desk: Desk) -> None:
    """With those that were waiting."""
    await desk.put(payments(3))
    await handle(desk)
    assert await waiting(desk) == 3
    await (await desk.one(desk.inbox)).ack()
    assert await waiting(desk) == 1


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("storage", ["sqlite"])
async def test_closing_the_journal_commits_them(anyio_backend: str, storage: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    async with desk_at(url) as desk:
        await desk.put(payments(2))
        async for one in desk.inbox:
            async with one:
                break
    async with desk_at(url) as desk:
        assert (await desk.inbox.health()).waiting == 1


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("storage", ["sqlite"])
async def test_so_does_a_service_that_is_cancelled(anyio_backend: str, storage: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"

    async def serve(*, task_status: TaskStatus[None]) -> None:
        async with desk_at(url) as desk:
            await desk.put(payments(2))
            async with await desk.one(desk.inbox):
                pass
            task_status.started()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as service:
        await service.start(serve)
        service.cancel_scope.cancel()
    async with desk_at(url) as desk:
        assert (await desk.inbox.health()).waiting == 1


@pytest.mark.usefixtures("patient")
async def test_so_many_wait_at_most(desk: Desk, monkeypatch: pytest.MonkeyPatch, transactions: list[Any]) -> None:
    monkeypatch.setattr(_acks, "MOST", 3)
    await desk.put(payments(9))
    deliveries = desk.inbox.deliveries(batch=9)
    counts = list[int]()
    for _ in range(9):
        one = await anext(deliveries)
        before = len(transactions)
        async with one:
            pass
        counts.append(len(transactions) - before)
    assert counts == [0, 0, 1, 0, 0, 1, 0, 0, 1]


# --- leases -------------------------------------------------------------------------------------------------------


@SHARED
@pytest.mark.usefixtures("patient")
async def test_one_that_comes_too_late_is_told(desk: Desk, clock: Clock) -> None:
    """Nobody could know in time, as a clock has jumped; the other's acknowledgement stands, and ours of others too."""
    await desk.put(payments(3))
    deliveries = desk.inbox.deliveries(batch=3)
    async with await anext(deliveries):
        pass
    clock.advance(61)
    theirs = await desk.one(desk.another(await desk.handle()), batch=1)
    assert theirs.key == key(1)
    async with await anext(deliveries):
        pass
    await desk.inbox.health()
    (told,) = desk.told(AckedTooLate)
    assert told.cid == desk.inbox.account.cid
    await theirs.ack()
    clock.advance(LONG)
    assert await desk.left() == [key(3)]


async def test_one_that_may_be_too_late_does_not_wait(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lease has run out by the clock of the process, too, the block's end says so."""
    await desk.put(payments(1))
    ours = await desk.one(lease=60)
    clock.advance(61)
    theirs = await desk.one()
    monkeypatch.setattr(delivery, "monotonic", lambda: monotonic() + 59.5)
    with pytest.raises(LeaseLost):
        async with ours:
            pass
    await theirs.ack()
    assert desk.told(AckedTooLate) == []


async def test_a_short_lease_is_settled_at_once(desk: Desk, transactions: list[Any]) -> None:
    """It might run out while its acknowledgement waits."""
    await desk.put(payments(1))
    one = await desk.one(desk.inbox, lease=1.0)
    before = len(transactions)
    async with one:
        pass
    assert len(transactions) == before + 1


@EVERYWHERE
@pytest.mark.usefixtures("patient")
async def test_an_invoice_s_next_update_follows_at_once(desk: Desk) -> None:
    """What waits for an acknowledgement does not wait for the clock."""
    await desk.put(payments(5, billnum="B1"))
    with anyio.fail_after(5):
        assert await desk.left(desk.inbox, group_by="billnum") == [key(number) for number in range(1, 6)]


# --- a journal that cannot be written -------------------------------------------------------------------------------


@FILE
@pytest.mark.usefixtures("patient")
async def test_what_could_not_be_committed_is_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the consumer is told when it asks for more."""
    await desk.put(payments(2))
    deliveries = desk.inbox.deliveries(batch=1)
    async with await anext(deliveries):
        pass
    with monkeypatch.context() as broken:

        async def run(_: SqliteEngine, __: Callable[[Transaction], Any]) -> Any:
            raise JournalError(JournalProblem.FULL)

        broken.setattr(SqliteEngine, "run", run)
        for _ in range(2):
            with pytest.raises(JournalError):
                await anext(deliveries)
    assert await waiting(desk) == 2
    async with await anext(deliveries):
        assert await waiting(desk) == 1


@FILE
@pytest.mark.usefixtures("patient")
async def test_one_that_was_committed_unseen_is_not_taken_for_late(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit succeeds, and its answer gets lost."""
    await desk.put(payments(1))
    await handle(desk)
    run = SqliteEngine.run

    async def forgetful(engine: SqliteEngine, work: Callable[[Transaction], Any]) -> Any:
        await run(engine, work)
        raise JournalError(JournalProblem.UNREACHABLE)

    with monkeypatch.context() as broken, suppress(JournalError):
        broken.setattr(SqliteEngine, "run", forgetful)
        await desk.inbox.health()
    assert (await desk.inbox.health()).waiting == 0
    assert desk.told(AckedTooLate) == []


# --- the process dies -----------------------------------------------------------------------------------------------


async def handle_and_die(url: str, handled: str) -> None:
    """Handle so many updates, begin one more, and die before any acknowledgement is committed by its age."""
    _acks.DELAY = 3600.0
    async with desk_at(url) as desk:
        deliveries = desk.inbox.deliveries(batch=3)
        for number in range(int(handled)):
            async with await anext(deliveries) as update:
                print(update.statusid, flush=True)  # noqa: T201 - its effect
            assert number < 5
        async with await anext(deliveries):
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("handled", "settled"), [(2, 0), (4, 3)])
async def test_what_was_not_committed_comes_again(
    anyio_backend: str, tmp_path: Path, handled: int, settled: int
) -> None:
    """Whatever was handled since the last commit; nothing is lost, and nothing settled that was not handled."""
    url, clock = f"sqlite:///{tmp_path / 'journal.db'}", Clock()
    async with desk_at(url) as desk:
        await desk.put(payments(5))
    with process(anyio_backend, handle_and_die, url, handled) as child:
        effects, _ = await anyio.to_thread.run_sync(child.communicate)
        assert child.returncode == -signal.SIGKILL
    assert effects.split() == [f"P{number}" for number in range(1, handled + 1)]
    clock.advance(LONG)  # the child's leases have run out by then
    async with desk_at(url, clock) as desk:
        assert sorted(await desk.left(attempts=10)) == [key(number) for number in range(settled + 1, 6)]

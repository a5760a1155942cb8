"""Many payments in one run: how much of it is under way at once, and how it ends."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from anyio.lowlevel import checkpoint

from ropo_async import (
    Booking,
    BookingState,
    BulkProgress,
    BulkResult,
    ClientClosed,
    InvalidFile,
    InvalidInput,
    JournalError,
    Payment,
    Registration,
)
from ropo_async.errors import JournalProblem
from ropo_async.ledger import bulk
from ropo_async.simulator import Fault
from tests.ledger.office import PAY, Office, payment
from tests.ledger.runs import asked, booked, collect, known, results, states

# --- how much at once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 3, 8])
async def test_so_many_are_under_way_and_no_more(office: Office, concurrency: int) -> None:
    known(office, 16)
    under_way, most = 0, 0

    async def counted(registration: Registration) -> Booking:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            assert isinstance(registration.posting, Payment)
            return await office.ledger.register(registration.operation_id, registration.posting)
        finally:
            under_way -= 1

    async with bulk.running(asked(16), counted, format=None, concurrency=concurrency, on_progress=None) as run:
        assert len([result async for result in run]) == 16
    assert most == concurrency


async def test_what_is_not_taken_holds_up_what_follows(office: Office) -> None:
    known(office, 20)
    taken = list[str]()

    def source() -> Iterator[Registration]:
        for one in asked(20):
            taken.append(one.operation_id)
            yield one

    async with office.ledger.register_many(source(), concurrency=4) as run:
        await office.simulator.truth.until(lambda truth: len(truth.payments) >= 4)
        while run.progress.done < 4:
            await checkpoint()
        await wait_all_tasks_blocked()
        assert (office.booked, len(taken)) == (4, 5)
        await anext(run)
        while run.progress.done < 5:
            await checkpoint()
        await wait_all_tasks_blocked()
        assert (office.booked, len(taken)) == (5, 6)
        assert len([result async for result in run]) == 19


@pytest.mark.parametrize("concurrency", [0, -1, 2.5, "8", True])
async def test_how_many_at_once_must_be_a_number(office: Office, concurrency: Any) -> None:
    with pytest.raises(InvalidInput, match="concurrency"):
        await results(office, asked(1), concurrency=concurrency)


async def test_a_format_without_a_file_is_a_mistake(office: Office) -> None:
    with pytest.raises(InvalidInput, match="format"):
        await results(office, asked(1), format="csv")


# --- how it ends --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leave", ["break", "error", "cancellation"])
async def test_a_block_that_is_left_takes_no_more_and_lets_those_in_flight_end(office: Office, leave: str) -> None:
    known(office, 20)
    office.simulator.fail(Fault.delay(0.1), operation=PAY, times=100)
    taken = list[str]()

    def source() -> Iterator[Registration]:
        for one in asked(20):
            taken.append(one.operation_id)
            yield one

    with suppress(LookupError), anyio.CancelScope() as scope:
        async with office.ledger.register_many(source(), concurrency=3):
            await office.simulator.truth.until(lambda truth: truth.count(PAY) >= 3)
            if leave == "error":
                raise LookupError
            if leave == "cancellation":
                scope.cancel()
                await checkpoint()
    known_now = {one.operation_id: one.state for one in await office.ledger.bookings()}
    assert len(taken) <= 5
    assert list(known_now.values()).count(BookingState.APPLIED) == office.booked == 3
    assert set(known_now.values()) <= {BookingState.APPLIED, BookingState.PREPARED}
    office.simulator.faults.clear()
    assert set(states(await results(office, asked(20))).values()) == {"applied"}
    assert len(set(booked(office))) == office.booked == 20


async def test_what_is_left_ends_also_where_the_source_never_gives_another(office: Office) -> None:
    known(office, 1)
    ended = False

    async def source() -> AsyncIterator[Registration]:
        nonlocal ended
        try:
            yield asked(1)[0]
            await anyio.sleep_forever()
        finally:
            ended = True

    with anyio.fail_after(10):
        async with office.ledger.register_many(source()) as run:
            async for result in run:
                assert result.booking is not None
                break
    assert ended


async def test_a_journal_that_fails_ends_the_run(office: Office) -> None:
    known(office, 20)

    async def fail() -> None:
        raise JournalError(JournalProblem.FULL)

    office.journal.trap("add_booking", "before", fail, skip=10)
    found = list[BulkResult]()
    with pytest.raises(JournalError, match="no room"):
        await collect(found, office, asked(20), concurrency=4)
    assert 10 <= len(found) < 16
    assert office.booked == len(found)
    assert set(states(await results(office, asked(20))).values()) == {"applied"}
    assert office.booked == 20


async def test_what_ended_a_run_is_told_at_its_end_at_the_latest(office: Office) -> None:
    def source() -> Iterator[Registration]:
        yield from ()
        raise LookupError

    with pytest.raises(LookupError):
        async with office.ledger.register_many(source()):
            await wait_all_tasks_blocked()


async def test_what_ended_a_run_is_told_once(office: Office) -> None:
    def source() -> Iterator[Registration]:
        yield from ()
        raise LookupError

    async with office.ledger.register_many(source()) as run:
        with pytest.raises(LookupError):
            await anext(run)
        with pytest.raises(StopAsyncIteration):
            await anext(run)


async def test_a_closed_client_ends_the_run(office: Office) -> None:
    known(office, 20)
    await office.ropo.aclose()
    with pytest.raises(ClientClosed):
        await results(office, asked(20), concurrency=1)
    assert len(await office.ledger.bookings()) < 5


@pytest.mark.parametrize("kind", ["source", "no registration", "progress"])
async def test_what_the_caller_brings_may_fail(office: Office, kind: str) -> None:
    known(office, 4)

    def source() -> Iterable[Any]:
        yield from asked(3)
        if kind == "source":
            raise LookupError
        yield None if kind == "no registration" else asked(4)[3]

    def note(progress: BulkProgress) -> None:
        if kind == "progress" and progress.done == 3:
            raise LookupError

    found = list[BulkResult]()
    with pytest.raises(InvalidInput if kind == "no registration" else LookupError):
        await collect(found, office, source(), on_progress=note)
    assert office.booked >= len(found) >= 2
    assert office.booked >= 3


async def test_a_file_that_changes_ends_the_run(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "payments.csv"
    text = "operation_id,amount,paydate,billnum\n" + "".join(f"op-{n},1.50,2026-03-11,R-4711\n" for n in range(9))
    path.write_text(text)
    async with office.ledger.register_many(path) as run:
        path.write_text(text.replace("1.50", "9.50"))
        with pytest.raises(InvalidFile, match="line 1: is not what it was"):
            await anext(run)
    assert office.sent == 0


def test_results_keep_contents_to_themselves() -> None:
    shown = repr(Registration("op-1", payment(billnum="R-SECRET", description="SECRET"))) + repr(
        Registration("op-1", payment(billcode="R-SECRET"), "SECRET")
    )
    assert "SECRET" not in shown

"""Many payments in one run: each once, those of one invoice one after the other, and no failure that stops another."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
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
    InvoiceBusy,
    JournalError,
    OperationIdReused,
    Payment,
    Registration,
)
from ropo_async.errors import JournalProblem, PermissionDenied
from ropo_async.ledger import bulk
from ropo_async.simulator import Fault
from tests.ledger.office import CREDIT, PAY, READ, Office, credit_note, payment


def asked(count: int, *, first: int = 0) -> list[Registration]:
    """Return payments of 1 euro, each for an invoice of its own."""
    return [Registration(f"op-{n}", payment(billnum=f"R-{n}", amount=1)) for n in range(first, first + count)]


def known(office: Office, count: int) -> None:
    for number in range(count):
        office.simulator.add_invoice(billnum=f"R-{number}", amount="100.00")


async def collect(found: list[BulkResult], office: Office, source: Any, **options: Any) -> None:
    """Run to the end, and keep what came until then."""
    async with office.ledger.register_many(source, **options) as run:
        async for result in run:
            found.append(result)  # noqa: PERF401 - what came before an error counts


async def results(office: Office, source: Any, **options: Any) -> dict[str, BulkResult]:
    found = list[BulkResult]()
    await collect(found, office, source, **options)
    return {result.operation_id: result for result in found}


def states(found: dict[str, BulkResult]) -> dict[str, str]:
    return {
        operation_id: str(result.booking.state) if result.booking else type(result.error).__name__
        for operation_id, result in found.items()
    }


def booked(office: Office) -> list[str]:
    return sorted(payment.billnum for payment in office.simulator.truth.payments)


# --- what becomes of each -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [list, iter, "async"], ids=["list", "iterator", "async"])
async def test_each_is_registered_once(office: Office, way: Any) -> None:
    known(office, 20)

    async def one_by_one() -> AsyncIterator[Registration]:
        for one in asked(20):
            await checkpoint()
            yield one

    source = one_by_one() if way == "async" else way(asked(20))
    seen = list[BulkProgress]()
    async with office.ledger.register_many(source, on_progress=seen.append) as run:
        found = {result.operation_id: result async for result in run}
    assert states(found) == {f"op-{number}": "applied" for number in range(20)}
    assert booked(office) == sorted(f"R-{number}" for number in range(20))
    total = 20 if way is list else None
    assert run.progress == BulkProgress(done=20, total=total, failed=0, states={BookingState.APPLIED: 20})
    assert [progress.done for progress in seen] == list(range(1, 21))
    assert {result.line for result in found.values()} == {None}


async def test_a_file_is_registered(office: Office, tmp_path: Path) -> None:
    known(office, 3)
    path = tmp_path / "payments.csv"
    path.write_text(
        "operation_id;kind;amount;paydate;date;billnum;billcode;invoice_billnum\n"
        "a;;1.00;2026-03-11;;R-0;;\n"
        "b;credit note;2.00;;2026-03-11;R-1;;\n"
        "c;payment;3.00;2026-03-11;;;12344;R-4711\n",
    )
    found = await results(office, path)
    assert {name: result.line for name, result in found.items()} == {"a": 2, "b": 3, "c": 4}
    assert set(states(found).values()) == {"applied"}
    assert sorted(payment.amount for payment in office.simulator.truth.payments) == [Decimal(1), Decimal(3)]
    assert [note.amount for note in office.simulator.truth.credit_notes] == [Decimal(2)]
    assert (await office.ledger.booking("c")).billnum == "R-4711"  # type: ignore[union-attr]


async def test_of_a_file_that_cannot_be_right_nothing_is_sent(office: Office, tmp_path: Path) -> None:
    known(office, 1)
    path = tmp_path / "payments.csv"
    path.write_text("operation_id,amount,paydate,billnum\na,1.00,2026-03-11,R-0\nb,1.00,yesterday,R-0\n")
    with pytest.raises(InvalidFile, match="line 3: paydate"):
        await results(office, path)
    assert (office.sent, await office.ledger.bookings()) == (0, [])


async def test_one_failure_does_not_stop_the_others(office: Office) -> None:
    known(office, 6)
    office.simulator.payment_status(statusid=5, billnum="R-1")
    office.simulator.payment_status(statusid=0, billnum="R-2")
    await office.pays("op-3", billnum="R-5", amount=7)
    office.simulator.fail(Fault.status(403), operation=PAY)
    seen = list[BulkProgress]()
    found = await results(office, asked(5), concurrency=1, on_progress=seen.append)
    assert [(progress.done, progress.failed) for progress in seen] == [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)]
    assert states(found) == {
        "op-0": "PermissionDenied",
        "op-1": "rejected",
        "op-2": "unknown",
        "op-3": "OperationIdReused",
        "op-4": "applied",
    }
    assert isinstance(found["op-0"].error, PermissionDenied)
    assert isinstance(found["op-3"].error, OperationIdReused)
    assert booked(office) == ["R-4", "R-5"]


async def test_what_was_refused_goes_on_in_the_next_run_and_the_rest_is_not_sent_again(office: Office) -> None:
    known(office, 10)
    office.simulator.fail(Fault.status(503), operation=READ, times=3 * 10)
    assert "ServerError" in set(states(await results(office, asked(10), concurrency=2)).values())
    office.simulator.faults.clear()
    assert set(states(await results(office, asked(10))).values()) == {"applied"}
    sent, requests = office.sent, len(office.simulator.truth.requests)
    again = await results(office, asked(10))
    assert set(states(again).values()) == {"applied"}
    assert (office.sent, len(office.simulator.truth.requests)) == (sent, requests)
    assert booked(office) == [f"R-{number}" for number in range(10)]


async def test_the_same_id_twice_is_one_payment(office: Office) -> None:
    known(office, 1)
    found = list[BulkResult]()
    await collect(found, office, [*asked(1), *asked(1)])
    assert [(one.operation_id, one.booking and one.booking.state) for one in found] == [("op-0", "applied")] * 2
    assert booked(office) == ["R-0"]


# --- one invoice --------------------------------------------------------------------------------------------------


async def test_those_of_one_invoice_are_sent_in_their_order(office: Office) -> None:
    amounts = [Decimal(number) for number in range(1, 13)]
    source = [Registration(f"op-{amount}", payment(amount=amount)) for amount in amounts]
    office.simulator.fail(Fault.delay(0.02), operation=PAY, times=100)
    assert set(states(await results(office, source, concurrency=5)).values()) == {"applied"}
    assert [payment.amount for payment in office.simulator.truth.payments] == amounts


async def test_an_invoice_by_its_several_names_is_one(office: Office) -> None:
    source = [
        Registration("a", payment(billcode="12344", amount=1), "R-4711"),
        Registration("b", payment(amount=2)),
        Registration("c", payment(billcode="12344", amount=3)),
        Registration("d", payment(jobid=1500, amount=4)),
        Registration("e", credit_note(amount=5)),
    ]
    office.simulator.fail(Fault.delay(0.05), operation=PAY, times=100)
    assert set(states(await results(office, source)).values()) == {"applied"}
    assert sorted(payment.amount for payment in office.simulator.truth.payments) == [1, 2, 3, 4]
    assert office.simulator.truth.count(CREDIT) == 1


async def test_behind_an_unknown_one_the_others_of_its_invoice_wait_for_another_run(office: Office) -> None:
    known(office, 2)
    source = [Registration("a", payment(amount=1)), Registration("b", payment(amount=2)), *asked(2)]
    office.simulator.payment_status(statusid=0, billnum="R-4711", booked=True)
    found = await results(office, source)
    assert states(found) == {"a": "unknown", "b": "InvoiceBusy", "op-0": "applied", "op-1": "applied"}
    error = found["b"].error
    assert isinstance(error, InvoiceBusy)
    assert error.other == "a"
    office.simulator.verdicts.clear()
    await office.verified("a")
    assert states(await results(office, source)) == {
        "a": "verified_applied",
        "b": "applied",
        "op-0": "applied",
        "op-1": "applied",
    }
    assert office.booked == 4


async def test_waiting_for_an_invoice_leaves_nothing_behind(office: Office) -> None:
    source = [Registration(f"op-{number}", payment(amount=number)) for number in range(1, 6)]
    async with office.ledger.register_many(source, concurrency=3) as run:
        async for _ in run:
            pass
    assert run._turns == {}


# --- how much at once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 3, 8])
async def test_so_many_are_under_way_and_no_more(office: Office, concurrency: int) -> None:
    known(office, 30)
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

    async with bulk.running(asked(30), counted, format=None, concurrency=concurrency, on_progress=None) as run:
        assert len([result async for result in run]) == 30
    assert most == concurrency


async def test_what_is_not_taken_holds_up_what_follows(office: Office) -> None:
    known(office, 50)
    taken = list[str]()

    def source() -> Iterator[Registration]:
        for one in asked(50):
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
        assert len([result async for result in run]) == 49


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
    known(office, 50)
    office.simulator.fail(Fault.delay(0.1), operation=PAY, times=100)
    taken = list[str]()

    def source() -> Iterator[Registration]:
        for one in asked(50):
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
    assert set(states(await results(office, asked(50))).values()) == {"applied"}
    assert len(set(booked(office))) == office.booked == 50


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
    known(office, 50)

    async def fail() -> None:
        raise JournalError(JournalProblem.FULL)

    office.journal.trap("add_booking", "before", fail, skip=10)
    found = list[BulkResult]()
    with pytest.raises(JournalError, match="no room"):
        await collect(found, office, asked(50), concurrency=4)
    assert 10 <= len(found) < 16
    assert office.booked == len(found)
    assert set(states(await results(office, asked(50))).values()) == {"applied"}
    assert office.booked == 50


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
    known(office, 50)
    await office.ropo.aclose()
    with pytest.raises(ClientClosed):
        await results(office, asked(50), concurrency=1)
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

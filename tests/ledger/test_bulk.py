"""Many payments in one run: each once, those of one invoice one after the other, and no failure that stops another."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from anyio.lowlevel import checkpoint

from ropo_async import (
    BookingState,
    BulkProgress,
    BulkResult,
    InvalidFile,
    InvoiceBusy,
    OperationIdReused,
    Registration,
)
from ropo_async.errors import PermissionDenied
from ropo_async.simulator import Fault
from tests.ledger.office import CREDIT, PAY, READ, Office, credit_note, payment
from tests.ledger.runs import asked, booked, collect, known, results, states

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

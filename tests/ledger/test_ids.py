"""One id is one payment, whoever asks for it, how often, and wherever; and one invoice has one in flight."""

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import anyio
import anyio.to_thread
import pytest
from attrs import evolve

from ropo_async import Credentials, RopoClient
from ropo_async.errors import (
    InvalidInput,
    InvoiceBusy,
    JournalError,
    JournalProblem,
    OperationIdReused,
    RopoError,
)
from ropo_async.journal import BookingState, Journal, Saved
from ropo_async.ledger import PaymentLedger
from ropo_async.simulator import Fault
from tests.inbox.desk import process
from tests.ledger.office import BILLNUM, ID, NOON, PAY, TODAY, Office, credit_note, opened, payment

pytestmark = pytest.mark.anyio

PREPARED, APPLIED, UNKNOWN = BookingState.PREPARED, BookingState.APPLIED, BookingState.UNKNOWN


@pytest.mark.parametrize("amount", [Decimal("10.5"), Decimal("10.500"), Decimal("105E-1")], ids=str)
async def test_the_same_again_is_answered_from_the_journal(amount: Decimal, office: Office) -> None:
    first = await office.pays()
    again = await office.pays(amount=amount)
    assert again == first
    assert (office.booked, office.sent) == (1, 1)


@pytest.mark.parametrize(
    "other", [{"amount": 11}, {"paydate": TODAY.replace(day=12)}, {"billnum": "R-2"}, {"jobid": 1500}, {"type": "x"}]
)
@pytest.mark.parametrize("state", [PREPARED, APPLIED, UNKNOWN])
async def test_another_payment_needs_another_id(state: BookingState, other: dict[str, Any], office: Office) -> None:
    if state is PREPARED:
        office.simulator.fail(Fault.status(403), operation=PAY)
    elif state is UNKNOWN:
        office.simulator.fail(Fault.drop(processed=True), operation=PAY)
    try:
        await office.pays()
    except RopoError:
        assert state is PREPARED
    assert await office.is_state() is state
    sent = office.sent
    with pytest.raises(OperationIdReused) as caught:
        await office.pays(**other)
    assert caught.value.operation_id == ID
    with pytest.raises(OperationIdReused):
        await office.ledger.credit(ID, credit_note())
    assert office.sent == sent


@pytest.mark.parametrize("operation_id", ["", " ", "x" * 201, " x", "x ", "a\nb", "a\0b", "\ud800", 5, None, b"x"])
async def test_an_id_must_be_one(operation_id: str, office: Office) -> None:
    with pytest.raises(InvalidInput, match="operation_id"):
        await office.pays(operation_id)
    assert office.journal.calls == []


@pytest.mark.parametrize("operation_id", ["x", "x" * 200, "bank 2026/17", "ä-€-😀", "'; DROP TABLE booking; --"])
async def test_an_id_may_be_any_text(operation_id: str, office: Office) -> None:
    booking = await office.pays(operation_id)
    assert booking.operation_id == operation_id
    assert (await office.ledger.booking(operation_id)) == booking


@pytest.mark.parametrize(
    ("posting", "billnum"),
    [(payment(), ""), (payment(), " "), (payment(), 5), (payment(), "R-1"), (credit_note(), None), ("x", None)],
)
async def test_what_cannot_be_right_is_not_stored(posting: Any, billnum: Any, office: Office) -> None:
    with pytest.raises(InvalidInput):
        await office.ledger.register(ID, posting, billnum=billnum)
    assert office.journal.calls == []


# --- at once ------------------------------------------------------------------------------------------------------


async def test_tasks_that_ask_at_once_send_it_once(office: Office) -> None:
    office.simulator.fail(Fault.delay(0.1), operation=PAY)
    found = list[Any]()

    async def pay(ledger: PaymentLedger) -> None:
        found.append(await ledger.register(ID, payment()))

    async with anyio.create_task_group() as group:
        for ledger in (office.ledger, office.ledger, office.another(), office.another()):
            group.start_soon(pay, ledger)
    assert [booking.state for booking in found] == [APPLIED] * 4
    assert (office.booked, office.sent) == (1, 1)


@pytest.mark.parametrize("booked", [False, True])
async def test_whoever_waits_for_another_task_is_told_what_it_came_to(*, booked: bool, office: Office) -> None:
    office.simulator.payment_status(statusid=0, booked=booked)
    states = list[BookingState]()

    async def pay() -> None:
        states.append((await office.pays()).state)

    for moment in ("add_booking", "bookings", "intend", "sender"):
        office.journal.trap(moment, "before", pay)
        await office.pays(f"not {ID}", billnum="R-2")  # the trap springs somewhere within this one
    assert set(states) == {UNKNOWN}
    assert office.simulator.truth.count(PAY) <= 5


@pytest.mark.parametrize("moment", ["bookings", "sender", "save_booking"])
@pytest.mark.parametrize("statusid", [0, 6])
async def test_one_that_another_task_has_sent_meanwhile_is_returned(statusid: int, moment: str, office: Office) -> None:
    """It became unknown, or booked, between this task's look at its own state and at others of its invoice."""
    office.simulator.payment_status(statusid=statusid)

    async def overtake() -> None:
        await office.another(office.journal.inner).register(ID, payment())

    office.journal.trap(moment, "before", overtake)
    assert (await office.pays()).state is (APPLIED if statusid == 6 else UNKNOWN)
    assert office.sent == 1


async def test_two_of_one_invoice_go_one_after_the_other(office: Office) -> None:
    office.simulator.fail(Fault.delay(0.1), operation=PAY)
    found = list[BookingState]()

    async def pay(operation_id: str, amount: int) -> None:
        found.append((await office.pays(operation_id, amount=amount)).state)

    async with anyio.create_task_group() as group:
        for number in range(1, 4):
            group.start_soon(pay, f"op-{number}", number)
    assert found == [APPLIED] * 3
    assert (office.booked, office.sent) == (3, 3)
    assert office.journal.calls.count("bookings") < 50  # who waits looks now and then, and not all the time


async def test_beside_one_that_is_unknown_nothing_is_sent(office: Office) -> None:
    await office.doubtful("op-1", booked=True)
    with pytest.raises(InvoiceBusy) as caught:
        await office.pays("op-2", amount=7)
    assert (caught.value.operation_id, caught.value.other) == ("op-2", "op-1")
    assert (await office.is_state("op-2"), office.sent) == (PREPARED, 1)
    office.simulator.add_invoice(billnum="R-2", amount=9)
    assert (await office.pays("op-3", billnum="R-2", amount=7)).state is APPLIED
    await office.verified("op-1")
    assert (await office.pays("op-2", amount=7)).state is APPLIED


ALIASES: list[dict[str, Any]] = [{"billnum": BILLNUM}, {"jobid": 1500}, {"billcode": "12344"}]


@pytest.mark.parametrize("second", ALIASES, ids=lambda alias: f"then {next(iter(alias))}")
@pytest.mark.parametrize("first", ALIASES, ids=lambda alias: f"{next(iter(alias))}")
async def test_an_invoice_is_the_same_by_any_name(
    first: dict[str, Any], second: dict[str, Any], office: Office
) -> None:
    """The names come from an earlier receipt, from the job, or from the caller."""
    office.simulator.payment_status(statusid=0)
    for alias in ALIASES:
        named = None if "billnum" in alias else BILLNUM
        office.simulator.payment_status(statusid=6)
        await office.ledger.register(f"earlier by {next(iter(alias))}", payment(amount=1, **alias), billnum=named)
    await office.doubtful("op-1", **first)
    with pytest.raises(InvoiceBusy, match="op-1"):
        await office.pays("op-2", amount=7, **second)
    assert await office.is_state("op-2") is PREPARED


async def test_a_name_that_came_to_be_known_is_not_another_ones(office: Office) -> None:
    """Two in flight turn out to be of one invoice: both keep what they are sure of."""
    office.simulator.payment_status(statusid=0)

    async def meanwhile() -> None:
        office.simulator.payment_status(statusid=0, jobid=1500)
        await office.another(office.journal.inner).register("op-2", payment(amount=7, billnum=BILLNUM))

    office.journal.trap("save_booking", "after", meanwhile)
    first = await office.pays("op-1", billcode="12344")
    assert (first.state, first.billnum) == (UNKNOWN, BILLNUM)
    assert await office.is_state("op-2") is UNKNOWN
    for operation_id in ("op-1", "op-2"):
        assert (await office.verified(operation_id)).state is BookingState.PROBABLY_ABSENT


@pytest.mark.parametrize("known", [{"sender": "gone"}, {"due": NOON}], ids=lambda known: next(iter(known)))
async def test_one_that_a_dead_process_was_sending_is_not_waited_for(known: dict[str, Any], office: Office) -> None:
    async def stops() -> None:
        raise JournalError(JournalProblem.BROKEN)

    office.journal.trap("save_booking", "after", stops)
    with pytest.raises(JournalError):
        await office.pays()
    booking = await office.ledger.booking(ID)
    assert booking is not None
    assert await office.journal.save_booking(evolve(booking, **known)) is Saved.YES
    with anyio.fail_after(10):
        assert (await office.pays()).state is UNKNOWN
    assert office.sent == 0


# --- processes ----------------------------------------------------------------------------------------------------


async def registers(server: str, url: str, *operations: str) -> None:
    """Register payments when told to, and say what became of them."""
    async with (
        RopoClient(server, Credentials("1000011", "made-up-apicode"), hooks=()) as ropo,
        Journal.open(url) as journal,
    ):
        ledger = PaymentLedger(ropo, journal, now=lambda: datetime.now(UTC))
        await journal.state(ledger.account)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await anyio.to_thread.run_sync(sys.stdin.readline)
        for operation in operations:
            operation_id, _, amount = operation.partition("=")
            booking = await ledger.register(operation_id, payment(amount=Decimal(amount)))
            sys.stdout.write(json.dumps([operation_id, booking.state, booking.sent]) + "\n")


@pytest.mark.parametrize("same", [pytest.param(True, marks=pytest.mark.slow), False], ids=["one id", "one invoice"])
async def test_processes_that_pay_at_once_pay_once(*, same: bool, url: str, anyio_backend: str) -> None:
    async with opened(url) as office:
        orders = [["op-1=1", "op-2=2"] if same else [f"op-{number}=1", f"op-{number + 2}=2"] for number in (1, 2)]
        with (
            process(anyio_backend, registers, office.running.url, url, *orders[0]) as one,
            process(anyio_backend, registers, office.running.url, url, *orders[1]) as two,
        ):
            lines = list[list[Any]]()
            for child in (one, two):
                assert child.stdout is not None
                assert await anyio.to_thread.run_sync(child.stdout.readline) == "ready\n"
            for child in (one, two):
                assert child.stdin is not None
                child.stdin.write("go\n")
                child.stdin.flush()
            for child in (one, two):
                out, _ = await anyio.to_thread.run_sync(child.communicate)
                lines += map(json.loads, out.splitlines())
        assert [line[1:] for line in lines] == [["applied", 1]] * 4
        assert office.booked == (2 if same else 4)
        assert office.sent == office.booked

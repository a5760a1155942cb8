"""A journal that fails at any step, storages of any kind, and credit notes: the same holds."""

from collections.abc import AsyncIterator

import pytest

from ropo_async.errors import JournalError, JournalProblem, RopoError
from ropo_async.journal import BookingState
from ropo_async.simulator import CATALOGUE, Fault
from tests.ledger.judging import (
    ABSENT,
    APPLIED,
    PREPARED,
    REJECTED,
    SENDING,
    UNKNOWN,
    VERIFIED,
    commented,
    fails,
    judged,
    strike,
)
from tests.ledger.office import (
    CREDIT,
    ID,
    Office,
    credit_note,
    opened,
)

pytestmark = pytest.mark.anyio

BEFORE = [("add_booking", 0), ("bookings", 0), ("intend", 0), ("receive", 0), ("merge", 0), ("sender", 0)]
"""What is written before it is sent: the booking, then the look, then the intent."""


@pytest.mark.parametrize("problem", [JournalProblem.FULL, JournalProblem.CLOSED])
@pytest.mark.parametrize("name", [name for name, _ in BEFORE])
async def test_what_cannot_be_written_is_not_sent(name: str, problem: JournalProblem, office: Office) -> None:
    commented(office)
    office.journal.trap(name, "before", fails(problem))
    with pytest.raises(JournalError):
        await office.pays()
    assert office.sent == 0
    assert await office.is_state() in (PREPARED, None)
    assert (await office.pays()).state is APPLIED
    assert office.booked == 1


async def test_an_intent_that_may_be_stored_is_not_sent(office: Office) -> None:
    """The journal failed after it had committed, and its process lives: only time tells that nothing was sent."""
    office.journal.trap("save_booking", "after", fails())
    with pytest.raises(JournalError):
        await office.pays()
    assert (await office.is_state(), office.sent) == (SENDING, 0)
    assert (await office.ledger.verify(ID)).state is SENDING
    assert (await office.verified()).state is ABSENT


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("processed", [False, True])
async def test_an_outcome_that_cannot_be_written_is_found_out(*, processed: bool, when: str, office: Office) -> None:
    fault = None if processed else Fault.drop(processed=False)
    if fault is not None:
        await strike(office, fault)
    office.journal.trap("save_booking", when, fails(), skip=1)
    with pytest.raises(JournalError):
        await office.pays()
    expected = SENDING if when == "before" else APPLIED if processed else UNKNOWN
    assert (await office.is_state(), office.sent, office.booked) == (expected, 1, processed)
    assert (await office.verified()).state is {(SENDING, True): VERIFIED, (APPLIED, True): APPLIED}.get(
        (expected, processed), ABSENT
    )
    assert office.sent == 1


async def test_a_refusal_that_cannot_be_written_is_found_out(office: Office) -> None:
    await strike(office, Fault.status(403))
    office.journal.trap("save_booking", "before", fails(), skip=1)
    with pytest.raises(JournalError):
        await office.pays()
    assert await office.is_state() is SENDING
    assert (await office.verified()).state is ABSENT


@pytest.mark.parametrize("name", ["bookings", "intend", "receive", "merge", "save_booking"])
async def test_a_look_that_cannot_be_written_is_made_again(name: str, office: Office) -> None:
    await office.doubtful(booked=True)
    office.journal.trap(name, "before", fails())
    with pytest.raises(JournalError):
        await office.ledger.verify(ID)
    assert await office.is_state() is UNKNOWN
    await judged(office)


@pytest.fixture
async def stored(anyio_backend: str, url: str) -> AsyncIterator[Office]:
    async with opened(url) as office:
        yield office


@pytest.mark.parametrize("name", ["drop_before", "drop_after", "cut", "status_503", "body {}"])
async def test_it_is_cleared_up_on_every_storage(name: str, stored: Office) -> None:
    office, fault = stored, CATALOGUE.get(name, Fault.status(503))
    await strike(office, fault)
    booking = await office.pays()
    assert (booking.state, office.booked) == (UNKNOWN, int(fault.processed))
    assert await office.ledger.booking(ID) == booking
    await judged(office)


async def test_every_field_of_a_booking_is_stored(stored: Office) -> None:
    office = stored
    for made in (office.pays("op-1"), office.doubtful("op-2"), office.verified("op-2")):
        booking = await made
        assert await office.ledger.booking(booking.operation_id) == booking
    assert [booking.operation_id for booking in await office.ledger.bookings()] == ["op-1", "op-2"]
    assert await office.ledger.bookings({APPLIED}, after="op-1") == []


CREDITS = ["drop_before", "drop_after", "cut", "html_502_before", "gzip_garbage", "body []"]


@pytest.mark.parametrize("name", CREDITS)
async def test_a_credit_note_is_cleared_up_likewise(name: str, office: Office) -> None:
    fault = CATALOGUE[name]
    await strike(office, fault, CREDIT)
    booking = await office.ledger.credit(ID, credit_note())
    assert (booking.state, booking.kind, office.booked) == (UNKNOWN, "credit note", int(fault.processed))
    await judged(office)


@pytest.mark.parametrize(
    ("statusid", "status", "booked", "state"),
    [(6, 201, True, APPLIED), (None, 201, True, APPLIED), (5, 400, False, REJECTED), (0, 400, True, UNKNOWN)],
)
async def test_what_a_credit_note_gets(
    statusid: int | None, status: int, *, booked: bool, state: BookingState, office: Office
) -> None:
    office.simulator.credit_note_status(statusid=statusid, http_status=status, booked=booked)
    assert (await office.ledger.credit(ID, credit_note())).state is state
    assert office.booked == booked


async def test_a_credit_note_and_a_payment_of_one_sum_are_two(office: Office) -> None:
    assert (await office.pays("op-1")).state is APPLIED
    assert (await office.ledger.credit("op-2", credit_note())).state is APPLIED
    with pytest.raises(RopoError, match="op-1"):
        await office.ledger.credit("op-1", credit_note())
    assert office.booked == 2

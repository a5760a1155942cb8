"""Whatever becomes of a payment on its way: it is booked at most once, and what the ledger says of it is true."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from ropo_async.errors import JournalError, JournalProblem, RopoError, StatusError, TransportError
from ropo_async.journal import BookingState, Saved
from ropo_async.simulator import CATALOGUE, Fault
from tests.ledger.office import (
    BILLNUM,
    CREDIT,
    DAY,
    ID,
    JOB,
    LOGIN,
    PAY,
    QUICK,
    READ,
    Office,
    credit_note,
    opened,
    payment,
)

pytestmark = pytest.mark.anyio

PREPARED, SENDING = BookingState.PREPARED, BookingState.SENDING
APPLIED, REJECTED, UNKNOWN = BookingState.APPLIED, BookingState.REJECTED, BookingState.UNKNOWN
VERIFIED, ABSENT, ESCALATED = BookingState.VERIFIED_APPLIED, BookingState.PROBABLY_ABSENT, BookingState.ESCALATED


async def judged(office: Office, *, unknown: BookingState = UNKNOWN) -> None:
    """See that what an unknown one turns out to be is what it was in truth, and that nothing was sent for it."""
    booked, sent = office.booked, office.sent
    assert await office.is_state() is unknown
    booking = await office.verified()
    assert (office.booked, office.sent) == (booked, sent)
    assert booking.state is (VERIFIED if booked else ABSENT)
    assert bool(booking.evidence) is bool(booked)
    again = await office.pays() if booking.kind == "payment" else await office.ledger.credit(ID, credit_note())
    assert (again.state, office.sent) == (booking.state, sent)


# --- sent, and nobody knows ---------------------------------------------------------------------------------------

ENDLESS = [name for name, fault in CATALOGUE.items() if fault.endless]
BROKEN = [
    "close_on_accept",
    *(f"{name}_{when}" for name in ("drop", "reset") for when in ("before", "after")),
    *("status_line", "raw_after", "long_header", "cut", "cut_by_reset", "unterminated_chunks", "bad_chunk_size"),
    *("close_delimited_1.1", "close_delimited_1.0", "two_lengths", "negative_length", "no_content_with_body"),
    *("html_502_before", "html_200_before", "gzip_stacked", "gzip_cut", "gzip_garbage", "gzip_bomb"),
    *("nan", "invalid_utf8", "deep_nesting", "huge_integer", "body", *(n for n in CATALOGUE if n.startswith("body "))),
]


@pytest.mark.parametrize("name", BROKEN)
async def test_an_end_that_says_nothing_is_cleared_up(name: str, office: Office) -> None:
    fault = CATALOGUE[name]
    office.journal.trap("sender", "before", lambda: strike(office, fault))
    booking = await office.pays()
    assert (booking.state, booking.sent) == (UNKNOWN, 1)
    assert office.booked == int(fault.processed)
    await judged(office)


async def strike(office: Office, fault: Fault, operation: str = PAY, **options: Any) -> None:
    office.simulator.fail(fault, operation=None if fault.on_accept else operation, **options)


@pytest.mark.parametrize("name", ENDLESS)
async def test_an_end_that_never_comes_is_cleared_up(name: str, anyio_backend: str) -> None:
    async with opened(timeouts=QUICK) as office:
        fault = CATALOGUE[name]
        await strike(office, fault)
        assert (await office.pays()).state is UNKNOWN
        assert (office.booked, office.sent) == (fault.processed, 1)
        await judged(office)


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize(
    "status", [408, 409, 425, 499, 500, 502, 503, 504, 520, 999, 202, 206, 300, 304, 301, 302, 307]
)
async def test_a_status_that_says_nothing_is_cleared_up(status: int, *, processed: bool, office: Office) -> None:
    headers = {"Retry-After": "0", "Location": "/rest/jobs/statusupdates"}
    await strike(office, Fault.status(status, headers=headers, processed=processed))
    booking = await office.pays()
    assert (booking.state, booking.http_status) == (UNKNOWN, status)
    assert (office.booked, office.sent) == (processed, 1)
    await judged(office)


@pytest.mark.parametrize("booked", [False, True])
@pytest.mark.parametrize("statusid", [0, 2, 3, 4, 7])
async def test_a_code_that_settles_nothing_is_cleared_up(statusid: int, *, booked: bool, office: Office) -> None:
    office.simulator.payment_status(statusid=statusid, booked=booked)
    booking = await office.pays()
    assert (booking.state, booking.statusid) == (UNKNOWN, statusid)
    await judged(office)


@pytest.mark.parametrize("fault", [None, Fault.cut()], ids=str)
async def test_what_the_server_called_booked_and_never_shows_is_for_somebody_to_look_at(
    fault: Fault | None, anyio_backend: str
) -> None:
    async with opened(payments_show=False) as office:
        office.simulator.payment_status(statusid=5, http_status=201, booked=False)
        if fault is not None:
            await strike(office, fault)
        assert (await office.pays()).http_status == 201
        booking = await office.verified()
        assert (booking.state, "answered 201" in booking.reason) == (ESCALATED, True)


async def test_a_reset_on_accept_is_never_booked_twice(office: Office) -> None:
    office.journal.trap("sender", "before", lambda: strike(office, Fault.reset_on_accept()))
    state = (await office.pays()).state  # the RST races the request, so either is right
    assert office.booked == office.sent == (1 if state is APPLIED else 0)
    if state is not APPLIED:
        await judged(office)


async def test_without_an_invoice_number_nobody_can_find_out(office: Office) -> None:
    await strike(office, Fault.drop(processed=True))
    booking = await office.ledger.register(ID, payment(billcode="12344"))
    assert (booking.state, booking.due, booking.baseline) == (ESCALATED, None, None)
    assert "nobody knows the invoice's number" in booking.reason


# --- refused, or never sent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("statusid", [1, 5, 8, 9, 10, 11])
async def test_a_code_that_settles_it_is_final(statusid: int, office: Office) -> None:
    office.simulator.payment_status(statusid=statusid)
    for _ in range(2):
        booking = await office.pays()
        assert (booking.state, booking.statusid, booking.http_status) == (REJECTED, statusid, 400)
    assert (office.booked, office.sent) == (0, 1)
    assert await office.ledger.verify_due() == []


@pytest.mark.parametrize("status", [404, 405, 415, 422])
async def test_a_request_that_is_refused_is_final(status: int, office: Office) -> None:
    await strike(office, Fault.status(status))
    for _ in range(2):
        assert (await office.pays()).state is REJECTED
    assert (office.booked, office.sent) == (0, 1)


async def test_a_request_that_the_server_cannot_read_is_final(office: Office) -> None:
    office.simulator.payment_status(statusid=1, http_status=400, body=b'{"result":{"commonerror":"no"}}', booked=False)
    assert (await office.pays()).state is REJECTED
    assert (office.booked, office.sent) == (0, 1)


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_what_is_refused_unseen_can_be_asked_for_again(status: int, office: Office) -> None:
    headers = {"Retry-After": "9999"} if status == 429 else {}
    await strike(office, Fault.status(status, headers=headers), times=2)
    with pytest.raises(StatusError) as caught:
        await office.pays()
    assert caught.value.status == status
    booking = await office.ledger.booking(ID)
    assert booking is not None
    assert (booking.state, booking.sent, booking.due, booking.baseline) == (PREPARED, 0, None, None)
    assert office.booked == 0
    office.simulator.faults.clear()
    assert (await office.pays()).state is APPLIED
    assert office.booked == 1


@pytest.mark.parametrize("status", [401, 429])
async def test_what_is_refused_once_is_sent_once_more_at_once(status: int, office: Office) -> None:
    await strike(office, Fault.status(status))
    assert (await office.pays()).state is APPLIED
    assert (office.booked, office.sent) == (1, 2)


async def test_what_cannot_leave_is_not_sent(office: Office) -> None:
    async def vanish() -> None:
        object.__setattr__(office.ropo.payments._transport, "base", "http://127.0.0.1:9/rest")

    office.journal.trap("sender", "before", vanish)
    with pytest.raises(TransportError):
        await office.pays()
    assert await office.is_state() is PREPARED
    assert office.booked == office.sent == 0


async def test_credentials_that_are_refused_send_nothing(office: Office) -> None:
    office.simulator.fail(Fault.status(403), operation=LOGIN, times=9)
    with pytest.raises(RopoError):
        await office.pays()
    assert (await office.is_state(), office.sent) == (PREPARED, 0)


WHOLE = [
    *(CATALOGUE[name] for name in ("drip", "gzip", "bom", "content_type", "length_and_chunks", "trailing_bytes")),
    *(Fault.close_delimited(at=10**6), Fault.close_delimited(at=10**6, version="1.0")),
]


@pytest.mark.parametrize("fault", WHOLE, ids=lambda fault: fault.name)
async def test_an_odd_but_whole_answer_is_taken(fault: Fault, office: Office) -> None:
    await strike(office, fault)
    assert (await office.pays()).state is APPLIED
    assert office.booked == 1


# --- what is read before it is sent -------------------------------------------------------------------------------


def commented(office: Office) -> None:
    """Have something on the invoice, so that its page has a body."""
    office.simulator.add_updates([{"billnum": BILLNUM, "statustype": "comment", "statusid": "C1"}])


UNREADABLE = [
    Fault.status(403),
    Fault.status(503),
    Fault.status(429, headers={"Retry-After": "9999"}),
    Fault.drop(processed=False),
    Fault.cut(),
    Fault.html(200),
    Fault.body(b"{}"),
    Fault.gzip_garbage(),
]


@pytest.mark.parametrize("fault", UNREADABLE, ids=lambda fault: fault.name)
async def test_without_a_look_nothing_is_sent(fault: Fault, office: Office) -> None:
    commented(office)
    await strike(office, fault, READ, times=9)
    with pytest.raises(RopoError):
        await office.pays()
    assert (await office.is_state(), office.sent) == (PREPARED, 0)
    office.simulator.faults.clear()
    assert (await office.pays()).state is APPLIED
    assert office.booked == 1


@pytest.mark.parametrize("fault", UNREADABLE[:5], ids=lambda fault: fault.name)
async def test_without_the_job_nothing_is_sent(fault: Fault, office: Office) -> None:
    await strike(office, fault, JOB, times=9)
    with pytest.raises(RopoError):
        await office.ledger.register(ID, payment(jobid=1500))
    assert (await office.is_state(), office.sent) == (PREPARED, 0)


@pytest.mark.parametrize("status", [400, 404])
async def test_a_job_that_nobody_knows_leaves_the_invoice_without_a_number(status: int, office: Office) -> None:
    await strike(office, Fault.status(status), JOB)
    booking = await office.ledger.register(ID, payment(jobid=1500))
    assert (booking.state, booking.baseline) == (APPLIED, None)
    assert booking.billnum == BILLNUM  # as the receipt says


async def test_the_job_says_which_invoice_it_is(office: Office) -> None:
    await strike(office, Fault.drop(processed=True))
    booking = await office.ledger.register(ID, payment(jobid=1500))
    assert (booking.state, booking.billnum, booking.baseline) == (UNKNOWN, BILLNUM, ())
    assert (await office.verified()).state is VERIFIED


@pytest.mark.parametrize("fault", UNREADABLE, ids=lambda fault: fault.name)
async def test_a_look_that_fails_is_made_again(fault: Fault, office: Office) -> None:
    await office.doubtful(booked=True)
    await strike(office, fault, READ, times=9)
    with pytest.raises(RopoError):
        await office.ledger.verify(ID)
    booking = await office.ledger.booking(ID)
    assert booking is not None
    assert (booking.state, booking.checks) == (UNKNOWN, 0)
    office.clock.time = booking.due or office.clock.time
    assert await office.ledger.verify_due() == []
    office.simulator.faults.clear()
    await judged(office)


async def test_an_invoice_that_cannot_be_read_is_tried_less_and_less_often(office: Office) -> None:
    booking = await office.doubtful(booked=True)
    await strike(office, UNREADABLE[0], READ, times=1000)
    looks = list[timedelta]()
    while len(looks) < 8:
        assert booking.due is not None
        looks.append(booking.due - office.clock.time)
        office.clock.time = booking.due
        assert await office.ledger.verify_due() == []
        booking = await office.ledger.booking(ID) or booking
    assert looks[:5] == sorted(looks[:5])
    assert looks[-1] == timedelta(minutes=15)  # for as long as it takes, after the last look that was due
    office.simulator.faults.clear()
    await judged(office)


async def test_one_whose_sender_is_gone_is_seen_to_at_once(office: Office) -> None:
    booking = await office.doubtful(booked=True)
    left = evolve(booking, state=BookingState.SENDING, sender="gone", due=office.clock.time + timedelta(minutes=3))
    assert await office.journal.save_booking(left) is Saved.YES
    office.clock.time += timedelta(seconds=1)
    (found,) = await office.ledger.verify_due()
    assert found.state is VERIFIED


async def test_a_single_record_that_cannot_be_read_does_not_hide_the_payment(office: Office) -> None:
    await office.doubtful(booked=True)
    office.simulator.add_updates([{"billnum": BILLNUM, "statustype": "payment", "amount": "much", "statusid": "P9"}])
    assert (await office.verified()).state is VERIFIED


async def test_a_vendor_that_shows_no_payments_proves_nothing(anyio_backend: str) -> None:
    async with opened(payments_show=False) as office:
        assert (await office.pays("earlier", amount=3)).state is APPLIED
        office.clock.pass_(DAY)
        await office.doubtful(booked=True)
        booking = await office.verified()
        assert (booking.state, "neither do payments" in booking.reason) == (ESCALATED, True)


# --- the journal fails --------------------------------------------------------------------------------------------

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


def fails(problem: JournalProblem = JournalProblem.FULL) -> Any:
    async def fail() -> None:
        raise JournalError(problem)

    return fail


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


# --- storages, and credit notes -----------------------------------------------------------------------------------


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

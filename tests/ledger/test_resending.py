"""Sending once more: only what is absent, only when somebody says so, and never beside another one."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import pytest

from ropo_async.errors import InvalidInput, InvoiceBusy, RateLimited, ResendRefused
from ropo_async.journal import BookingState
from ropo_async.simulator import Fault
from ropo_async.simulator.archive import HELSINKI
from tests.ledger.office import BILLNUM, DAY, ID, NOON, PAY, TODAY, Office, opened, payment

pytestmark = pytest.mark.anyio

APPLIED, REJECTED, UNKNOWN = BookingState.APPLIED, BookingState.REJECTED, BookingState.UNKNOWN
VERIFIED, ABSENT, ESCALATED = BookingState.VERIFIED_APPLIED, BookingState.PROBABLY_ABSENT, BookingState.ESCALATED


async def test_what_is_absent_is_sent_once_more(office: Office) -> None:
    await office.absent()
    booking = await office.ledger.resend_after_verification(ID)
    assert (booking.state, booking.sent, office.booked) == (APPLIED, 2, 1)
    with pytest.raises(ResendRefused):
        await office.ledger.resend_after_verification(ID)
    assert office.booked == 1


async def test_what_shows_after_all_is_not_sent(office: Office) -> None:
    await office.absent()
    office.simulator.add_bank_payment(amount="10.50", paydate=f"{TODAY}", billnum=BILLNUM)
    booking = await office.ledger.resend_after_verification(ID)
    assert (booking.state, office.sent) == (VERIFIED, 1)


async def test_what_shows_between_the_look_and_the_sending_is_not_overlooked(office: Office) -> None:
    await office.absent()
    reads = 0

    async def shows() -> None:
        nonlocal reads
        reads += 1
        office.simulator.add_bank_payment(amount="10.50", paydate=f"{TODAY}", billnum=BILLNUM)

    # Once the look is stored; whatever is read from there on would take the late one for an old one.
    office.journal.trap("save_booking", "after", shows, skip=1)
    office.simulator.payment_status(statusid=0, booked=False)
    booking = await office.ledger.resend_after_verification(ID)
    assert (reads, booking.state) == (1, UNKNOWN)
    assert (await office.verified()).state is VERIFIED  # the first one shows, and so it must not be sent a third time


async def test_a_refused_resending_leaves_it_absent(office: Office) -> None:
    """Otherwise the next `register` would send it without a look."""
    await office.absent()
    office.simulator.fail(Fault.status(429, headers={"Retry-After": "9999"}), operation=PAY)
    with pytest.raises(RateLimited):
        await office.ledger.resend_after_verification(ID)
    booking = await office.ledger.booking(ID)
    assert booking is not None
    assert (booking.state, booking.sent) == (ABSENT, 1)
    assert (await office.pays()).state is ABSENT
    office.simulator.add_bank_payment(amount="10.50", paydate=f"{TODAY}", billnum=BILLNUM)
    assert (await office.ledger.resend_after_verification(ID)).state is VERIFIED
    assert office.booked == 0


async def test_it_is_not_sent_beside_another_one_of_its_invoice(office: Office) -> None:
    await office.absent()
    await office.doubtful("op-2", amount=7)
    with anyio.fail_after(10), pytest.raises(InvoiceBusy, match="op-2"):
        await office.ledger.resend_after_verification(ID)
    assert await office.is_state() is ABSENT
    assert office.sent == 2


async def test_two_who_send_it_again_at_once_send_it_once(office: Office) -> None:
    await office.absent()
    states = list[BookingState]()

    async def resend() -> None:
        with suppress(ResendRefused, InvoiceBusy):
            states.append((await office.ledger.resend_after_verification(ID)).state)

    async with anyio.create_task_group() as group:
        group.start_soon(resend)
        group.start_soon(resend)
    assert office.booked == 1
    assert await office.is_state() is APPLIED


@pytest.mark.parametrize("state", [APPLIED, REJECTED, UNKNOWN, ESCALATED])
async def test_nothing_else_is_sent_again(state: BookingState, office: Office) -> None:
    statusid, status = {APPLIED: (6, 201), REJECTED: (9, 400), UNKNOWN: (0, 400), ESCALATED: (0, 201)}[state]
    office.simulator.payment_status(statusid=statusid, http_status=status, booked=state is APPLIED)
    assert (await office.pays()).state in (state, UNKNOWN)
    if state is ESCALATED:
        assert (await office.verified()).state is ESCALATED
    with pytest.raises(ResendRefused, match=state.value):
        await office.ledger.resend_after_verification(ID)
    assert office.sent == 1


async def test_an_id_that_nobody_knows_is_refused(office: Office) -> None:
    for attempt in (office.ledger.resend_after_verification, office.ledger.verify):
        with pytest.raises(InvalidInput, match="no operation 'op-1'"):
            await attempt(ID)
    with pytest.raises(InvalidInput, match="no operation"):
        await office.ledger.resolve(ID, applied=True, note="Maija looked")


# --- what somebody has found out ----------------------------------------------------------------------------------


async def test_somebody_may_say_that_it_is_booked(office: Office) -> None:
    await office.doubtful(booked=True)
    booking = await office.ledger.resolve(ID, applied=True, note="Maija has looked")
    assert (booking.state, booking.reason, booking.due) == (VERIFIED, "Maija has looked", None)
    assert await office.ledger.verify_due() == []
    with pytest.raises(ResendRefused):
        await office.ledger.resolve(ID, applied=False, note="it is not")


async def test_somebody_may_say_that_it_is_not_booked_before_the_last_look(office: Office) -> None:
    """They know, so it can be sent at once."""
    await office.doubtful()
    await office.ledger.resolve(ID, applied=False, note="Maija has asked Ropo")
    booking = await office.ledger.resend_after_verification(ID)
    assert (booking.state, office.booked) == (APPLIED, 1)


async def test_what_somebody_has_called_absent_can_be_sent_where_invoices_show_no_payments() -> None:
    async with opened(payments_show=False) as office:
        await office.pays("earlier", amount=3)
        office.clock.pass_(DAY)
        await office.doubtful()
        booking = await office.verified()
        assert (booking.state, "neither do payments" in booking.reason) == (ESCALATED, True)
        await office.ledger.resolve(ID, applied=False, note="Maija has asked Ropo")
        assert (await office.ledger.resend_after_verification(ID)).state is APPLIED
        assert office.booked == 2


async def test_what_somebody_has_called_absent_can_be_sent_beside_updates_that_cannot_be_read(office: Office) -> None:
    await office.doubtful()
    office.simulator.add_updates([{"billnum": BILLNUM, "statustype": "payment", "amount": "much", "statusid": "P9"}])
    booking = await office.verified()
    assert (booking.state, "cannot be read" in booking.reason) == (ESCALATED, True)
    await office.ledger.resolve(ID, applied=False, note="Maija has looked")
    assert (await office.ledger.resend_after_verification(ID)).state is APPLIED


async def test_evidence_that_somebody_has_explained_does_not_count_again(office: Office) -> None:
    await office.doubtful()
    for _ in range(2):
        office.simulator.add_bank_payment(amount="10.50", paydate=f"{TODAY}", billnum=BILLNUM)
    assert (await office.verified()).state is ESCALATED
    await office.ledger.resolve(ID, applied=False, note="both are from the bank")
    office.simulator.payment_status(statusid=0, booked=True)
    assert (await office.ledger.resend_after_verification(ID)).state is UNKNOWN
    assert (await office.verified()).state is VERIFIED


@pytest.mark.parametrize("note", ["", " ", None])
async def test_who_resolves_says_how_they_know(note: str, office: Office) -> None:
    await office.doubtful()
    with pytest.raises(InvalidInput, match="note"):
        await office.ledger.resolve(ID, applied=True, note=note)


# --- looking ------------------------------------------------------------------------------------------------------


async def test_it_is_looked_at_on_time_and_no_sooner(office: Office) -> None:
    await office.doubtful()
    office.clock.pass_(timedelta(seconds=4))
    assert await office.ledger.verify_due() == []
    looks = list[timedelta]()
    while not (await office.ledger.verify(ID)).state.settled or not looks:
        booking = await office.ledger.booking(ID)
        assert booking is not None
        if booking.due is None:
            break
        looks.append(booking.due - NOON)
        office.clock.time = booking.due
    seconds = [look.total_seconds() for look in looks]
    assert seconds == [5, 30, 120, 600, 3600, 20 * 3600]  # the last one at 8:00 in Helsinki


async def test_what_shows_late_is_found_by_the_next_look() -> None:
    async with opened(payments_lag=timedelta(minutes=5)) as office:
        await office.doubtful(booked=True)
        office.clock.pass_(timedelta(seconds=5))
        (booking,) = await office.ledger.verify_due()
        assert (booking.state, booking.checks) == (UNKNOWN, 1)
        assert (await office.verified()).state is VERIFIED
        assert office.clock.time == NOON + timedelta(minutes=10)


async def test_an_equal_one_that_may_be_booked_leaves_no_proof_for_the_next(office: Office) -> None:
    """What shows may be the first one: nobody can tell it from the second."""
    office.simulator.payment_status(statusid=0, http_status=201, booked=False)
    await office.pays("op-1")
    assert (await office.verified("op-1")).state is ESCALATED
    await office.doubtful("op-2")
    office.simulator.add_bank_payment(amount="10.50", paydate=f"{TODAY}", billnum=BILLNUM)  # in truth the first, late
    assert (await office.verified("op-2")).state is ESCALATED


async def test_an_equal_one_that_shows_late_is_not_taken_for_the_next() -> None:
    async with opened(payments_lag=timedelta(minutes=5)) as office:
        assert (await office.pays("op-1")).state is APPLIED
        await office.doubtful("op-2", booked=False)
        assert (await office.verified("op-2")).state is ABSENT
        assert office.booked == 1


async def test_two_equal_ones_are_two() -> None:
    async with opened(payments_lag=timedelta(minutes=5)) as office:
        assert (await office.pays("op-1")).state is APPLIED
        await office.doubtful("op-2", booked=True)
        assert (await office.verified("op-2")).state is VERIFIED
        assert office.booked == 2


async def test_one_invoice_that_cannot_be_read_keeps_no_other_from_its_look(office: Office) -> None:
    office.simulator.add_invoice(billnum="R-2", amount=100)
    await office.doubtful("op-1", booked=True)
    await office.doubtful("op-2", billnum="R-2", booked=True)
    office.clock.pass_(timedelta(seconds=5))
    office.simulator.fail(Fault.status(403), operation="GET /jobs/statusupdates")
    (booking,) = await office.ledger.verify_due()
    assert (booking.operation_id, booking.state) == ("op-2", VERIFIED)
    assert [event.operation_id for event in office.events if type(event).__name__ == "VerificationFailed"] == ["op-1"]
    assert (await office.ledger.verify("op-1")).state is VERIFIED


async def test_more_than_a_page_of_them_is_looked_at(office: Office) -> None:
    for number in range(103):
        office.simulator.add_invoice(billnum=f"N-{number}", amount=100)
        await office.doubtful(f"op-{number:03}", billnum=f"N-{number}", booked=True)
    office.clock.pass_(timedelta(seconds=5))
    looked = await office.ledger.verify_due()
    assert [booking.state for booking in looked] == [VERIFIED] * 103


async def test_it_is_looked_at_in_the_background(office: Office) -> None:
    await office.doubtful(booked=True)
    office.clock.pass_(timedelta(seconds=5))
    async with office.ledger.verifying(every=timedelta(milliseconds=1)):
        with anyio.fail_after(10):
            while await office.is_state() is UNKNOWN:
                await anyio.lowlevel.checkpoint()
    assert await office.is_state() is VERIFIED


@pytest.mark.parametrize("every", [timedelta(0), timedelta(seconds=-1), 5, None])
async def test_every_must_be_a_time(every: timedelta, office: Office) -> None:
    with pytest.raises(InvalidInput, match="every"):
        async with office.ledger.verifying(every=every):
            pass


@pytest.mark.parametrize("hour", [0, 1])
async def test_an_hour_that_comes_twice_hides_no_outcome(hour: int, office: Office) -> None:
    office.clock.time = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    ledger = office.another(now=lambda: office.clock.time.astimezone(HELSINKI))
    booking = await ledger.register(ID, payment())
    assert (booking.state, booking.sent_at) == (APPLIED, office.clock.time)


LATE = {
    "booked, too": (6, True, ESCALATED, "booked twice", 2),
    "refused": (5, False, APPLIED, "an answer said that came late", 1),
    "absent": (0, False, APPLIED, "an answer said that came late", 1),
    "in doubt": (0, True, UNKNOWN, "statusid 0", 2),
}


@pytest.mark.parametrize("second", LATE.values(), ids=LATE)
async def test_an_answer_that_comes_after_it_was_sent_again_is_heard(
    second: tuple[int, bool, BookingState, str, int], anyio_backend: str
) -> None:
    """Its process was stopped for a week, and taken for dead; what it was told is all that anybody knows."""
    statusid, booked, state, words, times = second
    async with opened(payments_lag=30 * DAY) as office:
        other = office.another(office.journal.inner)

        async def sent_again() -> None:
            office.clock.pass_(7 * DAY)
            await other.verify_due()
            assert (await office.verified(ledger=other)).state is ABSENT
            office.simulator.payment_status(statusid=statusid, booked=booked)
            again = await other.resend_after_verification(ID)
            if words != "statusid 0" and again.state is UNKNOWN:
                assert (await office.verified(ledger=other)).state is ABSENT

        office.journal.trap("save_booking", "before", sent_again, skip=1)  # when it was answered
        booking = await office.pays()
        assert (booking.state, office.booked, office.sent) == (state, times, 2)
        assert words in booking.reason
        assert booking == await office.ledger.booking(ID)

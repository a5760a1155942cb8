"""What is read before a payment is sent, and after: without it nothing is sent, and nothing is told."""

from datetime import timedelta

import pytest
from attrs import evolve

from ropo_async.errors import RopoError
from ropo_async.journal import BookingState, Saved
from ropo_async.simulator import Fault
from tests.ledger.judging import APPLIED, ESCALATED, PREPARED, UNKNOWN, UNREADABLE, VERIFIED, commented, judged, strike
from tests.ledger.office import (
    BILLNUM,
    DAY,
    ID,
    JOB,
    READ,
    Office,
    opened,
    payment,
)

pytestmark = pytest.mark.anyio


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

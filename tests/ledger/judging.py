"""What the fault tests of the ledger share: faults to strike with, and what must come of them."""

from typing import Any

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal import BookingState
from ropo_async.simulator import Fault
from tests.ledger.office import (
    BILLNUM,
    ID,
    PAY,
    Office,
    credit_note,
)

PREPARED, SENDING = BookingState.PREPARED, BookingState.SENDING
APPLIED, REJECTED, UNKNOWN = BookingState.APPLIED, BookingState.REJECTED, BookingState.UNKNOWN
VERIFIED, ABSENT, ESCALATED = BookingState.VERIFIED_APPLIED, BookingState.PROBABLY_ABSENT, BookingState.ESCALATED

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


async def strike(office: Office, fault: Fault, operation: str = PAY, **options: Any) -> None:
    office.simulator.fail(fault, operation=None if fault.on_accept else operation, **options)


def fails(problem: JournalProblem = JournalProblem.FULL) -> Any:
    async def fail() -> None:
        raise JournalError(problem)

    return fail


def commented(office: Office) -> None:
    """Have something on the invoice, so that its page has a body."""
    office.simulator.add_updates([{"billnum": BILLNUM, "statustype": "comment", "statusid": "C1"}])

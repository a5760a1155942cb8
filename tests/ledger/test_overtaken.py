"""What a sending goes by: its own invoice, its own answer, and whatever is known by then."""

from typing import Any

import pytest

from ropo_async.errors import JournalError
from ropo_async.simulator import Fault
from tests.ledger.judging import ABSENT, APPLIED, ESCALATED, REJECTED, SENDING, VERIFIED, fails, strike
from tests.ledger.office import BILLNUM, DAY, ID, Office, opened

pytestmark = pytest.mark.anyio

# --- whose invoice it is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "billnum", "state"), [({"billcode": "12344"}, None, ESCALATED), ({"jobid": 1500}, BILLNUM, VERIFIED)]
)
async def test_the_number_of_another_invoice_is_not_taken_for_its_own(
    named: dict[str, Any], billnum: str | None, state: Any, office: Office
) -> None:
    """It would be looked for on the invoice of somebody else, where the like of it may well show."""
    office.simulator.add_invoice(billnum="R-2", amount=100)
    assert (await office.pays("of another", billnum="R-2")).billnum == "R-2"
    await strike(office, Fault.drop(processed=True))
    assert (await office.pays(**named)).billnum == billnum
    booking = await office.verified()
    assert (booking.state, booking.billnum, office.booked) == (state, billnum, 2)


# --- an answer that comes when more is known ----------------------------------------------------------------------

OVERTAKEN = {
    "called in doubt, after it was found absent": (0, False, ABSENT, ABSENT),
    "called refused, after it was found absent": (5, False, ABSENT, REJECTED),
    "called booked, after it was found absent": (6, True, ABSENT, APPLIED),
    "called in doubt, after it had shown": (0, True, VERIFIED, VERIFIED),
    "called refused, after it had shown": (5, True, VERIFIED, VERIFIED),
    "called booked, after it had shown": (6, True, VERIFIED, VERIFIED),
}


@pytest.mark.parametrize(("statusid", "booked", "found", "state"), OVERTAKEN.values(), ids=OVERTAKEN)
async def test_an_answer_takes_nothing_back_that_is_known_by_then(
    statusid: int, *, booked: bool, found: Any, state: Any, anyio_backend: str
) -> None:
    """Its process was stopped for a week, and another one has looked at the invoice meanwhile."""
    async with opened(payments_lag=0 * DAY if found is VERIFIED else 30 * DAY) as office:
        office.simulator.payment_status(statusid=statusid, booked=booked)
        other = office.another(office.journal.inner)
        known = list[Any]()

        async def looked_for() -> None:
            office.clock.pass_(7 * DAY)
            await other.verify_due()
            known.append(await office.verified(ledger=other))

        office.journal.trap("save_booking", "before", looked_for, skip=1)  # when it was answered
        booking = await office.pays()
        assert [one.state for one in known] == [found]
        assert (booking.state, booking.due, office.sent) == (state, None, 1)
        assert booking == await office.ledger.booking(ID)
        if state is found:
            assert booking == known[0]


# --- sent again ---------------------------------------------------------------------------------------------------


async def test_nothing_of_the_earlier_answer_is_left_when_it_is_sent_again(office: Office) -> None:
    """Its process ends before there is another answer: the old one is no word on this sending."""
    before = await office.absent()
    assert (before.http_status, before.statusid, before.checks) == (400, 0, 6)
    assert before.answer is not None
    # It is opened again, looked at, about to be sent; and then it was answered.
    office.journal.trap("save_booking", "before", fails(), skip=3)
    with pytest.raises(JournalError):
        await office.ledger.resend_after_verification(ID)
    again = await office.ledger.booking(ID)
    assert again is not None
    assert (again.state, again.sent) == (SENDING, 2)
    assert (again.http_status, again.statusid, again.answer, again.checks) == (None, None, None, 0)
    booking = await office.verified()
    assert (booking.state, booking.http_status, booking.statusid, booking.answer) == (VERIFIED, None, None, None)

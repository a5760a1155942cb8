"""Personal data that is removed takes no certainty with it: what is told of the others stays true."""

from datetime import timedelta
from functools import partial

import pytest

from ropo_async.errors import InvoiceBusy, OperationIdReused, StatusError
from ropo_async.simulator import Fault
from tests.ledger.judging import ABSENT, APPLIED, PREPARED, UNKNOWN, VERIFIED, strike
from tests.ledger.office import BILLNUM, DAY, ID, MINUTE, Office, opened

pytestmark = pytest.mark.anyio


async def removed(office: Office, how: str) -> int:
    """Remove all that may be removed, and return how much that was."""
    if how == "erased":
        return await office.journal.inner.erase(billnum=BILLNUM)  # type: ignore[no-any-return]
    return await office.journal.inner.purge(acked_older_than=office.clock.time + MINUTE)  # type: ignore[no-any-return]


@pytest.mark.parametrize("how", ["erased", "purged"])
async def test_one_in_doubt_is_not_taken_for_one_that_was_removed(how: str, anyio_backend: str) -> None:
    """The first shows when the second is looked for: the same sum, the same day."""
    async with opened(payments_lag=5 * MINUTE) as office:
        assert (await office.pays("op-1")).state is APPLIED
        await office.doubtful("op-2")
        assert await removed(office, how) == 0
        assert (await office.verified("op-2")).state is ABSENT
        assert office.booked == 1


@pytest.mark.parametrize("how", ["erased", "purged"])
async def test_one_that_is_sent_after_the_removal_is_not_either(how: str, anyio_backend: str) -> None:
    async with opened(payments_lag=5 * MINUTE) as office:
        assert (await office.pays("op-1")).state is APPLIED
        assert await removed(office, how) == 0
        await office.doubtful("op-2")
        assert (await office.verified("op-2")).state is ABSENT
        assert office.booked == 1


@pytest.mark.parametrize("how", ["erased", "purged"])
async def test_what_has_shown_can_be_removed(how: str, office: Office) -> None:
    assert (await office.pays("op-1")).state is APPLIED
    office.clock.pass_(2 * DAY + MINUTE)
    assert await removed(office, how) > 0
    booking = await office.ledger.booking("op-1")
    assert booking is not None
    assert (booking.state, booking.body, booking.billnum, booking.keys) == (APPLIED, None, None, ())
    assert (await office.pays("op-1")).state is APPLIED
    await office.doubtful("op-2", booked=True)
    assert (await office.verified("op-2")).state is VERIFIED
    assert office.booked == 2


@pytest.mark.parametrize("how", ["erased", "purged"])
async def test_what_was_never_sent_can_be_removed_and_asked_for_again(how: str, office: Office) -> None:
    await strike(office, Fault.status(403), times=2)
    with pytest.raises(StatusError):
        await office.pays()
    assert await removed(office, how) == 1
    booking = await office.ledger.booking(ID)
    assert booking is not None
    assert (booking.state, booking.body, booking.billnum, booking.keys) == (PREPARED, None, None, ())
    with pytest.raises(OperationIdReused):
        await office.pays(amount=7)
    with pytest.raises(StatusError):  # refused again, and as it was before
        await office.pays()
    assert await removed(office, how) == 1
    assert (await office.pays()).state is APPLIED
    assert (await office.ledger.booking(ID) or booking).billnum == BILLNUM
    assert office.booked == 1


@pytest.mark.parametrize("how", ["erased", "purged"])
async def test_what_waits_for_another_is_asked_for_again_when_it_was_removed(how: str, office: Office) -> None:
    """It keeps its content while the other is in doubt; that is the other's invoice."""
    await office.doubtful("op-1", booked=True)
    with pytest.raises(InvoiceBusy):
        await office.pays("op-2", amount=7)
    assert await removed(office, how) == 0
    assert (await office.verified("op-1")).state is VERIFIED
    office.clock.pass_(2 * DAY)
    assert await removed(office, how) > 1
    assert (await office.pays("op-2", amount=7)).state is APPLIED
    assert office.booked == 2


@pytest.mark.parametrize("moment", ["bookings", "sender", "save_booking"])
async def test_what_is_removed_while_it_is_being_sent_is_sent_whole(moment: str, office: Office) -> None:
    office.journal.trap(moment, "before", partial(_removed, office))
    office.simulator.payment_status(statusid=0, booked=True)
    booking = await office.pays()
    assert (booking.state, booking.billnum) == (UNKNOWN, BILLNUM)
    assert (await office.verified()).state is VERIFIED
    assert (office.booked, office.sent) == (1, 1)


async def _removed(office: Office) -> None:
    assert await removed(office, "erased") == 1


async def test_a_resending_of_what_was_removed_is_refused(office: Office) -> None:
    await office.absent()
    office.clock.pass_(timedelta(days=3))
    assert await removed(office, "purged") > 0
    with pytest.raises(ValueError, match="was removed"):
        await office.ledger.resend_after_verification(ID)
    assert (office.booked, office.sent) == (0, 1)

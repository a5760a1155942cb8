"""Refused, or never sent: nothing is booked, and the ledger says which of the two it was."""

import pytest

from ropo_async.errors import RopoError, StatusError, TransportError
from ropo_async.simulator import CATALOGUE, Fault
from tests.ledger.judging import APPLIED, PREPARED, REJECTED, strike
from tests.ledger.office import (
    ID,
    LOGIN,
    Office,
)

pytestmark = pytest.mark.anyio


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

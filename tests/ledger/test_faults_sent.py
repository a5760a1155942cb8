"""Sent, and nobody knows what became of it: it is booked at most once, and what the ledger says in the end is true."""

import pytest

from ropo_async.simulator import CATALOGUE, Fault
from tests.ledger.judging import APPLIED, ESCALATED, UNKNOWN, judged, strike
from tests.ledger.office import (
    ID,
    QUICK,
    Office,
    opened,
    payment,
)

pytestmark = pytest.mark.anyio

ENDLESS = [name for name, fault in CATALOGUE.items() if fault.endless and not fault.on_accept]
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


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("status", [400, 403, 404, 418, 422, 429])
async def test_a_page_for_people_is_cleared_up_whatever_its_status(
    status: int, *, processed: bool, office: Office
) -> None:
    await strike(office, Fault.html(status, processed=processed))
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

"""Odd records and odd but whole answers cost nothing but what cannot be read of them."""

import logging
from typing import Any

import pytest

from ropo_async import UpdatesMayBeLost
from ropo_async.simulator import CATALOGUE, Fault
from tests.faults.calls import POLL
from tests.faults.feeds import feed, ids

pytestmark = pytest.mark.anyio

ODD_RECORDS = [
    *(
        Fault.malformed_record(500, text)
        for text in (b'{"jobid":}', b"null", b'"x"', b"5", b"[]", b'{"amount":"12,34"}')
    ),
    Fault.nan(),
    Fault.invalid_utf8(),
    Fault.deep_nesting(),
    Fault.huge_integer(),
]


@pytest.mark.parametrize("fault", ODD_RECORDS, ids=lambda fault: fault.name)
async def test_one_bad_record_costs_itself_alone(fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(fault, operation=POLL)
        with caplog.at_level(logging.WARNING, "ropo_async"):
            drain = client.status_updates.drain()
            taken = [update.statusid async for update in drain]
    (bad,) = drain.undecoded
    expected = ids(simulator)
    del expected[bad.index]
    assert taken == expected
    assert bad.raw
    assert bad.reason
    assert "1 records could not be read" in caplog.text


FOLDED, COOKIE = Fault.header("X-Folded", "one\r\n two"), Fault.header("Set-Cookie", "session=1")
WHOLE = [
    *(Fault.bom(), Fault.gzip(), Fault.content_type(), Fault.length_and_chunks(), Fault.trailing_bytes()),
    *(FOLDED, COOKIE),
]


@pytest.mark.parametrize("fault", WHOLE, ids=lambda fault: fault.name)
async def test_an_odd_but_whole_answer_is_taken(fault: Fault) -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(fault, operation=POLL)
        assert [update.statusid async for update in client.status_updates.drain()] == ids(simulator)


async def test_a_cookie_is_not_brought_back() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(COOKIE, operation=POLL)
        seen = list[str]()
        receive = simulator.receive

        def noted(connection: int, method: str, target: str, headers: Any, body: bytes) -> Any:
            seen.extend(name for name in headers if name == "cookie")
            return receive(connection, method, target, headers, body)

        simulator.receive = noted  # type: ignore[method-assign]
        assert len([update async for update in client.status_updates.drain()]) == 1000
    assert seen == []


async def test_a_header_that_no_header_can_be_is_a_lost_page() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.header("X-Null", "one\0two"), operation=POLL)
        with pytest.raises(UpdatesMayBeLost):
            _ = [update async for update in client.status_updates.drain()]


async def test_a_record_without_its_list_is_taken() -> None:
    async with feed(1) as (simulator, client):
        simulator.fail(Fault.single_record(), operation=POLL)
        assert [update.statusid async for update in client.status_updates.drain()] == ids(simulator)


async def test_a_204_with_a_body_ends_the_drain_and_is_said(caplog: pytest.LogCaptureFixture) -> None:
    async with feed(10) as (simulator, client):
        simulator.fail(CATALOGUE["no_content_with_body"], operation=POLL)
        with caplog.at_level(logging.WARNING, "ropo_async"):
            assert [page async for page in client.status_updates.pages()] == []
    assert "a 204 with a body" in caplog.text

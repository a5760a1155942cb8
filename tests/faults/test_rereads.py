"""Re-reads: nothing is consumed, and odd answers cost no more than what is odd about them."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from ropo_async import InvalidInput, Page, RopoClient
from ropo_async.hooks import Event, RecordsUndecoded
from ropo_async.simulator import CATALOGUE, Fault, Simulator
from tests.faults.calls import REREAD, Connect
from tests.faults.rereads import DAY, all_ids, ids, of_the_invoice, on_the_day, rereads

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("recorded")]

# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [on_the_day, of_the_invoice])
async def test_a_reread_consumes_nothing(
    read: Callable[[RopoClient], Any], simulator: Simulator, client: RopoClient
) -> None:
    assert ids(await read(client)) == ids(await read(client)) == all_ids()
    assert not simulator.truth.handed_out
    assert len([update async for update in client.status_updates.drain()]) == 31


async def test_a_reading_is_read_anew_each_time(simulator: Simulator, client: RopoClient) -> None:
    reading = client.status_updates.on(DAY)
    assert rereads(simulator) == 0
    assert [update.statusid async for update in reading] == all_ids()
    assert ids(await reading) == all_ids()
    assert [update.statusid async for update in reading] == all_ids()
    assert rereads(simulator) == 3


@pytest.mark.parametrize("billnum", ["none such", "Ä €/?&=#%", "a\r\nb: c", "../token", "x" * 1000])
async def test_nothing_found_is_an_empty_page(billnum: str, simulator: Simulator, client: RopoClient) -> None:
    assert await client.status_updates.of_invoice(billnum) == Page(updates=(), raw=b"", received_at=_any_time())
    assert [exchange.query for exchange in simulator.truth.requests[1:]] == [("billnum",)]


class _AnyTime(datetime):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime) and other.utcoffset() is not None

    __hash__ = datetime.__hash__


def _any_time() -> datetime:
    return _AnyTime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("billnum", ["R-0815", "Ä €/?&=#%", "a\r\nb: c", "+1 2"])
async def test_an_invoice_number_arrives_as_it_is(billnum: str, simulator: Simulator, client: RopoClient) -> None:
    simulator.add_updates([{"statusid": "C7", "billnum": billnum}])
    assert {update.billnum for update in await client.status_updates.of_invoice(billnum)} == {billnum}


@pytest.mark.parametrize("day", ["2026-03-01", None, datetime(2026, 3, 1, tzinfo=UTC), 20260301])
async def test_a_day_that_is_none_is_refused(day: Any, simulator: Simulator, connect: Connect) -> None:
    with pytest.raises(InvalidInput):
        connect().status_updates.on(day)
    assert not simulator.truth.connections


@pytest.mark.parametrize("billnum", ["", " ", None, 4711, b"R"])
async def test_an_invoice_number_that_is_none_is_refused(billnum: Any, simulator: Simulator, connect: Connect) -> None:
    with pytest.raises(InvalidInput):
        connect().status_updates.of_invoice(billnum)
    assert not simulator.truth.connections


async def test_rereads_share_connections(simulator: Simulator, client: RopoClient) -> None:
    for _ in range(20):
        await on_the_day(client)
    assert simulator.truth.connections == 1
    async with anyio.create_task_group() as group:
        for _ in range(200):
            group.start_soon(on_the_day, client)
    assert simulator.truth.connections <= 100
    assert rereads(simulator) == 220


# --- odd answers --------------------------------------------------------------------------------------------------

FORMS: list[tuple[bytes, list[str | None]]] = [
    (b'{"result":{"status":[]}}', []),
    (b'{"result":{"status":{"statusid":"C1"}}}', ["C1"]),
    (b'{"result":{"status":[{"statusid":1},{"statusid":"2"},{"statusid":""},{}]}}', ["1", "2", None, None]),
    (b'{"result":{"status":[{"statusid":"C1","brand":{"new":[1]}}],"count":1},"took":3}', ["C1"]),
    (b' {\n "result" : { "status" : [ {"statusid":"C1"} , {"statusid":"C2"} ] } } ', ["C1", "C2"]),
    (b'{"result":{"status":[{"statusid":"C1"},{"statusid":"C1"}]}}', ["C1", "C1"]),
]


@pytest.mark.parametrize(("body", "found"), FORMS)
async def test_the_forms_that_a_list_may_have(
    body: bytes, found: list[str | None], simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.body(body), operation=REREAD)
    page = await on_the_day(client)
    assert (ids(page), page.undecoded, page.raw) == (found, (), body)
    assert rereads(simulator) == 1


@pytest.mark.parametrize(
    "name", ["bom", "gzip", "content_type", "length_and_chunks", "trailing_bytes", "delay", "drip", "single_record"]
)
async def test_an_odd_but_whole_answer_is_taken(name: str, simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(CATALOGUE[name], operation=REREAD)
    assert ids(await on_the_day(client)) == (["C0"] if name == "single_record" else all_ids())
    assert rereads(simulator) == 1


@pytest.mark.parametrize("name", ["malformed_record", "nan", "invalid_utf8", "deep_nesting", "huge_integer"])
async def test_one_bad_record_costs_itself_alone(
    name: str, simulator: Simulator, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[Event] = []
    client = connect(hooks=[events.append])
    simulator.fail(CATALOGUE[name], operation=REREAD)
    page = await on_the_day(client)
    assert ids(page) == all_ids()[1:]
    assert [(bad.index, bool(bad.raw), bool(bad.reason)) for bad in page.undecoded] == [(0, True, True)]
    assert RecordsUndecoded("status_updates.on", 1) in events
    assert rereads(simulator) == 1


async def test_a_204_with_a_body_is_empty_and_is_said(
    simulator: Simulator, client: RopoClient, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.fail(CATALOGUE["no_content_with_body"], operation=REREAD)
    with caplog.at_level(logging.WARNING, "ropo_async"):
        assert len(await on_the_day(client)) == 0
    assert "a 204 with a body" in caplog.text
    assert ids(await on_the_day(client)) == all_ids()

"""Re-reads under faults: repeated while that may help, then a typed error; nothing is consumed, nothing hangs."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import anyio
import pytest
from attrs import evolve

from ropo_async import (
    AuthenticationError,
    BadRequest,
    DecodeError,
    InvalidInput,
    NotFound,
    Page,
    PermissionDenied,
    Phase,
    RateLimited,
    RetryPolicy,
    RopoClient,
    RopoError,
    ServerError,
    StatusError,
    Timeouts,
    TransportError,
    _body,
    operations,
)
from ropo_async.hooks import Event, Finished, RecordsUndecoded, Retrying
from ropo_async.simulator import CATALOGUE, Fault, Simulator

pytestmark = pytest.mark.anyio

Connect = Callable[..., RopoClient]

REREAD = "GET /jobs/statusupdates"
DAY, BILLNUM = date(2026, 3, 1), "R-4711"
RECORDS = [
    {"statusid": f"C{number}", "billnum": BILLNUM, "statustime": "2026-03-01 08:15:00", "statustype": "comment"}
    for number in range(30)
]


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator(apicode="only-for-tests")
    simulator.add_updates(RECORDS)
    simulator.add_updates([{"statusid": "C99", "billnum": "R-0815", "statustime": "2026-03-02 00:00:00"}])
    return simulator


@pytest.fixture
async def client(connect: Connect) -> RopoClient:
    """Has its token already."""
    client = connect()
    await client.payments._transport.auth.token(rejected=None, valid_for=100)  # type: ignore[union-attr]
    return client


async def on_the_day(client: RopoClient) -> Page:
    return await client.status_updates.on(DAY)


async def of_the_invoice(client: RopoClient) -> Page:
    return await client.status_updates.of_invoice(BILLNUM)


def ids(page: Page) -> list[str | None]:
    return [update.statusid for update in page]


def all_ids() -> list[str | None]:
    return [str(record["statusid"]) for record in RECORDS]


def rereads(simulator: Simulator) -> int:
    return simulator.truth.count(REREAD)


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


# --- what comes again ---------------------------------------------------------------------------------------------

TRANSPORT = ["drop_before", "drop_after", "reset_before", "reset_after", "status_line", "raw_after", "long_header"]
TRANSPORT += ["cut", "cut_by_reset", "unterminated_chunks", "bad_chunk_size", "two_lengths", "negative_length"]
ENDLESS = ["hang_before", "hang_after", "stall"]
DECODE = ["close_delimited_1.1", "close_delimited_1.0", "html_200_before", "gzip_cut", "gzip_garbage", "gzip_stacked"]
DECODE += ["body", "body {}", "body []", 'body {"result":[]}', 'body {"result":{"status":null}}', "gzip_bomb"]
SERVER = [f"status_{code}_{when}" for code in (500, 502, 503, 504) for when in ("before", "after")]
SERVER += ["status_520_before", "html_502_before"]
OTHER = [f"status_{code}_before" for code in (301, 302, 303, 307, 308, 408, 425)]

REPEATED: list[tuple[Fault, type[RopoError]]] = [
    (CATALOGUE[name], kind)
    for kind, names in (
        (TransportError, TRANSPORT + ENDLESS),
        (DecodeError, DECODE),
        (ServerError, SERVER),
        (StatusError, OTHER),
        (RateLimited, ["status_429_before"]),
    )
    for name in names
]


@pytest.mark.parametrize(("fault", "kind"), REPEATED, ids=lambda value: getattr(value, "name", None))
async def test_a_failure_is_tried_again_and_then_raised(
    fault: Fault, kind: type[RopoError], simulator: Simulator, connect: Connect
) -> None:
    limits = Timeouts(read=0.15 if fault.endless else 10)
    client = connect(timeouts=limits, retries=RetryPolicy(base=0.001, throttled_base=0.001, attempts=2))
    simulator.fail(fault, operation=REREAD, times=3)
    with pytest.raises(kind, match=r"^status_updates\.on: "):
        await on_the_day(client)
    assert rereads(simulator) == 2
    assert ids(await of_the_invoice(client)) == all_ids()  # its second attempt is answered
    assert (rereads(simulator), simulator.truth.count("POST /token")) == (4, 1)
    assert not simulator.truth.handed_out


async def test_a_connection_that_is_refused_at_the_door_is_tried_again(
    simulator: Simulator, client: RopoClient
) -> None:
    for fault in (Fault.reset_on_accept(), Fault.close_on_accept()):
        simulator.fail(fault)
        async with anyio.create_task_group() as group:  # beyond the one connection that is open
            for _ in range(5):
                group.start_soon(on_the_day, client)
    assert rereads(simulator) >= 10


REFUSALS: list[tuple[int, type[StatusError]]] = [
    (400, BadRequest),
    (403, PermissionDenied),
    (404, NotFound),
    *((status, BadRequest) for status in (405, 413, 415, 422)),
    *((status, StatusError) for status in (402, 409, 418)),
]


@pytest.mark.parametrize(("status", "kind"), REFUSALS)
async def test_a_refusal_is_final(
    status: int, kind: type[StatusError], simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.status(status, body=b'{"result":{"commonerror":"Invalid date"}}'), operation=REREAD)
    with pytest.raises(kind) as caught:
        await on_the_day(client)
    assert (type(caught.value), caught.value.vendor_text) == (kind, "Invalid date")
    assert rereads(simulator) == 1


async def test_a_401_is_renewed_once_and_a_second_one_is_final(simulator: Simulator, client: RopoClient) -> None:
    simulator.revoke_tokens()
    assert ids(await on_the_day(client)) == all_ids()
    simulator.fail(Fault.status(401), operation=REREAD, times=2)
    with pytest.raises(AuthenticationError):
        await on_the_day(client)
    assert (rereads(simulator), simulator.truth.count("POST /token")) == (4, 3)


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, ServerError)])
async def test_a_retry_after_beyond_the_cap_is_raised_at_once(
    status: int, kind: type[StatusError], simulator: Simulator, connect: Connect
) -> None:
    simulator.fail(Fault.status(status, headers={"Retry-After": "121"}), operation=REREAD)
    with anyio.fail_after(10), pytest.raises(kind):
        await on_the_day(connect(timeouts=Timeouts(total=1e6)))  # the deadline is not what ends it
    assert rereads(simulator) == 1


async def test_a_retry_after_beyond_the_deadline_is_raised_at_once(simulator: Simulator, connect: Connect) -> None:
    simulator.fail(Fault.status(429, headers={"Retry-After": "60"}), operation=REREAD)
    with anyio.fail_after(10), pytest.raises(RateLimited):
        await on_the_day(connect(timeouts=Timeouts(total=30)))
    assert rereads(simulator) == 1


async def test_the_calls_of_a_client_share_a_budget_of_retries(simulator: Simulator, connect: Connect) -> None:
    events: list[Event] = []
    policy = RetryPolicy(base=0.001, attempts=10, capacity=45)
    client = connect(retries=policy, hooks=[events.append])
    simulator.fail(Fault.status(500), operation=REREAD, times=100)
    for _ in range(3):
        with pytest.raises(ServerError):
            await on_the_day(client)
    # 45 tokens pay for three retries at 14; the other calls have one attempt each.
    assert [event.tokens for event in events if isinstance(event, Retrying)] == [31, 17, 3]
    reread = [event for event in events if isinstance(event, Finished) and event.operation == "status_updates.on"]
    assert [event.attempts for event in reread] == [4, 1, 1]
    assert rereads(simulator) == 6


async def test_without_retries_there_is_one_attempt(simulator: Simulator, connect: Connect) -> None:
    simulator.fail(Fault.status(500), operation=REREAD)
    with pytest.raises(ServerError):
        await on_the_day(connect(retries=RetryPolicy(attempts=1)))
    assert rereads(simulator) == 1


# --- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.hang(processed=True), Fault.endless_interim(), Fault.drip(0.1), Fault.stall()])
async def test_one_deadline_covers_all_attempts(fault: Fault, simulator: Simulator, connect: Connect) -> None:
    simulator.fail(fault, operation=REREAD, times=100)
    client = connect(timeouts=Timeouts(total=0.7, read=0.3), retries=RetryPolicy(attempts=100, base=0.001))
    started = anyio.current_time()
    with anyio.fail_after(10), pytest.raises(TransportError) as caught:
        await on_the_day(client)
    assert "0.7 s in all" in str(caught.value)
    assert anyio.current_time() - started >= 0.7
    assert rereads(simulator) <= 3
    assert (caught.value.status == 200) is (fault.name == "stall")


async def test_what_arrived_of_a_cut_answer_is_kept(simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(Fault.cut(100), operation=REREAD, times=3)
    with pytest.raises(TransportError) as caught:
        await on_the_day(client)
    assert (caught.value.phase, caught.value.status) == (Phase.RECEIVED_PARTIAL, 200)
    assert len(caught.value.partial) == 100


CAP = 300_000


@pytest.fixture
def _capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "REREAD", evolve(operations.REREAD, max_body=CAP))


@pytest.mark.usefixtures("_capped")
@pytest.mark.parametrize("status", [200, 500])
async def test_a_body_beyond_the_cap_is_not_read_to_its_end(
    status: int, simulator: Simulator, connect: Connect
) -> None:
    body = b'{"result":{"status":[' + b" " * (CAP + 100_000) + b"]}}"
    simulator.fail(Fault.body(body, status=status), operation=REREAD)
    client = connect(retries=RetryPolicy(attempts=1))
    with pytest.raises(RopoError) as caught:
        await on_the_day(client)
    if status == 200:
        assert isinstance(caught.value, TransportError)
        assert (caught.value.phase, len(caught.value.partial)) == (Phase.RECEIVED_PARTIAL, CAP)
    else:
        assert isinstance(caught.value, ServerError)
        assert len(caught.value.body) == 64 * 1024
    assert ids(await on_the_day(client)) == all_ids()


@pytest.mark.usefixtures("_capped")
async def test_a_body_as_long_as_the_cap_is_read(simulator: Simulator, client: RopoClient) -> None:
    body = b'{"result":{"status":[%s{"statusid":"C1"}]}}'
    padded = body % (b" " * (CAP - len(body) + len(b"%s")))
    assert len(padded) == CAP
    simulator.fail(Fault.body(padded), operation=REREAD)
    assert ids(await on_the_day(client)) == ["C1"]


async def test_a_compressed_body_has_a_cap_of_its_own(
    simulator: Simulator, client: RopoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_body, "MAX_DECODED", 1_000_000)
    simulator.fail(Fault.gzip_bomb(10_000_000), operation=REREAD, times=3)
    with pytest.raises(DecodeError, match="too large") as caught:
        await on_the_day(client)
    assert len(caught.value.raw) < 100_000  # it is kept as it came


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


# --- everything at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_a_page_is_whole(seed: int, simulator: Simulator, connect: Connect) -> None:
    lies = {"no_content_with_body", "malformed_record", "single_record", "repeat_page", "drip", "nan", "invalid_utf8"}
    lies |= {"deep_nesting", "huge_integer", 'body {"result":{"status":[]}}'}
    kinds = [fault for name, fault in CATALOGUE.items() if not fault.endless and name not in lies]
    simulator.faults.random(rate=0.4, seed=seed, operation=REREAD, kinds=kinds)
    outcomes: list[str] = []
    client = connect(retries=RetryPolicy(base=0.001, throttled_base=0.001, capacity=10**6))

    async def settle() -> None:
        try:
            page = await on_the_day(client)
        except RopoError as error:
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("whole")
            assert ids(page) == all_ids()

    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(settle)
    assert len(outcomes) == 100
    assert outcomes.count("whole") > 40
    assert set(outcomes) > {"whole"}
    simulator.faults.clear()
    assert ids(await on_the_day(client)) == all_ids()

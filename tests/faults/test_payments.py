"""Payments under faults: sent once, booked at most once, and never a wrong word about which it was."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from functools import partial
from typing import Any

import anyio
import httpx
import pytest

from ropo_async import (
    AuthenticationError,
    BadRequest,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    PaymentReceipt,
    PaymentRejected,
    PaymentStatus,
    PermissionDenied,
    Phase,
    RateLimited,
    RetryPolicy,
    RopoClient,
    RopoError,
    StaticToken,
    StatusError,
    Timeouts,
    TransportError,
)
from ropo_async._pool import Pool
from ropo_async.hooks import Attempted, Event, Finished, Retrying
from ropo_async.simulator import CATALOGUE, Exchange, Fault, Running, Simulator, serve

pytestmark = pytest.mark.anyio

Connect = Callable[..., RopoClient]

PAY = "POST /jobs/payment"
ORDER: dict[str, Any] = {"billnum": "R-4711", "amount": Decimal("710.10"), "paydate": date(2026, 3, 1)}


async def pay(client: RopoClient, **fields: Any) -> PaymentReceipt:
    return await client.payments.register(**ORDER | fields)


def sent(simulator: Simulator) -> list[Exchange]:
    return [exchange for exchange in simulator.truth.requests if exchange.operation == PAY]


def booked(simulator: Simulator) -> int:
    return len(simulator.truth.payments)


def token(simulator: Simulator) -> StaticToken:
    return StaticToken(simulator.tokens.issue(simulator.cid)[0])


# --- the payment rule ---------------------------------------------------------------------------------------------

CONCLUSIVE = {1, 5, 8, 9, 10, 11}
OTHERS = [status for status in PaymentStatus if status != 6]


@pytest.mark.parametrize("form", [int, str, float])
@pytest.mark.parametrize("statusid", [*map(int, OTHERS), 7, 42])
async def test_any_other_statusid_with_400_is_a_rejection(
    statusid: int, form: Callable[[int], object], simulator: Simulator, client: RopoClient
) -> None:
    simulator.payment_status(statusid=form(statusid))
    with pytest.raises(PaymentRejected) as caught:
        await pay(client)
    error = caught.value
    assert (error.statusid, error.receipt.statusid, error.status) == (statusid, statusid, 400)
    assert error.receipt.amount == Decimal("710.10")
    assert error.conclusive is (statusid in CONCLUSIVE)
    assert ("check the invoice" in str(error)) is not error.conclusive
    assert (len(sent(simulator)), booked(simulator)) == (1, 0)


@pytest.mark.parametrize("six", [6, "6", 6.0, " 6 "])
async def test_six_with_201_is_booked(six: object, simulator: Simulator, client: RopoClient) -> None:
    simulator.payment_status(statusid=six, http_status=201, booked=True)
    receipt = await pay(client)
    assert receipt.statusid is PaymentStatus.OHISPAY
    assert (receipt.capitalbefore, receipt.capitalafter) == (Decimal("9000.00"), Decimal("8289.90"))
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


CONTRADICTIONS = [
    *((201, body) for body in (b'{"statusid":5}', b'{"statusid":7}', b'{"statusid":null}', b'{"statusid":"x"}')),
    *((201, body) for body in (b'{"statusid":true}', b'{"statusid":6.5}', b'{"statusid":""}', b'{"statusid":[6]}')),
    *((201, body) for body in (b'{"jobid":1}', b"{}", b"[]", b"", b"null", b'[{"statusid":6}]', b'{"statusid":6')),
    *((400, body) for body in (b'{"statusid":6}', b'{"statusid":"6"}', b'{"statusid":6.0}', b'{"statusid":"x"}')),
    *((400, body) for body in (b'{"statusid":null}', b'{"statusid":true}', b'{"statusid":6,"error":"Refused"}')),
    *((400, body) for body in (b"", b"[]", b"{}", b"null", b'"no"', b"{", b"<html>Bad Request</html>")),
    *((status, b'{"statusid":6}') for status in (200, 202, 203, 206, 207, 299, 500)),
    *((status, b'{"statusid":5}') for status in (200, 202)),
    (200, b""),
    (204, b""),
]


@pytest.mark.parametrize(("status", "body"), CONTRADICTIONS)
async def test_an_answer_that_contradicts_itself_leaves_the_outcome_unknown(
    status: int, body: bytes, simulator: Simulator, client: RopoClient
) -> None:
    simulator.payment_status(statusid=6, http_status=status, body=body)
    with pytest.raises(OutcomeUnknown) as caught:
        await pay(client)
    assert "of_invoice" in caught.value.check
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


SHAPES = [
    (b'{"result":{"commonerror":"No amount"}}', None, "No amount"),
    (b'{"commonerror":"No amount","code":3}', 3, "No amount"),
    (b'{"errorId":17,"errorText":"No amount"}', 17, "No amount"),
    (b'{"error":"No amount"}', None, "No amount"),
    (b'{"Code":4,"Message":"No amount"}', 4, "No amount"),
    (b'{"status":400,"type":null,"title":"Bad Request","detail":"No amount"}', 400, "No amount"),
    (b'{"status":400,"title":"Bad Request","detail":null}', 400, "Bad Request"),
    (b'\xef\xbb\xbf{"error":"No amount"}', None, "No amount"),
]


@pytest.mark.parametrize(("body", "code", "text"), SHAPES)
async def test_a_400_that_speaks_of_no_payment_is_a_refusal_of_the_request(
    body: bytes, code: int | None, text: str, simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.status(400, body=body), operation=PAY)
    with pytest.raises(BadRequest) as caught:
        await pay(client)
    assert (caught.value.vendor_code, caught.value.vendor_text) == (code, text)
    assert text not in str(caught.value)
    assert (len(sent(simulator)), booked(simulator)) == (1, 0)


REFUSALS: list[tuple[int, type[StatusError]]] = [
    (403, PermissionDenied),
    (404, NotFound),
    *((status, BadRequest) for status in (405, 413, 415, 422)),
    *((status, StatusError) for status in (402, 406, 410, 418, 451)),
]


@pytest.mark.parametrize(("status", "kind"), REFUSALS)
async def test_a_refusal_is_a_typed_error_and_final(
    status: int, kind: type[StatusError], simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.status(status), operation=PAY)
    with pytest.raises(kind) as caught:
        await pay(client)
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.operation) == (status, "payments.register")
    assert (len(sent(simulator)), booked(simulator)) == (1, 0)


# --- sent, and nobody knows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("status", [408, 409, 425, 499, 500, 501, 502, 503, 504, 520, 599, 999, 202, 206, 300, 304])
async def test_a_status_that_says_nothing_of_the_payment_leaves_it_unknown(
    status: int, *, processed: bool, simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.status(status, headers={"Retry-After": "0"}, processed=processed), operation=PAY)
    with pytest.raises(OutcomeUnknown) as caught:
        await pay(client)
    assert isinstance(caught.value.__cause__, StatusError)
    assert caught.value.__cause__.status == status
    assert (len(sent(simulator)), booked(simulator)) == (1, processed)


@pytest.mark.parametrize("own_http_client", [False, True])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(
    status: int, *, own_http_client: bool, simulator: Simulator, connect: Connect
) -> None:
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as http:
        client = connect(http_client=http if own_http_client else None)
        simulator.fail(Fault.status(status, headers={"Location": "/rest/jobs/statusupdates"}), operation=PAY)
        with pytest.raises(OutcomeUnknown, match="cannot be known"):
            await pay(client)
    assert [exchange.operation for exchange in simulator.truth.requests] == ["POST /token", PAY]


ENDLESS = [name for name, fault in CATALOGUE.items() if fault.endless]
# What is left of the catalogue when refusals, odd but whole answers and faults of other operations are taken out.
AMBIGUOUS = [
    "close_on_accept",
    *(f"{name}_{when}" for name in ("drop", "reset") for when in ("before", "after")),
    *("status_line", "raw_after", "long_header", "cut", "cut_by_reset", "unterminated_chunks", "bad_chunk_size"),
    *("close_delimited_1.1", "close_delimited_1.0", "two_lengths", "negative_length", "no_content_with_body"),
    *("html_502_before", "html_200_before", "gzip_stacked", "gzip_cut", "gzip_garbage", "gzip_bomb"),
    *("nan", "invalid_utf8", "deep_nesting", "huge_integer", "body", *(n for n in CATALOGUE if n.startswith("body "))),
]


@pytest.mark.parametrize("name", [*AMBIGUOUS, *ENDLESS])
async def test_an_ambiguous_end_is_unknown_and_is_never_sent_again(
    name: str, simulator: Simulator, connect: Connect, quick: Timeouts, patient: Timeouts
) -> None:
    fault = CATALOGUE[name]
    client = connect(timeouts=quick if fault.endless else patient)
    await client.status_updates.of_invoice("warm up")
    simulator.fail(fault, operation=None if fault.on_accept else PAY)
    with pytest.raises(OutcomeUnknown) as caught:
        await pay(client)
    assert caught.value.phase in (Phase.MAYBE_SENT, Phase.RECEIVED_PARTIAL)
    assert caught.value.operation == "payments.register"
    assert len(sent(simulator)) == (0 if fault.on_accept else 1)
    assert len(simulator.truth.payment_attempts) == booked(simulator) == int(fault.processed)
    assert simulator.truth.connections == 2  # the warm-up's and the payment's: it was not even tried again


@pytest.mark.parametrize(
    ("name", "phase"),
    [("drop_after", Phase.MAYBE_SENT), ("cut", Phase.RECEIVED_PARTIAL), ("stall", "received_partial")],
)
async def test_the_cause_says_how_it_broke_off(
    name: str, phase: Phase, simulator: Simulator, connect: Connect, quick: Timeouts
) -> None:
    client = connect(timeouts=quick)
    simulator.fail(CATALOGUE[name], operation=PAY)
    with pytest.raises(OutcomeUnknown) as caught:
        await pay(client)
    cause = caught.value.__cause__
    assert isinstance(cause, TransportError)
    assert cause.phase == caught.value.phase == phase
    assert (cause.status == 201) is (phase == Phase.RECEIVED_PARTIAL)


async def test_a_reset_on_accept_is_never_booked_twice(simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(Fault.reset_on_accept())
    try:  # the RST races the request, so either is right: sent again because nothing was, or unknown
        await pay(client)
    except OutcomeUnknown:
        assert len(sent(simulator)) == booked(simulator) == 0
    else:
        assert len(sent(simulator)) == booked(simulator) == 1


async def test_a_dripping_answer_ends_at_the_deadline(simulator: Simulator, connect: Connect, quick: Timeouts) -> None:
    client = connect(timeouts=quick)
    simulator.fail(Fault.drip(0.1), operation=PAY)  # each byte in time, all of them never
    with pytest.raises(OutcomeUnknown) as caught, anyio.fail_after(10):
        await pay(client)
    assert "1.5 s in all" in str(caught.value.__cause__)
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


WHOLE = [
    *(CATALOGUE[name] for name in ("delay", "drip", "gzip", "bom", "content_type", "length_and_chunks")),
    *(CATALOGUE["trailing_bytes"], Fault.close_delimited(at=10**6), Fault.close_delimited(at=10**6, version="1.0")),
]


@pytest.mark.parametrize("fault", WHOLE, ids=lambda fault: fault.name)
async def test_an_odd_but_whole_answer_is_taken(fault: Fault, simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(fault, operation=PAY)
    assert (await pay(client)).statusid == PaymentStatus.OHISPAY
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


# --- provably without effect, so tried again ----------------------------------------------------------------------

TIME = datetime(2026, 3, 1, 12, tzinfo=UTC)
THROTTLED: list[tuple[str | None, float | None]] = [
    (None, None),
    ("0", 0),
    ("soon", None),
    ("-5", None),
    ("1.5", None),
    (format_datetime(TIME - timedelta(hours=1), usegmt=True), 0),
    (format_datetime(TIME, usegmt=True), 0),
]


@pytest.mark.parametrize(("hint", "seconds"), THROTTLED)
async def test_429_is_tried_again_and_in_the_end_raised(
    hint: str | None, seconds: float | None, simulator: Simulator, client: RopoClient
) -> None:
    simulator.now = lambda: TIME
    headers = {} if hint is None else {"Retry-After": hint}
    simulator.fail(Fault.status(429, headers=headers), operation=PAY, times=5)
    with pytest.raises(RateLimited) as caught:
        await pay(client)
    assert caught.value.retry_after == seconds
    assert (len(sent(simulator)), booked(simulator)) == (3, 0)
    await pay(client)  # its third attempt gets through
    assert (len(sent(simulator)), booked(simulator)) == (6, 1)


@pytest.mark.parametrize(
    "hint", ["121", "1000000000", "9" * 5000, format_datetime(TIME + timedelta(days=1), usegmt=True)]
)
async def test_a_retry_after_beyond_the_cap_is_raised_at_once(
    hint: str, simulator: Simulator, connect: Connect
) -> None:
    simulator.now = lambda: TIME
    simulator.fail(Fault.status(429, headers={"Retry-After": hint}), operation=PAY)
    with pytest.raises(RateLimited) as caught:
        await pay(connect(timeouts=Timeouts(total=1e12)))  # the deadline is not what ends it
    assert (caught.value.retry_after or 0) > 120
    assert (len(sent(simulator)), booked(simulator)) == (1, 0)


async def test_a_retry_after_is_waited_for(simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(Fault.status(429, headers={"Retry-After": "1"}), operation=PAY)
    started = anyio.current_time()
    await pay(client)
    assert anyio.current_time() - started >= 1


@pytest.mark.parametrize(
    "early",
    [
        Fault.status(401),
        Fault.status(401, body=b"<html>Unauthorized</html>"),
        Fault.raw(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", processed=False),
        Fault.raw(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\ncut", processed=False),
    ],
)
async def test_a_401_renews_the_token_once_and_sends_once_more(
    early: Fault, simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(early, operation=PAY)
    await pay(client)
    assert [exchange.generation for exchange in sent(simulator)] == [1, 2]
    assert (len(simulator.truth.logins), booked(simulator)) == (2, 1)


async def test_a_second_401_is_final(simulator: Simulator, client: RopoClient) -> None:
    # A refusal in between does not earn the call another token.
    for status in (401, 429, 401):
        simulator.fail(Fault.status(status), operation=PAY)
    with pytest.raises(AuthenticationError):
        await pay(client)
    assert (len(sent(simulator)), len(simulator.truth.logins), booked(simulator)) == (3, 2, 0)


async def test_a_doubt_after_refusals_is_a_doubt_all_the_same(simulator: Simulator, client: RopoClient) -> None:
    for fault in (Fault.status(401), Fault.status(429), Fault.drop(processed=True)):
        simulator.fail(fault, operation=PAY)
    with pytest.raises(OutcomeUnknown):
        await pay(client)
    assert (len(sent(simulator)), booked(simulator)) == (3, 1)


async def test_a_refused_payment_that_runs_out_of_time_is_not_unknown(simulator: Simulator, connect: Connect) -> None:
    def dawdle(event: Event) -> None:
        if isinstance(event, Retrying):
            time.sleep(0.6)  # the event loop is held up beyond the deadline

    impatient, prompt = Timeouts(total=0.5), RetryPolicy(throttled_base=0.01)
    client = connect(timeouts=impatient, retries=prompt, hooks=[dawdle], auth=token(simulator))
    simulator.fail(Fault.status(429), operation=PAY, times=5)
    with pytest.raises(RopoError) as caught:
        await pay(client)
    assert not isinstance(caught.value, OutcomeUnknown)  # the only request was refused with 429
    assert (len(sent(simulator)), booked(simulator)) == (1, 0)


# --- never sent ---------------------------------------------------------------------------------------------------


async def test_a_server_that_comes_up_meanwhile_is_paid_once(simulator: Simulator, connect: Connect) -> None:
    async with serve(simulator) as gone:
        pass
    refused = anyio.Event()

    def listen(event: Event) -> None:
        if isinstance(event, Retrying):
            assert event.reason == "not sent"
            refused.set()

    eager = RetryPolicy(attempts=1000, base=0.01, cap=0.01)
    client = connect(server=gone.url, auth=token(simulator), retries=eager, hooks=[listen])
    async with anyio.create_task_group() as group:
        group.start_soon(pay, client)
        await refused.wait()
        async with serve(simulator, port=gone.port):
            await simulator.truth.until(lambda truth: bool(truth.payments))
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


@contextmanager
def dead_end(_running: Running, scheme: str, *, listens: bool, crowd: int = 0) -> Iterator[str]:
    """A port that nobody answers at; a crowd before it fills its backlog, so that no connection is even made."""
    with ExitStack() as sockets:
        port = sockets.enter_context(socket.socket())
        port.bind(("127.0.0.1", 0))
        if listens:
            port.listen(0 if crowd else 16)
        for _ in range(crowd):
            one = sockets.enter_context(socket.socket())
            one.setblocking(False)  # noqa: FBT003 - the signature of the standard library
            one.connect_ex(port.getsockname())
        yield f"{scheme}://127.0.0.1:{port.getsockname()[1]}/rest"


PLACES: dict[str, Callable[[Running], AbstractContextManager[str]]] = {
    "closed port": partial(dead_end, scheme="http", listens=False),
    "full backlog": partial(dead_end, scheme="http", listens=True, crowd=3),
    "TLS port that is silent": partial(dead_end, scheme="https", listens=True),
    "TLS port that is none": lambda running: nullcontext(running.url.replace("http:", "https:")),
}


@pytest.mark.parametrize("place", PLACES)
async def test_what_never_left_is_tried_again_and_then_not_sent(
    place: str, running: Running, connect: Connect, quick: Timeouts
) -> None:
    events: list[Event] = []
    with PLACES[place](running) as server:
        client = connect(server=server, auth=token(running.simulator), timeouts=quick, hooks=[events.append])
        with pytest.raises(TransportError) as caught:
            await pay(client)
    assert (caught.value.phase, caught.value.permanent) == (Phase.NOT_SENT, False)
    assert [event.phase for event in events if isinstance(event, Attempted)] == [Phase.NOT_SENT] * 3
    assert not sent(running.simulator)


@pytest.mark.parametrize("own_http_client", [False, True])
async def test_a_payment_that_got_no_connection_was_not_sent(
    *, own_http_client: bool, simulator: Simulator, connect: Connect, quick: Timeouts, patient: Timeouts
) -> None:
    limits = httpx.Limits(max_connections=1)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as http:
        auth = token(simulator)
        client = connect(auth=auth, timeouts=quick, http_client=http if own_http_client else None)
        other = connect(auth=auth, timeouts=patient, http_client=http if own_http_client else None)
        client._pool = other._pool = Pool(max_connections=1)
        simulator.fail(Fault.hang(processed=False), operation="GET /jobs/statusupdates")
        async with anyio.create_task_group() as group:
            group.start_soon(_read_in_vain, other)
            await simulator.truth.until(lambda truth: bool(truth.requests))
            with pytest.raises(TransportError, match="became free") as caught:
                await pay(client)
            group.cancel_scope.cancel()
    assert caught.value.phase is Phase.NOT_SENT
    assert not sent(simulator)


async def _read_in_vain(client: RopoClient) -> None:
    await client.status_updates.of_invoice("anything")


INVALID: list[dict[str, Any]] = [
    *(
        {"amount": amount}
        for amount in (7.1, True, "7.10", None, Decimal("NaN"), Decimal("-Infinity"), Decimal("sNaN"))
    ),
    *({"amount": amount} for amount in (10**16, Decimal("1E+16"), Decimal("1E-16"), 7 + 0j)),
    *({"paydate": day} for day in (None, "2026-03-01", datetime(2026, 3, 1, tzinfo=UTC), 20260301)),
    *({"billnum": text} for text in (None, "", "  ", 4711, b"R-4711")),
    *({"billnum": None, "jobid": jobid} for jobid in (0, -1, True, 1.0, "1")),
    *({"billnum": None, "billcode": text} for text in ("", "\t", 1009)),
    *({"jobid": 7_000_001}, {"billcode": "70000018"}, {"billnum": "R-4711", "jobid": 1, "billcode": "2"}),
    *({name: ""} for name in ("identifier", "type", "creditnotebillnum", "description")),
    *({name: 5} for name in ("identifier", "type", "creditnotebillnum", "description")),
]


@pytest.mark.parametrize("fields", INVALID)
async def test_what_cannot_be_right_is_not_sent(fields: dict[str, Any], simulator: Simulator, connect: Connect) -> None:
    with pytest.raises(InvalidInput):
        await pay(connect(), **fields)
    assert not simulator.truth.connections


# --- on the wire --------------------------------------------------------------------------------------------------

AMOUNTS: list[tuple[Decimal | int, str]] = [
    *((Decimal(text), text) for text in ("710.10", "0.01", "710.100", "8999.99", "0.1", "1", "-5.00", "0")),
    *(
        (Decimal(given), text)
        for given, text in (("7E+2", "700"), ("7.1E+2", "710"), ("71E-1", "7.1"), ("1E-6", "0.000001"))
    ),
    *((Decimal("0.1") + Decimal("0.2"), "0.3"), (710, "710"), (Decimal("1234567890123.45"), "1234567890123.45")),
    *((Decimal(text), text) for text in ("0.0000001", "0.0000000", "12345.12345678901234567890")),
]


@pytest.mark.parametrize(("amount", "text"), AMOUNTS)
async def test_the_amount_goes_out_digit_for_digit(
    amount: Decimal | int, text: str, simulator: Simulator, connect: Connect
) -> None:
    bodies: list[bytes] = []

    async def note(request: httpx.Request) -> None:
        bodies.append(request.content)

    async with httpx.AsyncClient(event_hooks={"request": [note]}, trust_env=False) as http:
        client = connect(http_client=http, auth=token(simulator))
        simulator.fail(Fault.body(b'{"statusid":6}', status=201), operation=PAY)
        await pay(client, amount=amount)
    assert bodies == [b'{"amount":%s,"paydate":"2026-03-01","billnum":"R-4711"}' % text.encode()]


async def test_every_field_goes_out_under_the_apis_own_name(simulator: Simulator, client: RopoClient) -> None:
    invoice = simulator.add_invoice(billcode="70000018")
    details = {"identifier": "insurance", "type": "directpayment", "creditnotebillnum": "1", "description": "Ä €\n\0"}
    await pay(client, billnum=None, billcode="70000018", **details)
    (payment,) = simulator.truth.payments
    assert payment.details == details
    assert (payment.jobid, payment.amount, payment.paydate) == (invoice.jobid, Decimal("710.10"), "2026-03-01")


async def test_every_payment_has_a_connection_of_its_own(simulator: Simulator, client: RopoClient) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(partial(pay, client, amount=1))
    for _ in range(3):
        await pay(client, amount=1)
    connections = {exchange.connection for exchange in sent(simulator)}
    assert len(connections) == booked(simulator) == 13
    assert all(simulator.truth.requests_per_connection[number] == 1 for number in connections)


async def test_a_hook_sees_every_step_and_harms_none(simulator: Simulator, connect: Connect) -> None:
    events: list[Event] = []

    def broken(event: Event) -> None:
        raise LookupError(event)

    client = connect(hooks=[broken, events.append])
    simulator.fail(Fault.status(429), operation=PAY)
    simulator.fail(Fault.drop(processed=True), operation=PAY)
    with pytest.raises(OutcomeUnknown):
        await pay(client)
    of_payment = [event for event in events if getattr(event, "operation", "") == "payments.register"]
    assert [type(event) for event in of_payment] == [Attempted, Retrying, Attempted, Finished]
    first, again, second, finished = of_payment
    assert isinstance(first, Attempted)
    assert (first.attempt, first.status, first.phase) == (1, 429, None)
    assert isinstance(again, Retrying)
    assert (again.attempt, again.reason, again.tokens) == (1, "throttled", 495)
    assert isinstance(second, Attempted)
    assert (second.attempt, second.status, second.phase) == (2, None, Phase.MAYBE_SENT)
    assert isinstance(finished, Finished)
    assert (finished.outcome, finished.attempts) == ("OutcomeUnknown", 2)
    assert {type(event).__name__ for event in events} == {"Attempted", "Finished", "Retrying", "TokenRenewed"}


# --- everything at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_word_about_a_payment_is_true(
    seed: int, simulator: Simulator, client: RopoClient
) -> None:
    kinds = [fault for fault in CATALOGUE.values() if not fault.endless and not fault.on_accept]
    simulator.faults.random(rate=0.5, seed=seed, operation=PAY, kinds=kinds)
    outcomes: dict[str, str] = {}

    async def settle(billnum: str) -> None:
        try:
            await pay(client, billnum=billnum, amount=1)
        except RopoError as error:
            outcomes[billnum] = type(error).__name__
        else:
            outcomes[billnum] = "booked"

    async with anyio.create_task_group() as group:
        for number in range(60):
            group.start_soon(settle, simulator.add_invoice(billnum=f"S-{number}").billnum)
    paid = [payment.billnum for payment in simulator.truth.payments]
    assert len(paid) == len(set(paid))
    for billnum, outcome in outcomes.items():
        assert outcome == "OutcomeUnknown" or (outcome == "booked") is (billnum in paid), billnum
    assert set(outcomes.values()) >= {"booked", "OutcomeUnknown"}

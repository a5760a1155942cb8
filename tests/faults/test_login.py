"""The login under faults, and the client around every call: whose tokens, whose connections, and what it lets slip."""

import logging
import ssl
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import httpx
import pytest
import trustme
from anyio.streams.tls import TLSStream
from attrs import define, evolve, field

from ropo_async import (
    AuthenticationError,
    ClientClosed,
    Credentials,
    DecodeError,
    NotFound,
    OutcomeUnknown,
    PaymentReceipt,
    Phase,
    RateLimited,
    RetryPolicy,
    RopoClient,
    RopoError,
    ServerError,
    StaticToken,
    StatusError,
    Timeouts,
    TransportError,
)
from ropo_async.auth import LOGIN_PAUSE, TokenCache
from ropo_async.hooks import Attempted, Event, TokenRenewed
from ropo_async.simulator import CATALOGUE, Fault, Running, Simulator

pytestmark = pytest.mark.anyio

Connect = Callable[..., RopoClient]

LOGIN, PAY, REREAD = "POST /token", "POST /jobs/payment", "GET /jobs/statusupdates"


async def pay(client: RopoClient, billnum: str = "R-4711", amount: Decimal | int = 1) -> PaymentReceipt:
    return await client.payments.register(billnum=billnum, amount=amount, paydate=date(2026, 3, 1))


async def read(client: RopoClient) -> None:
    await client.status_updates.of_invoice("R-4711")


def token(simulator: Simulator) -> StaticToken:
    return StaticToken(simulator.tokens.issue(simulator.cid)[0])


# --- logging in ---------------------------------------------------------------------------------------------------


async def test_one_login_serves_every_call(simulator: Simulator, connect: Connect) -> None:
    events: list[Event] = []
    client = connect(hooks=[events.append])
    for _ in range(3):
        await pay(client)
        await read(client)
    assert (simulator.truth.count(LOGIN), len(simulator.truth.payments)) == (1, 3)
    assert [event for event in events if isinstance(event, TokenRenewed)] == [TokenRenewed(7200.0)]


@pytest.mark.parametrize("credentials", [Credentials("1000011", "wrong"), Credentials("1000012", "only-for-tests")])
async def test_a_refused_login_is_not_hammered(
    credentials: Credentials, simulator: Simulator, connect: Connect
) -> None:
    client = connect(auth=credentials)
    errors: list[AuthenticationError] = []

    async def try_it(call: Callable[[RopoClient], Any]) -> None:
        with pytest.raises(AuthenticationError, match="check the customer id and the api code") as caught:
            await call(client)
        errors.append(caught.value)

    async with anyio.create_task_group() as group:
        for call in (pay, read) * 25:
            group.start_soon(try_it, call)
    assert len(errors) == len({id(error) for error in errors}) == 50
    assert {(error.operation, error.status, error.vendor_code) for error in errors} == {("token", 400, 2)}
    assert [exchange.operation for exchange in simulator.truth.requests] == [LOGIN]
    # Half a minute later it is tried again, once.
    cache(client).clock = lambda: anyio.current_time() + LOGIN_PAUSE + 1e6
    await try_it(pay)
    assert simulator.truth.count(LOGIN) == 2


def cache(client: RopoClient) -> TokenCache:
    known = client.payments._transport.auth
    assert isinstance(known, TokenCache)
    return known


async def test_a_login_that_is_put_right_works_after_the_pause(simulator: Simulator, connect: Connect) -> None:
    simulator.apicode = "another"
    client = connect(auth=Credentials("1000011", "only-for-tests"))
    now = [1000.0]
    cache(client).clock = lambda: now[0]
    with pytest.raises(AuthenticationError):
        await pay(client)
    simulator.apicode = "only-for-tests"
    now[0] += LOGIN_PAUSE + 0.1
    await pay(client)
    assert len(simulator.truth.payments) == 1


@pytest.mark.parametrize("call", [pay, read])
async def test_a_hundred_callers_with_a_revoked_token_log_in_once(
    call: Callable[[RopoClient], Any], simulator: Simulator, connect: Connect
) -> None:
    client = connect()
    await read(client)
    simulator.revoke_tokens()
    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(call, client)
    assert simulator.truth.count(LOGIN) == 2
    assert len(simulator.truth.payments) == (100 if call is pay else 0)


async def test_a_token_is_renewed_before_it_expires_and_earlier_for_a_payment(
    simulator: Simulator, connect: Connect
) -> None:
    now = [1000.0]
    simulator.tokens.clock = lambda: now[0]
    client = connect()
    cache(client).clock = lambda: now[0]
    for moment, call, logins in (
        (0, read, 1),
        (7100, read, 1),
        (7100, pay, 1),
        (7150, read, 1),
        (7150, pay, 2),  # it must outlive the answer, which may be a minute away
        (14300, read, 2),
        (14351, read, 3),
    ):
        now[0] = 1000.0 + moment
        await call(client)
        assert simulator.truth.count(LOGIN) == logins, (moment, call)
    assert 401 not in {exchange.status for exchange in simulator.truth.requests}


# Each has to be met three times before it is raised.
PASSING: list[tuple[Fault, type[RopoError]]] = [
    *((Fault.status(status), ServerError) for status in (500, 502, 503, 504, 520)),
    *((Fault.status(status, headers={"Location": "/rest/token"}), StatusError) for status in (302, 307, 308, 408, 425)),
    (Fault.status(429), RateLimited),
    (Fault.html(502), ServerError),
    *((fault, DecodeError) for fault in (Fault.html(201), Fault.html(200), Fault.body(b""), Fault.body(b"{}"))),
    *((Fault.body(b'{"token":%s}' % value), DecodeError) for value in (b"null", b"5", b'""', b'"a b"', b'"a\\nb"')),
    *((CATALOGUE[name], DecodeError) for name in ("gzip_cut", "gzip_garbage", "invalid_utf8", "close_delimited_1.0")),
    *((CATALOGUE[f"{name}_after"], TransportError) for name in ("drop", "reset", "raw", "hang")),
    *((CATALOGUE[name], TransportError) for name in ("status_line", "cut", "cut_by_reset", "stall", "two_lengths")),
]
FINAL: list[tuple[Fault, type[RopoError]]] = [
    *((Fault.status(status), AuthenticationError) for status in (400, 401, 403)),
    (Fault.status(404), NotFound),
    *((Fault.status(status), StatusError) for status in (405, 409, 418)),
]


@pytest.mark.parametrize(("fault", "kind"), PASSING, ids=lambda value: getattr(value, "name", None))
async def test_a_login_that_fails_is_tried_again(
    fault: Fault, kind: type[RopoError], simulator: Simulator, connect: Connect, patient: Timeouts
) -> None:
    client = connect(timeouts=evolve(patient, read=0.3) if fault.endless else patient)
    simulator.fail(fault, operation=LOGIN, times=5)
    with pytest.raises(kind, match=r"^token: ") as caught:
        await pay(client)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert {exchange.operation for exchange in simulator.truth.requests} == {LOGIN}  # the payment was not sent
    assert simulator.truth.count(LOGIN) == 3
    await pay(client)  # the sixth login is answered
    assert (simulator.truth.count(LOGIN), len(simulator.truth.payments)) == (6, 1)


@pytest.mark.parametrize(("fault", "kind"), FINAL, ids=lambda value: getattr(value, "name", None))
async def test_a_login_that_is_refused_is_not_tried_again(
    fault: Fault, kind: type[RopoError], simulator: Simulator, connect: Connect
) -> None:
    simulator.fail(fault, operation=LOGIN)
    with pytest.raises(kind, match=r"^token: "):
        await pay(connect())
    assert [exchange.operation for exchange in simulator.truth.requests] == [LOGIN]


async def test_a_payment_whose_token_cannot_be_renewed_is_not_unknown(simulator: Simulator, connect: Connect) -> None:
    client = connect()
    await read(client)
    simulator.revoke_tokens()
    simulator.fail(Fault.status(500), operation=LOGIN, times=3)
    with pytest.raises(ServerError, match=r"^token: "):
        await pay(client)
    assert (simulator.truth.count(PAY), len(simulator.truth.payment_attempts)) == (1, 0)


async def test_a_payment_whose_time_runs_out_at_the_login_was_not_sent(simulator: Simulator, connect: Connect) -> None:
    simulator.fail(Fault.hang(processed=False), operation=LOGIN)
    with pytest.raises(TransportError) as caught:
        await pay(connect(timeouts=Timeouts(total=0.4)))
    assert caught.value.phase is not Phase.RECEIVED_PARTIAL
    assert simulator.truth.count(PAY) == 0


# --- tokens from elsewhere ----------------------------------------------------------------------------------------


@define
class Vault:
    """A provider that notes what it was asked."""

    texts: list[str]
    asked: list[tuple[str | None, float]] = field(factory=list[tuple[str | None, float]])

    async def token(self, *, rejected: str | None, valid_for: float) -> str:
        self.asked.append((rejected, valid_for))
        return self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]


async def test_a_provider_is_told_what_was_refused_and_for_how_long(simulator: Simulator, connect: Connect) -> None:
    vault = Vault(["old", token(simulator).value.reveal()])
    client = connect(auth=vault)
    await pay(client)
    await read(client)
    assert vault.asked == [(None, 70.0), ("old", 70.0), (None, 0.0)]
    assert [exchange.status for exchange in simulator.truth.requests] == [401, 201, 200]


@pytest.mark.parametrize("auth", [StaticToken("stale"), Vault(["stale"])])
async def test_without_a_newer_token_a_refusal_stands(auth: Any, simulator: Simulator, connect: Connect) -> None:
    with pytest.raises(AuthenticationError, match=r"payments\.register: the server answered 401"):
        await pay(connect(auth=auth))
    assert [exchange.operation for exchange in simulator.truth.requests] == [PAY]


async def test_a_provider_that_fails_is_heard_and_nothing_is_sent(simulator: Simulator, connect: Connect) -> None:
    class Broken:
        async def token(self, *, rejected: str | None, valid_for: float) -> str:
            raise LookupError("the vault is sealed")

    for call in (pay, read):
        with pytest.raises(LookupError, match="sealed"):
            await call(connect(auth=Broken()))
    assert not simulator.truth.connections


@pytest.mark.parametrize("text", ["line\nbreak", "", "nön-ascii"])
async def test_a_token_that_fits_into_no_header_sends_nothing(
    text: str, simulator: Simulator, connect: Connect
) -> None:
    with pytest.raises(RopoError) as caught:
        await pay(connect(auth=Vault([text])))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert not simulator.truth.requests


# --- from the environment, and closed -----------------------------------------------------------------------------


async def test_the_environment_names_server_and_account(running: Running, tmp_path: Path) -> None:
    secret = tmp_path / "apicode"
    secret.touch(mode=0o600)
    secret.write_text("only-for-tests\n", encoding="ascii")
    for given in (
        {"ROPO_CID": "1000011", "ROPO_APICODE": "only-for-tests"},
        {"ROPO_CID": "1000011", "ROPO_APICODE_FILE": str(secret)},
        {"ROPO_TOKEN": token(running.simulator).value.reveal(), "ROPO_APICODE": ""},
    ):
        async with RopoClient.from_env({"ROPO_SERVER": running.url, **given}, hooks=()) as client:
            await pay(client)
    assert (len(running.simulator.truth.payments), running.simulator.truth.count(LOGIN)) == (3, 2)


@pytest.mark.parametrize("auth", [Credentials("1000011", "only-for-tests"), StaticToken("any")])
@pytest.mark.parametrize("call", [pay, read])
async def test_a_closed_client_sends_nothing(
    auth: Any, call: Callable[[RopoClient], Any], simulator: Simulator, connect: Connect
) -> None:
    client = connect(auth=auth)
    await client.aclose()
    with pytest.raises(ClientClosed):
        await call(client)
    assert not simulator.truth.connections


@pytest.mark.parametrize("call", [pay, read])
async def test_an_event_does_not_claim_that_a_closed_client_may_have_sent(
    call: Callable[[RopoClient], Any], connect: Connect
) -> None:
    events: list[Event] = []
    client = connect(auth=StaticToken("any"), hooks=[events.append])
    await client.aclose()
    with pytest.raises(ClientClosed):
        await call(client)
    assert {event.phase for event in events if isinstance(event, Attempted)} <= {Phase.NOT_SENT}


async def test_closing_lets_a_payment_under_way_end(simulator: Simulator, connect: Connect) -> None:
    client = connect(auth=token(simulator))
    simulator.fail(Fault.delay(0.1), operation=PAY)
    async with anyio.create_task_group() as group:
        group.start_soon(pay, client)
        await simulator.truth.until(lambda truth: bool(truth.requests))
        await client.aclose()
    assert len(simulator.truth.payments) == 1


# --- connections of the user's own --------------------------------------------------------------------------------


async def outcome(client: RopoClient) -> str:
    try:
        return type(await pay(client)).__name__
    except RopoError as error:
        return type(error).__name__


ANSWERS: list[tuple[int, dict[str, Any], str]] = [
    (201, {"json": {"statusid": 6}}, "PaymentReceipt"),
    (201, {"content": b'{"statusid":6}'}, "PaymentReceipt"),
    (201, {"stream": httpx.ByteStream(b'{"statusid":6}')}, "PaymentReceipt"),
    (400, {"json": {"statusid": 5}}, "PaymentRejected"),
    (400, {"json": {"error": "no"}}, "BadRequest"),
    (503, {"json": {"statusid": 6}}, "OutcomeUnknown"),
]


@pytest.mark.parametrize(("status", "body", "expected"), ANSWERS)
async def test_a_mock_transport_answers(status: int, body: dict[str, Any], expected: str) -> None:
    mock = httpx.MockTransport(lambda _: httpx.Response(status, **body))
    async with httpx.AsyncClient(transport=mock) as http:
        assert await outcome(RopoClient("https://example.invalid/rest", StaticToken("t"), http_client=http)) == expected


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadError, OSError, RuntimeError])
async def test_a_failure_of_a_transport_that_tells_no_steps_proves_nothing(failure: type[Exception]) -> None:
    calls: list[str] = []

    def fail(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        raise failure("in the middle")

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as http:
        retries = RetryPolicy(base=0.001)
        client = RopoClient("https://example.invalid/rest", StaticToken("t"), http_client=http, retries=retries)
        with pytest.raises(OutcomeUnknown) as caught:
            await pay(client)
        assert caught.value.phase is Phase.MAYBE_SENT
        with pytest.raises(TransportError):
            await read(client)
    assert calls == ["POST", "GET", "GET", "GET"]


async def test_nothing_of_the_users_client_goes_along_but_its_connections(
    simulator: Simulator, connect: Connect
) -> None:
    seen: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        seen.append(request)

    async with httpx.AsyncClient(
        headers={"X-Mine": "1", "Authorization": "Basic eDp5"},
        params={"mine": "1"},
        cookies={"mine": "1"},
        auth=("mine", "1"),
        event_hooks={"request": [note]},
        trust_env=False,
    ) as http:
        simulator.fail(Fault.status(429, headers={"Set-Cookie": "sticky=1"}), operation=PAY)
        client = connect(http_client=http)
        await pay(client)
        await read(client)
        await client.aclose()
        assert not http.is_closed
    assert len(seen) == 4
    for request in seen:
        assert {"x-mine", "cookie"}.isdisjoint(request.headers)
        assert not request.headers.get("authorization", "").startswith("Basic")
        assert b"mine" not in request.url.query
    assert simulator.truth.connections == 3  # what moves money ends its connection


@asynccontextmanager
async def behind_tls(running: Running, *, names: str) -> AsyncIterator[tuple[str, ssl.SSLContext]]:
    """Serve a simulator over TLS as well, and give its URL with what a client needs to trust it."""
    authority = trustme.CA()
    inside, outside = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(inside)
    authority.issue_cert(names).configure_cert(outside)

    async def pump(source: anyio.abc.ByteStream, sink: anyio.abc.ByteStream, scope: anyio.CancelScope) -> None:
        with suppress(anyio.BrokenResourceError, ssl.SSLError):
            async for chunk in source:
                await sink.send(chunk)
        scope.cancel()

    async def relay(raw: anyio.abc.SocketStream) -> None:
        with suppress(anyio.BrokenResourceError, anyio.EndOfStream, ssl.SSLError):
            async with (
                raw,
                await TLSStream.wrap(raw, server_side=True, ssl_context=outside, standard_compatible=False) as outer,
                await anyio.connect_tcp(running.host, running.port) as inner,
                anyio.create_task_group() as group,
            ):
                group.start_soon(pump, outer, inner, group.cancel_scope)
                group.start_soon(pump, inner, outer, group.cancel_scope)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, relay)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        yield f"https://127.0.0.1:{port}/rest", inside
        group.cancel_scope.cancel()


async def test_tls_with_a_certificate_authority_of_ones_own(running: Running, connect: Connect) -> None:
    async with behind_tls(running, names="127.0.0.1") as (url, context), httpx.AsyncClient(verify=context) as http:
        client = connect(server=url, http_client=http)
        await pay(client)
    assert len(running.simulator.truth.payments) == 1


@pytest.mark.parametrize(("trusted", "names"), [(False, "127.0.0.1"), (True, "elsewhere.invalid")])
@pytest.mark.parametrize("call", [pay, read])
async def test_a_certificate_that_does_not_verify_is_final_and_nothing_is_sent(
    *, trusted: bool, names: str, call: Callable[[RopoClient], Any], running: Running, connect: Connect
) -> None:
    events: list[Event] = []
    async with behind_tls(running, names=names) as (url, context), httpx.AsyncClient(verify=context) as http:
        own = {"http_client": http} if trusted else {}
        client = connect(server=url, auth=token(running.simulator), hooks=[events.append], **own)
        with pytest.raises(TransportError, match="certificate does not verify") as caught:
            await call(client)
    assert (caught.value.phase, caught.value.permanent) == (Phase.NOT_SENT, True)
    assert sum(isinstance(event, Attempted) for event in events) == 1
    assert not running.simulator.truth.requests


# --- what is let slip ---------------------------------------------------------------------------------------------


BILLNUM, AMOUNT = "R-271828", Decimal("31415.92")


@pytest.mark.parametrize("own", [False, True])
async def test_nothing_personal_and_no_secret_in_logs_and_errors(
    *, own: bool, simulator: Simulator, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    simulator.add_invoice(billnum=BILLNUM, amount=10**6)
    shown: list[str] = []
    async with httpx.AsyncClient(trust_env=False) as http:
        client = connect(http_client=http if own else None)
        for status in (429, 401):
            simulator.fail(Fault.status(status), operation=PAY)
            shown.append(repr(await pay(client, BILLNUM, AMOUNT)))
        for fault in (
            Fault.cut(),
            Fault.drop(processed=True),
            Fault.status(400, body=b'{"error":"R-271828 owes 31415.92"}'),
            Fault.status(400, body=b'{"statusid":5,"statustext":"R-271828 owes 31415.92"}'),
            Fault.body(b"R-271828"),
        ):
            simulator.fail(fault, operation=PAY)
            with pytest.raises(RopoError) as caught:
                await pay(client, BILLNUM, AMOUNT)
            shown += [*traceback.format_exception(caught.value), repr(caught.value)]
        simulator.fail(Fault.status(500), operation=REREAD)
        page = await client.status_updates.of_invoice(BILLNUM)
        shown += [repr(thing) for thing in (page, client, client.payments, client.status_updates)]
        await client.aclose()
    assert len(page) == len(simulator.truth.payments) == 5
    assert len(caplog.records) > 20
    shown += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    secrets = [BILLNUM, str(AMOUNT), "only-for-tests", *simulator.tokens._expiry]
    assert len(secrets) == 5
    assert [secret for secret in secrets if any(secret in line for line in shown)] == []


async def test_other_uses_of_the_http_library_are_logged_as_before(
    running: Running, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with httpx.AsyncClient(trust_env=False) as http:
        await pay(connect(http_client=http))
        assert not [record for record in caplog.records if record.name.startswith("http")]
        await http.get(f"{running.url}/mine")
    names = {
        record.name.rstrip("2") for record in caplog.records
    }  # the library's successor calls itself the same, and 2
    assert "httpx" in names
    assert any(name.startswith("httpcore") and name.endswith("http11") for name in names)
    assert "/rest/mine" in caplog.text

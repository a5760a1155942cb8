"""Connections of the user's own: whatever they are, what is known about a call stays true."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import anyio.abc
import httpx
import pytest
import trustme
from anyio.streams.tls import TLSStream

from ropo_async import OutcomeUnknown, Phase, RetryPolicy, RopoClient, RopoError, StaticToken, TransportError
from ropo_async.hooks import Attempted, Event
from ropo_async.simulator import Fault, Running, Simulator
from tests.faults.calls import PAY, Connect, pay, read, token

pytestmark = pytest.mark.anyio


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

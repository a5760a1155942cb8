"""One request, one answer: how far a call got is told from its steps, whatever exception ends it."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import define, evolve, field

from ropo_async import _http as http
from ropo_async import operations
from ropo_async._bridge import _Answer
from ropo_async._messages import Answer, Incoming, Outgoing, Request
from ropo_async.config import Timeouts
from ropo_async.errors import ClientClosed, Phase, TransportError
from ropo_async.exchange import Exchange
from ropo_async.operations import Operation

pytestmark = pytest.mark.anyio

URL = "https://invoicing.test/rest/jobs"
BEARER = {"Authorization": "Bearer hunter2"}


@define
class Body(http.AsyncByteStream):
    """Gives its pieces, raises its error, and knows whether it was closed."""

    pieces: Sequence[bytes]
    error: Exception | None = None
    closed: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            await anyio.lowlevel.checkpoint()
            yield piece
        if self.error is not None:
            raise self.error

    async def aclose(self) -> None:
        self.closed = True  # first, as every sound transport does: what follows may be cancelled
        await anyio.lowlevel.checkpoint()


@define
class Transport:
    """Tells its steps, then raises or answers."""

    steps: Sequence[str] = ()
    error: BaseException | None = None
    response: http.Response = field(factory=lambda: http.Response(200, content=b"{}"))
    seen: list[Outgoing] = field(factory=list[Outgoing])

    async def __call__(self, request: Outgoing) -> Incoming:
        self.seen.append(request)
        for step in self.steps:
            await request.trace(step, {})
        await anyio.lowlevel.checkpoint()
        if self.error is not None:
            raise self.error
        return _Answer(self.response)


def _exchange(operation: Operation = operations.REREAD, **request: Any) -> Exchange:
    return Exchange(Request(operation=operation, method="GET", path="/jobs", **request))


async def _run(transport: Transport, exchange: Exchange | None = None) -> Answer:
    return await (exchange or _exchange()).run(transport, URL, BEARER, Timeouts())


async def test_an_answer_as_it_came() -> None:
    body = Body([b'{"a"', b":", b"1}"])
    response = http.Response(200, headers=[("X-One", "1"), ("Content-Encoding", "gzip")], stream=body)
    answer = await _run(Transport(response=response))
    assert (answer.status, answer.body, answer.broken) == (200, b'{"a":1}', "")
    assert answer.headers == {"x-one": "1", "content-encoding": "gzip"}
    assert answer.operation is operations.REREAD
    assert body.closed


async def test_an_answer_that_was_read_before() -> None:
    response = http.Response(200, headers={"content-encoding": "identity", "x-one": "1"}, content=b"{}")
    answer = await _run(Transport(response=response))
    assert (answer.body, answer.headers["x-one"]) == (b"{}", "1")
    assert "content-encoding" not in answer.headers


async def test_what_goes_out() -> None:
    transport = Transport()
    exchange = _exchange(operations.POLL, params={"date": "2026-03-04"}, headers={"X-One": "1"}, content=b"x")
    await exchange.run(transport, URL, BEARER, Timeouts(read=1, poll_read=2, connect=3, write=4, pool=5))
    (request,) = transport.seen
    assert (request.method, request.url, request.query, request.content) == ("GET", URL, "date=2026-03-04", b"x")
    assert (request.headers["X-One"], request.headers["Authorization"]) == ("1", "Bearer hunter2")
    assert (request.headers["Accept"], request.headers["Accept-Encoding"]) == ("application/json", "identity")
    assert request.timeout == {"connect": 3, "read": 2, "write": 4, "pool": 5}
    assert request.fresh is True


async def test_a_reread_is_less_patient_and_shares_its_connection() -> None:
    transport = Transport()
    await _exchange().run(transport, URL, BEARER, Timeouts(read=1, poll_read=2))
    assert transport.seen[0].timeout["read"] == 1
    assert transport.seen[0].fresh is False


CONNECTED = ["connection.connect_tcp.started", "connection.connect_tcp.complete"]
HEAD = "http11.send_request_headers.started"
SENT = [*CONNECTED, HEAD, "http11.send_request_headers.complete"]


@pytest.mark.parametrize(
    ("steps", "error", "phase"),
    [
        (CONNECTED[:1], http.ConnectError("x"), Phase.NOT_SENT),
        (CONNECTED, http.ConnectTimeout("x"), Phase.NOT_SENT),
        (CONNECTED, http.ReadError("x"), Phase.NOT_SENT),
        (CONNECTED, RuntimeError("x"), Phase.NOT_SENT),
        ([], http.PoolTimeout("x"), Phase.NOT_SENT),
        # Without steps nothing is proved, whatever the exception is called.
        ([], http.ConnectError("x"), Phase.MAYBE_SENT),
        ([], OSError("x"), Phase.MAYBE_SENT),
        ([*CONNECTED, HEAD], http.ConnectError("x"), Phase.MAYBE_SENT),
        ([*CONNECTED, HEAD], http.WriteError("x"), Phase.MAYBE_SENT),
        (SENT, http.ReadTimeout("x"), Phase.MAYBE_SENT),
        (SENT, http.RemoteProtocolError("x"), Phase.MAYBE_SENT),
        ([*SENT, *CONNECTED], http.ConnectError("x"), Phase.MAYBE_SENT),
        ([*SENT], http.PoolTimeout("x"), Phase.MAYBE_SENT),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_how_far_it_got(steps: list[str], error: Exception, phase: Phase) -> None:
    exchange = _exchange()
    with pytest.raises(TransportError) as caught:
        await _run(Transport(steps, error), exchange)
    assert caught.value.phase is exchange.phase is phase
    assert (caught.value.operation, caught.value.status, caught.value.permanent) == ("status_updates.on", None, False)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (http.ConnectError("hunter2"), "no connection could be made"),
        (http.ConnectTimeout("hunter2"), "no connection could be made in time"),
        (http.PoolTimeout("hunter2"), "no connection became free in time"),
        (http.ReadTimeout("hunter2"), "the server fell silent"),
        (http.ReadError("hunter2"), "the connection was lost"),
        (http.WriteTimeout("hunter2"), "the server stopped taking the request"),
        (http.WriteError("hunter2"), "the connection was lost while sending"),
        (http.RemoteProtocolError("hunter2"), "the server did not keep to HTTP"),
        (http.LocalProtocolError("hunter2"), "the request cannot be written as HTTP"),
        (OSError("hunter2"), "the connection failed (OSError)"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_failure_says_what_happened_and_nothing_else(error: Exception, reason: str) -> None:
    with pytest.raises(TransportError, match=r"nothing was sent|may have acted") as caught:
        await _run(Transport(SENT, error))
    assert f": {reason} (" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    # What the HTTP library raised holds the request, and with it the token.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("nested", ["cause", "context", "itself"])
async def test_a_certificate_that_does_not_verify_is_permanent(nested: str) -> None:
    certificate, error = ssl.SSLCertVerificationError(1, "x"), http.ConnectError("x")
    if nested == "cause":
        error.__cause__ = certificate
    else:
        error.__context__ = certificate
    with pytest.raises(TransportError, match="certificate does not verify") as caught:
        await _run(Transport(CONNECTED, certificate if nested == "itself" else error))
    assert caught.value.permanent
    assert caught.value.phase is Phase.NOT_SENT


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (http.ReadError("x"), "the connection was lost"),
        (http.ReadTimeout("x"), "the server fell silent"),
        (http.RemoteProtocolError("x"), "the server did not keep to HTTP"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_an_answer_that_broke_off_is_kept(error: Exception, reason: str) -> None:
    body = Body([b'{"result":', b"{"], error)
    exchange = _exchange()
    answer = await _run(Transport(SENT, response=http.Response(201, stream=body)), exchange)
    assert (answer.status, answer.body, answer.broken) == (201, b'{"result":{', reason)
    assert exchange.phase is Phase.RECEIVED_PARTIAL
    assert body.closed


@pytest.mark.parametrize("size", [0, 10, 11, 17, 350])
async def test_an_answer_that_is_too_large_is_cut(size: int) -> None:
    sent = bytes(range(256)) * 2
    body = Body([sent[start : min(start + 7, size)] for start in range(0, size, 7)])
    operation = evolve(operations.REREAD, max_body=10)
    answer = await _run(Transport(response=http.Response(200, stream=body)), _exchange(operation))
    assert answer.body == sent[: min(size, 10)]
    assert answer.broken == ("the answer is too large" if size > 10 else "")
    assert body.closed


async def test_an_error_of_our_own_means_that_nothing_was_sent() -> None:
    exchange, error = _exchange(), ClientClosed("the client is closed")
    with pytest.raises(ClientClosed) as caught:
        await _run(Transport([], error), exchange)
    assert caught.value is error
    assert exchange.phase is Phase.NOT_SENT


async def test_before_it_begins_nothing_was_sent() -> None:
    exchange = _exchange()
    assert exchange.phase is Phase.NOT_SENT
    assert exchange.failure("no time left").phase is Phase.NOT_SENT
    assert exchange.answer().status == 0


async def test_what_ends_a_program_is_not_taken_for_a_failure() -> None:
    with pytest.raises(KeyboardInterrupt):
        await _run(Transport(SENT, KeyboardInterrupt()))


async def _cancelled(transport: Callable[[Outgoing], Awaitable[Incoming]], exchange: Exchange) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(exchange.run, transport, URL, BEARER, Timeouts())
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()


async def test_a_cancelled_exchange_knows_how_far_it_got() -> None:
    async def hang(request: Outgoing) -> Incoming:
        for step in SENT:
            await request.trace(step, {})
        await anyio.sleep_forever()
        raise AssertionError

    exchange = _exchange()
    await _cancelled(hang, exchange)
    assert exchange.phase is Phase.MAYBE_SENT


async def test_a_cancelled_answer_is_closed() -> None:
    class Endless(Body):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"{"
            await anyio.sleep_forever()

    body, exchange = Endless([]), _exchange()
    await _cancelled(Transport(response=http.Response(200, stream=body)), exchange)
    assert body.closed
    assert exchange.failure("it took too long").partial == b"{"


async def test_an_exchange_shows_nothing_personal() -> None:
    exchange = _exchange(params={"billnum": "hunter2"}, content=b"hunter2")
    answer = await _run(Transport(response=http.Response(200, content=b"hunter2")), exchange)
    assert "hunter2" not in repr(answer)
    assert "hunter2" not in repr(exchange.request)

"""Payments that provably had no effect: tried again, and in the end refused or not sent, but not unknown."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import anyio
import httpx
import pytest

from ropo_async import (
    AuthenticationError,
    OutcomeUnknown,
    Phase,
    RateLimited,
    RetryPolicy,
    RopoClient,
    RopoError,
    Timeouts,
    TransportError,
)
from ropo_async._pool import Pool
from ropo_async.hooks import Attempted, Event, Finished, Retrying, Started
from ropo_async.simulator import Fault, Running, Simulator, serve
from tests.faults.calls import PAY, REREAD, Connect, booked, pay, read, sent, token

pytestmark = pytest.mark.anyio

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
    assert [type(event) for event in of_payment] == [Started, Attempted, Retrying, Attempted, Finished]
    started, first, again, second, finished = of_payment
    assert isinstance(started, Started)
    assert (started.method, started.server) == ("POST", "127.0.0.1")
    assert isinstance(first, Attempted)
    assert (first.attempt, first.status, first.phase) == (1, 429, None)
    assert isinstance(again, Retrying)
    assert (again.attempt, again.reason, again.tokens) == (1, "throttled", 495)
    assert isinstance(second, Attempted)
    assert (second.attempt, second.status, second.phase) == (2, None, Phase.MAYBE_SENT)
    assert isinstance(finished, Finished)
    assert (finished.outcome, finished.attempts) == ("OutcomeUnknown", 2)
    kinds = {"Attempted", "Finished", "Retrying", "Started", "TokenRenewed"}
    assert {type(event).__name__ for event in events} == kinds


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
async def test_what_never_left_is_tried_again_and_then_not_sent(place: str, running: Running, connect: Connect) -> None:
    events: list[Event] = []
    soon = Timeouts(connect=0.3, read=10, write=10, pool=10, total=40)  # the deadline must not take an attempt away
    with PLACES[place](running) as server:
        client = connect(server=server, auth=token(running.simulator), timeouts=soon, hooks=[events.append])
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
        client._line.pool = other._line.pool = Pool(max_connections=1)
        simulator.fail(Fault.hang(processed=False), operation=REREAD)
        async with anyio.create_task_group() as group:
            group.start_soon(read, other)
            await simulator.truth.until(lambda truth: bool(truth.requests))
            with pytest.raises(TransportError, match="became free") as caught:
                await pay(client)
            group.cancel_scope.cancel()
    assert caught.value.phase is Phase.NOT_SENT
    assert not sent(simulator)

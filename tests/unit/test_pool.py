"""The connection pool: what it shares, what it keeps apart, and that no cancellation wears it down."""

import asyncio
import itertools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, cast

import anyio
import anyio.abc
import pytest
import trustme
from anyio.lowlevel import checkpoint
from anyio.streams.tls import TLSStream
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from ropo_async import _http as http
from ropo_async._pool import _ERRORS, Pool, _Idle, _Link

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\nContent-Length: "


@define
class Server:
    """Answers by path and keeps the truth about its connections; the body of `/` is the connection's number."""

    url: str = ""
    accepted: int = 0
    open: int = 0
    requests: int = 0
    gate: anyio.Event = field(factory=anyio.Event)
    tls: ssl.SSLContext | None = None

    async def serve(self, raw: anyio.abc.SocketStream) -> None:
        self.accepted += 1
        self.open += 1
        try:
            async with raw:
                with suppress(anyio.EndOfStream, anyio.BrokenResourceError, ssl.SSLError):
                    await self._converse(raw, number=self.accepted)
        finally:
            self.open -= 1

    async def _converse(self, raw: anyio.abc.SocketStream, number: int) -> None:
        stream: anyio.abc.ByteStream = raw
        if self.tls is not None:
            stream = await TLSStream.wrap(raw, server_side=True, ssl_context=self.tls, standard_compatible=False)
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                buffer += await stream.receive()
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            self.requests += 1
            if not await self._answer(stream, head.split()[1], str(number).encode()):
                return

    async def _answer(self, stream: anyio.abc.ByteStream, path: bytes, number: bytes) -> bool:
        """Answer one request and say whether the connection stays."""
        length = str(len(number)).encode()
        match path:
            case b"/gated":
                await self.gate.wait()
                await stream.send(OK + length + b"\r\n\r\n" + number)
            case b"/close":
                await stream.send(OK + length + b"\r\nConnection: close\r\n\r\n" + number)
            case b"/http10":
                await stream.send(OK.replace(b"1.1", b"1.0") + length + b"\r\n\r\n" + number)
            case b"/leave":  # closes without having said so
                await stream.send(OK + length + b"\r\n\r\n" + number)
                return False
            case b"/cut":
                await stream.send(OK + b"1000\r\n\r\nfirst")
                return False
            case b"/long":
                await stream.send(OK + b"100000\r\n\r\nfirst")
            case b"/nothing":
                return False
            case b"/silence":
                await stream.receive()
            case b"/nonsense":
                await stream.send(b"220 smtp.example ESMTP\r\n\r\n")
                return False
            case _:  # in two pieces, so that a call can be cut off between head and body
                await stream.send(OK + length + b"\r\n\r\n")
                await checkpoint()
                await stream.send(number)
        return True


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[Server]:
    server = Server(tls=tls)
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1", backlog=512) as listener,
        anyio.create_task_group() as tasks,
    ):
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        server.url = f"{'https' if tls else 'http'}://{host}:{port}"
        tasks.start_soon(listener.serve, server.serve)
        yield server
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def pooled(**options: Any) -> AsyncIterator[tuple[Server, Pool, http.AsyncClient]]:
    pool = Pool(**options)
    async with serving() as server, http.AsyncClient(transport=pool, base_url=server.url) as client:
        yield server, pool, client


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not condition():  # noqa: ASYNC110 # what is awaited happens in the event loop, not in an object of ours
            await anyio.sleep(0.001)


async def whole(server: Server, pool: Pool) -> None:
    """No slot is held, and the sockets that the server sees are those of the idle links."""
    assert repr(pool) == f"<Pool busy=0 idle={len(pool._idle)} waiting=0>"
    await until(lambda: server.open == len(pool._idle))


async def served(client: http.AsyncClient, url: str, *, calls: int = 5, patience: float = 10) -> int:
    """Count the calls, all made at once, that are answered within `patience` seconds."""
    answered = 0

    async def call() -> None:
        nonlocal answered
        with suppress(http.TimeoutException):
            success = (await client.get(url, timeout=patience)).is_success
            answered += success

    async with anyio.create_task_group() as tasks:
        for _ in range(calls):
            tasks.start_soon(call)
    return answered


# Sharing


async def test_twenty_calls_in_a_row_share_one_connection() -> None:
    async with pooled() as (server, pool, client):
        answers = [(await client.get("/")).text for _ in range(20)]
        assert answers == ["1"] * 20
        await whole(server, pool)
        assert (server.accepted, server.requests) == (1, 20)
    assert repr(pool) == "<Pool busy=0 idle=0 waiting=0>"


async def test_the_connection_used_last_is_used_next() -> None:
    async with pooled() as (server, pool, client):
        async with client.stream("GET", "/") as first, client.stream("GET", "/") as second:
            await second.aread()
            await first.aread()
        assert (first.text, second.text) == ("1", "2")
        assert [(await client.get("/")).text for _ in range(3)] == ["1", "1", "1"]
        assert len(pool._idle) == server.accepted == 2


async def test_a_fresh_connection_serves_one_request_alone() -> None:
    async with pooled() as (server, pool, client):
        answers = [(await client.get("/", extensions={"fresh": fresh})).text for fresh in (False, True, True, False)]
        assert answers == ["1", "2", "3", "1"]
        await whole(server, pool)
        assert len(pool._idle) == 1


async def test_a_fresh_connection_counts_among_the_connections() -> None:
    async with pooled(max_connections=1) as (server, pool, client):
        await client.get("/")
        assert (await client.get("/", extensions={"fresh": True})).text == "2"
        await until(lambda: server.open == 0)  # the idle one had to make room
        await whole(server, pool)


async def test_callers_beyond_the_limit_wait_their_turn() -> None:
    async with pooled(max_connections=3) as (server, pool, client):
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(client.get, "/gated")
            await until(lambda: server.requests == 3 and "waiting=17" in repr(pool))
            assert repr(pool) == "<Pool busy=3 idle=0 waiting=17>"
            server.gate.set()
        assert (server.accepted, server.requests) == (3, 20)
        await whole(server, pool)


async def test_no_more_than_max_idle_connections_are_kept() -> None:
    async with pooled(max_idle=2) as (server, pool, client):
        async with anyio.create_task_group() as tasks:
            for _ in range(6):
                tasks.start_soon(client.get, "/gated")
            await until(lambda: server.requests == 6)
            server.gate.set()
        assert len(pool._idle) == 2
        await whole(server, pool)


async def test_an_idle_connection_of_another_origin_makes_room() -> None:
    async with serving() as other, pooled(max_connections=2) as (server, _, client):
        async with client.stream("GET", "/") as one, client.stream("GET", "/") as two:
            await one.aread()
            await two.aread()
        assert (await client.get(other.url)).text == "1"
        assert (await client.get("/")).text == "2"  # the newer of the two is still there
        await until(lambda: (server.open, other.open) == (1, 1))
        assert await served(client, "/") == 5
        assert (await client.get(other.url)).is_success
        assert server.open + other.open <= 2


# Ending


async def test_idle_connections_expire_and_are_swept_whatever_their_origin() -> None:
    async with serving() as other, pooled(keepalive_expiry=0.05) as (server, pool, client):
        await client.get(other.url)
        assert (await client.get("/")).text == "1"
        await until(lambda: all(link.connection.has_expired() for link in pool._idle._by_age))
        assert (await client.get("/")).text == "2"
        await until(lambda: (server.open, other.open) == (1, 0))
        await whole(server, pool)


async def test_an_idle_connection_that_the_server_closed_is_not_used() -> None:
    async with pooled() as (server, pool, client):
        assert (await client.get("/leave")).text == "1"
        assert len(pool._idle) == 1
        await until(lambda: server.open == 0)
        assert (await client.get("/")).text == "2"
        await whole(server, pool)


@pytest.mark.parametrize("path", ["/close", "/http10"])
async def test_a_connection_that_the_answer_ends_is_not_kept(path: str) -> None:
    async with pooled() as (server, pool, client):
        answers = [(await client.get(path)).text for _ in range(3)]
        assert answers == ["1", "2", "3"]
        assert len(pool._idle) == 0
        await whole(server, pool)


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # trio's word on those of the HTTP library
@pytest.mark.parametrize("pieces", [0, 1])
async def test_a_body_not_read_to_its_end_costs_the_connection(pieces: int) -> None:
    async with pooled(max_connections=1) as (server, pool, client):
        async with client.stream("GET", "/long") as response:
            body = cast("Any", response.stream).__aiter__()
            assert [await anext(body) for _ in range(pieces)] == [b"first"][:pieces]
            await body.aclose()
        await whole(server, pool)
        assert (await client.get("/")).text == "2"


async def test_a_connection_that_refuses_the_request_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pooled() as (server, pool, client):
        await client.get("/")
        (link,) = pool._idle._by_age
        monkeypatch.setattr(link.connection, "has_expired", lambda: False)
        await link.connection.aclose()
        assert (await client.get("/")).text == "2"
        await whole(server, pool)


async def test_closing_leaves_calls_under_way_to_finish() -> None:
    async with pooled(max_connections=2) as (server, pool, client):
        await served(client, "/", calls=2)
        async with client.stream("GET", "/") as response:
            await pool.aclose()
            assert repr(pool) == "<Pool busy=1 idle=0 waiting=0>"
            await until(lambda: server.open == 1)
            assert (await response.aread()).isdigit()
        await until(lambda: server.open == 0)
        with pytest.raises(RuntimeError, match="closed"):
            await client.get("/")
        await whole(server, pool)


# Failing


def recorder(events: list[str]) -> dict[str, Any]:
    async def trace(event: str, _info: dict[str, Any]) -> None:
        events.append(event)

    return {"trace": trace}


async def test_waiting_too_long_for_a_slot_sends_nothing() -> None:
    events: list[str] = []
    async with pooled(max_connections=1) as (server, pool, client):
        async with client.stream("GET", "/"):
            with pytest.raises(http.PoolTimeout):
                await client.get("/", timeout=http.Timeout(5, pool=0.01), extensions=recorder(events))
        assert events == ["pool.acquire.started", "pool.acquire.failed"]
        assert server.requests == 1
        await whole(server, pool)


async def test_the_steps_of_a_call_are_told() -> None:
    events: list[str] = []
    async with pooled() as (_, _, client):
        await client.get("/", extensions=recorder(events))
    started = [event.removesuffix(".started") for event in events if event.endswith(".started")]
    assert started == [
        "pool.acquire",
        "connection.connect_tcp",
        "http11.send_request_headers",
        "http11.send_request_body",
        "http11.receive_response_headers",
        "http11.receive_response_body",
        "http11.response_closed",
    ]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/nothing", http.RemoteProtocolError),
        ("/nonsense", http.RemoteProtocolError),
        ("/cut", http.RemoteProtocolError),
        ("/silence", http.ReadTimeout),
        ("/long", http.ReadTimeout),
    ],
)
async def test_failures_have_the_names_of_the_http_client_and_cost_no_slot(
    path: str, error: type[http.TransportError]
) -> None:
    async with pooled(max_connections=1) as (server, pool, client):
        for _ in range(3):
            with pytest.raises(error) as caught:
                await client.get(path, timeout=http.Timeout(5, read=0.05))
            assert type(caught.value) is error
        await whole(server, pool)
        assert await served(client, "/", calls=1) == 1


async def test_a_refused_connection_costs_no_slot(free_tcp_port: int) -> None:
    async with pooled(max_connections=1) as (server, pool, client):
        for _ in range(3):
            with pytest.raises(http.ConnectError):
                await client.get(f"http://127.0.0.1:{free_tcp_port}/")
        await whole(server, pool)
        assert await served(client, "/", calls=1) == 1


async def test_other_schemes_are_not_spoken() -> None:
    async with pooled(max_connections=1) as (server, pool, client):
        with pytest.raises(http.UnsupportedProtocol):
            await client.get("ftp://127.0.0.1/")
        await whole(server, pool)


def test_the_errors_keep_their_names() -> None:
    library = {kind: name for kind, name in _ERRORS.items() if kind.__module__ == http.core.__name__}
    assert len(library) == 8
    assert all(kind.__name__ == name.__name__ for kind, name in library.items())


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_tls(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_tls_connections_are_shared_too(authority: trustme.CA) -> None:
    async with (
        serving(server_tls(authority, "127.0.0.1")) as server,
        http.AsyncClient(transport=(pool := Pool(ssl_context=client_tls(authority)))) as client,
    ):
        answers = [(await client.get(server.url)).text for _ in range(10)]
        assert answers == ["1"] * 10
        await whole(server, pool)


@pytest.mark.parametrize("case", ["unknown authority", "another host"])
async def test_a_bad_certificate_is_a_connect_error(authority: trustme.CA, case: str) -> None:
    events: list[str] = []
    trusted = trustme.CA() if case == "unknown authority" else authority
    host = "ropo.example" if case == "another host" else "127.0.0.1"
    async with (
        serving(server_tls(authority, host)) as server,
        http.AsyncClient(transport=(pool := Pool(ssl_context=client_tls(trusted)))) as client,
    ):
        with pytest.raises(http.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(server.url, extensions=recorder(events))
        assert events[-1] == "connection.start_tls.failed"
        assert server.requests == 0
        await whole(server, pool)


async def test_a_context_is_made_when_https_needs_one(authority: trustme.CA) -> None:
    async with (
        serving(server_tls(authority, "127.0.0.1")) as server,
        http.AsyncClient(transport=(pool := Pool())) as client,
    ):
        contexts = [pool._ssl_context]
        for _ in range(2):
            with pytest.raises(http.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.get(server.url)
            contexts.append(pool._ssl_context)
        assert contexts[0] is None
        assert contexts[1] is contexts[2] is not None


# Cancelling


Cut = Callable[[Callable[[], Awaitable[Any]], int], Awaitable[bool]]


async def cut_by_scope(call: Callable[[], Awaitable[Any]], steps: int) -> bool:
    """Run `call`, cancel it as anyio does after so many turns of the event loop, and say whether it was cut off."""
    done = False

    async def run() -> None:
        nonlocal done
        await call()
        done = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        for _ in range(steps):
            await checkpoint()
        tasks.cancel_scope.cancel()
    return not done


async def cut_by_task(call: Callable[[], Awaitable[Any]], steps: int) -> bool:
    """Do the same as asyncio does, which no shield withstands; twice, so that cleaning up is cut off as well."""
    task = asyncio.ensure_future(call())
    for _ in range(steps):
        await checkpoint()
    task.cancel()
    await checkpoint()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
        return False
    return True


every_cut = pytest.mark.parametrize(
    ("anyio_backend", "cut"),
    [("asyncio", cut_by_scope), ("asyncio", cut_by_task), ("trio", cut_by_scope)],
    ids=["asyncio-scope", "asyncio-task", "trio-scope"],
)


@every_cut
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["new", "reused", "fresh"])
async def test_a_call_can_be_cut_off_at_every_await(cut: Cut, scheme: str, kind: str, authority: trustme.CA) -> None:
    tls = server_tls(authority, "127.0.0.1") if scheme == "https" else None
    pool = Pool(max_connections=2, ssl_context=client_tls(authority))
    outcomes: list[bool] = []
    async with serving(tls) as server, http.AsyncClient(transport=pool) as client:
        while outcomes[-3:] != [False] * 3 and len(outcomes) < 1000:  # until it is through before the cut comes
            if kind == "reused":
                await client.get(server.url)
            elif kind == "new":
                await pool._idle.pop_oldest().aclose() if pool._idle else None
            call = partial(client.get, server.url, extensions={"fresh": kind == "fresh"})
            outcomes.append(await cut(call, len(outcomes)))
        assert outcomes.count(True) > 5
        await whole(server, pool)
        assert await served(client, server.url) == 5
        await whole(server, pool)


@every_cut
async def test_a_wait_for_a_slot_can_be_cut_off_when_the_slot_comes(cut: Cut) -> None:
    lost = 0
    async with pooled(max_connections=1) as (server, pool, client):
        for steps in range(40):
            async with client.stream("GET", "/") as holder, anyio.create_task_group() as tasks:

                async def wait(steps: int = steps) -> None:
                    nonlocal lost
                    was_lost = await cut(partial(client.get, "/"), steps)
                    lost += was_lost

                tasks.start_soon(wait)
                for _ in range(5):
                    await checkpoint()
                await holder.aread()
        await whole(server, pool)
        assert lost > 5
        assert await served(client, "/") == 5


async def storm(client: http.AsyncClient, cut: Cut, *, calls: int) -> int:
    """Cut off batches of 50 calls, as a deadline over them does, each after another number of steps."""
    lost = 0

    async def call() -> None:
        nonlocal lost
        lost += 1
        await client.get("/")
        lost -= 1

    async def batch() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(call)

    for steps in itertools.cycle(range(50)):
        if lost >= calls:
            break
        await cut(batch, steps)
    return lost


PATIENCE = 3
"""Seconds that five calls after the storm may take, in the test and in its control alike."""


@every_cut
async def test_seven_thousand_cancelled_calls_leave_the_pool_whole(cut: Cut) -> None:
    async with pooled(max_connections=5) as (server, pool, client):
        assert await storm(client, cut, calls=7000) >= 7000
        await whole(server, pool)
        assert await served(client, "/", patience=PATIENCE) == 5


async def test_the_same_storm_wedges_the_pool_of_the_http_library() -> None:
    """The control: if that pool, too, served all five, the test above would prove nothing."""
    async with (
        serving() as server,
        http.AsyncClient(limits=http.Limits(max_connections=5), base_url=server.url) as client,
        http.AsyncClient(base_url=server.url) as bystander,
    ):
        await storm(client, cut_by_scope, calls=7000)
        assert await served(client, "/", patience=PATIENCE) == 0
        assert await served(bystander, "/", patience=PATIENCE) == 5  # so it is the pool, not a server out of breath


# The idle links as such


@given(st.lists(st.one_of(st.sampled_from(["oldest", "a", "b"]), st.sampled_from([b"a", b"b", b"c"]))))
def test_idle_links_are_a_list_with_two_ends(steps: list[str | bytes]) -> None:
    idle, model = _Idle(), list[_Link]()
    for step in steps:
        if isinstance(step, bytes):
            link = _Link((b"http", step, None), *cast("Any", (True, None, None)))
            idle.push(link)
            model.append(link)
        elif step == "oldest":
            if model:
                assert idle.pop_oldest() is model.pop(0)
        else:
            newest = next((link for link in reversed(model) if link.origin[1] == step.encode()), None)
            assert idle.pop_newest((b"http", step.encode(), None)) is newest
            model = [link for link in model if link is not newest]
        assert len(idle) == len(model)
        assert set(idle._stacks) == {link.origin for link in model}

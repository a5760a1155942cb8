"""A feed that cannot be reached: nothing was sent, so nothing is lost, and nothing is in doubt but where it must be."""

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import anyio
import anyio.abc
import pytest
import trustme
from anyio.streams.tls import TLSStream
from attrs import define, evolve

from ropo_async import _http as http
from ropo_async._bridge import PoolTransport
from ropo_async._pool import Pool
from ropo_async.errors import OutcomeUnknown, Phase, TransportError
from ropo_async.hooks import Retrying
from ropo_async.inbox import Inbox
from ropo_async.simulator import Fault
from tests.inbox.feeds import EAGER, PAGE, POLL, QUICK, World, everywhere, journal_url, world  # noqa: F401

pytestmark = [pytest.mark.anyio, everywhere]

IMPATIENT = evolve(QUICK, connect=0.3, poll_total=10)


async def nothing_was_sent(feed: World, inbox: Inbox, *, permanent: bool = False) -> None:
    """Drain in vain: that raises, tries again where that may help, and neither server nor journal have taken note."""
    asked = feed.polls
    feed.events.clear()
    with pytest.raises(TransportError) as caught:
        await inbox.drain()
    assert (caught.value.phase, caught.value.permanent) == (Phase.NOT_SENT, permanent)
    assert len(feed.told(Retrying)) == (0 if permanent else EAGER.attempts - 1)
    assert feed.polls == asked
    assert await inbox.gaps() == []
    assert await feed.states() == []
    await feed.conserved()


async def nothing_is_lost(feed: World, inbox: Inbox) -> None:
    """Drain again, now that it can be reached."""
    asked = feed.polls
    found = await inbox.drain()
    assert (found.drained, found.new, feed.polls - asked) == (True, PAGE, 2)
    assert await inbox.gaps() == []
    await feed.take(inbox)
    await feed.complete()


# --- Rows 1 to 4: it comes back --------------------------------------------------------------------------------------


async def test_row_01_a_refused_connection(journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        feed.add(PAGE)
        async with feed.away():
            await nothing_was_sent(feed, feed.inbox)
        await nothing_is_lost(feed, feed.inbox)


async def test_row_02_a_name_that_is_not_found(
    journal_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world(journal_url) as feed:
        client = await feed.connect(server=feed.running.url.replace("127.0.0.1", "localhost"))
        inbox = await feed.another(client)
        assert (await inbox.drain()).drained
        feed.add(PAGE)
        look_up = socket.getaddrinfo

        def fail(host: Any, *args: Any, **options: Any) -> Any:
            if host in ("localhost", b"localhost"):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return look_up(host, *args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", fail)
            await nothing_was_sent(feed, inbox)
        await nothing_is_lost(feed, inbox)


@contextmanager
def swallowing(port: int) -> Iterator[None]:
    """Let attempts to connect go unanswered: the queue for those that nobody accepts is full."""
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", port), backlog=0))
        for _ in range(3):
            waiting = sockets.enter_context(socket.socket())
            waiting.settimeout(0)
            with suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        yield


async def test_row_03_no_answer_to_an_attempt_to_connect(journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        feed.add(PAGE)
        inbox = await impatient(feed)
        async with feed.away() as port:
            with swallowing(port):
                await nothing_was_sent(feed, inbox)
        await nothing_is_lost(feed, feed.inbox)


async def impatient(feed: World) -> Inbox:
    """Return another inbox, whose client has its token and does not wait for long."""
    client = await feed.connect(timeouts=IMPATIENT)
    await client.status_updates.prepare()
    return await feed.another(client)


async def test_row_04_no_connection_comes_free(journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        feed.add(PAGE)
        client = await feed.connect(timeouts=IMPATIENT)
        await client.status_updates.prepare()
        inbox, slots = await feed.another(client), client._line.pool._slots
        taken = slots.value
        for _ in range(taken):
            slots.acquire_nowait()
        await nothing_was_sent(feed, inbox)
        for _ in range(taken):
            slots.release()
        await nothing_is_lost(feed, inbox)


# --- Rows 5 and 6: TLS -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


Welcome = Callable[[anyio.abc.SocketStream], Any]


@define
class Gate:
    """Stands before the feed and speaks TLS, in one way or another."""

    port: int
    welcome: Welcome
    accepted: int = 0

    async def serve(self, raw: anyio.abc.SocketStream) -> None:
        self.accepted += 1
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError):
            async with raw:
                stream = await self.welcome(raw)
                async with await anyio.connect_tcp("127.0.0.1", self.port) as inner, anyio.create_task_group() as tasks:
                    tasks.start_soon(_pump, inner, stream, tasks.cancel_scope)
                    await _pump(stream, inner, tasks.cancel_scope)


async def _pump(source: Any, target: Any, end: anyio.CancelScope) -> None:
    with suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError):
        while True:
            await target.send(await source.receive())
    end.cancel()


def tls(authority: trustme.CA, host: str = "127.0.0.1", **options: Any) -> Welcome:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, **options).configure_cert(context)

    async def welcome(raw: anyio.abc.SocketStream) -> TLSStream:
        return await TLSStream.wrap(raw, server_side=True, ssl_context=context, standard_compatible=False)

    return welcome


async def silence(raw: anyio.abc.SocketStream) -> Any:
    while True:
        await raw.receive()


async def no_tls(raw: anyio.abc.SocketStream) -> Any:
    await raw.receive()
    await raw.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    raise anyio.EndOfStream


@asynccontextmanager
async def gated(feed: World, authority: trustme.CA) -> AsyncIterator[tuple[Gate, Inbox]]:
    """Put a gate before the feed, and an inbox before the gate, that has come through it before."""
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    gate = Gate(feed.running.port, tls(authority))
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        http.AsyncClient(transport=PoolTransport(Pool(ssl_context=trusting))) as sender,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, gate.serve)
        server = f"https://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}/rest"
        client = await feed.connect(server=server, timeouts=IMPATIENT, http_client=sender)
        inbox = await feed.another(client)
        assert (await inbox.drain()).drained
        yield gate, inbox
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("welcome", [silence, no_tls], ids=lambda welcome: welcome.__name__)
async def test_row_05_no_tls_where_it_should_be(
    welcome: Welcome,
    authority: trustme.CA,
    journal_url: str,  # noqa: F811
) -> None:
    async with world(journal_url) as feed, gated(feed, authority) as (gate, inbox):
        feed.add(PAGE)
        good, gate.welcome, gate.accepted = gate.welcome, welcome, 0
        await nothing_was_sent(feed, inbox)
        assert gate.accepted == EAGER.attempts
        gate.welcome = good
        await nothing_is_lost(feed, inbox)


@pytest.mark.parametrize("case", ["unknown authority", "another host", "expired"])
async def test_row_06_a_bad_certificate(case: str, authority: trustme.CA, journal_url: str) -> None:  # noqa: F811
    bad = {
        "unknown authority": lambda: tls(trustme.CA()),
        "another host": lambda: tls(authority, "ropo.example"),
        "expired": lambda: tls(authority, not_after=datetime(2020, 1, 1, tzinfo=UTC)),
    }
    async with world(journal_url) as feed, gated(feed, authority) as (gate, inbox):
        feed.add(PAGE)
        good, gate.welcome, gate.accepted = gate.welcome, bad[case](), 0
        await nothing_was_sent(feed, inbox, permanent=True)
        assert gate.accepted == 1
        gate.welcome = good
        await nothing_is_lost(feed, inbox)


# --- Rows 7 and 8: by how far it got ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.reset_on_accept(), Fault.close_on_accept()], ids=lambda fault: fault.name)
async def test_rows_07_and_08_a_connection_that_is_dropped_at_once(fault: Fault, journal_url: str) -> None:  # noqa: F811
    """Whether the request was on its way by then is a race: either it is sent again, or there is a gap."""
    async with world(journal_url) as feed:
        feed.add(2 * PAGE)
        feed.simulator.fail(fault, skip=1)
        asked = feed.polls
        found = await feed.inbox.drain()
        gaps = await feed.inbox.gaps()
        assert isinstance(found.trouble, OutcomeUnknown) is bool(gaps) is not found.drained
        assert feed.polls - asked == (1 if gaps else 3)
        await feed.conserved()
        assert (await feed.inbox.drain()).drained
        assert feed.polls - asked == 3
        await feed.complete()

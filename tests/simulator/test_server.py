import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.abc
import httpx
import pytest
from trio.lowlevel import current_statistics

from ropo_async.simulator import Fault, Running, Simulator, handlers, serve

from .conftest import Heard

pytestmark = pytest.mark.anyio

Ask = Callable[..., Awaitable[Heard]]
OPEN_FILES = Path("/proc/self/fd")
POST_TOKEN = b"POST /rest/token HTTP/1.1\r\nHost: x\r\n"


def statuses(heard: Heard) -> list[bytes]:
    return [part.split(b" ", 1)[0] for part in heard.data.split(b"HTTP/1.1 ")[1:]]


async def ping(running: Running) -> None:
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        assert (await client.get("/")).status_code == 401


async def drain(stream: anyio.abc.SocketStream) -> None:
    while True:
        await stream.receive()


async def test_it_starts_and_stops_at_once(anyio_backend: str) -> None:
    durations = []
    for _ in range(5):
        begun = time.perf_counter()
        async with serve(Simulator()) as running, await anyio.connect_tcp(running.host, running.port):
            pass
        durations.append(time.perf_counter() - begun)
    assert min(durations) < 0.05


async def test_nothing_is_left_open_when_it_stops(anyio_backend: str) -> None:
    simulator = Simulator()
    simulator.fail(Fault.hang(processed=False))
    async with serve(simulator) as running:
        idle = await anyio.connect_tcp(running.host, running.port)
        hanging = await anyio.connect_tcp(running.host, running.port)
        await hanging.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with anyio.fail_after(10):
            await simulator.truth.until(lambda truth: truth.connections == 2 and bool(truth.requests))
    for stream in (idle, hanging):
        with anyio.fail_after(10), pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await stream.receive()
        await stream.aclose()
    with pytest.raises(OSError):
        await anyio.connect_tcp(running.host, running.port)


async def test_no_task_and_no_socket_survives(anyio_backend: str) -> None:
    def living() -> tuple[int, int]:
        tasks = len(asyncio.all_tasks()) if anyio_backend == "asyncio" else current_statistics().tasks_living
        return tasks, len(list(OPEN_FILES.iterdir())) if OPEN_FILES.exists() else 0

    async def once() -> None:
        simulator = Simulator()
        simulator.fail(Fault.reset_on_accept())
        async with serve(simulator) as running:
            for sent in (b"", b"junk\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
                with suppress(OSError, anyio.BrokenResourceError):
                    async with await anyio.connect_tcp(running.host, running.port) as stream:
                        await stream.send(sent)

    await once()
    before = living()
    for _ in range(5):
        await once()
    assert living() == before


async def test_a_simulator_outlives_its_server(anyio_backend: str) -> None:
    simulator = Simulator()
    async with serve(simulator) as first:
        await ping(first)
    async with serve(simulator, port=first.port) as second:
        assert second == first
        await ping(second)
    assert (simulator.truth.connections, simulator.truth.requests_per_connection) == (2, [1, 1])


async def test_a_taken_port_is_refused_before_anything_runs(running: Running) -> None:
    with pytest.raises(OSError):
        async with serve(Simulator(), port=running.port):
            pytest.fail("two servers on one port")  # pragma: no cover


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 on this machine")
async def test_ipv6_addresses_are_bracketed(anyio_backend: str) -> None:
    async with serve(Simulator(), host="::1") as running, httpx.AsyncClient(base_url=running.url) as client:
        assert running.url == f"http://[::1]:{running.port}/rest"
        assert (await client.get("/")).status_code == 401


async def test_a_connection_serves_many_requests(simulator: Simulator, client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await client.get("/jobs/statusupdates")
    simulator.fail(Fault.html(503))
    simulator.fail(Fault.delay(0.001))
    for _ in range(2):
        await client.get("/jobs/statusupdates")
    assert (simulator.truth.connections, simulator.truth.requests_per_connection) == (1, [5])
    assert {exchange.connection for exchange in simulator.truth.requests} == {0}


async def test_a_hundred_connections_at_once(simulator: Simulator, running: Running, bearer: dict[str, str]) -> None:
    simulator.page_size = 1
    added = sorted(record["statusid"] for record in simulator.add_updates(count=100))
    got: list[str] = []

    async def poll(client: httpx.AsyncClient) -> None:
        answer = await client.get("/jobs/statusupdates", headers={"Connection": "close"})
        got.extend(record["statusid"] for record in answer.json()["result"]["status"])

    limits = httpx.Limits(max_connections=None)
    client = httpx.AsyncClient(base_url=running.url, headers=bearer, limits=limits, timeout=30, trust_env=False)
    async with client, anyio.create_task_group() as tasks:
        for _ in range(100):
            tasks.start_soon(poll, client)
    assert sorted(got) == added


async def test_unknown_paths_and_methods_are_told_apart(client: httpx.AsyncClient) -> None:
    missing = await client.get("/jobs/nowhere")
    assert (missing.status_code, list(missing.json())) == (404, ["error"])
    wrong = await client.delete("/jobs/payment")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    head = await client.head("/jobs/statusupdates")
    assert (head.status_code, head.content) == (405, b"")
    above = await client.get("http://" + client.base_url.netloc.decode() + "/token")
    assert above.status_code == 404


async def test_requests_sent_ahead_are_answered_in_order(ask: Ask) -> None:
    last = b"GET /rest/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    heard = await ask(POST_TOKEN + b"Content-Length: 2\r\n\r\n{}" + b"GET /rest/a HTTP/1.1\r\nHost: x\r\n\r\n" + last)
    assert statuses(heard) == [b"400", b"401", b"401"]
    assert heard.ended == "fin"


@pytest.mark.parametrize("version", [b"HTTP/1.0\r\n", b"HTTP/1.1\r\nConnection: close\r\nHost: x\r\n"])
async def test_the_last_answer_says_so_and_closes(ask: Ask, version: bytes) -> None:
    heard = await ask(b"GET /rest/x " + version + b"\r\n")
    assert (statuses(heard), heard.ended) == ([b"401"], "fin")
    assert b"Connection: close" in heard.head


async def test_a_client_that_waits_for_a_100_gets_one(ask: Ask) -> None:
    heard = await ask(POST_TOKEN + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", patience=0.1)
    assert heard.data == b"HTTP/1.1 100 \r\n\r\n"


async def test_chunked_request_bodies_are_read(ask: Ask, simulator: Simulator) -> None:
    body = f'{{"cid":"{simulator.cid}","apicode":"{simulator.apicode}"}}'.encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    heard = await ask(POST_TOKEN + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert statuses(heard) == [b"201"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", b"400"),
        (b"GET /rest/token\r\n\r\n", b"400"),
        (b"GET /rest/token HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /rest/token HTTP/2.0\r\nHost: x\r\n\r\n", b"401"),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (POST_TOKEN + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (POST_TOKEN + b"Transfer-Encoding: gzip\r\n\r\n", b"501"),
        (POST_TOKEN + b"X: " + b"x" * 900_000 + b"\r\n\r\n", b"431"),
        (b"GET //[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"401"),
        (b"GET /rest/%ff%00?%zz&=&a=%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"401"),
        (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"401"),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"401"),
    ],
)
async def test_oddities_are_answered_and_the_server_lives(
    ask: Ask, client: httpx.AsyncClient, sent: bytes, status: bytes
) -> None:
    heard = await ask(sent)
    assert statuses(heard) == [status]
    assert heard.ended == "fin"
    assert (await client.get("/jobs/statusupdates")).status_code == 204


async def test_too_long_a_body_is_refused(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ropo_async.simulator.reading._BODY_LIMIT", 10)
    heard = await ask(POST_TOKEN + b"Content-Length: 11\r\n\r\n" + b"x" * 11)
    assert statuses(heard) == [b"413"]


@pytest.mark.parametrize("sent", [b"", b"GET /re", POST_TOKEN + b"Content-Length: 9\r\n\r\n{"])
async def test_a_client_that_gives_up_is_no_event(running: Running, client: httpx.AsyncClient, sent: bytes) -> None:
    async with await anyio.connect_tcp(running.host, running.port) as stream:
        await stream.send(sent)
        await stream.send_eof()
        with anyio.fail_after(10), pytest.raises(anyio.EndOfStream):
            await drain(stream)
    assert (await client.get("/jobs/statusupdates")).status_code == 204


async def test_a_failure_of_its_own_is_raised_where_it_is_closed(
    anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(simulator: Simulator, request: object) -> object:
        raise LookupError("a bug")

    monkeypatch.setattr(handlers, "ROUTES", {handlers.TOKEN: break_down})

    async def log_in() -> None:
        async with serve(Simulator()) as running, httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
            with pytest.raises(httpx.TransportError):
                await client.post("/token")

    with pytest.raises(ExceptionGroup) as caught:
        await log_in()
    assert caught.group_contains(LookupError, match="a bug")


def test_its_repr_tells_no_secret() -> None:
    simulator = Simulator(apicode="not-to-be-shown")
    assert repr(simulator) == "<Simulator of customer 1000011: 0 requests>"

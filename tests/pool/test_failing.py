"""What fails in the pool has the HTTP client's own name for it, and costs no slot."""

import pytest

from ropo_async import _http as http
from ropo_async._pool import _ERRORS
from tests.pool.harness import pooled, recorder, served, whole

pytestmark = pytest.mark.anyio


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

"""A served simulator, an HTTP client for it, and a socket that tells how a conversation ended."""

from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import httpx
import pytest
from attrs import frozen

from ropo_async.simulator import Running, Simulator, serve


@frozen
class Heard:
    data: bytes
    ended: str
    """`fin`, `rst`, or `open` where patience ran out first."""

    @property
    def head(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(apicode="only-for-tests")


@pytest.fixture
async def running(anyio_backend: str, simulator: Simulator) -> AsyncIterator[Running]:
    async with serve(simulator) as running:
        yield running


@pytest.fixture
def bearer(simulator: Simulator) -> dict[str, str]:
    return {"Authorization": f"Bearer {simulator.tokens.issue(simulator.cid)[0]}"}


@pytest.fixture
async def client(running: Running, bearer: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running.url, headers=bearer, timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
def ask(running: Running) -> Callable[..., Awaitable[Heard]]:
    """Send bytes and listen until the connection ends, or until patience does, counted from the first byte heard."""

    async def ask(sent: bytes, *, patience: float = 20, silence: float = 20) -> Heard:
        data, ended = b"", "open"
        try:
            async with await anyio.connect_tcp(running.host, running.port) as stream:
                await stream.send(sent)
                with anyio.CancelScope(deadline=anyio.current_time() + silence) as listening:
                    while True:
                        received = await stream.receive()
                        listening.deadline = listening.deadline if data else anyio.current_time() + patience
                        data += received
        except anyio.EndOfStream:
            ended = "fin"
        except (anyio.BrokenResourceError, OSError):  # a RST may come as early as while connecting
            ended = "rst"
        return Heard(data, ended)

    return ask


@pytest.fixture
def poll(ask: Callable[..., Awaitable[Heard]], bearer: dict[str, str]) -> Callable[..., Awaitable[Heard]]:
    """Poll once on a connection of its own."""

    async def poll(*, patience: float = 20, silence: float = 20) -> Heard:
        head = f"GET /rest/jobs/statusupdates HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer['Authorization']}\r\n"
        return await ask(f"{head}Connection: close\r\n\r\n".encode(), patience=patience, silence=silence)

    return poll


@pytest.fixture
async def visited(anyio_backend: str, simulator: Simulator) -> AsyncIterator[Running]:
    async with serve(simulator, page=0) as running:
        yield running


@pytest.fixture
async def browser(visited: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=str(visited.page), timeout=10, trust_env=False) as browser:
        yield browser


@pytest.fixture
async def api(visited: Running, bearer: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=visited.url, headers=bearer, timeout=10, trust_env=False) as api:
        yield api

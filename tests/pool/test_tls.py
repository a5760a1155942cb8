"""TLS connections are shared like others, and only with a server whose certificate verifies."""

import pytest
import trustme

from ropo_async import _http as http
from ropo_async._bridge import PoolTransport
from ropo_async._pool import Pool
from tests.pool.harness import client_tls, recorder, server_tls, serving, whole

pytestmark = pytest.mark.anyio


async def test_tls_connections_are_shared_too(authority: trustme.CA) -> None:
    async with (
        serving(server_tls(authority, "127.0.0.1")) as server,
        http.AsyncClient(transport=PoolTransport(pool := Pool(ssl_context=client_tls(authority)))) as client,
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
        http.AsyncClient(transport=PoolTransport(pool := Pool(ssl_context=client_tls(trusted)))) as client,
    ):
        with pytest.raises(http.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(server.url, extensions=recorder(events))
        assert events[-1] == "connection.start_tls.failed"
        assert server.requests == 0
        await whole(server, pool)


async def test_a_context_is_made_when_https_needs_one(authority: trustme.CA) -> None:
    async with (
        serving(server_tls(authority, "127.0.0.1")) as server,
        http.AsyncClient(transport=PoolTransport(pool := Pool())) as client,
    ):
        contexts = [pool._ssl_context]
        for _ in range(2):
            with pytest.raises(http.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.get(server.url)
            contexts.append(pool._ssl_context)
        assert contexts[0] is None
        assert contexts[1] is contexts[2] is not None

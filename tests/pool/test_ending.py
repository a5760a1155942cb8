"""Connections end when they cannot serve again, and no call is given one that has ended."""

from typing import Any, cast

import pytest

from tests.pool.harness import pooled, served, serving, until, whole

pytestmark = pytest.mark.anyio


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

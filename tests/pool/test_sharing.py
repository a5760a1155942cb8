"""The connection pool: what it shares, and what it keeps apart."""

import anyio
import pytest

from tests.pool.harness import pooled, served, serving, until, whole

pytestmark = pytest.mark.anyio


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

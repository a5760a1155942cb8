"""Engines on a real PostgreSQL, and what their tests look at."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import psycopg
import pytest

from ropo_async.errors import JournalError
from ropo_async.journal.engine import Transaction
from ropo_async.journal.postgres import PostgresEngine, open_postgres

SECRET = "pass-word"


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[PostgresEngine]:
    engine = await open_postgres(url, **options)
    try:
        yield engine
    finally:
        await engine.aclose()


@pytest.fixture
def url(postgres_url: str) -> str:
    return f"{postgres_url}&application_name={postgres_url.rpartition('=')[2]}"


@pytest.fixture
async def engine(url: str) -> AsyncIterator[PostgresEngine]:
    async with opened(url) as engine:
        await engine.run(lambda tx: tx.script("CREATE TABLE t (a BIGINT);"))
        yield engine


@pytest.fixture
async def other(url: str, engine: PostgresEngine) -> AsyncIterator[PostgresEngine]:
    async with opened(url) as other:
        yield other


@pytest.fixture
def admin(postgres_server: str) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    with psycopg.connect(postgres_server, autocommit=True, options="-c synchronous_commit=local") as connection:

        def ask(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(sql.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

        yield ask


Admin = Callable[..., list[tuple[Any, ...]]]
OF_NAME = "FROM pg_stat_activity WHERE application_name = %s"


def add(tx: Transaction) -> int:
    return tx.run("INSERT INTO t VALUES (?)", (1,))


def count(tx: Transaction) -> int:
    return int(tx.rows("SELECT count(*) FROM t")[0][0])


def pid(tx: Transaction) -> int:
    return int(tx.rows("SELECT pg_backend_pid()")[0][0])


async def until(true: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not true():  # noqa: ASYNC110 - the server has no event for it
            await anyio.sleep(0.01)


async def problem(call: Awaitable[Any]) -> JournalError:
    with pytest.raises(JournalError) as caught:
        await call
    assert caught.value.__context__ is None  # where the words of the database would be
    return caught.value

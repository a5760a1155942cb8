"""Engines on SQLite with a table of their own, and what the tests do with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine, open_sqlite


@asynccontextmanager
async def opened(path: Path | None, **options: Any) -> AsyncIterator[SqliteEngine]:
    """Open an engine that has a table `t`, and close it."""
    engine = await open_sqlite(path, **options)
    try:
        await engine.run(lambda tx: tx.script("CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b);"))
        yield engine
    finally:
        await engine.aclose()


def count(tx: Transaction) -> int:
    """Count the rows."""
    [(found,)] = tx.rows("SELECT count(*) FROM t")
    return int(found)


def add(tx: Transaction) -> int:
    """Add a row."""
    return tx.run("INSERT INTO t (b) VALUES (?)", ("something",))


def read_and_add(tx: Transaction) -> None:
    """Add a row in a way that fails or goes missing if another comes in between."""
    tx.run("INSERT INTO t (a) VALUES (?)", (count(tx) + 1,))


def fill(tx: Transaction, rows: int = 100) -> None:
    """Add so many rows that they take many pages."""
    tx.run_many("INSERT INTO t (b) VALUES (?)", [(bytes(1000),)] * rows)

"""The tables: an older journal gets the new ones, and no statement of the feed walks through all records."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from attrs import define

from ropo_async.journal import Account, Entry, Journal, Received, Source, _schema
from ropo_async.journal._sql import SqlJournal
from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine

HERE, ELSEWHERE = Account("https://one.example", "1001"), Account("https://one.example", "1002")
NOW = datetime.now(UTC)
TERMS: dict[str, Any] = {"seconds": 60, "attempts": 9}
WAYS = (([HERE], False), ([HERE], True), (None, False), (None, True))
"""Whose updates are lent, and whether invoice by invoice."""
ON_DEMAND = {"record_invoice", "record_leased", "record_next"}


async def fill(journal: Journal, account: Account, *keys: str) -> None:
    """Put records into a journal, two of each invoice."""
    turn = await journal.take_turn(account)
    assert turn is not None
    poll = await journal.intend(account, turn.epoch, Source.DRAIN, "", at=NOW)
    await journal.receive(poll, Received(200, b"[]"), at=NOW)
    entries = [Entry(f"id:{key}", b"1", b"{}", NOW.date(), f"B{place // 2}") for place, key in enumerate(keys)]
    await journal.merge(poll, entries, source=Source.DRAIN, at=NOW)
    await turn.release()


async def indexes(journal: Journal) -> set[str]:
    """Return the names of a journal's indexes."""
    assert isinstance(journal, SqlJournal)
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
    }[journal.engine.dialect.name]
    return {name for (name,) in await journal.engine.run(lambda tx: tx.rows(names))}


@pytest.mark.anyio
async def test_a_journal_of_an_older_version_goes_on(journal_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if journal_url == "memory:":
        pytest.skip("none of them is older than its process")
    with monkeypatch.context() as older:
        older.setattr(_schema, "_scripts", lambda: ["0001.sql", "0002.sql"])
        older.setattr(_schema, "VERSION", 2)
        async with Journal.open(journal_url) as journal:
            assert isinstance(journal, SqlJournal)
            # As that version did for whoever asked for updates by invoice.
            await journal.engine.run(
                lambda tx: tx.script(
                    "CREATE INDEX record_invoice ON record (account, billnum, seq) WHERE due IS NOT NULL;\n"
                    "INSERT INTO meta (name, value) VALUES ('by invoice', 'indexed');\n"
                )
            )
            await fill(journal, HERE, "a", "b", "c")
            assert await indexes(journal) >= ON_DEMAND
    async with Journal.open(journal_url) as journal:
        assert await indexes(journal) & ON_DEMAND == {"record_invoice"}
        grouped = (await journal.lease([HERE], limit=9, grouped=True, **TERMS)).leases
        assert [leased.key for leased in grouped] == ["id:a", "id:c"]
        assert await indexes(journal) & ON_DEMAND == {"record_invoice", "record_leased"}
        assert [leased.key for leased in (await journal.lease(None, limit=9, **TERMS)).leases] == ["id:b"]
        assert await indexes(journal) >= ON_DEMAND


@pytest.mark.anyio
async def test_a_plain_consumer_is_spared_the_indexes_of_others(journal_url: str) -> None:
    async with Journal.open(journal_url) as journal:
        await fill(journal, HERE, "a")
        await journal.lease([HERE], limit=9, **TERMS)
        assert not await indexes(journal) & ON_DEMAND


@define
class Explained:
    """A transaction on SQLite that notes how each statement finds its rows."""

    inner: Transaction
    plans: list[tuple[str, str]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def rows(self, sql: str, parameters: Any = ()) -> Any:
        self.explain(sql, parameters)
        return self.inner.rows(sql, parameters)

    def run(self, sql: str, parameters: Any = ()) -> int:
        self.explain(sql, parameters)
        return self.inner.run(sql, parameters)

    def explain(self, sql: str, parameters: Any) -> None:
        if re.match("SELECT|UPDATE|INSERT|DELETE", sql):
            for *_, plan in self.inner.rows(f"EXPLAIN QUERY PLAN {sql}", parameters):
                self.plans.append((sql, plan))


@pytest.mark.anyio
@pytest.mark.parametrize("ways", [WAYS[:1], WAYS], ids=["plain", "all"])
async def test_nothing_on_the_way_of_an_update_walks_through_all_records(
    ways: Sequence[tuple[list[Account] | None, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, plans = SqliteEngine.run, list[tuple[str, str]]()

    async def explaining(self: SqliteEngine, work: Callable[[Transaction], Any]) -> Any:
        return await run(self, lambda tx: work(cast("Transaction", Explained(tx, plans))))

    async with Journal.open("memory:") as journal:
        await fill(journal, HERE, *map(str, range(200)))
        await fill(journal, ELSEWHERE, *map(str, range(200)))
        # The first of each kind adds what it looks records up with.
        for accounts, grouped in ways:
            await journal.lease(accounts, limit=9, grouped=grouped, **TERMS)
        monkeypatch.setattr(SqliteEngine, "run", explaining)
        await go_through(journal, ways)
    assert len(plans) > 40
    assert [(plan, sql) for sql, plan in plans if re.match(r"SCAN (record|[rpl])\b(?!.*USING)", plan)] == []


async def go_through(journal: Journal, ways: Sequence[tuple[list[Account] | None, bool]]) -> None:
    """Do everything that is done with updates again and again."""
    await fill(journal, HERE, "1", "2", "200", "201")
    for accounts, grouped in ways:
        leases = (await journal.lease(accounts, limit=9, grouped=grouped, **TERMS)).leases
        assert leases
        await journal.extend(leases, 60)
        await journal.ack(leases[0])
        await journal.ack_soon(leases[1], lambda _: pytest.fail("it was in time"))
        await journal.put_off(leases[2], seconds=1, attempts=9, error="")
        await journal.give_back(leases[3:])
    await journal.lease([Account("https://one.example", "1003")], limit=9, **TERMS)
    await journal.health(HERE, now=NOW)
    await journal.health(now=NOW)

"""What was erased or purged is gone from the storage itself, and not only from what the journal shows."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ropo_async.journal import Account, Entry, Journal, Loss, PollState, Received, Source, Unreadable
from ropo_async.journal._sql import SqlJournal
from ropo_async.journal.gaps import GapDay

pytestmark = pytest.mark.anyio

START = datetime(2027, 1, 15, 8, tzinfo=UTC)
LOSS = Loss("it broke off", START, START, (GapDay(START.date(), START),))
ACCOUNT = Account("https://one.example", "1001")
BILLNUM = "90210776655"
NAME = b"Meikalainen"
TABLES = ("account", "poll", "record", "quarantine", "gap", "meta")
BODY = b'{"billnum": "%s", "name": "%s"}' % (BILLNUM.encode(), NAME)


async def ask(journal: Journal, raw: bytes, *, param: str = "", encoding: str = "identity") -> int:
    source = Source.BACKFILL if param else Source.DRAIN
    poll = await journal.intend(ACCOUNT, 1, source, param, at=START)
    await journal.receive(poll, Received(200, raw, {"content-encoding": encoding}), at=START)
    return poll


async def merge(journal: Journal, poll: int, *keys: str, loss: Loss | None = None, bad: bytes = b"") -> None:
    entries = [Entry(key, key.encode(), BODY, START.date(), BILLNUM, is_open=True) for key in keys]
    unreadable = [Unreadable("content:bad", bad, "broken")] if bad else []
    await journal.merge(poll, entries, unreadable, source=Source.DRAIN, at=START, loss=loss)


async def stored(journal: Journal) -> bytes:
    """Return all that is in the tables."""
    assert isinstance(journal, SqlJournal)
    return repr(await journal.engine.run(lambda tx: [tx.rows(f"SELECT * FROM {table}") for table in TABLES])).encode()


def bytes_in(folder: Path) -> bytes:
    """Return all that is in its files."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


def assert_gone(content: bytes) -> None:
    assert BILLNUM.encode() not in content
    assert NAME not in content


async def test_an_invoice_leaves_every_table(journal_url: str) -> None:
    async with Journal.open(journal_url) as journal:
        await merge(journal, await ask(journal, BODY), "id:2:1", "id:2:2", "id:2:3", "content:x", bad=BODY)
        await merge(journal, await ask(journal, BODY), loss=LOSS)
        leases = (await journal.lease(None, limit=3, seconds=60, attempts=9)).leases
        await journal.ack(leases[0])
        await journal.put_off(leases[1], seconds=0, attempts=1, error="ValueError")
        assert NAME in await stored(journal)
        assert await journal.erase(billnum=BILLNUM) == 5
        assert_gone(await stored(journal))


async def test_a_request_for_the_invoice_is_forgotten_with_it(journal_url: str) -> None:
    async with Journal.open(journal_url) as journal:
        await merge(journal, await ask(journal, BODY, param=BILLNUM), "id:2:1")
        await journal.intend(ACCOUNT, 1, Source.BACKFILL, BILLNUM, at=START)
        lost = await journal.intend(ACCOUNT, 1, Source.BACKFILL, BILLNUM, at=START)
        await journal.settle(lost, PollState.LOST, at=START)
        await journal.erase(billnum=BILLNUM)
        assert_gone(await stored(journal))


async def test_an_answer_in_disguise_is_erased_too(journal_url: str) -> None:
    raw = gzip.compress(BODY)
    async with Journal.open(journal_url) as journal:
        await merge(journal, await ask(journal, raw, encoding="gzip"), loss=LOSS)
        assert repr(raw)[2:-1].encode() in await stored(journal)
        await journal.erase(billnum=BILLNUM)
        assert repr(raw)[2:-1].encode() not in await stored(journal)


async def test_what_is_old_leaves_every_table(journal_url: str) -> None:
    async with Journal.open(journal_url) as journal:
        await merge(journal, await ask(journal, BODY, param=BILLNUM), "id:2:1", "content:x")
        await merge(journal, await ask(journal, BODY), "id:2:2", loss=LOSS)
        leases = (await journal.lease(None, limit=3, seconds=60, attempts=9)).leases
        for leased in leases:
            await journal.ack(leased)
        assert await journal.purge(acked_older_than=datetime.now(UTC) + timedelta(days=999)) == 3
        assert_gone(await stored(journal))


@pytest.mark.parametrize("way", ["erase", "purge"])
async def test_no_byte_of_it_is_left_in_a_file(tmp_path: Path, way: str) -> None:
    async with Journal.open(f"sqlite:///{tmp_path / 'journal.db'}") as journal:
        await merge(journal, await ask(journal, BODY * 5000), *(f"id:2:{number}" for number in range(500)))
        await merge(journal, await ask(journal, BODY * 5000), loss=LOSS)
        assert NAME in bytes_in(tmp_path)
        if way == "erase":
            assert await journal.erase(billnum=BILLNUM) == 500
        else:
            leases = (await journal.lease(None, limit=500, seconds=60, attempts=9)).leases
            for leased in leases:
                await journal.ack(leased)
            assert await journal.purge(acked_older_than=datetime.now(UTC) + timedelta(days=999)) == 500
        assert_gone(bytes_in(tmp_path))

"""Looking after a journal in SQL: its health, what went wrong in it, and the removal of personal data."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ropo_async.journal import _bookings, _merge
from ropo_async.journal._polls import moment
from ropo_async.journal.bookings import key_of
from ropo_async.journal.values import Account, Health, Merged, Quarantined, Source, StoredRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ropo_async.journal.engine import Transaction
    from ropo_async.journal.values import Entry


def health(tx: Transaction, account: int | None, now: datetime) -> Health:
    """Return how an account, or all of them together, are doing."""
    of = "" if account is None else " AND account = ?"
    values = () if account is None else (account,)

    def number(table: str, condition: str) -> int:
        return int(tx.rows(f"SELECT COUNT(*) FROM {table} WHERE {condition}{of}", values)[0][0])  # noqa: S608 - our own words

    where = "" if account is None else "WHERE id = ?"
    totals = tx.rows(
        # Of an account that was polled and never drained nobody knows how far behind it is: then of all.
        "SELECT CASE WHEN COUNT(began) = COUNT(drained) THEN MIN(drained) END, "  # noqa: S608 - as above
        "CASE WHEN COUNT(began) = COUNT(watermark) THEN MIN(watermark) END, COALESCE(SUM(pages), 0), "
        f"COALESCE(SUM(handed_out), 0), COALESCE(SUM(records), 0), COALESCE(SUM(duplicates), 0) FROM account {where}",
        values,
    )
    drained, watermark, pages, handed_out, records, duplicates = totals[0]
    # Account by account, as the index that has those that wait is.
    first = "SELECT MIN(r.seq) FROM record r WHERE r.account = a.id AND r.due IS NOT NULL"
    oldest = tx.rows(
        f"SELECT arrived FROM record WHERE seq = (SELECT MIN(f.seq) FROM (SELECT ({first}) AS seq "  # noqa: S608 - as above
        f"FROM account a {where}) AS f)",
        values,
    )
    return Health(
        drained=moment(drained),
        watermark=moment(watermark),
        lag=None if watermark is None else now - datetime.fromtimestamp(watermark, UTC),
        records=int(records),
        waiting=number("record", "due IS NOT NULL"),
        oldest=moment(oldest[0][0]) if oldest else None,
        dead=number("record", "state = 'dead'"),
        quarantined=number("quarantine", "body IS NOT NULL"),
        open_gaps=number("gap", "state IN ('open', 'backfilled')"),
        unresolved_gaps=number("gap", "state = 'unresolved'"),
        seen_only_by_sweep=number("record", "source = 'sweep' AND consumed = 0"),
        duplicates=int(duplicates),
        pages=int(pages),
        records_per_page=float(handed_out) / float(pages) if pages else 0.0,
    )


def quarantined(tx: Transaction, account: int | None, after: int, limit: int) -> list[Quarantined]:
    """Return records that could not be read."""
    of, values = ("", ()) if account is None else (" AND q.account = ?", (account,))
    rows = tx.rows(
        f"SELECT q.id, a.server, a.cid, q.source, q.arrived, q.reason, q.body "  # noqa: S608 - our own words
        f"FROM quarantine q JOIN account a ON a.id = q.account WHERE q.id > ? AND q.body IS NOT NULL{of} "
        "ORDER BY q.id LIMIT ?",
        (after, *values, limit),
    )
    return [_quarantined(row) for row in rows]


def _quarantined(row: Sequence[Any]) -> Quarantined:
    number, server, cid, source, arrived, reason, body = row
    at = datetime.fromtimestamp(arrived, UTC)
    return Quarantined(number, Account(server, cid), Source(source), at, reason, bytes(body))


def records(tx: Transaction, account: int | None, after: int, limit: int) -> list[StoredRecord]:
    """Return records, in the order in which they came."""
    of, values = ("", ()) if account is None else (" AND r.account = ?", (account,))
    rows = tx.rows(
        f"SELECT r.seq, a.server, a.cid, r.key, r.ordinal, r.revision, r.source, r.arrived, r.state, r.body "  # noqa: S608 - our own words
        f"FROM record r JOIN account a ON a.id = r.account WHERE r.seq > ?{of} ORDER BY r.seq LIMIT ?",
        (after, *values, limit),
    )
    return [_stored(row) for row in rows]


def _stored(row: Sequence[Any]) -> StoredRecord:
    seq, server, cid, key, ordinal, revision, source, arrived, state, body = row
    at, content = datetime.fromtimestamp(arrived, UTC), None if body is None else bytes(body)
    return StoredRecord(seq, Account(server, cid), key, ordinal, revision, Source(source), at, state, content)


def release_quarantined(tx: Transaction, quarantined: Quarantined, entry: Entry, at: float) -> Merged:
    """Move a record from the quarantine to the others, once."""
    found = tx.rows("DELETE FROM quarantine WHERE id = ? AND body IS NOT NULL RETURNING account", (quarantined.id,))
    return _merge.add(tx, int(found[0][0]), [entry], source=quarantined.source, at=at) if found else Merged()


def keys_on(tx: Transaction, account: int, day: str, before: float) -> set[str]:
    """Return the keys of a day's records that the feed had handed out before then."""
    rows = tx.rows(
        "SELECT key FROM record r WHERE account = ? AND day = ? AND consumed = 1 AND arrived < ? "
        # A record that is filed under another day by now is no witness for this one.
        "AND NOT EXISTS (SELECT 1 FROM record n WHERE n.account = r.account AND n.key = r.key "
        "AND n.ordinal = r.ordinal AND n.revision > r.revision AND (n.day IS NULL OR n.day <> r.day))",
        (account, day, before),
    )
    return {key for (key,) in rows}


def open_invoices(tx: Transaction, account: int, limit: int) -> list[str]:
    """Return the numbers of invoices that were last seen open."""
    rows = tx.rows(
        "SELECT r.billnum FROM record r JOIN (SELECT MAX(seq) AS last FROM record "
        "WHERE account = ? AND billnum IS NOT NULL GROUP BY billnum) n ON n.last = r.seq "
        "WHERE r.is_open = 1 ORDER BY r.seq DESC LIMIT ?",
        (account, limit),
    )
    return [billnum for (billnum,) in rows]


def purge(tx: Transaction, before: float) -> int:
    """Remove content that is old enough."""
    # The answer of a lost one may still come, from a poller that was slow to store it. Nobody misses one with unseen
    # records, as the feed hands them out again.
    tx.run(
        "DELETE FROM poll WHERE ended < ? AND state NOT IN ('intent', 'received') "
        "AND (state <> 'lost' OR source = 'unseen')",
        (before,),
    )
    forgotten = _bookings.forget(tx, "changed < ?", (before,))
    return forgotten + tx.run(
        "UPDATE record SET body = NULL, billnum = NULL, day = NULL, error = NULL "
        "WHERE state = 'acked' AND settled < ? AND body IS NOT NULL",
        (before,),
    )


def erase(tx: Transaction, account: int | None, billnum: str) -> int:
    """Remove the content of an invoice, wherever it is."""
    of, values = ("", ()) if account is None else (" AND account = ?", (account,))
    tx.run(f"UPDATE account SET epoch = epoch WHERE 1 = 1{of.replace('account', 'id')}", values)  # noqa: S608 - as above
    tx.run(f"UPDATE poll SET param = '' WHERE param = ?{of}", (billnum, *values))  # noqa: S608 - as above
    erased = tx.run(
        f"UPDATE record SET body = NULL, billnum = NULL, day = NULL, error = NULL, state = 'acked', due = NULL, "  # noqa: S608 - our own words
        f"settled = COALESCE(settled, ?) WHERE billnum = ?{of}",
        (tx.now, billnum, *values),
    )
    keys = f"id IN (SELECT booking FROM booking_key WHERE key = ?{of})"  # noqa: S608 - as above
    erased += _bookings.forget(tx, keys, (key_of("billnum", billnum), *values))
    for row, content in tx.rows(f"SELECT id, body FROM quarantine WHERE body IS NOT NULL{of}", values):  # noqa: S608 - as above
        if _mentions(bytes(content), billnum):
            erased += tx.run("UPDATE quarantine SET body = NULL WHERE id = ?", (row,))
    partial = f"SELECT id, raw, headers FROM poll WHERE state = 'partial' AND raw IS NOT NULL{of}"  # noqa: S608 - as above
    for row, content, headers in tx.rows(partial, values):
        # What is compressed cannot be searched, so it goes: its records were taken from it as far as they can be.
        if "content-encoding" in headers or _mentions(bytes(content), billnum):
            tx.run("UPDATE poll SET raw = NULL WHERE id = ?", (row,))
    return erased


_BILLNUM = re.compile(rb'"(?:billnum|invoiceId)"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,:{}\[\]"]+)', re.DOTALL)


def _mentions(content: bytes, billnum: str) -> bool:
    """Whether `content` is about that invoice: JSON may write it in many ways, and a part of it is another."""
    return any(_text(value) == billnum for value in _BILLNUM.findall(content))


def _text(value: bytes) -> str:
    with suppress(ValueError):
        return str(json.loads(value)) if value.startswith(b'"') else value.decode()
    return value.strip(b'"').decode("utf-8", "replace")

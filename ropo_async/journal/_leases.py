"""Leases in SQL: who works on what. A record waits while its `due` is set; it may be had once that time has come."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from ropo_async.errors import LeaseLost
from ropo_async.journal._merge import CHUNK, marks
from ropo_async.journal.values import Account, DeadLetter, Leased, Lent, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ropo_async.journal.engine import Transaction

FAR = 2 * 24 * 3600.0
"""Seconds ahead that no lease reaches: one that ends later was dated by a clock that was set back since."""

HOUR = 3600.0

_SOURCES = {source.value: source for source in Source}  # a look here is a tenth of a call of the class

ACK = (
    "UPDATE {record} SET state = 'acked', due = NULL, settled = ?, error = NULL "
    "WHERE seq = ? AND lease = ? AND state = 'leased'"
)
"""With the table's name to fill in. Parameters: Unix seconds, the record's place, the token of its lease."""

_Row = tuple[Any, ...]
_COLUMNS = "r.seq, r.account, r.lease, r.attempts, r.key, r.ordinal, r.revision, r.source, r.body, r.arrived"
_TRIED = 3
"""The place among them of how often a record was tried."""

_ALONE = (
    " AND (r.billnum IS NULL OR NOT EXISTS (SELECT 1 FROM record p WHERE p.account = r.account "
    "AND p.billnum = r.billnum AND p.due IS NOT NULL AND p.seq < r.seq) "
    "AND NOT EXISTS (SELECT 1 FROM record l WHERE l.account = r.account AND l.billnum = r.billnum "
    "AND l.state = 'leased' AND l.due > ? AND l.due <= ? AND l.seq <> r.seq))"
)
"""Of an invoice the first that waits, and none while another is lent, which may be a later one."""


def lease(
    tx: Transaction,
    accounts: Sequence[int] | None,
    limit: int,
    seconds: float,
    attempts: int,
    *,
    grouped: bool,
) -> Lent:
    """Lend records; those that were tried too often become dead letters on the way."""
    left, spent, buried = list[_Row](), [0], list[DeadLetter]()
    while spent and not left:
        rows = _waiting(tx, accounts, limit, grouped=grouped)
        left = [row for row in rows if row[_TRIED] < attempts]
        spent = [row[0] for row in rows if row[_TRIED] >= attempts]
        # Each attempt ended with its consumer: nobody was there to say what went wrong.
        buried += _bury(tx, spent, "the consumer ended without a word")
    lent = _lend(tx, _together(left), tx.now + seconds, grouped=grouped)
    return Lent(lent, None if lent else _next_due(tx, accounts), buried)


def _waiting(tx: Transaction, accounts: Sequence[int] | None, limit: int, *, grouped: bool) -> list[_Row]:
    """Return records that may be had now, and nobody else can change before the transaction ends."""
    times = (tx.now, tx.now + FAR)
    # A clock that was set back is also noticed by what was put off in its future.
    return tx.rows(
        f"SELECT {_COLUMNS} FROM record r WHERE r.due IS NOT NULL "  # noqa: S608 - fixed words and question marks
        f"AND (r.due <= ? OR (r.state = 'leased' AND r.due > ?) OR (r.state = 'new' AND r.settled > ?))"
        f"{_of(accounts)}{_ALONE if grouped else ''} ORDER BY r.seq LIMIT ? {tx.dialect.lock_rows}",
        (*times, tx.now + HOUR, *(accounts or ()), *(times if grouped else ()), limit),
    )


def _together(rows: Sequence[_Row]) -> Sequence[_Row]:
    """Return what is lent together: what was tried before goes alone, lest the death of one consumer count for all."""
    return list(takewhile(lambda row: not row[_TRIED], rows)) or rows[:1]


def _of(accounts: Sequence[int] | None) -> str:
    return "" if accounts is None else f" AND r.account IN ({marks(accounts) or 'NULL'})"


def _lend(tx: Transaction, rows: Sequence[_Row], until: float, *, grouped: bool) -> list[Leased]:
    for part in _parts([row[0] for row in rows]):
        tx.run(
            f"UPDATE record SET state = 'leased', due = ?, lease = lease + 1, attempts = attempts + 1 "  # noqa: S608 - question marks
            f"WHERE seq IN ({marks(part)})",
            (until, *part),
        )
    accounts = _accounts(tx, {row[1] for row in rows})
    arrivals = {row[-1]: datetime.fromtimestamp(row[-1], UTC) for row in rows}
    return [
        Leased(
            seq,
            lease + 1,
            accounts[account],
            key,
            ordinal,
            revision,
            _SOURCES[source],
            tried + 1,
            bytes(body),
            grouped,
            arrivals[arrived],
        )
        for seq, account, lease, tried, key, ordinal, revision, source, body, arrived in rows
    ]


def _accounts(tx: Transaction, numbers: Collection[int]) -> dict[int, Account]:
    rows = tx.rows(f"SELECT id, server, cid FROM account WHERE id IN ({marks([*numbers]) or 'NULL'})", (*numbers,))  # noqa: S608 - as above
    return {number: Account(server, cid) for number, server, cid in rows}


def _next_due(tx: Transaction, accounts: Sequence[int] | None) -> float | None:
    """Return in how many seconds something comes due that is not yet."""
    found = tx.rows(
        f"SELECT MIN(r.due) FROM record r WHERE r.due > ? AND (r.state <> 'leased' OR r.due <= ?){_of(accounts)}",  # noqa: S608 - question marks
        (tx.now, tx.now + FAR, *(accounts or ())),
    )[0][0]
    return None if found is None else max(0.0, found - tx.now)


def extend(tx: Transaction, leases: Sequence[Leased], seconds: float) -> set[int]:
    """Extend what is still held."""
    until = tx.now + seconds
    statement = "UPDATE record SET due = ? WHERE seq = ? AND lease = ? AND state = 'leased'"
    return {leased.seq for leased in _ordered(leases) if tx.run(statement, (until, leased.seq, leased.token))}


def ack(tx: Transaction, leased: Leased) -> None:
    """Settle a record for good."""
    if not tx.run(ACK.format(record="record"), (tx.now, leased.seq, leased.token)):
        raise lost(leased)
    if leased.grouped:
        tx.ring()  # the next record of the invoice may be had now


def ack_all(tx: Transaction, leases: Sequence[Leased]) -> set[int]:
    """Settle records for good; return the places of those that are, also where that was done before."""
    settled, tokens = set[int](), defaultdict[int, list[int]](list)
    for leased in leases:
        tokens[leased.token].append(leased.seq)
    for token, seqs in tokens.items():
        for part in _parts(seqs):
            held = f"WHERE seq IN ({marks(part)}) AND lease = ? AND state = "
            touched = tx.run(
                f"UPDATE record SET state = 'acked', due = NULL, settled = ?, error = NULL {held}'leased'",  # noqa: S608 - question marks
                (tx.now, *part, token),
            )
            if touched == len(part):
                settled.update(part)
            else:
                settled.update(seq for (seq,) in tx.rows(f"SELECT seq FROM record {held}'acked'", (*part, token)))  # noqa: S608 - as above
    if any(leased.grouped for leased in leases):
        tx.ring()
    return settled


def put_off(tx: Transaction, leased: Leased, seconds: float, attempts: int, error: str) -> bool:
    """Let a record wait for another attempt, or end as a dead letter."""
    dead = leased.attempt >= attempts
    state, due = ("dead", None) if dead else ("new", tx.now + seconds)
    touched = tx.run(
        "UPDATE record SET state = ?, due = ?, error = ?, settled = ? WHERE seq = ? AND lease = ? AND state = 'leased'",
        (state, due, error, tx.now, leased.seq, leased.token),
    )
    if not touched:
        raise lost(leased)
    # Its end may be what the next record of the same invoice waits for.
    tx.ring()
    return dead


def give_back(tx: Transaction, leases: Sequence[Leased]) -> None:
    """Let others have records at once."""
    statement = (
        "UPDATE record SET state = 'new', due = 0, attempts = attempts - 1 "
        "WHERE seq = ? AND lease = ? AND state = 'leased'"
    )
    for leased in _ordered(leases):
        tx.run(statement, (leased.seq, leased.token))
    tx.ring()


def requeue(tx: Transaction, account: int | None, seqs: Sequence[int] | None) -> int:
    """Let dead letters be delivered again."""
    of: tuple[str, tuple[Any, ...]] = ("", ()) if account is None else (" AND account = ?", (account,))
    those = [("", ())] if seqs is None else [(f" AND seq IN ({marks(part)})", tuple(part)) for part in _parts(seqs)]
    touched = sum(
        tx.run(
            f"UPDATE record SET state = 'new', due = 0, attempts = 0, error = NULL WHERE state = 'dead'{of[0]}{which}",  # noqa: S608 - question marks
            (*of[1], *listed),
        )
        for which, listed in those
    )
    tx.ring()
    return touched


def dead(tx: Transaction, which: str = "", values: Sequence[Any] = ()) -> list[DeadLetter]:
    """Return the dead letters, oldest first; or those that a condition holds for."""
    rows = tx.rows(
        f"SELECT r.seq, a.server, a.cid, r.key, r.ordinal, r.revision, r.attempts, r.error, r.body "  # noqa: S608 - our own words
        f"FROM record r JOIN account a ON a.id = r.account WHERE r.state = 'dead'{which} ORDER BY r.seq",
        values,
    )
    return [
        DeadLetter(seq, Account(server, cid), key, ordinal, revision, attempts, error or "", bytes(body or b""))
        for seq, server, cid, key, ordinal, revision, attempts, error, body in rows
    ]


def _bury(tx: Transaction, seqs: Sequence[int], error: str) -> list[DeadLetter]:
    buried = list[DeadLetter]()
    for part in _parts(seqs):
        tx.run(
            f"UPDATE record SET state = 'dead', due = NULL, error = ? WHERE seq IN ({marks(part)})",  # noqa: S608 - as above
            (error, *part),
        )
        buried += dead(tx, f" AND r.seq IN ({marks(part)})", part)
    return buried


def _parts(seqs: Sequence[int]) -> list[Sequence[int]]:
    return [seqs[start : start + CHUNK] for start in range(0, len(seqs), CHUNK)]


def _ordered(leases: Sequence[Leased]) -> list[Leased]:
    """Return leases in the order in which everybody locks them, so that nobody waits for one who waits for him."""
    return sorted(leases, key=lambda leased: leased.seq)


def lost(leased: Leased) -> LeaseLost:
    """Return the error of a consumer that comes too late."""
    return LeaseLost(
        f"update {leased.seq} of the journal was handed to another consumer, or settled, meanwhile; "
        "a longer `lease` gives more time, and `delivery.key` shows what was done before"
    )

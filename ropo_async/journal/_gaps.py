"""Gaps in SQL."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from ropo_async.journal.gaps import DayState, Gap, GapDay, GapState, coalesce, judged
from ropo_async.journal.values import Account

if TYPE_CHECKING:
    from ropo_async.journal.engine import Transaction
    from ropo_async.journal.gaps import Loss

_COLUMNS = (
    "g.id, a.server, a.cid, g.state, g.causes, g.since, g.until, g.days, g.opened, g.bounded, g.version "
    "FROM gap g JOIN account a ON a.id = g.account"
)


def lose(tx: Transaction, account: int, loss: Loss, at: float) -> None:
    """Open a gap, or widen the one that is open."""
    # Whoever loses something for this account waits here, so that there is one open gap and not two.
    tx.run("UPDATE account SET epoch = epoch WHERE id = ?", (account,))
    found = tx.rows(f"SELECT {_COLUMNS} WHERE g.account = ? AND g.state IN ('open', 'backfilled')", (account,))
    if found:
        save(tx, coalesce(_gap(found[0]), loss))
        return
    opened = datetime.fromtimestamp(at, UTC)
    gap = judged(
        Gap(
            id=0,
            account=Account("", ""),
            state=GapState.OPEN,
            causes=(loss.cause,),
            since=loss.since,
            until=loss.until,
            days=loss.days,
            opened=opened,
            bounded=loss.bounded,
        )
    )
    tx.run(
        "INSERT INTO gap (state, causes, since, until, days, bounded, account, opened, version) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (*_stored(gap), account, at),
    )


def gaps(tx: Transaction, account: int | None, *, unclosed: bool) -> list[Gap]:
    """Return gaps, oldest first."""
    conditions = ["g.account = ?"] if account is not None else []
    conditions += ["g.state IN ('open', 'backfilled')"] if unclosed else []
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    parameters = () if account is None else (account,)
    return [_gap(row) for row in tx.rows(f"SELECT {_COLUMNS}{where} ORDER BY g.id", parameters)]


def save(tx: Transaction, gap: Gap) -> bool:
    """Store how far a gap has come, unless it has changed since."""
    touched = tx.run(
        "UPDATE gap SET state = ?, causes = ?, since = ?, until = ?, days = ?, bounded = ?, version = version + 1 "
        "WHERE id = ? AND version = ?",
        (*_stored(gap), gap.id, gap.version),
    )
    return touched == 1


def _stored(gap: Gap) -> tuple[Any, ...]:
    days = [
        [
            day.day.isoformat(),
            day.settles.timestamp(),
            day.state.value,
            day.read_at and day.read_at.timestamp(),
            day.rows,
            day.doubt,
        ]
        for day in gap.days
    ]
    return (
        gap.state.value,
        json.dumps(gap.causes),
        gap.since.timestamp(),
        gap.until.timestamp(),
        json.dumps(days),
        int(gap.bounded),
    )


def _gap(row: tuple[Any, ...]) -> Gap:
    gap, server, cid, state, causes, since, until, days, opened, bounded, version = row
    return Gap(
        id=gap,
        account=Account(server, cid),
        state=GapState(state),
        causes=tuple(json.loads(causes)),
        since=datetime.fromtimestamp(since, UTC),
        until=datetime.fromtimestamp(until, UTC),
        days=tuple(_day(*day) for day in json.loads(days)),
        opened=datetime.fromtimestamp(opened, UTC),
        bounded=bool(bounded),
        version=version,
    )


def _day(day: str, settles: float, state: str, read_at: float | None, rows: int, doubt: str) -> GapDay:  # noqa: PLR0917 - the parts of a stored day
    read = None if read_at is None else datetime.fromtimestamp(read_at, UTC)
    return GapDay(date.fromisoformat(day), datetime.fromtimestamp(settles, UTC), DayState(state), read, rows, doubt)

"""What a journal has been doing, counted in SQL: a million updates come back as some rows for each day."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ropo_async.journal.activity import LAGS, Activity, DayFigures, Lags
from ropo_async.journal.bookings import BookingState
from ropo_async.journal.values import Account

if TYPE_CHECKING:
    from ropo_async.journal.engine import Transaction

DAY = 24 * 3600

_LAST = len(LAGS) - 1
_WAITING, _DEAD = len(LAGS), len(LAGS) + 1
"""Classes of updates that are not acknowledged; the others are those of `LAGS`, by their place in it."""
_BOUNDS = " ".join(f"WHEN settled - arrived < {bound} THEN {place}" for place, bound in enumerate(LAGS[:-1]))
_CLASS = f"CASE WHEN state = 'dead' THEN {_DEAD} WHEN state <> 'acked' THEN {_WAITING} {_BOUNDS} ELSE {_LAST} END"


def activity(tx: Transaction, since: float) -> list[Activity]:
    """Return what each account has been doing since then, in the order of the accounts."""
    days, bookings = _days(tx, since), _bookings(tx, since)
    accounts = tx.rows("SELECT id, server, cid FROM account ORDER BY server, cid")
    return [
        Activity(account=Account(server, cid), days=tuple(days[number]), bookings=bookings[number])
        for number, server, cid in accounts
    ]


def _days(tx: Transaction, since: float) -> dict[int, list[DayFigures]]:
    day = tx.dialect.whole.format(f"arrived / {DAY}")
    rows = tx.rows(
        f"SELECT account, {day} AS day_number, {_CLASS} AS class, COUNT(*), "  # noqa: S608 - our own words
        "SUM(CASE WHEN source IN ('backfill', 'sweep') THEN 1 ELSE 0 END) "
        "FROM record WHERE arrived >= ? GROUP BY account, day_number, class",
        (since,),
    )
    classes, recovered = defaultdict[tuple[int, int], Counter[int]](Counter), Counter[tuple[int, int]]()
    for account, number, kind, count, found in rows:
        classes[account, int(number)][kind] = count
        recovered[account, int(number)] += int(found)
    days = defaultdict[int, list[DayFigures]](list)
    for account, number in sorted(classes):
        days[account].append(_figures(number, classes[account, number], recovered[account, number]))
    return days


def _figures(number: int, classes: Counter[int], recovered: int) -> DayFigures:
    return DayFigures(
        datetime.fromtimestamp(number * DAY, UTC).date(),
        arrived=classes.total(),
        recovered=recovered,
        waiting=classes[_WAITING],
        dead=classes[_DEAD],
        lags=Lags(tuple(classes[place] for place in range(len(LAGS)))),
    )


def _bookings(tx: Transaction, since: float) -> dict[int, Counter[tuple[str, BookingState]]]:
    rows = tx.rows(
        "SELECT account, kind, state, COUNT(*) FROM booking WHERE created >= ? GROUP BY account, kind, state", (since,)
    )
    bookings = defaultdict[int, Counter[tuple[str, BookingState]]](Counter)
    for account, kind, state, count in rows:
        bookings[account][kind, BookingState(state)] = count
    return bookings

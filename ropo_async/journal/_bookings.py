"""Bookings in SQL: one row each, and one claim on every name of an invoice for which something is in flight."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ropo_async._values import storable
from ropo_async.journal._merge import marks
from ropo_async.journal._polls import moment
from ropo_async.journal.bookings import Booking, BookingState, Saved

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from ropo_async.journal.engine import Transaction
    from ropo_async.journal.values import Account

COLUMNS = (
    "operation_id",
    "kind",
    "digest",
    "body",
    "state",
    "reason",
    "billnum",
    "created",
    "changed",
    "sender",
    "sent",
    "sent_at",
    "due",
    "checks",
    "baseline",
    "http_status",
    "statusid",
    "answer",
    "evidence",
    "version",
)
"""Fields of a booking that are columns of the same name."""
SHOWN_WITHIN = 2 * 86400.0
"""Seconds after which what was booked shows on its invoice: the morning after, when a ledger looks last, and a day."""
_FIXED = ("operation_id", "kind", "digest", "created")
_CHANGING = tuple(name for name in COLUMNS if name not in _FIXED)
_TIMES = ("created", "changed", "sent_at", "due")


class BusyError(Exception):
    """Another booking for the same invoice is in flight; it ends the transaction."""


def add(tx: Transaction, account: Account, number: int, booking: Booking) -> Booking:
    """Store a new booking, or return the one that is there under its id."""
    row = _row(booking)
    inserted = tx.rows(
        f"INSERT INTO booking (account, {', '.join(COLUMNS)}) VALUES (?, {marks(COLUMNS)}) "  # noqa: S608 - our own words
        "ON CONFLICT DO NOTHING RETURNING id",
        (number, *(row[name] for name in COLUMNS)),
    )
    if inserted:
        _name(tx, number, inserted[0][0], booking.keys)
    stored = find(tx, account, number, booking.operation_id)
    assert stored is not None
    return stored


def save(tx: Transaction, number: int, booking: Booking) -> Saved:
    """Store a change, claim the invoice while it is in flight, and leave it afterwards.

    Raises:
        BusyError: another booking has the invoice; the transaction must not be committed.
    """
    row = _row(booking) | {"version": booking.version + 1}
    settings = ", ".join(f"{name} = ?" for name in _CHANGING)
    changed = tx.rows(
        f"UPDATE booking SET {settings} WHERE account = ? AND operation_id = ? AND version = ? RETURNING id",  # noqa: S608 - our own words
        (*(row[name] for name in _CHANGING), number, row["operation_id"], booking.version),
    )
    if not changed:
        return Saved.STALE
    place = changed[0][0]
    _name(tx, number, place, booking.keys)
    if not booking.state.in_flight:
        tx.run("DELETE FROM booking_claim WHERE booking = ?", (place,))
        return Saved.YES
    for key in sorted(map(storable, booking.keys)):  # in one order, so that two never wait for each other
        tx.run(
            "INSERT INTO booking_claim (account, key, booking) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (number, key, place),
        )
        if tx.rows("SELECT booking FROM booking_claim WHERE account = ? AND key = ?", (number, key)) != [(place,)]:
            raise BusyError
    return Saved.YES


def find(tx: Transaction, account: Account, number: int, operation_id: str) -> Booking | None:
    """Return the booking of that id."""
    rows = _select(tx, "b.account = ? AND b.operation_id = ?", (number, storable(operation_id)))
    return _booking(account, *rows[0]) if rows else None


def several(  # noqa: PLR0917 - filters that go together
    tx: Transaction,
    account: Account,
    number: int,
    states: Collection[BookingState] | None,
    keys: Collection[str] | None,
    due: datetime | None,
    after: str,
    limit: int,
) -> list[Booking]:
    """Return bookings ordered by their id."""
    if (states is not None and not states) or (keys is not None and not keys):
        return []
    where: list[str] = ["b.account = ?", "b.operation_id > ?"]
    values: list[Any] = [number, storable(after)]
    if states is not None:
        where.append(f"b.state IN ({marks([*states])})")
        values += [state.value for state in states]
    if keys is not None:
        of_invoice = f"SELECT booking FROM booking_key WHERE account = ? AND key IN ({marks([*keys])})"  # noqa: S608 - our own words
        where.append(f"b.id IN ({of_invoice})")
        values += [number, *map(storable, keys)]
    if due is not None:
        where.append("b.due <= ?")
        values.append(due.timestamp())
    rows = _select(tx, f"{' AND '.join(where)} ORDER BY b.operation_id LIMIT ?", (*values, limit))
    return [_booking(account, *row) for row in rows]


def forget(tx: Transaction, where: str, values: Sequence[Any]) -> int:
    """Remove the content of bookings: what was sent, what was answered, and whose invoice it was.

    Those stay whole that may still take effect, and by which it is told what those others are: for as long as one is in
    flight for the same invoice, and until what was just booked must have shown there, lest it be taken for another one.
    """
    in_flight = [state.value for state in BookingState if state.in_flight]
    may_show = [state.value for state in BookingState if state.booked or state is BookingState.ESCALATED]
    beside = "SELECT k.booking FROM booking_key k JOIN booking_claim c ON c.account = k.account AND c.key = k.key"
    rows = tx.rows(
        f"UPDATE booking SET body = NULL, billnum = NULL, answer = NULL, evidence = '[]', baseline = NULL "  # noqa: S608 - our own words
        f"WHERE body IS NOT NULL AND state NOT IN ({marks(in_flight)}) AND id NOT IN ({beside}) "
        f"AND NOT (state IN ({marks(may_show)}) AND COALESCE(sent_at, 0) > ?) AND {where} RETURNING id",
        (*in_flight, *may_show, tx.now - SHOWN_WITHIN, *values),
    )
    tx.run_many("DELETE FROM booking_key WHERE booking = ?", rows)
    return len(rows)


def _name(tx: Transaction, number: int, place: int, keys: Collection[str]) -> None:
    tx.run_many(
        "INSERT INTO booking_key (account, key, booking) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(number, storable(key), place) for key in keys],
    )


def _select(tx: Transaction, where: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    columns = ", ".join(f"b.{name}" for name in COLUMNS)
    rows = tx.rows(f"SELECT b.id, {columns} FROM booking b WHERE {where}", values)  # noqa: S608 - our own words
    keys = {row[0]: tx.rows("SELECT key FROM booking_key WHERE booking = ? ORDER BY key", (row[0],)) for row in rows}
    return [(tuple(key for (key,) in keys[row[0]]), *row[1:]) for row in rows]


def _row(booking: Booking) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(booking, name) for name in COLUMNS}
    times = {name: None if row[name] is None else row[name].timestamp() for name in _TIMES}
    texts = {
        "operation_id": storable(booking.operation_id),
        "state": booking.state.value,
        "reason": storable(booking.reason),
        "billnum": None if booking.billnum is None else storable(booking.billnum),
        "baseline": None if booking.baseline is None else json.dumps(booking.baseline),
        "evidence": json.dumps([record.decode("utf-8", "surrogateescape") for record in booking.evidence]),
    }
    return row | times | texts


def _booking(account: Account, keys: tuple[str, ...], *columns: Any) -> Booking:
    row = dict(zip(COLUMNS, columns, strict=True))
    times: dict[str, Any] = {name: moment(row[name]) for name in _TIMES}
    values: dict[str, Any] = {
        "state": BookingState(row["state"]),
        "digest": bytes(row["digest"]),
        "body": None if row["body"] is None else bytes(row["body"]),
        "answer": None if row["answer"] is None else bytes(row["answer"]),
        "baseline": None if row["baseline"] is None else tuple(json.loads(row["baseline"])),
        "evidence": tuple(record.encode("utf-8", "surrogateescape") for record in json.loads(row["evidence"])),
    }
    return Booking(account=account, keys=keys, **(row | times | values))

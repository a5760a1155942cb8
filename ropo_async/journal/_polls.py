"""Polls in SQL: what was asked, what came, and what was left unfinished."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal import _gaps
from ropo_async.journal.values import AccountState, PollState, Received, Source, StoredPoll

if TYPE_CHECKING:
    from ropo_async.journal.engine import Transaction
    from ropo_async.journal.gaps import Loss
    from ropo_async.journal.values import Account

HEADERS = ("content-type", "content-length", "content-encoding", "transfer-encoding", "date")
"""What is kept of an answer's head: enough to read its body again, and no cookie."""


_FRUITLESS = (PollState.EMPTY, PollState.NOT_SENT, PollState.REFUSED)


def account_id(tx: Transaction, account: Account) -> int:
    """Return the account's id, giving it one if need be."""
    tx.run("INSERT INTO account (server, cid) VALUES (?, ?) ON CONFLICT DO NOTHING", (account.server, account.cid))
    found = tx.rows("SELECT id FROM account WHERE server = ? AND cid = ?", (account.server, account.cid))
    return int(found[0][0])


def next_epoch(tx: Transaction, account: int) -> int:
    """Begin a turn."""
    return int(tx.rows("UPDATE account SET epoch = epoch + 1 WHERE id = ? RETURNING epoch", (account,))[0][0])


def state(tx: Transaction, account: int) -> AccountState:
    """Return what is known of an account."""
    began, watermark, drained, swept = tx.rows(
        "SELECT began, watermark, drained, swept FROM account WHERE id = ?", (account,)
    )[0]
    days = {name: datetime.fromisoformat(day).date() for name, day in json.loads(swept).items()}
    return AccountState(moment(began), moment(watermark), moment(drained), days)


def note_sweep(tx: Transaction, account: int, sweep: str, day: str) -> None:
    """Write down that a sweep was done."""
    # Read for the change: two sweeps must not forget each other.
    tx.run("UPDATE account SET epoch = epoch WHERE id = ?", (account,))
    swept = json.loads(tx.rows("SELECT swept FROM account WHERE id = ?", (account,))[0][0])
    tx.run("UPDATE account SET swept = ? WHERE id = ?", (json.dumps(swept | {sweep: day}), account))


def intend(tx: Transaction, account: int, epoch: int, source: Source, param: str, *, at: float) -> int:
    """Write down what is about to be sent."""
    if source.polled:
        tx.run("UPDATE account SET began = ? WHERE id = ? AND began IS NULL", (at, account))
    inserted = tx.rows(
        "INSERT INTO poll (account, epoch, source, param, state, intended) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (account, epoch, source.value, param, PollState.INTENT.value, at),
    )
    return int(inserted[0][0])


def receive(tx: Transaction, poll: int, received: Received, at: float) -> None:
    """Store an answer as it came."""
    headers = {name: received.headers[name] for name in HEADERS if name in received.headers}
    touched = tx.run(
        "UPDATE poll SET state = ?, ended = ?, status = ?, headers = ?, complete = ?, sha256 = ?, raw = ? "
        "WHERE id = ? AND state IN ('intent', 'lost')",
        (
            PollState.RECEIVED.value,
            at,
            received.status,
            json.dumps(headers),
            int(received.complete),
            hashlib.sha256(received.body).digest(),
            received.body,
            poll,
        ),
    )
    if not touched and not tx.rows("SELECT id FROM poll WHERE id = ?", (poll,)):
        raise JournalError(JournalProblem.BROKEN, "the poll that an answer belongs to is not in it")


def settle(tx: Transaction, poll: int, state: PollState, *, at: float, loss: Loss | None, since: float | None) -> None:
    """End a poll that brought no records."""
    # Not one whose answer has come in the meantime.
    ended = tx.rows(
        "UPDATE poll SET state = ?, ended = ? WHERE id = ? AND state IN ('intent', 'lost') RETURNING account",
        (state.value, at, poll),
    )
    if not ended:
        return
    if state in _FRUITLESS:
        # There is one every few minutes for years; what is to be known of them is in the account.
        tx.run("DELETE FROM poll WHERE id = ?", (poll,))
    if loss is not None:
        _gaps.lose(tx, ended[0][0], loss, at)
    if since is not None:
        tx.run("UPDATE account SET watermark = ?, drained = ? WHERE id = ?", (since, at, ended[0][0]))


def unfinished(tx: Transaction, account: int, epoch: int) -> list[StoredPoll]:
    """Return what earlier pollers left behind."""
    rows = tx.rows(
        "SELECT id, state, source, param, intended, status, headers, complete, raw FROM poll "
        "WHERE account = ? AND epoch < ? AND state IN ('intent', 'received') ORDER BY id",
        (account, epoch),
    )
    return [_stored(*row) for row in rows]


def _stored(  # noqa: PLR0917 - the columns of a row
    poll: int,
    state: str,
    source: str,
    param: str,
    intended: float,
    status: int | None,
    headers: str | None,
    complete: int | None,
    raw: bytes | None,
) -> StoredPoll:
    received = None
    if state == PollState.RECEIVED.value:
        received = Received(status or 0, bytes(raw or b""), json.loads(headers or "{}"), bool(complete))
    return StoredPoll(poll, PollState(state), Source(source), param, datetime.fromtimestamp(intended, UTC), received)


def moment(seconds: float | None) -> datetime | None:
    """Return Unix seconds as an aware datetime."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

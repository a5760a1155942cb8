"""Merging in SQL: which records of an answer are new, which are known, and which are known with other content."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from attrs import define, field

from ropo_async.journal import _gaps
from ropo_async.journal.values import Merged, PollState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ropo_async.journal.engine import Transaction
    from ropo_async.journal.gaps import Loss
    from ropo_async.journal.values import Entry, Source, Unreadable

CHUNK = 500
"""Keys that are looked up at once; databases limit the parameters of a statement."""


def merge(
    tx: Transaction,
    poll: int,
    entries: Sequence[Entry],
    unreadable: Sequence[Unreadable],
    *,
    source: Source,
    at: float,
    loss: Loss | None,
) -> Merged:
    """Put the records of a received answer into the journal, once."""
    # An answer that was taken apart whole is in the records from here on; another is kept as it came.
    state, raw = (PollState.PARSED, "NULL") if loss is None else (PollState.PARTIAL, "raw")
    ended = tx.rows(
        f"UPDATE poll SET state = ?, ended = ?, raw = {raw} WHERE id = ? AND state = 'received' RETURNING account",  # noqa: S608 - one of two words
        (state.value, at, poll),
    )
    if not ended:
        return Merged()
    account = int(ended[0][0])
    merged = add(tx, account, entries, unreadable, source=source, at=at)
    if source.polled:
        size = len(entries) + len(unreadable)
        tx.run("UPDATE account SET pages = pages + 1, handed_out = handed_out + ? WHERE id = ?", (size, account))
    if loss is not None:
        _gaps.lose(tx, account, loss, at)
    return merged


def add(
    tx: Transaction,
    account: int,
    entries: Sequence[Entry],
    unreadable: Sequence[Unreadable] = (),
    *,
    source: Source,
    at: float,
) -> Merged:
    """Put records into the journal."""
    lock_account(tx, account)
    known = _known(tx, account, {entry.key for entry in entries})
    new, consumed = sorted_out(known, entries, consuming=source.consumed)
    name, handed_out = source.value, int(source.consumed)
    tx.run_many(
        "INSERT INTO record (account, key, ordinal, revision, hash, source, consumed, arrived, day, billnum, is_open, "
        "body, state, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'new', 0)",
        [
            (
                account,
                entry.key,
                ordinal,
                revision,
                entry.hash,
                name,
                handed_out,
                at,
                entry.day and entry.day.isoformat(),
                entry.billnum,
                int(entry.is_open),
                entry.body,
            )
            for entry, ordinal, revision in new
        ],
    )
    tx.run_many("UPDATE record SET consumed = 1 WHERE seq = ?", [(seq,) for seq in consumed])
    quarantined = _quarantine(tx, account, unreadable, source, at)
    duplicates = len(entries) - len(new)
    revisions = sum(revision > 1 for _, _, revision in new)
    tx.run(
        "UPDATE account SET records = records + ?, duplicates = duplicates + ? WHERE id = ?",
        (len(new), duplicates, account),
    )
    if new:
        tx.ring()
    return Merged(len(new) - revisions, revisions, duplicates, quarantined)


def lock_account(tx: Transaction, account: int) -> None:
    """Let one transaction at a time work on an account's records and gaps."""
    tx.run("UPDATE account SET epoch = epoch WHERE id = ?", (account,))


@define
class _Known:
    """One record of the journal that a new one may be equal to."""

    seq: int
    ordinal: int
    revision: int
    hash: bytes
    consumed: bool


@define
class Sorting:
    """What of an answer is new."""

    known: dict[str, list[_Known]]
    consuming: bool
    """Whether the records were handed out by the feed, and not read again."""
    new: list[tuple[Entry, int, int]] = field(factory=list["tuple[Entry, int, int]"])
    """Records to add, each with its ordinal and revision."""
    consumed: list[int] = field(factory=list[int])
    """Places of records that were known from a re-read, and that the feed has handed out now."""
    _copies: defaultdict[str, list[Entry]] = field(factory=lambda: defaultdict[str, "list[Entry]"](list))

    def take(self, entry: Entry) -> None:
        """Sort in one record."""
        if not entry.identified:
            self._copies[entry.key].append(entry)
            return
        known = self.known.get(entry.key)
        if known is None:  # as nearly all are
            self._add(entry, 1, 1)
            return
        newest = max(known, key=lambda one: one.revision)
        if newest.hash == entry.hash:
            self._consume(newest)
        # A re-read may show what an id said before beside what it says now: that is no news, however often it is read.
        elif self.consuming or all(one.hash != entry.hash for one in known):
            self._add(entry, 1, newest.revision + 1)

    def settle_copies(self) -> None:
        """Sort in the records without an id, of which equal ones may be two events: by counting them."""
        for key, copies in self._copies.items():
            known = self.known.get(key, [])
            if self.consuming:
                # What a re-read had shown already is not one more; what the feed itself handed out before is.
                seen = [copy for copy in known if not copy.consumed][: len(copies)]
                for copy in seen:
                    self._consume(copy)
                fresh = copies[len(seen) :]
            else:
                fresh = copies[len(known) :]
            for ordinal, entry in enumerate(fresh, start=len(known) + 1):
                self.new.append((entry, ordinal, 1))

    def _add(self, entry: Entry, ordinal: int, revision: int) -> None:
        self.new.append((entry, ordinal, revision))
        # Its place is not known yet, and not needed: within one answer it counts as handed out already.
        self.known.setdefault(entry.key, []).append(_Known(0, ordinal, revision, entry.hash, consumed=True))

    def _consume(self, known: _Known) -> None:
        if self.consuming and not known.consumed:
            known.consumed = True
            self.consumed.append(known.seq)


def sorted_out(
    known: dict[str, list[_Known]], entries: Sequence[Entry], *, consuming: bool
) -> tuple[list[tuple[Entry, int, int]], list[int]]:
    """Return the records to add, and the places of known ones that are handed out now; see `Sorting`."""
    if not known and len({entry.key for entry in entries}) == len(entries):
        return [(entry, 1, 1) for entry in entries], []  # as on nearly every page, and in a fifth of the time
    sorting = sort(known, entries, consuming=consuming)
    return sorting.new, sorting.consumed


def sort(known: dict[str, list[_Known]], entries: Sequence[Entry], *, consuming: bool) -> Sorting:
    """Tell new records from known ones."""
    sorting = Sorting(known, consuming)
    for entry in entries:
        sorting.take(entry)
    sorting.settle_copies()
    return sorting


def _known(tx: Transaction, account: int, keys: Iterable[str]) -> dict[str, list[_Known]]:
    found = dict[str, list[_Known]]()
    wanted = sorted(keys)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        rows = tx.rows(
            f"SELECT key, seq, ordinal, revision, hash, consumed FROM record "  # noqa: S608 - question marks
            f"WHERE account = ? AND key IN ({marks(part)}) ORDER BY ordinal, revision",
            (account, *part),
        )
        for key, seq, ordinal, revision, digest, consumed in rows:
            found.setdefault(key, []).append(_Known(seq, ordinal, revision, bytes(digest), bool(consumed)))
    return found


def _quarantine(tx: Transaction, account: int, unreadable: Sequence[Unreadable], source: Source, at: float) -> int:
    """Keep what could not be read; a re-read that shows the same again adds nothing."""
    added, seen = 0, Counter[tuple[str, bytes]]()
    for record in unreadable:
        seen[record.key, record.body] += 1
        digest = hashlib.sha256(record.body).digest()
        known = tx.rows(
            "SELECT COUNT(*) FROM quarantine WHERE account = ? AND key = ? AND hash = ?", (account, record.key, digest)
        )
        if not source.consumed and known[0][0] >= seen[record.key, record.body]:
            continue
        values: tuple[Any, ...] = (account, record.key, source.value, at, record.reason, digest, record.body)
        tx.run(
            "INSERT INTO quarantine (account, key, source, arrived, reason, hash, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        added += 1
    return added


def marks(values: Sequence[Any]) -> str:
    """Return as many question marks as there are values."""
    return ", ".join("?" * len(values))

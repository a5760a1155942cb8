"""What a journal holds, as frozen values. None of them shows content: bodies and invoice numbers are personal."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - attrs reads the types of the fields
from datetime import date, datetime, timedelta
from enum import StrEnum

from attrs import field, frozen
from msgspec import Struct

from ropo_async.journal.accounts import Account

__all__ = [
    "Account",
    "AccountState",
    "DeadLetter",
    "Entry",
    "Health",
    "Leased",
    "Lent",
    "Merged",
    "PollState",
    "Quarantined",
    "Received",
    "Source",
    "StoredPoll",
    "StoredRecord",
    "Unreadable",
]


class Source(StrEnum):
    """How a record came here."""

    DRAIN = "drain"
    """Handed out by the feed, in an answer that was whole."""
    SALVAGE = "salvage"
    """Handed out by the feed, in an answer that broke off."""
    BACKFILL = "backfill"
    """Read again because an answer went missing."""
    SWEEP = "sweep"
    """Read again as a precaution."""
    UNSEEN = "unseen"
    """Handed out by a feed that hands it out again until it is marked as seen."""

    @property
    def consumed(self) -> bool:
        """Whether the feed handed it out, so that it will not hand it out again."""
        return self in (Source.DRAIN, Source.SALVAGE)

    @property
    def polled(self) -> bool:
        """Whether it came through the feed, and was not read again beside it."""
        return self.consumed or self is Source.UNSEEN


class PollState(StrEnum):
    """What became of one request for updates."""

    INTENT = "intent"
    """About to be sent, on its way, or cut off by the end of the process."""
    RECEIVED = "received"
    """Its answer is stored, and not taken apart yet."""
    PARSED = "parsed"
    """Its records are in the journal."""
    PARTIAL = "partial"
    """As far as its answer could be read, its records are in the journal; a gap stands for the rest."""
    EMPTY = "empty"
    """The server had no more."""
    NOT_SENT = "not sent"
    REFUSED = "refused"
    LOST = "lost"
    """It may have been answered, and nothing is known of the answer; a gap stands for it."""


@frozen
class Received:
    """An answer as it came."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    complete: bool = True
    """Whether its body arrived whole."""


@frozen
class StoredPoll:
    """A request for updates that an earlier poller left unfinished."""

    id: int
    state: PollState
    source: Source
    param: str = field(repr=False)
    """The date or invoice number that was read again; empty for the feed."""
    intended: datetime
    """When it was about to be sent; aware, in UTC."""
    received: Received | None = None


class Entry(Struct, frozen=True, gc=False):
    """One record on its way into the journal, with what it is told apart by.

    A `msgspec.Struct`, as a page has a thousand of them: attrs takes nine times as long to make one.
    """

    key: str
    """`id:{statustype}:{statusid}`, or `id:{statusId}` of Iopole's; where it has no id `content:` and a hash."""
    hash: bytes
    """Of what does not change by itself: two records with one key and one hash are the same."""
    body: bytes
    """The record's own JSON."""
    day: date | None = None
    """The day of its `statustime`."""
    billnum: str | None = None
    """Its invoice: the number, or Iopole's own id of it."""
    is_open: bool = False
    """Whether something was still to be paid on its invoice."""

    @property
    def identified(self) -> bool:
        """Whether it has an id of its own; without one, two equal records may be two events."""
        return not self.key.startswith("content:")

    def __repr__(self) -> str:
        return f"Entry(key={self.key!r}, day={self.day!r}, is_open={self.is_open!r})"


@frozen
class Unreadable:
    """One record that could not be read, on its way into the quarantine."""

    key: str
    """As for an `Entry`, as far as it can be told; otherwise a hash of its bytes."""
    body: bytes = field(repr=False)
    reason: str


@frozen
class Merged:
    """What became of the records of one answer."""

    new: int = 0
    revisions: int = 0
    """Known ids with new content; they are delivered again."""
    duplicates: int = 0
    quarantined: int = 0


@frozen
class AccountState:
    """What the journal knows of one account."""

    began: datetime | None = None
    """When it was polled for the first time."""
    watermark: datetime | None = None
    """When the last drain that ended with "no more" began."""
    drained: datetime | None = None
    """When it ended."""
    swept: Mapping[str, date] = field(factory=dict[str, date])
    """The sweeps, and the day of each one's last run."""


class Leased(Struct, frozen=True, gc=False):
    """One record that a consumer has, for a while. A `msgspec.Struct`, as an `Entry` is."""

    seq: int
    """Its place in the journal."""
    token: int
    """Grows with every lease: an older one settles nothing."""
    account: Account
    key: str
    ordinal: int
    revision: int
    source: Source
    attempt: int
    """From 1; leases that were given back do not count."""
    body: bytes
    grouped: bool = False
    """Whether the next record of its invoice waits for it."""
    arrived: datetime | None = None
    """When it came, where the journal says so; aware, in UTC."""

    def __repr__(self) -> str:
        shown = (name for name in self.__struct_fields__ if name != "body")
        return f"Leased({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


@frozen
class DeadLetter:
    """A record that was tried too often."""

    seq: int
    account: Account
    key: str
    ordinal: int
    revision: int
    attempts: int
    error: str
    """The class of the last failure."""
    body: bytes = field(repr=False)


@frozen
class Lent:
    """What a consumer that asks for records gets."""

    leases: list[Leased]
    """In the order in which they came."""
    next_due: float | None = None
    """Where there is none: in how many seconds one that is lent or put off comes due, if any."""
    buried: list[DeadLetter] = field(factory=list[DeadLetter])
    """Those that became dead letters just now, as their last consumer ended without settling them."""


@frozen
class Quarantined:
    """A record that could not be read, kept as it came."""

    id: int
    account: Account
    source: Source
    arrived: datetime
    reason: str
    body: bytes = field(repr=False)


@frozen
class StoredRecord:
    """A record as it stands in the journal."""

    seq: int
    """Its place in the journal."""
    account: Account
    key: str
    ordinal: int
    revision: int
    source: Source
    arrived: datetime
    """Aware, in UTC."""
    state: str
    """`new`, `leased`, `acked` or `dead`."""
    body: bytes | None = field(repr=False)
    """The record's own JSON; None once it was purged or erased."""


@frozen(kw_only=True)
class Health:
    """How an account, or a whole journal, is doing. Times are aware, in UTC."""

    drained: datetime | None = None
    """When the feed was last read to its end; of several accounts the one that waits longest."""
    watermark: datetime | None = None
    """When that drain began."""
    lag: timedelta | None = None
    """How long ago `watermark` was."""
    records: int = 0
    waiting: int = 0
    """Records that are not acknowledged: new, leased, or waiting for another attempt."""
    oldest: datetime | None = None
    """When the oldest of them arrived."""
    dead: int = 0
    quarantined: int = 0
    open_gaps: int = 0
    """Gaps that are neither closed nor unresolved."""
    unresolved_gaps: int = 0
    seen_only_by_sweep: int = 0
    """Records that no page of the feed held and no gap explains: pages lost unseen, or another program on the feed."""
    duplicates: int = 0
    pages: int = 0
    """Pages of the feed so far."""
    records_per_page: float = 0.0

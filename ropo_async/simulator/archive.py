"""Every status update there ever was: handed out once by the feed, and found again as the vendor may really do it."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from attrs import field, frozen, mutable
from attrs.validators import in_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ropo_async.simulator.books import Record

__all__ = ["DAYS", "HELSINKI", "Archive", "Rereads"]

HELSINKI: Final = ZoneInfo("Europe/Helsinki")

Day = Literal["statustime", "paydate", "recorded"]
DAYS: Final[tuple[Day, ...]] = get_args(Day)
"""What `date` may go by."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@mutable(eq=False)
class _Entry:
    record: Record
    added: datetime
    since: datetime
    """When the feed handed it out, or when it was added as long as the feed did not: a lag counts from here."""

    def text(self, name: str) -> str:
        """One of its fields, `""` where it is missing or empty."""
        return str(self.record.get(name) or "")


# What the value of a filter is compared with. `date` has three of them to choose from.
_KEYS: Final[Mapping[str, Callable[[_Entry], str]]] = MappingProxyType(
    {
        "billnum": lambda entry: entry.text("billnum"),
        "statustime": lambda entry: entry.text("statustime")[:10],
        "paydate": lambda entry: (entry.text("paydate") or entry.text("statustime"))[:10],
        "recorded": lambda entry: entry.added.astimezone(HELSINKI).date().isoformat(),
    }
)


@frozen
class Rereads:
    """How reads by `date` and `billnum` behave. The vendor does not say; as it stands here, they behave well."""

    limit: int | None = None
    """How many updates an answer carries at most, the first ones added; there is no way to get at the others."""
    consume: bool = False
    """What is answered is recorded by that, arrived or not: the feed never hands it out, later re-reads do."""
    by: Day = field(default="statustime", validator=in_(DAYS))
    """Which day of an update `date` means.

    `paydate` is the day of `statustime` where that is empty; `recorded` the day in Helsinki on which it was added.
    """
    lag: timedelta = timedelta(0)
    """How long an update is not found after the feed handed it out, or after it was added if it never did."""
    only_recorded: bool = False
    """What is still pending is not found."""


@mutable
class _Index:
    """Grows when it is asked: whoever never reads by a key never pays for it."""

    key: Callable[[_Entry], str]
    seen: int = 0
    found: defaultdict[str, list[_Entry]] = field(factory=lambda: defaultdict[str, list[_Entry]](list))


@mutable
class Archive:
    """Keeps the updates in order. A read looks through those of its day or its invoice, not through all."""

    now: Callable[[], datetime]
    _records: list[Record] = field(factory=list["Record"], init=False)
    _entries: list[_Entry] = field(factory=list[_Entry], init=False)
    _coming: list[tuple[datetime, int, Record]] = field(factory=list[tuple[datetime, int, "Record"]], init=False)
    """A heap of what is announced; the number keeps the order of what is due at once."""
    _numbers: Iterator[int] = field(factory=count, init=False)
    # Not a plain dict: looking for the first of what is left of that takes longer the more was taken.
    _pending: OrderedDict[_Entry, Record] = field(factory=OrderedDict[_Entry, "Record"], init=False)
    _indexes: dict[str, _Index] = field(factory=lambda: {by: _Index(key) for by, key in _KEYS.items()}, init=False)

    @property
    def pending(self) -> Mapping[Any, Record]:
        """Those not yet recorded, in order."""
        self._arrive()
        return self._pending

    @property
    def records(self) -> list[Record]:
        """All of them, in order."""
        self._arrive()
        return self._records

    def add(self, record: Record, *, recorded: bool) -> None:
        """Add one; a recorded one was handed out so long ago that no lag hides it."""
        self._arrive()
        self._enter(record, self.now(), recorded=recorded)

    def announce(self, record: Record, lag: timedelta) -> None:
        """Add one after a while."""
        heappush(self._coming, (self._moment() + lag, next(self._numbers), record))

    def _moment(self) -> datetime:
        # In UTC, for within one zone Python reckons by the clock on the wall, which is set back once a year.
        return self.now().astimezone(UTC)

    def _arrive(self) -> None:
        """Add what was announced and is due."""
        while self._coming and self._coming[0][0] <= self._moment():
            due, _, record = heappop(self._coming)
            self._enter(record, due, recorded=False)

    def _enter(self, record: Record, added: datetime, *, recorded: bool) -> None:
        entry = _Entry(record, added, _LONG_AGO if recorded else added)
        self._records.append(record)
        self._entries.append(entry)
        if not recorded:
            self._pending[entry] = record

    def take(self, limit: int) -> list[Record]:
        """Record the first `limit` pending ones and return them."""
        self._arrive()
        moment = self.now()
        taken = [self._pending.popitem(last=False)[0] for _ in range(min(limit, len(self._pending)))]
        for entry in taken:
            entry.since = moment
        return [entry.record for entry in taken]

    def read(self, name: str, value: str, rereads: Rereads) -> tuple[list[Record], list[Record]]:
        """Return what a read by `date` or `billnum` finds, and what of it was recorded by that."""
        self._arrive()
        latest = self._moment() - rereads.lag
        shown = (
            entry
            for entry in self._matching(rereads.by if name == "date" else name, value)
            if entry.since <= latest and not (rereads.only_recorded and entry in self._pending)
        )
        found = list(islice(shown, rereads.limit))
        consumed = [self._pending.pop(entry) for entry in found if rereads.consume and entry in self._pending]
        return [entry.record for entry in found], consumed

    def _matching(self, by: str, value: str) -> Sequence[_Entry]:
        index = self._indexes[by]
        for entry in self._entries[index.seen :]:
            index.found[index.key(entry)].append(entry)
        index.seen = len(self._entries)
        return index.found.get(value, ())

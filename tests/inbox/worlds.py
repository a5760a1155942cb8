"""A made-up world: a vendor who keeps the truth, clocks that may be wrong, inboxes, and what must hold between them."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import count
from typing import Any

from attrs import define, evolve, field, frozen

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts
from ropo_async.errors import RopoError
from ropo_async.inbox import InboxPolicy
from ropo_async.journal import DayState, Gap, GapState, Journal
from ropo_async.simulator import Fault, Handout, Record, Running, Simulator, serve
from ropo_async.simulator.archive import HELSINKI
from ropo_async.simulator.messages import Answer, Request, loads

POLL = "GET /jobs/statusupdates"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 3, 11, 10, tzinfo=UTC)
POLICY = InboxPolicy(pace=timedelta(0))
UNSWEPT = evolve(POLICY, nightly=0, weekly=0)
"""Only gaps are read again, so that it can be told what was read for them."""
LOST = Fault.drop(processed=True)
TIMES = Timeouts(connect=10, read=10, write=10, pool=10, total=20, poll_read=10, poll_total=20)
EAGER = RetryPolicy(base=0.001, throttled_base=0.001)
TOLD_BY = ("jobid", "billnum", "statustype", "statustime", "statuscode", "statusref", "statustext", "paydate", "amount")
"""What tells two changes apart, beside their ids."""
AHEAD = (DayState.DUE, DayState.READ)
"""Of days that will be read again."""
GARBLING = {"malformed_record", "nan", "invalid_utf8", "deep_nesting", "huge_integer"}
"""Faults that make the first record of a page unreadable."""
BLANK = {"jobid": 7, "statusid": "", "billnum": "B7", "statustype": "comment", "statustext": ""}


@define
class Clock:
    """What time it is, and what time our machines take it for."""

    time: datetime
    skew: timedelta = timedelta(0)
    """How far the inbox's clock is ahead of the truth."""
    shared_skew: timedelta = timedelta(0)
    """How far the clock is that the users of the journal share."""

    def __call__(self) -> datetime:
        return self.time

    def ours(self) -> datetime:
        return self.time + self.skew

    def shared(self) -> float:
        return (self.time + self.shared_skew).timestamp()


@frozen
class Read:
    """One day that was read again: after how many requests that was, and when by our clock."""

    request: int
    day: str
    ours: datetime


@frozen
class Lost:
    """Something that went missing, in the same terms, and what we made of it."""

    request: int
    days: frozenset[date]
    ours: datetime


class Vendor(Simulator):
    """A simulator that also remembers which records a fault has garbled."""

    def __init__(self, clock: Clock, **options: Any) -> None:
        super().__init__(now=clock, **options)
        self.garbled = list[Record]()

    def respond(self, request: Request, fault: Fault | None = None) -> Answer:
        pages = len(self.truth.handed_out)
        answer = super().respond(request, fault)
        if fault is not None and fault.name in GARBLING and len(self.truth.handed_out) > pages:
            self.garbled.append(self.truth.handed_out[-1].records[0])
        return answer


@define(eq=False)
class World:
    """A vendor, a feed of it, and whoever follows that."""

    clock: Clock
    vendor: Vendor
    running: Running
    ropo: RopoClient
    zone: tzinfo = HELSINKI
    """The zone of the vendor's clock on the wall, which is not documented."""
    foreign: set[int] = field(factory=set[int])
    """Requests of somebody who keeps no journal."""
    losses: defaultdict[int, list[Lost]] = field(factory=lambda: defaultdict[int, list[Lost]](list))
    """By gap."""
    reads: list[Read] = field(factory=list[Read])
    _numbers: Iterator[int] = field(factory=lambda: count(1))

    def pass_(self, span: timedelta) -> None:
        """Let time go by."""
        self.clock.time += span

    def change(self, *, late: timedelta = timedelta(0), recorded: bool = False, **fields: Any) -> Record:
        """Let something happen, dated `late` before it appears; all differ in their text, and in what is open."""
        number = next(self._numbers)
        statustime = f"{(self.clock.time.astimezone(UTC) - late).astimezone(self.zone):%Y-%m-%d %H:%M:%S}"
        made = {"statusid": f"C{number}", "statustext": f"#{number}", "statustime": statustime, "openamount": number}
        return self.vendor.add_updates([BLANK | made | fields], recorded=recorded)[0]

    def changes(self, size: int, **options: Any) -> list[Record]:
        return [self.change(**options) for _ in range(size)]

    def fail(self, fault: Fault = LOST, **options: Any) -> None:
        """Let a fault strike the poll."""
        self.vendor.fail(fault, operation=POLL, query=(), **options)

    def fail_reading(self, fault: Fault, **options: Any) -> None:
        """Let a fault strike a day that is read again."""
        self.vendor.fail(fault, operation=POLL, query=("date",), **options)

    async def take_as_a_stranger(self, *, pages: int = 1) -> None:
        """Let somebody else take pages of the feed."""
        before = len(self.vendor.truth.requests)
        with suppress(RopoError):
            _ = [page async for page in self.ropo.status_updates.pages(max_pages=pages)]
        self.foreign |= set(range(before, len(self.vendor.truth.requests)))

    async def note(self, journal: Journal, name: str, args: Any, options: Any, result: Any) -> None:
        """Remember what was written down as lost, and which days were read again."""
        requests, ours = len(self.vendor.truth.requests), self.clock.ours()
        loss = args[1] if name == "lose" else options.get("loss")
        if loss is not None:
            days = frozenset(day.day for day in loss.days)
            for gap in await journal.gaps(unclosed=True):
                self.losses[gap.id].append(Lost(requests, days, ours))
        if name == "ask" and "date" in args[0].params and _is_page(result):
            self.reads.append(Read(requests, args[0].params["date"], ours))

    # --- what must be true --------------------------------------------------------------------------------------

    def marked(self) -> list[Handout]:
        """Return what the vendor has recorded because of us."""
        truth = self.vendor.truth
        return [handout for handout in (*truth.handed_out, *truth.consumed) if handout.request not in self.foreign]

    async def missing(self, journal: Journal) -> dict[int, list[Record]]:
        """Return what the vendor has recorded because of us, and the journal does not hold, by the request."""
        held, nameless = await _held(journal)
        missing = defaultdict[int, list[Record]](list)
        garbled = {identity(record) for record in self.vendor.garbled}
        seen = set[tuple[str, ...]]()
        for handout in self.marked():
            for record in handout.records:
                told = identity(record)
                held[told] -= told not in seen
                if record["statusid"]:
                    seen.add(told)
                if held[told] >= 0:
                    continue
                if nameless and told in garbled:
                    nameless -= 1
                else:
                    missing[handout.request].append(record)
        return missing

    async def silently_missing(self, journal: Journal) -> list[Record]:
        """Return of it what no loss stands for that was noted since, and whose gap is open or called unresolved."""
        gaps = [gap for gap in await journal.gaps() if gap.state is not GapState.CLOSED]
        silent = [
            found
            for request, records in (await self.missing(journal)).items()
            if (found := [record for record in records if not self._is_covered(record, request, gaps)])
        ]
        # What is written down as under way stands for one answer each, until it is taken apart or given up.
        underway = await rows(journal, "SELECT id FROM poll WHERE source = 'drain' AND state IN ('intent', 'received')")
        return [] if len(silent) <= len(underway) else [record for found in silent for record in found]

    def _is_covered(self, record: Record, request: int, gaps: list[Gap]) -> bool:
        day = day_of(record)
        # Of equal ones without an id, one that was found again is taken for the next that the feed hands out. They are
        # counted anew whenever their day is read.
        if not record["statusid"] and any(one.day == day and one.state in AHEAD for gap in gaps for one in gap.days):
            return True
        return any(
            day in lost.days or (not gap.bounded and day < min(lost.days))
            for gap in gaps
            for lost in self.losses[gap.id]
            if lost.request > request
        )

    async def closed_too_early(self, journal: Journal) -> list[tuple[Gap, date]]:
        """Return days of closed gaps that were not read after the loss at a time when nothing could be late."""
        return [
            (gap, day.day)
            for gap in await journal.gaps()
            if gap.state is GapState.CLOSED
            for day in gap.days
            if not self._was_read(gap, day.day)
        ]

    def _was_read(self, gap: Gap, day: date) -> bool:
        lost = next(lost for lost in reversed(self.losses[gap.id]) if day in lost.days)
        end = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY
        settled = max(end + POLICY.after_midnight, lost.ours + POLICY.settling)
        reads = [read for read in self.reads if read.day == day.isoformat() and read.request > lost.request]
        return any(read.ours >= settled for read in reads)


def identity(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells a change from every other, equal ones without an id left out."""
    return tuple(str(record.get(name) or "") for name in ("statusid", *TOLD_BY))


def day_of(record: Mapping[str, Any]) -> date:
    return date.fromisoformat(record["statustime"][:10])


def _is_page(answer: Any) -> bool:
    """Tell whether an answer is one that a reader can rely on."""
    if answer.status == 204:
        return True
    try:
        return isinstance(loads(answer.body)["result"]["status"], list)
    except (ValueError, KeyError, TypeError):
        return False


async def _held(journal: Journal) -> tuple[Counter[tuple[str, ...]], int]:
    """Return what a journal holds, and how many records nobody can make anything of."""
    held, nameless = Counter[tuple[str, ...]](), 0
    for table in ("record", "quarantine"):
        for (body,) in await rows(journal, f"SELECT body FROM {table}"):
            try:
                held[identity(loads(bytes(body)))] += 1
            except (ValueError, RecursionError):
                nameless += 1
    return held, nameless


async def rows(journal: Journal, sql: str) -> list[tuple[Any, ...]]:
    """Look into a journal."""
    found: list[tuple[Any, ...]] = await journal.engine.run(lambda tx: tx.rows(sql))  # type: ignore[attr-defined]
    return found


@asynccontextmanager
async def created(
    at: datetime = NOON, *, zone: tzinfo = HELSINKI, times: Timeouts = TIMES, **vendor: Any
) -> AsyncIterator[World]:
    """Create a world without an inbox."""
    clock = Clock(at)
    simulator = Vendor(clock, **vendor)
    async with serve(simulator) as running:
        credentials = Credentials(simulator.cid, simulator.apicode)
        async with RopoClient(running.url, credentials, timeouts=times, retries=EAGER, hooks=()) as ropo:
            ropo.status_updates._pause = 0.001  # between empty pages
            yield World(clock, simulator, running, ropo, zone)

"""Worlds: a simulated account, a journal, the lives that share them; and the truth about what was lost."""

import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from attrs import define, evolve, field, frozen

from ropo_async.journal import Gap, GapState, Journal
from ropo_async.simulator import Fault, FaultPlan, Simulator, serve
from ropo_async.simulator.messages import Answer, Request
from tests.crash.life import Plan
from tests.crash.nurse import Ended, Nursery

HELSINKI = ZoneInfo("Europe/Helsinki")
UPDATES = 7
PAGE = 3
HOUR = 3600.0
SETTLED = 50 * HOUR
"""When nothing of today can be late any more."""


@frozen
class Verdict:
    """What became of the updates that the server has recorded."""

    missing: Counter[str]
    """Those that were neither delivered nor put into the quarantine."""
    uncovered: Counter[str]
    """Those of them whose day is in no gap that is still to be closed: they are lost."""
    surplus: Counter[str]
    """What was delivered as more events than there were."""
    waiting: int
    """Updates that the server has not handed out, although it was asked until it had no more."""
    repeated: int
    """Updates that were delivered more than once, under one key."""
    gaps: list[Gap]
    unread: list[str]
    """Days of closed gaps that were not read after the loss, at a time when nothing can be late."""


@define
class Clock:
    """The time in a world, which may pass in leaps."""

    later: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.later)


class Vendor(Simulator):
    """Remembers which days were read again, and when."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.reads: list[tuple[str, datetime]] = []

    def respond(self, request: Request, fault: Fault | None = None) -> Answer:
        if fault is None:
            self.reads += [(value, self.now()) for name, value in request.query if name == "date"]
        return super().respond(request, fault)


@define
class World:
    """One account and one journal."""

    nursery: Nursery
    simulator: Vendor
    clock: Clock
    plan: Plan

    async def live(self, *, strace: Sequence[str] = (), **changes: str) -> Ended:
        """Live one life, to the step where it is to die or to its end."""
        plan: Plan = evolve(self.plan, later=self.clock.later, **changes)
        return await self.nursery.live(plan, strace=strace)

    async def recover(self) -> None:
        """Live once more, undisturbed, when the leases of the dead have run out."""
        await self._live_on(HOUR)

    async def settle(self) -> None:
        """Live once more when nothing can be late any more, so that gaps may be closed."""
        await self._live_on(SETTLED)

    async def _live_on(self, later: float) -> None:
        self.clock.later += later
        assert (await self.live()).status == 0

    def refuse_rereads(self) -> None:
        """Let the vendor refuse every re-read from here on."""
        self.simulator.fail(Fault.status(403), query=("date",), times=10**6)

    def allow_rereads(self) -> None:
        """Let the vendor behave again."""
        self.simulator.faults = FaultPlan()

    async def verdict(self) -> Verdict:
        recorded = Counter(_mark(record) for page in self.simulator.truth.handed_out for record in page.records)
        effects = [tuple(json.loads(line)) for line in self.plan.effects.read_bytes().splitlines()]
        async with Journal.open(self.plan.journal) as journal:
            gaps = await journal.gaps()
            unreadable = await journal.quarantined()
        delivered = Counter(mark for _, mark in set(effects))
        missing = recorded - delivered - Counter(_mark(json.loads(record.body)) for record in unreadable)
        at_risk = {f"{day.day}" for gap in gaps if gap.state is not GapState.CLOSED for day in gap.days}
        days = {_mark(record): record["statustime"][:10] for record in self.simulator.truth.updates}
        uncovered = Counter({mark: times for mark, times in missing.items() if days[mark] not in at_risk})
        return Verdict(
            missing=missing,
            uncovered=uncovered,
            surplus=delivered - recorded,
            waiting=len(self.simulator.truth.pending),
            repeated=len(effects) - len(set(effects)),
            gaps=gaps,
            unread=list(self._unread(gaps)),
        )

    def _unread(self, gaps: list[Gap]) -> Iterator[str]:
        for gap in gaps:
            for day in gap.days if gap.state is GapState.CLOSED else ():
                late_enough = max(gap.until, day.settles)
                if not any(read == f"{day.day}" and at >= late_enough for read, at in self.simulator.reads):
                    yield f"{day.day}"


@define
class Worlds:
    """Makes worlds that are alike."""

    nursery: Nursery
    _folder: Path
    _numbers: Iterator[int] = field(factory=count)

    @asynccontextmanager
    async def one(self, *, filler: int = 0, made: bool = True, **plan: Any) -> AsyncIterator[World]:
        """Have a world while the block runs: its journal is `made` and empty, its texts have so much `filler`."""
        folder = self._folder / f"{next(self._numbers)}"
        folder.mkdir()
        clock = Clock()
        simulator = Vendor(page_size=PAGE, now=clock.now)
        simulator.add_updates(_records(simulator, filler))
        since = (clock.now() - timedelta(days=1)).isoformat()
        async with serve(simulator) as running:
            told = Plan(running.url, simulator.cid, simulator.apicode, str(folder), since, self.nursery.backend, **plan)
            told.effects.touch()
            if made:
                async with Journal.open(told.journal):
                    pass
            yield World(self.nursery, simulator, clock, told)
        # There are hundreds of them; one that fails stays, to be looked at.
        shutil.rmtree(folder)


def _records(simulator: Simulator, filler: int) -> list[dict[str, Any]]:
    """Make updates of many kinds: two that are equal and have no id, on different pages, and one that is unreadable."""
    records = simulator.make_updates(UPDATES, seed=1, days=1)
    twin = records[1] | {"statusid": "", "statustype": "comment", "statustext": "Sama viesti"}
    records[1] = records[4] = twin
    records[3] |= {"amount": "kymmenen"}
    # Something of every page is as old as it may be.
    yesterday = simulator.now().astimezone(HELSINKI) - timedelta(hours=23, minutes=30)
    for record in (twin, records[6]):
        record["statustime"] = f"{yesterday:%Y-%m-%d %H:%M:%S}"
    for record in records:
        record["statusref"] = "x" * filler
    return records


def _mark(record: dict[str, Any]) -> str:
    return str(record["statusid"] or record["statustext"])

"""Journals that forget one rule each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
from attrs import define, evolve, field
from msgspec.structs import replace

from ropo_async.errors import LeaseLost
from ropo_async.journal import (
    Account,
    Activity,
    Entry,
    Gap,
    Journal,
    Leased,
    Loss,
    Merged,
    PollState,
    Quarantined,
    Received,
    Source,
    StoredRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ropo_async.journal import Lent, StoredPoll, Turn, Unreadable


@define(eq=False)
class Broken:
    """Does as the journal within, but for what a subclass forgets."""

    inner: Journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class GivesEveryoneTheTurn(Broken):
    async def take_turn(self, account: Account) -> Turn | None:
        turn = await self.inner.take_turn(account)
        if turn is not None:
            await turn.release()
        return turn


class StandsStill(Broken):
    async def take_turn(self, account: Account) -> Turn | None:
        turn = await self.inner.take_turn(account)
        if turn is not None:
            turn.epoch = 1
        return turn


class ForgetsIntents(Broken):
    async def unfinished(self, account: Account, epoch: int) -> list[StoredPoll]:
        return [poll for poll in await self.inner.unfinished(account, epoch) if poll.state is not PollState.INTENT]


class MeddlesWithItsOwn(Broken):
    async def unfinished(self, account: Account, epoch: int) -> list[StoredPoll]:
        return await self.inner.unfinished(account, epoch + 1)


@define(eq=False)
class RefusesLatePages(Broken):
    given_up: set[int] = field(factory=set[int])

    async def settle(self, poll: int, state: PollState, **details: Any) -> None:
        self.given_up.add(poll)
        await self.inner.settle(poll, state, **details)

    async def receive(self, poll: int, received: Received, *, at: datetime) -> None:
        if poll not in self.given_up:
            await self.inner.receive(poll, received, at=at)


@define(eq=False)
class _Merging(Broken):
    """Changes the records on their way."""

    known: set[str] = field(factory=set[str])

    async def merge(
        self, poll: int, entries: Sequence[Entry], unreadable: Sequence[Unreadable] = (), **details: Any
    ) -> Merged:
        kept = self.kept(entries)
        merged = await self.inner.merge(poll, kept, unreadable, **details)
        return evolve(merged, duplicates=merged.duplicates + len(entries) - len(kept))

    def kept(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        raise NotImplementedError


class DropsRevisions(_Merging):
    def kept(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        kept = [entry for entry in entries if not entry.identified or entry.key not in self.known]
        self.known |= {entry.key for entry in entries}
        return kept


class DropsEqualRecords(_Merging):
    def kept(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        return [entry for number, entry in enumerate(entries) if entry.identified or entry not in entries[:number]]


class ForgetsFromFiveHundredOn(_Merging):
    def kept(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        return entries[:500]


class AddsRereads(Broken):
    async def merge(self, *what: Any, source: Source, **details: Any) -> Merged:
        return await self.inner.merge(*what, source=Source.DRAIN, **details)


class CountsNoSalvage(Broken):
    async def merge(self, *what: Any, source: Source, **details: Any) -> Merged:
        source = Source.BACKFILL if source is Source.SALVAGE else source
        return await self.inner.merge(*what, source=source, **details)


@define(eq=False)
class MergesTwice(Broken):
    seen: set[int] = field(factory=set[int])

    async def merge(self, poll: int, *what: Any, source: Source, at: datetime, **details: Any) -> Merged:
        if poll in self.seen:
            poll = await self.inner.intend(Account("https://one.example", "1001"), 1, source, "", at=at)
            await self.inner.receive(poll, Received(200, b"{}"), at=at)
        self.seen.add(poll)
        return await self.inner.merge(poll, *what, source=source, at=at, **details)


class MergesHalf(Broken):
    async def merge(
        self, poll: int, entries: Sequence[Entry], unreadable: Sequence[Unreadable] = (), **details: Any
    ) -> Merged:
        taken = list[Entry]()
        try:
            taken.extend(entry for entry in entries)
            bad = list(unreadable)
        except ZeroDivisionError:
            await self.inner.merge(poll, taken, **details)
            raise
        return await self.inner.merge(poll, taken, bad, **details)


class ForgetsGapDays(Broken):
    async def lose(self, account: Account, loss: Loss) -> None:
        known = {day.day for gap in await self.inner.gaps(account, unclosed=True) for day in gap.days}
        days = tuple(day for day in loss.days if day.day in known or not known)
        await self.inner.lose(account, evolve(loss, days=days))


class OverwritesGaps(Broken):
    async def save_gap(self, gap: Gap) -> bool:
        (now,) = [known for known in await self.inner.gaps() if known.id == gap.id]
        return await self.inner.save_gap(evolve(gap, version=now.version))


class LendsToAnyone(Broken):
    async def lease(self, accounts: Any, **details: Any) -> Lent:
        return await self.inner.lease(None, **details)


class KnowsNoInvoices(Broken):
    async def lease(self, accounts: Any, **details: Any) -> Lent:
        return await self.inner.lease(accounts, **details | {"grouped": False})


class KnowsNoTime(Broken):
    async def lease(self, accounts: Any, **details: Any) -> Lent:
        return evolve(await self.inner.lease(accounts, **details), next_due=None)


class BuriesInSilence(Broken):
    async def lease(self, accounts: Any, **details: Any) -> Lent:
        return evolve(await self.inner.lease(accounts, **details), buried=[])


class AcceptsStaleTokens(Broken):
    async def ack(self, leased: Leased) -> None:
        try:
            await self.inner.ack(leased)
        except LeaseLost:
            leases = (await self.inner.lease(None, limit=1, seconds=1, attempts=99)).leases
            for other in leases:
                await self.inner.ack(other)


class SettlesNothingSoon(Broken):
    async def ack_soon(self, leased: Leased, late: Callable[[Leased], None]) -> None:
        """Leave it for ever."""


class ExtendsTheLost(Broken):
    async def extend(self, leases: Sequence[Leased], seconds: float) -> set[int]:
        return await self.inner.extend(leases, seconds) | {leased.seq for leased in leases}


class PutsNothingOff(Broken):
    async def put_off(self, leased: Leased, *, seconds: float, **details: Any) -> bool:
        return await self.inner.put_off(leased, seconds=0, **details)


class NeverGivesUp(Broken):
    async def put_off(self, leased: Leased, *, attempts: int, **details: Any) -> bool:
        return await self.inner.put_off(leased, attempts=10**6, **details)


class CountsWhatIsGivenBack(Broken):
    async def give_back(self, leases: Sequence[Leased]) -> None:
        for leased in leases:
            await self.inner.put_off(leased, seconds=0, attempts=10**6, error="")


class RingsNoBell(Broken):
    def bell(self) -> anyio.Event:
        return anyio.Event()


class ReleasesTwice(Broken):
    async def release_quarantined(self, quarantined: Quarantined, entry: Entry, *, at: datetime) -> Merged:
        merged = await self.inner.release_quarantined(quarantined, entry, at=at)
        if merged == Merged():
            poll = await self.inner.intend(quarantined.account, 1, quarantined.source, "", at=at)
            await self.inner.receive(poll, Received(200, b"{}"), at=at)
            again = replace(entry, hash=b"again")
            merged = await self.inner.merge(poll, [again], source=quarantined.source, at=at)
        return merged


class PurgesEverything(Broken):
    async def purge(self, *, acked_older_than: datetime) -> int:
        leases = (await self.inner.lease(None, limit=999, seconds=1, attempts=99)).leases
        for leased in leases:
            await self.inner.ack(leased)
        return await self.inner.purge(acked_older_than=acked_older_than)


class ErasesEveryAccount(Broken):
    async def erase(self, *, billnum: str, account: Account | None = None) -> int:
        return await self.inner.erase(billnum=billnum)


class ErasesNothingInWork(Broken):
    async def erase(self, *, billnum: str, account: Account | None = None) -> int:
        return 0


class CountsTheRecoveredAsHandedOut(Broken):
    async def activity(self, *, since: datetime) -> list[Activity]:
        return [
            evolve(one, days=tuple(evolve(day, recovered=0) for day in one.days))
            for one in await self.inner.activity(since=since)
        ]


class ReadsFromTheStart(Broken):
    async def records(self, account: Account | None = None, *, after: int = 0, limit: int = 1000) -> list[StoredRecord]:
        return await self.inner.records(account, limit=limit)

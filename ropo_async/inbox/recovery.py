"""Recovery: days are read again until a gap can be closed or is called unresolved; and, as a precaution, at night."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
from attrs import define, evolve, frozen

from ropo_async import codec, hooks
from ropo_async._values import HELSINKI
from ropo_async.journal import DayState, GapState, Source
from ropo_async.journal.entries import entries_of
from ropo_async.journal.gaps import judged

if TYPE_CHECKING:
    from datetime import date, datetime

    from ropo_async.inbox.policy import InboxPolicy
    from ropo_async.inbox.poller import Poller
    from ropo_async.journal import AccountState, Gap, GapDay
    from ropo_async.records import Page

__all__ = ["Recovery"]

CAP = 1000
"""Records that one answer of the feed holds at most; whether the reading of a day is capped too is not documented."""
LOOK_BACK = 35
"""Days before a gap in which to look for an update that proves that readings show what was handed out."""
NO_WITNESS = (
    "no reading gave anything, and nothing that is known proves that one would show what was handed out; "
    "ask Ropo which updates `date` shows, and after how long"
)


@frozen
class _Sweep:
    """One precaution: how many days are read again, and how often."""

    name: str
    days: int
    every: timedelta


@define
class Recovery:
    """Reads days again for one account. The caller has the turn."""

    poller: Poller
    policy: InboxPolicy

    async def work(self, epoch: int) -> None:
        """Read again what is due for the gaps.

        Raises:
            TransportError, StatusError, DecodeError: a day could not be read; it stays due.
        """
        for gap in await self.poller.journal.gaps(self.poller.account, unclosed=True):
            current: Gap | None = gap
            for day in gap.days:
                if current is not None and _is_due(day, self.poller.losses.earlier(self.poller.now())):
                    current = await self._read_for(epoch, current, day)

    async def sweep(self, epoch: int) -> None:
        """Read the last days again as a precaution, if it is time for that.

        Raises:
            TransportError, StatusError, DecodeError: a day could not be read; the sweep begins again later.
        """
        journal, account = self.poller.journal, self.poller.account
        state = await journal.state(account)
        # Not before nothing can be added to yesterday any more.
        today = (self.poller.now().astimezone(HELSINKI) - self.policy.after_midnight).date()
        due = [sweep for sweep in self._sweeps() if _is_time(state, sweep, today)]
        days = max((sweep.days for sweep in due if sweep.name in state.swept), default=0)
        for offset in range(days, 0, -1):
            day = today - timedelta(days=offset)
            if state.began is None or day >= state.began.astimezone(HELSINKI).date():
                await self._sweep_day(epoch, day)
        for sweep in due:
            await journal.note_sweep(account, sweep.name, today)

    def _sweeps(self) -> list[_Sweep]:
        sweeps = (
            _Sweep("nightly", self.policy.nightly, timedelta(days=1)),
            _Sweep("weekly", self.policy.weekly, timedelta(days=7)),
        )
        return [sweep for sweep in sweeps if sweep.days]

    async def _sweep_day(self, epoch: int, day: date) -> None:
        _, new = await self._read_day(epoch, day, Source.SWEEP)
        if new:
            self.poller.feed.tell(hooks.SweepFound(self.poller.account.name, day, new))

    async def _read_for(self, epoch: int, gap: Gap, day: GapDay) -> Gap | None:
        """Read one day of a gap; None where the gap has changed meanwhile, so that its days are due anew."""
        asked = self.poller.now()
        page, _ = await self._read_day(epoch, day.day, Source.BACKFILL)
        asked = self.poller.losses.earlier(asked)  # by its answer our clock may be known to be ahead
        doubt = await self._doubt(epoch, day.day, page, asked)
        state = DayState.READ if asked < day.settles else DayState.DOUBTFUL if doubt else DayState.CONFIRMED
        read = evolve(day, state=state, read_at=asked, rows=len(page) + len(page.undecoded), doubt=doubt)
        changed = judged(evolve(gap, days=tuple(read if known.day == day.day else known for known in gap.days)))
        if changed.state is GapState.CLOSED and not any(known.rows for known in changed.days):
            changed = await self._with_witness(epoch, changed)
        if not await self.poller.journal.save_gap(changed):
            return None
        if changed.state in (GapState.CLOSED, GapState.UNRESOLVED):
            proven = changed.state is GapState.CLOSED
            self.poller.feed.tell(hooks.GapEnded(self.poller.account.name, proven, changed.reason))
        return evolve(changed, version=gap.version + 1)

    async def _read_day(self, epoch: int, day: date, source: Source) -> tuple[Page, int]:
        """Read a day into the journal, and return it with how many of its records were new."""
        await anyio.sleep(self.policy.pace.total_seconds())
        param = day.isoformat()
        reading = await self.poller.read_again(epoch, codec.reread_request(date=param), param, source)
        return reading.page, reading.merged.new + reading.merged.revisions

    async def _doubt(self, epoch: int, day: date, page: Page, asked: datetime) -> str:
        """Return what speaks against a reading's being complete, in words that say what to ask the vendor."""
        if len(page) + len(page.undecoded) == CAP:
            await self._read_invoices(epoch)
            return (
                f"the reading gave exactly {CAP} records, so there may be more; "
                "the open invoices were read one by one; ask Ropo whether `date` is capped"
            )
        foreign = {update.statustime.date() for update in page if update.statustime is not None} - {day}
        if foreign:
            return "the reading holds updates of other days; ask Ropo which of its dates an update is filed under"
        journal, account = self.poller.journal, self.poller.account
        witnesses = await journal.keys_on(account, day, before=asked - self.policy.settling)
        missing = witnesses - _keys_of(page)
        if missing:
            return (
                f"the reading leaves out {len(missing)} updates that are known to be of that day; "
                "ask Ropo which updates `date` shows, and after how long"
            )
        return ""

    async def _with_witness(self, epoch: int, gap: Gap) -> Gap:
        """Return a gap whose days all came back empty: closed where that is what empty days look like here.

        Somewhere before it an update is known of that the feed has handed out. The reading of its day has to show it.
        """
        for offset in range(LOOK_BACK + 1):
            day = gap.days[-1].day - timedelta(days=offset)
            known = await self.poller.journal.keys_on(self.poller.account, day, before=gap.opened)
            if known:
                page, _ = await self._read_day(epoch, day, Source.BACKFILL)
                return gap if known <= _keys_of(page) else _doubted(gap)
        return _doubted(gap)

    async def _read_invoices(self, epoch: int) -> None:
        journal, account = self.poller.journal, self.poller.account
        for billnum in await journal.open_invoices(account, limit=self.policy.invoices):
            await anyio.sleep(self.policy.pace.total_seconds())
            request = codec.reread_request(billnum=billnum)
            await self.poller.read_again(epoch, request, billnum, Source.BACKFILL)


def _doubted(gap: Gap) -> Gap:
    last = evolve(gap.days[-1], state=DayState.DOUBTFUL, doubt=NO_WITNESS)
    return judged(evolve(gap, days=(*gap.days[:-1], last)))


def _is_due(day: GapDay, now: datetime) -> bool:
    return day.state is DayState.DUE or (day.state is DayState.READ and now >= day.settles)


def _is_time(state: AccountState, sweep: _Sweep, today: date) -> bool:
    last = state.swept.get(sweep.name)
    return last is None or today - last >= sweep.every or last > today  # a clock may have been set back


def _keys_of(page: Page) -> set[str]:
    entries, unreadable = entries_of(page)
    return {entry.key for entry in entries} | {record.key for record in unreadable}

"""Rounds of polling: one account's feed read to its end, once or again and again."""

from __future__ import annotations

import random
import time
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
from attrs import define, evolve, field, frozen

from ropo_async import hooks
from ropo_async.errors import (
    AuthenticationError,
    DecodeError,
    FeedBusy,
    FeedStalled,
    JournalError,
    JournalProblem,
    PermissionDenied,
    RopoError,
    StatusError,
    TransportError,
)
from ropo_async.operations import POLL

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from ropo_async.inbox.poller import Poller, Reading
    from ropo_async.inbox.recovery import Recovery
    from ropo_async.journal import Turn

__all__ = ["Round", "Rounds", "lasts"]

EMPTY_PAGES = 3
"""Empty pages one after the other that count as no progress."""
TURN_PAUSE = 0.5
"""Seconds between two attempts to get the turn."""
_LASTING = frozenset(JournalProblem) - {
    JournalProblem.BROKEN,
    JournalProblem.BUSY,
    JournalProblem.FULL,
    JournalProblem.UNREACHABLE,
}
"""What is wrong with a journal that does not pass by itself."""


def lasts(error: RopoError) -> bool:
    """Whether going on cannot help, as the journal itself is not usable."""
    return isinstance(error, JournalError) and error.problem in _LASTING


@frozen(kw_only=True)
class Round:
    """What asking the feed until it had no more has brought."""

    drained: bool = False
    """Whether the server has said that there is no more."""
    pages: int = 0
    records: int = 0
    """Records on these pages."""
    new: int = 0
    """Records that are delivered because of them, those with new content under a known id included."""
    duplicates: int = 0
    quarantined: int = 0
    """Records that could not be read."""
    trouble: RopoError | None = None
    """Why the feed was not read to its end; a gap stands for what may be missing."""
    recovery: RopoError | None = None
    """Why days that are to be read again were not; they stay due."""


@define
class Rounds:
    """Polls one account, by turns with whoever else does."""

    poller: Poller
    recovery: Recovery
    longest_pause: timedelta
    _last_page: bytes = field(default=b"", init=False, repr=False)

    async def one(self, *, wait: bool, unless_within: float = 0.0) -> Round:
        """Read the feed to its end, and read again what is due.

        Args:
            wait: for the turn, in place of raising `FeedBusy`.
            unless_within: nothing is done where the feed was read to its end within so many seconds, by anyone.
        """
        turn = await self._turn(wait=wait)
        try:
            drained = (await self.poller.journal.state(self.poller.account)).drained
            if drained is not None and timedelta(0) <= self.poller.now() - drained < timedelta(seconds=unless_within):
                return Round(drained=True)
            return await self._round(turn.epoch)
        finally:
            with anyio.CancelScope(shield=True):
                await turn.release()

    async def forever(
        self,
        every: float,
        *,
        wait: bool,
        fatal: Callable[[RopoError, int], bool],
        gate: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        """Do one round after the other, `every` so many seconds, and with longer pauses after failures.

        Args:
            every: seconds between two rounds.
            wait: for the turn; otherwise `FeedBusy` is a failure like others.
            fatal: whether an error ends it, given how often in a row the credentials were refused.
            gate: what a round waits in, and for.
        """
        failures = refusals = 0
        while True:
            try:
                async with gate():
                    # Half of it, so that pollers which stand by do not add up, and the jitter does not skip a round.
                    error = (await self.one(wait=wait, unless_within=every / 2)).trouble
                refusals = 0
            except RopoError as raised:
                error = raised
                refusals = refusals + 1 if isinstance(raised, AuthenticationError | PermissionDenied) else 0
                if fatal(raised, refusals):
                    raise
            failed = error is not None and not isinstance(error, FeedBusy)
            failures = failures + 1 if failed else 0
            pause = self._pause(every, failures)
            if failed:
                self.poller.feed.tell(hooks.PollFailed(self.poller.account.cid, type(error).__name__, pause))
            await anyio.sleep(pause)

    def _pause(self, every: float, failures: int) -> float:
        longest = max(every, self.longest_pause.total_seconds())
        return min(every * 2.0 ** min(failures, 64), longest) * random.uniform(0.95, 1.05)  # noqa: S311 - no secret

    async def _turn(self, *, wait: bool) -> Turn:
        account = self.poller.account
        while (turn := await self.poller.journal.take_turn(account)) is None:
            if not wait:
                raise FeedBusy(f"another poller follows the feed of customer id {account.cid}")
            await anyio.sleep(TURN_PAUSE)
        return turn

    async def _round(self, epoch: int) -> Round:
        started = time.monotonic()
        await self.poller.recover(epoch)
        await self.poller.journal.check_room()
        await self.poller.feed.prepare()
        found = await self._drain(epoch)
        try:
            await self.recovery.work(epoch)
            if found.drained:
                await self.recovery.sweep(epoch)
        except (StatusError, TransportError, DecodeError) as error:
            found = evolve(found, recovery=error)
        took = time.monotonic() - started
        cid = self.poller.account.cid
        self.poller.feed.tell(hooks.RoundFinished(cid, found.drained, found.pages, found.records, found.new, took))
        return found

    async def _drain(self, epoch: int) -> Round:
        began, found, empty = self.poller.now(), Round(), 0
        while True:
            reading = await self.poller.ask(epoch, began)
            if reading.drained:
                self._last_page = b""
                return evolve(found, drained=True)
            found = _plus(found, reading)
            if reading.trouble is not None:
                return found
            page = reading.page
            repeated, self._last_page = page.raw == self._last_page, page.raw
            empty = 0 if page.updates or page.undecoded else empty + 1
            if empty == EMPTY_PAGES or (repeated and not empty):
                raise FeedStalled(f"{POLL.name}: the same page twice, or nothing but empty ones; no progress")


def _plus(found: Round, reading: Reading) -> Round:
    """Return the round with one more answer in it."""
    page, merged = reading.page, reading.merged
    return evolve(
        found,
        pages=found.pages + bool(page.raw),
        records=found.records + len(page) + len(page.undecoded),
        new=found.new + merged.new + merged.revisions,
        duplicates=found.duplicates + merged.duplicates,
        quarantined=found.quarantined + merged.quarantined,
        trouble=reading.trouble,
    )

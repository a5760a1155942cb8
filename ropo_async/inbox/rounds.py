"""Rounds of polling: one account's feed read to its end, once or again and again."""

from __future__ import annotations

import random
import time
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
from attrs import define, evolve

from ropo_async import hooks
from ropo_async.errors import (
    AuthenticationError,
    DecodeError,
    FeedBusy,
    JournalError,
    JournalProblem,
    PermissionDenied,
    StatusError,
    TransportError,
)
from ropo_async.inbox.feeds import Round

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from ropo_async.inbox.feeds import Feed, Follower
    from ropo_async.journal import Account, Journal, Turn

__all__ = ["Rounds", "lasts"]

TURN_PAUSE = 0.5
"""Seconds between two attempts to get the turn."""
_LASTING = frozenset(JournalProblem) - {
    JournalProblem.BROKEN,
    JournalProblem.BUSY,
    JournalProblem.FULL,
    JournalProblem.UNREACHABLE,
}
"""What is wrong with a journal that does not pass by itself."""


def lasts(error: Exception) -> bool:
    """Whether going on cannot help, as the journal itself is not usable."""
    return isinstance(error, JournalError) and error.problem in _LASTING


@define
class Rounds:
    """Polls one account, by turns with whoever else does."""

    feed: Feed[object]
    journal: Journal
    account: Account
    now: Callable[[], datetime]
    follower: Follower
    longest_pause: timedelta

    async def one(self, *, wait: bool, unless_within: float = 0.0) -> Round:
        """Read the feed to its end, and read again what is due.

        Args:
            wait: for the turn, in place of raising `FeedBusy`.
            unless_within: nothing is done where the feed was read to its end within so many seconds, by anyone.
        """
        turn = await self._turn(wait=wait)
        try:
            drained = (await self.journal.state(self.account)).drained
            if drained is not None and timedelta(0) <= self.now() - drained < timedelta(seconds=unless_within):
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
        fatal: Callable[[Exception, int], bool],
        gate: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        """Do one round after the other, `every` so many seconds, and with longer pauses after failures.

        Args:
            every: seconds between two rounds.
            wait: for the turn; otherwise `FeedBusy` is a failure like others.
            fatal: whether an error ends it, given how often in a row the credentials were refused. It may be any error,
                as a token provider may raise anything.
            gate: what a round waits in, and for.
        """
        failures = refusals = 0
        error: Exception | None
        while True:
            try:
                async with gate():
                    # Half of it, so that pollers which stand by do not add up, and the jitter does not skip a round.
                    error = (await self.one(wait=wait, unless_within=every / 2)).trouble
                refusals = 0
            except Exception as raised:
                error = raised
                refusals = refusals + 1 if isinstance(raised, AuthenticationError | PermissionDenied) else 0
                if fatal(raised, refusals):
                    raise
            failed = error is not None and not isinstance(error, FeedBusy)
            failures = failures + 1 if failed else 0
            pause = self._pause(every, failures)
            if failed:
                self.feed.tell(hooks.PollFailed(self.account.name, type(error).__name__, pause))
            await anyio.sleep(pause)

    def _pause(self, every: float, failures: int) -> float:
        longest = max(every, self.longest_pause.total_seconds())
        return min(every * 2.0 ** min(failures, 64), longest) * random.uniform(0.95, 1.05)  # noqa: S311 - no secret

    async def _turn(self, *, wait: bool) -> Turn:
        while (turn := await self.journal.take_turn(self.account)) is None:
            if not wait:
                raise FeedBusy(
                    f"another poller follows the feed of {self.account.name}; let that one go on, or wait for its end"
                )
            await anyio.sleep(TURN_PAUSE)
        return turn

    async def _round(self, epoch: int) -> Round:
        started = time.monotonic()
        await self.follower.recover(epoch)
        await self.journal.check_room()
        await self.feed.prepare()
        found = await self.follower.drain(epoch)
        try:
            await self.follower.catch_up(epoch, drained=found.drained)
        except (StatusError, TransportError, DecodeError) as error:
            found = evolve(found, recovery=error)
        took = time.monotonic() - started
        name = self.account.name
        self.feed.tell(hooks.RoundFinished(name, found.drained, found.pages, found.records, found.new, took))
        return found

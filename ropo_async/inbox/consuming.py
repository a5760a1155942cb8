"""Following a feed that hands everything out once: written down before it is asked, and read again after a loss."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from ropo_async import codec
from ropo_async._values import HELSINKI
from ropo_async.errors import FeedStalled, InvalidInput
from ropo_async.inbox._losses import Losses
from ropo_async.inbox.feeds import Round
from ropo_async.inbox.poller import Poller
from ropo_async.inbox.recovery import Recovery
from ropo_async.journal import Source
from ropo_async.operations import POLL

if TYPE_CHECKING:
    from collections.abc import Callable

    from ropo_async.inbox.policy import InboxPolicy
    from ropo_async.inbox.poller import Reading
    from ropo_async.journal import Account, Journal
    from ropo_async.records import Page
    from ropo_async.status_updates import StatusUpdates

__all__ = ["Consuming"]

EMPTY_PAGES = 3
"""Empty pages one after the other that count as no progress."""


@define
class Consuming:
    """Follows the feed of Ropo One: intents, gaps, days that are read again, and sweeps."""

    poller: Poller
    recovery: Recovery
    _last_page: bytes = field(default=b"", init=False, repr=False)

    @classmethod
    def follow(  # noqa: PLR0917 - as the table of providers calls it
        cls,
        feed: StatusUpdates,
        journal: Journal,
        account: Account,
        now: Callable[[], datetime],
        policy: InboxPolicy,
        since: date | datetime | None,
    ) -> Consuming:
        """Return what follows `feed`.

        Raises:
            InvalidInput: `since` is no date, and no aware time.
        """
        losses = Losses(journal, account, policy, now, _moment(since))
        poller = Poller(feed, journal, account, losses, now)
        return cls(poller, Recovery(poller, policy))

    async def recover(self, epoch: int) -> None:
        """Take apart, or give up, what earlier polls have left unfinished."""
        await self.poller.recover(epoch)

    async def drain(self, epoch: int) -> Round:
        """Ask the feed until it has no more, or an answer cannot be vouched for.

        Raises:
            FeedStalled: the server repeats itself.
        """
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
                raise FeedStalled(
                    f"{POLL.name}: the same page twice, or nothing but empty ones, so the feed makes no progress; "
                    "what came is in the journal, and if it goes on, ask Ropo"
                )

    async def catch_up(self, epoch: int, *, drained: bool) -> None:
        """Read again what is due for the gaps, and at night as a precaution."""
        await self.recovery.work(epoch)
        if drained:
            await self.recovery.sweep(epoch)

    async def suspect(self, first: date, last: date) -> None:
        """Open a gap over the days from `first` to `last`."""
        poller = self.poller
        await poller.journal.lose(poller.account, poller.losses.of_days("asked for", first, last))

    async def read_invoice(self, number: str) -> Page:
        """Read the invoice with this `billnum` again, into the journal."""
        request = codec.reread_request(billnum=number)
        # It needs no turn: where the process ends within it, the next poller finishes it.
        return (await self.poller.read_again(0, request, number, Source.BACKFILL)).page


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


def _moment(since: date | datetime | None) -> datetime | None:
    if since is None:
        return None
    if isinstance(since, datetime):
        if since.tzinfo is None:
            raise InvalidInput("since must be a date, or a datetime with a zone")
        return since
    if not isinstance(since, date):
        raise InvalidInput("since must be a date, or a datetime with a zone")
    return datetime(since.year, since.month, since.day, tzinfo=HELSINKI)

"""The inbox of one account: polls its feed into a journal, reads again what went missing, and delivers."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Generic

import anyio

from ropo_async import _arguments as arguments
from ropo_async._protect import beside
from ropo_async._values import HELSINKI
from ropo_async.errors import DecodeError, FeedBusy, InvalidInput, RopoError
from ropo_async.inbox._shelf import Shelf, empty
from ropo_async.inbox.delivery import Deliveries
from ropo_async.inbox.feeds import Record
from ropo_async.inbox.policy import InboxPolicy
from ropo_async.inbox.providers import provider_of
from ropo_async.inbox.rounds import Rounds, lasts
from ropo_async.inbox.terms import Terms
from ropo_async.journal import Account, Journal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from ropo_async.hooks import Event
    from ropo_async.inbox.feeds import Feed, Round
    from ropo_async.journal import DeadLetter, Gap, Health, Quarantined
    from ropo_async.records import Page

__all__ = ["Inbox", "parts"]


REFUSALS = 3
"""Refusals of the credentials one after the other that end a background poller."""


class Inbox(Generic[Record]):
    """The durable feed of one account: no status update is lost, and where that cannot be known, it is said.

    ```python
    async with RopoClient.from_env() as ropo, Journal.open("sqlite:///ropo.db") as journal:
        inbox = Inbox(ropo.status_updates, journal)
        async with inbox.polling(every=timedelta(minutes=1)):
            async for delivery in inbox:
                async with delivery as update:  # left normally: acknowledged; by an exception: delivered again later
                    await handle(update)
    ```

    Every update is delivered at least once, in the order in which it came; after a loss what is found again comes
    later than it happened. One poller at a time follows an account, in however many processes there are inboxes.

    It is the same with `iopole.statuses`, whose feed loses nothing: what Iopole hands out is stored, then marked as
    seen, then delivered. So there are no gaps, and no days to read again.

    Args:
        feed: `ropo.status_updates`, or `iopole.statuses`.
        journal: where everything is stored; see `Journal.open`.
        since: the day, or the aware time, from which on updates are to be complete. It matters where an answer goes
            missing before the feed was ever read to its end: without it nobody knows how far back to read. Not with
            Iopole.
        cid: the customer id, where only a token says it.
        policy: the numbers; see `InboxPolicy`.
        now: the time, aware; for tests.

    Raises:
        InvalidInput: an argument that cannot be right.

    Besides what it names itself, every method raises `JournalError` where the journal cannot be used.

    See https://dev.ropo.com/guides/general-add-ons/status-updates-polling.
    """

    account: Account
    """Whose updates these are."""

    def __init__(
        self,
        feed: Feed[Record],
        journal: Journal,
        *,
        since: date | datetime | None = None,
        cid: str | None = None,
        policy: InboxPolicy | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._feed, self._journal, self._now = feed, journal, now
        policy = policy or InboxPolicy()
        self.account = Account(feed.server, _cid(feed.cid, cid))
        follower = provider_of(self.account).follow(feed, journal, self.account, now, policy, since)
        self._rounds = Rounds(feed, journal, self.account, now, follower, policy.longest_pause)
        self._shelves = dict[Terms, Shelf]()

    # --- polling ------------------------------------------------------------------------------------------------

    async def drain(self, *, wait: bool = True) -> Round:
        """Ask the feed until it has no more, store everything, and read again what went missing earlier.

        One call of it, now and then, is all the polling there need be; `polling` does it in the background. A cancelled
        call carries the request that is under way to its end first.

        Args:
            wait: wait while another poller of this account has its turn, in place of raising `FeedBusy`.

        Returns:
            What came. A lost answer does not raise: its gap is in the journal, and the round says so. With Iopole it
            raises, as there is no gap: the statuses come again.

        Raises:
            FeedBusy: another poller has its turn, and `wait` is False.
            TransportError, StatusError: the server refused, or could not be reached; that request took nothing.
            DecodeError: with Iopole alone, an answer cannot be read, again and again.
            FeedStalled: the server repeats itself.
            JournalError: the journal cannot be written; what had arrived is stored, or kept as `PageNotStored` says.
        """
        return await self._rounds.one(wait=wait)

    @asynccontextmanager
    async def polling(self, every: timedelta, *, wait: bool = True) -> AsyncGenerator[None]:
        """Drain in the background while the block runs, again and again.

        Failures are logged and told to the hooks, and make the pauses longer; losses open gaps. The poller ends the
        block with an error only where going on would not help. Leaving the block lets a request that is under way
        come to its end, and gives back what was lent and not begun.

        Args:
            every: the pause between two rounds; a tenth of it at random, so that many pollers do not march in step.
            wait: stand by while another poller of this account is at work, in place of raising `FeedBusy`.

        The block is to be left by the task that has entered it: a fixture of pytest-asyncio may do so in two.

        Raises:
            InvalidInput: `every` is no time above 0.
            FeedBusy: another poller has its turn, and `wait` is False.
            AuthenticationError, PermissionDenied: the credentials were refused three times in a row.
            JournalError: the journal cannot be used, and that will not pass.
        """
        follow = partial(self._rounds.forever, arguments.seconds("every", every), wait=wait, fatal=_ends)
        try:
            async with beside(follow):
                yield
        finally:
            with anyio.CancelScope(shield=True):
                await empty(self._shelves)

    # --- delivery -----------------------------------------------------------------------------------------------

    def __aiter__(self) -> Deliveries[Record]:
        return self.deliveries()

    def deliveries(
        self,
        *,
        lease: float = 60.0,
        batch: int | None = None,
        attempts: int = 10,
        group_by: str | None = None,
        acks: str = "grouped",
        forever: bool = True,
    ) -> Deliveries[Record]:
        """Iterate over the account's updates, each lent to you until you have settled it; see `Delivery`.

        Any number of consumers may do so, in this process and in others; each update goes to one at a time. Nothing is
        polled by it: have `polling` run somewhere.

        Args:
            lease: seconds until another consumer may have an update whose consumer has fallen silent. While its block
                runs, a heartbeat extends it.
            batch: how many are lent at once, to be handled one after the other. By default 50, and up to 1000 to a
                consumer that handles them within a quarter of a second.
            attempts: how often an update is tried before it becomes a dead letter.
            group_by: `"billnum"`, or `"invoice_id"` with Iopole, for the updates of an invoice one at a time, in the
                order in which they came, if all consumers say so. A dead letter lets the next one pass.
            acks: `"grouped"`: what a block settles is committed with others, before more is lent, and within 50 ms; if
                the process dies first, it comes again. `"each"`: before the block is left, which is one commit for each
                update. `await delivery.ack()` returns when it is on disk either way.
            forever: False to end when nothing can be had at present, in place of waiting for more.

        Raises:
            InvalidInput: an argument that cannot be right.
            JournalError: while iterating; the journal cannot be used.
        """
        terms = Terms(lease, batch, attempts, group_by, acks)
        if terms not in self._shelves:
            self._shelves[terms] = Shelf(self._journal, [self.account], terms, self._tell)
        return Deliveries(self._shelves[terms], forever)

    async def give_back(self) -> None:
        """Let other consumers have what was lent to this process and not begun."""
        for shelf in self._shelves.values():
            await shelf.give_back()

    async def dead(self) -> list[DeadLetter]:
        """Return the updates that were tried too often, oldest first; their content too, which is personal data."""
        return await self._journal.dead(self.account)

    async def requeue(self, *letters: DeadLetter) -> int:
        """Let dead letters be delivered again, as if never tried, and return how many.

        Args:
            letters: which of those that `dead` returns; all if none is named.
        """
        return await self._journal.requeue(self.account, seqs=[letter.seq for letter in letters] if letters else None)

    # --- what is missing, and what cannot be read -----------------------------------------------------------------

    async def gaps(self) -> list[Gap]:
        """Return where updates may be missing or were, oldest first: each gap with its state and reason."""
        return await self._journal.gaps(self.account)

    async def reread(self, first: date, last: date | None = None) -> None:
        """Have days read again by the next drain, until it is shown that nothing is missing from them.

        Args:
            first: the first day, as the vendor files updates under days.
            last: the last day; today in Helsinki if left out.

        Raises:
            InvalidInput: no dates, or in the wrong order; or it is a feed of Iopole's, which has no days.
            JournalError: the journal cannot be written.
        """
        last = self._now().astimezone(HELSINKI).date() if last is None else last
        if not all(isinstance(day, date) and not isinstance(day, datetime) for day in (first, last)) or last < first:
            raise InvalidInput("first and last must be dates, in this order")
        await self._rounds.follower.suspect(first, last)

    async def read_invoice(self, billnum: str) -> Page:
        """Read an invoice again, into the journal, and return what it shows now; what is new in it is delivered.

        Args:
            billnum: the invoice number.

        Raises:
            InvalidInput: `billnum` is no text, or empty; or it is a feed of Iopole's, see `invoices.status_history`.
            TransportError, StatusError, DecodeError: after repeated attempts; nothing is lost by them.
            JournalError: the journal cannot be written.
        """
        return await self._rounds.follower.read_invoice(arguments.text("billnum", billnum))

    async def quarantined(self, *, after: int = 0, limit: int = 100) -> list[Quarantined]:
        """Return records that could not be read, as they came, oldest first; their content is personal data.

        Args:
            after: the id behind which to go on; 0 for the beginning.
            limit: how many at most.
        """
        return await self._journal.quarantined(self.account, after=after, limit=limit)

    async def redecode(self) -> int:
        """Read the quarantined records once more, as after an upgrade, and return how many can be delivered now."""
        read = after = 0
        provider = provider_of(self.account)
        while found := await self.quarantined(after=after):
            after = found[-1].id
            for record in found:
                try:
                    entry = provider.entry(record.body)
                except DecodeError:
                    continue
                await self._journal.release_quarantined(record, entry, at=self._now())
                read += 1
        return read

    async def health(self) -> Health:
        """Return how the account is doing: how far behind it is, and what waits, is dead, unread or missing."""
        return await self._journal.health(self.account, now=self._now())

    def _tell(self, _: Account, event: Event) -> None:
        self._feed.tell(event)

    def __repr__(self) -> str:
        return f"Inbox({self.account.name!r})"


def parts(inbox: Inbox[Any]) -> tuple[Rounds, dict[Terms, Shelf]]:
    """Return how an inbox is polled, and what is lent from it: for those who have many of them polled together."""
    return inbox._rounds, inbox._shelves  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - its own room


def _ends(error: Exception, refusals: int) -> bool:
    """Whether a poller that serves one account alone ends with `error`; one that is none of ours is its user's."""
    return not isinstance(error, RopoError) or refusals == REFUSALS or isinstance(error, FeedBusy) or lasts(error)


def _cid(known: str | None, given: str | None) -> str:
    if known is not None:
        if given not in (None, known):
            raise InvalidInput("cid contradicts the client's credentials")
        return known
    if not isinstance(given, str) or not given.strip():
        raise InvalidInput("cid is needed: the client has a token alone, which does not say whose it is")
    return given

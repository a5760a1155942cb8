"""Many accounts in one journal and one process: polled fairly, and delivered together or apart."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from attrs import define, field

from ropo_async import _arguments as arguments
from ropo_async._protect import beside
from ropo_async.errors import InvalidInput, JournalError
from ropo_async.inbox._shelf import Shelf, empty
from ropo_async.inbox.delivery import Deliveries
from ropo_async.inbox.inbox import Inbox, parts
from ropo_async.inbox.rounds import lasts
from ropo_async.inbox.terms import Terms
from ropo_async.journal import Account

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator
    from datetime import timedelta

    from ropo_async.hooks import Event
    from ropo_async.inbox.feeds import Feed, Record
    from ropo_async.journal import Journal

__all__ = ["Inboxes"]

APART = 0.05
"""Seconds between the first rounds of two accounts."""
PATIENCE = 5.0
"""Seconds after which an account that is waiting for its server does not hold up others any more."""


class Inboxes:
    """The durable feeds of many accounts.

    ```python
    async with RopoClient(server, first) as ropo, Journal.open(url) as journal:
        inboxes = Inboxes(journal)
        for credentials in customers:
            inboxes.add(ropo.for_account(credentials).status_updates)
        async with inboxes.polling(every=timedelta(minutes=1)):
            async for delivery in inboxes:
                async with delivery as update:
                    await handle(delivery.account.cid, update)
    ```

    Each account is polled by itself, with its own token, retry budget and pauses: one whose server or credentials fail
    never delays another.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._inboxes = dict[Account, Inbox[Any]]()
        self._begin: Callable[[Inbox[Any]], None] | None = None
        self._shelves = dict[Terms, Shelf]()

    def add(self, feed: Feed[Record], **options: Any) -> Inbox[Record]:
        """Follow one more account and return its inbox; while `polling` runs, it is polled from now on.

        Args:
            feed: the account's, of whichever API: `ropo.status_updates`, or `iopole.statuses`.
            options: further arguments of `Inbox`.

        Raises:
            InvalidInput: the account is followed already, or an argument cannot be right.
        """
        inbox = Inbox(feed, self._journal, **options)
        if inbox.account in self._inboxes:
            raise InvalidInput(f"the feed of {inbox.account.name} is followed already")
        self._inboxes[inbox.account] = inbox
        if self._begin is not None:
            self._begin(inbox)
        return inbox

    def __getitem__(self, account: Account | str) -> Inbox[Any]:
        """Return the inbox of an account, or of the first one with that customer id.

        Raises:
            KeyError: it is not followed here.
        """
        for known, inbox in self._inboxes.items():
            if account in (known, known.cid):
                return inbox
        raise KeyError(account)

    def __iter__(self) -> Iterator[Inbox[Any]]:
        return iter(list(self._inboxes.values()))

    def __len__(self) -> int:
        return len(self._inboxes)

    @asynccontextmanager
    async def polling(self, every: timedelta, *, concurrency: int = 16) -> AsyncGenerator[None]:
        """Drain every account in the background while the block runs.

        Failures of an account are logged, told to the hooks, and make its own pauses longer, refused credentials too,
        and whatever its token provider raises.

        Args:
            every: the pause between two rounds of an account.
            concurrency: how many rounds begin before others have ended. One that waits for its server for more than
                five seconds does not count any more.

        The block is to be left by the task that has entered it.

        Raises:
            InvalidInput: an argument that cannot be right.
            JournalError: the journal cannot be used, and that will not pass.
        """
        if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
            raise InvalidInput("concurrency must be a whole number of 1 or more")
        try:
            async with beside(partial(self._follow, arguments.seconds("every", every), concurrency)):
                yield
        finally:
            with anyio.CancelScope(shield=True):
                for shelves in (self._shelves, *(parts(inbox)[1] for inbox in self)):
                    await empty(shelves)

    async def _follow(self, every: float, concurrency: int) -> None:
        gate = _Gate(anyio.Semaphore(concurrency))
        try:
            async with anyio.create_task_group() as accounts:

                def begin(inbox: Inbox[Any]) -> None:
                    follow = partial(parts(inbox)[0].forever, every, wait=False, fatal=_ends, gate=gate.passed)
                    accounts.start_soon(follow)

                present, self._begin = list(self), begin
                for inbox in present:
                    begin(inbox)
                    await anyio.sleep(min(APART, every / len(present)))
                await anyio.sleep_forever()
        except BaseExceptionGroup as errors:
            # The journal is one: what ends one account's poller ends them all, for the same reason.
            journal, _ = errors.split(JournalError)
            if journal is None:
                raise
            raise _first(journal) from None
        finally:
            self._begin = None

    def __aiter__(self) -> Deliveries[Any]:
        return self.deliveries()

    def deliveries(self, *, forever: bool = True, **terms: Any) -> Deliveries[Any]:
        """Iterate over the updates of all accounts in the journal, oldest first; see `Inbox.deliveries`.

        Those of one account alone come from its own inbox, `inboxes[cid].deliveries()`.

        Args:
            forever: as of `Inbox.deliveries`.
            terms: further arguments of `Inbox.deliveries`.

        Raises:
            InvalidInput: an argument that cannot be right.
            JournalError: while iterating; the journal cannot be used.
        """
        agreed = Terms(**terms)
        if agreed not in self._shelves:
            self._shelves[agreed] = Shelf(self._journal, None, agreed, self._tell)
        return Deliveries(self._shelves[agreed], forever)

    def _tell(self, account: Account, event: Event) -> None:
        if account in self._inboxes:
            parts(self._inboxes[account])[0].feed.tell(event)

    def __repr__(self) -> str:
        return f"Inboxes({len(self)} accounts)"


@define
class _Gate:
    """Lets so many rounds begin at once, and forgets those that wait for a silent server."""

    slots: anyio.Semaphore
    waiting: int = field(default=0, init=False)

    @asynccontextmanager
    async def passed(self) -> AsyncGenerator[None]:
        await self.slots.acquire()
        left = False

        def leave() -> None:
            nonlocal left
            if not left:
                left = True
                self.slots.release()

        async def lose_patience() -> None:
            await anyio.sleep(PATIENCE)
            leave()

        try:
            async with beside(lose_patience):
                yield
        finally:
            leave()


def _first(errors: BaseExceptionGroup[JournalError]) -> JournalError:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _ends(error: Exception, _refusals: int) -> bool:
    """Whether the pollers of all accounts end with `error`: only where what they share cannot be used."""
    return lasts(error)

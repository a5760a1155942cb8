"""The poller: it writes down that it is about to ask, asks once, stores what comes, and then reads it."""

from __future__ import annotations

from collections import deque
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from ropo_async import codec, hooks
from ropo_async._messages import Answer
from ropo_async._protect import finish
from ropo_async._steps import in_steps
from ropo_async.errors import DecodeError, JournalError, OutcomeUnknown, PageNotStored, RopoError, TransportError
from ropo_async.journal import Merged, PollState, Received, Source
from ropo_async.journal.entries import entry_steps
from ropo_async.operations import POLL
from ropo_async.records import Page
from ropo_async.status_updates import arrived

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ropo_async._messages import Request
    from ropo_async.inbox._losses import Losses
    from ropo_async.journal import Account, Journal
    from ropo_async.status_updates import StatusUpdates

__all__ = ["Poller", "Reading"]

REMEMBERED = 100
"""How many pages back the feed is known to have given out a page already."""
REPEATED = "the feed gave out a page that it had given out before, perhaps in place of another"


@frozen
class Reading:
    """What one answer brought."""

    page: Page = field(factory=lambda: Page(updates=(), raw=b""))
    merged: Merged = field(factory=Merged)
    drained: bool = False
    """Whether the server had no more."""
    trouble: RopoError | None = None
    """Why the answer cannot be vouched for; where the feed was asked, a gap stands for it."""


@define
class Poller:
    """Asks for the updates of one account and puts them into its journal. The caller has the turn."""

    feed: StatusUpdates
    journal: Journal
    account: Account
    losses: Losses
    now: Callable[[], datetime]
    _unstored: list[tuple[int, Received]] = field(factory=list["tuple[int, Received]"], init=False, repr=False)
    """Answers that arrived when the journal could not be written."""
    _pages: deque[bytes] = field(factory=lambda: deque["bytes"](maxlen=REMEMBERED), init=False, repr=False)
    """What the last pages of the feed are known by."""

    async def recover(self, epoch: int) -> None:
        """Take apart, or give up, what earlier polls have left unfinished."""
        while self._unstored:
            await self.journal.receive(*self._unstored[0], at=self.now())
            self._unstored.pop(0)
        for poll in await self.journal.unfinished(self.account, epoch):
            if poll.received is not None:
                await self._take_apart(poll.id, poll.source, poll.received)
            elif poll.source.consumed:
                await self._give_up(poll.id, "the process ended while an answer was on its way")
            else:
                await self.journal.settle(poll.id, PollState.LOST, at=self.now())

    async def ask(self, epoch: int, began: datetime) -> Reading:
        """Ask the feed once. It is carried to its end, cancelled or not, so that page or gap are in the journal.

        Raises:
            TransportError, StatusError: it was refused, or never sent; nothing was taken.
            JournalError: nothing was sent, except for `PageNotStored`.
        """
        return await finish(partial(self._ask, epoch, began))

    async def read_again(self, epoch: int, request: Request, param: str, source: Source) -> Reading:
        """Send a request that consumes nothing, and put what it shows into the journal.

        Raises:
            TransportError, StatusError, DecodeError: there is no whole answer; what there is of it is in the journal.
        """
        poll = await self.journal.intend(self.account, epoch, source, param, at=self.now())
        try:
            answer = await self.feed.ask(request)
        except RopoError as error:
            await self._refused(poll, error)
            raise
        reading = await finish(partial(self._keep, poll, source, answer))
        if reading.trouble is not None:
            raise reading.trouble
        return reading

    async def _ask(self, epoch: int, began: datetime) -> Reading:
        poll = await self.journal.intend(self.account, epoch, Source.DRAIN, "", at=self.now())
        try:
            answer = await self.feed.ask(codec.poll_request())
        except OutcomeUnknown as error:
            return await self._lost(poll, error)
        except RopoError as error:
            await self._refused(poll, error)
            raise
        return await self._keep(poll, Source.DRAIN, answer, began)

    async def _refused(self, poll: int, error: RopoError) -> None:
        state = PollState.NOT_SENT if isinstance(error, TransportError) else PollState.REFUSED
        await self.journal.settle(poll, state, at=self.now())

    async def _lost(self, poll: int, error: OutcomeUnknown) -> Reading:
        """Keep what arrived of an answer that broke off, and open a gap for the rest."""
        body = arrived(error)
        if body:
            received = Received(200, body, complete=False)
            await self._store(poll, received)
            return evolve(await self._take_apart(poll, Source.DRAIN, received), trouble=error)
        await self._give_up(poll, f"an answer went missing: {error.__cause__ or error}")
        return Reading(trouble=error)

    async def _give_up(self, poll: int, cause: str) -> None:
        loss = await self.losses.of(cause)
        await self.journal.settle(poll, PollState.LOST, at=self.now(), loss=loss)
        self.feed.tell(hooks.GapOpened(self.account.name, cause))

    async def _keep(self, poll: int, source: Source, answer: Answer, began: datetime | None = None) -> Reading:
        """Store an answer before it is read."""
        self.losses.see(answer.headers.get("date", ""))
        if answer.status == 204:
            if answer.headers.get("content-length", "0") != "0":
                self.feed.tell(hooks.Anomaly(POLL.name, "a 204 with a body, which cannot be read"))
            await self.journal.settle(
                poll, PollState.EMPTY, at=self.now(), clean_since=began and self.losses.earlier(began)
            )
            return Reading(drained=True)
        received = Received(answer.status, answer.body, answer.headers)
        await self._store(poll, received)
        return await self._take_apart(poll, source, received)

    async def _store(self, poll: int, received: Received) -> None:
        try:
            await self.journal.receive(poll, received, at=self.now())
        except JournalError as error:
            self._unstored.append((poll, received))
            raise PageNotStored(error, raw=received.body) from error

    async def _take_apart(self, poll: int, source: Source, received: Received) -> Reading:
        """Put the records of a stored answer into the journal; one that is not whole leaves a gap."""
        answer = Answer(operation=POLL, status=received.status, headers=received.headers, body=received.body)
        page, trouble = await _read(answer, complete=received.complete)
        entries, unreadable = await in_steps(entry_steps(page))
        known_by = blake2b(received.body, digest_size=16).digest()
        # What is handed out once and comes twice comes out of a store in between, and nobody knows what it hides.
        cause = str(trouble) if trouble is not None else REPEATED if known_by in self._pages else ""
        loss = await self.losses.of(cause) if cause and source.consumed else None
        merged = await self.journal.merge(
            poll,
            entries,
            unreadable,
            source=Source.SALVAGE if loss is not None else source,
            at=self.now(),
            loss=loss,
        )
        if source.consumed and (entries or unreadable):
            self._pages.append(known_by)
        if unreadable:
            self.feed.tell(hooks.RecordsUndecoded(POLL.name, len(unreadable)))
        if loss is not None:
            self.feed.tell(hooks.GapOpened(self.account.name, loss.cause))
        return Reading(page, merged, trouble=trouble)


async def _read(answer: Answer, *, complete: bool) -> tuple[Page, DecodeError | None]:
    """Return the page in an answer, or as much of it as there is and why that is not all."""
    error = DecodeError(POLL.name, "it broke off", raw=answer.body)
    if complete:
        try:
            return _page(await in_steps(codec.page_steps(answer)), b""), None
        except DecodeError as raised:
            error = raised
    return _page(codec.salvage_page(answer), answer.body), error


def _page(page: Page | None, raw: bytes) -> Page:
    # A page of nothing but unreadable records is false, and a page.
    return Page(updates=(), raw=raw) if page is None else page

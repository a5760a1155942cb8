"""Following a feed that hands everything out until it is marked as seen: stored first, marked afterwards."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NoReturn, Protocol
from uuid import UUID

from attrs import define, evolve, field

from ropo_async import hooks
from ropo_async._messages import Answer
from ropo_async._protect import finish
from ropo_async.codec import iopole as codec
from ropo_async.errors import (
    AuthenticationError,
    DecodeError,
    FeedStalled,
    InvalidInput,
    PermissionDenied,
    RateLimited,
    ServerError,
    StatusError,
)
from ropo_async.inbox.feeds import Feed, Round
from ropo_async.iopole.operations import SEEN, UNSEEN
from ropo_async.iopole.records import InvoiceStatus, StatusList
from ropo_async.journal import Merged, PollState, Received, Source
from ropo_async.journal.entries import status_entries_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date, datetime

    from ropo_async.inbox.policy import InboxPolicy
    from ropo_async.journal import Account, Journal

__all__ = ["Marking"]

PAGE = 100
"""Statuses that one answer has at most; with that many there may be more."""
_OF_ALL = (AuthenticationError, PermissionDenied, RateLimited, ServerError)
"""Refusals of a mark that have nothing to do with the status that it was for."""


class _Unseen(Feed[InvoiceStatus], Protocol):
    """What is asked of a feed beyond what every one has."""

    async def ask(self) -> tuple[Answer, StatusList]: ...

    async def mark_as_seen(self, status_id: UUID, /) -> None: ...


@define
class Marking:
    """Follows the unseen statuses of Iopole.

    Asking takes nothing away, so nothing is written down before, and no answer that goes missing leaves a gap: it is
    asked for again. A status is marked when it is in the journal, and not before; if the process ends in between, it
    comes again, and is known.

    What cannot be read is in the quarantine, and marked like the others where at least its id can be told. What has no
    usable id cannot be marked: it comes again in every answer, is known by its content, and takes up one of its places.
    """

    feed: _Unseen
    journal: Journal
    account: Account
    now: Callable[[], datetime]
    _marked: set[UUID] = field(factory=set[UUID], init=False, repr=False)
    """What the server said it had marked, in the last round that marked something."""
    _failed: set[UUID] = field(factory=set[UUID], init=False, repr=False)
    """What could not be marked when it was tried last; it is tried after the others."""

    @classmethod
    def follow(  # noqa: PLR0917 - as the table of providers calls it
        cls,
        feed: _Unseen,
        journal: Journal,
        account: Account,
        now: Callable[[], datetime],
        policy: InboxPolicy,  # noqa: ARG003 - its numbers are about what goes missing
        since: date | datetime | None,
    ) -> Marking:
        """Return what follows `feed`.

        Raises:
            InvalidInput: there is a `since`, which says how far back to read after a loss.
        """
        if since is not None:
            raise InvalidInput("since is of no use here: what this feed has handed out comes again until it is marked")
        return cls(feed, journal, account, now)

    async def recover(self, epoch: int) -> None:
        """Take apart what an earlier turn has stored and not come to."""
        for poll in await self.journal.unfinished(self.account, epoch):
            if poll.received is None:
                await self.journal.settle(poll.id, PollState.LOST, at=self.now())
                continue
            received, page = poll.received, StatusList()
            # What another version could read comes again, as it was not marked.
            with suppress(DecodeError):
                page = codec.read_feed(_answer(received))
            await self._take_apart(poll.id, page)

    async def drain(self, epoch: int) -> Round:
        """Store what is unseen, and mark it, until there is no more.

        Raises:
            FeedStalled: a full answer had nothing that could be marked, so that nothing beyond it will ever come.
            StatusError, TransportError, DecodeError: the server failed; what it had handed out is stored.
        """
        began, found, tried = self.now(), Round(), set[UUID]()
        before, self._marked = self._marked, set[UUID]()
        while True:
            answer, page = await self.feed.ask()
            if page.entries:
                found = _plus(found, page, await finish(partial(self._keep, epoch, answer, page)))
            ids = codec.status_ids(page)
            self._watch(before & set(ids))
            fresh = [status_id for status_id in ids if status_id not in tried]
            await self._mark(fresh)
            tried.update(fresh)
            if page.entries < PAGE:
                await self._note_end(epoch, began)
                return evolve(found, drained=True)
            if not fresh:
                raise FeedStalled(
                    f"{UNSEEN.name}: {page.entries} statuses that came before or cannot be marked; nothing beyond them "
                    "comes until they are marked as seen"
                )

    async def catch_up(self, epoch: int, *, drained: bool) -> None:
        """Do nothing: what went missing came again."""

    async def suspect(self, first: date, last: date) -> NoReturn:  # noqa: ARG002 - there are no days
        """Raise `InvalidInput`: it has no days that could be read again."""
        raise InvalidInput("Iopole's feed has no days to read again; nothing goes missing from it")

    async def read_invoice(self, number: str) -> NoReturn:  # noqa: ARG002 - there is no such reading
        """Raise `InvalidInput`: the history of an invoice is for looking at, and seldom."""
        raise InvalidInput("Iopole's invoices are not read into the journal; see invoices.status_history")

    async def _keep(self, epoch: int, answer: Answer, page: StatusList) -> Merged:
        """Store an answer as it came, and then its records."""
        poll = await self.journal.intend(self.account, epoch, Source.UNSEEN, "", at=self.now())
        await self.journal.receive(poll, Received(answer.status, answer.body, answer.headers), at=self.now())
        return await self._take_apart(poll, page)

    async def _take_apart(self, poll: int, page: StatusList) -> Merged:
        entries, unreadable = status_entries_of(page)
        merged = await self.journal.merge(poll, entries, unreadable, source=Source.UNSEEN, at=self.now())
        if merged.quarantined:
            self.feed.tell(hooks.RecordsUndecoded(UNSEEN.name, merged.quarantined))
        return merged

    async def _mark(self, ids: Collection[UUID]) -> None:
        """Mark what is stored. One that is refused costs itself alone, and one that fails does not stand in the way."""
        for status_id in sorted(ids, key=self._failed.__contains__):
            self._failed.add(status_id)
            try:
                await self.feed.mark_as_seen(status_id)
            except StatusError as error:
                if isinstance(error, _OF_ALL):
                    raise
                self.feed.tell(hooks.Anomaly(SEEN.name, f"a status that it handed out is refused ({error.status})"))
            else:
                self._failed.discard(status_id)
                self._marked.add(status_id)

    def _watch(self, again: Collection[UUID]) -> None:
        if again:
            self.feed.tell(hooks.Anomaly(SEEN.name, f"{len(again)} statuses came again after they were marked as seen"))

    async def _note_end(self, epoch: int, began: datetime) -> None:
        poll = await self.journal.intend(self.account, epoch, Source.UNSEEN, "", at=self.now())
        await self.journal.settle(poll, PollState.EMPTY, at=self.now(), clean_since=began)


def _answer(received: Received) -> Answer:
    return Answer(operation=UNSEEN, status=received.status, headers=received.headers, body=received.body)


def _plus(found: Round, page: StatusList, merged: Merged) -> Round:
    """Return the round with one more answer in it."""
    return evolve(
        found,
        pages=found.pages + 1,
        records=found.records + page.entries,
        new=found.new + merged.new + merged.revisions,
        duplicates=found.duplicates + merged.duplicates,
        quarantined=found.quarantined + merged.quarantined,
    )

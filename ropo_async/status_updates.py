"""Status updates: the destructive feed, and the re-reads that do not consume."""

from __future__ import annotations

from collections import deque
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import anyio
from attrs import define, evolve, field

from ropo_async import _arguments as arguments
from ropo_async import codec, hooks
from ropo_async._messages import Answer
from ropo_async._protect import finish
from ropo_async._steps import in_steps
from ropo_async._values import days_at_risk
from ropo_async.errors import DecodeError, FeedStalled, InvalidInput, OutcomeUnknown, TransportError, UpdatesMayBeLost
from ropo_async.iteration import Drain, Pages, Reading
from ropo_async.operations import POLL
from ropo_async.records import Page, StatusUpdate

if TYPE_CHECKING:
    from ropo_async._messages import Request
    from ropo_async.iteration import Iteration
    from ropo_async.transport import Transport

__all__ = ["StatusUpdates"]

EMPTY_PAGES = 3
"""Empty pages one after the other that count as no progress."""


@define
class StatusUpdates:
    """The status updates of one account.

    Updates that have arrived and were not taken (the iteration was left early, or its task cancelled) stay here and
    come first in the next iteration of the same client. They are in memory alone: what must outlive the process
    belongs into a store of yours before the next page is asked for.
    """

    _transport: Transport = field(repr=False)
    _pause: float = 1.0
    _arrived: deque[Page] = field(factory=deque["Page"], init=False, repr=False)
    _taken: int = field(default=0, init=False)
    _lost: UpdatesMayBeLost | None = field(default=None, init=False)
    _last_raw: bytes = field(default=b"", init=False, repr=False)
    _empty: int = field(default=0, init=False)
    _lock: anyio.Lock = field(factory=anyio.Lock, init=False, repr=False)

    def pages(self, *, max_pages: int | None = None, deadline: timedelta | float | None = None) -> Pages:
        """Take all unrecorded status updates, page by page, until the server has no more.

        **This read is destructive.** The server marks what it hands out as recorded, and hands it out once. The next
        page is asked for only when you ask for it, so store each one first. An answer that goes missing on its way is
        up to 1000 updates that are recorded there and unknown here: that raises, and is never asked for again by
        itself. `Inbox` stores and reads again by itself.

        Only one program may follow the feed of a customer id: two of them share it without knowing.

        Args:
            max_pages: stop after so many pages.
            deadline: ask for no further page after so many seconds; a page that was asked for is waited for.

        Returns:
            An asynchronous iterator of `Page`. Its `drained` tells whether the server had no more, or a limit ended it.

        Raises:
            InvalidInput: a limit that is none.
            UpdatesMayBeLost: while iterating; says which days to read again.
            FeedStalled: while iterating; the server repeats itself.
            StatusError: while iterating; the server refused, nothing was taken.
            TransportError: while iterating; the request never left this machine.

        See https://dev.ropo.com/guides/general-add-ons/status-updates-polling.
        """
        return Pages(self, max_pages, deadline)

    def drain(self, *, max_pages: int | None = None, deadline: timedelta | float | None = None) -> Drain:
        """Take all unrecorded status updates, one by one; otherwise as `pages`, destructive as well.

        It promises less than it seems to: the server forgets a page of 1000 when it hands it out, not when you have
        handled its updates. If the process dies in between, those not yet handled are gone.

        Records that cannot be read are no updates: they are counted in the log and kept in the iterator's `undecoded`.

        Args:
            max_pages: stop after so many pages.
            deadline: ask for no further page after so many seconds; a page that was asked for is waited for.

        Returns:
            An asynchronous iterator of `StatusUpdate`, with a `drained` as that of `pages`.

        Raises:
            InvalidInput: a limit that is none.
            UpdatesMayBeLost, FeedStalled, StatusError, TransportError: while iterating, as `pages`.

        See https://dev.ropo.com/guides/general-add-ons/status-updates-polling.
        """
        return Drain(self, max_pages, deadline)

    def on(self, day: date) -> Reading:
        """Read the changes of one day again. Not destructive as far as is known: the vendor does not say so.

        Await it for the `Page`, or iterate over its updates. It is not documented by which of its dates a change is
        filed, nor whether more than 1000 come; exactly 1000 may mean that there are others.

        Args:
            day: the day, presumably by the clock of Helsinki; the vendor does not say so.

        Raises:
            InvalidInput: `day` is no date.
            StatusError, TransportError, DecodeError: when awaited, after repeated attempts; nothing is lost by them.

        See https://dev.ropo.com/guides/general-add-ons/status-updates-polling.
        """
        if not isinstance(day, date) or isinstance(day, datetime):
            raise InvalidInput("day must be a datetime.date without a time")
        return Reading(partial(self._read, codec.reread_request(date=day.isoformat())))

    def of_invoice(self, billnum: str) -> Reading:
        """Read all changes of one invoice again; otherwise as `on`. Meant for single invoices, not for many.

        Args:
            billnum: the invoice number.

        Raises:
            InvalidInput: `billnum` is no text, or empty.
            StatusError, TransportError, DecodeError: when awaited, after repeated attempts; nothing is lost by them.

        See https://dev.ropo.com/guides/general-add-ons/status-updates-polling.
        """
        return Reading(partial(self._read, codec.reread_request(billnum=arguments.text("billnum", billnum))))

    @property
    def record(self) -> type[StatusUpdate]:
        """The class of what it brings."""
        return StatusUpdate

    @property
    def server(self) -> str:
        """The base URL of the server."""
        return self._transport.base

    @property
    def cid(self) -> str | None:
        """The customer id whose updates these are; None where only a token says it."""
        return self._transport.cid

    async def ask(self, request: Request) -> Answer:
        """Send `request` and return the answer as it came, for what stores it before it reads it: the inbox."""
        return await self._transport.send(request, _as_it_came)

    async def prepare(self) -> None:
        """Have a token that outlives a poll: a login that fails is no doubt about one."""
        await self._transport.ready(POLL)

    def tell(self, event: hooks.Event) -> None:
        """Tell the client's hooks."""
        hooks.emit(self._transport.hooks, event)

    async def head(self, iteration: Iteration, *, may_ask: bool) -> Page | None:
        """Return the next page without taking it, or None when there is none and none may be asked for."""
        async with self._lock:
            self._report()
            if not self._arrived and may_ask:
                if self._empty:
                    await anyio.sleep(self._pause * 2 ** (self._empty - 1))
                await finish(partial(self._poll, iteration))
                self._report()
            return self._arrived[0] if self._arrived else None

    def take_page(self) -> Page:
        """Take what is left of the first page."""
        page, taken = self._arrived.popleft(), self._taken
        self._taken = 0
        return evolve(page, updates=page.updates[taken:]) if taken else page

    def take_update(self) -> StatusUpdate | None:
        """Take the next update of the first page; None when that has none, or there is no page."""
        if not self._arrived:
            return None
        updates, index = self._arrived[0].updates, self._taken
        self._taken += 1
        if self._taken >= len(updates):
            self.take_page()
        return updates[index] if updates else None

    async def _read(self, request: Request) -> Page:
        page = await self._transport.send(request, self._understand)
        return Page(updates=(), raw=b"") if page is None else page

    async def _understand(self, answer: Answer) -> Page | None:
        page, operation = await in_steps(codec.page_steps(answer)), answer.operation.name
        if page is None and answer.headers.get("content-length", "0") != "0":
            self.tell(
                hooks.Anomaly(operation, "a 204 with a body, which cannot be read; the server contradicts itself")
            )
        if page is not None and page.undecoded:
            self.tell(hooks.RecordsUndecoded(operation, len(page.undecoded)))
        return page

    async def _poll(self, iteration: Iteration) -> None:
        """Ask once. It runs to its end even when the caller is cancelled, so that page or loss are here next time."""
        try:
            page = await self._transport.send(codec.poll_request(), self._understand)
        except OutcomeUnknown as error:
            self._lost = _lost(error, iteration)
            self._lost.__cause__ = error.__cause__
            return
        if page is None:
            iteration.drained = True
            self._empty, self._last_raw = 0, b""
            return
        self._arrived.append(page)
        repeated, self._last_raw = page.raw == self._last_raw, page.raw
        self._empty = 0 if page.updates or page.undecoded else self._empty + 1
        if self._empty >= EMPTY_PAGES:
            self._empty = 0
            raise FeedStalled(
                f"{POLL.name}: {EMPTY_PAGES} empty pages one after the other; the feed makes no progress; try later"
            )
        if repeated and not self._empty:
            raise FeedStalled(
                f"{POLL.name}: the same page came twice; the feed makes no progress; "
                "the next iteration hands it out first, and if it goes on, ask Ropo"
            )

    def _report(self) -> None:
        lost, self._lost = self._lost, None
        if lost is not None:
            raise lost


def _lost(error: OutcomeUnknown, iteration: Iteration) -> UpdatesMayBeLost:
    return UpdatesMayBeLost(
        error.operation,
        error.phase,
        pages=iteration.pages,
        updates=iteration.updates,
        dates=days_at_risk(iteration.started, datetime.now(UTC)),
        salvaged=_salvaged(error),
    )


def _salvaged(error: OutcomeUnknown) -> Page | None:
    body = arrived(error)
    return None if body is None else codec.salvage_page(Answer(operation=POLL, status=200, body=body))


def arrived(error: OutcomeUnknown) -> bytes | None:
    """Return what arrived of an answer that broke off or cannot be read; None where no page had begun."""
    match error.__cause__:
        case TransportError(status=200) as cause:
            return cause.partial
        case DecodeError() as cause:
            return cause.raw
        case _:
            return None


def _as_it_came(answer: Answer) -> Answer:
    return answer

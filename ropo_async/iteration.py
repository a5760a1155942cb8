"""The ways through the status updates: page by page, one by one, and the re-reads. They are made by `StatusUpdates`."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, Self

import anyio
from attrs import define, field, frozen

from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator

    from ropo_async.records import Page, StatusUpdate, Undecoded

__all__ = ["Drain", "Iteration", "Pages", "Reading"]


class Feed(Protocol):
    """What an iteration asks of the feed."""

    async def head(self, iteration: Iteration, *, may_ask: bool) -> Page | None:
        """Return the next page without taking it, or None when there is none and none may be asked for."""
        ...

    def take_page(self) -> Page:
        """Take what is left of the first page."""
        ...

    def take_update(self) -> StatusUpdate | None:
        """Take the next update of the first page; None when that has none, or there is no page."""
        ...


@define
class Iteration:
    """One way through the feed, with its limits and what it has handed over."""

    _feed: Feed = field(repr=False)
    _max_pages: int | None
    _deadline: timedelta | float | None
    drained: bool = field(default=False, init=False)
    """Whether the server has said that there is no more."""
    pages: int = field(default=0, init=False)
    """Pages handed over, or begun, so far."""
    updates: int = field(default=0, init=False)
    """Updates handed over so far."""
    started: datetime = field(factory=lambda: datetime.now(UTC), init=False)
    """When the iteration was made; aware, in UTC."""
    _until: float | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        limit = self._max_pages
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
            raise InvalidInput("max_pages must be an int of 1 or more")
        if self._seconds is None or math.isnan(self._seconds) or self._seconds < 0:
            raise InvalidInput("deadline must be a timedelta, or a number of seconds, of 0 or more")

    @property
    def _seconds(self) -> float | None:
        given: object = self._deadline
        if isinstance(given, timedelta):
            return given.total_seconds()
        if given is None:
            return math.inf
        return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else None

    async def _head(self) -> Page | None:
        """Return the next page without taking it, or None at the end."""
        if self._until is None:
            self._until = anyio.current_time() + (self._seconds or 0.0)
        if self.pages == self._max_pages:
            return None
        may_ask = not self.drained and anyio.current_time() < self._until
        return await self._feed.head(self, may_ask=may_ask)


@define
class Pages(Iteration):
    """An iteration over the feed, page by page. Made by `StatusUpdates.pages`."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page:
        if await self._head() is None:
            raise StopAsyncIteration
        page = self._feed.take_page()
        self.pages += 1
        self.updates += len(page)
        return page


@define
class Drain(Iteration):
    """An iteration over the feed, update by update. Made by `StatusUpdates.drain`."""

    undecoded: list[Undecoded] = field(factory=list["Undecoded"], init=False)
    """Records of the pages so far that could not be read."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StatusUpdate:
        while (update := self._feed.take_update()) is None:
            page = await self._head()
            if page is None:
                raise StopAsyncIteration
            self.pages += 1
            self.undecoded += page.undecoded
        self.updates += 1
        return update


@frozen
class Reading:
    """A re-read that has not begun. Await it for the page, or iterate over its updates; each time it is read anew."""

    _read: Callable[[], Awaitable[Page]] = field(repr=False)

    def __await__(self) -> Generator[Any, Any, Page]:
        return self._read().__await__()

    def __aiter__(self) -> _Updates:
        return _Updates(self)


@define
class _Updates:
    _reading: Reading
    _left: Iterator[StatusUpdate] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StatusUpdate:
        if self._left is None:
            self._left = iter(await self._reading)
        for update in self._left:
            return update
        raise StopAsyncIteration

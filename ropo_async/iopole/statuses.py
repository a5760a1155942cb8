"""Statuses that nobody has marked as seen: the way to follow what becomes of invoices."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Self

from attrs import define, evolve, field, frozen

from ropo_async import hooks
from ropo_async.codec import iopole as codec
from ropo_async.errors import FeedStalled
from ropo_async.iopole._identifiers import optional_uuid, uuid
from ropo_async.iopole.operations import UNSEEN
from ropo_async.iopole.records import InvoiceStatus
from ropo_async.retry import Budget

if TYPE_CHECKING:
    from types import TracebackType
    from uuid import UUID

    from ropo_async._messages import Answer
    from ropo_async.iopole.records import StatusList
    from ropo_async.records import Undecoded
    from ropo_async.transport import Transport

__all__ = ["Statuses", "Unseen", "UnseenStatus"]


@define
class Statuses:
    """The statuses of an account's invoices.

    They are for accounts without a webhook: what a webhook delivers is marked as seen, so nothing is found here. A new
    sandbox has a webhook of Iopole's own.
    """

    _transport: Transport = field(repr=False)
    _customer_id: UUID | None = field(default=None, repr=False)

    def unseen(self, *, customer_id: str | UUID | None = None) -> Unseen:
        """Take the statuses that are not marked as seen, and mark each when its block has ended well.

        ```python
        async for unseen in client.statuses.unseen():
            async with unseen as status:
                await store(status)
        ```

        At least once: a status whose block raises, is cancelled, or dies with the process comes again in another
        iteration, and so does one whose mark went missing. Tell doubles by `status_id`. Within an iteration each comes
        once. They come oldest first, page by page; the iteration ends when the server has no more. Two programs that
        iterate get the same statuses.

        Args:
            customer_id: the customer whose statuses to take, where it is not the client's.

        Returns:
            An asynchronous iterator of `UnseenStatus`. Its `undecoded` has what could not be read; that cannot be
            marked, and comes again each time.

        Raises:
            InvalidInput: an id that is no UUID.
            FeedStalled: while iterating; a full page had nothing that was not taken before. Either the blocks do not
                mark what they take, or the server does not keep the marks.
            StatusError, TransportError, DecodeError: while iterating, after repeated attempts; nothing is lost by them.

        See https://docs.ppd.iopole.fr/docs/iopole-api/apiDescriptions/status/searchStatusNotseen.
        """
        return Unseen(self, optional_uuid("customer_id", customer_id, self._customer_id))

    async def not_seen(self, *, customer_id: str | UUID | None = None) -> StatusList:
        """Return the statuses that are not marked as seen, at most the 100 oldest, of all invoices. Marks none.

        Args:
            customer_id: the customer whose statuses to read, where it is not the client's.

        Returns:
            a `StatusList` of `InvoiceStatus`, by date and then by id; dates are aware and in UTC. Where it is `full`,
            there may be more behind it.

        Raises:
            InvalidInput: an id that is no UUID.
            StatusError, TransportError, DecodeError: after repeated attempts; nothing is lost by them.

        See https://docs.ppd.iopole.fr/docs/iopole-api/apiDescriptions/status/searchStatusNotseen.
        """
        request = codec.unseen_request(optional_uuid("customer_id", customer_id, self._customer_id))
        statuses = await self._transport.send(request, codec.read_unseen)
        if statuses.undecoded:
            event = hooks.RecordsUndecoded(request.operation.name, len(statuses.undecoded))
            hooks.emit(self._transport.hooks, event)
        return statuses

    async def mark_as_seen(self, status_id: str | UUID, *, customer_id: str | UUID | None = None) -> None:
        """Mark one status as seen, so that it does not come again. Do so when it is stored, not before.

        Twice is as good as once, as far as anyone knows, so it is repeated after failures.

        Args:
            status_id: the `InvoiceStatus.status_id`.
            customer_id: the customer whose status it is, where it is not the client's.

        Raises:
            InvalidInput: an id that is no UUID.
            StatusError, TransportError, DecodeError: after repeated attempts; the status may come again.

        See https://docs.ppd.iopole.fr/docs/iopole-api/apiDescriptions/status/searchStatusNotseen.
        """
        customer = optional_uuid("customer_id", customer_id, self._customer_id)
        await self._transport.send(codec.seen_request(uuid("status_id", status_id), customer), codec.read_done)

    def of_customer(self, customer_id: UUID) -> Statuses:
        """Return those of another customer, with a retry budget of their own."""
        budget = Budget(self._transport.policy.capacity)
        return Statuses(evolve(self._transport, budget=budget), customer_id)

    # --- for an inbox -------------------------------------------------------------------------------------------

    @property
    def record(self) -> type[InvoiceStatus]:
        """The class of what it brings."""
        return InvoiceStatus

    @property
    def server(self) -> str:
        """What a journal knows the server by: `iopole:` and the URL of the API."""
        return f"iopole:{self._transport.base}"

    @property
    def cid(self) -> str:
        """The customer whose statuses these are; empty where the client names none."""
        return "" if self._customer_id is None else str(self._customer_id)

    async def ask(self) -> tuple[Answer, StatusList]:
        """Return the answer as it came, for what stores it, and the statuses in it; at most 100, and none is marked.

        Raises:
            StatusError, TransportError, DecodeError: after repeated attempts; nothing is lost by them.
        """
        return await self._transport.send(codec.unseen_request(self._customer_id), _both)

    async def prepare(self) -> None:
        """Have a token.

        Raises:
            AuthenticationError, StatusError, TransportError, DecodeError: there is none to be had.
        """
        await self._transport.ready(UNSEEN)

    def tell(self, event: hooks.Event) -> None:
        """Tell the client's hooks."""
        hooks.emit(self._transport.hooks, event)


def _both(answer: Answer) -> tuple[Answer, StatusList]:
    # It is read within the call, so that an answer that cannot be is asked for again.
    return answer, codec.read_feed(answer)


@frozen
class UnseenStatus:
    """One status to deal with: as a block, which marks it as seen when it ends without an error."""

    status: InvoiceStatus
    _statuses: Statuses = field(repr=False)
    _customer_id: UUID | None = field(repr=False)

    async def mark_as_seen(self) -> None:
        """Mark it without a block; raises as `Statuses.mark_as_seen`."""
        await self._statuses.mark_as_seen(str(self.status.status_id), customer_id=self._customer_id)

    async def __aenter__(self) -> InvoiceStatus:
        return self.status

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            await self.mark_as_seen()


@define
class Unseen:
    """An iteration over unseen statuses."""

    _statuses: Statuses = field(repr=False)
    _customer_id: UUID | None = field(repr=False)
    undecoded: list[Undecoded] = field(factory=list["Undecoded"], init=False)
    """What could not be read, each once."""
    _waiting: deque[InvoiceStatus] = field(factory=deque["InvoiceStatus"], init=False, repr=False)
    _taken: set[str | None] = field(factory=set["str | None"], init=False, repr=False)
    _last: bool = field(default=False, init=False)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> UnseenStatus:
        while not self._waiting:
            if self._last:
                raise StopAsyncIteration
            await self._ask()
        return UnseenStatus(self._waiting.popleft(), self._statuses, self._customer_id)

    async def _ask(self) -> None:
        page = await self._statuses.not_seen(customer_id=self._customer_id)
        fresh = [status for status in page if status.status_id not in self._taken]
        self._last = not page.full
        known = {entry.raw for entry in self.undecoded}
        self.undecoded += [entry for entry in page.undecoded if entry.raw not in known]
        if not fresh and not self._last:
            raise FeedStalled(
                f"statuses.unseen: {page.entries} statuses that were taken before or cannot be read; nothing beyond "
                "them comes until they are marked as seen",
            )
        self._taken.update(status.status_id for status in fresh)
        self._waiting.extend(fresh)

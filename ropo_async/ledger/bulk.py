"""Many registrations in one run: bounded, streamed, resumable, and none of them stopped by another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping  # noqa: TC003 - attrs reads the types of the fields
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

import anyio
from attrs import field, frozen

from ropo_async import _arguments as arguments
from ropo_async._protect import beside
from ropo_async.errors import ClientClosed, JournalError, RopoError
from ropo_async.journal import Booking, BookingState
from ropo_async.ledger.sending import names_of
from ropo_async.ledger.sources import opened

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from ropo_async.ledger.registrations import Registration
    from ropo_async.ledger.sources import Format, Source, SourceOf

__all__ = ["BulkProgress", "BulkResult", "BulkRun", "running"]

ENDING = (JournalError, ClientClosed)
"""After these nothing else can be written down, or sent."""


@frozen(kw_only=True)
class BulkResult:
    """What became of one registration of a run."""

    operation_id: str
    booking: Booking | None = None
    """What is known of it; None where there is an error."""
    error: RopoError | None = None
    """Why it was not sent, or refused before it was looked at: another run may bring it further."""
    line: int | None = None
    """Where it stands in its file, if it is from one."""


@frozen(kw_only=True)
class BulkProgress:
    """How far a run has come."""

    done: int
    """Registrations whose result is known, taken or not."""
    total: int | None
    """How many there are; None where the source does not say."""
    failed: int
    """Of those done, the results that are errors."""
    states: Mapping[BookingState, int] = field(factory=lambda: MappingProxyType(dict[BookingState, int]()))
    """Of those done, how many bookings are in each state."""


class BulkRun:
    """A run under way: iterate over it for the results, in the order in which they come to be known.

    What is not taken holds up what follows. Iterating ends with an error where the run cannot go on: a `JournalError`,
    a `ClientClosed`, an `InvalidFile` where the file has changed, or what the source raised.
    """

    def __init__(
        self,
        source: Source,
        post: Callable[[Registration], Awaitable[Booking]],
        concurrency: int,
        on_progress: Callable[[BulkProgress], object] | None,
    ) -> None:
        self._source, self._post, self._on_progress = source, post, on_progress
        self._slots = anyio.Semaphore(concurrency)
        self._give, self._results = anyio.create_memory_object_stream[BulkResult]()
        self._taking = anyio.CancelScope()
        self._turns = dict[str, anyio.Event]()
        self._states, self._failed = Counter[BookingState](), 0
        self._trouble: Exception | None = None

    @property
    def progress(self) -> BulkProgress:
        """How far it has come by now."""
        states = MappingProxyType(dict(self._states))
        done = self._states.total() + self._failed
        return BulkProgress(done=done, total=self._source.total, failed=self._failed, states=states)

    def __aiter__(self) -> BulkRun:
        """Return itself: a result is handed out once."""
        return self

    async def __anext__(self) -> BulkResult:
        """Return the next result."""
        try:
            return await self._results.receive()
        except anyio.EndOfStream:
            self.check()
            raise StopAsyncIteration from None

    def check(self) -> None:
        """Raise what has ended the run before its time, if something has and nobody was told."""
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            raise trouble

    async def work(self) -> None:
        """Work off the source; the block does it."""
        async with self._give, anyio.create_task_group() as group:
            with self._taking:
                try:
                    async for line, registration in self._source.items:
                        await self._slots.acquire()
                        group.start_soon(self._one, line, registration, *self._in_line(registration))
                except Exception as error:  # noqa: BLE001 - raised again where the results are taken
                    self._end(error)

    def close(self) -> None:
        """Hand out no more results; the block does it."""
        self._give.close()
        self._results.close()

    def _in_line(self, registration: Registration) -> tuple[list[anyio.Event], anyio.Event]:
        """Return what to wait for, and what to set at the end: those of one invoice go one after the other."""
        names, done = names_of(registration.posting, registration.billnum), anyio.Event()
        before = [self._turns[name] for name in names if name in self._turns]
        self._turns.update(dict.fromkeys(names, done))
        return before, done

    async def _one(
        self, line: int | None, registration: Registration, before: Iterable[anyio.Event], done: anyio.Event
    ) -> None:
        try:
            try:
                for event in before:
                    await event.wait()
                result = await self._registered(line, registration)
            finally:
                self._leave(done)
            if self._on_progress is not None:
                self._on_progress(self.progress)
            await self._give.send(result)
        except Exception as error:  # noqa: BLE001 - as above
            self._end(error)
        finally:
            self._slots.release()

    async def _registered(self, line: int | None, registration: Registration) -> BulkResult:
        try:
            booking = await self._post(registration)
        except ENDING:
            raise
        except RopoError as error:
            self._failed += 1
            return BulkResult(operation_id=registration.operation_id, error=error, line=line)
        self._states[booking.state] += 1
        return BulkResult(operation_id=registration.operation_id, booking=booking, line=line)

    def _leave(self, done: anyio.Event) -> None:
        done.set()
        self._turns = {name: event for name, event in self._turns.items() if event is not done}

    def _end(self, error: Exception) -> None:
        """Take no more; what is in flight comes to its end."""
        self._trouble = self._trouble or error
        self._taking.cancel()


@asynccontextmanager
async def running(
    source: SourceOf,
    post: Callable[[Registration], Awaitable[Booking]],
    *,
    format: Format | None,  # noqa: A002 - what it is
    concurrency: int,
    on_progress: Callable[[BulkProgress], object] | None,
) -> AsyncGenerator[BulkRun]:
    """Run for the length of the block; see `PaymentLedger.register_many`."""
    arguments.number("concurrency", concurrency)
    async with opened(source, format) as found:
        run = BulkRun(found, post, concurrency, on_progress)
        try:
            async with beside(run.work):
                yield run
        finally:
            run.close()
        run.check()

"""Finishing what must not be cut, and working beside a block: forms that hold on asyncio and on trio."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.lowlevel
from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator

T = TypeVar("T")


@define(eq=False)
class _Section:
    """Work that is carried to its end, and who wants to know that its caller does not wait for it any more."""

    is_left: bool = False
    told: list[Callable[[], None]] = field(factory=list["Callable[[], None]"])

    def leave(self) -> None:
        self.is_left = True
        for tell in tuple(self.told):
            tell()


_SECTION: ContextVar[_Section | None] = ContextVar("_SECTION", default=None)


async def finish(critical: Callable[[], Awaitable[T]]) -> T:
    """Run `critical` to its end, also when the caller is cancelled meanwhile; then the cancellation goes on.

    A shield in the caller's own task would not do: `task.cancel()`, `asyncio.timeout` and Ctrl-C go through it. They
    reach the task that waits here, while the work is done by its child, which is shielded from within. The work must
    end by itself, by a deadline of its own; where it waits for nothing that counts, `when_left` lets it end sooner.
    """
    results: list[T] = []
    errors: list[Exception] = []
    section, ended = _Section(), anyio.Event()

    async def child() -> None:
        _SECTION.set(section)
        with anyio.CancelScope(shield=True):
            try:
                results.append(await critical())
            except Exception as error:  # noqa: BLE001 - raised again below, outside of the group that would wrap it
                errors.append(error)
            finally:
                ended.set()

    cut: BaseException | None = None
    try:
        with when_left(section.leave):
            async with anyio.create_task_group() as group:
                group.start_soon(child)
                try:
                    await ended.wait()
                except BaseException:
                    section.leave()
                    raise
    except BaseExceptionGroup as raised:
        cut, *others = raised.exceptions
        if others:
            raise
    finally:
        section.is_left = False  # what was begun in it and goes on by itself is none of its work
    if cut is not None:
        raise cut  # Ctrl-C on trio, which would come out as a group
    # trio would deliver the cancellation only at the caller's next wait, when the result was already handed over.
    await anyio.lowlevel.checkpoint_if_cancelled()
    if errors:
        raise errors.pop()
    return results.pop()


@contextmanager
def when_left(tell: Callable[[], None]) -> Generator[None]:
    """Have `tell` called in this block when the caller of the `finish` around it is cancelled, or was before."""
    section = _SECTION.get()
    if section is None:
        yield
        return
    section.told.append(tell)
    try:
        if section.is_left:
            tell()
        yield
    finally:
        section.told.remove(tell)


@asynccontextmanager
async def beside(work: Callable[[], Coroutine[Any, Any, None]]) -> AsyncGenerator[None]:
    """Run `work` while the block runs, and cancel it at the block's end.

    What either raises ends the other and comes out as it is; only where both raise, it comes out as a group.
    """
    error: BaseException | None = None
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(work)
            yield
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        error, *others = errors.exceptions
        if others:
            raise
    if error is not None:
        raise error  # out here, so that what it was raised from, or beside, stays known

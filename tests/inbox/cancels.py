"""Every way to cancel, at any step of what is under way."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from typing import Any

import anyio
import pytest
import trio
from attrs import define, field

Work = Callable[[], Coroutine[Any, Any, Any]]

_inside = ContextVar("_inside", default=False)
"""Whether a step is one of the work that is to be cancelled: its tasks inherit that."""


@define(eq=False)
class Strike:
    """What happens at one step, and what is seen of the others."""

    at: int
    """The step before which it strikes, from 1; 0 for none."""
    again: int = 0
    """How many steps later it strikes once more, if at all."""
    arm: Callable[[], object] = lambda: None
    """What cancels, as the way to cancel sets it."""
    note: Callable[[], object] = lambda: None
    """What else is to be done at that moment."""
    steps: int = 0
    tasks: list[asyncio.Task[Any]] = field(factory=list["asyncio.Task[Any]"])

    @property
    def struck(self) -> bool:
        return 0 < self.at <= self.steps

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            self.note()
        if self.at and self.steps in (self.at, self.at + self.again):
            self.arm()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count the steps of what is marked as the work."""
        if "trio" in sys.modules and trio.lowlevel.in_trio_run():
            instrument = _Instrument(self)
            trio.lowlevel.add_instrument(instrument)
            try:
                yield
            finally:
                trio.lowlevel.remove_instrument(instrument)
        else:
            with self._watching_asyncio(asyncio.get_running_loop()):
                yield
            assert [task for task in self.tasks if not task.done()] == []

    @contextmanager
    def _watching_asyncio(self, loop: Any) -> Iterator[None]:
        call_soon = loop.call_soon

        def counted(callback: Any, *args: Any, context: Context | None = None) -> Any:
            handle = call_soon(callback, *args, context=context)
            if context is not None and context.get(_inside, False):
                self.step()
            return handle

        def made(loop: Any, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
            task = asyncio.Task(coroutine, loop=loop, **options)
            if _inside.get():
                self.tasks.append(task)
            return task

        loop.call_soon = counted
        loop.set_task_factory(made)
        try:
            yield
        finally:
            del loop.call_soon
            loop.set_task_factory(None)


class _Instrument(trio.abc.Instrument):
    def __init__(self, strike: Strike) -> None:
        self.strike = strike

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        if task.context.get(_inside, False):
            self.strike.step()


def marked(work: Work) -> Work:
    """Return `work` with its steps marked, those of its tasks included."""

    async def marked() -> None:
        _inside.set(True)
        await work()

    return marked


# --- The ways --------------------------------------------------------------------------------------------------------


async def scope(work: Work, strike: Strike) -> None:
    """Cancel a scope of anyio."""
    with anyio.CancelScope() as around:
        strike.arm = around.cancel
        async with anyio.create_task_group() as group:
            group.start_soon(marked(work))


async def native(work: Work, strike: Strike) -> None:
    """Cancel the task."""
    task = asyncio.ensure_future(marked(work)())
    strike.arm = task.cancel
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def native_twice(work: Work, strike: Strike) -> None:
    """Cancel the task, and once more a little later."""
    strike.again = 3
    await native(work, strike)


async def timeout(work: Work, strike: Strike) -> None:
    """Let a timeout of asyncio end."""

    async def within() -> None:
        async with asyncio.timeout(None) as around:
            strike.arm = lambda: None if around.expired() else around.reschedule(0)
            await marked(work)()
            strike.arm = lambda: None

    with contextlib.suppress(TimeoutError):
        await asyncio.ensure_future(within())


async def wait_for(work: Work, strike: Strike) -> None:
    """Let the patience of `asyncio.wait_for` end."""
    loop: Any = asyncio.get_running_loop()
    call_at = loop.call_at

    def caught(when: float, callback: Any, *args: Any, **options: Any) -> Any:
        del loop.call_at
        handle = call_at(when, callback, *args, **options)
        strike.arm = lambda: None if handle.cancelled() else callback(*args)
        return handle

    loop.call_at = caught
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(marked(work)(), 3600)


WAYS = [
    *(
        pytest.param("asyncio", way, id=f"asyncio-{way.__name__}")
        for way in (scope, native, native_twice, timeout, wait_for)
    ),
    pytest.param("trio", scope, id="trio-scope"),
]
in_every_way = pytest.mark.parametrize(("anyio_backend", "cancel"), WAYS)

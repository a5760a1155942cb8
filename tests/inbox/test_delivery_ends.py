"""The ways to leave a delivery's block: what comes out of it, and what becomes of the update."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from ropo_async.journal._sql import SqlJournal
from tests.inbox.desk import Clock, Desk, a_clock, a_desk, a_storage, desk_at, key, payment, payments, process  # noqa: F401

pytestmark = pytest.mark.anyio

LONG = 400 * 24 * 3600.0
ASYNCIO = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def given_back(desk: Desk) -> None:
    """Others may have the update at once, and it was not tried."""
    assert (await desk.one(attempts=1)).attempt == 1


# --- exceptions -----------------------------------------------------------------------------------------------------


class Trouble(Exception):
    """What a handler runs into."""


async def test_what_is_raised_comes_out_as_it_is(desk: Desk) -> None:
    await desk.put([payment(1)])
    cause, trouble = ArithmeticError("the cause"), Trouble("missing")
    trouble.add_note("a note")

    def handle() -> None:
        raise trouble from cause

    with pytest.raises(Trouble) as caught:
        async with await desk.one():
            handle()
    assert caught.value is trouble
    assert (trouble.__cause__, trouble.__notes__) == (cause, ["a note"])
    assert [entry.name for entry in caught.traceback] == ["test_what_is_raised_comes_out_as_it_is", "handle"]
    assert await desk.left() == []


@pytest.mark.parametrize("trouble", [StopAsyncIteration(), StopIteration(), EOFError()], ids=repr)
async def test_what_an_iterator_raises_is_no_end_of_ours(desk: Desk, trouble: Exception) -> None:
    await desk.put([payment(1)])
    with suppress(type(trouble)):
        async with await desk.one():
            raise trouble
    assert await desk.left() == []
    assert (await desk.inbox.health()).waiting == 1


async def test_a_group_of_the_handler_comes_out_as_it_is(desk: Desk) -> None:
    await desk.put([payment(1)])
    group = ExceptionGroup("of a handler's own tasks", [Trouble(), Trouble()])
    with pytest.raises(ExceptionGroup) as caught:
        async with await desk.one():
            raise group
    assert caught.value is group


async def test_what_was_being_handled_meanwhile_stays_known(desk: Desk) -> None:
    """Without it a traceback does not show the first of two errors."""
    await desk.put([payment(1)])
    first = ArithmeticError("first")

    def handle() -> None:
        try:
            raise first
        except ArithmeticError:
            raise Trouble("second")  # noqa: B904 - it is about the context, not the cause

    with pytest.raises(Trouble) as caught:
        async with await desk.one():
            handle()
    assert caught.value.__context__ is first
    assert not caught.value.__suppress_context__


async def test_what_ends_the_program_gives_back(desk: Desk) -> None:
    await desk.put([payment(1)])
    with pytest.raises(SystemExit) as caught:
        async with await desk.one():
            sys.exit("enough")
    assert caught.value.code == "enough"
    await given_back(desk)


@pytest.mark.parametrize("way", ["break", "continue", "return"])
async def test_leaving_the_loop_from_within_is_leaving_normally(desk: Desk, clock: Clock, way: str) -> None:
    await desk.put(payments(2))

    async def consume() -> None:
        async for delivery in desk.another().deliveries(batch=1, forever=False):
            async with delivery:
                match way:
                    case "break":
                        break
                    case "continue":
                        continue
                    case _:
                        return

    await consume()
    clock.advance(LONG)
    assert await desk.left() == ([] if way == "continue" else [key(2)])


# --- cancellation ---------------------------------------------------------------------------------------------------

Begin = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]
"""Begins the work, cancels it, and waits for its end."""


async def cancel_the_scope(work: Callable[[], Awaitable[None]]) -> None:
    async with anyio.create_task_group() as group:

        async def begin() -> None:
            await work()

        group.start_soon(begin)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()


async def run_out_of_time(work: Callable[[], Awaitable[None]]) -> None:
    with anyio.move_on_after(0.05) as scope:
        await work()
    assert scope.cancelled_caught


async def cancel_the_task(work: Callable[[], Awaitable[None]], times: int = 1) -> None:
    task = asyncio.ensure_future(work())
    await anyio.wait_all_tasks_blocked()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task


async def cancel_the_task_twice(work: Callable[[], Awaitable[None]]) -> None:
    await cancel_the_task(work, times=2)


async def time_out(work: Callable[[], Awaitable[None]]) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await work()


async def wait_for(work: Callable[[], Awaitable[None]]) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work(), 0.05)


def named(way: Any) -> str:
    return str(way.__name__)


BOTH = [cancel_the_scope, run_out_of_time]
NATIVE = [cancel_the_task, cancel_the_task_twice, time_out, wait_for]
WAYS = [
    *(pytest.param(backend, way, id=f"{backend}-{named(way)}") for backend in ("asyncio", "trio") for way in BOTH),
    *(pytest.param("asyncio", way, id=f"asyncio-{named(way)}") for way in NATIVE),
]


@pytest.mark.parametrize(("anyio_backend", "cancelled"), WAYS)
async def test_a_cancelled_handler_gives_back(desk: Desk, cancelled: Begin) -> None:
    await desk.put([payment(1)])
    delivery = await desk.one()

    async def handle() -> None:
        async with delivery:
            await anyio.sleep_forever()

    await cancelled(handle)
    await given_back(desk)


@pytest.mark.parametrize(("anyio_backend", "cancelled"), WAYS)
async def test_a_cancelled_consumer_that_waits_has_nothing(desk: Desk, clock: Clock, cancelled: Begin) -> None:
    async def consume() -> None:
        async for _ in desk.inbox.deliveries():
            pytest.fail("there is nothing to be had")

    await cancelled(consume)
    await desk.put(payments(2))
    assert await desk.left() == [key(1), key(2)]


@pytest.mark.parametrize("step", ["ack", "lease"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_was_begun_is_carried_to_its_end(
    desk: Desk, step: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cancellation in the midst of it neither undoes what is done nor loses what is lent."""
    await desk.put(payments(2))
    original, scope = getattr(SqlJournal, step), anyio.CancelScope()

    async def cancelled(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            scope.cancel()
        result = await original(*args, **kwargs)
        scope.cancel()
        return result

    monkeypatch.setattr(SqlJournal, step, cancelled)
    with scope:
        async for delivery in desk.inbox.deliveries(forever=False, acks="each"):
            async with delivery:
                pass
            await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    monkeypatch.undo()
    assert await desk.left() == []  # its process has the rest, and nobody else
    assert await desk.left(desk.inbox, acks="each") == ([key(2)] if step == "ack" else [key(1), key(2)])


@ASYNCIO
async def test_a_second_cancellation_does_not_keep_it_from_being_given_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.put([payment(1)])
    delivery, give_back = await desk.one(), SqlJournal.give_back

    async def handle() -> None:
        async with delivery:
            await anyio.sleep_forever()

    task = asyncio.ensure_future(handle())

    async def cancelled(*args: Any) -> None:
        task.cancel()
        await give_back(*args)

    monkeypatch.setattr(SqlJournal, "give_back", cancelled)
    await anyio.wait_all_tasks_blocked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await given_back(desk)


# --- Ctrl-C, and what is left lying --------------------------------------------------------------------------------


async def wait_for_the_end(url: str) -> None:
    """Handle one update until the process is interrupted."""
    async with desk_at(url) as desk:
        async for delivery in desk.inbox.deliveries():
            async with delivery:
                print("begun", flush=True)  # noqa: T201 - the test waits for it
                await anyio.sleep_forever()


async def test_an_interrupted_program_gives_back(anyio_backend: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    async with desk_at(url) as desk:
        await desk.put([payment(1)])
        with process(anyio_backend, wait_for_the_end, url) as child:
            assert child.stdout is not None
            assert await anyio.to_thread.run_sync(child.stdout.readline) == "begun\n"
            child.send_signal(signal.SIGINT)
            assert await anyio.to_thread.run_sync(child.wait) != 0
        await given_back(desk)


async def test_what_is_left_lying_is_no_trouble(desk: Desk, clock: Clock) -> None:
    """Neither iterations that were broken off, nor deliveries that were not begun: warnings are errors here."""
    await desk.put(payments(5))
    for _ in range(2):
        async for _delivery in desk.inbox.deliveries(batch=1):
            break
    await anext(aiter(desk.inbox))
    with suppress(ArithmeticError):
        async for _delivery in desk.inbox:
            raise ArithmeticError
    gc.collect()
    clock.advance(61)
    assert len(await desk.left()) == 5

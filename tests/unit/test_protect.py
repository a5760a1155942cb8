"""Finishing what must not be cut, whichever way the caller is cancelled."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
import anyio.lowlevel
import pytest
from attrs import define, field

from ropo_async._protect import finish


@define
class Work:
    """Begins, waits at its gate, and ends."""

    steps: list[str] = field(factory=list[str])
    begun: anyio.Event = field(factory=anyio.Event)
    gate: anyio.Event = field(factory=anyio.Event)

    async def __call__(self) -> str:
        self.steps.append("begun")
        self.begun.set()
        await self.gate.wait()
        await anyio.lowlevel.checkpoint()
        self.steps.append("ended")
        return "result"


@pytest.mark.anyio
async def test_the_result_is_handed_over() -> None:
    work = Work()
    work.gate.set()
    assert await finish(work) == "result"


@pytest.mark.anyio
async def test_nothing_is_a_result_too() -> None:
    async def nothing() -> None:
        await anyio.lowlevel.checkpoint()

    assert await finish(nothing) is None  # type: ignore[func-returns-value]


@pytest.mark.anyio
async def test_an_error_is_handed_over_bare() -> None:
    error = LookupError("missing")

    async def fail() -> None:
        await anyio.lowlevel.checkpoint()
        raise error

    with pytest.raises(LookupError) as caught:
        await finish(fail)
    assert caught.value is error
    assert caught.value.__cause__ is None


@pytest.mark.anyio
async def test_a_cancelled_caller_waits_for_the_end_and_is_cancelled_then() -> None:
    work, passed = Work(), False

    async def caller(scope: anyio.CancelScope) -> None:
        nonlocal passed
        with scope:
            await finish(work)
            passed = True

    scope = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(caller, scope)
        await work.begun.wait()
        scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert work.steps == ["begun"]
        work.gate.set()
    assert work.steps == ["begun", "ended"]
    assert scope.cancelled_caught
    assert not passed


@pytest.mark.anyio
async def test_an_error_gives_way_to_the_cancellation() -> None:
    work = Work()

    async def fail() -> None:
        await work()
        raise LookupError

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(finish, fail)
            await work.begun.wait()
            scope.cancel()
            work.gate.set()
    assert work.steps == ["begun", "ended"]
    assert scope.cancelled_caught


@pytest.mark.anyio
async def test_a_caller_that_is_cancelled_already_has_it_done_or_not_begun() -> None:
    work = Work()
    work.gate.set()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await finish(work)
    assert scope.cancelled_caught
    assert work.steps in ([], ["begun", "ended"])


@pytest.mark.anyio
async def test_a_deadline_of_the_caller_waits_too() -> None:
    work = Work()
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(finish, work)
            await work.begun.wait()
            scope.deadline = anyio.current_time()
            with suppress(anyio.get_cancelled_exc_class()):
                await anyio.sleep_forever()
            work.gate.set()
    assert scope.cancelled_caught
    assert work.steps == ["begun", "ended"]


@pytest.mark.anyio
async def test_its_own_deadline_ends_the_work() -> None:
    async def endless() -> str:
        with anyio.move_on_after(0.01):
            await anyio.sleep_forever()
        return "gave up"

    assert await finish(endless) == "gave up"


# --- The ways in which asyncio alone cancels -----------------------------------------------------------------------


async def _cancelled_once(work: Work) -> None:
    task = asyncio.create_task(finish(work))
    await work.begun.wait()
    task.cancel()
    await _release(work, task)


async def _cancelled_again_and_again(work: Work) -> None:
    task = asyncio.create_task(finish(work))
    await work.begun.wait()
    for _ in range(5):
        task.cancel()
        await asyncio.sleep(0)
    await _release(work, task)


async def _release(work: Work, task: asyncio.Task[str]) -> None:
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    work.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def _timeout(work: Work) -> None:
    asyncio.get_running_loop().call_later(0.05, work.gate.set)

    async def within() -> None:
        async with asyncio.timeout(0.01):
            await finish(work)

    with pytest.raises(TimeoutError):
        await within()


async def _wait_for(work: Work) -> None:
    asyncio.get_running_loop().call_later(0.05, work.gate.set)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(finish(work), 0.01)


async def _task_group(work: Work) -> None:
    async def fail() -> None:
        await work.begun.wait()
        asyncio.get_running_loop().call_later(0.05, work.gate.set)
        raise LookupError

    async def together() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(finish(work))
            group.create_task(fail())

    with pytest.raises(ExceptionGroup) as caught:
        await together()
    assert caught.group_contains(LookupError)


@pytest.mark.parametrize(
    "cancel",
    [_cancelled_once, _cancelled_again_and_again, _timeout, _wait_for, _task_group],
    ids=lambda cancel: cancel.__name__.strip("_"),
)
def test_no_way_of_cancelling_cuts_the_work(cancel: Callable[[Work], Awaitable[None]]) -> None:
    steps: list[str] = []

    async def main() -> None:
        await cancel(Work(steps))

    asyncio.run(main())
    assert steps == ["begun", "ended"]


PROGRAM = """
import anyio, sys
from ropo_async._protect import finish

async def work():
    await anyio.to_thread.run_sync(sys.stdin.readline)
    await anyio.sleep(0.01)
    print("ended", flush=True)

async def announce():
    await anyio.wait_all_tasks_blocked()  # the signal must not meet code that runs: no shield holds there
    print("begun", flush=True)

async def main():
    async with anyio.create_task_group() as group:
        group.start_soon(announce)
        await finish(work)
        print("went on", flush=True)

anyio.run(main, backend=sys.argv[1])
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_ctrl_c_waits_for_the_end(backend: str) -> None:
    command = [sys.executable, "-c", PROGRAM, backend]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            assert process.stdout.readline() == "begun\n"
            process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.3)
            out, err = process.communicate("go on\n", timeout=30)
        finally:
            process.kill()
    assert out == "ended\n"
    assert "KeyboardInterrupt" in err
    assert process.returncode != 0

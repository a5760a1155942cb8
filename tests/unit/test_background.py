"""Work in the background: it outlives whoever began it, and what goes wrong in it is logged and no more."""

import contextvars
import logging

import anyio
import pytest

from ropo_async._background import start

pytestmark = pytest.mark.anyio

TRACE = contextvars.ContextVar("TRACE", default="none")


async def test_it_outlives_the_block_that_began_it() -> None:
    begun, go_on, done = anyio.Event(), anyio.Event(), anyio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()
        done.set()

    with anyio.CancelScope() as scope:
        start(work)
        await begun.wait()
        scope.cancel()
    go_on.set()
    with anyio.fail_after(5):
        await done.wait()


async def test_what_it_raises_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    ended = anyio.Event()

    async def work() -> None:
        ended.set()
        raise ArithmeticError("about Maija Esimerkki")

    with caplog.at_level(logging.ERROR, "ropo_async"):
        start(work)
        await ended.wait()
        await anyio.wait_all_tasks_blocked()
    assert [record.getMessage() for record in caplog.records] == ["background work failed (ArithmeticError)"]
    assert caplog.records[0].exc_info is None


async def test_it_has_nothing_of_its_starter_s_context() -> None:
    seen, done = list[str](), anyio.Event()

    async def work() -> None:
        seen.append(TRACE.get())
        done.set()

    TRACE.set("a request of somebody's")
    start(work)
    with anyio.fail_after(5):
        await done.wait()
    assert seen == ["none"]

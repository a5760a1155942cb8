"""A process that ends at any step of a round: nothing that was marked as seen is missing from the journal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from attrs import define, field

from ropo_async.inbox import Inbox
from ropo_async.iopole import InvoiceStatus, IopoleClient, IopoleCredentials
from ropo_async.journal import Journal
from ropo_async.simulator.iopole import IopoleSimulator, serve
from tests.iopole.world import connected, small_pages

pytestmark = pytest.mark.anyio

STEPS = ("take_turn", "unfinished", "ask", "intend", "receive", "merge", "mark_as_seen", "settle", "lease", "ack_soon")
ROOT = Path(__file__).parents[2]


class Crash(BaseException):
    """The end of a process, from which nothing in it recovers."""


@define
class Life:
    """One process, which ends before or after the n-th call of a method."""

    name: str
    when: str
    times: int
    end: Callable[[], None]
    dead: bool = False
    passed: int = field(default=0, init=False)

    async def call(self, name: str, method: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        self._reach(name, "before")
        result = await method(*args, **options)
        self._reach(name, "after")
        return result

    def _reach(self, name: str, when: str) -> None:
        self.passed += (name, when) == (self.name, self.when)
        if self.dead or self.passed == self.times:
            self.dead = True
            self.end()


@define(eq=False)
class Through:
    """A journal, or a feed, whose methods are called through a life."""

    _inner: Any
    _life: Life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return partial(self._life.call, name, found) if iscoroutinefunction(found) else found


async def live(
    iopole: IopoleClient, url: str, life: Life, effects: Callable[[InvoiceStatus], None], *, later: float = 0.0
) -> None:
    """Drain, and then handle what can be had, so many seconds `later`."""
    async with Journal.open(url, clock=lambda: time.time() + later) as opened:
        feed: Any = Through(iopole.statuses, life)
        journal: Any = Through(opened, life)
        inbox: Inbox[InvoiceStatus] = Inbox(feed, journal)
        await inbox.drain()
        async for delivery in inbox.deliveries(forever=False):
            async with delivery as status:
                effects(status)


async def held(url: str) -> set[str]:
    """Return the ids that a journal has."""
    async with Journal.open(url) as journal:
        rows = await journal.engine.run(lambda tx: tx.rows("SELECT key FROM record"))  # type: ignore[attr-defined]
    return {key.removeprefix("id:") for (key,) in rows}


def crash() -> None:
    raise Crash


@pytest.mark.parametrize("anyio_backend", ["asyncio", pytest.param("trio", marks=pytest.mark.slow)])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_nothing_is_lost_wherever_it_ends(
    step: str, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the second page, where there is one, and with something that cannot be marked."""
    small_pages(monkeypatch)
    simulator = IopoleSimulator()
    simulator.add_invoice()
    bare = simulator.add_status(simulator.truth.statuses[0].invoice_id, "APPROVED", extra={"statusId": None})
    url, effects = f"sqlite:///{tmp_path}/journal.db", list[str | None]()
    times = {"mark_as_seen": 4, "ask": 2, "intend": 2, "receive": 2, "merge": 2, "ack_soon": 3}.get(step, 1)
    async with connected(simulator) as iopole:

        def effect(status: InvoiceStatus) -> None:
            effects.append(status.status_id)

        life = Life(step, when, times, crash)
        with pytest.RaisesGroup(Crash, allow_unwrapped=True, flatten_subgroups=True):
            await live(iopole, url, life, effect)
        assert simulator.truth.seen <= await held(url)
        before = len(effects)
        await live(iopole, url, Life("", "", 1, crash), effect, later=120)
    named = [entry.status_id for entry in simulator.truth.statuses if entry is not bare]
    assert simulator.truth.seen == set(named)
    assert {one for one in effects if one} == set(named)
    # Only what was at work when it ended may come twice.
    assert len(effects) - len({*effects}) <= (1 if step == "ack_soon" and before else 0)
    async with Journal.open(url) as journal:
        assert await journal.gaps() == []
        assert (await journal.health(now=simulator.now())).waiting == 0


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_had_arrived_is_kept_whatever_the_server_says_next(tmp_path: Path) -> None:
    """An answer that was stored and not taken apart is delivered, should the statuses never come again."""
    simulator = IopoleSimulator()
    simulator.add_invoice()
    url = f"sqlite:///{tmp_path}/journal.db"
    async with connected(simulator) as iopole:
        with pytest.RaisesGroup(Crash, allow_unwrapped=True, flatten_subgroups=True):
            await live(iopole, url, Life("receive", "after", 1, crash), lambda _: None)
        assert await held(url) == set()
        simulator.webhook = True
        effects = list[str | None]()
        await live(iopole, url, Life("", "", 1, crash), lambda status: effects.append(status.status_id))
    assert effects == [entry.status_id for entry in simulator.truth.statuses]


@pytest.mark.slow
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(("step", "when", "marked"), [("mark_as_seen", "before", 0), ("mark_as_seen", "after", 1)])
async def test_a_killed_process_loses_nothing(step: str, when: str, marked: int, tmp_path: Path) -> None:
    """Killed for good between the commit and the mark, and between the mark and the delivery."""
    simulator = IopoleSimulator()
    simulator.add_invoice()
    url, effects = f"sqlite:///{tmp_path}/journal.db", tmp_path / "effects"
    effects.touch()
    async with serve(simulator) as running:

        async def child(*life: str) -> int:
            given = {"URL": running.url, "ID": simulator.client_id, "SECRET": simulator.client_secret}
            program = [sys.executable, "-m", "tests.iopole.test_inbox_crash", url, str(effects), *life]
            run = partial(subprocess.run, program, cwd=ROOT, env={**os.environ, **given}, timeout=30, check=False)
            return (await anyio.to_thread.run_sync(run)).returncode

        assert await child(step, when) == -signal.SIGKILL
        assert (len(simulator.truth.marked), effects.read_text()) == (marked, "")
        assert await child("", "") == 0
    named = [entry.status_id for entry in simulator.truth.statuses]
    assert effects.read_text().split() == named
    assert simulator.truth.seen == set(named)


async def _main(*arguments: str) -> None:
    url, effects, step, when = arguments
    credentials = IopoleCredentials(os.environ["ID"], os.environ["SECRET"])

    def effect(status: InvoiceStatus) -> None:
        with Path(effects).open("a", encoding="ascii") as file:
            file.write(f"{status.status_id}\n")

    async with IopoleClient(os.environ["URL"], credentials, hooks=()) as iopole:
        await live(iopole, url, Life(step, when, 1, lambda: os.kill(os.getpid(), signal.SIGKILL)), effect)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        anyio.run(_main, *sys.argv[1:])

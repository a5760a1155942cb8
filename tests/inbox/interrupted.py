"""A program: drains a feed, is interrupted by Ctrl-C at one step after the other, and each time drains once more.

It takes the event loop, which steps they are (`any` of the loop, or those `within` the code that must not be cut), a
folder for its journals, the first step and the stride. It says how each drain ended and how often, once nothing was
lost in any.
"""

import asyncio
import json
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from itertools import count
from typing import Any

import pytest
import trio

from ropo_async.journal import GapState
from ropo_async.journal._sql import SqlJournal
from ropo_async.simulator import Simulator
from ropo_async.status_updates import StatusUpdates
from tests.inbox.cancels import Strike, marked
from tests.inbox.feeds import Clock, in_a_hurry, world

PAGE = 4
SEAMS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (SqlJournal, ("take_turn", "unfinished", "check_room", "intend", "receive", "merge", "settle", "save_gap")),
    (StatusUpdates, ("prepare", "ask")),
)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


class Interrupted:
    """One life of a process after the other, on the same feed and the same journal."""

    def __init__(self, run: Any, url: str, watching: Any) -> None:
        self.run, self.url, self.watching = run, url, watching
        self.simulator = Simulator(page_size=PAGE, now=Clock())
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    async def drained(self, strike: Strike) -> None:
        async with world(self.url, again=self.simulator, port=self.port) as feed:
            await feed.inbox.drain()
            feed.clock.advance(minutes=5)
            feed.add(2 * PAGE + 1)
            await feed.inbox.reread(feed.clock().date())
            strike.arm = interrupt
            with self.watching(strike):
                await marked(feed.inbox.drain)()

    async def drained_again(self) -> None:
        async with world(self.url, again=self.simulator, port=self.port) as feed:
            assert (await feed.inbox.drain(wait=False)).drained
            await feed.conserved()
            await feed.complete()
            feed.clock.advance(days=3)
            await feed.inbox.drain(wait=False)
            assert {gap.state for gap in await feed.inbox.gaps()} <= {GapState.CLOSED}
            await feed.complete()

    def live(self, strike: Strike) -> str:
        try:
            self.run(partial(self.drained, strike))
        except BaseException as error:  # noqa: BLE001 - it is what this is about
            outcome = told(error)
        else:
            outcome = "nothing"
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.run(self.drained_again)
        return outcome


def told(error: BaseException) -> str:
    """Return the class of an error, and of those in it."""
    inner = [told(each) for each in error.exceptions] if isinstance(error, BaseExceptionGroup) else []
    return f"{type(error).__name__}{inner or ''}"


def stepped(method: Any, step: Callable[[], None]) -> Any:
    """Return `method` with a step before it and a step after it."""

    @wraps(method)
    async def around(*args: Any, **options: Any) -> Any:
        step()
        result = await method(*args, **options)
        step()
        return result

    return around


@contextmanager
def stepping(strike: Strike) -> Iterator[None]:
    """Take the seams of the protocol for the steps: the signal comes while its own code runs."""
    sound = {(owner, name): getattr(owner, name) for owner, names in SEAMS for name in names}
    for (owner, name), method in sound.items():
        setattr(owner, name, stepped(method, strike.step))
    try:
        yield
    finally:
        for (owner, name), method in sound.items():
            setattr(owner, name, method)


def main(backend: str, steps: str, folder: str, first: str, stride: str) -> None:
    in_a_hurry(pytest.MonkeyPatch())
    run: Any = trio.run if backend == "trio" else lambda work: asyncio.run(work())
    outcomes = Counter[str]()
    for step in count(int(first), int(stride)):
        strike = Strike(step)
        life = Interrupted(run, f"sqlite:///{folder}/{step}.db", stepping if steps == "within" else Strike.watching)
        outcomes[life.live(strike)] += 1
        if not strike.struck:
            break
    sys.stdout.write(json.dumps(outcomes))


if __name__ == "__main__":
    main(*sys.argv[1:])

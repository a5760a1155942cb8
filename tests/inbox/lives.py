"""Processes that follow a feed in a made-up world, and may be disturbed, or die, at any step of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from inspect import iscoroutinefunction
from types import MappingProxyType
from typing import Any

import pytest
from attrs import define, field, frozen

from ropo_async.inbox import Inbox, Round
from ropo_async.journal import Journal
from ropo_async.simulator import Fault
from tests.inbox.worlds import HOUR, LOST, NOON, POLICY, World, created


@define
class Life:
    """One process: what it does to the journal and to the feed passes through here, where it may be disturbed."""

    world: World
    journal: Journal
    dead: bool = False
    turn: Any = None
    _traps: dict[tuple[str, str], tuple[int, Callable[[], Awaitable[None]]]] = field(factory=dict)

    def trap(self, name: str, when: str, act: Callable[[], Awaitable[None]], *, skip: int = 0) -> None:
        """Let `act` happen once, before or after the call of a method, when `skip` calls have passed."""
        self._traps[name, when] = skip, act

    def inbox(self, **options: Any) -> Inbox:
        """Return the inbox of this process."""
        feed: Any = _Through(self.world.ropo.status_updates, self)
        journal: Any = _Through(self.journal, self)
        return Inbox(feed, journal, now=self.world.clock.ours, **{"policy": POLICY} | options)

    def clear(self) -> None:
        self._traps.clear()

    async def die(self) -> None:
        self.dead = True
        raise Crash

    async def call(self, name: str, method: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        await self._reach(name, "before")
        result = await method(*args, **options)
        await self.world.note(self.journal, name, args, options, result)
        self.turn = result if name == "take_turn" else self.turn
        await self._reach(name, "after")
        return result

    async def _reach(self, name: str, when: str) -> None:
        if self.dead:
            raise Crash
        skip, act = self._traps.pop((name, when), (0, None))
        if skip and act:
            self._traps[name, when] = skip - 1, act
        elif act:
            await act()


class Crash(BaseException):
    """The end of a process, from which nothing in it recovers."""


@frozen(eq=False)
class _Through:
    """A journal, or a feed, whose methods are called through a life."""

    _inner: Any
    _life: Life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return partial(self._life.call, name, found) if iscoroutinefunction(found) else found


@define(eq=False)
class Followed:
    """A world with one inbox in it."""

    world: World
    journal: Journal
    options: Mapping[str, Any]
    """Of its inbox."""
    life: Life = field(init=False)
    inbox: Inbox = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.begins()

    def begins(self) -> None:
        """Start the process, for the first time or again."""
        self.life = Life(self.world, self.journal)
        self.inbox = self.life.inbox(**self.options)

    def meanwhile(self, size: int, **fields: Any) -> None:
        """Let changes appear when the next round has read the feed and has not begun to read days again."""

        async def add() -> None:
            self.world.changes(size, **fields)

        self.life.trap("gaps", "before", add)

    async def dies(self, name: str, when: str, *, skip: int = 0) -> None:
        """Let the process end in the next round, and start it again."""
        self.life.trap(name, when, self.life.die, skip=skip)
        with pytest.RaisesGroup(Crash, allow_unwrapped=True, flatten_subgroups=True):
            await self.inbox.drain()
        self.begins()

    async def loses(self, fault: Fault = LOST) -> Round:
        """Let the next answer of the feed go missing."""
        self.world.fail(fault)
        found = await self.inbox.drain()
        assert found.trouble is not None
        return found

    async def settles(self, *, days: int = 3) -> None:
        """Let days pass, and look at the feed every six hours."""
        for _ in range(4 * days):
            self.world.pass_(6 * HOUR)
            await self.inbox.drain()

    async def ends(self) -> tuple[list[str], int]:
        """Return the state of every gap and how much is missing, when nothing is missing that no gap stands for."""
        assert await self.world.silently_missing(self.journal) == []
        missing = sum(map(len, (await self.world.missing(self.journal)).values()))
        return [str(gap.state) for gap in await self.inbox.gaps()], missing

    async def reason(self) -> str:
        """Return what the only gap says for itself."""
        (gap,) = await self.inbox.gaps()
        return gap.reason


@asynccontextmanager
async def followed(
    at: datetime = NOON, *, begun: bool = True, inbox: Mapping[str, Any] = MappingProxyType({}), **options: Any
) -> AsyncIterator[Followed]:
    """Create a world with an inbox that has read the feed to its end, unless it has not `begun`."""
    async with created(at, **options) as world, Journal.open("memory:", clock=world.clock.shared) as journal:
        made = Followed(world, journal, inbox)
        if begun:
            assert (await made.inbox.drain()).drained
            world.pass_(timedelta(minutes=5))
        yield made

"""Histories are asked for one at a time and not too often; the clock is a made-up one."""

import anyio
import pytest
from attrs import define, field

from ropo_async import _http as http
from ropo_async._bridge import _Answer, _ignore
from ropo_async._messages import Incoming, Outgoing
from ropo_async.iopole._limiter import Limiter

pytestmark = pytest.mark.anyio


@define
class World:
    """A clock that only sleeping moves, and a server that notes when it was asked."""

    answers: list[http.Response] = field(factory=list[http.Response])
    now: float = 1000.0
    asked: list[float] = field(factory=list[float])
    at_once: int = 0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        await anyio.lowlevel.checkpoint()
        self.now += seconds

    async def send(self, _: Outgoing) -> Incoming:
        self.asked.append(self.now - 1000)
        self.at_once += 1
        assert self.at_once == 1
        await anyio.lowlevel.checkpoint()
        self.at_once -= 1
        return _Answer(self.answers.pop(0) if self.answers else http.Response(200))

    def limiter(self, interval: float) -> Limiter:
        return Limiter(self.send, interval, clock=self.clock, sleep=self.sleep)


REQUEST = Outgoing(method="GET", url="https://host.example", trace=_ignore)


async def test_requests_go_one_by_one_and_apart() -> None:
    world = World()
    limiter = world.limiter(2)
    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(limiter.send, REQUEST)
    assert world.asked == [0, 2, 4, 6]


async def test_who_comes_late_does_not_wait() -> None:
    world = World()
    limiter = world.limiter(2)
    await limiter.send(REQUEST)
    world.now += 5
    await limiter.send(REQUEST)
    assert world.asked == [0, 5]


@pytest.mark.parametrize(
    ("headers", "next_one"),
    [({}, 60), ({"Retry-After": "7"}, 7), ({"Retry-After": "0"}, 2), ({"Retry-After": "x"}, 60)],
)
async def test_after_a_429_the_next_one_waits(headers: dict[str, str], next_one: float) -> None:
    world = World([http.Response(429, headers=headers)])
    limiter = world.limiter(2)
    for _ in range(3):
        await limiter.send(REQUEST)
    assert world.asked == [0, next_one, next_one + 2]


async def test_who_is_cancelled_while_waiting_takes_no_turn() -> None:
    world = World()
    limiter = world.limiter(2)
    await limiter.send(REQUEST)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await limiter.send(REQUEST)
    await limiter.send(REQUEST)
    assert world.asked == [0, 2]

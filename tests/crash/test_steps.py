"""A process killed at any step of the protocol loses nothing: what it had not stored is in a gap, and is read again."""

from collections.abc import Awaitable, Callable

import pytest
from attrs import frozen

from tests.crash.tallies import Tally
from tests.crash.worlds import SETTLED, World, Worlds

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]

SAMPLE = 31
"""Of so many steps one is taken where not all are; the steps of a page or a delivery come in other numbers."""


async def nothing(world: World) -> None:
    """Begin with the first life."""


async def lost_answer(world: World) -> None:
    """Begin after a life that had an answer in its hands, and not in its journal."""
    assert (await world.live(die="after ask 2")).killed


async def stored_answer(world: World) -> None:
    """Begin after a life that had stored an answer, and not taken it apart."""
    assert (await world.live(die="after receive 2")).killed


async def open_gap(world: World) -> None:
    """Begin when the days of a gap were read again once, and it may now be closed."""
    await lost_answer(world)
    await world.recover()
    world.clock.later += SETTLED


@frozen
class Scenario:
    """What had happened before the life that is ended at each of its steps, and how many of these it has at least."""

    before: Callable[[World], Awaitable[None]]
    steps: int


SCENARIOS = {
    "first life": Scenario(nothing, 90),
    "after a lost answer": Scenario(lost_answer, 105),
    "after a stored answer": Scenario(stored_answer, 72),
    "closing a gap": Scenario(open_gap, 60),
}


@pytest.fixture(params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return SCENARIOS[request.param]


async def kill(worlds: Worlds, scenario: Scenario, tally: Tally, *, first: int, each: int, refused: bool) -> None:
    """Kill lives at one step after the other, until one has not so many."""
    step = first
    while True:
        async with worlds.one(made=scenario.before is not nothing) as world:
            await scenario.before(world)
            ended = await world.live(die=str(step))
            if not ended.killed:
                assert ended.status == 0
                return
            await (tally.judge_refused if refused else tally.judge)(ended.at, world)
        step += each


async def test_a_life_killed_at_some_steps(
    worlds: Worlds, scenario: Scenario, tally: Tally, anyio_backend: str
) -> None:
    # The event loops take different steps, and meet different vendors; all of it is for every step of the next test.
    asyncio = anyio_backend == "asyncio"
    await kill(worlds, scenario, tally, first=2 if asyncio else 7, each=SAMPLE, refused=asyncio)
    assert len(tally.points) >= scenario.steps // SAMPLE
    assert tally.flawless


@pytest.mark.long
@pytest.mark.slow
async def test_a_life_killed_at_every_step(
    worlds: Worlds, scenario: Scenario, tally: Tally, anyio_backend: str
) -> None:
    # On trio, which takes other steps, one of three is enough: between two commits they are all alike.
    each = 1 if anyio_backend == "asyncio" else 3
    await kill(worlds, scenario, tally, first=1, each=each, refused=anyio_backend == "trio")
    assert len(tally.points) >= scenario.steps // each
    assert tally.flawless

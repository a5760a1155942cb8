"""Consumers that die: what they do in the database of the journal, acknowledgement included, happens exactly once."""

import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import anyio
import anyio.to_thread
import pytest

from tests.inbox.desk import EFFECT, Desk, desk_at, effects, key, own, payments, process

pytestmark = pytest.mark.anyio

SHORT = 1.0
"""Seconds of a lease whose consumer is going to die."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


STEPS = ["before the effect", "before the acknowledgement", "before the commit", "after the commit"]


async def die_once(url: str, step: str) -> None:
    """Handle updates, and die at the step of the second."""
    async with desk_at(url) as desk:
        seen = 0
        with own(url) as connection:
            async for delivery in desk.inbox.deliveries(lease=SHORT, batch=1, forever=False):
                seen += 1
                steps = iter(STEPS)

                def at(steps: Any = steps, seen: int = seen) -> None:
                    if next(steps) == step and seen == 2:
                        die()

                async with delivery:
                    with connection.transaction():
                        at()
                        connection.execute(EFFECT, (delivery.key,))
                        at()
                        await delivery.ack(using=connection)
                        at()
                    at()


async def act_for_ever(url: str, *, apart: bool = False) -> None:
    """Handle updates until killed; `apart` the effect is committed first, and acknowledged then."""
    async with desk_at(url) as desk:
        with own(url) as connection:
            async for delivery in desk.inbox.deliveries(lease=SHORT, batch=3):
                async with delivery:
                    with connection.transaction():
                        connection.execute(EFFECT, (delivery.key,))
                        if not apart:
                            await delivery.ack(using=connection)
                        await anyio.sleep(0.01)
                    await anyio.sleep(0.01)


async def act_apart_for_ever(url: str) -> None:
    await act_for_ever(url, apart=True)


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(60):
        while not await done():  # noqa: ASYNC110 - what other processes do is not told
            await anyio.sleep(0.02)


async def finished(backend: str, desk: Desk) -> None:
    """Let a consumer live until all is done."""

    async def done() -> bool:
        return (await desk.inbox.health()).waiting == 0

    with process(backend, act_for_ever, desk.url):
        await until(done)


@pytest.mark.parametrize("step", [*(pytest.param(step, marks=pytest.mark.slow) for step in STEPS[:2]), *STEPS[2:]])
async def test_a_death_between_leaves_both_or_neither(anyio_backend: str, postgres_url: str, step: str) -> None:
    async with desk_at(postgres_url) as desk:
        await desk.put(payments(3))
        with process(anyio_backend, die_once, postgres_url, step) as child:
            assert await anyio.to_thread.run_sync(child.wait) == -signal.SIGKILL
        came = 2 if step == "after the commit" else 1
        assert effects(postgres_url) == Counter(key(number) for number in range(1, came + 1))
        assert (await desk.inbox.health()).waiting == 3 - came
        await finished(anyio_backend, desk)
    assert effects(postgres_url) == Counter([key(1), key(2), key(3)])


async def killed_often(backend: str, url: str, work: Callable[..., Any], *, updates: int, kills: int) -> Counter[str]:
    """Kill two consumers again and again in the midst of it, and return what effects there were when all was done."""
    chance = Random(1)
    async with desk_at(url) as desk:
        await desk.put(payments(updates, start=0))
        for _ in range(kills):
            had = min(effects(url).total() + chance.randrange(1, updates // kills), updates)

            async def enough(had: int = had) -> bool:
                return effects(url).total() >= had

            with process(backend, work, url), process(backend, work, url):
                await until(enough)
        await finished(backend, desk)
        assert await desk.inbox.dead() == []
    return effects(url)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_effects_happen_exactly_once_whoever_dies(anyio_backend: str, postgres_url: str) -> None:
    found = await killed_often(anyio_backend, postgres_url, act_for_ever, updates=150, kills=6)
    assert found == Counter(key(number) for number in range(150))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_without_it_they_happen_more_than_once(anyio_backend: str, postgres_url: str) -> None:
    """Or the test above would show nothing."""
    found = await killed_often(anyio_backend, postgres_url, act_apart_for_ever, updates=150, kills=6)
    assert set(found) == {key(number) for number in range(150)}
    assert found.total() > 150

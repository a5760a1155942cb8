"""Work that takes its time and needs no other: done at once, or in steps between which the event loop has its turn."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from anyio.lowlevel import checkpoint

__all__ = ["STEP", "Steps", "at_once", "in_steps"]

T = TypeVar("T")

STEP = 200
"""Records that are dealt with in one step, while all else waits."""

Steps: TypeAlias = Generator[None, None, T]
"""Does its work between its yields, and returns what comes of it."""


def at_once(steps: Steps[T]) -> T:
    """Do all of it."""
    while (done := _step(steps)) is None:
        pass
    return done[0]


async def in_steps(steps: Steps[T]) -> T:
    """Do it step by step, so that others need not wait for all of it."""
    while (done := _step(steps)) is None:
        await checkpoint()
    return done[0]


def _step(steps: Steps[T]) -> tuple[T] | None:
    """Do one step; return what comes of all of them, where it was the last."""
    try:
        next(steps)
    except StopIteration as done:
        return (done.value,)
    return None

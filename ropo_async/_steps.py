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
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result


async def in_steps(steps: Steps[T]) -> T:
    """Do it step by step, so that others need not wait for all of it."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
        await checkpoint()

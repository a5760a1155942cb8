"""A nursery for lives, worlds for them to live in, and a tally of what they have lost."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.crash.nurse import Nursery, nursing
from tests.crash.tallies import Tally
from tests.crash.worlds import Worlds


@pytest.fixture
async def nursery(anyio_backend: str) -> AsyncIterator[Nursery]:
    if not hasattr(os, "fork"):
        pytest.skip("a life begins by a fork")
    async with nursing(anyio_backend) as nursery:
        yield nursery


@pytest.fixture
def worlds(nursery: Nursery, tmp_path: Path) -> Worlds:
    return Worlds(nursery, tmp_path)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Shown by `pytest -s`, and by `pytest -rP` when several processes run the tests."""
    tally = Tally(request.node.name)
    yield tally
    sys.stdout.write(f"\n{tally}\n")

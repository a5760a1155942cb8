"""A process killed at any system call of sending, receiving and storing loses nothing, nor does one where it fails."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest
from attrs import define, frozen

from tests.crash.tallies import Tally
from tests.crash.worlds import Worlds

KILL = "signal=KILL"
LARGE = 400_000
"""Bytes in every update, for pages that arrive in many pieces."""
SENDS = MappingProxyType({"before prepare 1": 6})
"""How often a life sends something, counted from the login on."""
RECEIVES = MappingProxyType(
    {"before prepare 1": 1, "before ask 1": 3, "before ask 2": 3, "before ask 3": 1, "before ask 4": 1}
)
"""How often it receives something in each of its exchanges; where the answer came in fewer pieces, something else."""


@cache
def traceable() -> bool:
    """Whether `strace` is here, and may trace."""
    strace = shutil.which("strace")
    return strace is not None and subprocess.run([strace, "-o", "/dev/null", "true"], check=False).returncode == 0


pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not traceable(), reason="needs strace, and the right to trace"),
]


@frozen
class Case:
    """One system call, and what becomes of it."""

    call: str
    effect: str
    least: int = 0
    """How many of these calls a life makes at the least, where they are not known."""
    known: Mapping[str, int] = MappingProxyType({})
    """Otherwise, the steps from which on they are traced, and how many of them follow."""
    filler: int = 0
    each: int = 1
    """Of how many calls one is taken, where there are hundreds."""

    def __str__(self) -> str:
        return f"{self.call} {self.effect.partition('=')[2]}"

    @property
    def strace(self) -> list[str]:
        """How to trace them: what uses the network is the main thread, which is counted alone then."""
        return [*([] if self.known else ["-f"]), "-yy", "-e", f"trace={self.call}"]


@frozen
class Point:
    """One of these calls: the number of it after a stop."""

    stop: str
    number: int


CASES = (
    Case("recvfrom", KILL, known=RECEIVES, filler=LARGE),
    Case("recvfrom", "error=ECONNRESET", known=RECEIVES, filler=LARGE),
    Case("sendto", KILL, known=SENDS),
    Case("sendto", "error=EPIPE", known=SENDS),
    Case("fdatasync", KILL, 50),
    Case("fdatasync", "error=EIO", 50, each=2),
    Case("pwrite64", KILL, 250, each=5),
    Case("pwrite64", "error=ENOSPC", 250, each=9),
    Case("unlink", KILL, 8),
    Case("unlink", "error=EIO", 8),
    Case("pwrite64", "error=EIO", 250, each=9),
    Case("sendto", "error=ECONNRESET", known=SENDS),
    # These are the consumer's own.
    Case("write", KILL, 4),
    Case("write", "error=ENOSPC", 4),
    Case("fsync", KILL, 4),
    Case("fsync", "error=EIO", 4),
)


@define
class Tracer:
    """Lets calls fail."""

    worlds: Worlds
    log: Path

    async def points(self, case: Case) -> list[Point]:
        """Return the calls that a life makes which is left alone."""
        calls = case.known or {"": await self._count(case)}
        return [Point(stop, number) for stop, count in calls.items() for number in range(1, count + 1)]

    async def _count(self, case: Case) -> int:
        async with self.worlds.one() as world:
            assert (await world.live(strace=[*case.strace, "-o", str(self.log)])).status == 0
        calls = re.findall(rf"^(\d+) +{case.call}\(", self.log.read_text(), re.MULTILINE)
        # They are counted by thread, and those that matter are made by one.
        return max(Counter(calls).values(), default=0)

    async def strike(self, case: Case, point: Point, tally: Tally, broken: str = "") -> bool:
        """Let one call fail, or end the life, and see what that has cost; tell whether the life came so far."""
        strace = [*case.strace, "-e", f"inject={case.call}:{case.effect}:when={point.number}", "-o", str(self.log)]
        async with self.worlds.one(filler=case.filler, broken=broken) as world:
            ended = await world.live(stop=point.stop, strace=strace)
            met = ended.killed if case.effect == KILL else "(INJECTED)" in self.log.read_text()
            if met:
                await tally.judge(f"{case}, {point.stop} {point.number}", world)
            return met


@pytest.fixture
def tracer(worlds: Worlds, tmp_path: Path) -> Tracer:
    return Tracer(worlds, tmp_path / "log")


async def test_some_calls(tracer: Tracer, tally: Tally, anyio_backend: str) -> None:
    # From the middle of a life. Each event loop has its half of the cases; the next test has all of them.
    for case in CASES[anyio_backend == "trio" :: 2]:
        known = [Point(*last) for last in case.known.items()] or [Point("", case.least // 2)]
        assert await tracer.strike(case, known[len(known) // 2], tally)
    assert len(tally.points) == len(CASES) // 2
    assert tally.flawless


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_every_call(tracer: Tracer, case: Case, tally: Tally, anyio_backend: str) -> None:
    points = await tracer.points(case)
    # Where there are few, each event loop takes them all; otherwise they share them.
    first, each = (0, 1) if len(points) < 50 else ((anyio_backend == "trio") * case.each, 2 * case.each)
    for point in points[first::each]:
        # How many transactions settle what was delivered is a matter of time, so the last ones may not come.
        await tracer.strike(case, point, tally)
    assert len(tally.points) >= (case.least or sum(case.known.values())) // each
    assert tally.flawless


async def test_without_the_intent_a_killed_receiver_loses_updates(tracer: Tracer, tally: Tally) -> None:
    case = Case("recvfrom", KILL, known=RECEIVES)
    for stop in RECEIVES:
        assert await tracer.strike(case, Point(stop, 1), tally, broken="no intent")
    # A login has nothing to lose, nor has the poll that finds the feed empty.
    assert list(tally.losses) == tally.points[1:4]

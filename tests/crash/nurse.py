"""Lives, each in a process of its own, alone or under `strace`."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from attrs import asdict, define, frozen

from tests.crash.life import Plan

ROOT = Path(__file__).parents[2]
PATIENCE = 40.0
"""Seconds that a life may take."""


@frozen
class Ended:
    """How a life ended."""

    status: int
    """Of its process; negative where a signal ended it."""
    at: str = ""
    """The step that it was told to die at."""

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


@define
class Nursery:
    """Starts lives, one after the other."""

    backend: str
    _process: Process
    _words: BufferedByteReceiveStream

    async def live(self, plan: Plan, *, strace: Sequence[str] = ()) -> Ended:
        """Let one life take its course; from where it stops on under `strace`, if that is given arguments."""
        async with self.born(plan, strace=strace):
            return await self.ended()

    @asynccontextmanager
    async def born(self, plan: Plan, *, strace: Sequence[str] = ()) -> AsyncIterator[int]:
        """Let one life run while the block does, which is to wait for its end."""
        assert self._process.stdin is not None
        with anyio.fail_after(PATIENCE):
            await self._process.stdin.send(json.dumps(asdict(plan)).encode() + b"\n")
            child = await self._stopped()
        try:
            if plan.stop:
                os.kill(child, signal.SIGCONT)
                with anyio.fail_after(PATIENCE):
                    await self._stopped()
            async with _traced(child, strace) if strace else nullcontext():
                os.kill(child, signal.SIGCONT)
                yield child
        except BaseException:
            # Who has ended is gone, and nobody else has its number that soon.
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            raise

    async def ended(self) -> Ended:
        """Wait for the end of the life that was begun."""
        at = ""
        with anyio.fail_after(PATIENCE):
            while True:
                match (await self._line()).partition(" "):
                    case "at", _, step:
                        at = step
                    case "ended", _, status:
                        return Ended(int(status), at)

    async def _stopped(self) -> int:
        word, _, child = (await self._line()).partition(" ")
        assert word == "stopped"
        return int(child)

    async def _line(self) -> str:
        return (await self._words.receive_until(b"\n", 1000)).decode()


@asynccontextmanager
async def nursing(backend: str) -> AsyncIterator[Nursery]:
    """Have a nursery while the block runs."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
    async with await anyio.open_process(
        [sys.executable, "-m", "tests.crash.nursery"], cwd=ROOT, env=environment, stderr=None
    ) as process:
        assert process.stdout is not None
        yield Nursery(backend, process, BufferedByteReceiveStream(process.stdout))
        assert process.stdin is not None
        await process.stdin.aclose()
        await process.wait()


@asynccontextmanager
async def _traced(child: int, arguments: Sequence[str]) -> AsyncIterator[None]:
    command = ["strace", "-p", str(child), *arguments]
    async with await anyio.open_process(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as tracer:
        assert tracer.stderr is not None
        words = BufferedByteReceiveStream(tracer.stderr)
        try:
            with anyio.fail_after(PATIENCE):
                await words.receive_until(b"attached", 1000)
            yield
            # It ends with what it traces.
            with anyio.fail_after(PATIENCE):
                await tracer.wait()
        except BaseException:
            tracer.kill()
            raise

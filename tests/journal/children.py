"""Processes of their own, for what only those can show: killing, limits, other users, and taking turns."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

_START = """
import json, os, sys
import anyio
from ropo_async.errors import JournalError
from ropo_async.journal.sqlite import open_sqlite

def say(*words):
    print(*words, flush=True)

"""


@contextmanager
def child(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run `program`, whose `main` is a coroutine function; it can `say` things. Killed when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{_START}{program}\nanyio.run(main)", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    """Return the next line that it says; empty when it has ended."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    """Let it go on, where it waits for a line."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()

"""A file of a million lines takes no more memory than a small one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger.sheets import HEADER

LITTLE = 50 * 1024
"""Kilobytes."""


def growth(path: Path, lines: int, ids: int, *options: str) -> tuple[int, int]:
    """Have a process read a file, and return how many lines or problems it found and how many kilobytes that took."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEADER}\n")
        for number in range(lines):
            file.write(f"bank-2026-{number % ids:08d},{number % 900}.50,2026-11-20,R-{number}\n")
    command = [sys.executable, "-c", MEASURE, str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, kilobytes = map(int, done.stdout.split())
    print(f"{found} lines or problems: {kilobytes / 1024:.1f} MB")  # noqa: T201 - what it is run for
    return found, kilobytes


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("ids", [1_000_000, 500_000], ids=["right", "all ids twice"])
def test_a_million_lines_take_little_memory(tmp_path: Path, ids: int) -> None:
    found, kilobytes = growth(tmp_path / "payments.csv", 1_000_000, ids)
    assert found == ids
    assert kilobytes < LITTLE


@pytest.mark.slow
def test_to_keep_what_is_read_would_show(tmp_path: Path) -> None:
    found, kilobytes = growth(tmp_path / "payments.csv", 100_000, 100_000, "keep")
    assert found == 100_000
    assert kilobytes > LITTLE


MEASURE = """
import sys
import anyio
from ropo_async import InvalidFile
from ropo_async.ledger.sources import opened

def most():
    # Not `ru_maxrss`, which begins with what the parent had.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

async def main():
    await anyio.to_thread.run_sync(int)
    before, total, kept = most(), 0, []
    try:
        async with opened(sys.argv[1], None) as found:
            async for item in found.items:
                total += 1
                if len(sys.argv) > 2:
                    kept.append(item)
    except InvalidFile as error:
        total = len(error.problems) + error.more
    print(total, most() - before)

anyio.run(main)
"""

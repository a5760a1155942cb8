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


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_of_many_lines_takes_little_memory(tmp_path: Path) -> None:
    found, kilobytes = growth(tmp_path / "payments.csv", 200_000, 200_000, "run")
    assert found == 200_000
    assert kilobytes < LITTLE


@pytest.mark.slow
def test_to_keep_what_is_read_would_show(tmp_path: Path) -> None:
    found, kilobytes = growth(tmp_path / "payments.csv", 100_000, 100_000, "keep")
    assert found == 100_000
    assert kilobytes > LITTLE


MEASURE = """
import sys
from datetime import UTC, datetime
import anyio
from ropo_async import BookingState, InvalidFile
from ropo_async.journal import Account, Booking
from ropo_async.ledger.bulk import running
from ropo_async.ledger.sources import opened

NOW, MINE = datetime.now(UTC), Account("https://one.example", "1001")
ABOUT = {"account": MINE, "kind": "payment", "digest": b"", "body": b"", "created": NOW, "changed": NOW}

def most():
    # Not `ru_maxrss`, which begins with what the parent had.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

async def post(asked):
    "Answer in the place of a ledger, so that all of a run is measured but what sends."
    return Booking(operation_id=asked.operation_id, state=BookingState.APPLIED, **ABOUT)

async def main():
    await anyio.to_thread.run_sync(int)
    before, total, kept = most(), 0, []
    if sys.argv[2:] == ["run"]:
        async with running(sys.argv[1], post, format=None, concurrency=8, on_progress=None) as run:
            async for result in run:
                total += 1
        print(total, most() - before)
        return
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

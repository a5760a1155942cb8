"""The benchmarks run and print their tables, on a tiny size; how long anything takes is not looked at."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = ["--rounds", "1", "--records", "400", "--sizes", "1000,2000"]
ROWS = ["drain()", "Inbox.drain(), SQLite", "1 consumer, SQLite", "4 consumers, SQLite", "1,000", "2,000"]


@pytest.mark.slow
def test_the_benchmark_of_the_feed() -> None:
    command = [sys.executable, "-W", "error", "-m", "benchmarks.feed", *TINY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=55, check=False)
    assert done.returncode == 0, done.stderr
    rows = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines() if "  " in line.strip()]
    assert [title for title, *_ in rows if title not in ("a record", "journaled")] == ROWS
    for title, *cells in rows:
        if title in ROWS:
            assert len(cells) >= 5
            assert all(re.fullmatch(r"[\d,.]*[1-9][\d,.]*(-[\d,.]+)?", cell) for cell in cells), cells

"""`make demo` without make: it tells what happened, and would fail if the client's account were not the server's."""

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


def test_the_demo_tells_what_happened() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", DEMO], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for fact in ("2,500 in 3 pages", "answer lost; looked, and it is", "statusid 5, CLOSE", "nothing booked twice"):
        assert fact in done.stdout

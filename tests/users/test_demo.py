"""`make demo` without make: it tells what happened, and would fail if the client's account were not the server's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FACTS = (
    r"2 booked, 1 rejected as CLOSE, 1 rejected as NOT_FOUND",
    r"a look shows that it is booked",
    r"the service is killed",
    r"the process ended while an answer was on its way",
    r"pages handed out +│ 9 ",
    r"that never arrived +│ 2, with 120 updates",
    r"that broke off +│ 1, with 60 updates",
    r"when all was booked │ backfilled: ",
    r"three days later +│ closed: ",
    r"status updates +│ 489 +│ 489 ",
    r"EUR │ ([\d,]+\.\d\d) +│ \1 ",
    r"Nothing is lost, nothing is booked twice\.\n\Z",
)


def run(demo: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, demo], env=environment, capture_output=True, encoding="utf-8", timeout=170, check=False
    )


@pytest.mark.timeout(180)
def test_the_demo_tells_what_happened() -> None:
    done = run(EXAMPLES / "demo.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for fact in FACTS:
        assert re.search(fact, done.stdout), f"{fact}\n{done.stdout}"
    assert all(character.isprintable() or character == "\n" for character in done.stdout)
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.slow
def test_the_demo_finds_a_service_that_books_wrongly(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    service = tmp_path / "service.py"
    text = service.read_text(encoding="utf-8")
    assert text.count("str(update.amount)") == 1
    service.write_text(text.replace("str(update.amount)", "str(update.amount + 1)"), encoding="utf-8")
    done = run(tmp_path / "demo.py")
    assert done.returncode == 1
    assert "differs from the server's" in done.stderr

"""Ctrl-C at any step of a drain: what was under way comes to its end, and the next start loses nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

STRIDES = {"any": 23, "within": 3}
ENDS = {"KeyboardInterrupt", "BaseExceptionGroup['KeyboardInterrupt']"}
"""How an interrupted drain may end. The second is how trio tells of what happened in several tasks."""


def interrupted(backend: str, steps: str, folder: Path, first: int, stride: int) -> int:
    """Interrupt one drain after the other in a process of its own, and return how many that was."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.inbox.interrupted", backend, steps, str(folder), str(first), str(stride)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])},
        stdout=subprocess.PIPE,
        check=True,
    )
    outcomes = json.loads(child.stdout)
    assert outcomes.pop("nothing") == 1  # the last one, when the steps were at an end
    assert outcomes.keys() <= ENDS
    return sum(outcomes.values())


@pytest.mark.parametrize("steps", [pytest.param("any", marks=pytest.mark.slow), "within"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_some_steps(backend: str, steps: str, tmp_path: Path) -> None:
    assert interrupted(backend, steps, tmp_path, 2, STRIDES[steps]) >= 6


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("steps", STRIDES)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_every_step(backend: str, steps: str, tmp_path: Path) -> None:
    assert interrupted(backend, steps, tmp_path, 1, 1) >= 30

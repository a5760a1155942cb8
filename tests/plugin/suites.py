"""Little test suites as users have them, each run by a pytest of its own with every warning an error."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
FOREIGN = ("PYTEST_", "COV_CORE_", "ROPO_")
"""What the environment of this suite would do to another one."""
LEAKS = """
import gc
import os
import threading


def pytest_sessionstart(session):
    session.files = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()


def pytest_sessionfinish(session):
    gc.collect()
    assert [thread.name for thread in threading.enumerate() if "ropo" in thread.name] == []
    left = {os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")
            if os.path.exists(f"/proc/self/fd/{name}")}
    assert [name for name in left if name.startswith("socket:")] == []
    print("NOTHING LEFT")
"""


@frozen
class Outcome:
    counts: Mapping[str, int]
    output: str
    status: int


def installed(where: Path) -> Path:
    """Make what an installation leaves of the entry points, from pyproject.toml."""
    plugins = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"][
        "pytest11"
    ]
    info = where / "ropo_async-0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ropo-async\nVersion: 0.0\n", encoding="utf-8")
    lines = [f"{name} = {module}" for name, module in plugins.items()]
    (info / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines, ""]), encoding="utf-8")
    return where


def run(folder: Path, source: str, *options: str, ini: str = "", environ: Mapping[str, str] | None = None) -> Outcome:
    """Write a suite of one file and run it."""
    suite = folder / "suite"
    suite.mkdir()
    (suite / "test_suite.py").write_text(source, encoding="utf-8")
    (suite / "conftest.py").write_text(LEAKS, encoding="utf-8")
    (suite / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}", encoding="utf-8")
    paths = [installed(folder / "site"), ROOT, ROOT / "generated"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-s", "--strict-markers", "-p", "no:cacheprovider", *options],
        cwd=suite,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)},
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            **(environ or {}),
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", done.stdout)}
    return Outcome(counts, done.stdout + done.stderr, done.returncode)

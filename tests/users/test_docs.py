"""The code in docs/ runs as it is printed."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ropo_async.simulator import ServedSimulator
from ropo_async.simulator.__main__ import _parser, _simulator

DOCS = Path(__file__).parents[2] / "docs"
PLUGIN = ["-p", "no:ropo_async", "-p", "ropo_async_pytest"]
"""Whether or not this environment knows the entry point."""
SETTINGS = "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"


def blocks(page: Path, language: str = "python") -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def file_of(block: str) -> str | None:
    """The name that a block gives itself in its first line."""
    named = re.match(r"# (\w+\.py)\n", block)
    return named[1] if named else None


ALL = [(page, block) for page in sorted(DOCS.glob("*.md")) for block in blocks(page)]
SUITES = {page: [block for other, block in ALL if other == page and file_of(block)] for page, _ in ALL}
PROGRAMS = [(page.name, block) for page, block in ALL if not file_of(block)]
EXPECTED = {
    "iopole.md": [
        r"\Anew: SUBMITTED PPF\n(new: .+\n){4}latest: MADE_AVAILABLE Mise à disposition\n\Z",
        r"\A(?=(.*\n){8}\Z)(?=(.*\n)*ropo .+ StatusUpdate\n)(?=(.*\n)*iopole .+ ISSUED InvoiceStatus\n)",
    ],
    "payments.md": [r"\Arejected - .*10 \(NOT_FOUND\)\n\Z"],
}
"""What the programs on each page say."""
SAID = [(name, said) for name in sorted(EXPECTED) for said in EXPECTED[name]]


def run(*command: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROPO_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=folder,
        env=kept | environ,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("page", [page for page, suite in SUITES.items() if suite], ids=lambda page: page.name)
def test_a_page_that_names_files_is_a_suite_that_passes(page: Path, tmp_path: Path) -> None:
    for block in SUITES[page]:
        (tmp_path / str(file_of(block))).write_text(block, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    done = run("-m", "pytest", "-q", "--strict-markers", *PLUGIN, folder=tmp_path)
    tests = sum(len(re.findall(r"^(?:async )?def test_", block, re.MULTILINE)) for block in SUITES[page])
    assert tests >= 4
    assert re.search(rf"^{tests} passed in", done.stdout, re.MULTILINE), done.stdout + done.stderr


def test_what_every_program_says_is_known() -> None:
    assert [name for name, _ in PROGRAMS] == [name for name, _ in SAID]


@pytest.mark.parametrize(
    ("program", "expected"),
    [(program, expected) for (_, program), (_, expected) in zip(PROGRAMS, SAID, strict=False)],
    ids=[f"{name} {number}" for number, (name, _) in enumerate(PROGRAMS)],
)
def test_a_program(program: str, expected: str, tmp_path: Path) -> None:
    with ServedSimulator() as simulator:
        done = run("-c", program, folder=tmp_path, **simulator.environ)
    assert done.stderr == ""
    assert re.search(expected, done.stdout), done.stdout


@pytest.mark.parametrize(
    "line", [line for block in blocks(DOCS / "testing.md", "console") for line in block.splitlines()]
)
def test_a_command_is_accepted(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert line.startswith("$ python -m ropo_async.simulator")
    options = [part for part in shlex.split(line)[4:] if part != "--help"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenario.json").write_text("{}", encoding="utf-8")
    assert _simulator(_parser().parse_args(options))

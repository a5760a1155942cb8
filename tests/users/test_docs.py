"""The code in docs/ runs as it is printed, and the pages say what there is."""

import logging
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import psycopg
import pytest
import stamina.instrumentation
import structlog

import ropo_async
from ropo_async import hooks, iopole, simulator
from ropo_async.simulator import ServedSimulator
from ropo_async.simulator.__main__ import _parser, _simulator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PLUGIN = ["-p", "no:ropo_async", "-p", "ropo_async_pytest"]
"""Whether or not this environment knows the entry point."""
SETTINGS = "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"
REFERENCE = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))


def blocks(page: Path, language: str = "python") -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def file_of(block: str) -> str | None:
    """The name that a block gives itself in its first line."""
    named = re.match(r"# (\w+\.py)\n", block)
    return named[1] if named else None


ALL = [(page, block) for page in sorted(DOCS.glob("*.md")) for block in blocks(page)]
SUITES = {page: [block for other, block in ALL if other == page and file_of(block)] for page, _ in ALL}
PROGRAMS = [(page.name, block) for page, block in ALL if not file_of(block)]
EXPECTED = {
    "cancellation.md": [r"\Aout of time, and not out of control: 1 payment is booked\n\Z"],
    "errors.md": [r"\Athere is no such job under this customer id\n\Z"],
    "iopole.md": [
        r"\Anew: SUBMITTED PPF\n(new: .+\n){4}latest: MADE_AVAILABLE Mise à disposition\n\Z",
        r"\A(?=(.*\n){8}\Z)(?=(.*\n)*ropo .+ StatusUpdate\n)(?=(.*\n)*iopole .+ ISSUED InvoiceStatus\n)",
    ],
    "jobs.md": [r"\A(True|1) \d+ \S+ None\n\S+\.pdf \d+\n\Z"],
    "payments.md": [r"\Arejected - .*10 \(NOT_FOUND\)\n\Z"],
    # Where structlog is installed, stamina tells of its retries, too.
    "retries.md": [
        r"\A(jobs\.get: attempt [12] failed \(ambiguous\)\n(.+ stamina\..+\n)?){2}jobs\.get: ok after 3 attempts\n\Z"
    ],
    "security.md": [r"\A0 records have no content any more\n\Z"],
    "status-updates.md": [
        r"\A100 updates of 20 accounts\n\Z",
        r"\A([PC]\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+0[23]:00\n){30}\Z",
    ],
    "telemetry.md": [
        r"\ADEBUG ropo_async status_updates\.on: begins\n(DEBUG .+\n)+DEBUG ropo_async status_updates.on: ok .+\n\Z",
        r'\A(\{.+\}\n)+\{"attempts": 1, "event": "Finished", "level": "warning", .+"NotFound"\}\n\Z',
        r"\ACLIENT POST 20[01]\nINTERNAL token \nCLIENT GET 20[04]\nINTERNAL status_updates.on \nINTERNAL .+\n\Z",
        r"\Aropo_async .*ropo\.feed\.gaps\.open ropo\.feed\..+\n\Z",
        r"\Areport\.html\n\Z",
    ],
    "testing.md": [r"\A1000 arrived; read [34] days again\n500 were recorded there and arrived nowhere\n\Z"],
}
"""What the programs on each page say, to a simulator with 30 updates."""
SAID = [(name, said) for name in sorted(EXPECTED) for said in EXPECTED[name]]


@pytest.fixture
def database(postgres_server: str) -> str:
    """The URL of a database without anything in it."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE docs")
    return postgres_server.replace("/postgres?", "/docs?")


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("page", [page for page, suite in SUITES.items() if suite], ids=lambda page: page.name)
def test_a_page_that_names_files_is_a_suite_that_passes(
    page: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for block in SUITES[page]:
        (tmp_path / str(file_of(block))).write_text(block, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    environ = {name: text for name, text in os.environ.items() if not name.startswith(("ROPO_", "PYTEST_"))}
    if "DATABASE_URL" in "".join(SUITES[page]):
        environ["DATABASE_URL"] = request.getfixturevalue("database")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "--strict-markers", *PLUGIN]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=110, check=False)
    tests = sum(len(re.findall(r"^(?:async )?def test_", block, re.MULTILINE)) for block in SUITES[page])
    assert tests >= 2
    assert re.search(rf"^{tests} passed in", done.stdout, re.MULTILINE), done.stdout + done.stderr


def test_what_every_program_says_is_known() -> None:
    assert [name for name, _ in PROGRAMS] == [name for name, _ in SAID]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedSimulator]:
    """What the environment of a program names."""
    monkeypatch.chdir(tmp_path)
    with ServedSimulator() as simulator:
        for name, text in simulator.environ.items():
            monkeypatch.setenv(name, text)
        yield simulator


@contextmanager
def as_in_a_process_of_its_own() -> Iterator[None]:
    """Let a program set up what belongs to a whole process, and undo that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.root, "handlers", [])
        patch.setattr(logging.getLogger("ropo_async"), "level", logging.NOTSET)
        yield
    stamina.instrumentation.set_on_retry_hooks(None)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("page", "program", "expected"),
    [(page, program, expected) for (page, program), (_, expected) in zip(PROGRAMS, SAID, strict=False)],
    ids=[f"{name} {number}" for number, (name, _) in enumerate(PROGRAMS)],
)
def test_a_program(
    page: str, program: str, expected: str, served: ServedSimulator, capfd: pytest.CaptureFixture[str]
) -> None:
    served.add_updates(count=30)
    with as_in_a_process_of_its_own():
        exec(compile(program, page, "exec", dont_inherit=True), {"__name__": "__main__"})
    said = capfd.readouterr()
    assert said.err == ""
    assert re.search(expected, said.out), said.out


COMMANDS = [
    line.removeprefix("$ ").split("  #")[0]
    for page in sorted(DOCS.glob("*.md"))
    for block in blocks(page, "console")
    for line in block.splitlines()
]


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("python -m ropo_async.simulator")])
def test_a_simulator_s_command_is_accepted(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = [part for part in shlex.split(command)[3:] if part != "--help"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenario.json").write_text("{}", encoding="utf-8")
    assert _simulator(_parser().parse_args(options))


def test_every_other_command_is_one_of_ours() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    others = [line for line in COMMANDS if not line.startswith("python -m ropo_async.simulator")]
    for line in others:
        assert re.match(r"pip install '?ropo-async\b", line) or re.match(r"make [a-z-]+\b", line), line
        if line.startswith("make"):
            assert re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE), line
    assert others


@pytest.mark.parametrize("room", [ropo_async, ropo_async.errors, hooks, simulator, iopole])
def test_every_public_name_is_in_the_reference_once(room: object) -> None:
    for name in room.__all__:  # type: ignore[attr-defined]
        directives = re.findall(rf"^::: ropo_async(\.[a-z_]+)*\.{name}$", REFERENCE, re.MULTILINE)
        expected = {"__version__": 0, "CreditNote": 2, "Payment": 2}.get(name, 1)  # two are the simulator's, too
        assert len(directives) == expected, name


@pytest.mark.parametrize("image", sorted((DOCS / "images").glob("*.svg")), ids=lambda image: image.name)
def test_an_image_says_what_it_shows_and_has_no_colour_of_its_own(image: Path) -> None:
    text = image.read_text(encoding="utf-8")
    svg = ET.fromstring(text)
    assert svg.findtext("{*}title")
    assert svg.findtext("{*}desc")
    assert set(re.findall(r'(?:fill|stroke)="(.*?)"', text)) <= {"currentColor", "none"}
    assert [page.name for page in DOCS.glob("*.md") if f"images/{image.name}" in page.read_text(encoding="utf-8")]


def test_the_site_asks_for_nothing_from_elsewhere() -> None:
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "font: false" in settings
    assert not re.search(r"https?://", settings)
    assert not re.search(r"@import|url\(", (DOCS / "assets" / "site.css").read_text(encoding="utf-8"))

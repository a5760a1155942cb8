"""The examples in every help run, and every command has some."""

import os
import shlex
import signal
from collections.abc import Callable, Iterator

import anyio.from_thread
import pytest
import typer

from ropo_async.cli.app import app
from ropo_async.cli.work.screen import Screen
from ropo_async.simulator.iopole import IopoleSimulator, serve
from tests.cli.office import Office

INVOICE = "00000000-0000-4000-8000-000000000001"


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each command with the examples in its help."""
    yield from _under("", typer.main.get_command(app))


def _under(path: str, command: object) -> Iterator[tuple[str, list[str]]]:
    inner = getattr(command, "commands", None)
    epilog = getattr(command, "epilog", None) or ""
    lines = [line.strip() for line in epilog.splitlines() if line.strip().startswith("ropo ")]
    if inner is None or lines:
        yield path.strip(), lines
    for name, part in (inner or {}).items():
        yield from _under(f"{path} {name}", part)


ALL = dict(commands())
EXAMPLES = [(path, line) for path, lines in ALL.items() for line in lines]
STATUS = {"ropo watch --every 5m": 130, "ropo pay verify": 3}
"""How those end that do not end with 0: one payment is in doubt here."""


def test_every_command_has_examples_of_itself() -> None:
    assert len(ALL) >= 25
    assert {path for path, lines in ALL.items() if not lines} == set()
    assert all(line.startswith(f"ropo {path}") for path, line in EXAMPLES)


@pytest.fixture
def iopole(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    simulator = IopoleSimulator()
    simulator.add_status(INVOICE, "APPROVED")
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serve(simulator)) as running,
    ):
        monkeypatch.setenv("IOPOLE_SERVER", running.url)
        monkeypatch.setenv("IOPOLE_CLIENT_ID", simulator.client_id)
        monkeypatch.setenv("IOPOLE_CLIENT_SECRET", simulator.client_secret)
        yield


@pytest.mark.usefixtures("iopole")
def test_they_run(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Screen, "note", _pressing_ctrl_c(Screen.note))
    office.add_updates()
    office.leave_in_doubt("bank-0019", "R4")
    office.leave_in_doubt("bank-0020", "R5")
    assert office.ropo("pay", "resolve", "bank-0020", "--absent", "--note", "looked").status == 0
    for _, line in EXAMPLES:
        done = office.ropo(*shlex.split(line)[1:])
        assert done.status == STATUS.get(line.partition(" --journal")[0], 0), (line, done)


def _pressing_ctrl_c(note: Callable[[Screen, str], None]) -> Callable[[Screen, str], None]:
    """Press it when a command says that it goes on until then."""

    def noted(screen: Screen, text: str) -> None:
        note(screen, text)
        if "Ctrl-C ends it" in text:
            os.kill(os.getpid(), signal.SIGINT)

    return noted

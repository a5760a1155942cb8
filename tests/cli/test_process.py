"""The program as a process of its own: how it starts, how it is stopped, and where its output goes."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ropo_async.simulator import Fault
from tests.cli.office import COMMAND, PAYMENT, POLL, ROOT, Office, size, until

PATHS = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
LATE = 0.7
"""Seconds that an answer is held back: long enough for Ctrl-C to come before it."""


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**kept, "PYTHONPATH": PATHS, "COLUMNS": "100", "TERM": "xterm-256color", **more}


def loaded_by(*command: str) -> set[str]:
    """Return the modules that a command loads."""
    program = (
        f"import sys; sys.argv = ['ropo', *{command}]; import atexit; from ropo_async.cli import main\n"
        "atexit.register(lambda: print('\\n' + ' '.join(sys.modules), file=sys.stderr)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True, timeout=50
    )
    return set(done.stderr.splitlines()[-1].split())


def test_help_does_not_wait_for_the_library() -> None:
    loaded = loaded_by("pay", "one", "--help")
    assert "typer" in loaded
    assert loaded & {"ropo_async_generated", "httpx", "anyio", "attrs", "rich"} == set()
    rooms = {name.split(".")[1] for name in loaded if name.startswith("ropo_async.")}
    assert rooms == {"_version", "_late", "cli"}


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'typer' else find(name, *more)\n"
    )
    paths = f"{tmp_path}{os.pathsep}{PATHS}"
    done = subprocess.run(
        [*COMMAND, "check"], env=environment(PYTHONPATH=paths), capture_output=True, text=True, check=False, timeout=50
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("ropo: typer cannot be found; the command line needs: pip install 'ropo-async[cli]'\n")


def interrupted(office: Office, command: str, operation: str, fault: Fault, *, twice: bool = False) -> tuple[int, str]:
    """Run a command on a terminal of its own, press Ctrl-C while an answer is held back, and return how it ends."""
    office.simulator.fail(fault, operation=operation)
    before = len(office.simulator.truth.requests)
    controller, line = pty.openpty()
    size(line)
    with subprocess.Popen(
        [*COMMAND, *command.split()], stdin=line, stdout=line, stderr=line, env=environment(), start_new_session=True
    ) as process:
        os.close(line)
        try:
            until(lambda: _asked(office, operation, before), office.simulator)
            process.send_signal(signal.SIGINT)
            shown = _until_it_stops(controller)
            if twice:
                process.send_signal(signal.SIGINT)
            shown += _all_of(controller)
            status = process.wait(timeout=20)
        finally:
            process.kill()
    os.close(controller)
    return status, shown


def _asked(office: Office, operation: str, before: int) -> bool:
    return any(request.operation == operation for request in office.simulator.truth.requests[before:])


def _until_it_stops(controller: int) -> str:
    read = b""
    while b"stopping" not in read:
        assert select.select([controller], [], [], 20)[0], "it does not stop"
        read += os.read(controller, 65536)
    return read.decode()


def _all_of(controller: int) -> str:
    read = b""
    while True:
        try:
            part = os.read(controller, 65536)
        except OSError:  # the other end was closed
            part = b""
        if not part:
            return read.decode()
        read += part


def exported(office: Office) -> list[Mapping[str, object]]:
    return [json.loads(line) for line in office.ropo("journal", "export").out.splitlines()]


def test_ctrl_c_during_a_poll_loses_nothing(office: Office) -> None:
    office.add_updates()
    status, shown = interrupted(office, "watch --once --json", POLL, Fault.delay(LATE))
    assert status == 130
    assert "stopping; a request that is under way comes to its end first" in shown
    assert "Traceback" not in shown
    assert len(office.simulator.truth.pending) == 0  # the server had handed them out
    assert [record["state"] for record in exported(office)] == ["new"] * 3  # no gap, and nothing missing
    assert len(office.ropo("watch", "--once", "--json").out.splitlines()) == 3


@pytest.mark.slow
def test_ctrl_c_during_a_payment_leaves_no_doubt(office: Office) -> None:
    command = "pay one bank-1 --billnum R1 --amount 1 --paydate 2026-11-20"
    status, shown = interrupted(office, command, PAYMENT, Fault.delay(LATE))
    assert (status, "Traceback" in shown) == (130, False)
    assert office.ropo("pay", "status", "bank-1").status == 0
    assert len(office.simulator.truth.payments) == 1


@pytest.mark.slow
def test_ctrl_c_twice_does_not_wait_and_leaves_a_gap(office: Office) -> None:
    office.add_updates()
    status, shown = interrupted(office, "watch --once --json", POLL, Fault.hang(processed=True), twice=True)
    assert status == 130
    assert "Traceback" not in shown
    assert exported(office) == []
    again = office.ropo("watch", "--once", "--json")
    assert again.status == 3  # its days are read again once more, later
    assert len(again.out.splitlines()) == 3


def test_what_nobody_reads_comes_again(office: Office) -> None:
    office.add_updates()
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        [*COMMAND, "watch", "--once", "--json"], stdout=writer, stderr=subprocess.PIPE, env=environment(), text=True
    ) as process:
        os.close(writer)
        _, said = process.communicate(timeout=50)
    assert process.returncode == 1
    assert said.splitlines()[-1].startswith("ropo: nobody reads the output any more")
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert [record["state"] for record in exported(office)] == ["new"] * 3


def test_pipes_get_plain_data(office: Office) -> None:
    office.ropo(*["pay", "one", "bank-1", "--billnum", "R1", "--amount", "1", "--paydate", "2026-11-20"])
    done = subprocess.run([*COMMAND, "pay", "status"], env=environment(), capture_output=True, check=True, timeout=50)
    assert done.stderr == b""
    assert b"bank-1" in done.stdout
    assert b"\x1b" not in done.stdout

"""A place to run commands in: a folder with files, a pretended server, and the program itself."""

import os
import pty
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from fcntl import ioctl
from pathlib import Path
from struct import pack
from unittest.mock import patch

from attrs import define, field, frozen
from typer.testing import CliRunner

from ropo_async.cli.app import app
from ropo_async.simulator import Fault
from ropo_async.simulator.threaded import ServedSimulator
from tests.cli.terminal import Terminal

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "error", "-m", "ropo_async.cli"]
APICODE = "made-up-apicode-7c1d"
JOURNAL = "sqlite:///ropo.db"
POLL, PAYMENT = "GET /jobs/statusupdates", "POST /jobs/payment"
PAYMENTS = """operation_id,billnum,amount,paydate
bank-0001,R1,1.00,2026-11-20
bank-0002,R2,2.00,2026-11-20
bank-0003,R3,3.00,2026-11-20
"""
JOB = """{
  "jobtype": 0, "customertype": 2, "person": "Testi Henkilö", "address": "Esimerkkikatu 1", "postcode": "90100",
  "city": "OULU", "billnum": "R-10235", "billdate": "2026-11-20", "paydate": "2026-12-04",
  "payrow": [{"desc": "Hieronta", "count": 1, "amount": 35.00, "taxpr": 25.5}]
}
"""
CHANGE = (
    """{"jobtype": 0, "customertype": 2, "person": "Testi Henkilö", "address": "Esimerkkikatu 2", "city": "OULU"}"""
)
FILES = {
    "payments.csv": PAYMENTS,
    "job.json": JOB,
    "change.json": CHANGE,
    "jobids.txt": "7000001\n7000002 # the second\n",
}
UPDATES = (
    ("C1", "comment", "2026-11-20 09:30:00", "R1", "", "Lasku"),
    ("P2", "payment", "2026-11-20 00:00:00", "R2", "12.50", "Suoritus"),
    ("C3", "comment", "2026-11-20 10:00:00", "R3", "", "Muistutus"),
)


@frozen
class Done:
    """How a command has ended."""

    status: int
    out: str
    err: str = ""
    colours: int = 0


@define
class Office:
    """One folder, one account."""

    simulator: ServedSimulator
    folder: Path
    runner: CliRunner = field(factory=CliRunner)

    def ropo(self, *command: str, given: str | None = None) -> Done:
        """Run a command in this process, its output going to pipes."""
        done = self.runner.invoke(app, list(command), input=given, prog_name="ropo")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    def on_terminal(self, *command: str, keys: str = "") -> Done:
        """Run a command in this process, on a terminal of 100 columns, and return what that shows in the end."""
        controller, line = pty.openpty()
        size(line)
        terminal = Terminal()
        reader = threading.Thread(target=_read, args=(controller, terminal, keys))
        reader.start()
        with ExitStack() as stack:
            stack.callback(os.close, line)
            files = [stack.enter_context(os.fdopen(os.dup(line), mode, encoding="utf-8")) for mode in ("r", "w", "w")]
            stack.enter_context(redirect_stdout(files[1]))
            stack.enter_context(redirect_stderr(files[2]))
            stack.enter_context(patch.object(sys, "stdin", files[0]))
            stack.enter_context(patch.dict(os.environ, {"COLUMNS": "100", "TERM": "xterm-256color"}))
            status = _status_of(list(command))
        reader.join()
        os.close(controller)
        return Done(status, terminal.text, colours=terminal.colours)

    def add_updates(self) -> None:
        """Let there be some to poll."""
        self.simulator.add_updates(
            [
                {
                    "jobid": 7000001,
                    "statusid": statusid,
                    "billnum": billnum,
                    "openamount": 100.0,
                    "statustype": kind,
                    "statustime": time,
                    "statusref": reference,
                    "amount": amount or "",
                }
                for statusid, kind, time, billnum, amount, reference in UPDATES
            ]
        )

    def leave_in_doubt(self, operation_id: str, billnum: str) -> None:
        """Let a payment's answer get lost on its way to the server, so that nobody knows whether it is booked."""
        self.simulator.fail(Fault.drop(processed=False), operation=PAYMENT)
        done = self.ropo("pay", "one", operation_id, *f"--billnum {billnum} --amount 7.00 --paydate 2026-11-20".split())
        assert done.status == 3, done


def _status_of(command: list[str]) -> int:
    try:
        app(command, prog_name="ropo")
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError


def _read(controller: int, terminal: Terminal, keys: str) -> None:
    """Read what is shown, and answer the first question: a secret's prompt drops what was typed before it."""
    with suppress(OSError):  # what tells that nobody has the terminal open any more
        while part := os.read(controller, 65536):
            terminal.feed(part.decode())
            if keys and terminal.asks:
                os.write(controller, keys.encode())
                keys = ""


def size(line: int, rows: int = 30, columns: int = 100) -> None:
    """Make a terminal so large."""
    ioctl(line, termios.TIOCSWINSZ, pack("HHHH", rows, columns, 0, 0))


def until(condition: Callable[[], bool], simulator: ServedSimulator) -> None:
    """Wait for something that the server is about to see."""
    import anyio

    async def wait() -> None:
        with anyio.fail_after(20):
            await simulator.truth.until(lambda _: condition())

    anyio.run(wait)

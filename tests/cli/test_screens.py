"""What a terminal shows, kept as files in `screens/`.

`ROPO_SCREENS=renew pytest tests/cli/test_screens.py` writes them anew; look at what has changed before you commit it.
"""

import os
import re
from pathlib import Path

import pytest

from ropo_async.simulator import Fault
from tests.cli.office import PAYMENT, POLL, Office

SCREENS = Path(__file__).with_name("screens")
CHANGING = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "YYYY-MM-DD hh:mm:ssZ"),
    (r"(behind by +)\d+ s", r"\1N s"),
)
"""What is different each time, and what stands for it."""
NAMES = ["ropo", "watch", "pay", "pay one", "job submit", "journal", "iopole", "iopole watch"]
MISTAKES = ["watch --every never", "pay one x", "pdf x", "journal backfill 20.11.2026", "job submit none.json"]


def compare(name: str, shown: str) -> None:
    for pattern, words in CHANGING:
        shown = re.sub(pattern, words, shown)
    kept = SCREENS / f"{name}.txt"
    if os.environ.get("ROPO_SCREENS") == "renew":
        kept.write_text(shown, encoding="utf-8")
    assert shown == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    ["ropo", "watch", "pay", "pay one", "job submit", "journal", "iopole", "iopole watch"],
    ids=lambda name: name.replace(" ", "-"),
)
def test_help(office: Office, name: str) -> None:
    command = [] if name == "ropo" else name.split()
    done = office.on_terminal(*command, "--help")
    assert done.status == 0
    compare(f"help-{name.replace(' ', '-')}", done.out)


def test_check(office: Office) -> None:
    compare("check", office.on_terminal("check").out)


def test_watch(office: Office) -> None:
    office.add_updates()
    compare("watch", office.on_terminal("watch", "--once").out)


def test_payments(office: Office) -> None:
    office.simulator.fail(Fault.drop(processed=True), operation=PAYMENT, skip=1)
    compare("pay-file", office.on_terminal("pay", "file", "payments.csv", "--concurrency", "1").out)
    compare("pay-status", office.on_terminal("pay", "status").out)
    compare("pay-status-one", office.on_terminal("pay", "status", "bank-0002").out)


def test_a_gap(office: Office) -> None:
    office.add_updates()
    office.ropo("watch", "--once")
    office.simulator.fail(Fault.drop(processed=True), operation=POLL, query=())
    compare("journal-status", office.on_terminal("journal", "status").out)


def test_documents(office: Office) -> None:
    compare("pdf", office.on_terminal("pdf", "7000001", "7000002", "9", "--into", "invoices").out)


def test_mistakes(office: Office) -> None:
    shown = [office.on_terminal(*command.split()).out for command in MISTAKES]
    compare("mistakes", "\n".join(shown))


def test_a_question(office: Office) -> None:
    done = office.on_terminal("journal", "purge", "--older-than", "400", keys="n\n")
    assert done.status == 1
    compare("question", done.out)


def test_a_terminal_has_colours_and_a_pipe_has_none(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.ropo(*["pay", "one", "bank-1", "--billnum", "R1", "--amount", "1", "--paydate", "2026-11-20"])
    assert office.on_terminal("pay", "status").colours > 0
    monkeypatch.setenv("NO_COLOR", "1")
    assert office.on_terminal("pay", "status").colours == 0
    monkeypatch.delenv("NO_COLOR")
    office.leave_in_doubt("bank-2", "R2")
    piped = office.ropo("pay", "status")
    assert len(piped.out.splitlines()) == 4  # nothing is cut, and nothing goes on in another line
    assert "applied" in piped.out
    assert "\x1b" not in piped.out + piped.err
    assert all(line == line.rstrip() for line in piped.out.splitlines())
